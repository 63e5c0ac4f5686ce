"""Reading what a phone sends: each record by itself, so that one that cannot be read does not hold up the others."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from anlan.actions.patrol_records import (
    Batch,
    Clock,
    EndRecord,
    HelpRecord,
    Position,
    Record,
    VisitRecord,
    WalkRecord,
)

MOST_RECORDS = 100
MOST_BYTES = 512 * 1024
_A_YEAR_S = 366 * 24 * 3600.0


class UnreadableError(ValueError):
    """The whole body is no batch; `args[0]` is the kind of problem."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that cannot be read: its id as sent, and what is wrong."""

    id: str
    why: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A batch as it was sent: ids in order, the records that can be read, and those that cannot.

    `walk` is the round that the phone is on, of which it wants to hear.
    """

    ids: tuple[str, ...]
    batch: Batch
    unread: Mapping[str, Unread]
    walk: UUID | None = None


def _sensible(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2200:
        raise ValueError("a year from 2000 to 2199")
    return moment.astimezone(UTC)


def _whole(text: str) -> str:
    if "\0" in text:
        raise ValueError("no null characters")
    return text


Moment = Annotated[AwareDatetime, AfterValidator(_sensible)]
Short = Annotated[str, Field(max_length=64), AfterValidator(_whole)]
Long = Annotated[str, Field(max_length=500), AfterValidator(_whole)]
Seconds = Annotated[float, Field(ge=-20 * _A_YEAR_S, le=20 * _A_YEAR_S)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", allow_inf_nan=False)

    id: UUID
    device_at: Moment
    skew_s: Seconds | None = None
    elapsed_s: Annotated[float, Field(ge=0, le=_A_YEAR_S)] | None = None

    def clock(self) -> Clock:
        return Clock(
            self.device_at,
            None if self.skew_s is None else timedelta(seconds=self.skew_s),
            None if self.elapsed_s is None else timedelta(seconds=self.elapsed_s),
        )


class _Walk(_Body):
    kind: Literal["walk"]
    place: Short
    beat: Short = ""
    plan: UUID | None = None

    def record(self) -> Record:
        return WalkRecord(self.id, self.clock(), self.place, self.beat, self.plan)


class _Position(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)

    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]
    accuracy_m: Annotated[float, Field(ge=0, le=1e7)]


class _Visit(_Body):
    kind: Literal["visit"]
    walk: UUID
    number: Annotated[int, Field(ge=0, le=1_000_000)]
    way: Literal["qr", "typed", "nfc", "link", ""] = "qr"
    code: Long = ""
    missed: Short = ""
    reason: Annotated[str, Field(max_length=300), AfterValidator(_whole)] = ""
    note: Long = ""
    position: _Position | None = None

    def record(self) -> Record:
        where = self.position
        return VisitRecord(
            self.id, self.clock(), self.walk, self.number, self.way, self.code, self.missed, self.reason, self.note,
            Position(where.longitude, where.latitude, where.accuracy_m) if where else None,
        )  # fmt: skip


class _End(_Body):
    kind: Literal["end"]
    walk: UUID
    reason: Annotated[str, Field(max_length=300), AfterValidator(_whole)] = ""

    def record(self) -> Record:
        return EndRecord(self.id, self.clock(), self.walk, self.reason)


class _Help(_Body):
    kind: Literal["help"]
    place: Short
    walk: UUID | None = None
    checkpoint: Short = ""
    seen: Short = ""
    seen_at: Moment | None = None

    def record(self) -> Record:
        return HelpRecord(
            self.id, self.clock(), self.place, self.walk, self.checkpoint, self.seen, self.seen_at
        )


_ANY: TypeAdapter[_Walk | _Visit | _End | _Help] = TypeAdapter(
    Annotated[_Walk | _Visit | _End | _Help, Field(discriminator="kind")]
)
_MOMENT: TypeAdapter[datetime] = TypeAdapter(Moment)


def read_sent(content: bytes) -> Sent:
    """A batch from the body of a request; UnreadableError where it is no batch at all."""
    body = _body(content)
    listed = body.get("records")
    if not isinstance(listed, list):
        raise UnreadableError("malformed-request")
    if len(listed) > MOST_RECORDS:
        raise UnreadableError("too-large")
    ids: list[str] = []
    records: list[Record] = []
    unread: dict[str, Unread] = {}
    for item in listed:
        name = str(item.get("id", ""))[:64] if isinstance(item, dict) else ""
        try:
            record = _ANY.validate_python(item).record()
        except ValidationError as error:
            ids.append(name)
            unread[name] = Unread(name, _what(error))
            continue
        ids.append(str(record.id))
        records.append(record)
    return Sent(
        tuple(ids), Batch(tuple(records), _sent_at(body.get("sent_at"))), unread, _walk(body.get("walk"))
    )


def _body(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise UnreadableError("too-large")
    try:
        body = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("malformed-request") from error
    if not isinstance(body, dict):
        raise UnreadableError("malformed-request")
    return body


def _refuse(constant: str) -> float:
    raise ValueError(constant)


def _sent_at(value: object) -> datetime | None:
    try:
        return _MOMENT.validate_python(value)
    except ValidationError:
        return None


def _walk(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _what(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:200]
