"""Writing a warning: a new one, a draft again, or an update; with a preview of what it would change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from anlan.actions.warnings import (
    WarningRefusedError,
    change_draft,
    draft_warning,
    propose_warning,
)
from anlan.engine.policy import LEVELS, Level, Rule, Scheme, Text
from anlan.engine.warnings import clocks_at, needs_second_person
from anlan.models import Department, Place, Signal, WarningNotice
from anlan.queries.duties import basis
from anlan.queries.installation import city_settings
from anlan.queries.reach import within
from anlan.queries.vocabulary import Words, words
from anlan.queries.warnings import codes_within
from anlan.queries.warnings_shown import codes_reached, outside
from anlan.web import access, clock
from anlan.web.shell import page
from anlan.web.signal_words import signal_row
from anlan.web.warnings import notice_or_404
from anlan.web.warnings_form import CHOSEN, CITY, WarningForm, initial_of
from anlan.web.warnings_signal import filling_of, signal_asked
from anlan.web.warnings_templates import TEMPLATES, WarningTemplate
from anlan.web.warnings_words import OBSTACLES, tier_titles

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a level stands for, by the scheme."""

    level: Level
    rule: Rule | None
    scheme: Scheme | None
    acknowledge: timedelta
    second: bool


@access.needs("issue-warnings")
@require_http_methods(["GET", "HEAD", "POST"])
def warning_new(request: HttpRequest) -> HttpResponse:
    """A warning from nothing, from a template, or from a signal."""
    at = clock.now()
    known, signal = words(at), signal_asked(request)
    if request.method == "POST":
        return _taken(request, WarningForm(request.POST, known, at=at), known, at, signal=signal)
    template = next((one for one in TEMPLATES if one.id == request.GET.get("template")), None)
    initial = _first(request, known, template) | (filling_of(signal, known) if signal else {})
    form = WarningForm(None, known, at=at, initial=initial)
    return _shown(request, form, known, at, signal=signal)


