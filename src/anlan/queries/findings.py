"""Findings: the list with its filters, one finding with all that happened to it, and counts."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anlan.engine.access import Reach
from anlan.models import Department, Entry, Evidence, Finding, Grant
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.districts import with_parts
from anlan.queries.people import in_force
from anlan.queries.reach import findings_within

PAGE = 40
FindingState = Literal["open", "overdue", "closed", "any"]
_RELATED = ("place", "place__district", "place__department", "department", "operator", "evidence")
_NUMBER = re.compile(r"(?:RN|整改)?[-\s]*[〔\[(（]?(20\d\d)[〕\])）]?[-\s]*0*(\d{1,7})\s*号?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """What the list is narrowed to. `responsible` is `department:CODE`, `operator:CODE` or empty."""

    state: str = "open"
    district: str = ""
    place: str = ""
    responsible: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FindingCounts:
    """How many findings there are within reach."""

    open: int
    overdue: int
    closed: int

    @property
    def any(self) -> int:
        return self.open + self.closed


@dataclass(frozen=True, slots=True)
class InspectingBody:
    """In whose name an inspection was made; without a department: the city's office."""

    department: Department | None


OFFICIAL_ROLES = ("inspector", "department-liaison", "city-office")
"""Those who inspect for a public body; a venue's own people look after their own place only."""


def inspecting_body(finding: Finding) -> InspectingBody | None:
    """The body that inspected when this was found; None where the venue looked at itself."""
    by = finding.evidence.by
    if by is None:
        return InspectingBody(None)
    held = Grant.objects.filter(user=by, role__in=OFFICIAL_ROLES)
    grants = list(in_force(held, finding.evidence.recorded_at).order_by("-department_code", "valid_from"))
    if not grants:
        return None
    return InspectingBody(Department.objects.filter(code=grants[0].department_code or None).first())


def findings_page(
    reach: Reach, wanted: FindingFilter, at: datetime, *, after: str = ""
) -> tuple[list[Finding], str]:
    """A page of findings, open ones by deadline, closed ones by when they closed; and the cursor of the next."""
    rows = all_findings(reach, wanted, at)
    order, descending = ("closed_at", True) if wanted.state == "closed" else ("deadline", False)
    position = position_of(after)
    if position is not None:
        moment, identifier = position
        relation = "lt" if descending else "gt"
        rows = rows.filter(
            Q(**{f"{order}__{relation}": moment}) | Q(**{order: moment, f"id__{relation}": identifier})
        )
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return shown, cursor_of(getattr(shown[-1], order), shown[-1].pk) if len(found) > PAGE else ""


def all_findings(reach: Reach, wanted: FindingFilter, at: datetime) -> QuerySet[Finding]:
    """All findings that pass the filter, open ones by deadline, closed ones by when they closed."""
    rows = _narrowed(findings_within(reach, Finding.objects.select_related(*_RELATED)), wanted)
    order = ("-closed_at", "-id") if wanted.state == "closed" else ("deadline", "id")
    return of_state(rows, wanted.state, at).order_by(*order)


def counts_of_findings(reach: Reach, wanted: FindingFilter, at: datetime) -> FindingCounts:
    """How many findings pass the filter in each state; one read."""
    rows = _narrowed(findings_within(reach, Finding.objects.all()), wanted)
    found = rows.aggregate(
        open=Count("id", filter=Q(closed_at__isnull=True)),
        overdue=Count("id", filter=Q(closed_at__isnull=True, deadline__lte=at)),
        closed=Count("id", filter=Q(closed_at__isnull=False)),
    )
    return FindingCounts(**found)


def one_finding(reach: Reach, identifier: UUID) -> Finding | None:
    """One finding within reach, with all it names."""
    related = (*_RELATED, "place__operator", "evidence__by", "evidence__post", "closed_by", "closed_by__by")
    rows = findings_within(reach, Finding.objects.select_related(*related))
    return rows.filter(pk=identifier).prefetch_related("evidence__attachments").first()


def inspections_of(finding: Finding) -> list[Evidence]:
    """The re-inspections of a finding, struck ones among them, in order of time."""
    name = f"{finding.rule}#{finding.item}"[:64]
    rows = Evidence.objects.filter(place=finding.place, scheme=finding.scheme, rule=name)
    rows = rows.select_related("by", "post", "place", "strike", "strike__by").prefetch_related("attachments")
    return [
        row
        for row in rows.order_by("effective_at", "id")
        if row.pk == finding.closed_by_id
        or row.answers.get(finding.item, {}).get("finding") == str(finding.pk)
    ]


def entries_of(finding: Finding) -> list[Entry]:
    """What the journal says about a finding, in order of time."""
    rows = Entry.objects.filter(subject_kind="finding", subject_id=str(finding.pk)).select_related("by")
    return list(rows.order_by("at", "id"))


def responsible_departments(reach: Reach) -> list[Department]:
    """The departments that have a finding to mend within reach."""
    wanted = findings_within(reach, Finding.objects.filter(department__isnull=False))
    return list(Department.objects.filter(pk__in=wanted.values("department")).order_by("code"))


def of_state(rows: QuerySet[Finding], state: str, at: datetime) -> QuerySet[Finding]:
    """Those that are open, open and past their deadline, closed, or all."""
    if state == "closed":
        return rows.filter(closed_at__isnull=False)
    if state == "any":
        return rows
    rows = rows.filter(closed_at__isnull=True)
    return rows.filter(deadline__lte=at) if state == "overdue" else rows


def _narrowed(rows: QuerySet[Finding], wanted: FindingFilter) -> QuerySet[Finding]:
    if wanted.district:
        rows = rows.filter(place__district__in=with_parts(wanted.district))
    if wanted.place:
        rows = rows.filter(place__code=wanted.place)
    whose, _colon, code = wanted.responsible.partition(":")
    if whose == "department":
        rows = rows.filter(department__code=code)
    elif whose == "operator":
        rows = rows.filter(operator__isnull=False)
    number = _NUMBER.fullmatch(wanted.text.strip())
    if number:
        return rows.filter(year=int(number[1]), number=int(number[2]))
    for word in wanted.text.split():
        rows = rows.filter(
            Q(place__name_zh__icontains=word)
            | Q(place__name_sort__icontains=word.lower())
            | Q(place__code__iexact=word)
            | Q(title_zh__icontains=word)
            | Q(title_en__icontains=word)
            | Q(note__icontains=word)
        )
    return rows
