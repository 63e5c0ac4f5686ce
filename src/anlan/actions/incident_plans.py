"""Plans in an incident: activated with their cards as they stand at that moment, and worked through step by step."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anlan.actions.incident_log import Saying, held, require, write
from anlan.engine.action_cards import cards, surroundings_of
from anlan.engine.plans import ActionPlan
from anlan.engine.policy import Scheme, Text
from anlan.models import Activation, Incident, StepDone, User
from anlan.models.ids import new_id
from anlan.queries.action_cards import PlaceCards
from anlan.queries.incident_plans import step_named


@transaction.atomic
def activate_plan(
    incident: Incident, scheme: Scheme, plan: ActionPlan, *, by: User | None, at: datetime
) -> Activation:
    """Start a plan and its clocks; one that runs already is given back. What it says now is kept with the incident."""
    incident = held(incident)
    known = incident.activations.filter(plan=plan.id).first()
    if known is not None:
        return known
    activation = Activation.objects.create(
        incident=incident,
        scheme=scheme.id,
        edition=scheme.edition,
        plan=plan.id,
        title_zh=plan.title.zh[:120],
        title_en=plan.title.en[:200],
        content=_content(incident, scheme, plan, at),
        at=at,
        by=by,
    )
    data = {
        "plan": plan.id,
        "activation": activation.pk,
        "edition": scheme.edition,
        "title": asdict(plan.title),
    }
    write(incident, Saying("plan", data=data), by=by, at=at)
    return activation


@transaction.atomic
def tick_step(
    activation: Activation,
    role: str,
    step: str,
    *,
    done_at: datetime,
    by: User | None,
    at: datetime,
    id: UUID | None = None,  # noqa: A002  (the name that the row has)
) -> StepDone:
    """Record that a step is done. The same id, or the same step, ticked again counts and is written once."""
    incident = held(activation.incident)
    found = step_named(activation.content, role, step)
    require(found is not None, "no-such-step")
    known = StepDone.objects.filter(activation=activation, role=role, step=step).first()
    if known is not None:
        return known
    require(id is None or not StepDone.objects.filter(pk=id).exists(), "known-elsewhere")
    done_at = min(done_at, at)
    row = StepDone.objects.create(
        id=id or new_id(), activation=activation, role=role, step=step, done_at=done_at, recorded_at=at, by=by
    )
    if found is not None:
        due_at = found.due_at(activation)
        data = {
            "plan": activation.plan,
            "role": role,
            "step": step,
            "title": _role_title(activation.content, role),
            "number": found.number,
            "do": asdict(found.do),
            "late": due_at is not None and done_at > due_at,
        }
        write(incident, Saying("step", happened_at=done_at, data=data), by=by, at=at)
    return row


def _content(incident: Incident, scheme: Scheme, plan: ActionPlan, at: datetime) -> dict[str, Any]:
    """The plan with the cards of all roles, compiled for the place of the incident or for where it says it is."""
    if incident.place is not None:
        around = PlaceCards(incident.place, at).surroundings(scheme)
    else:
        around = surroundings_of(scheme, Text(incident.location, incident.location))
    return {
        "title": asdict(plan.title),
        "command": asdict(plan.command),
        "triggers": [asdict(words) for words in plan.triggers],
        "cards": [asdict(card) for card in cards(plan, around)],
        "phases": [asdict(phase) for phase in plan.phases],
        "roles": {role: asdict(term.title) for role, term in around.roles.items()},
        "resources": [asdict(wanted) for wanted in plan.resources],
        "public": list(plan.public),
        "stand_down": [asdict(words) for words in plan.stand_down],
        "recovery": [asdict(words) for words in plan.recovery],
    }


def _role_title(content: Mapping[str, Any], role: str) -> dict[str, str]:
    title: dict[str, str] = content.get("roles", {}).get(role) or {"zh": role, "en": role}
    return title
