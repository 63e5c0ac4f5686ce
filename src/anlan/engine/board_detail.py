"""Settles the few duties whose latest evidence does not tell their state, from their single records."""

from dataclasses import replace

import numpy as np

from anlan.engine.board_duties import CompiledDuties, DutyGroup
from anlan.engine.board_judging import CODE, Pending, Slice, judged_events
from anlan.engine.board_marks import AlignedMarks, AlignedWaivers
from anlan.engine.board_points import spread
from anlan.engine.board_register import (
    NEVER,
    Flags,
    Floats,
    Instants,
    MarkRows,
    Numbers,
    WaiverRows,
    instants,
)
from anlan.engine.board_states import BoardStates
from anlan.engine.policy import Within


def resolved(
    compiled: CompiledDuties,
    states: BoardStates,
    marks: AlignedMarks,
    waivers: WaiverRows,
    records: MarkRows,
) -> BoardStates:
    """The same states with the undecided ones settled.

    `records` holds every record, up to the instant of the states, of each undecided duty from its `detail_from` on;
    further ones do no harm.
    """
    state, start, end = states.state.copy(), states.start.copy(), states.end.copy()
    duty = compiled.duty_of(records.rule, records.place)
    effective = instants(records.effective, missing=NEVER)
    known = _Records(duty, effective, records.checkpoint, records.quantity, compiled, states.at)
    aligned = AlignedWaivers.of(compiled, waivers)
    for pending in states.pending:
        group = _group_of(compiled, pending)
        if isinstance(group.cadence, Within):
            part = Slice(compiled, marks, aligned, group, states.at)
            judged = judged_events(part, _answered(compiled, group, known))
            chosen = slice(group.low, group.high)
            mine = np.zeros(group.high - group.low, dtype=bool)
            mine[pending.duty - group.low] = True
            state[chosen] = np.where(mine, judged.state, state[chosen])
            start[chosen] = np.where(mine, judged.start, start[chosen])
            end[chosen] = np.where(mine, judged.end, end[chosen])
        else:
            _settle(pending, known, state, start, end)
    return replace(states, state=state, start=start, end=end, pending=())


def _settle(
    pending: Pending, known: "_Records", state: np.typing.NDArray[np.int8], start: Instants, end: Instants
) -> None:
    """The current window if it is met or waived; else the one before if it is missed; else as it stands."""
    until = np.full(len(pending.duty), known.now + 1)
    current = (pending.current_start, pending.current_end)
    before = (pending.before_start, pending.before_end)
    met_now = known.meet(pending.duty, current, until, pending.current_quantity)
    met_before = known.meet(
        pending.duty, before, np.minimum(pending.before_limit, until), pending.before_quantity
    )
    has_before = pending.before_end > NEVER
    missed = has_before & ~met_before & ~pending.excused_before & ~met_now & ~pending.excused_now
    duty = pending.duty[met_now]
    state[duty] = CODE["recorded"]
    start[duty], end[duty] = pending.current_start[met_now], pending.current_end[met_now]
    duty = pending.duty[missed]
    over = known.now >= pending.before_limit[missed]
    state[duty] = np.where(over, CODE["not-evidenced"], CODE["overdue"])
    start[duty], end[duty] = pending.before_start[missed], pending.before_end[missed]


def _answered(compiled: CompiledDuties, group: DutyGroup, known: "_Records") -> Flags:
    events = compiled.events
    first, last = np.searchsorted(events.duty, [group.low, group.high])
    happened = events.happened[first:last]
    until = np.full(len(happened), known.now + 1)
    windows = (happened, events.deadline[first:last])
    return known.meet(events.duty[first:last], windows, until, events.quantity[first:last])


def _group_of(compiled: CompiledDuties, pending: Pending) -> DutyGroup:
    first = int(pending.duty[0])
    return next(group for group in compiled.groups if group.low <= first < group.high)


class _Records:
    """Records by duty, of which it can be asked whether they meet a window."""

    def __init__(
        self,
        duty: Numbers,
        effective: Instants,
        checkpoint: Numbers,
        quantity: Floats,
        compiled: CompiledDuties,
        now: int,
    ) -> None:
        order = np.argsort(duty, kind="stable")
        order = order[duty[order] >= 0]
        self.duty, self.effective = duty[order], effective[order]
        self.checkpoint, self.quantity = checkpoint[order], quantity[order]
        self.compiled, self.now = compiled, now

    def meet(
        self, duty: Numbers, windows: tuple[Instants, Instants], until: Instants, asked: Floats
    ) -> Flags:
        """Whether windows of these duties are met by `until`: by one record, or by one at each checkpoint."""
        start, end = windows
        low, high = np.searchsorted(self.duty, duty), np.searchsorted(self.duty, duty, side="right")
        window, record = spread(low, high)
        counts = (self.effective[record] >= start[window]) & (self.effective[record] < until[window])
        counts &= np.isnan(asked[window]) | (self.quantity[record] >= asked[window])
        checkpoints = self.compiled.checkpoints
        points = checkpoints.asked(self.compiled.place[duty], start, end)
        points = np.where(self.compiled.walks[duty], points, 0)
        free = points[window] == 0
        counts &= free | checkpoints.whole(self.checkpoint[record], start[window], end[window])
        place = np.where(free, -1, self.checkpoint[record])
        visited = np.unique(np.column_stack((window[counts], place[counts])), axis=0)
        times = np.bincount(visited[:, 0].astype(np.intp), minlength=len(duty))
        met: Flags = times >= np.maximum(points, 1)
        return met
