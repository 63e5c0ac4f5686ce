"""Shifts, rosters and drawn plans of places: which plan is in force, and its legs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from anlan.engine.derivation import posture_of
from anlan.engine.facts import SubjectFacts
from anlan.engine.patrol_game import Names
from anlan.engine.patrol_legs import DrawnPlan, Leg, in_force, leg_read, legs_between
from anlan.engine.patrol_shifts import ShiftSpan, ShiftTimes, spans_between
from anlan.engine.policy import Level, Text
from anlan.models import Beat, PatrolPlan, PatrolSettings, Place, RosterLine, Shift, User
from anlan.queries.subjects import place_subject

HEAVY = ("mix__game", "mix__rounds", "mix__chances")
"""What a list of plans does not need of their mixes: hundreds of rounds."""


@dataclass(frozen=True, slots=True)
class ShiftOn:
    """A shift of a place on one day."""

    shift: Shift
    span: ShiftSpan

    @property
    def on(self) -> date:
        return self.span.on

    @property
    def start(self) -> datetime:
        return self.span.start

    @property
    def end(self) -> datetime:
        return self.span.end

    def runs_at(self, at: datetime) -> bool:
        """Whether the shift is on at a moment."""
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class PlannedLeg:
    """A leg with the plan it belongs to."""

    plan: PatrolPlan
    beat: str
    checkpoint: str
    at: datetime


def settings_of(place: Place) -> PatrolSettings:
    """How a place walks its rounds; the defaults, not saved, where nobody has said otherwise."""
    found = PatrolSettings.objects.filter(place=place).first()
    return found or PatrolSettings(place=place, changed_at=place.changed_at)


def shift_times(shift: Shift) -> ShiftTimes:
    """A shift as the engine takes it."""
    return ShiftTimes(shift.code, shift.starts, shift.ends, shift.days, shift.opened_at, shift.closed_at)


def shifts_between(place: Place, first: date, last: date) -> list[ShiftOn]:
    """The shifts of a place that start from `first` to `last` (both in), in order of time; one read."""
    rows = {shift.code: shift for shift in Shift.objects.filter(place=place)}
    zone = timezone.get_default_timezone()
    spans = spans_between([shift_times(row) for row in rows.values()], first, last, zone)
    return [ShiftOn(rows[span.code], span) for span in spans]


def shifts_at(place: Place, at: datetime) -> list[ShiftOn]:
    """The shifts of a place that are on at a moment."""
    today = timezone.localdate(at)
    return [one for one in shifts_between(place, today - timedelta(days=1), today) if one.runs_at(at)]


def next_shift(place: Place, at: datetime) -> ShiftOn | None:
    """The next shift to begin after a moment, within a week."""
    today = timezone.localdate(at)
    found = shifts_between(place, today, today + timedelta(days=7))
    return next((one for one in found if one.start > at), None)


def beats_of(place: Place, at: datetime) -> list[Beat]:
    """The beats of a place that are walked at a moment, with their checkpoints."""
    open_then = Q(closed_at=None) | Q(closed_at__gt=at)
    rows = place.beats.filter(open_then, opened_at__lte=at).select_related("post")
    return list(rows.prefetch_related("checkpoints").order_by("spare", "code"))


def names_of(place: Place) -> Names:
    """What the checkpoints and beats of a place are called; two reads."""
    return Names(
        {row.code: Text(row.name_zh, row.name_en or row.name_zh) for row in place.checkpoints.all()},
        {row.code: Text(row.name_zh, row.name_en or row.name_zh) for row in place.beats.all()},
    )


def roster_of(shift: Shift, on: date) -> QuerySet[RosterLine]:
    """Who mans what in one shift."""
    rows = RosterLine.objects.filter(shift=shift, on=on).select_related(
        "beat__post", "post", "guard", "shift"
    )
    return rows.order_by("beat__spare", "beat__code", "post__code")


def rosters_between(place: Place, first: date, last: date) -> QuerySet[RosterLine]:
    """The rosters of a place from `first` to `last` (both in), by day and shift."""
    rows = RosterLine.objects.filter(shift__place=place, on__range=(first, last))
    return rows.select_related("shift", "beat", "post", "guard").order_by(
        "on", "shift__starts", "beat__code", "post__code"
    )


def beats_out(shift: ShiftOn) -> frozenset[str]:
    """The beats whose guard fell out in the shift: nobody mans them any more, though somebody did.

    One that nobody was named for before the shift began is still to be filled, and planned as if it were.
    """
    lines = RosterLine.objects.filter(
        shift=shift.shift, on=shift.on, beat__isnull=False, guard=None, changed_at__gt=shift.start
    )
    return frozenset(lines.values_list("beat__code", flat=True))


def plans_between(place: Place, start: datetime, end: datetime) -> QuerySet[PatrolPlan]:
    """The plans of a place that overlap [start, end) and were not cancelled, in order of time."""
    rows = PatrolPlan.objects.filter(place=place, starts__lt=end, ends__gt=start, cancelled_at=None)
    rows = rows.select_related("shift", "mix").defer(*HEAVY)
    return rows.order_by("starts", "shift__code", "drawn_at")


def plans_of_shift(shift: Shift, on: date) -> list[PatrolPlan]:
    """Every plan of one shift that was not cancelled: for each level, and those that replaced them."""
    rows = PatrolPlan.objects.filter(shift=shift, on=on, cancelled_at=None)
    return list(rows.select_related("shift", "place").order_by("starts", "drawn_at"))


def plans_in_force(place: Place, at: datetime, subject: SubjectFacts | None = None) -> list[PatrolPlan]:
    """The plans to walk by at a moment: one for each shift that is on and has any."""
    level = posture_of(subject or place_subject(place), at)
    found: list[PatrolPlan] = []
    for rows in _by_shift(plans_between(place, at, at + timedelta(microseconds=1))):
        chosen = in_force([drawn(row) for row in rows], level, at)
        found += [row for row in rows if chosen is not None and str(row.pk) == chosen.id]
    return found


def plan_of_beat(place: Place, beat: Beat, at: datetime) -> PatrolPlan | None:
    """The plan in force for one beat at a moment; None where none was drawn."""
    plans = plans_in_force(place, at)
    return next((plan for plan in plans if any(leg["beat"] == beat.code for leg in plan.legs)), None)


def legs_of_shift(
    shift: Shift, on: date, start: datetime, end: datetime, subject: SubjectFacts | None = None
) -> list[PlannedLeg]:
    """The legs of one shift from `start` to `end`, each moment by the plan that was in force then."""
    rows = plans_of_shift(shift, on)
    if not rows:
        return []
    plans = {str(row.pk): row for row in rows}
    found = legs_between([drawn(row) for row in rows], subject or place_subject(rows[0].place), start, end)
    return [PlannedLeg(plans[plan.id], leg.beat, leg.checkpoint, leg.at) for plan, leg in found]


def legs_of(plan: PatrolPlan) -> tuple[Leg, ...]:
    """The legs of a plan in order of time."""
    return tuple(leg_read(leg) for leg in plan.legs)


def drawn(plan: PatrolPlan) -> DrawnPlan:
    """A plan as the engine takes it."""
    return DrawnPlan(
        str(plan.pk), cast("Level", plan.level), plan.starts, plan.ends, plan.drawn_at, legs_of(plan)
    )


def roster_lines_of(user: User, place: Place, shift: Shift, on: date) -> list[RosterLine]:
    """What one guard mans in one shift."""
    return list(roster_of(shift, on).filter(guard=user, shift__place=place))


def _by_shift(rows: Iterable[PatrolPlan]) -> list[list[PatrolPlan]]:
    grouped: dict[tuple[UUID, date], list[PatrolPlan]] = {}
    for row in rows:
        grouped.setdefault((row.shift_id, row.on), []).append(row)
    return list(grouped.values())
