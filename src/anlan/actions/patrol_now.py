"""Planning the shift that is on and has no plan: the best that two seconds give, at the level in force."""

from datetime import datetime, timedelta

from django.utils import timezone

from anlan.actions.patrol_planning import Outcome, Planned, Planning
from anlan.actions.patrol_rest import REST_SECONDS, draw_rest
from anlan.engine.derivation import posture_of
from anlan.engine.patrol_legs import in_force
from anlan.engine.patrol_windows import base_levels
from anlan.models import Place, User
from anlan.queries.patrol_plans import ShiftOn, drawn, plans_of_shift, shifts_between


def unplanned_now(place: Place, at: datetime) -> list[ShiftOn]:
    """The shifts of a place that are on and for which nothing was drawn."""
    today = timezone.localdate(at)
    around = shifts_between(place, today - timedelta(days=1), today)
    return [shift for shift in around if shift.runs_at(at) and not plans_of_shift(shift.shift, shift.on)]


def plan_now(place: Place, *, by: User | None, at: datetime) -> Planned:
    """Draw the rest of each shift that is on and has no plan; the other levels are left to the worker."""
    planning = Planning(place, by, at, REST_SECONDS)
    today = timezone.localdate(at)
    around = shifts_between(place, today - timedelta(days=1), today + timedelta(days=1))
    spans = [shift.span for shift in around]
    posture = posture_of(planning.subject, at)
    level = base_levels(planning.subject, planning.basis, at)[posture]
    outcomes: list[Outcome] = []
    for shift in around:
        if not shift.runs_at(at):
            continue
        plans = [drawn(row) for row in plans_of_shift(shift.shift, shift.on)]
        if in_force(plans, posture, at) is None:
            outcomes.append(draw_rest(planning, shift, spans, level, cause="planned", replaces=None))
    return Planned(tuple(outcomes), planning.games)
