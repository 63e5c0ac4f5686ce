"""Departments: what each owes itself, in what state, and what it recorded."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.models import Department, Evidence
from anlan.queries.duties import basis, department_account, department_accounts
from anlan.queries.place_records import evidence_about, waivers_of
from anlan.queries.reach import departments_within
from anlan.queries.vocabulary import words
from anlan.web import access
from anlan.web.moments import moments_of
from anlan.web.place_words import counts_by_state, duty_rows, notices_of, schemes_at
from anlan.web.record_words import evidence_rows, rule_title
from anlan.web.shell import page
from anlan.web.templatetags.words import name_of, say

GAPS = ("not-evidenced", "overdue")


@access.needs("see-departments")
@require_safe
def departments(request: HttpRequest) -> HttpResponse:
    """All departments within reach with the states of their duties."""
    moments = moments_of(request)
    known = words(moments.now)
    reach = access.request_reach(request, "see-departments")
    found = departments_within(reach, Department.objects.select_related("district"))
    rows = list(found.filter(closed_at=None).order_by("code"))
    accounts = department_accounts(rows, moments.now)
    shown = []
    for row, account in zip(rows, accounts, strict=True):
        counts: dict[str, int] = {}
        for state in account.states:
            counts[state.state] = counts.get(state.state, 0) + 1
        worst = next((each for each in ORDER if counts.get(each)), "")
        role = known.roles.get(row.role)
        shown.append(
            {
                "department": row,
                "role": role.title if role else row.role,
                "counts": counts,
                "state": worst,
                "gaps": sum(counts.get(each, 0) for each in GAPS),
                "url": reverse("department", args=[row.code]),
            }
        )
    context = {
        "title": _("Departments"),
        "subtitle": _("What public bodies owe themselves under the adopted schemes"),
        "rows": shown,
    }
    return page(request, "places/departments.html", context)


ORDER = ("not-evidenced", "overdue", "due", "late", "recorded", "waived", "upcoming", "cut")


@access.needs("see-departments")
@require_safe
def department(request: HttpRequest, code: str) -> HttpResponse:
    """The responsibility list of one department: each duty with its state, and what was recorded."""
    found = access.department_or_404(request, code, "see-departments")
    moments = moments_of(request)
    works_by = basis(moments.known_at)
    account = department_account(found, moments.at, moments.known_at, works_by)
    schemes, known = schemes_at(works_by, moments.at), words(moments.now)
    may_record = moments.is_now and access.allowed(request, "record-evidence", found)
    rows, weaker = duty_rows(account, found, schemes, may_record=may_record)
    evidence: list[Evidence] = []
    after = ""
    if access.allowed(request, "see-evidence", found):
        evidence, after = evidence_about(
            found, known_at=moments.known_at, after=request.GET.get("after", "")[:80]
        )
    role = known.roles.get(found.role)
    parts = (say(role.title) if role else found.role, name_of(found.district) if found.district else "", code)
    context = {
        "title": name_of(found),
        "subtitle": " · ".join(part for part in parts if part),
        "crumbs": [(_("Departments"), reverse("departments"))],
        "department": found,
        "moments": moments,
        "level": account.derived.posture,
        "notices": notices_of({row.scheme.id: row.scheme for row in rows}.values()),
        "rows": rows,
        "weaker": weaker,
        "counts": counts_by_state(rows),
        "several": len(schemes) > 1,
        "evidence": evidence_rows(request, evidence, known),
        "next": after,
        "waivers": [(waiver, rule_title(known, waiver.scheme, waiver.rule)) for waiver in waivers_of(found)],
        "place_count": found.places.filter(closed_at=None).count(),
    }
    return page(request, "places/department.html", context)


@access.needs("see-departments")
@require_safe
def department_why(request: HttpRequest, code: str, scheme_id: str, rule_id: str) -> HttpResponse:
    """Why a department owes one duty."""
    found = access.department_or_404(request, code, "see-departments")
    moments = moments_of(request)
    works_by = basis(moments.known_at)
    account = department_account(found, moments.at, moments.known_at, works_by)
    schemes = schemes_at(works_by, moments.at)
    owed, weaker = duty_rows(
        account,
        found,
        schemes,
        may_record=moments.is_now and access.allowed(request, "record-evidence", found),
    )
    row = next((each for each in (*owed, *weaker) if each.duty.id == f"{scheme_id}/{rule_id}"), None)
    if row is None:
        raise Http404
    context = {
        "title": row.duty.rule.title.in_language(request.LANGUAGE_CODE),
        "subtitle": name_of(found),
        "crumbs": [
            (_("Departments"), reverse("departments")),
            (name_of(found), reverse("department", args=[code])),
        ],
        "row": row,
        "level": account.derived.posture,
    }
    return page(request, "places/department_why.html", context)


addresses = [
    path("departments/", departments, name="departments"),
    path("departments/<str:code>/", department, name="department"),
    path(
        "departments/<str:code>/why/<slug:scheme_id>/<slug:rule_id>/", department_why, name="department-why"
    ),
]
