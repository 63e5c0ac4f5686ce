"""What belongs to a place: the history of its facts, checkpoints, posts, zones, and what happened to it."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from anlan.actions.duties import CLOCK_SKEW
from anlan.actions.place_parts import add_checkpoint, add_post, close_checkpoint, record_occurrence
from anlan.api import idempotency
from anlan.api.inputs import (
    Code,
    FactId,
    Flag,
    Input,
    Instant,
    Line,
    Name,
    Note,
    Optionally,
    Reasoned,
    Time,
    Word,
)
from anlan.api.paging import NEWEST_FIRST, Paged, page_of
from anlan.api.problems import Fault, ProblemError, invalid
from anlan.api.subjects import locked_place, place_for
from anlan.api.tokens import asker_of, needs
from anlan.api.vocabulary import event_faults, vocabulary
from anlan.models import Checkpoint, Occurrence, PlaceFact, Post, Zone

router = Router(tags=["places"])


class FactOut(BaseModel):
    """One fact from `valid_from` until the next record of the same fact, and how it is known."""

    fact: str
    value: Any
    method: str
    measured_on: str | None
    valid_from: Time
    recorded_at: Time
    reason: str


class FactPage(BaseModel):
    items: list[FactOut]
    next: str | None


class FactFilters(Paged):
    fact: FactId | None = None


class ZoneOut(BaseModel):
    code: str
    name_zh: str
    name_en: str


class PostOut(BaseModel):
    code: str
    name_zh: str
    name_en: str
    mobile: bool


class CheckpointOut(BaseModel):
    code: str
    name_zh: str
    name_en: str
    zone: str | None
    longitude: float | None
    latitude: float | None
    order: int
    opened_at: Time
    closed_at: Time | None


class ZoneList(BaseModel):
    items: list[ZoneOut]


class PostList(BaseModel):
    items: list[PostOut]


class CheckpointList(BaseModel):
    items: list[CheckpointOut]


class PostIn(Input):
    """A post that is manned, fixed or mobile."""

    code: Code
    name_zh: Name
    name_en: Line = ""
    mobile: bool = False


class CheckpointIn(Input):
    """A point that is visited on every round."""

    code: Code
    name_zh: Name
    name_en: Line = ""
    zone: Optionally[Code] = Field(default=None, description="code of the zone it lies in")


class OccurrenceIn(Input):
    """Something that happened to a place and starts a clock, such as a rebuilt entrance."""

    kind: Word
    at: Instant
    note: Note = ""


class OccurrenceOut(BaseModel):
    id: str
    kind: str
    at: Time
    recorded_at: Time
    note: str


class OccurrencePage(BaseModel):
    items: list[OccurrenceOut]
    next: str | None


class CheckpointFilters(BaseModel):
    closed: Flag = False


@router.get("/places/{code}/facts", response=FactPage, auth=needs("see-places"))
def place_facts(request: HttpRequest, code: Code, asked: Query[FactFilters]) -> FactPage:
    """What was stated of a place and from when it held, the latest record first."""
    rows = PlaceFact.objects.filter(place=place_for(asker_of(request), code))
    if asked.fact is not None:
        rows = rows.filter(fact=asked.fact)
    found, following = page_of(rows, ["-recorded_at", "-id"], asked, request, NEWEST_FIRST)
    return FactPage(items=[_fact(row) for row in found], next=following)


@router.get("/places/{code}/zones", response=ZoneList, auth=needs("see-places"))
def place_zones(request: HttpRequest, code: Code) -> ZoneList:
    """The zones of a place."""
    rows = Zone.objects.filter(place=place_for(asker_of(request), code)).order_by("code")
    return ZoneList(items=[ZoneOut(code=row.code, name_zh=row.name_zh, name_en=row.name_en) for row in rows])


@router.get("/places/{code}/posts", response=PostList, auth=needs("see-places"))
def place_posts(request: HttpRequest, code: Code) -> PostList:
    """The posts of a place."""
    rows = Post.objects.filter(place=place_for(asker_of(request), code)).order_by("code")
    return PostList(items=[_post(row) for row in rows])


@router.post("/places/{code}/posts", response={201: PostOut}, auth=needs("edit-places"))
def create_post(
    request: HttpRequest, code: Code, stated: PostIn, key: idempotency.Key = None
) -> HttpResponse:
    """Add a post to a place."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        place = locked_place(asker, code, "edit-places")
        _require_new(Post.objects.filter(place=place, code=stated.code).exists())
        post = add_post(
            place,
            code=stated.code,
            name_zh=stated.name_zh,
            name_en=stated.name_en,
            mobile=stated.mobile,
            by=asker.user,
            at=asker.at,
        )
        return 201, _post(post)

    return idempotency.once(request, asker, key, stated, act)


