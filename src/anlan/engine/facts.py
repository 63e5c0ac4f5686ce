"""What the engine is told: facts of places and departments, and everything dated that bears on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from anlan.engine.policy import FactValue, Level, Scheme, Subject

CITY_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone of a city that names none."""

FOREVER: datetime | None = None
"""An open end: still so, until a later record says otherwise."""


@dataclass(frozen=True, slots=True)
class FactVersion:
    """The facts of a subject from `start` (in) to `end` (out, None = still so)."""

    start: datetime
    end: datetime | None
    values: Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened to a place and starts a clock: registered, rebuilt, its document revised."""

    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostureSpan:
    """A posture level in force at a subject from `start` (in) to `end` (out, None = until stood down)."""

    start: datetime
    end: datetime | None
    level: Level
    because: str = ""


@dataclass(frozen=True, slots=True)
class CheckpointSpan:
    """A checkpoint that is walked from `opened` (in; None: as long as the place) to `closed` (out; None: still)."""

    code: str
    opened: datetime | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """A place or department with the history that decides what it owes.

    `versions` are ordered and contiguous from the day it was registered; `checkpoints` are those that are, or
    were, walked. `registered` is the first instant at which anything can be owed.
    """

    code: str
    subject: Subject
    name: str
    district: str
    registered: datetime
    closed: datetime | None
    versions: tuple[FactVersion, ...]
    postures: tuple[PostureSpan, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    checkpoints: tuple[CheckpointSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalFigure:
    """A city's own value for a scheme's figure, for one place or for all (`place` None).

    Between overlapping ones the later recorded wins, and one for the place beats one for the city.
    """

    scheme: str
    parameter: str
    value: bool | int | float | str
    reason: str
    by: str
    start: date
    end: date | None
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Adoption:
    """A scheme edition that the city works by from `start` (in) to `end` (out)."""

    scheme: Scheme
    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What the city works by: adopted editions, its own figures in order of recording, and its time zone."""

    adoptions: tuple[Adoption, ...]
    local: tuple[LocalFigure, ...] = ()
    zone: ZoneInfo = CITY_ZONE


@dataclass(frozen=True, slots=True)
class EvidenceMark:
    """What the engine needs of a record of evidence; struck ones are left out by the caller."""

    scheme: str
    rule: str
    subject: str
    effective: datetime
    recorded: datetime
    checkpoint: str | None = None
    quantity: float | None = None
    expires: datetime | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class WaiverSpan:
    """A rule that a subject is excused from; it covers windows whose deadline is after `start`, up to `end`."""

    scheme: str
    rule: str
    subject: str
    start: datetime
    end: datetime
    reason: str = ""
    id: str = ""
