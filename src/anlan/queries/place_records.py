"""What is on record about one place or department: evidence, findings, waivers, its facts and their history."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from uuid import UUID

from django.db.models import F, Q, QuerySet

from anlan.engine.areas import Situated, area_read, covered
from anlan.models import (
    Attachment,
    Checkpoint,
    Department,
    Entry,
    Evidence,
    Finding,
    Occurrence,
    Place,
    PlaceFact,
    PostureChange,
    Waiver,
)
from anlan.queries.subjects import situated

EVIDENCE_PAGE = 20
FILE_LIMIT = 200


@dataclass(frozen=True, slots=True)
class FactHistory:
    """Every version of one fact of a place, the latest first."""

    fact: str
    versions: tuple[PlaceFact, ...]

    @property
    def latest(self) -> PlaceFact:
        return self.versions[0]


def evidence_about(
    subject: Place | Department,
    *,
    known_at: datetime | None = None,
    duty: tuple[str, str] | None = None,
    after: str = "",
    limit: int = EVIDENCE_PAGE,
) -> tuple[list[Evidence], str]:
    """A page of the evidence about a subject, struck records among it, newest first, and the next cursor."""
    whose = Q(place=subject) if isinstance(subject, Place) else Q(department=subject)
    rows = Evidence.objects.filter(whose).select_related(
        "by", "post", "checkpoint", "place", "department", "strike__by"
    )
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    if duty is not None:
        rows = rows.filter(scheme=duty[0], rule=duty[1])
    position = _position(after)
    if position is not None:
        at, identifier = position
        rows = rows.filter(Q(effective_at__lt=at) | Q(effective_at=at, id__lt=identifier))
    rows = rows.order_by("-effective_at", "-id").prefetch_related("attachments")
    found = list(rows[: limit + 1])
    shown = found[:limit]
    return shown, f"{shown[-1].effective_at.isoformat()}~{shown[-1].pk.hex}" if len(found) > limit else ""


def findings_at(place: Place, known_at: datetime | None = None) -> list[Finding]:
    """The findings at a place, open ones first."""
    rows = Finding.objects.filter(place=place).select_related("department", "operator")
    if known_at is not None:
        rows = rows.filter(evidence__recorded_at__lte=known_at)
    return list(rows.order_by(F("closed_at").desc(nulls_first=True), "deadline")[:FILE_LIMIT])


def waivers_of(subject: Place | Department) -> list[Waiver]:
    """Every waiver a subject was ever given, the newest first."""
    whose = Q(place=subject) if isinstance(subject, Place) else Q(department=subject)
    rows = Waiver.objects.filter(whose).select_related("by")
    return list(rows.order_by("-start", "-recorded_at")[:FILE_LIMIT])


def postures_at(place: Place) -> list[PostureChange]:
    """The raised levels that bear on a place: its own, its areas', its districts', the city's; newest first."""
    parents: dict[str, str | None] = {}
    district = place.district
    while district is not None and district.code not in parents:
        parents[district.code] = district.parent_id
        district = district.parent
    drawn = Q(area__isnull=False)
    bears = Q(place=place) | Q(district__in=parents) | Q(place=None, district=None) | drawn
    rows = PostureChange.objects.filter(bears).select_related("district", "place", "by", "warning", "period")
    there = situated([place], parents)
    holds = (row for row in rows.order_by("-start", "-recorded_at") if _bears(row, there))
    return list(islice(holds, FILE_LIMIT))


def _bears(row: PostureChange, there: Situated) -> bool:
    return row.area is None or bool(covered(area_read(row.area), there)[0])


def fact_history(place: Place, known_at: datetime | None = None) -> list[FactHistory]:
    """Every version of every fact, the latest in force first."""
    rows = PlaceFact.objects.filter(place=place).select_related("by")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    versions: dict[str, list[PlaceFact]] = {}
    for row in rows.order_by("-valid_from", "-recorded_at"):
        versions.setdefault(row.fact, []).append(row)
    return [FactHistory(fact, tuple(found)) for fact, found in versions.items()]


def facts_on(place: Place, at: datetime, known_at: datetime | None = None) -> dict[str, PlaceFact]:
    """The version of each fact that holds at a moment as known at another."""
    rows = PlaceFact.objects.filter(place=place).select_related("by")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found: dict[str, PlaceFact] = {}
    for row in rows.order_by("valid_from", "recorded_at"):
        if row.valid_from <= at or row.fact not in found:
            found[row.fact] = row
    return found


def later_versions(place: Place, facts: Iterable[str], since: datetime) -> dict[str, datetime]:
    """Of these facts those with a version that begins after `since`, and when it does."""
    rows = PlaceFact.objects.filter(place=place, fact__in=list(facts), valid_from__gt=since)
    return dict(rows.order_by("valid_from").values_list("fact", "valid_from"))


def checkpoints_of(place: Place) -> list[Checkpoint]:
    """The checkpoints of a place: those in use in the order of the round, then the closed ones."""
    rows = place.checkpoints.select_related("zone")
    return list(rows.order_by(F("closed_at").asc(nulls_first=True), "order", "code"))


def occurrences_at(place: Place) -> list[Occurrence]:
    """What happened to a place, the latest first."""
    return list(place.occurrences.select_related("by").order_by("-at", "-id")[:FILE_LIMIT])


def documents_of(place: Place) -> list[Attachment]:
    """The files kept with records of a place, the newest first."""
    return list(Attachment.objects.filter(evidence__place=place).distinct().order_by("-recorded_at")[:50])


def entries_about(place: Place, limit: int = 50) -> QuerySet[Entry]:
    """The journal of a place, the newest first."""
    return Entry.objects.filter(place_code=place.code).select_related("by").order_by("-at", "-id")[:limit]


def _position(cursor: str) -> tuple[datetime, UUID] | None:
    """Where a cursor points; nothing for one that was not made here."""
    moment, _between, identifier = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        return (at, UUID(hex=identifier)) if at.tzinfo is not None else None
    except ValueError:
        return None
