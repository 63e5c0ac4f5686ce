"""Taking in what guards' phones recorded: whole or not at all, each record once, nothing refused for being late.

Evidence of a scan names the post and the checkpoint; who walked stands on the walk alone.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.patrol_records import (
    Batch,
    Clock,
    EndRecord,
    HelpRecord,
    Outcome,
    Position,
    VisitRecord,
    WalkRecord,
)
from anlan.actions.patrol_visits import Arrival, keep_visits
from anlan.actions.turns import take_turn
from anlan.engine.patrol_codes import LETTERS
from anlan.models import Beat, Checkpoint, Device, HelpCall, PatrolPlan, Place, User, Visit, Walk
from anlan.models.ids import new_id
from anlan.queries.patrol_news import rounds_running
from anlan.queries.patrol_phone import codes_read, may_walk

REASON_LENGTH, NOTE_LENGTH = 300, 500
_SomeRecord = TypeVar("_SomeRecord", WalkRecord, VisitRecord, EndRecord, HelpRecord)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: a member of staff with an enrolled phone, or signed in at a page; `ended_at`: left by then."""

    user: User
    device: Device | None = None
    ended_at: datetime | None = None


def take_batch(batch: Batch, *, sender: Sender, at: datetime) -> list[Outcome]:
    """Record a batch in one transaction; the outcome of each record, in order."""
    try:
        return _taken(batch, sender, at)
    except IntegrityError:
        # Another request recorded one of the same ids meanwhile; now they are known.
        return _taken(batch, sender, at)


def take_scan(
    content: str,
    *,
    place: Place,
    user: User,
    at: datetime,
    id: UUID | None = None,  # noqa: A002  (the record's own id, by its own name)
    way: str = "link",
    note: str = "",
    position: Position | None = None,
) -> Visit:
    """Record a scan made without the guard's page, on the guard's open round at the place or a new one."""
    records: list[WalkRecord | VisitRecord] = []
    clock = Clock(at)
    walk = open_walk(user, place, at)
    walk_id = walk.pk if walk else new_id()
    if walk is None:
        records.append(WalkRecord(walk_id, clock, place.code))
    number = walk.visits.count() + 1 if walk else 1
    visit = VisitRecord(id or new_id(), clock, walk_id, number, way, content, note=note, position=position)
    outcomes = take_batch(Batch((*records, visit), at), sender=Sender(user), at=at)
    refused = [outcome.why for outcome in outcomes if outcome.status == "refused"]
    if refused:
        raise PermissionError(refused[0])
    return Visit.objects.get(pk=visit.id)


def open_walk(user: User, place: Place, at: datetime) -> Walk | None:
    """The round that somebody is on at a place."""
    return rounds_running(user, place, at).first()


@dataclass(slots=True)
class _Intake:
    """One batch on its way in."""

    sender: Sender
    at: datetime
    present_skew: timedelta | None
    outcomes: dict[UUID, Outcome] = field(default_factory=dict)
    entries: list[Change] = field(default_factory=list)

    def arrival(self, clock: Clock) -> Arrival:
        """When a record was made, as the server reckons it."""
        skew = clock.skew if clock.skew is not None else self.present_skew or timedelta()
        drift = self.present_skew - skew if self.present_skew is not None else timedelta()
        said_at = clock.device_at + skew
        return Arrival(clock.device_at, said_at, min(said_at, self.at), self.at, skew, drift, clock.elapsed)

    def refuse(self, record: UUID, why: str) -> None:
        self.outcomes[record] = Outcome(record, "refused", why)

    def left_before(self, effective: datetime) -> bool:
        """Whether the phone's holder had left when this was done."""
        return self.sender.ended_at is not None and effective > self.sender.ended_at


@transaction.atomic
def _taken(batch: Batch, sender: Sender, at: datetime) -> list[Outcome]:
    take_turn(f"walks/{sender.user.pk}")
    intake = _Intake(sender, at, at - batch.sent_at if batch.sent_at else None)
    _begin_walks(intake, _of(WalkRecord, batch))
    visits = _of(VisitRecord, batch)
    ends = _of(EndRecord, batch)
    walks = _walks(intake, {record.walk for record in visits} | {record.walk for record in ends})
    _record_visits(intake, visits, walks)
    _end_walks(intake, ends, walks)
    _call_help(intake, _of(HelpRecord, batch))
    if intake.entries:
        journal.write_all(intake.entries, by=None, at=at)
    return [intake.outcomes[record.id] for record in batch.records]


