"""A round step by step: what was scanned, what was passed over with a reason, and what the plan named in vain."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anlan.engine.patrol_legs import Leg
from anlan.engine.patrol_matching import FARTHEST, VisitMade, legs_standing
from anlan.models import Checkpoint, Visit, Walk
from anlan.queries.patrol_live import visits_between
from anlan.queries.patrol_month import visits_of
from anlan.queries.patrol_plans import legs_of_shift

StepKind = Literal["scanned", "passed-over", "not-walked"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a round; one that was not walked has no visit, and `at` is when it was planned."""

    kind: StepKind
    at: datetime
    checkpoint: Checkpoint | None
    visit: Visit | None = None


def steps_of(walk: Walk, at: datetime) -> list[Step]:
    """The steps of a walk in order of time.

    A leg was not walked if nobody, on this round or another, was there within an hour of it, and gave no reason.
    """
    steps = [
        Step(
            "scanned" if visit.kind == "scan" else "passed-over", visit.effective_at, visit.checkpoint, visit
        )
        for visit in visits_of(walk)
    ]
    steps += _not_walked(walk, min(walk.ended_at or at, at))
    return sorted(steps, key=lambda step: step.at)


def _not_walked(walk: Walk, until: datetime) -> list[Step]:
    if walk.plan is None or walk.beat is None:
        return []
    planned = [
        Leg(leg.beat, leg.checkpoint, leg.at)
        for leg in legs_of_shift(walk.plan.shift, walk.plan.on, walk.started_at, until)
        if leg.beat == walk.beat.code
    ]
    made = [
        VisitMade(str(visit.pk), visit.checkpoint.code, visit.effective_at, visit.kind == "scan")
        for visit in visits_between(walk.place, walk.started_at - FARTHEST, until + FARTHEST)
        if visit.checkpoint is not None
    ]
    points = {point.code: point for point in walk.place.checkpoints.all()}
    return [
        Step("not-walked", leg.leg.at, points.get(leg.leg.checkpoint))
        for leg in legs_standing(planned, made, until)
        if leg.state == "late"
    ]
