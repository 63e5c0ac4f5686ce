"""Which visit walked which leg of a plan: the nearest one at the same checkpoint, at most an hour away."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from anlan.engine.patrol_legs import Leg

FARTHEST = timedelta(hours=1)
"""A visit farther from every leg of its checkpoint than this walked none of them."""

LATE_AFTER = timedelta(minutes=10)
"""How long after its time a leg without a visit is called late; the duty's own window decides what is a gap."""

LegState = Literal["walked", "passed-over", "late", "next", "later"]


@dataclass(frozen=True, slots=True)
class VisitMade:
    """A scan, or a checkpoint passed over with a reason."""

    id: str
    checkpoint: str
    at: datetime
    scanned: bool = True


@dataclass(frozen=True, slots=True)
class LegStanding:
    """A leg with what became of it; `after` is how much later than planned it was walked (negative: earlier)."""

    leg: Leg
    state: LegState
    visit: VisitMade | None = None

    @property
    def after(self) -> timedelta | None:
        return self.visit.at - self.leg.at if self.visit else None


def legs_standing(legs: Sequence[Leg], visits: Sequence[VisitMade], now: datetime) -> list[LegStanding]:
    """What became of each leg of one beat, in order of time; the first that is still ahead is `next`."""
    walked = matched(legs, visits)
    standing: list[LegStanding] = []
    ahead = False
    for number, leg in sorted(enumerate(legs), key=lambda pair: pair[1].at):
        visit = walked.get(number)
        if visit is not None:
            standing.append(LegStanding(leg, "walked" if visit.scanned else "passed-over", visit))
        elif leg.at + LATE_AFTER <= now:
            standing.append(LegStanding(leg, "late"))
        else:
            standing.append(LegStanding(leg, "later" if ahead else "next"))
            ahead = True
    return standing


def matched(legs: Sequence[Leg], visits: Sequence[VisitMade]) -> dict[int, VisitMade]:
    """The visit that walked each leg (by its number); a scan goes before a reason, an earlier before a later."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, leg in enumerate(legs):
        numbers[leg.checkpoint].append(number)
    found: dict[int, VisitMade] = {}
    for visit in sorted(visits, key=lambda visit: (not visit.scanned, visit.at)):
        near = [
            number
            for number in numbers.get(visit.checkpoint, ())
            if abs(legs[number].at - visit.at) <= FARTHEST
        ]
        if near:
            found.setdefault(min(near, key=lambda number: (abs(legs[number].at - visit.at), number)), visit)
    return found