@router.get("/places/{code}/checkpoints", response=CheckpointList, auth=needs("see-places"))
def place_checkpoints(request: HttpRequest, code: Code, asked: Query[CheckpointFilters]) -> CheckpointList:
    """The checkpoints of a place in the order of the round."""
    rows = Checkpoint.objects.filter(place=place_for(asker_of(request), code)).select_related("zone")
    if not asked.closed:
        rows = rows.filter(closed_at__isnull=True)
    return CheckpointList(items=[_checkpoint(row) for row in rows.order_by("order", "code")])


@router.post("/places/{code}/checkpoints", response={201: CheckpointOut}, auth=needs("edit-places"))
def create_checkpoint(
    request: HttpRequest, code: Code, stated: CheckpointIn, key: idempotency.Key = None
) -> HttpResponse:
    """Add a checkpoint to the rounds of a place."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        place = locked_place(asker, code, "edit-places")
        _require_new(Checkpoint.objects.filter(place=place, code=stated.code).exists())
        zone = Zone.objects.filter(place=place, code=stated.zone).first() if stated.zone else None
        if stated.zone and zone is None:
            raise invalid(_("This place has no zone with this code."), pointer="#/zone")
        checkpoint = add_checkpoint(
            place,
            code=stated.code,
            name_zh=stated.name_zh,
            name_en=stated.name_en,
            zone=zone,
            by=asker.user,
            at=asker.at,
        )
        return 201, _checkpoint(checkpoint)

    return idempotency.once(request, asker, key, stated, act)


@router.post(
    "/places/{code}/checkpoints/{checkpoint}/close", response=CheckpointOut, auth=needs("edit-places")
)
def end_checkpoint(request: HttpRequest, code: Code, checkpoint: Code, stated: Reasoned) -> CheckpointOut:
    """Take a checkpoint off the rounds; what was scanned there stays."""
    asker = asker_of(request)
    with transaction.atomic():
        place = locked_place(asker, code, "edit-places")
        found = (
            Checkpoint.objects.filter(place=place, code=checkpoint).select_related("zone", "place").first()
        )
        if found is None:
            raise ProblemError("not-found")
        if found.closed_at is not None:
            raise ProblemError("conflict", _("This checkpoint is closed already."))
        return _checkpoint(close_checkpoint(found, by=asker.user, at=asker.at, reason=stated.reason))


@router.get("/places/{code}/occurrences", response=OccurrencePage, auth=needs("see-places"))
def place_occurrences(request: HttpRequest, code: Code, asked: Query[Paged]) -> OccurrencePage:
    """What happened to a place, the latest record first."""
    rows = Occurrence.objects.filter(place=place_for(asker_of(request), code))
    found, following = page_of(rows, ["-recorded_at", "-id"], asked, request, NEWEST_FIRST)
    return OccurrencePage(items=[_occurrence(row) for row in found], next=following)


@router.post("/places/{code}/occurrences", response={201: OccurrenceOut}, auth=needs("edit-places"))
def create_occurrence(
    request: HttpRequest, code: Code, stated: OccurrenceIn, key: idempotency.Key = None
) -> HttpResponse:
    """Record that something happened to a place; duties “within” a time of it start to run."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        if stated.at > asker.at + CLOCK_SKEW:
            raise invalid(_("This time is in the future."), pointer="#/at")
        if faults := [*event_faults(vocabulary(asker.at), stated.kind)]:
            raise ProblemError("invalid", faults=faults)
        place = locked_place(asker, code, "edit-places")
        occurrence = record_occurrence(
            place, kind=stated.kind, happened_at=stated.at, note=stated.note, by=asker.user, at=asker.at
        )
        return 201, _occurrence(occurrence)

    return idempotency.once(request, asker, key, stated, act)


def _require_new(is_taken: bool) -> None:
    if is_taken:
        raise ProblemError("already-exists", faults=[Fault(_("This code is taken."), "#/code")])


def _fact(row: PlaceFact) -> FactOut:
    return FactOut(
        fact=row.fact,
        value=row.value,
        method=row.method,
        measured_on=row.measured_on.isoformat() if row.measured_on else None,
        valid_from=row.valid_from,
        recorded_at=row.recorded_at,
        reason=row.reason,
    )


def _post(row: Post) -> PostOut:
    return PostOut(code=row.code, name_zh=row.name_zh, name_en=row.name_en, mobile=row.mobile)


def _checkpoint(row: Checkpoint) -> CheckpointOut:
    return CheckpointOut(
        code=row.code,
        name_zh=row.name_zh,
        name_en=row.name_en,
        zone=row.zone.code if row.zone else None,
        longitude=row.longitude,
        latitude=row.latitude,
        order=row.order,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _occurrence(row: Occurrence) -> OccurrenceOut:
    return OccurrenceOut(id=str(row.pk), kind=row.kind, at=row.at, recorded_at=row.recorded_at, note=row.note)
