"""The index of places against the explaining engine: the same states, gaps and tiers, place by place."""

from datetime import UTC, datetime, timedelta

import pytest

from anlan.actions.register import change_facts
from anlan.engine.access import Reach
from anlan.models import Place
from anlan.queries import board
from anlan.queries.duties import place_account
from anlan.queries.names import latin_name
from anlan.queries.place_index import PlaceFilter, PlaceIndex
from anlan.queries.place_records import evidence_about, facts_on
from builders import a_place, adopt_plan, some_evidence

pytestmark = pytest.mark.django_db

EVERYWHERE = Reach(everywhere=True)


@pytest.fixture(autouse=True)
def _forgotten_board():
    board.forget()


def test_the_index_counts_the_gaps_and_names_the_tiers_that_the_page_of_the_place_explains():
    adopt_plan()
    adopt_plan(scheme="uk-premises-2025")
    now = datetime.now(UTC)
    a_place("A", kind="mall", daily_visitors=9000.0, area_m2=3000.0, peak_present=900.0)
    a_place("B", kind="school", daily_visitors=2000.0)
    a_place("C", kind="waterworks", daily_visitors=10.0)
    a_place("D")
    some_evidence(Place.objects.get(code="A"), at=now - timedelta(days=1), rule="three-checks")
    rows = PlaceIndex(now, EVERYWHERE).page(PlaceFilter()).rows
    for row in rows:
        account = place_account(row.place, now)
        assert row.gaps == len(account.gaps), row.place.code
        assert row.duties == len(account.states), row.place.code
        assert row.tiers == {name: found.tier for name, found in account.derived.tiers.items()}
    assert {row.place.code for row in rows} == {"A", "B", "C", "D"}


def test_somebody_whose_grants_reach_nothing_finds_nothing():
    a_place("A")
    assert PlaceIndex(datetime.now(UTC), Reach(everywhere=False)).page(PlaceFilter()).total == 0


def test_the_facts_of_a_moment_are_those_that_held_then():
    place = a_place("A", daily_visitors=100.0)
    later = datetime(2026, 6, 1, tzinfo=UTC)
    change_facts(place, {"daily_visitors": 900.0}, by=None, at=later)
    assert facts_on(place, later - timedelta(days=1))["daily_visitors"].value == 100
    assert facts_on(place, later)["daily_visitors"].value == 900
    assert facts_on(place, later, known_at=later - timedelta(days=1))["daily_visitors"].value == 100


def test_pages_of_evidence_follow_one_another_newest_first():
    place = a_place("A")
    start = datetime(2026, 5, 1, tzinfo=UTC)
    made = [some_evidence(place, at=start + timedelta(hours=hour)).pk for hour in range(45)]
    seen, after = [], ""
    while True:
        rows, after = evidence_about(place, after=after)
        seen += [row.pk for row in rows]
        if not after:
            break
    assert seen == made[::-1]
    assert evidence_about(place, after="nonsense")[0][0].pk == made[-1]


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("林安宁", "Lin Anning"),
        ("欧阳明", "Ouyang Ming"),
        ("Anna Li", "Anna Li"),
        ("云汀区检查员", "云汀区检查员"),
    ],
)
def test_a_persons_chinese_name_is_written_in_pinyin_for_english_readers(name: str, latin: str) -> None:
    assert latin_name(name) == latin
