"""The plans of an incident: which are proposed for it, and how far the steps of those that run have come."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anlan.engine.durations import duration_of
from anlan.engine.plans import ActionPlan
from anlan.engine.policy import Scheme, Text
from anlan.models import Activation, Incident, StepDone
from anlan.queries.action_cards import GENERAL, PlaceCards, schemes_running

LEADS = "commander"
"""The role under which the lists of stand-down and recovery are ticked."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A plan that may be activated: made for what happened, for every incident, or for something else."""

    scheme: Scheme
    plan: ActionPlan
    is_for_this: bool


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A step of an activated plan: of the first ten minutes of a role, of a phase, of stand-down or of recovery."""

    id: str
    role: str
    number: int
    do: Text
    within: timedelta | None = None
    lines: tuple[tuple[Text, str], ...] = ()
    points: tuple[Text, ...] = ()

    def due_at(self, activation: Activation) -> datetime | None:
        return activation.at + self.within if self.within else None


def proposals(incident: Incident, at: datetime) -> list[Proposal]:
    """The plans not activated yet: first those for what happened, then the general one, then what else holds there."""
    taken = set(incident.activations.values_list("plan", flat=True))
    found = [
        Proposal(scheme, plan, plan.scenario in (incident.scenario, GENERAL))
        for scheme in schemes_running(at)
        for plan in scheme.plans.values()
        if plan.id not in taken
    ]
    holding: set[str] | None = None
    if incident.place is not None:
        holding = {each.plan.id for each in PlaceCards(incident.place, at).plans}
    kept = [
        each
        for each in found
        if each.plan.scenario == incident.scenario or holding is None or each.plan.id in holding
    ]
    order = (incident.scenario, GENERAL)
    return sorted(
        kept, key=lambda each: order.index(each.plan.scenario) if each.plan.scenario in order else len(order)
    )


def plan_named(scheme: str, plan: str, at: datetime) -> tuple[Scheme, ActionPlan] | None:
    """A plan of a scheme that the city works by."""
    for running in schemes_running(at):
        if running.id == scheme and plan in running.plans:
            return running, running.plans[plan]
    return None


def first_steps(content: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[PlanStep]]]:
    """The cards of an activated plan as it was kept, each with its steps."""
    for card in content.get("cards", ()):
        yield card, [_of_card(card["role"], step) for step in card["steps"]]


def phase_steps(content: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], list[PlanStep]]]:
    """The later phases, each with its tasks."""
    for phase in content.get("phases", ()):
        yield (
            phase,
            [
                PlanStep(f"{phase['id']}/{number}", task["role"], number, _text(task["do"]))
                for number, task in enumerate(phase["steps"], 1)
            ],
        )


def list_steps(content: Mapping[str, Any], name: str) -> list[PlanStep]:
    """The list `stand_down` or `recovery`."""
    return [
        PlanStep(f"{name}/{number}", LEADS, number, _text(words))
        for number, words in enumerate(content.get(name, ()), 1)
    ]


def step_named(content: Mapping[str, Any], role: str, step: str) -> PlanStep | None:
    """A step of an activated plan by its role and id."""
    lists = [list_steps(content, "stand_down"), list_steps(content, "recovery")]
    parts = [steps for _card, steps in first_steps(content)] + [
        steps for _phase, steps in phase_steps(content)
    ]
    return next(
        (each for steps in parts + lists for each in steps if (each.role, each.id) == (role, step)), None
    )


def done_by_step(activation: Activation) -> dict[tuple[str, str], StepDone]:
    """What was ticked, by role and step."""
    return {(row.role, row.step): row for row in activation.steps.select_related("by")}


def _of_card(role: str, step: Mapping[str, Any]) -> PlanStep:
    return PlanStep(
        id=step["id"],
        role=role,
        number=step["number"],
        do=_text(step["do"]),
        within=duration_of(step["within"]) if step["within"] else None,
        lines=tuple((_text(line["who"]), line["number"]) for line in step["lines"] if line["number"]),
        points=tuple(_text(point["name"]) for point in step["points"]),
    )


def _text(words: Mapping[str, str]) -> Text:
    return Text(words["zh"], words["en"])
