"""The gaps of past days: as a board made for their end has them, kept, counted again only after a change."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult
from tests.builders import a_district, a_place, adopt_plan, some_evidence

from anlan.actions.duties import give_waiver, strike_evidence
from anlan.actions.tallies import count_days, count_gaps, rebuild_tallies, watch_days
from anlan.engine.access import Reach
from anlan.models import District, Entry, Evidence, GapDay, GapTally, Place
from anlan.models.ids import earliest_id
from anlan.queries.board import board_as_of
from anlan.queries.board_trend import Trend, TrendDay, trend
from anlan.queries.kept_days import count_next
from anlan.queries.tallies import DAYS, LONG_PATIENCE, PATIENCE, city_day

pytestmark = pytest.mark.django_db

EVERYWHERE = Reach(everywhere=True)
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
"""The end of 9 March in the city."""


def seen(at: datetime, reach: Reach = EVERYWHERE, **narrowed: str) -> Trend:
    return trend(at, reach, TrendDay(city_day(at), 0, 0), **narrowed)


def counted(at: datetime, reach: Reach = EVERYWHERE) -> Trend:
    count_gaps(at=at)
    return seen(at, reach)


def counted_by_place(at: datetime, *codes: str) -> Trend:
    while count_next(at):
        pass
    return seen(at, Reach(everywhere=False, places=frozenset(codes)))


def a_city() -> None:
    adopt_plan(START)
    for number in range(3):
        a_place(f"M-{number}", daily_visitors=3000.0, area_m2=900.0, at=START)
    journalled(START)


def journalled(at: datetime) -> None:
    """Give the entries that were just written ids of the time that the test plays at, as its clock would."""
    fresh = Entry.objects.filter(id__gt=earliest_id(NOW + timedelta(days=100))).order_by("id")
    for number, key in enumerate(fresh.values_list("id", flat=True)):
        Entry.objects.filter(pk=key).update(id=UUID(int=earliest_id(at).int + number + 1))


def rows() -> list[tuple[object, ...]]:
    fields = ("day", "district", "scheme", "rule", "not_evidenced", "overdue")
    return sorted(GapTally.objects.values_list(*fields), key=str)


# ---- what is counted -----------------------------------------------------------------------------


def test_each_day_holds_the_gaps_of_the_board_at_its_end_and_none_before_the_city_began() -> None:
    a_city()
    found = counted(NOW)
    assert len(found.days) == DAYS
    ends = [MIDNIGHT - timedelta(days=back) for back in range(8, -1, -1)]
    expected = [int(board_as_of(end).gap.sum()) for end in ends]
    assert [day.gaps for day in found.days[-10:-1]] == expected
    assert [day.gaps for day in found.days[:3]] == [None] * 3
    assert max(expected) > 0


def test_the_day_now_is_what_the_caller_says_of_it() -> None:
    a_city()
    count_gaps(at=NOW)
    assert trend(NOW, EVERYWHERE, TrendDay(city_day(NOW), 4, 3)).days[-1].gaps == 7


def test_a_reach_by_place_is_counted_the_same_as_the_whole_city() -> None:
    a_city()
    assert counted_by_place(NOW, "M-0", "M-1", "M-2").days == counted(NOW).days


def test_each_district_and_scheme_is_told_alone_and_a_district_with_its_parts() -> None:
    adopt_plan(START)
    adopt_plan(START, scheme="uk-premises-2025")
    for code in ("990101", "990102", "990103"):
        a_district(code)
        a_place(f"M-{code}", daily_visitors=3000.0, peak_present=900.0, district=code, at=START)
    a_place("M-none", daily_visitors=3000.0, peak_present=900.0, at=START)
    District.objects.filter(code="990102").update(parent="990101")
    whole = counted(NOW).days[-2].gaps or 0
    assert whole > 0
    assert seen(NOW, Reach(everywhere=False, districts=frozenset({"990101"}))).days[-2].gaps == whole / 4
    assert seen(NOW, district="990101").days[-2].gaps == whole / 2
    assert (
        seen(NOW, Reach(everywhere=False, districts=frozenset({"990102"})), district="990101").days[-2].gaps
        == whole / 4
    )
    assert (
        seen(NOW, Reach(everywhere=False, districts=frozenset({"990103"})), district="990101").days[-2].gaps
        is None
    )
    assert seen(NOW, Reach(everywhere=False)).days[-2].gaps is None
    one, other, none = (
        seen(NOW, scheme=name).days[-2].gaps for name in ("city-plan-2026", "uk-premises-2025", "unknown")
    )
    assert one is not None
    assert other is not None
    assert none is None
    assert one + other == whole


# ---- which days are counted, and again -------------------------------------------------------------


def test_a_day_not_counted_yet_is_named_and_has_no_figure() -> None:
    a_city()
    first = seen(NOW)
    assert not first.is_whole
    assert len(first.waiting) == DAYS - 1
    assert [day.gaps for day in first.days[:-1]] == [None] * (DAYS - 1)
    count_gaps(at=NOW)
    next_day = seen(NOW + timedelta(days=1))
    assert next_day.waiting == (city_day(NOW),)
    assert next_day.days[-2].gaps is None
    assert next_day.days[-3].gaps is not None


def test_a_reach_by_place_names_the_days_that_the_process_has_not_counted() -> None:
    a_city()
    reach = Reach(everywhere=False, places=frozenset({"M-1"}))
    assert len(seen(NOW, reach).waiting) == DAYS - 1
    count_next(NOW)
    assert len(seen(NOW, reach).waiting) == DAYS - 2
    assert seen(NOW, reach).days[-2].gaps is not None


def test_the_count_outlives_the_process_and_costs_one_read() -> None:
    a_city()
    before = counted(NOW)
    with CaptureQueriesContext(connection) as captured:
        assert seen(NOW) == before
    assert len(captured) == 1


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
    journalled(later)
    assert counted(later + PATIENCE).days[-2] == before.days[-2]


def test_a_reach_by_place_is_mended_by_a_late_record_too() -> None:
    a_city()
    before = counted_by_place(NOW, "M-1")
    place = Place.objects.get(code="M-1")
    visit = some_evidence(place, at=MIDNIGHT - timedelta(minutes=30), rule="mobile-patrol", kind="scan")
    Evidence.objects.filter(pk=visit.pk).update(recorded_at=NOW)
    after = counted_by_place(NOW + PATIENCE, "M-1")
    assert after.days[-2].gaps == (before.days[-2].gaps or 0) - 1
    assert after.days[:-2] == before.days[:-2]


def test_a_day_that_may_have_changed_keeps_its_figure_and_says_so_until_it_is_counted_again() -> None:
    a_city()
    before = counted(NOW)
    late = some_evidence(
        Place.objects.get(code="M-1"), at=MIDNIGHT - timedelta(days=2, minutes=30), rule="mobile-patrol"
    )
    journalled(NOW)
    moment = NOW + timedelta(minutes=5)
    Evidence.objects.filter(pk=late.pk).update(recorded_at=moment)
    assert count_gaps(at=moment) == 0
    waits = seen(moment)
    assert waits.changed == tuple(day.on for day in before.days[-4:-1])
    assert waits.days == before.days
    assert count_gaps(at=NOW + PATIENCE) == 1
    assert seen(NOW + PATIENCE).changed == waits.changed[:-1]
    assert count_gaps(at=NOW + LONG_PATIENCE) == 2
    assert seen(NOW + LONG_PATIENCE).changed == ()


def test_a_waiver_given_afterwards_is_counted() -> None:
    a_city()
    before = counted(NOW)
    place = Place.objects.get(code="M-1")
    give_waiver(
        scheme="city-plan-2026",
        rule="mobile-patrol",
        place=place,
        start=MIDNIGHT - timedelta(days=3),
        end=MIDNIGHT + timedelta(days=3),
        reason="停业",
        by=None,
        at=NOW,
    )
    journalled(NOW)
    after = counted(NOW + LONG_PATIENCE)
    assert (after.days[-2].gaps or 0) < (before.days[-2].gaps or 0)
    assert after.days[-7] == before.days[-7]


def test_what_did_not_change_is_not_counted_again() -> None:
    a_city()
    counted(NOW)
    later = NOW + PATIENCE
    place = Place.objects.get(code="M-1")
    some_evidence(place, at=later - timedelta(minutes=1), rule="mobile-patrol", kind="scan")
    assert seen(later).changed == ()
    assert count_gaps(at=later) == 0
    counted_by_place(later, "M-1")
    assert not count_next(later)


# ---- who counts -----------------------------------------------------------------------------------


def test_the_tallies_kept_in_step_are_what_a_rebuild_makes() -> None:
    a_city()
    count_gaps(at=NOW - timedelta(days=2))
    late = some_evidence(
        Place.objects.get(code="M-1"), at=MIDNIGHT - timedelta(days=2, minutes=30), rule="mobile-patrol"
    )
    Evidence.objects.filter(pk=late.pk).update(recorded_at=NOW - timedelta(days=1))
    count_gaps(at=NOW)
    kept = rows()
    GapTally.objects.update(not_evidenced=99)
    assert rebuild_tallies(at=NOW) == len(kept) > 0
    assert rows() == kept


def test_days_older_than_the_trend_are_dropped() -> None:
    a_city()
    count_gaps(at=NOW)
    count_gaps(at=NOW + timedelta(days=5))
    assert GapDay.objects.count() == DAYS - 1
    assert GapDay.objects.earliest("on").on == city_day(NOW + timedelta(days=5 - DAYS + 1))


def test_the_worker_is_told_once_when_days_wait_and_not_when_none_do() -> None:
    a_city()
    queued = DBTaskResult.objects.filter(task_path=count_days.module_path)
    watch_days(at=NOW)
    watch_days(at=NOW + timedelta(seconds=30))
    assert queued.count() == 1
    queued.delete()
    count_gaps(at=NOW)
    watch_days(at=NOW + timedelta(seconds=60))
    assert not queued.exists()
    watch_days(at=MIDNIGHT + timedelta(days=1, seconds=30))
    assert queued.count() == 1
