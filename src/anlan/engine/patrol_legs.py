"""The legs that hold at each moment of a shift: which of the drawn plans is in force, level by level."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.engine.derivation import posture_of
from anlan.engine.facts import SubjectFacts
from anlan.engine.periods import in_utc
from anlan.engine.policy import LEVELS, Level


@dataclass(frozen=True, slots=True)
class Leg:
    """The guard of `beat` reaches `checkpoint` at `at`; both by their codes."""

    beat: str
    checkpoint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DrawnPlan:
    """A plan of one shift, for one level, from `starts` on."""

    id: str
    level: Level
    starts: datetime
    ends: datetime
    drawn_at: datetime
    legs: tuple[Leg, ...]


def in_force(plans: Iterable[DrawnPlan], level: Level, at: datetime) -> DrawnPlan | None:
    """Of the plans of one shift the one to walk by: that of the highest level up to `level`, the latest begun.

    A level without a plan of its own owes what the one below it owes, or cannot be kept with the guards there are.
    """
    begun = [plan for plan in plans if plan.starts <= at < plan.ends]
    ranks = [LEVELS.index(plan.level) for plan in begun]
    fitting = [rank for rank in ranks if rank <= LEVELS.index(level)] or ranks[:1]
    chosen = [plan for plan, rank in zip(begun, ranks, strict=True) if rank == max(fitting)]
    return max(chosen, key=lambda plan: (plan.starts, plan.drawn_at), default=None)


def legs_between(
    plans: Sequence[DrawnPlan], subject: SubjectFacts, start: datetime, end: datetime
) -> list[tuple[DrawnPlan, Leg]]:
    """The legs of one shift as they were to be walked: each moment by the plan in force at the posture of then."""
    edges = {in_utc(start), *(plan.starts for plan in plans)}
    edges.update(in_utc(edge) for span in subject.postures for edge in (span.start, span.end) if edge)
    moments = sorted(edge for edge in edges if in_utc(start) <= edge < end)
    found: list[tuple[DrawnPlan, Leg]] = []
    for opens, closes in zip(moments, [*moments[1:], end], strict=True):
        plan = in_force(plans, posture_of(subject, opens), opens)
        if plan is not None:
            found += [(plan, leg) for leg in plan.legs if opens <= leg.at < closes]
    return found


def leg_kept(leg: Leg) -> dict[str, str]:
    """A leg as a plan keeps it."""
    return {"beat": leg.beat, "checkpoint": leg.checkpoint, "at": in_utc(leg.at).isoformat()}


def leg_read(kept: dict[str, str]) -> Leg:
    """A leg out of what a plan keeps."""
    return Leg(kept["beat"], kept["checkpoint"], datetime.fromisoformat(kept["at"]))
