"""Shifts as spans of time: when each begins and ends, and which of them answers for a window."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from anlan.engine.periods import in_utc, local_instant
from anlan.engine.strictness import DAY


@dataclass(frozen=True, slots=True)
class ShiftTimes:
    """A shift as the register holds it; `days` are the ISO weekdays on which it starts."""

    code: str
    starts: time
    ends: time
    days: str = "1234567"
    opened: datetime | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShiftSpan:
    """One shift on one day: from `start` (in) to `end` (out); `on` is the local day on which it starts."""

    code: str
    on: date
    start: datetime
    end: datetime

    def overlap(self, start: datetime, end: datetime) -> timedelta:
        """How long it holds of [start, end)."""
        return max(min(self.end, end) - max(self.start, start), timedelta(0))


def span_on(shift: ShiftTimes, on: date, zone: ZoneInfo) -> ShiftSpan | None:
    """The shift that starts on a day, if it does; one that ends no later than it starts runs into the next day."""
    if str(on.isoweekday()) not in shift.days:
        return None
    last = on if shift.ends > shift.starts else on + DAY
    start, end = local_instant(on, shift.starts, zone), local_instant(last, shift.ends, zone)
    if shift.opened is not None and end <= in_utc(shift.opened):
        return None
    if shift.closed is not None and start >= in_utc(shift.closed):
        return None
    return ShiftSpan(shift.code, on, start, end)


def spans_between(shifts: Iterable[ShiftTimes], first: date, last: date, zone: ZoneInfo) -> list[ShiftSpan]:
    """Every shift that starts from `first` to `last` (both in), in order of time."""
    return sorted(_spans(shifts, first, last, zone), key=_in_order)


def holder(start: datetime, end: datetime, spans: Sequence[ShiftSpan]) -> ShiftSpan | None:
    """The shift that holds most of [start, end), the earlier of two that hold as much; None if none holds any."""
    best: ShiftSpan | None = None
    for span in sorted(spans, key=_in_order):
        held = span.overlap(start, end)
        if held > timedelta(0) and (best is None or held > best.overlap(start, end)):
            best = span
    return best


def _spans(shifts: Iterable[ShiftTimes], first: date, last: date, zone: ZoneInfo) -> Iterator[ShiftSpan]:
    for shift in shifts:
        for number in range((last - first).days + 1):
            span = span_on(shift, first + number * DAY, zone)
            if span is not None:
                yield span


def _in_order(span: ShiftSpan) -> tuple[datetime, datetime, str]:
    return span.start, span.end, span.code
