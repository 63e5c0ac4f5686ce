"""Places and departments with their history, as the engine takes them, at two times: valid at and known at."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar, cast
from uuid import UUID

import numpy as np
from django.db.models import Q, QuerySet

from anlan.engine.areas import Area, Situated, above, area_read, covered
from anlan.engine.facts import (
    CheckpointSpan,
    EvidenceMark,
    FactVersion,
    PostureSpan,
    SubjectFacts,
    WaiverSpan,
)
from anlan.engine.facts import Occurrence as OccurrenceFacts
from anlan.engine.policy import FactValue, Level
from anlan.models import (
    Checkpoint,
    Department,
    District,
    Evidence,
    Occurrence,
    Place,
    PlaceFact,
    PostureChange,
    Waiver,
)

_Dated = TypeVar("_Dated", PlaceFact, Occurrence, Waiver)
_OfPlace = TypeVar("_OfPlace", PlaceFact, Occurrence, Checkpoint)

_OfSubject = TypeVar("_OfSubject", EvidenceMark, WaiverSpan)

FLAGS = ("critical_facility", "public_service")


def place_subjects(places: Sequence[Place], known_at: datetime | None = None) -> list[SubjectFacts]:
    """Places as the engine sees them; five reads, however many places there are."""
    ids = [place.pk for place in places]
    history = _by_place(
        _known(PlaceFact.objects.filter(place__in=ids), known_at).order_by("valid_from", "recorded_at")
    )
    occurrences = _by_place(_known(Occurrence.objects.filter(place__in=ids), known_at).order_by("at"))
    checkpoints = _by_place(Checkpoint.objects.filter(place__in=ids).order_by("order", "code"))
    spans = PostureSpans(known_at)
    return [
        SubjectFacts(
            code=place.code,
            subject="place",
            name=place.name_zh,
            district=place.district_id or "",
            registered=place.registered_at,
            closed=closed_as_known(place, known_at, is_known=known_at is None or bool(history[place.pk])),
            versions=_versions(place, history[place.pk]),
            postures=spans.of_place(place),
            occurrences=tuple(OccurrenceFacts(kind=row.kind, at=row.at) for row in occurrences[place.pk]),
            checkpoints=tuple(_checkpoints(checkpoints[place.pk], known_at)),
        )
        for place in places
    ]


def place_subject(place: Place, known_at: datetime | None = None) -> SubjectFacts:
    """One place as the engine sees it."""
    return place_subjects([place], known_at)[0]


def department_subjects(
    departments: Iterable[Department], known_at: datetime | None = None
) -> list[SubjectFacts]:
    """Departments as the engine sees them; what raises the city raises them."""
    spans = PostureSpans(known_at)
    return [
        SubjectFacts(
            code=department.code,
            subject="department",
            name=department.name_zh,
            district=department.district_id or "",
            registered=department.registered_at,
            closed=closed_as_known(
                department, known_at, is_known=known_at is None or department.registered_at <= known_at
            ),
            versions=(
                FactVersion(
                    start=department.registered_at,
                    end=None,
                    values={"role": department.role, "trade_department": department.trade},
                ),
            ),
            postures=spans.of_department(department),
        )
        for department in departments
    ]


def closed_as_known(
    subject: Place | Department, known_at: datetime | None, *, is_known: bool
) -> datetime | None:
    """When a subject was closed, as known at a moment; one that nobody knew of then is as if never opened."""
    if not is_known:
        return subject.registered_at
    return None if _hidden(subject.closed_at, known_at) else subject.closed_at


def evidence_marks(
    *,
    of: Q,
    since: datetime | None = None,
    until: datetime,
    known_at: datetime | None = None,
) -> list[EvidenceMark]:
    """What was recorded about subjects, effective from `since` (in; None: ever) to `until` (in), oldest first."""
    rows = Evidence.objects.filter(of, effective_at__lte=until)
    if since is not None:
        rows = rows.filter(effective_at__gte=since)
    return marks(counted(rows, known_at).order_by("effective_at", "recorded_at"))


def counted(rows: QuerySet[Evidence], known_at: datetime | None) -> QuerySet[Evidence]:
    """Evidence that counts as known at a moment: recorded by then, and not struck by then."""
    if known_at is None:
        return rows.filter(strike__isnull=True)
    return rows.filter(recorded_at__lte=known_at).filter(Q(strike__isnull=True) | Q(strike__at__gt=known_at))


def marks(rows: QuerySet[Evidence]) -> list[EvidenceMark]:
    """Evidence as the engine takes it."""
    fields = (
        "id", "scheme", "rule", "place__code", "department__code", "effective_at", "recorded_at",
        "checkpoint__code", "quantity", "expires_at",
    )  # fmt: skip
    return [
        EvidenceMark(
            scheme=scheme,
            rule=rule,
            subject=place or department,
            effective=effective,
            recorded=recorded,
            checkpoint=checkpoint,
            quantity=quantity,
            expires=expires,
            id=str(identifier),
        )
        for identifier, scheme, rule, place, department, effective, recorded, checkpoint, quantity, expires in (
            rows.values_list(*fields)
        )
    ]


def waiver_spans(*, of: Q, known_at: datetime | None = None) -> list[WaiverSpan]:
    """Waivers of subjects known by then; one that was withdrawn holds up to that moment."""
    rows = Waiver.objects.select_related("place", "department").filter(of).order_by("start")
    return [_span(row, known_at) for row in _known(rows, known_at)]


def by_subject(found: Sequence[_OfSubject]) -> dict[str, list[_OfSubject]]:
    """Evidence or waivers by the code of whom they are about."""
    grouped: dict[str, list[_OfSubject]] = defaultdict(list)
    for one in found:
        grouped[one.subject].append(one)
    return grouped


class PostureSpans:
    """Raised postures known by then, looked up by place or department."""

    def __init__(self, known_at: datetime | None = None) -> None:
        rows = PostureChange.objects.order_by("start", "recorded_at")
        if known_at is not None:
            rows = rows.filter(recorded_at__lte=known_at)
        self.city: list[PostureSpan] = []
        self.districts: dict[str, list[PostureSpan]] = defaultdict(list)
        self.places: dict[UUID, list[PostureSpan]] = defaultdict(list)
        self.areas: list[tuple[Area, PostureSpan]] = []
        for row in rows:
            unknown_end = _hidden(row.end_recorded_at, known_at)
            level = cast("Level", row.level)
            span = PostureSpan(row.start, row.planned_end if unknown_end else row.end, level, row.reason)
            if row.area is not None:
                self.areas.append((area_read(row.area), span))
            elif row.place_id:
                self.places[row.place_id].append(span)
            elif row.district_id:
                self.districts[row.district_id].append(span)
            else:
                self.city.append(span)
        nested = self.districts or self.areas
        self.parents = dict(District.objects.values_list("code", "parent_id")) if nested else {}

    def of_place(self, place: Place) -> tuple[PostureSpan, ...]:
        own = (*self.city, *self.of_district(place.district_id), *self.places.get(place.pk, ()))
        if not self.areas:
            return own
        there = situated([place], self.parents)
        return (*own, *(span for area, span in self.areas if covered(area, there)[0]))

    def of_department(self, department: Department) -> tuple[PostureSpan, ...]:
        """A district's department is raised with its district, a city's with any district, area or place."""
        if department.district_id:
            around = above(department.district_id, self.parents)
            areas = [span for area, span in self.areas if around & set(area.districts)]
            return (*self.city, *self.of_district(department.district_id), *areas)
        raised = [span for spans in (*self.districts.values(), *self.places.values()) for span in spans]
        return (*self.city, *raised, *(span for _area, span in self.areas))

    def of_district(self, code: str | None) -> list[PostureSpan]:
        spans: list[PostureSpan] = []
        while code:
            spans += self.districts.get(code, ())
            code = self.parents.get(code)
        return spans


def situated(places: Sequence[Place], parents: Mapping[str, str | None]) -> Situated:
    """Places as an area looks at them."""
    districts = list(dict.fromkeys(place.district_id or "" for place in places))
    kinds = list(dict.fromkeys(place.kind for place in places))
    return Situated(
        codes=[place.code for place in places],
        district=np.array([districts.index(place.district_id or "") for place in places], dtype=np.int32),
        districts=districts,
        kind=np.array([kinds.index(place.kind) for place in places], dtype=np.int32),
        kinds=kinds,
        longitude=np.array([place.longitude for place in places], dtype=np.float64),
        latitude=np.array([place.latitude for place in places], dtype=np.float64),
        parents=parents,
    )


def present_facts(place: Place) -> dict[str, FactValue]:
    """The facts of a place that are known now; what nobody supplied is left out."""
    facts: dict[str, FactValue] = {"kind": place.kind}
    for fact in ("area_m2", "daily_visitors", "peak_present"):
        value = getattr(place, fact)
        if value is not None:
            facts[fact] = value
    for flag in FLAGS:
        facts[flag] = getattr(place, flag)
    facts |= place.facts
    return facts


def _versions(place: Place, history: Sequence[PlaceFact]) -> tuple[FactVersion, ...]:
    values: dict[str, FactValue] = {"kind": place.kind, **dict.fromkeys(FLAGS, False)}
    versions: list[FactVersion] = []
    start = place.registered_at
    for row in history:
        if row.valid_from > start:
            versions.append(FactVersion(start, row.valid_from, dict(values)))
            start = row.valid_from
        values[row.fact] = False if row.value is None and row.fact in FLAGS else row.value
    versions.append(FactVersion(start, None, values))
    return tuple(versions)


def _checkpoints(rows: Sequence[Checkpoint], known_at: datetime | None) -> Iterator[CheckpointSpan]:
    """Those known by then; opening and closing one is recorded at the moment it happens."""
    for row in rows:
        if known_at is None or row.opened_at <= known_at:
            closed = None if _hidden(row.closed_at, known_at) else row.closed_at
            yield CheckpointSpan(row.code, row.opened_at, closed)


def _hidden(recorded_at: datetime | None, known_at: datetime | None) -> bool:
    """Whether something was recorded only after the moment as of which is asked."""
    return recorded_at is not None and known_at is not None and recorded_at > known_at


def _known(rows: QuerySet[_Dated], known_at: datetime | None) -> QuerySet[_Dated]:
    return rows if known_at is None else rows.filter(recorded_at__lte=known_at)


def _by_place(rows: Iterable[_OfPlace]) -> dict[UUID, list[_OfPlace]]:
    grouped: dict[UUID, list[_OfPlace]] = defaultdict(list)
    for row in rows:
        grouped[row.place_id].append(row)
    return grouped


def _span(row: Waiver, known_at: datetime | None) -> WaiverSpan:
    subject = row.place.code if row.place else row.department.code if row.department else ""
    withdrawn = row.withdrawn_at
    end = row.end if withdrawn is None or _hidden(withdrawn, known_at) else min(row.end, withdrawn)
    return WaiverSpan(row.scheme, row.rule, subject, row.start, end, row.reason, str(row.pk))
