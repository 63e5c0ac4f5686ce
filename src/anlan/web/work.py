"""My work: what the person who asks owes or has to look after now, by role."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from anlan.engine import access as rules
from anlan.engine.access import GrantFacts, Reach, Role
from anlan.engine.conditions import unit_title
from anlan.engine.policy import Rule, Text
from anlan.links.list_sheets import Value
from anlan.models import Checkpoint, Finding, Place
from anlan.models.ids import new_id
from anlan.queries.findings import FindingCounts, FindingFilter, counts_of_findings, findings_page
from anlan.queries.reach import within
from anlan.queries.vocabulary import Words, words
from anlan.queries.work import (
    GROUPS,
    MOST_IN_DETAIL,
    Work,
    WorkGroup,
    WorkRow,
    every_rule,
    work_from_board,
    work_of_departments,
    work_of_places,
)
from anlan.web import access, clock
from anlan.web.evidence_new import is_one_tap
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import FORMS, list_file
from anlan.web.place_words import link
from anlan.web.shell import page
from anlan.web.templatetags.looks import STATES
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import say

FINDINGS_SHOWN = 8
HEADINGS: dict[str, tuple[str | Promise, str, str]] = {
    "overdue": (gettext_lazy("Gaps"), "alert-triangle", "overdue"),
    "now": (gettext_lazy("Due now"), "clock", "due"),
    "today": (gettext_lazy("Later today"), "calendar-due", ""),
    "week": (gettext_lazy("This week"), "calendar-week", ""),
    "later": (gettext_lazy("Later"), "calendar", ""),
}


COLUMNS = (
    Column("part", gettext_lazy("Part of the work")),
    Column("when", gettext_lazy("Urgency")),
    Column("code", gettext_lazy("Code")),
    Column("name", gettext_lazy("Where")),
    Column("duty", gettext_lazy("Duty"), fixed=True),
    Column("scheme", gettext_lazy("Scheme")),
    Column("state", gettext_lazy("State")),
    Column("due", gettext_lazy("Due")),
    Column("done", gettext_lazy("Done of needed")),
)
"""What a file of the work holds."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of work with where it is recorded: `tap` is the id under which pressing once records it."""

    row: WorkRow
    unit: Text | str
    record_url: str
    why_url: str
    subject_url: str
    tap: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A heading with its rows; `more` is the address of further ones."""

    name: str
    title: str
    icon: str
    state: str
    count: int
    rows: tuple[ShownRow, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one role has to do; `only` is the group that is asked for, if one is."""

    key: str
    title: str
    work: Work
    note: str = ""
    only: str = ""
    is_one_place: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the work as the page shows it. `names_subject` says the place or department beside each duty."""

    key: str
    title: str
    note: str
    work: Work
    groups: tuple[ShownGroup, ...]
    names_subject: bool
    only: str = ""


@access.needs("see-work")
@require_safe
def my_work(request: HttpRequest) -> HttpResponse:
    """What is to be done, the most urgent first."""
    at = clock.now()
    known = words(at)
    part, group = request.GET.get("part", "")[:40], request.GET.get("group", "")[:40]
    asked = urlencode([(name, value) for name, value in (("part", part), ("group", group)) if value])
    sections = [_section(request, each, known) for each in work_parts(request, at)]
    findings, counts = _findings(request, at)
    context = {
        "title": _("My work"),
        "subtitle": "",
        "sections": sections,
        "only": next((section.only for section in sections if section.only), ""),
        "findings": findings if not part else [],
        "counts": counts,
        "quiet": all(section.work.is_quiet for section in sections),
        "next_at": min((one.work.next_at for one in sections if one.work.next_at), default=None),
        "may_record": access.allowed(request, "record-evidence"),
        "nothing_adopted": not any(scheme for scheme in known.schemes),
        "exports": [
            (title, f"{reverse('work-export', args=[form])}{f'?{asked}' if asked else ''}")
            for form, title in FORMS.items()
        ],
    }
    return page(request, "work/work.html", context)


@access.needs("see-work")
@require_safe
def work_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All rows of the work, or of the part and group asked for, as a file."""
    at = clock.now()
    known = words(at)
    rows = [
        (part, group, row)
        for part in work_parts(request, at, whole=True)
        for group in part.work.groups
        if not part.only or group.name == part.only
        for row in group.rows
    ]

    def cells(shown: tuple[Part, WorkGroup, WorkRow]) -> dict[str, Value]:
        part, group, row = shown
        scheme = next((one for one in known.schemes if one.id == row.scheme), None)
        had = "" if row.needed is None else f"{row.had or 0:,.10g} / {row.needed:,.10g}"
        return {
            "part": part.title,
            "when": str(HEADINGS[group.name][0]),
            "code": row.code,
            "name": say(row.name),
            "duty": say(row.rule.title),
            "scheme": say(scheme.title) if scheme else row.scheme,
            "state": str(STATES[row.state].words),
            "due": exact(row.deadline) if row.deadline else "",
            "done": f"{row.done} / {row.of}" if row.of else had,
        }

    return list_file(form, "work", columns_of(request.GET, COLUMNS), rows, cells)


