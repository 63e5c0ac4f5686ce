"""Findings and how they are closed; waivers."""

from typing import Literal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from anlan.actions.duties import FutureTimeError, close_finding, give_waiver, withdraw_waiver
from anlan.api import idempotency
from anlan.api.inputs import Code, Flag, Identifier, Input, Instant, Optionally, Reason, Reasoned, Time, Word
from anlan.api.owed_rules import owed_rule
from anlan.api.paging import NEWEST_FIRST, Paged, page_of
from anlan.api.problems import ProblemError, invalid
from anlan.api.scheme_values import Words
from anlan.api.subjects import named_subject
from anlan.api.tokens import Asker, asker_of, needs
from anlan.models import Department, Finding, Place, Waiver
from anlan.queries.reach import departments_within, findings_within, within

router = Router(tags=["findings"])


class FindingOut(BaseModel):
    """Something an inspection found wrong, who mends it by when; closed only by evidence."""

    id: str
    number: str
    place: str
    scheme: str
    rule: str
    item: str
    title: Words
    note: str
    department: str | None
    operator: str | None
    opened_at: Time
    deadline: Time
    evidence: str
    closed_at: Time | None
    closed_by: str | None


class FindingPage(BaseModel):
    items: list[FindingOut]
    next: str | None


class FindingFilters(Paged):
    place: Code | None = None
    state: Literal["open", "overdue", "closed", "any"] = "open"
    due_before: Instant | None = None


class Reinspection(Input):
    """The re-inspection by which a finding is closed."""

    note: Reason
    effective_at: Optionally[Instant] = Field(
        default=None, description="when it was inspected again; default now"
    )


class WaiverOut(BaseModel):
    """A place or department excused from a rule for a period."""

    id: str
    scheme: str
    rule: str
    place: str | None
    department: str | None
    start: Time
    end: Time
    reason: str
    by: str | None
    recorded_at: Time
    withdrawn_at: Time | None


class WaiverPage(BaseModel):
    items: list[WaiverOut]
    next: str | None


class WaiverFilters(Paged):
    place: Code | None = None
    department: Code | None = None
    scheme: Word | None = None
    withdrawn: Flag = False


class WaiverIn(Input):
    """From which rule whom to excuse, from when until when, and why."""

    scheme: Word
    rule: Word
    place: Optionally[Code] = None
    department: Optionally[Code] = None
    start: Instant
    end: Instant
    reason: Reason


@router.get("/findings", response=FindingPage, auth=needs("see-findings"))
def findings(request: HttpRequest, asked: Query[FindingFilters]) -> FindingPage:
    """Findings within reach, the earliest deadline first."""
    asker = asker_of(request)
    rows = _visible(asker)
    if asked.place is not None:
        rows = rows.filter(place__code=asked.place)
    if asked.due_before is not None:
        rows = rows.filter(deadline__lt=asked.due_before)
    if asked.state == "closed":
        rows = rows.filter(closed_at__isnull=False)
    elif asked.state != "any":
        rows = rows.filter(closed_at__isnull=True)
    if asked.state == "overdue":
        rows = rows.filter(deadline__lt=asker.at)
    found, following = page_of(rows, ["deadline", "id"], asked, request, NEWEST_FIRST)
    return FindingPage(items=[_finding(row) for row in found], next=following)


@router.get("/findings/{finding_id}", response=FindingOut, auth=needs("see-findings"))
def finding(request: HttpRequest, finding_id: Identifier) -> FindingOut:
    """One finding."""
    return _finding(_found(asker_of(request), finding_id))


