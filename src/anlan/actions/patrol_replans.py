"""Planning anew in the middle of a shift: the posture changed, a guard fell out, a checkpoint was opened or closed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Q
from django.utils import timezone

from anlan.actions.patrol_planning import Outcome, Planned, Planning
from anlan.actions.patrol_plans import DRAWS, SECONDS, plan_place
from anlan.actions.patrol_register import set_roster
from anlan.actions.patrol_rest import REST_SECONDS, draw_rest
from anlan.engine.derivation import posture_of
from anlan.engine.facts import Basis, SubjectFacts
from anlan.engine.patrol_legs import in_force
from anlan.engine.patrol_windows import base_levels
from anlan.engine.periods import in_utc
from anlan.engine.policy import Level
from anlan.models import PatrolPlan, Place, PostureChange, RosterLine, User
from anlan.queries.duties import basis
from anlan.queries.patrol_plans import drawn, plans_of_shift, shifts_between
from anlan.queries.subjects import place_subjects

Cause = Literal["posture", "guard-out", "checkpoint"]
INSTANT = timedelta(microseconds=1)


def replan_place(
    place: Place,
    cause: Cause,
    *,
    by: User | None,
    at: datetime,
    unless_since: datetime | None = None,
    seconds: float = SECONDS,
    draws: int = DRAWS,
) -> Planned:
    """Draw the rest of every planned shift that is on; after a checkpoint changed also the plans still to begin.

    A shift that was drawn anew for the same level since `unless_since` is left alone. `seconds` and `draws` are for
    the plans still to begin; what is walked now is drawn at once.
    """
    planning = Planning(place, by, at, REST_SECONDS)
    today = timezone.localdate(at)
    around = shifts_between(place, today - timedelta(days=1), today + timedelta(days=1))
    spans = [shift.span for shift in around]
    posture = posture_of(planning.subject, at)
    level = base_levels(planning.subject, planning.basis, at)[posture]
    outcomes: list[Outcome] = []
    for shift in around:
        rows = plans_of_shift(shift.shift, shift.on) if shift.runs_at(at) else []
        if rows and not (unless_since and _is_drawn_anew(rows, level, unless_since)):
            chosen = in_force([drawn(row) for row in rows], posture, at)
            before = next((row for row in rows if chosen is not None and str(row.pk) == chosen.id), rows[-1])
            outcomes.append(draw_rest(planning, shift, spans, level, cause=cause, replaces=before))
    if cause == "checkpoint":
        outcomes += refresh_plans(place, by=by, at=at, seconds=seconds, draws=draws).outcomes
    return Planned(tuple(outcomes), planning.games)


def refresh_plans(
    place: Place, *, by: User | None, at: datetime, seconds: float = SECONDS, draws: int = DRAWS
) -> Planned:
    """Draw anew those plans still to begin whose game is not what it was."""
    coming = PatrolPlan.objects.filter(place=place, cancelled_at=None, starts__gt=at).order_by("on")
    first, last = coming.first(), coming.last()
    if first is None or last is None:
        return Planned()
    days = (last.on - first.on).days + 1
    return plan_place(place, first.on, days, by=by, at=at, seconds=seconds, draws=draws)


def guard_out(line: RosterLine, *, stand_in: User | None, by: User | None, at: datetime) -> Planned:
    """The guard of a line cannot go on: somebody stands in, or the others walk the rest of the shift without."""
    set_roster(line.shift, line.on, guard=stand_in, beat=line.beat, post=line.post, by=by, at=at)
    if stand_in is not None or line.beat is None:
        return Planned()
    return replan_place(line.shift.place, "guard-out", by=by, at=at)


def follow_postures(*, since: datetime, at: datetime) -> list[Place]:
    """Plan anew where a posture rose or ended after `since` and other windows are owed now; the places where it did."""
    edges = Q(start__gt=since, start__lte=at) | Q(end__gt=since, end__lte=at)
    if not PostureChange.objects.filter(edges).exists():
        return []
    running = PatrolPlan.objects.filter(starts__lte=at, ends__gt=at, cancelled_at=None)
    places = list(Place.objects.filter(pk__in=running.values("place"), closed_at=None))
    works_by = basis()
    changed: list[Place] = []
    for place, subject in zip(places, place_subjects(places), strict=True):
        edge = _last_turn(subject, works_by, since, at)
        if edge is not None:
            replan_place(place, "posture", by=None, at=at, unless_since=edge)
            changed.append(place)
    return changed


def _is_drawn_anew(rows: Sequence[PatrolPlan], level: Level, since: datetime) -> bool:
    return any(row.replaces_id is not None and row.level == level and row.starts >= since for row in rows)


def _last_turn(subject: SubjectFacts, works_by: Basis, since: datetime, at: datetime) -> datetime | None:
    """The last moment after `since` at which a posture rose or ended and other windows were owed from then on."""
    edges = {in_utc(edge) for span in subject.postures for edge in (span.start, span.end) if edge}
    for edge in sorted((edge for edge in edges if since < edge <= at), reverse=True):
        levels = base_levels(subject, works_by, edge)
        if levels[posture_of(subject, edge - INSTANT)] != levels[posture_of(subject, edge)]:
            return edge
    return None
