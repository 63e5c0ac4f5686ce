"""The windows in which something is owed once: bands of the day, calendar periods, and how changes cut them.

Every instant is returned in UTC, in which lengths and order are true also on a day of clock change.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from anlan.engine.policy import CalendarPeriod, Each, Every
from anlan.engine.strictness import DAY, band_length, duration

Recurring = tuple[Every, ...] | Each
"""The cadences that come round by themselves."""

_MONTHS_IN: dict[CalendarPeriod, int] = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}


@dataclass(frozen=True, slots=True)
class Window:
    """A time from `start` (in) to `end` (out, None: open) in which something is asked.

    `owed` False: a change opened it and it is less than half the cadence long.
    """

    start: datetime
    end: datetime | None
    owed: bool = True
    opened_by_change: bool = False
    closed_by_change: bool = False


@dataclass(frozen=True, slots=True)
class Aligned:
    """A window where the clock and calendar put it; `cadence` is the interval that is asked."""

    start: datetime
    end: datetime
    cadence: timedelta


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC; a time without zone is refused."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} names no time zone")
    return instant.astimezone(UTC)


def local_instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall clock time; one that the clocks skip is the moment they are changed."""
    earlier = datetime.combine(day, clock, zone).astimezone(UTC)
    if earlier.astimezone(zone).replace(tzinfo=None) == datetime.combine(day, clock):
        return earlier
    low, high = datetime.combine(day, clock, zone).replace(fold=1).astimezone(UTC), earlier
    offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (low, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, high)
    return high


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins."""
    return local_instant(day, time(0), zone)


def local_date(instant: datetime, zone: ZoneInfo) -> date:
    return instant.astimezone(zone).date()


def aligned_windows(
    cadence: Recurring, start: datetime, end: datetime, zone: ZoneInfo, anchor: date
) -> Iterator[Aligned]:
    """The aligned windows overlapping [start, end), in order; intervals over a day count from `anchor`."""
    start, end = in_utc(start), in_utc(end)
    if isinstance(cadence, Each):
        source = _calendar_windows(cadence.each, local_date(start, zone), zone)
    elif any(duration(band.every) > DAY for band in cadence):
        source = _long_windows(min(duration(band.every) for band in cadence), start, zone, anchor)
    else:
        source = _daily_windows(cadence, local_date(start, zone) - DAY, zone)
    for window in source:
        if window.start >= end:
            return
        if window.end > start:
            yield window


def windows_of_run(
    cadence: Recurring,
    run: tuple[datetime, datetime | None],
    span: tuple[datetime, datetime],
    zone: ZoneInfo,
    anchor: date,
) -> Iterator[Window]:
    """The windows overlapping `span` of a duty that is owed in the same terms for the length of `run`.

    The first runs from the change to the next aligned boundary and is owed if at least half the cadence long.
    """
    begin, finish = in_utc(run[0]), in_utc(run[1]) if run[1] else None
    start, end = max(in_utc(span[0]), begin), in_utc(span[1])
    if finish is not None:
        end = min(end, finish)
    for aligned in aligned_windows(cadence, start, end, zone, anchor):
        yield cut_to_run(aligned, begin, finish)


def cut_to_run(aligned: Aligned, begin: datetime, finish: datetime | None) -> Window:
    """The part of an aligned window that lies within a run, and whether it is owed."""
    opened, closed = aligned.start < begin, finish is not None and finish < aligned.end
    return Window(
        start=begin if opened else aligned.start,
        end=finish if closed else aligned.end,
        owed=not opened or 2 * (aligned.end - begin) >= aligned.cadence,
        opened_by_change=opened,
        closed_by_change=closed,
    )


def window_at(cadence: Recurring, at: datetime, zone: ZoneInfo, anchor: date) -> Aligned | None:
    """The aligned window that is open at `at`; None between two bands."""
    return next(aligned_windows(cadence, at, in_utc(at) + timedelta(microseconds=1), zone, anchor), None)


def window_before(cadence: Recurring, at: datetime, zone: ZoneInfo, anchor: date) -> Aligned | None:
    """The last aligned window that has ended by `at`."""
    at = in_utc(at)
    for reach in (timedelta(0), DAY, 3 * DAY, 400 * DAY, 4000 * DAY):
        begun = aligned_windows(cadence, at - reach - timedelta(microseconds=1), at, zone, anchor)
        ended = [window for window in begun if window.end <= at]
        if ended:
            return ended[-1]
    return None


def window_after(cadence: Recurring, at: datetime, zone: ZoneInfo, anchor: date) -> Aligned | None:
    """The first aligned window that begins after `at`."""
    at = in_utc(at)
    later = aligned_windows(cadence, at, at + 4000 * DAY, zone, anchor)
    return next((window for window in later if window.start > at), None)


@dataclass(frozen=True, slots=True)
class Terms:
    """A recurring cadence in force from `start` (in) to `end` (out, None: still)."""

    cadence: Recurring
    start: datetime
    end: datetime | None


def last_closed(terms: Sequence[Terms], at: datetime, zone: ZoneInfo, anchor: date) -> Window | None:
    """The latest owed window that has closed by `at`, over terms that followed one another without a break.

    None if there is none, or if a change closed it: what a change cuts is neither kept nor missed.
    """
    at = in_utc(at)
    for number in range(len(terms) - 1, -1, -1):
        own = terms[number]
        until = at if own.end is None else min(at, in_utc(own.end))
        if number < len(terms) - 1:
            running = window_at(own.cadence, until, zone, anchor)
            if running is not None and running.start < until and cut_to_run(running, own.start, until).owed:
                return None
        ended = window_before(own.cadence, until, zone, anchor)
        if ended is not None and ended.end > own.start:
            window = cut_to_run(ended, own.start, None)
            if window.owed:
                return window
    return None


def longest_gap(visits: Iterable[datetime], start: datetime, end: datetime) -> timedelta:
    """The longest time without a visit between `start` and `end`, both taken as ends of a gap."""
    start, end = in_utc(start), in_utc(end)
    seen = sorted(in_utc(visit) for visit in visits)
    inside = [start, *(visit for visit in seen if start <= visit < end), max(start, end)]
    return max(later - earlier for earlier, later in pairwise(inside))


def _daily_windows(cadence: tuple[Every, ...], day: date, zone: ZoneInfo) -> Iterator[Aligned]:
    while cadence:
        yield from _windows_of_day(cadence, day, zone)
        day += DAY


@lru_cache(maxsize=8192)
def _windows_of_day(cadence: tuple[Every, ...], day: date, zone: ZoneInfo) -> tuple[Aligned, ...]:
    windows = [window for band in cadence for window in _windows_of_band(band, day, zone)]
    return tuple(sorted(windows, key=lambda window: window.start))


def _windows_of_band(band: Every, day: date, zone: ZoneInfo) -> Iterator[Aligned]:
    """Windows by elapsed time from the band's start; what a clock change adds is its own if half of one long."""
    opens, closes = band.between or (time(0), time(0))
    every = duration(band.every)
    start = local_instant(day, opens, zone)
    end = local_instant(day if opens < closes else day + DAY, closes, zone)
    usual = start + band_length(band)
    bounds = [start]
    while bounds[-1] + every < end:
        boundary = bounds[-1] + every
        if boundary >= usual and 2 * (end - boundary) < every:
            break
        bounds.append(boundary)
    for opened, closed in pairwise([*bounds, end]):
        if opened < closed:
            yield Aligned(opened, closed, every)


