"""What the array engine is told: all places as columns, and the rows of evidence and waivers that bear on them.

Instants come in as float seconds since 1970 (UTC) and are held as whole microseconds, so that they compare exactly.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from anlan.engine.policy import FactValue, Level

Floats = NDArray[np.float64]
Instants = NDArray[np.int64]
Numbers = NDArray[np.int32]
Flags = NDArray[np.bool_]

NEVER = -(2**60)
FOREVER = 2**60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = timedelta(microseconds=1)


def instants(seconds: ArrayLike, *, missing: int = FOREVER) -> Instants:
    """Seconds since 1970 as whole microseconds; what is not a finite number becomes `missing`."""
    values = np.asarray(seconds, dtype=np.float64)
    finite = np.isfinite(values)
    return np.where(finite, np.rint(np.where(finite, values, 0) * 1e6), missing).astype(np.int64)


def instant_of(moment: datetime | None) -> int:
    """An aware datetime as microseconds since 1970; None is for ever."""
    return FOREVER if moment is None else (moment - _EPOCH) // _INSTANT


def moment_of(instant: int) -> datetime:
    """Microseconds since 1970 as a datetime in UTC."""
    return _EPOCH + int(instant) * _INSTANT


@dataclass(frozen=True, slots=True)
class Column:
    """One fact for each row: numbers (nan: unknown), or codes into `words` (-1: unknown) for flags and terms."""

    values: Floats | Numbers
    words: tuple[FactValue, ...] | None = None


def column_of(values: Sequence[FactValue]) -> Column:
    """A column from plain values; it holds numbers if all that are known are numbers, else codes."""
    known = [value for value in values if value is not None]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in known):
        return Column(np.array([np.nan if value is None else value for value in values], dtype=np.float64))
    words: dict[tuple[type, FactValue], int] = {}
    codes = [-1 if value is None else words.setdefault((type(value), value), len(words)) for value in values]
    return Column(np.array(codes, dtype=np.int32), tuple(value for _, value in words))


@dataclass(frozen=True, slots=True)
class BoardPosture:
    """A level in force from `start` to `end` (inf: until stood down) at these places, or (None) in the whole city."""

    level: Level
    start: float
    end: float = np.inf
    places: Numbers | None = None


@dataclass(frozen=True, slots=True)
class PointRows:
    """Checkpoints as rows: the place of each, and the seconds from `opened` (-inf: ever) to `closed` (inf: still)."""

    place: Numbers
    opened: Floats
    closed: Floats

    @staticmethod
    def none() -> "PointRows":
        return PointRows(np.zeros(0, dtype=np.int32), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, slots=True)
class BoardRegister:
    """All places, numbered as in `codes`, with the rows of their facts.

    `row_place` and `row_start` are sorted by place, then time; a row holds until the next of its place, the
    first from registration on. `facts` has one column for each fact, as long as the rows. `occurrences` holds for
    each kind of event the places and the seconds at which it happened.
    """

    codes: Sequence[str]
    district: Numbers
    registered: Floats
    closed: Floats
    row_place: Numbers
    row_start: Floats
    facts: Mapping[str, Column]
    checkpoints: PointRows = field(default_factory=PointRows.none)
    postures: Sequence[BoardPosture] = ()
    occurrences: Mapping[str, tuple[Numbers, Floats]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        places, rows = len(self.codes), len(self.row_place)
        for name in ("district", "registered", "closed"):
            if len(getattr(self, name)) != places:
                raise ValueError(f"`{name}` has {len(getattr(self, name))} values for {places} places")
        for name, column in self.facts.items():
            if len(column.values) != rows:
                raise ValueError(f"the fact `{name}` has {len(column.values)} values for {rows} rows")
        step = np.diff(self.row_place)
        if np.any(step < 0) or np.any(np.diff(self.row_start)[step == 0] < 0):
            raise ValueError("the rows of facts are not sorted by place and time")
        if np.count_nonzero(step) + min(rows, 1) != places:
            raise ValueError("every place needs at least one row of facts")


@dataclass(frozen=True, slots=True)
class MarkRows:
    """Evidence as rows: the projection Standing (latest per rule, place, checkpoint), or records for detail.

    `rule` is an index into `CompiledDuties.rules` (-1: none of them), `checkpoint` one into the register's
    checkpoints (-1: none). Unknown expiry or quantity is nan.
    """

    rule: Numbers
    place: Numbers
    checkpoint: Numbers
    effective: Floats
    expires: Floats
    quantity: Floats

    @staticmethod
    def none() -> "MarkRows":
        codes, numbers = np.zeros(0, dtype=np.int32), np.zeros(0)
        return MarkRows(codes, codes, codes, numbers, numbers, numbers)


@dataclass(frozen=True, slots=True)
class WaiverRows:
    """Waivers as rows; each covers deadlines after `start`, up to `end`."""

    rule: Numbers
    place: Numbers
    start: Floats
    end: Floats

    @staticmethod
    def none() -> "WaiverRows":
        codes, numbers = np.zeros(0, dtype=np.int32), np.zeros(0)
        return WaiverRows(codes, codes, numbers, numbers)