def _of(kind: type[_SomeRecord], batch: Batch) -> list[_SomeRecord]:
    return [record for record in batch.records if isinstance(record, kind)]


# ---- walks -------------------------------------------------------------------------------------


def _begin_walks(intake: _Intake, records: Sequence[WalkRecord]) -> None:
    if not records:
        return
    known = set(Walk.objects.filter(pk__in=[record.id for record in records]).values_list("pk", flat=True))
    codes = {record.place for record in records}
    places = {
        place.code: place for place in Place.objects.select_related("department").filter(code__in=codes)
    }
    for record in records:
        if record.id in known:
            intake.outcomes[record.id] = Outcome(record.id, "known")
            continue
        arrival = intake.arrival(record.clock)
        place = places.get(record.place)
        if place is None or intake.left_before(arrival.effective):
            intake.refuse(record.id, "no-such-place" if place is None else "left")
        elif not may_walk(intake.sender.user, place, arrival.effective, intake.at):
            intake.refuse(record.id, "no-grant")
        else:
            _begin_walk(intake, record, place, arrival)
            known.add(record.id)


def _begin_walk(intake: _Intake, record: WalkRecord, place: Place, arrival: Arrival) -> None:
    plan = PatrolPlan.objects.filter(pk=record.plan, place=place).first() if record.plan else None
    beat = Beat.objects.filter(place=place, code=record.beat).first() if record.beat else None
    walk = Walk.objects.create(
        id=record.id, place=place, beat=beat, plan=plan, guard=intake.sender.user, alias=_alias(),
        device=intake.sender.device, started_at=arrival.effective, received_at=intake.at,
    )  # fmt: skip
    intake.outcomes[record.id] = Outcome(record.id, "recorded")
    changes = {"started_at": [None, walk.started_at], "beat": [None, beat.code if beat else None]}
    intake.entries.append(_entry("begin-walk", walk, "walk", walk.pk, walk.alias, changes))


def _alias() -> str:
    """A name for one round that leads back to nobody."""
    return "G-" + "".join(secrets.choice(LETTERS) for _ in range(5))


def _walks(intake: _Intake, ids: set[UUID]) -> dict[UUID, Walk]:
    """The walks by id that are the sender's own."""
    rows = Walk.objects.select_related("place__department", "beat__post").filter(pk__in=ids)
    return {walk.pk: walk for walk in rows if walk.guard_id == intake.sender.user.pk}


def _end_walks(intake: _Intake, records: Sequence[EndRecord], walks: dict[UUID, Walk]) -> None:
    for record in records:
        walk = walks.get(record.walk)
        if walk is None:
            intake.outcomes[record.id] = Outcome(record.id, "unknown-walk")
            continue
        if walk.ended_at is not None:
            intake.outcomes[record.id] = Outcome(record.id, "known")
            continue
        walk.ended_at = max(intake.arrival(record.clock).effective, walk.started_at)
        walk.early_reason = record.reason[:REASON_LENGTH]
        walk.save(update_fields=["ended_at", "early_reason"])
        intake.outcomes[record.id] = Outcome(record.id, "recorded")
        changes = {"ended_at": [None, walk.ended_at]}
        intake.entries.append(
            _entry("end-walk", walk, "walk", walk.pk, walk.alias, changes, walk.early_reason)
        )


# ---- visits ------------------------------------------------------------------------------------


