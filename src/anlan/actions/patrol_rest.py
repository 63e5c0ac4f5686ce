"""Drawing the rest of a shift that has begun: what is walked stays, what is owed from now on is planned anew."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from anlan.actions.patrol_planning import NOBODY, Outcome, Planning, given_up, why_not_planned
from anlan.actions.turns import take_turn
from anlan.engine.derivation import facts_of
from anlan.engine.patrol_game import Standpoint, start_slot, too_short
from anlan.engine.patrol_shifts import ShiftSpan
from anlan.engine.patrol_solving import Asked
from anlan.engine.patrol_windows import VisitOwed, rounds_at, still_owed
from anlan.engine.policy import Level
from anlan.models import PatrolPlan
from anlan.queries.patrol_ground import scans_between
from anlan.queries.patrol_plans import PlannedLeg, ShiftOn, beats_out, legs_of_shift

REST_SECONDS = 1.0
"""How long the solver may take while guards are walking."""


def draw_rest(
    planning: Planning,
    shift: ShiftOn,
    spans: Sequence[ShiftSpan],
    level: Level,
    *,
    cause: str,
    replaces: PatrolPlan | None,
) -> Outcome:
    """A plan from now to the end of a shift that has begun, at a level from now on.

    Windows that hold a scan already are kept. Where the rest cannot be kept whole, as few windows as possible are given
    up, of those that are open now if that is enough, and the outcome says so. What replaces nothing is drawn once.
    """
    at = planning.at
    start = start_slot(at)
    name = (shift.shift.code, shift.on, level)
    if start >= shift.end:
        return Outcome(*name, "nothing-owed")
    owed = _owed(planning, shift, spans, level, start)
    asked = Asked(
        planning.ground,
        facts_of(planning.subject, at) or {},
        owed,
        (start, shift.end),
        beats_out(shift),
        _standpoints(planning, shift, start),
    )
    reason = why_not_planned(asked, planning.names)
    if reason is not None:
        return Outcome(*name, reason[0], says=reason[1])
    mix = planning.mix_of(asked)
    if not mix.rounds:
        return Outcome(*name, "infeasible", says=given_up(mix))
    with transaction.atomic():
        take_turn(f"patrol-plans/{planning.place.pk}")
        there = None if replaces else planned(shift, level)
        if there is not None:
            return Outcome(*name, "begun", str(there.pk), given_up(there.mix))
        span = (start, shift.end)
        plan = planning.draw(mix, shift.shift, shift.on, level, span, cause=cause, replaces=replaces)
    return Outcome(*name, "drawn", str(plan.pk), given_up(mix))


def planned(shift: ShiftOn, level: Level) -> PatrolPlan | None:
    """The plan of a shift for a level that replaced no other."""
    rows = PatrolPlan.objects.filter(
        shift=shift.shift, on=shift.on, level=level, cause="planned", cancelled_at=None
    )
    return rows.select_related("mix").order_by("-drawn_at").first()


def _owed(
    planning: Planning, shift: ShiftOn, spans: Sequence[ShiftSpan], level: Level, start: datetime
) -> tuple[VisitOwed, ...]:
    """What is owed from now on and not scanned yet; what is left of a window too shortly to be reached is dropped."""
    rounds = rounds_at(planning.subject, planning.basis, level, shift.end, since=planning.at)
    visits = rounds.visits(shift.span, spans, since=start)
    first = min((visit.opens for visit in visits), default=start)
    visits = still_owed(visits, scans_between(planning.place, first, planning.at + timedelta(seconds=1)))
    short = too_short(visits, start)
    return tuple(visit for visit in visits if visit not in short)


def _standpoints(planning: Planning, shift: ShiftOn, start: datetime) -> tuple[Standpoint, ...]:
    """Where each guard is: at the last leg that was to be walked, free to leave after the stay there."""
    last: dict[str, PlannedLeg] = {}
    for leg in legs_of_shift(shift.shift, shift.on, shift.start, start, planning.subject):
        last[leg.beat] = leg
    known = {point.code for point in planning.ground.points}
    stay = timedelta(seconds=planning.ground.pace.dwell_seconds)
    return tuple(
        Standpoint(beat, leg.checkpoint, max(start, leg.at + stay))
        for beat, leg in last.items()
        if leg.checkpoint in known
    )


__all__ = ["NOBODY", "REST_SECONDS", "draw_rest"]