def _long_windows(every: timedelta, start: datetime, zone: ZoneInfo, anchor: date) -> Iterator[Aligned]:
    """Windows over a day long, from local midnight of `anchor`: whole days by date, others by elapsed time."""
    if every % DAY:
        origin = midnight(anchor, zone)
        number = (start - origin) // every
        while True:
            yield Aligned(origin + number * every, origin + (number + 1) * every, every)
            number += 1
    number = (local_date(start, zone) - anchor) // every
    while True:
        opens, closes = anchor + number * every, anchor + (number + 1) * every
        yield Aligned(midnight(opens, zone), midnight(closes, zone), every)
        number += 1


def _calendar_windows(period: CalendarPeriod, day: date, zone: ZoneInfo) -> Iterator[Aligned]:
    opens = _period_start(period, day)
    while True:
        closes = _next_period(period, opens)
        start, end = midnight(opens, zone), midnight(closes, zone)
        yield Aligned(start, end, end - start)
        opens = closes


def _period_start(period: CalendarPeriod, day: date) -> date:
    if period == "day":
        return day
    if period == "week":
        return day - timedelta(days=day.weekday())
    months = _MONTHS_IN[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _next_period(period: CalendarPeriod, start: date) -> date:
    if period in ("day", "week"):
        return start + timedelta(days=1 if period == "day" else 7)
    month = start.month - 1 + _MONTHS_IN[period]
    return date(start.year + month // 12, month % 12 + 1, 1)