def _record_visits(intake: _Intake, records: Sequence[VisitRecord], walks: dict[UUID, Walk]) -> None:
    if not records:
        return
    known = Visit.objects.in_bulk([record.id for record in records])
    codes = codes_read(record.code for record in records if record.code)
    missed = _missed_points(records, walks)
    fresh: list[tuple[VisitRecord, Visit]] = []
    taken: set[UUID] = set()
    for record in records:
        walk = walks.get(record.walk)
        if record.id in known:
            _add_note(known[record.id], record)
            intake.outcomes[record.id] = Outcome(record.id, "known", flags=tuple(known[record.id].flags))
        elif walk is None:
            intake.outcomes[record.id] = Outcome(record.id, "unknown-walk")
        elif intake.left_before(intake.arrival(record.clock).effective):
            intake.refuse(record.id, "left")
        elif record.id not in taken:
            taken.add(record.id)
            code = codes.get(record.code)
            point = missed.get((walk.place_id, record.missed)) if record.missed else None
            arrival = intake.arrival(record.clock)
            visit = Visit(
                id=record.id, walk=walk, kind="missed" if record.missed else "scan",
                checkpoint=point or (code.checkpoint if code else None), way=record.way, code=code,
                number=record.number, device_at=arrival.device_at, effective_at=arrival.effective,
                clock_offset_s=arrival.skew.total_seconds(), received_at=intake.at,
                reason=record.reason[:REASON_LENGTH], note=record.note[:NOTE_LENGTH],
            )  # fmt: skip
            if record.position is not None:
                visit.longitude = record.position.longitude
                visit.latitude = record.position.latitude
                visit.accuracy_m = record.position.accuracy_m
            fresh.append((record, visit))
    arrivals = {visit.pk: intake.arrival(record.clock) for record, visit in fresh}
    contents = {visit.pk: record.code for record, visit in fresh}
    visits = [visit for _record, visit in fresh]
    intake.entries += keep_visits(visits, arrivals, contents, device=intake.sender.device, at=intake.at)
    for visit in visits:
        intake.outcomes[visit.pk] = Outcome(visit.pk, "recorded", flags=tuple(visit.flags))


def _missed_points(
    records: Iterable[VisitRecord], walks: dict[UUID, Walk]
) -> dict[tuple[UUID, str], Checkpoint]:
    """The checkpoints that could not be reached, by place and code."""
    codes = {record.missed for record in records if record.missed}
    if not codes:
        return {}
    places = {walk.place_id for walk in walks.values()}
    rows = Checkpoint.objects.select_related("place").filter(place__in=places, code__in=codes)
    return {(row.place_id, row.code): row for row in rows}


def _add_note(visit: Visit, record: VisitRecord) -> None:
    """A note written after the scan had been sent; one that is there is never written over."""
    if record.note and not visit.note:
        visit.note = record.note[:NOTE_LENGTH]
        visit.save(update_fields=["note"])


# ---- help --------------------------------------------------------------------------------------


def _call_help(intake: _Intake, records: Sequence[HelpRecord]) -> None:
    for record in records:
        place = Place.objects.select_related("department").filter(code=record.place).first()
        arrival = intake.arrival(record.clock)
        if HelpCall.objects.filter(pk=record.id).exists():
            intake.outcomes[record.id] = Outcome(record.id, "known")
        elif place is None:
            intake.refuse(record.id, "no-such-place")
        elif intake.left_before(arrival.effective) or not may_walk(
            intake.sender.user, place, arrival.effective, intake.at
        ):
            intake.refuse(record.id, "no-grant")
        else:
            walk = Walk.objects.filter(pk=record.walk, place=place).first() if record.walk else None
            points = {row.code: row for row in _points(place, record.checkpoint, record.seen)}
            seen = points.get(record.seen)
            call = HelpCall.objects.create(
                id=record.id, place=place, walk=walk, made_at=arrival.effective, received_at=intake.at,
                checkpoint=points.get(record.checkpoint), last_checkpoint=seen,
                last_scan_at=min(record.seen_at, arrival.effective)
                if seen and record.seen_at else None,
            )  # fmt: skip
            intake.outcomes[record.id] = Outcome(record.id, "recorded")
            change = Change(
                action="call-help",
                subject_kind="help-call",
                subject_id=str(call.pk),
                subject_label=walk.alias if walk else "",
                place_code=place.code,
                changes={"made_at": [None, call.made_at]},
            )
            intake.entries.append(change)


def _points(place: Place, *codes: str) -> QuerySet[Checkpoint]:
    return Checkpoint.objects.filter(place=place, code__in=[code for code in codes if code])


def _entry(
    action: str,
    walk: Walk,
    kind: str,
    subject: UUID,
    label: str,
    changes: Mapping[str, object],
    reason: str = "",
) -> Change:
    return Change(
        action=action,
        subject_kind=kind,
        subject_id=str(subject),
        subject_label=label,
        place_code=walk.place.code,
        changes=changes,
        reason=reason,
    )
