"""Which of two duties asks for more: the shorter interval, the larger quantity, the earlier deadline."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from math import inf

from anlan.engine.durations import duration_words
from anlan.engine.policy import CalendarPeriod, Each, Every, Once, Standing, Text, Within

ResolvedCadence = tuple[Every, ...] | Each | Within | Standing | Once
"""A cadence whose durations are known, with no reference to a figure left in it."""

DAY = timedelta(days=1)
_DAYS_IN: dict[CalendarPeriod, float] = {
    "day": 1,
    "week": 7,
    "month": 365.2425 / 12,
    "quarter": 365.2425 / 4,
    "half-year": 365.2425 / 2,
    "year": 365.2425,
}
_PERIOD_WORDS: dict[CalendarPeriod, Text] = {
    "day": Text("每天一次", "once a day"),
    "week": Text("每周一次", "once a week"),
    "month": Text("每月一次", "once a month"),
    "quarter": Text("每季度一次", "once a quarter"),
    "half-year": Text("每半年一次", "once each half-year"),
    "year": Text("每年一次", "once a year"),
}


@dataclass(frozen=True, slots=True)
class Demand:
    """What a duty asks, in figures of which the larger is the stricter, and by what it can be compared.

    Two demands compare only within one family; one without a unit asks for no quantity at all.
    """

    family: str
    unit: str
    pace: float
    quantity: float
    grace: timedelta
    order: int

    def exceeds(self, other: "Demand") -> bool:
        """Whether this one is the stricter, so that meeting it meets the other; equal ones go by order."""
        if self.family != other.family or other.unit not in ("", self.unit):
            return False
        if self.pace < other.pace or self.quantity < other.quantity:
            return False
        if (self.pace, self.quantity, self.unit) != (other.pace, other.quantity, other.unit):
            return True
        return (self.grace, self.order) < (other.grace, other.order)


def duration(value: object) -> timedelta:
    """A resolved duration; a reference left in a cadence is the programmer's mistake."""
    if not isinstance(value, timedelta):
        raise TypeError(f"the cadence still holds {value!r} where its duration should be")
    return value


def family(cadence: ResolvedCadence) -> str:
    """The sort of cadence within which strictness can be compared."""
    if isinstance(cadence, Within):
        return f"within/{cadence.of}"
    if isinstance(cadence, Standing):
        return "standing"
    return "once" if isinstance(cadence, Once) else "recurring"


def pace(cadence: ResolvedCadence) -> float:
    """How much a cadence asks, larger is stricter: visits a day, or how early the deadline is."""
    if isinstance(cadence, Each):
        return 1 / _DAYS_IN[cadence.each]
    if isinstance(cadence, Within):
        return -duration(cadence.within).total_seconds()
    if isinstance(cadence, Once):
        return -float(cadence.by.toordinal()) if cadence.by else -inf
    if isinstance(cadence, Standing):
        return 0
    return sum(band_length(band) / duration(band.every) for band in cadence)


def band_length(band: Every) -> timedelta:
    """The nominal length of a band, a whole day when it has no limits or begins where it ends."""
    if band.between is None:
        return DAY
    start, end = (seconds_of_day(limit) for limit in band.between)
    return timedelta(seconds=(end - start) % 86400) or DAY


def seconds_of_day(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


def stricter(own: ResolvedCadence, other: ResolvedCadence) -> ResolvedCadence:
    """The stricter of two cadences; bands of the day are compared hour by hour.

    Cadences of different families do not compare: the other, written to replace it, then holds.
    """
    if family(own) != family(other):
        return other
    if isinstance(own, tuple) and isinstance(other, tuple) and all(_within_a_day((*own, *other))):
        return resolved_bands((*own, *other))
    return other if pace(other) > pace(own) else own


def _within_a_day(bands: tuple[Every, ...]) -> Iterator[bool]:
    return (duration(band.every) <= DAY for band in bands)


def resolved_bands(bands: tuple[Every, ...]) -> tuple[Every, ...]:
    """The same bands without overlap, in order of the day: where two cover an hour the shorter holds."""
    edges = sorted({edge for band in bands for edge in _edges(band)})
    chosen = [_shortest(bands, edge) for edge in edges]
    if not edges or all(band is chosen[0] for band in chosen):
        return tuple(band for band in chosen[:1] if band)
    first = next(at for at in range(len(edges)) if chosen[at] is not chosen[at - 1])
    turned = [*range(first, len(edges)), *range(first)]
    starts = [at for at in turned if chosen[at] is not chosen[at - 1]]
    resolved: list[Every] = []
    for start, end in zip(starts, [*starts[1:], starts[0]], strict=True):
        band = chosen[start]
        if band is not None:
            resolved.append(replace(band, between=(_clock(edges[start]), _clock(edges[end]))))
    return tuple(sorted(resolved, key=lambda band: band.between or (time(0), time(0))))


def _edges(band: Every) -> tuple[int, ...]:
    return (0,) if band.between is None else tuple(seconds_of_day(limit) for limit in band.between)


def _shortest(bands: tuple[Every, ...], second: int) -> Every | None:
    covering = [band for band in bands if _covers(band, second)]
    return min(covering, key=lambda band: duration(band.every), default=None)


def _covers(band: Every, second: int) -> bool:
    start = seconds_of_day(band.between[0]) if band.between else 0
    return (second - start) % 86400 < band_length(band).total_seconds()


def _clock(second: int) -> time:
    return time(second // 3600, second // 60 % 60, second % 60)


def cadence_words(cadence: ResolvedCadence) -> Text:
    """A cadence said in both languages: 06:00 至 22:00 每 2 小时一次."""
    if isinstance(cadence, Each):
        return _PERIOD_WORDS[cadence.each]
    if isinstance(cadence, Standing):
        return Text("持续保持", "at all times")
    if isinstance(cadence, Once):
        return _once_words(cadence.by)
    if isinstance(cadence, Within):
        within = duration_words(duration(cadence.within))
        return Text(f"事项发生后 {within.zh}内", f"within {within.en} of the event")
    parts = [_band_words(band) for band in cadence]
    return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def _once_words(by: date | None) -> Text:
    if by is None:
        return Text("完成一次", "once")
    return Text(f"{by.isoformat()} 前完成一次", f"once, by {by.isoformat()}")


def _band_words(band: Every) -> Text:
    every = duration_words(duration(band.every))
    if band.between is None:
        return Text(f"每 {every.zh}一次", f"every {every.en}")
    start, end = (f"{limit:%H:%M}" for limit in band.between)
    return Text(f"{start} 至 {end} 每 {every.zh}一次", f"every {every.en} from {start} to {end}")
