"""Sensitive periods: on which days a level is in force that was settled beforehand, and how far a period is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

State = Literal["proposed", "coming", "in-force", "over", "replaced", "withdrawn"]

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Days:
    """Days in a row, both ends in."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"{self.last} lies before {self.first}")

    @property
    def count(self) -> int:
        return (self.last - self.first).days + 1

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From the midnight before the first day (in) to the one after the last (out)."""
        return datetime.combine(self.first, time(), zone), datetime.combine(self.last + _A_DAY, time(), zone)


class Period(Protocol):
    """The times of a period that decide how far it is."""

    spans: list[list[str]]
    adopted_at: datetime | None
    withdrawn_at: datetime | None


def days_of(spans: Iterable[Sequence[str]]) -> tuple[Days, ...]:
    """Spans as they are kept, in order."""
    return tuple(sorted(Days(date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans))


def spans_kept(days: Iterable[Days]) -> list[list[str]]:
    """Days as JSON holds them."""
    return [[one.first.isoformat(), one.last.isoformat()] for one in sorted(days)]


def each_year(days: Days, until: int) -> tuple[Days, ...]:
    """The same days of every year up to `until`; 29 February is there only in leap years."""
    found = [days]
    for year in range(days.first.year + 1, until + 1):
        first = _in_year(days.first, year)
        last = _in_year(days.last, year + days.last.year - days.first.year)
        if first is not None and last is not None:
            found.append(Days(first, last))
    return tuple(found)


def overlap(days: Iterable[Days]) -> tuple[Days, Days] | None:
    """Two of these that share a day, if any do."""
    ordered = sorted(days)
    for one, following in pairwise(ordered):
        if following.first <= one.last:
            return one, following
    return None


def next_days(spans: Iterable[Sequence[str]], at: datetime, zone: ZoneInfo) -> Days | None:
    """The days that are on, or else the next to come."""
    return next((one for one in days_of(spans) if at < one.moments(zone)[1]), None)


def period_state(period: Period, at: datetime, zone: ZoneInfo, *, replaced: bool = False) -> State:
    """How far a period is at a moment; `replaced` if an adopted change stands in its place."""
    if period.withdrawn_at is not None:
        return "replaced" if replaced else "withdrawn"
    if period.adopted_at is None:
        return "proposed"
    days = next_days(period.spans, at, zone)
    if days is None:
        return "over"
    return "in-force" if days.moments(zone)[0] <= at else "coming"


def _in_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None
