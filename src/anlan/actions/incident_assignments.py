"""Objectives, tasks of the lanes, and needs until they are met."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlan.actions.incident_log import Saying, held, require, write
from anlan.engine.incident_words import AssignmentKind
from anlan.models import Assignment, Incident, Unit, User


@dataclass(frozen=True, slots=True)
class AssignmentDraft:
    """What is to be done or sent, in which lane, by whom and by when."""

    kind: AssignmentKind
    lane: str
    text: str
    unit: Unit | None = None
    quantity: int | None = None
    due_at: datetime | None = None


@transaction.atomic
def give_assignment(
    incident: Incident, draft: AssignmentDraft, *, by: User | None, at: datetime
) -> Assignment:
    """Give an objective, a task or a need."""
    incident = held(incident)
    require(draft.due_at is None or draft.due_at > at, "ends-too-soon")
    assignment = Assignment.objects.create(
        incident=incident,
        kind=draft.kind,
        lane=draft.lane,
        text=draft.text.strip(),
        unit=draft.unit,
        quantity=draft.quantity,
        due_at=draft.due_at,
        given_at=at,
    )
    _say(incident, assignment, "given", by=by, at=at)
    return assignment


@transaction.atomic
def take_assignment(assignment: Assignment, *, by: User | None, at: datetime) -> Assignment:
    """Record that whoever was given it has understood it."""
    incident, assignment = _open(assignment)
    assignment.taken_at = assignment.taken_at or at
    assignment.save(update_fields=["taken_at"])
    _say(incident, assignment, "taken", by=by, at=at)
    return assignment


@transaction.atomic
def send_for_need(assignment: Assignment, quantity: int, *, by: User | None, at: datetime) -> Assignment:
    """Record that so much more was sent; a need is met when all of it was."""
    incident, assignment = _open(assignment)
    assignment.sent += quantity
    is_met = assignment.quantity is not None and assignment.sent >= assignment.quantity
    assignment.done_at = at if is_met else None
    assignment.save(update_fields=["sent", "done_at"])
    _say(incident, assignment, "met" if is_met else "sent", by=by, at=at)
    return assignment


@transaction.atomic
def finish_assignment(assignment: Assignment, *, by: User | None, at: datetime) -> Assignment:
    """Record that it is done."""
    incident, assignment = _open(assignment)
    assignment.done_at = at
    assignment.save(update_fields=["done_at"])
    _say(incident, assignment, "done", by=by, at=at)
    return assignment


@transaction.atomic
def drop_assignment(assignment: Assignment, reason: str, *, by: User | None, at: datetime) -> Assignment:
    """Give it up, with the reason."""
    incident, assignment = _open(assignment)
    require(bool(reason.strip()), "no-reason")
    assignment.dropped_at, assignment.reason = at, reason.strip()
    assignment.save(update_fields=["dropped_at", "reason"])
    _say(incident, assignment, "dropped", by=by, at=at)
    return assignment


def _open(assignment: Assignment) -> tuple[Incident, Assignment]:
    incident = held(assignment.incident)
    assignment = Assignment.objects.select_related("unit").get(pk=assignment.pk)
    require(assignment.done_at is None and assignment.dropped_at is None, "done-already")
    return incident, assignment


def _say(incident: Incident, assignment: Assignment, step: str, *, by: User | None, at: datetime) -> None:
    data = {
        "step": step,
        "assignment": assignment.pk,
        "assignment_kind": assignment.kind,
        "quantity": assignment.quantity,
        "sent": assignment.sent,
        "reason": assignment.reason,
    }
    said_to = assignment.unit.callsign if assignment.unit else ""
    lane, due_at = assignment.lane, assignment.due_at
    saying = Saying("assignment", text=assignment.text, said_to=said_to, lane=lane, due_at=due_at, data=data)
    write(incident, saying, by=by, at=at)