@router.post("/findings/{finding_id}/close", response=FindingOut, auth=needs("close-findings"))
def close(
    request: HttpRequest, finding_id: Identifier, stated: Reinspection, key: idempotency.Key = None
) -> HttpResponse:
    """Close a finding by the evidence of a re-inspection."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        found = _found(asker, finding_id)
        if not findings_within(asker.reach("close-findings"), Finding.objects.filter(pk=found.pk)).exists():
            raise ProblemError("refused")
        if found.closed_at is not None:
            raise ProblemError("conflict", _("This finding is closed already."))
        inspected = stated.effective_at or asker.at
        if inspected < found.opened_at:
            raise invalid(_("This is before the finding was opened."), pointer="#/effective_at")
        try:
            close_finding(
                found, note=stated.note, attachments=(), effective_at=inspected, by=asker.user, at=asker.at
            )
        except FutureTimeError:
            raise invalid(_("This time is in the future."), pointer="#/effective_at") from None
        return 200, _finding(_found(asker, finding_id))

    return idempotency.once(request, asker, key, stated, act)


@router.get("/waivers", response=WaiverPage, auth=needs("see-findings"))
def waivers(request: HttpRequest, asked: Query[WaiverFilters]) -> WaiverPage:
    """Waivers within reach, the latest given first."""
    rows = _waivers(asker_of(request))
    for name, value in (
        ("place__code", asked.place),
        ("department__code", asked.department),
        ("scheme", asked.scheme),
    ):
        if value is not None:
            rows = rows.filter(**{name: value})
    if not asked.withdrawn:
        rows = rows.filter(withdrawn_at__isnull=True)
    found, following = page_of(rows, ["-recorded_at", "-id"], asked, request, NEWEST_FIRST)
    return WaiverPage(items=[_waiver(row) for row in found], next=following)


@router.post("/waivers", response={201: WaiverOut}, auth=needs("give-waivers"))
def create_waiver(request: HttpRequest, stated: WaiverIn, key: idempotency.Key = None) -> HttpResponse:
    """Excuse a place or department from a rule for a period."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        if bool(stated.place) == bool(stated.department):
            raise invalid(_("Name either a place or a department."), pointer="#")
        if stated.end <= stated.start:
            raise invalid(_("The end must be after the start."), pointer="#/end")
        place, department = named_subject(asker, "give-waivers", stated.place, stated.department)
        owed_rule(stated.scheme, stated.rule, "place" if place else "department", stated.start)
        waiver = give_waiver(
            scheme=stated.scheme,
            rule=stated.rule,
            start=stated.start,
            end=stated.end,
            reason=stated.reason,
            by=asker.user,
            at=asker.at,
            place=place,
            department=department,
        )
        return 201, _waiver(waiver)

    return idempotency.once(request, asker, key, stated, act)


@router.post("/waivers/{waiver_id}/withdraw", response=WaiverOut, auth=needs("give-waivers"))
def end_waiver(request: HttpRequest, waiver_id: Identifier, stated: Reasoned) -> WaiverOut:
    """Take a waiver back."""
    asker = asker_of(request)
    with transaction.atomic():
        found = _waivers(asker).select_for_update(of=("self",)).filter(pk=waiver_id).first()
        if found is None:
            raise ProblemError("not-found")
        if found.withdrawn_at is not None:
            raise ProblemError("conflict", _("This waiver was withdrawn already."))
        return _waiver(withdraw_waiver(found, by=asker.user, at=asker.at, reason=stated.reason))


def _visible(asker: Asker) -> QuerySet[Finding]:
    rows = Finding.objects.select_related("place", "department", "operator")
    return findings_within(asker.reach("see-findings"), rows)


def _found(asker: Asker, finding_id: Identifier) -> Finding:
    row = _visible(asker).filter(pk=finding_id).first()
    if row is None:
        raise ProblemError("not-found")
    return row


def _waivers(asker: Asker) -> QuerySet[Waiver]:
    rows = Waiver.objects.select_related("place", "department", "by")
    reach = asker.reach("see-findings")
    if reach.everywhere:
        return rows
    return rows.filter(
        Q(place__in=within(reach, Place.objects.all()))
        | Q(department__in=departments_within(reach, Department.objects.all()))
    )


def _finding(row: Finding) -> FindingOut:
    return FindingOut(
        id=str(row.pk),
        number=f"{row.year}-{row.number:04}",
        place=row.place.code,
        scheme=row.scheme,
        rule=row.rule,
        item=row.item,
        title=Words(zh=row.title_zh, en=row.title_en),
        note=row.note,
        department=row.department.code if row.department else None,
        operator=row.operator.code if row.operator else None,
        opened_at=row.opened_at,
        deadline=row.deadline,
        evidence=str(row.evidence_id),
        closed_at=row.closed_at,
        closed_by=str(row.closed_by_id) if row.closed_by_id else None,
    )


def _waiver(row: Waiver) -> WaiverOut:
    return WaiverOut(
        id=str(row.pk),
        scheme=row.scheme,
        rule=row.rule,
        place=row.place.code if row.place else None,
        department=row.department.code if row.department else None,
        start=row.start,
        end=row.end,
        reason=row.reason,
        by=row.by.name if row.by else None,
        recorded_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at,
    )
