"""The plans of an incident: activated, worked through card by card against the clock, and what they ask for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.incident_assignments import AssignmentDraft, give_assignment
from anlan.actions.incident_plans import activate_plan, tick_step
from anlan.models import Activation, Incident, StepDone
from anlan.queries.action_cards import PLACE_ROLES
from anlan.queries.incident_plans import (
    PlanStep,
    done_by_step,
    first_steps,
    list_steps,
    phase_steps,
    plan_named,
    proposals,
)
from anlan.queries.incidents import incident_within
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.incident_frame import frame, incident_or_404, runs, step
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.templatetags.words import say

PAGE = "incident-plans"


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step with its clock: when it is due, when it was done, and whether that was, or is by now, too late."""

    step: PlanStep
    activation: Activation
    due_at: datetime | None
    done: StepDone | None
    done_by: str
    is_late: bool
    may_tick: bool


@access.needs("see-incidents")
@require_safe
def plans(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Plans that run with their cards, and those proposed; `?part=live` is what changes while others work."""
    found, at = incident_or_404(request, identifier), clock.now()
    tag = f'"{found.pk}-{found.last_seq}-{get_language()}"'
    if request.GET.get("part") == "live":
        if request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers={"ETag": tag})
        inside = render_to_string("incidents/_plans.html", _content(request, found, at), request)
        return HttpResponse(inside, headers={"ETag": tag})
    context = frame(request, found, words(at), "plans", at) | _content(request, found, at) | {"tag": tag}
    return page(request, "incidents/plans.html", context)


def _content(request: HttpRequest, found: Incident, at: datetime) -> dict[str, Any]:
    may_run = found.closed_at is None and runs(request, found)
    offered = proposals(found, at) if may_run else []
    running = found.activations.order_by("at")
    asked = set(found.assignments.filter(kind="need", dropped_at=None).values_list("text", flat=True))
    return {
        "incident": found,
        "may_run": may_run,
        "activations": [_activation(request, found, row, asked, at) for row in running],
        "proposed": [each for each in offered if each.is_for_this],
        "others": [each for each in offered if not each.is_for_this],
        "has_place": found.place is not None,
    }


def _activation(
    request: HttpRequest, found: Incident, row: Activation, asked: set[str], at: datetime
) -> dict[str, Any]:
    content, done, names = row.content, done_by_step(row), Names(request)
    ticks = _roles_ticked(request, found)

    def shown(steps: Iterable[PlanStep]) -> list[ShownStep]:
        made = []
        for one in steps:
            ticked = done.get((one.role, one.id))
            by = names.of(ticked.by, found.place) if ticked else ""
            made.append(_shown(one, row, ticked, by, ticks, at))
        return made

    cards = [{"card": card, "steps": shown(steps)} for card, steps in first_steps(content)]
    first = [each for _card, steps in first_steps(content) for each in shown(steps)]
    roles = content.get("roles", {})
    return {
        "row": row,
        "content": content,
        "cards": cards,
        "done": sum(each.done is not None for each in first),
        "all": len(first),
        "late": sum(each.is_late and each.done is None for each in first),
        "phases": [
            {
                "phase": phase,
                "steps": [(each, roles.get(each.step.role, each.step.role)) for each in shown(steps)],
            }
            for phase, steps in phase_steps(content)
        ],
        "wanted": [
            {"wanted": one, "asked": bool(asked & set(one["title"].values()))}
            for one in content.get("resources", ())
        ],
        "stand_down": shown(list_steps(content, "stand_down")),
        "recovery": shown(list_steps(content, "recovery")),
    }


def _shown(
    one: PlanStep, row: Activation, done: StepDone | None, by: str, ticks: frozenset[str] | None, at: datetime
) -> ShownStep:
    due_at = one.due_at(row)
    is_late = due_at is not None and (done.done_at if done else at) > due_at
    may_tick = done is None and (ticks is None or one.role in ticks)
    return ShownStep(one, row, due_at, done, by, is_late, may_tick)


def _roles_ticked(request: HttpRequest, found: Incident) -> frozenset[str] | None:
    """The roles whose steps the asker may tick; None for all. Those on the spot tick the cards of the place."""
    if found.closed_at is not None:
        return frozenset()
    if runs(request, found):
        return None
    on_the_spot = incident_within(access.request_reach(request, "report-incidents"), found.pk)
    return frozenset(PLACE_ROLES) if on_the_spot else frozenset()


@access.needs("run-incidents")
@require_POST
def activate(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Start a plan."""
    found = incident_or_404(request, identifier, to_run=True)
    named = plan_named(request.POST.get("scheme", "")[:64], request.POST.get("plan", "")[:64], clock.now())
    if named is None:
        raise Http404
    return step(request, found, PAGE, lambda by, at: activate_plan(found, *named, by=by, at=at))


@access.needs("run-incidents", "report-incidents")
@require_POST
def tick(request: HttpRequest, identifier: UUID, activation: UUID) -> HttpResponse:
    """Tick a step; a page that asks by htmx gets the live part back."""
    found = incident_or_404(request, identifier)
    row = _of(found, activation)
    role, named = request.POST.get("role", "")[:32], request.POST.get("step", "")[:64]
    ticks = _roles_ticked(request, found)
    if ticks is not None and role not in ticks:
        raise PermissionDenied
    answer = step(request, found, PAGE, lambda by, at: tick_step(row, role, named, done_at=at, by=by, at=at))
    if request.headers.get("HX-Request") == "true":
        found.refresh_from_db()
        return page(request, "incidents/_plans.html", _content(request, found, clock.now()))
    return answer


@access.needs("run-incidents")
@require_POST
def ask(request: HttpRequest, identifier: UUID, activation: UUID) -> HttpResponse:
    """Make a need of something that the plan wants."""
    found = incident_or_404(request, identifier, to_run=True)
    row = _of(found, activation)
    wanted = next(
        (one for one in row.content.get("resources", ()) if one["id"] == request.POST.get("wanted")), None
    )
    if wanted is None:
        raise Http404
    draft = AssignmentDraft("need", "logistics", say(wanted["title"]), quantity=wanted["quantity"])
    return step(request, found, PAGE, lambda by, at: give_assignment(found, draft, by=by, at=at))


def _of(found: Incident, activation: UUID) -> Activation:
    row = found.activations.select_related("incident").filter(pk=activation).first()
    if row is None:
        raise Http404
    return row


_ROOT = "incidents/<uuid:identifier>/plans/"
addresses = [
    path(_ROOT, plans, name="incident-plans"),
    path(f"{_ROOT}activate/", activate, name="incident-plan-activate"),
    path(f"{_ROOT}<uuid:activation>/steps/", tick, name="incident-plan-step"),
    path(f"{_ROOT}<uuid:activation>/needs/", ask, name="incident-plan-need"),
]
