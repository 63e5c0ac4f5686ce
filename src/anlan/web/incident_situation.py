"""The situation as it stands: the report, figures, the level of response, and the end."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.incidents import change_level, close_incident, report_again, stand_down, still_open
from anlan.engine.incident_words import UNIT_STATES
from anlan.models import Incident
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.incident_forms import LevelForm, ReasonForm, UpdateForm
from anlan.web.incident_frame import frame, incident_or_404, step
from anlan.web.incident_sheets import FORMS
from anlan.web.incident_words import UNIT_STATES as STATE_WORDS
from anlan.web.shell import page

PAGE = "incident-situation"


@access.needs("see-incidents")
@require_safe
def situation(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """The situation report, printed as it stands."""
    return _shown(request, incident_or_404(request, identifier))


def _shown(request: HttpRequest, found: Incident, **bound: Any) -> HttpResponse:
    at = clock.now()
    units = list(found.units.all())
    left = still_open(found)
    context = frame(request, found, words(at), "situation", at) | {
        "counts": [
            (STATE_WORDS[state][0], sum(unit.state == state for unit in units),
             sum(unit.people for unit in units if unit.state == state))
            for state in UNIT_STATES
        ],
        "objectives": found.assignments.filter(kind="objective", dropped_at=None).order_by("given_at"),
        "needs": found.assignments.filter(kind="need", done_at=None, dropped_at=None).order_by("given_at"),
        "measures": found.measures.filter(ended_at=None).order_by("begins_at"),
        "latest": found.entries.exclude(kind__in=("step", "file")).order_by("-seq")[:12],
        "left": left,
        "forms": [(form, title()) for form, (title, _boxes, _wide) in FORMS.items() if form != "213"],
        "update_form": UpdateForm(None, found),
        "level_form": LevelForm(auto_id="level_%s", initial={"level": found.level}),
        "down_form": ReasonForm(auto_id="down_%s"),
        "close_form": ReasonForm(auto_id="close_%s"),
    } | bound  # fmt: skip
    return page(request, "incidents/situation.html", context, status=422 if bound else 200)


@access.needs("run-incidents")
@require_POST
def update(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Bring the report up to date."""
    found = incident_or_404(request, identifier, to_run=True)
    form = UpdateForm(request.POST, found)
    if not form.is_valid():
        return _shown(request, found, update_form=form)
    return step(request, found, PAGE, lambda by, at: report_again(found, form.report(), by=by, at=at))


@access.needs("run-incidents")
@require_POST
def level(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Raise or lower the level of response."""
    found = incident_or_404(request, identifier, to_run=True)
    form = LevelForm(request.POST, auto_id="level_%s")
    if not form.is_valid():
        return _shown(request, found, level_form=form)
    values = form.cleaned_data
    return step(
        request,
        found,
        PAGE,
        lambda by, at: change_level(found, values["level"], values["reason"], by=by, at=at),
    )


@access.needs("run-incidents")
@require_POST
def down(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Stand down."""
    found = incident_or_404(request, identifier, to_run=True)
    form = ReasonForm(request.POST, auto_id="down_%s")
    if not form.is_valid():
        return _shown(request, found, down_form=form)
    return step(
        request, found, PAGE, lambda by, at: stand_down(found, form.cleaned_data["reason"], by=by, at=at)
    )


@access.needs("run-incidents")
@require_POST
def close(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Close the log and hand over to recovery."""
    found = incident_or_404(request, identifier, to_run=True)
    form = ReasonForm(request.POST, auto_id="close_%s")
    if not form.is_valid():
        return _shown(request, found, close_form=form)
    return step(
        request, found, PAGE, lambda by, at: close_incident(found, form.cleaned_data["reason"], by=by, at=at)
    )


_ROOT = "incidents/<uuid:identifier>/"
addresses = [
    path(f"{_ROOT}situation/", situation, name="incident-situation"),
    path(f"{_ROOT}report/", update, name="incident-update"),
    path(f"{_ROOT}level/", level, name="incident-level"),
    path(f"{_ROOT}stand-down/", down, name="incident-stand-down"),
    path(f"{_ROOT}close/", close, name="incident-close"),
]
