"""Who is there and who commands, what is to be done and what is needed: the page and its steps."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.incident_assignments import (
    AssignmentDraft,
    drop_assignment,
    finish_assignment,
    give_assignment,
    send_for_need,
    take_assignment,
)
from anlan.actions.incident_command import name_commander, offer_command, take_command
from anlan.actions.incident_units import UnitDraft, call_roll, call_unit, move_unit
from anlan.engine.incident_words import LANES, UNIT_STATES, may_move
from anlan.models import Assignment, Incident, Unit
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.incident_forms import (
    AssignmentForm,
    CommandForm,
    QuantityForm,
    ReasonForm,
    RollForm,
    StateForm,
    UnitForm,
)
from anlan.web.incident_frame import frame, incident_or_404, step
from anlan.web.incident_words import ASSIGNMENTS, UNIT_KINDS
from anlan.web.incident_words import LANES as LANE_WORDS
from anlan.web.incident_words import UNIT_STATES as STATE_WORDS
from anlan.web.shell import page

PAGE = "incident-forces"


@access.needs("see-incidents")
@require_safe
def forces(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Forces by state, the commander, and the lanes of assignments."""
    found = incident_or_404(request, identifier)
    return _shown(request, found)


def _shown(request: HttpRequest, found: Incident, **bound: forms.Form) -> HttpResponse:
    """The page; a form that was sent and could not be taken stands in it as it was typed."""
    at = clock.now()
    units = list(found.units.order_by("callsign"))
    assignments = list(found.assignments.select_related("unit").order_by("given_at"))
    context = frame(request, found, words(at), "forces", at) | {
        "states": [
            {
                "words": STATE_WORDS[state][0],
                "tone": STATE_WORDS[state][1],
                "units": [_unit(unit) for unit in units if unit.state == state],
            }
            for state in UNIT_STATES
        ],
        "lanes": [
            {"words": LANE_WORDS[lane], "rows": [_assignment(one, at) for one in assignments if one.lane == lane]}
            for lane in LANES
        ],
        "people": sum(unit.people for unit in units if unit.state == "on-scene"),
        "unit_form": UnitForm(),
        "command_form": CommandForm(None, found),
        "assignment_form": AssignmentForm(None, found),
    } | bound  # fmt: skip
    return page(request, "incidents/forces.html", context, status=422 if bound else 200)


def _unit(unit: Unit) -> dict[str, Any]:
    kind, icon = UNIT_KINDS[unit.kind]
    moves = [
        (state, STATE_WORDS[state][0])
        for state in UNIT_STATES
        if state != unit.state and may_move(unit.state, state)  # type: ignore[arg-type]  # the table holds only these
    ]
    return {"unit": unit, "kind": kind, "icon": icon, "moves": moves}


def _assignment(one: Assignment, at: Any) -> dict[str, Any]:
    kind, icon = ASSIGNMENTS[one.kind]
    is_open = one.done_at is None and one.dropped_at is None
    return {
        "one": one,
        "kind": kind,
        "icon": icon,
        "is_open": is_open,
        "is_late": is_open and one.due_at is not None and one.due_at <= at,
    }


