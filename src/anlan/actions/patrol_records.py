"""What a guard's phone sends, one value per kind of record, and what became of each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

Status = Literal["recorded", "known", "refused", "unknown-walk"]
"""known: it had been recorded before; unknown-walk: send the beginning of its walk again, then this."""


@dataclass(frozen=True, slots=True)
class Clock:
    """The phone's clock at a record: `skew` is what it knew its clock to be behind the server's, None if never told.

    `elapsed` is the time since the walk began by a clock that nobody can set.
    """

    device_at: datetime
    skew: timedelta | None = None
    elapsed: timedelta | None = None


@dataclass(frozen=True, slots=True)
class WalkRecord:
    """A guard begins a round of a place."""

    id: UUID
    clock: Clock
    place: str
    beat: str = ""
    plan: UUID | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """Where the phone was, in degrees (WGS-84), and how well it knew."""

    longitude: float
    latitude: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """A scan of a code, or a checkpoint that could not be reached (`missed`, with a reason)."""

    id: UUID
    clock: Clock
    walk: UUID
    number: int
    way: str = "qr"
    code: str = ""
    missed: str = ""
    reason: str = ""
    note: str = ""
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class EndRecord:
    """The guard ends the round; before the shift is over only with a reason."""

    id: UUID
    clock: Clock
    walk: UUID
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HelpRecord:
    """The guard pressed for help: `checkpoint` is the next leg, `seen` the one scanned last, by the phone's clock."""

    id: UUID
    clock: Clock
    place: str
    walk: UUID | None = None
    checkpoint: str = ""
    seen: str = ""
    seen_at: datetime | None = None


Record = WalkRecord | VisitRecord | EndRecord | HelpRecord


@dataclass(frozen=True, slots=True)
class Batch:
    """Records in the order in which the phone made them; `sent_at` is its clock at the moment of sending."""

    records: tuple[Record, ...]
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a record; `why` names the cause of a refusal."""

    id: UUID
    status: Status
    why: str = ""
    flags: tuple[str, ...] = ()
