"""The state of every duty at an instant from its latest evidence: the second stage of the array engine."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board_duties import CompiledDuties
from anlan.engine.board_judging import (
    CODE,
    Pending,
    Slice,
    judged_events,
    judged_once,
    judged_recurring,
    judged_standing,
)
from anlan.engine.board_marks import AlignedMarks, AlignedWaivers
from anlan.engine.board_register import Flags, Instants, Numbers, WaiverRows, instant_of
from anlan.engine.periods import in_utc
from anlan.engine.policy import Once, Standing, Within
from anlan.engine.states import STATES


@dataclass(frozen=True, slots=True)
class BoardStates:
    """How every duty stands: `state` codes into STATES, and its window in microseconds.

    `end` is the deadline (FOREVER: none). `pending` are duties whose state the latest evidence alone does not
    tell: they stand as if nothing were missing, until `board_detail.resolved` is given their records.
    """

    at: int
    state: NDArray[np.int8]
    start: Instants
    end: Instants
    pending: tuple[Pending, ...]

    @property
    def undecided(self) -> Numbers:
        """The duties of which more records are needed."""
        return np.concatenate([np.zeros(0, dtype=np.int32), *(part.duty for part in self.pending)])

    @property
    def detail_from(self) -> Instants:
        """For each undecided duty the microsecond from which on its records are needed."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(part.since for part in self.pending)])

    def counts(self, compiled: CompiledDuties, scheme: str) -> NDArray[np.int64]:
        """Duties counted by district, tier under the scheme (the last is undetermined), rule and state."""
        tiers = len(compiled.tier_words[scheme]) + 1
        districts = int(compiled.district.max(initial=-1)) + 1
        tier = compiled.tiers[scheme][compiled.place]
        tier = np.where(tier < 0, tiers - 1, tier)
        shape = (districts, tiers, len(compiled.rules), len(STATES))
        bins = (compiled.district[compiled.place] * tiers + tier) * len(compiled.rules) + compiled.rule
        flat = np.bincount(bins.astype(np.int64) * len(STATES) + self.state, minlength=int(np.prod(shape)))
        return flat.reshape(shape)

    def gaps(self) -> Flags:
        """Which duties are overdue or not evidenced."""
        missing: Flags = (self.state == CODE["overdue"]) | (self.state == CODE["not-evidenced"])
        return missing

    def falling_due(self, compiled: CompiledDuties, until: datetime) -> Numbers:
        """The duties whose deadline comes by `until`, and those whose standing proof runs out, soonest first."""
        waiting = (self.state == CODE["due"]) | (self.state == CODE["upcoming"])
        standing = np.zeros(len(self.state), dtype=bool)
        for group in compiled.groups:
            if isinstance(group.cadence, Standing):
                standing[group.low : group.high] = True
        waiting |= standing & (self.state == CODE["recorded"])
        found = np.flatnonzero(waiting & (self.end <= instant_of(in_utc(until))))
        return found[np.argsort(self.end[found], kind="stable")].astype(np.int32)


def states_at(
    compiled: CompiledDuties, marks: AlignedMarks, waivers: WaiverRows, at: datetime
) -> BoardStates:
    """How every duty stands at `at`, by marks and waivers as they were then.

    Raises ValueError where `at` lies outside the time for which the duties were compiled.
    """
    now = instant_of(in_utc(at))
    if not compiled.at <= now < compiled.valid_until:
        raise ValueError(f"the duties were not compiled for {at.isoformat()}")
    size = len(compiled)
    state = np.zeros(size, dtype=np.int8)
    start, end = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    aligned = AlignedWaivers.of(compiled, waivers)
    pending: list[Pending] = []
    for group in compiled.groups:
        part = Slice(compiled, marks, aligned, group, now)
        if isinstance(group.cadence, Standing):
            found = judged_standing(part)
        elif isinstance(group.cadence, Once):
            found = judged_once(part)
        elif isinstance(group.cadence, Within):
            found = judged_events(part)
        else:
            found = judged_recurring(part, group.cadence)
        chosen = slice(group.low, group.high)
        state[chosen], start[chosen], end[chosen] = found.state, found.start, found.end
        if found.pending is not None:
            pending.append(found.pending)
    return BoardStates(now, state, start, end, tuple(pending))