@access.needs("run-incidents")
@require_POST
def unit_new(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Call a force."""
    found, form = incident_or_404(request, identifier, to_run=True), UnitForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, unit_form=form)
    draft = UnitDraft(**form.cleaned_data)
    return step(request, found, PAGE, lambda by, at: call_unit(found, draft, by=by, at=at))


@access.needs("run-incidents")
@require_POST
def unit_state(request: HttpRequest, identifier: UUID, unit: UUID) -> HttpResponse:
    """Move a force into another state."""
    found, form = incident_or_404(request, identifier, to_run=True), StateForm(request.POST)
    row = _of(found.units, unit)
    if not form.is_valid():
        raise Http404
    return step(request, found, PAGE, lambda by, at: move_unit(row, form.cleaned_data["state"], by=by, at=at))


@access.needs("run-incidents")
@require_POST
def unit_roll(request: HttpRequest, identifier: UUID, unit: UUID) -> HttpResponse:
    """Note that a force answered the roll-call."""
    found, form = incident_or_404(request, identifier, to_run=True), RollForm(request.POST)
    row = _of(found.units, unit)
    if not form.is_valid():
        messages.error(request, _("Write how many answered, as a number."))
        return redirect(PAGE, found.pk)
    return step(
        request, found, PAGE, lambda by, at: call_roll(row, form.cleaned_data["people"], by=by, at=at)
    )


@access.needs("run-incidents")
@require_POST
def command(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Name the commander, offer command, or take over what was offered."""
    found = incident_or_404(request, identifier, to_run=True)
    if request.POST.get("step") == "take":
        return step(request, found, PAGE, lambda by, at: take_command(found, by=by, at=at))
    form = CommandForm(request.POST, found)
    if not form.is_valid():
        return _shown(request, found, command_form=form)
    unit, post = form.cleaned_data["unit"], form.cleaned_data["post"]
    act = offer_command if request.POST.get("step") == "offer" else name_commander
    return step(request, found, PAGE, lambda by, at: act(found, unit, post, by=by, at=at))


@access.needs("run-incidents")
@require_POST
def assignment_new(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Give an objective, a task or a need."""
    found = incident_or_404(request, identifier, to_run=True)
    form = AssignmentForm(request.POST, found)
    if not form.is_valid():
        return _shown(request, found, assignment_form=form)
    values = form.cleaned_data
    draft = AssignmentDraft(
        values["kind"],
        values["lane"],
        values["text"],
        values["unit"],
        values["quantity"],
        form.due(clock.now()),
    )
    return step(request, found, PAGE, lambda by, at: give_assignment(found, draft, by=by, at=at))


@access.needs("run-incidents")
@require_POST
def assignment_step(request: HttpRequest, identifier: UUID, assignment: UUID) -> HttpResponse:
    """Understood, sent so many, done, or given up with a reason."""
    found = incident_or_404(request, identifier, to_run=True)
    row = _of(found.assignments, assignment)
    match request.POST.get("step"):
        case "take":
            return step(request, found, PAGE, lambda by, at: take_assignment(row, by=by, at=at))
        case "done":
            return step(request, found, PAGE, lambda by, at: finish_assignment(row, by=by, at=at))
        case "send":
            sent = QuantityForm(request.POST)
            if not sent.is_valid():
                messages.error(request, _("Write how many were sent, as a number."))
                return redirect(PAGE, found.pk)
            return step(
                request,
                found,
                PAGE,
                lambda by, at: send_for_need(row, sent.cleaned_data["quantity"], by=by, at=at),
            )
        case "drop":
            given = ReasonForm(request.POST)
            reason = given.cleaned_data["reason"] if given.is_valid() else ""
            return step(request, found, PAGE, lambda by, at: drop_assignment(row, reason, by=by, at=at))
    raise Http404


def _of(rows: Any, identifier: UUID) -> Any:
    row = rows.select_related("incident").filter(pk=identifier).first()
    if row is None:
        raise Http404
    return row


_ROOT = "incidents/<uuid:identifier>/"
addresses = [
    path(f"{_ROOT}forces/", forces, name="incident-forces"),
    path(f"{_ROOT}units/", unit_new, name="incident-unit-new"),
    path(f"{_ROOT}units/<uuid:unit>/state/", unit_state, name="incident-unit-state"),
    path(f"{_ROOT}units/<uuid:unit>/roll-call/", unit_roll, name="incident-unit-roll"),
    path(f"{_ROOT}command/", command, name="incident-command"),
    path(f"{_ROOT}assignments/", assignment_new, name="incident-assignment-new"),
    path(f"{_ROOT}assignments/<uuid:assignment>/", assignment_step, name="incident-assignment-step"),
]
