"""The latest evidence of every duty, brought into the order of the compiled duties; and waivers likewise."""

from dataclasses import dataclass

import numpy as np

from anlan.engine.board_duties import CompiledDuties
from anlan.engine.board_register import (
    FOREVER,
    NEVER,
    Flags,
    Floats,
    Instants,
    MarkRows,
    Numbers,
    WaiverRows,
    instants,
)


@dataclass(frozen=True, slots=True)
class AlignedMarks:
    """For each duty its latest evidence: `latest` of all, `least` the oldest of the latest at its checkpoints.

    Where no checkpoints are asked, or one is yet unvisited, `least` is the same as `latest`, or NEVER.
    """

    latest: Instants
    least: Instants
    expires: Instants
    quantity: Floats


def align(compiled: CompiledDuties, marks: MarkRows) -> AlignedMarks:
    """The projection Standing brought into the order of the duties; rows of nothing owed are passed over."""
    size = len(compiled)
    blank = AlignedMarks(
        np.full(size, NEVER), np.full(size, NEVER), np.full(size, FOREVER), np.full(size, np.nan)
    )
    return realign(compiled, blank, marks, copy=False)


def realign(
    compiled: CompiledDuties, aligned: AlignedMarks, marks: MarkRows, *, copy: bool = True
) -> AlignedMarks:
    """The same with some duties' marks replaced; `marks` must hold all rows of every duty that it touches."""
    latest, least = aligned.latest, aligned.least
    expires, quantity = aligned.expires, aligned.quantity
    if copy:
        latest, least, expires, quantity = latest.copy(), least.copy(), expires.copy(), quantity.copy()
    duty = compiled.duty_of(marks.rule, marks.place)
    known = np.flatnonzero(duty >= 0)
    duty = duty[known]
    touched = np.zeros(len(latest), dtype=bool)
    touched[duty] = True
    latest[touched], least[touched] = NEVER, NEVER
    expires[touched], quantity[touched] = FOREVER, np.nan
    walked = compiled.scan_points > 0
    kept = np.flatnonzero(~walked[duty] | _in_use(compiled, marks.checkpoint[known]))
    duty, known = duty[kept], known[kept]
    effective = instants(marks.effective[known], missing=NEVER)
    np.maximum.at(latest, duty, effective)
    newest = np.flatnonzero(effective == latest[duty])
    expires[duty[newest]] = instants(marks.expires[known[newest]])
    quantity[duty[newest]] = marks.quantity[known[newest]]
    rounds = np.flatnonzero(walked[duty])
    oldest = np.full(len(latest), FOREVER)
    np.minimum.at(oldest, duty[rounds], effective[rounds])
    visited = np.bincount(duty[rounds], minlength=len(latest))
    whole = np.where(visited >= compiled.scan_points, oldest, NEVER)
    least[touched] = np.where(walked, whole, latest)[touched]
    return AlignedMarks(latest, least, expires, quantity)


def _in_use(compiled: CompiledDuties, checkpoint: Numbers) -> Flags:
    """Which of these checkpoints are in use; -1 is none."""
    in_use = np.append(compiled.checkpoints.in_use(compiled.at), False)
    found: Flags = in_use[checkpoint]
    return found


@dataclass(frozen=True, slots=True)
class AlignedWaivers:
    """Waivers by duty, in order of the duties."""

    duty: Numbers
    start: Instants
    end: Instants

    @staticmethod
    def of(compiled: CompiledDuties, waivers: WaiverRows) -> "AlignedWaivers":
        duty = compiled.duty_of(waivers.rule, waivers.place)
        order = np.argsort(duty, kind="stable")
        order = order[duty[order] >= 0]
        return AlignedWaivers(duty[order], instants(waivers.start)[order], instants(waivers.end)[order])

    def cover(self, low: int, high: int, deadline: Instants | int) -> Flags | None:
        """Which of the duties from `low` to `high` are excused from their deadline; None if no waiver is theirs."""
        first, last = np.searchsorted(self.duty, [low, high])
        if first == last:
            return None
        duty = self.duty[first:last] - low
        deadlines = np.broadcast_to(np.asarray(deadline), (high - low,))[duty]
        covered = np.zeros(high - low, dtype=bool)
        covered[duty[(self.start[first:last] < deadlines) & (deadlines <= self.end[first:last])]] = True
        return covered

    def cover_rows(self, duty: Numbers, deadline: Instants) -> Flags:
        """Which of these deadlines of duties, in order of the duties, a waiver covers."""
        covered = np.zeros(len(duty), dtype=bool)
        for waiver in np.flatnonzero(np.isin(self.duty, duty)):
            first, last = np.searchsorted(duty, [self.duty[waiver], self.duty[waiver] + 1])
            due = deadline[first:last]
            covered[first:last] |= (self.start[waiver] < due) & (due <= self.end[waiver])
        return covered
