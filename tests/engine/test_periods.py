"""Windows by hand from the examples of the design, on days of clock change, and as properties."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from anlan.engine.periods import (
    Aligned,
    aligned_windows,
    local_instant,
    longest_gap,
    midnight,
    window_after,
    window_at,
    window_before,
    windows_of_run,
)
from anlan.engine.policy import Each, Every
from anlan.engine.strictness import pace, resolved_bands, stricter

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
DAY_AND_NIGHT = (
    Every(2 * HOUR, (time(6), time(22))),
    Every(HOUR, (time(22), time(6))),
)
ADOPTED = date(2026, 1, 15)
STEADY = settings(derandomize=True, deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def clocks(windows: list[Aligned], zone: ZoneInfo = SHANGHAI) -> list[str]:
    return [f"{w.start.astimezone(zone):%H:%M}-{w.end.astimezone(zone):%H:%M}" for w in windows]


def day_of(cadence: tuple[Every, ...] | Each, day: date, zone: ZoneInfo = SHANGHAI) -> list[Aligned]:
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    return list(aligned_windows(cadence, start, end, zone, ADOPTED))


def test_every_two_hours_by_day_runs_from_six_to_twenty_two() -> None:
    windows = day_of((Every(2 * HOUR, (time(6), time(22))),), date(2026, 3, 5))
    assert clocks(windows) == [
        "06:00-08:00", "08:00-10:00", "10:00-12:00", "12:00-14:00",
        "14:00-16:00", "16:00-18:00", "18:00-20:00", "20:00-22:00",
    ]  # fmt: skip


def test_a_night_band_crosses_midnight() -> None:
    windows = day_of(DAY_AND_NIGHT, date(2026, 3, 5))
    assert clocks(windows)[:6] == [f"{h:02}:00-{h + 1:02}:00" for h in range(6)]
    assert clocks(windows)[-2:] == ["22:00-23:00", "23:00-00:00"]
    assert len(windows) == 16


def test_a_band_cuts_its_last_window() -> None:
    windows = day_of((Every(3 * HOUR, (time(6), time(22))),), date(2026, 3, 5))
    assert clocks(windows)[-1] == "21:00-22:00"


def test_a_band_may_end_at_midnight() -> None:
    windows = day_of((Every(3 * HOUR, (time(18), time(0))),), date(2026, 3, 5))
    assert clocks(windows) == ["18:00-21:00", "21:00-00:00"]


def test_the_night_the_clocks_go_forward_has_seven_hourly_windows() -> None:
    windows = list(
        aligned_windows(
            (Every(HOUR, (time(22), time(6))),),
            at("2026-03-28T22:00", LONDON), at("2026-03-29T06:00", LONDON), LONDON, ADOPTED,
        )
    )  # fmt: skip
    assert len(windows) == 7
    assert all(w.end - w.start == HOUR for w in windows)
    assert clocks(windows, LONDON)[2:4] == ["00:00-02:00", "02:00-03:00"]


def test_the_night_the_clocks_go_back_has_nine_hourly_windows() -> None:
    windows = list(
        aligned_windows(
            (Every(HOUR, (time(22), time(6))),),
            at("2026-10-24T22:00", LONDON), at("2026-10-25T06:00", LONDON), LONDON, ADOPTED,
        )
    )  # fmt: skip
    assert len(windows) == 9
    assert windows[-1].end == at("2026-10-25T06:00", LONDON).astimezone(UTC)


def test_windows_run_by_elapsed_time_from_the_start_of_the_band_and_the_last_is_shorter_or_longer() -> None:
    six_hourly = (Every(6 * HOUR),)
    short, long = date(2026, 3, 29), date(2026, 10, 25)
    assert [w.end - w.start for w in day_of(six_hourly, short, LONDON)] == [6 * HOUR] * 3 + [5 * HOUR]
    assert [w.end - w.start for w in day_of(six_hourly, long, LONDON)] == [6 * HOUR] * 3 + [7 * HOUR]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_daily_visit_stays_one_visit_on_a_day_of_clock_change(day: date, hours: int) -> None:
    for cadence in ((Every(24 * HOUR),), Each("day")):
        assert [w.end - w.start for w in day_of(cadence, day, LONDON)] == [hours * HOUR]


def test_a_wall_clock_time_that_is_skipped_is_the_moment_of_the_change() -> None:
    assert local_instant(date(2026, 3, 29), time(1, 30), LONDON) == datetime(2026, 3, 29, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "starts", "ends"),
    [
        ("week", "2026-08-10", "2026-08-17"),
        ("month", "2026-08-01", "2026-09-01"),
        ("quarter", "2026-07-01", "2026-10-01"),
        ("half-year", "2026-07-01", "2027-01-01"),
        ("year", "2026-01-01", "2027-01-01"),
    ],
)
def test_calendar_periods_begin_at_local_midnight(period: str, starts: str, ends: str) -> None:
    window = window_at(Each(period), at("2026-08-14T09:00"), SHANGHAI, ADOPTED)
    assert window is not None
    assert (window.start, window.end) == (at(starts), at(ends))


def test_an_interval_over_a_day_counts_from_midnight_of_the_day_of_adoption() -> None:
    window = window_at((Every(timedelta(days=10)),), at("2026-02-01T12:00"), SHANGHAI, ADOPTED)
    assert window is not None
    assert (window.start, window.end) == (at("2026-01-25"), at("2026-02-04"))


def test_a_change_closes_the_running_window_and_the_next_runs_to_the_next_boundary() -> None:
    change, day = at("2026-03-05T12:45"), (at("2026-03-05"), at("2026-03-06"))
    before = list(windows_of_run(DAY_AND_NIGHT, (day[0], change), day, SHANGHAI, ADOPTED))
    after = list(windows_of_run((Every(HOUR / 2),), (change, None), day, SHANGHAI, ADOPTED))
    assert (before[-1].start, before[-1].end, before[-1].closed_by_change) == (
        at("2026-03-05T12:00"),
        change,
        True,
    )
    assert (after[0].start, after[0].end) == (change, at("2026-03-05T13:00"))
    assert after[0].opened_by_change
    assert after[0].owed
    assert after[1].start == at("2026-03-05T13:00")


@pytest.mark.parametrize(("minute", "owed"), [(59, True), (0, True), (1, False), (30, False)])
def test_a_window_opened_by_a_change_is_owed_from_half_the_cadence_on(minute: int, owed: bool) -> None:
    change = at("2026-03-05T12:59") if minute == 59 else at(f"2026-03-05T13:{minute:02}")
    span = (at("2026-03-05"), at("2026-03-06"))
    first = next(windows_of_run(DAY_AND_NIGHT, (change, None), span, SHANGHAI, ADOPTED))
    assert first.owed is owed


def test_a_change_on_a_boundary_opens_an_ordinary_window() -> None:
    change = at("2026-03-05T14:00")
    first = next(windows_of_run(DAY_AND_NIGHT, (change, None), (change, at("2026-03-06")), SHANGHAI, ADOPTED))
    assert first.owed
    assert not first.opened_by_change


def test_between_two_bands_no_window_is_open() -> None:
    day_only = (Every(2 * HOUR, (time(6), time(22))),)
    evening = at("2026-03-05T23:00")
    assert window_at(day_only, evening, SHANGHAI, ADOPTED) is None
    before, after = (f(day_only, evening, SHANGHAI, ADOPTED) for f in (window_before, window_after))
    assert before is not None
    assert after is not None
    assert (before.end, after.start) == (at("2026-03-05T22:00"), at("2026-03-06T06:00"))


def test_the_longest_gap_counts_from_the_start_and_to_the_end() -> None:
    visits = [at("2026-03-05T09:59"), at("2026-03-05T06:01")]
    assert longest_gap(visits, at("2026-03-05T06:00"), at("2026-03-05T12:00")) == timedelta(
        hours=3, minutes=58
    )
    assert longest_gap([], at("2026-03-05T06:00"), at("2026-03-05T12:00")) == 6 * HOUR


def test_a_measure_makes_only_the_slower_hours_faster() -> None:
    measure = (Every(1.5 * HOUR),)
    assert stricter(DAY_AND_NIGHT, measure) == (
        Every(1.5 * HOUR, (time(6), time(22))),
        Every(HOUR, (time(22), time(6))),
    )
    assert stricter(DAY_AND_NIGHT, (Every(HOUR / 2),)) == (Every(HOUR / 2),)
    assert stricter(DAY_AND_NIGHT, (Every(3 * HOUR),)) == DAY_AND_NIGHT


def test_pace_counts_the_visits_of_a_day() -> None:
    assert pace(DAY_AND_NIGHT) == 16
    assert pace((Every(HOUR),)) > pace(DAY_AND_NIGHT) > pace((Every(2 * HOUR),)) > pace(Each("day"))
    assert pace(Each("month")) > pace(Each("quarter")) > pace((Every(timedelta(days=100)),))


minutes = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))
bands = st.builds(
    Every,
    st.sampled_from([5, 10, 30, 45, 60, 90, 120, 300, 1440]).map(lambda m: timedelta(minutes=m)),
    st.one_of(st.none(), st.tuples(minutes, minutes)),
)
cadences = st.one_of(
    st.lists(bands, min_size=1, max_size=4).map(lambda chosen: resolved_bands(tuple(chosen))),
    st.sampled_from(["day", "week", "month", "quarter", "half-year", "year"]).map(Each),
    st.sampled_from([36, 48, 72, 240, 1000]).map(lambda hours: (Every(timedelta(hours=hours)),)),
)
zones = st.sampled_from([SHANGHAI, LONDON, ZoneInfo("America/Sao_Paulo"), ZoneInfo("Australia/Lord_Howe")])
instants = st.integers(1_450_000_000, 1_830_000_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@STEADY
@given(cadences, zones, instants, st.integers(1, 400))
def test_windows_never_overlap_and_are_in_order(
    cadence: tuple[Every, ...] | Each, zone: ZoneInfo, start: datetime, hours: int
) -> None:
    windows = list(aligned_windows(cadence, start, start + hours * HOUR, zone, ADOPTED))
    assert all(w.start < w.end for w in windows)
    assert all(earlier.end <= later.start for earlier, later in pairwise(windows))


@STEADY
@given(cadences, zones, instants, st.integers(1, 400), st.integers(1, 60000))
def test_a_run_of_whole_days_is_tiled_without_a_hole(
    cadence: tuple[Every, ...] | Each, zone: ZoneInfo, start: datetime, hours: int, cut: int
) -> None:
    assume(isinstance(cadence, Each) or _covers_the_day(cadence))
    end, change = start + hours * HOUR, start + timedelta(seconds=cut)
    first = list(windows_of_run(cadence, (start, change), (start, end), zone, ADOPTED))
    second = list(windows_of_run(cadence, (change, None), (start, end), zone, ADOPTED))
    windows = first + (second if change < end else [])
    assert windows[0].start == start
    assert all(earlier.end == later.start for earlier, later in pairwise(windows))
    assert windows[-1].end is not None
    assert windows[-1].end >= min(end, max(end, change))


def _covers_the_day(cadence: tuple[Every, ...]) -> bool:
    if any(band.between is None or band.between[0] == band.between[1] for band in cadence):
        return True
    starts = {band.between[0] for band in cadence if band.between}
    return starts == {band.between[1] for band in cadence if band.between}


@STEADY
@given(cadences, zones, instants)
def test_before_at_and_after_agree_with_the_list(
    cadence: tuple[Every, ...] | Each, zone: ZoneInfo, instant: datetime
) -> None:
    before, now, after = (
        find(cadence, instant, zone, ADOPTED) for find in (window_before, window_at, window_after)
    )
    assert before is not None
    assert after is not None
    between = list(aligned_windows(cadence, before.start, after.end, zone, ADOPTED))
    assert between == ([before, now, after] if now else [before, after])
    assert before.end <= instant < after.start
