"""Valid at and known at: what was known then stays the answer to what was known then."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.builders import a_department, a_place, adopt_plan, some_evidence

from anlan.actions.duties import give_waiver, withdraw_waiver
from anlan.actions.posture import end_posture, raise_posture
from anlan.actions.register import PlaceDraft, change_facts, close_place, register_places
from anlan.actions.schemes import set_local_value, withdraw_local_value
from anlan.engine.states import STATES
from anlan.models import Place
from anlan.queries.board import board, board_as_of
from anlan.queries.duties import department_account, place_account, year_of_place
from anlan.queries.gaps import gaps_at, gaps_between

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
"""12:30 in the city."""
BEFORE = NOW - timedelta(days=1)
PATROL = "city-plan-2026/mobile-patrol"


def states_on_board(at: datetime, known_at: datetime | None = None) -> dict[tuple[str, str], str]:
    city = board_as_of(at, known_at)
    codes = city.loaded.register.codes
    return {
        (codes[place], "/".join(city.compiled.rules[rule])): STATES[state]
        for place, rule, state in zip(city.compiled.place, city.compiled.rule, city.states.state, strict=True)
    }


def states_explained(at: datetime, known_at: datetime | None = None) -> dict[tuple[str, str], str]:
    return {
        (place.code, state.duty.id): state.state
        for place in Place.objects.all()
        for state in place_account(place, at, known_at).states
    }


def a_mall(code: str = "M-1") -> Place:
    return a_place(code, daily_visitors=3000, area_m2=900, at=START)


def test_whatever_is_recorded_later_the_answer_as_known_then_is_the_same() -> None:
    adopt_plan(START)
    place, other = a_mall(), a_mall("M-2")
    some_evidence(place, at=BEFORE - timedelta(hours=1), rule="mobile-patrol", kind="scan")
    waiver = give_waiver(
        scheme="city-plan-2026", rule="mobile-patrol", start=START, end=NOW + timedelta(days=9), reason="装修",
        by=None, at=START, place=other,
    )  # fmt: skip
    raised = raise_posture("orange", start=START, end=None, reason="节日", by=None, at=START)
    local = set_local_value(
        scheme="city-plan-2026", parameter="tier-2-visitors", value=100, reason="试点", valid_from=date(2026, 3, 2),
        valid_until=None, by=None, at=START,
    )  # fmt: skip
    then = {at: states_on_board(at, BEFORE) for at in (BEFORE, NOW)}
    assert then[BEFORE] == states_explained(BEFORE, BEFORE)
    close_place(place, by=None, at=NOW, reason="歇业")
    withdraw_waiver(waiver, by=None, at=NOW, reason="复业")
    end_posture(raised, by=None, at=NOW, reason="解除")
    withdraw_local_value(local, by=None, at=NOW, reason="误")
    change_facts(other, {"daily_visitors": 9000}, by=None, at=NOW, valid_from=START + timedelta(days=2))
    late = PlaceDraft(code="M-3", name_zh="新商场", kind="mall", facts={"daily_visitors": 9000})
    register_places([late], by=None, at=NOW, valid_from=START)
    for at, answer in then.items():
        assert states_on_board(at, BEFORE) == answer
        assert states_explained(at, BEFORE) == answer
    assert states_on_board(BEFORE) == states_explained(BEFORE) != then[BEFORE]


def test_a_place_registered_for_later_owes_nothing_yet_and_then_does() -> None:
    adopt_plan(START)
    draft = PlaceDraft(code="M-9", name_zh="商场", kind="mall", facts={"daily_visitors": 3000})
    register_places([draft], by=None, at=BEFORE, valid_from=NOW + timedelta(hours=1))
    assert not len(board(NOW).compiled)
    assert place_account(Place.objects.get(), NOW).states == ()
    assert len(board(NOW + timedelta(hours=1)).compiled)


def test_a_withdrawn_waiver_still_covers_what_fell_due_while_it_held() -> None:
    adopt_plan(START)
    place = a_mall()
    waiver = give_waiver(
        scheme="city-plan-2026", rule="mobile-patrol", start=START, end=NOW + timedelta(days=9), reason="装修停业",
        by=None, at=START, place=place,
    )  # fmt: skip
    withdraw_waiver(waiver, by=None, at=NOW, reason="提前复业")
    duty = (place.code, PATROL)
    assert states_on_board(BEFORE)[duty] == states_explained(BEFORE)[duty] == "waived"
    later = NOW + timedelta(hours=4)
    assert states_on_board(later)[duty] == states_explained(later)[duty] == "not-evidenced"


def test_a_posture_stood_down_early_was_known_to_end_when_planned() -> None:
    adopt_plan(START)
    place = a_mall()
    planned = BEFORE + timedelta(hours=12)
    raised = raise_posture("orange", start=START, end=planned, reason="节日", by=None, at=START)
    end_posture(raised, by=None, at=BEFORE + timedelta(hours=1), reason="提前解除")
    known = place_account(place, NOW, known_at=BEFORE).derived
    assert known.posture == "normal"
    assert place_account(place, planned - timedelta(hours=1), known_at=BEFORE).derived.posture == "orange"


def test_what_stood_at_new_year_stands_in_the_picture_of_the_year() -> None:
    adopt_plan(datetime(2025, 1, 1, tzinfo=UTC))
    place = a_place("M-1", daily_visitors=3000, area_m2=900, at=datetime(2025, 1, 1, tzinfo=UTC))
    some_evidence(place, at=datetime(2025, 11, 20, tzinfo=UTC), rule="emergency-plan", kind="document")
    duty = next(s.duty for s in place_account(place, NOW).states if s.duty.rule.id == "emergency-plan")
    assert duty.valid_for is None or duty.valid_for > timedelta(days=200)
    found = year_of_place(place, 2026, NOW, duty.id)
    assert set(found.days[date(2026, 2, 1)]) == {"recorded"}


def test_gaps_of_a_period_hold_departments_too() -> None:
    adopt_plan(START)
    department = a_department("D-1", at=START)
    at = START + timedelta(days=120)
    owed = {state.duty.rule.id for state in department_account(department, at).gaps}
    assert owed
    assert owed <= {gap.rule for gap in gaps_between(START, at) if gap.place == "D-1"}
    assert {gap.rule for gap in gaps_at(at, now=at) if gap.place == "D-1"} == owed
