"""Forces in an incident: called under a callsign, moved from state to state, counted by roll-call."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from anlan.actions.incident_command import command_by_rank
from anlan.actions.incident_log import Saying, held, require, write
from anlan.engine.incident_words import UnitState, may_move
from anlan.models import Department, Incident, Unit, User


@dataclass(frozen=True, slots=True)
class UnitDraft:
    """A force as it is called; `rank` orders who commands until a commander is named, 0 cannot command."""

    callsign: str
    kind: str
    organisation: str = ""
    department: Department | None = None
    people: int = 0
    rank: int = 0
    state: UnitState = "assigned"


@transaction.atomic
def call_unit(incident: Incident, draft: UnitDraft, *, by: User | None, at: datetime) -> Unit:
    """Call a force; its callsign is its name in the log."""
    incident = held(incident)
    callsign = draft.callsign.strip()
    require(not incident.units.filter(callsign__iexact=callsign).exists(), "callsign-taken")
    unit = Unit.objects.create(
        incident=incident,
        callsign=callsign,
        kind=draft.kind,
        organisation=draft.organisation.strip(),
        department=draft.department,
        people=draft.people,
        rank=draft.rank,
        state=draft.state,
        state_at=at,
    )
    data = {"state": [None, unit.state], "people": unit.people, "unit_kind": unit.kind}
    write(incident, Saying("unit", said_by=callsign, text=unit.organisation, data=data), by=by, at=at)
    _see_who_commands(incident, unit, by=by, at=at)
    return unit


@transaction.atomic
def move_unit(
    unit: Unit, state: UnitState, *, by: User | None, at: datetime, saying: Saying | None = None
) -> Unit:
    """Bring a force into another state; `saying` is the line that said so, if somebody typed one."""
    incident = held(unit.incident)
    unit = Unit.objects.get(pk=unit.pk)
    before: UnitState = unit.state  # type: ignore[assignment]  # the table holds only these
    require(before != state and may_move(before, state), "no-such-move")
    unit.state, unit.state_at = state, at
    unit.save(update_fields=["state", "state_at"])
    base = saying or Saying("unit")
    write(
        incident,
        Saying("unit", text=base.text, said_by=unit.callsign, happened_at=base.happened_at, id=base.id,
               data={"state": [before, state]}),
        by=by,
        at=at,
    )  # fmt: skip
    _see_who_commands(incident, unit, by=by, at=at)
    return unit


@transaction.atomic
def call_roll(unit: Unit, people: int, *, by: User | None, at: datetime) -> Unit:
    """Record that a force answered the roll-call, and with how many."""
    incident = held(unit.incident)
    unit = Unit.objects.get(pk=unit.pk)
    unit.called_at, unit.called_people = at, people
    unit.save(update_fields=["called_at", "called_people"])
    data = {"people": people, "of": unit.people}
    write(incident, Saying("roll-call", said_by=unit.callsign, data=data), by=by, at=at)
    return unit


def _see_who_commands(incident: Incident, unit: Unit, *, by: User | None, at: datetime) -> None:
    if unit.state == "on-scene" and unit.rank:
        command_by_rank(incident, by=by, at=at)
