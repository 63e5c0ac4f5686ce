"""The gaps of past days: the same as a board made for their end, and counted again only when something changed."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_place, adopt_plan, some_evidence

from anlan.actions.duties import strike_evidence
from anlan.engine.access import Reach
from anlan.models import Evidence, Place
from anlan.queries.board import board_as_of
from anlan.queries.board_trend import DAYS, PATIENCE, Trend, count_next, trend

pytestmark = pytest.mark.django_db

EVERYWHERE = Reach(everywhere=True)
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
"""The end of 9 March in the city."""


def counted(at: datetime) -> Trend:
    while count_next(at):
        pass
    return trend(at, EVERYWHERE)


def a_city() -> None:
    adopt_plan(START)
    for number in range(3):
        a_place(f"M-{number}", daily_visitors=3000.0, area_m2=900.0, at=START)


def test_each_day_holds_the_gaps_of_the_board_at_its_end_and_none_before_the_city_began() -> None:
    a_city()
    found = counted(NOW)
    assert len(found.days) == DAYS
    ends = [MIDNIGHT - timedelta(days=back) for back in range(8, -1, -1)]
    expected = [int(board_as_of(end).gap.sum()) for end in ends]
    assert [day.gaps for day in found.days[-10:-1]] == expected
    assert [day.gaps for day in found.days[:3]] == [None] * 3
    assert max(expected) > 0


def test_a_day_not_counted_yet_says_so() -> None:
    a_city()
    first = trend(NOW, EVERYWHERE)
    assert (first.counted, first.is_whole) == (1, False)
    count_next(NOW)
    assert trend(NOW, EVERYWHERE).counted == 2


def test_a_late_record_mends_the_days_that_it_is_about_and_a_strike_undoes_it() -> None:
    a_city()
    before = counted(NOW)
    place = Place.objects.get(code="M-1")
    visit = some_evidence(place, at=MIDNIGHT - timedelta(minutes=30), rule="mobile-patrol", kind="scan")
    Evidence.objects.filter(pk=visit.pk).update(recorded_at=NOW)
    later = NOW + PATIENCE
    after = counted(later)
    assert after.days[-2].gaps == (before.days[-2].gaps or 0) - 1
    assert after.days[:-2] == before.days[:-2]
    strike_evidence(visit, by=None, at=later, reason="误扫")
    assert counted(later + PATIENCE).days[-2] == before.days[-2]


def test_what_did_not_change_is_not_counted_again() -> None:
    a_city()
    counted(NOW)
    later = NOW + PATIENCE
    place = Place.objects.get(code="M-1")
    some_evidence(place, at=later - timedelta(minutes=1), rule="mobile-patrol", kind="scan")
    assert trend(later, EVERYWHERE).due == 0
    assert not count_next(later)