@access.needs("issue-warnings")
@require_http_methods(["GET", "HEAD", "POST"])
def warning_edit(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """A draft again; what waits for the second person has to be proposed again then."""
    at = clock.now()
    notice = notice_or_404(request, warning_id, "issue-warnings", at)
    if notice.issued_at is not None or notice.withdrawn_at is not None:
        messages.error(request, str(OBSTACLES["not-open"]))
        return HttpResponseRedirect(reverse("warning", args=[notice.pk]))
    known = words(at)
    is_update = notice.replaces_id is not None
    if request.method == "POST":
        form = WarningForm(request.POST, known, at=at, is_update=is_update)
        return _taken(request, form, known, at, notice=notice, replaces=notice.replaces)
    form = WarningForm(None, known, at=at, is_update=is_update, initial=initial_of(notice, at))
    return _shown(request, form, known, at, notice=notice, replaces=notice.replaces)


@access.needs("issue-warnings")
@require_http_methods(["GET", "HEAD", "POST"])
def warning_update(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """A new version of a warning in force: another level, area or text, or a later end with its reason."""
    at = clock.now()
    old = notice_or_404(request, warning_id, "issue-warnings", at)
    known = words(at)
    if request.method == "POST":
        form = WarningForm(request.POST, known, at=at, is_update=True)
        return _taken(request, form, known, at, replaces=old)
    waiting = WarningNotice.objects.filter(replaces=old, withdrawn_at=None).first()
    if waiting is not None:
        messages.info(request, _("An update of this warning is under way already; here it is."))
        return HttpResponseRedirect(reverse("warning", args=[waiting.pk]))
    initial = initial_of(old, at, is_update=True)
    if request.GET.get("extend"):
        initial["lasts"] = "6"
    form = WarningForm(None, known, at=at, is_update=True, initial=initial)
    return _shown(request, form, known, at, replaces=old)


@access.needs("issue-warnings")
@require_safe
def warning_places(request: HttpRequest) -> HttpResponse:
    """Places by name or code, to be named in the form."""
    text = request.GET.get("find", "")[:60].strip()
    found: list[Place] = []
    if text:
        places = Place.objects.filter(closed_at=None)
        for word in text.split():
            places = (
                places.filter(name_sort__icontains=word.lower())
                | places.filter(name_zh__icontains=word)
                | places.filter(name_en__icontains=word)
                | places.filter(code__istartswith=word)
            )
        reach = access.request_reach(request, "issue-warnings")
        found = list(within(reach, places).order_by("name_sort", "id")[:MOST_FOUND])
    return render(request, "warnings/_found.html", {"found": found, "text": text})


def _taken(
    request: HttpRequest,
    form: WarningForm,
    known: Words,
    at: datetime,
    *,
    notice: WarningNotice | None = None,
    replaces: WarningNotice | None = None,
    signal: Signal | None = None,
) -> HttpResponse:
    """Keep the form as a draft, and send it on its way if that is asked."""
    if not form.is_valid() or not _is_covered(request, form, at):
        return _shown(request, form, known, at, notice=notice, replaces=replaces, signal=signal, status=422)
    by = access.user_of(request)
    try:
        if notice is not None:
            kept = change_draft(notice, form.draft(), by=by, at=at)
        else:
            kept = draft_warning(form.draft(), by=by, at=at, replaces=replaces, signal=signal)
    except WarningRefusedError as refused:
        form.add_error(None, str(OBSTACLES[refused.obstacle]))
        return _shown(request, form, known, at, notice=notice, replaces=replaces, signal=signal, status=422)
    if request.POST.get("then") == "propose":
        try:
            kept = propose_warning(kept, by=by, at=at)
        except WarningRefusedError as refused:
            messages.error(request, str(OBSTACLES[refused.obstacle]))
            return HttpResponseRedirect(reverse("warning-edit", args=[kept.pk]))
    messages.success(request, _said(kept))
    return HttpResponseRedirect(reverse("warning", args=[kept.pk]))


def _said(kept: WarningNotice) -> str:
    if kept.issued_at is not None:
        return _("Warning %(number)s is issued.") % {"number": kept}
    if kept.proposed_at is not None:
        return _("Proposed. Ask a second person to confirm.")
    return _("The draft is kept. Nothing is in force yet.")


def _is_covered(request: HttpRequest, form: WarningForm, at: datetime) -> bool:
    """Whether the area holds places, and none that the asker may not warn; else the form says so."""
    codes = codes_within(form.area, form.tiers_chosen, at)
    beyond = outside(codes, codes_reached(access.request_reach(request, "issue-warnings")))
    if not codes:
        form.add_error("scope", str(OBSTACLES["no-places"]))
    elif beyond:
        form.add_error(
            "scope",
            _(
                "%(n)s of these places are not yours to warn. "
                "Choose your own districts, or ask the city office to issue it."
            )
            % {"n": beyond},
        )
    return not form.errors


def _shown(
    request: HttpRequest,
    form: WarningForm,
    known: Words,
    at: datetime,
    *,
    notice: WarningNotice | None = None,
    replaces: WarningNotice | None = None,
    signal: Signal | None = None,
    status: int = 200,
) -> HttpResponse:
    criteria = criteria_at(known, at)
    crumbs = [(_("Warnings"), reverse("warnings"))]
    about = notice or replaces
    if about is not None:
        crumbs.append((str(about) if about.number else _("Draft"), reverse("warning", args=[about.pk])))
    title = _("Update the warning") if replaces else _("Edit the draft") if notice else _("New warning")
    context = {
        "title": title,
        "subtitle": _(
            "Nothing is in force until it is issued. What is issued is never edited, only updated."
        ),
        "crumbs": crumbs,
        "form": form,
        "criteria": criteria,
        "replaces": replaces,
        "signal": signal_row(signal, known) if signal else None,
        "templates": [] if about or signal else TEMPLATES,
        "fillings": {one.id: _filling(one, known, criteria) for one in TEMPLATES},
        "instructions": {
            row.level: [row.rule.instructions.zh, row.rule.instructions.en]
            for row in criteria
            if row.rule and row.rule.instructions
        },
        "asked_template": request.GET.get("template", ""),
        "cancel": reverse("warning", args=[about.pk]) if about else reverse("warnings"),
    }
    return page(request, "warnings/form.html", context, status=status)


def criteria_at(known: Words, at: datetime) -> list[Criterion]:
    """The levels, strictest first, each with the first scheme's criterion and clock."""
    clocks = clocks_at(basis(), at)
    found: dict[str, tuple[Rule, Scheme]] = {}
    for scheme in known.schemes:
        for rule in scheme.rules:
            if rule.kind == "criterion":
                for level in rule.posture:
                    found.setdefault(level, (rule, scheme))
    rows = []
    for level in reversed(LEVELS[1:]):
        stated = found.get(level)
        rows.append(
            Criterion(
                level=level,
                rule=stated[0] if stated else None,
                scheme=stated[1] if stated else None,
                acknowledge=clocks.acknowledge[level],
                second=needs_second_person(level),
            )
        )
    return rows


def _first(request: HttpRequest, known: Words, template: WarningTemplate | None) -> dict[str, Any]:
    """How an empty form begins: blue for a day, in the whole reach of the asker, by the office."""
    at = clock.now()
    filling = _filling(template or TEMPLATES[0], known, criteria_at(known, at))
    if template is None:
        filling |= {"matters_zh": "", "matters_en": "", "lasts": "6"}
    reach = access.request_reach(request, "issue-warnings")
    if not reach.everywhere:
        filling |= {"scope": CHOSEN, "districts": sorted(reach.districts), "places": "\n".join(reach.places)}
    wanted = request.GET.getlist("place")[:50]
    if wanted:
        filling |= {"scope": CHOSEN, "places": "\n".join(wanted), "tiers": []}
    issuer = _issuer(request)
    return filling | {"issuer_zh": issuer.zh, "issuer_en": issuer.en}


def _filling(template: WarningTemplate, known: Words, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """The values that a template puts into the form."""
    instructions = next(
        (row.rule.instructions for row in criteria if row.level == template.level and row.rule), None
    ) or Text("", "")
    tiers = [tier for tier in tier_titles(known) if tier.partition(":")[2] in template.tiers]
    if template.tiers:
        first = tiers[0].partition(":")[0] if tiers else ""
        tiers = [tier for tier in tiers if tier.startswith(f"{first}:")]
    return {
        "level": template.level,
        "category": template.category,
        "scope": CHOSEN if tiers else CITY,
        "tiers": tiers,
        "lasts": str(template.hours),
        "matters_zh": template.matters.zh,
        "matters_en": template.matters.en,
        "measures_zh": instructions.zh,
        "measures_en": instructions.en,
    }


def _issuer(request: HttpRequest) -> Text:
    """The office that issues: the city's, or the district's whose officer asks."""
    reach = access.request_reach(request, "issue-warnings")
    offices = Department.objects.filter(role="office", closed_at=None)
    if not reach.everywhere:
        offices = offices.filter(district__in=reach.districts)
    else:
        offices = offices.order_by("district__parent_id", "code")
    office = offices.first()
    if office is not None:
        return Text(office.name_zh, office.name_en or office.name_zh)
    city = city_settings()
    return Text(
        f"{city.name_zh}领导小组办公室", f"Office of the leading group, {city.name_en}".removesuffix(", ")
    )


addresses = [
    path("warnings/new/", warning_new, name="warning-new"),
    path("warnings/places/", warning_places, name="warning-places"),
    path("warnings/<uuid:warning_id>/edit/", warning_edit, name="warning-edit"),
    path("warnings/<uuid:warning_id>/update/", warning_update, name="warning-update"),
]