def work_parts(request: HttpRequest, at: datetime, *, whole: bool = False) -> list[Part]:
    """What each of the asker's roles has to do, own places first; `whole` with every row, not only the first."""
    grants = access.grants_of(request)
    group = request.GET.get("group", "")
    group = group if group in GROUPS else ""
    paging: dict[str, Any] = {"group": group, "after": request.GET.get("after", "")[:200], "whole": whole}
    part = request.GET.get("part", "")
    found: list[Part] = []
    if own := _of_roles(grants, "venue-manager", "guard"):
        found.append(_own_places(request, own, at, paging))
    if (liaison := _of_roles(grants, "department-liaison")) is not None:
        found.append(Part("departments", _("My department"), work_of_departments(liaison, at)))
    if (inspector := _of_roles(grants, "inspector")) is not None:
        work = work_from_board(inspector, at, _is_inspection, **paging)
        note = _("Inspections and assessments of the places in your reach")
        found.append(Part("inspections", _("Inspections"), work, note, group))
    if (office := _of_roles(grants, "city-office")) is not None:
        note = _("What the city office and the departments owe themselves")
        found.append(Part("office", _("Office and departments"), work_of_departments(office, at), note))
    return [each for each in found if not part or each.key == part]


def _own_places(request: HttpRequest, reach: Reach, at: datetime, paging: Mapping[str, Any]) -> Part:
    """The duties of the asker's places; with many places the board tells them."""
    places = list(
        within(
            reach, Place.objects.select_related("district", "department").filter(closed_at__isnull=True)
        ).order_by("name_sort", "id")[: MOST_IN_DETAIL + 1]
    )
    inspects = access.allowed(request, "record-inspection")
    wanted = every_rule if inspects else _is_for_guards
    if len(places) > MOST_IN_DETAIL:
        work = work_from_board(reach, at, wanted, **paging)
        return Part("places", _("My places"), work, only=paging["group"])
    work = work_of_places(places, at, wanted)
    title = _("My place") if len(places) == 1 else _("My places")
    note = "" if inspects else _("Inspections are recorded by the venue's manager and are not listed here.")
    return Part("places", title, work, note, is_one_place=len(places) == 1)


def _section(request: HttpRequest, part: Part, known: Words) -> Section:
    marked = _with_checkpoints(part.work)
    groups = tuple(
        _shown_group(request, part.key, group, known, marked)
        for group in part.work.groups
        if not part.only or group.name == part.only
    )
    return Section(part.key, part.title, part.note, part.work, groups, not part.is_one_place, part.only)


def _shown_group(
    request: HttpRequest, key: str, group: WorkGroup, known: Words, with_checkpoints: frozenset[str]
) -> ShownGroup:
    title, icon, state = HEADINGS[group.name]
    more = {"part": key, "group": group.name} | ({"after": group.next} if request.GET.get("group") else {})
    return ShownGroup(
        name=group.name,
        title=str(title),
        icon=icon,
        state=state,
        count=group.count,
        rows=tuple(_shown_row(request, row, known, with_checkpoints) for row in group.rows),
        more=f"{reverse('my-work')}?{urlencode(more)}" if group.next else "",
    )


def _shown_row(
    request: HttpRequest, row: WorkRow, known: Words, with_checkpoints: frozenset[str]
) -> ShownRow:
    scheme = next((one for one in known.schemes if one.id == row.scheme), None)
    unit = unit_title(row.rule.quantity.unit, scheme) if scheme and row.rule.quantity else ""
    whose = "place" if row.is_place else "department"
    query = {whose: row.code, "scheme": row.scheme, "rule": row.rule.id, "back": request.get_full_path()}
    may = access.allowed(request, "record-evidence") and (
        not (row.is_place and _is_inspection(row.rule)) or access.allowed(request, "record-inspection")
    )
    tap = (
        may
        and row.state in ("due", "overdue", "not-evidenced")
        and is_one_tap(row.rule, has_checkpoints=row.code in with_checkpoints)
    )
    return ShownRow(
        row=row,
        unit=unit,
        record_url=f"{reverse('evidence-new')}?{urlencode(query)}" if may else "",
        why_url=link("place-why" if row.is_place else "department-why", row.code, row.scheme, row.rule.id),
        subject_url=link("place" if row.is_place else "department", row.code),
        tap=str(new_id()) if tap else "",
    )


def _with_checkpoints(work: Work) -> frozenset[str]:
    """Of the places with a round to walk, those that have checkpoints; one read, if there is any such place."""
    codes = {
        row.code
        for group in work.groups
        for row in group.rows
        if row.rule.evidence == "scan" and row.is_place
    }
    if not codes:
        return frozenset()
    found = Checkpoint.objects.filter(place__code__in=codes, closed_at__isnull=True)
    return frozenset(found.values_list("place__code", flat=True))


def _findings(request: HttpRequest, at: datetime) -> tuple[list[Finding], FindingCounts | None]:
    """The findings that press most: for the city office those past their deadline."""
    if not access.allowed(request, "see-findings"):
        return [], None
    reach = access.request_reach(request, "see-findings")
    is_office = _of_roles(access.grants_of(request), "city-office") is not None
    wanted = FindingFilter(state="overdue" if is_office else "open")
    counts = counts_of_findings(reach, FindingFilter(), at)
    rows, _next = findings_page(reach, wanted, at) if counts.open else ([], "")
    return rows[:FINDINGS_SHOWN], counts


def _of_roles(grants: Sequence[GrantFacts], *roles: Role) -> Reach | None:
    """How far somebody's grants in these roles reach for work; None without any."""
    found = rules.reach([grant for grant in grants if grant.role in roles], "see-work")
    return None if found.nowhere else found


def _is_inspection(rule: Rule) -> bool:
    return rule.evidence == "inspection" or bool(rule.items)


def _is_for_guards(rule: Rule) -> bool:
    return not _is_inspection(rule)


addresses: list[Any] = [
    path("work/", my_work, name="my-work"),
    path("work/export.<str:form>", work_export, name="work-export"),
]
