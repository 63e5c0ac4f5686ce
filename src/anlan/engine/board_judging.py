"""The duties of one rule in one cadence judged for all places at once, each family of cadences by its own rule."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board_duties import CompiledDuties, DutyGroup
from anlan.engine.board_marks import AlignedMarks, AlignedWaivers
from anlan.engine.board_register import FOREVER, NEVER, Flags, Floats, Instants, Numbers, moment_of
from anlan.engine.board_runs import aligned_at, aligned_before, in_micros
from anlan.engine.derivation import anchor_of
from anlan.engine.periods import Recurring, window_after
from anlan.engine.states import STATES, State

CODE: dict[State, int] = {state: code for code, state in enumerate(STATES)}
"""The code of each state in the arrays: its place in `states.STATES`."""

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Pending:
    """Duties, or events of duties, of which more records are needed, and what follows from them.

    `current_*` is the window open now (`start` FOREVER: none), `before_*` the one that closed before it, up to the
    end of its grace (`end` NEVER: none). `excused_*` tell whether a waiver covers them.
    """

    duty: Numbers
    since: Instants
    current_start: Instants
    current_end: Instants
    current_quantity: Floats
    before_start: Instants
    before_end: Instants
    before_limit: Instants
    before_quantity: Floats
    excused_now: Flags
    excused_before: Flags


@dataclass(frozen=True, slots=True)
class Judged:
    """State codes and windows of one slice; `end` is the deadline."""

    state: Codes
    start: Instants
    end: Instants
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """One group of duties with its marks and waivers, at one instant."""

    compiled: CompiledDuties
    marks: AlignedMarks
    waivers: AlignedWaivers
    group: DutyGroup
    now: int

    def of(self, name: str) -> NDArray[np.int64]:
        found: NDArray[np.int64] = getattr(self.compiled.duties, name)[self.group.low : self.group.high]
        return found

    @property
    def latest(self) -> Instants:
        return self.marks.latest[self.group.low : self.group.high]

    @property
    def least(self) -> Instants:
        return self.marks.least[self.group.low : self.group.high]

    @property
    def quantity(self) -> Floats:
        return self.compiled.duties.quantity[self.group.low : self.group.high]

    @property
    def had(self) -> Floats:
        return self.marks.quantity[self.group.low : self.group.high]

    @property
    def walked(self) -> Flags:
        """Where checkpoints are asked."""
        return self.compiled.scan_points[self.group.low : self.group.high] > 0

    def unsteady(self, start: Instants) -> Flags:
        """Where the checkpoints to be walked are not those of windows that begin at `start`."""
        changed: Flags = self.compiled.walk_changed[self.group.low : self.group.high] > start
        return changed

    def excused(self, deadline: Instants | int) -> Flags:
        covered = self.waivers.cover(self.group.low, self.group.high, deadline)
        return np.zeros(self.group.high - self.group.low, dtype=bool) if covered is None else covered

    def window_after(self, cadence: Recurring) -> list[int]:
        scheme, _ = self.compiled.rules[self.group.rule]
        basis = self.compiled.basis
        return in_micros(window_after(cadence, moment_of(self.now), basis.zone, anchor_of(basis, scheme)))


def judged_standing(part: Slice) -> Judged:
    """Recorded while the latest record stands and is enough; else due until the grace is over."""
    expires = np.minimum(
        part.marks.expires[part.group.low : part.group.high], part.latest + part.of("valid_for")
    )
    stands = (part.latest > NEVER) & (part.now < expires) & _enough(part.had, part.quantity)
    limit = part.of("limit")
    missing = np.where(part.now < limit, CODE["due"], CODE["not-evidenced"])
    state = np.where(part.excused(part.now), CODE["waived"], missing)
    codes: Codes = np.asarray(np.where(stands, CODE["recorded"], state), dtype=np.int8)
    never_ends = expires >= FOREVER // 2
    end = np.where(stands, np.where(never_ends, FOREVER, expires), limit)
    return Judged(codes, part.of("start"), end)


def judged_once(part: Slice) -> Judged:
    """Recorded, however late, once it is done; else by its deadline and the grace after that."""
    start, limit = part.of("start"), part.of("limit")
    excused = part.excused(limit) & (limit < FOREVER)
    missing = _open_or_missed(part.now, limit, part.of("grace"))
    state = np.where(excused, CODE["waived"], missing).astype(np.int8)
    met = part.least >= start
    sure, unsteady = _sure(part), part.unsteady(start)
    state[met & sure & ~unsteady] = CODE["recorded"]
    unsure = np.flatnonzero((~sure & (part.latest >= start)) | unsteady)
    pending = None
    if len(unsure):
        pending = _pending(part, unsure, start, limit, None, excused)
    return Judged(state, start, limit, pending)


def judged_recurring(part: Slice, cadence: Recurring) -> Judged:
    """The current window if it is recorded or waived; else a gap in the one before; else the current one."""
    scheme, _ = part.compiled.rules[part.group.rule]
    opened, closes, length = aligned_at(cadence, part.now, part.compiled.basis, scheme)
    following = part.window_after(cadence)
    began = part.of("start")
    before = _before(part, cadence, began)
    is_open = closes > NEVER
    start = np.maximum(began, opened) if is_open else np.full(len(began), FOREVER)
    owed = (began <= opened) | (2 * (closes - began) >= length) if is_open else np.zeros(len(began), bool)
    sure, unsteady = _sure(part), part.unsteady(start)
    recorded = (part.least >= start) & sure & ~unsteady
    waived = part.excused(closes) & owed if is_open else np.zeros(len(began), bool)
    has_before = before.end > NEVER
    unsteady_before = has_before & part.unsteady(before.start)
    missed = has_before & (part.least < before.start) & ~unsteady_before
    kept = (part.latest < before.limit) & _enough(part.had, before.quantity) & ~unsteady_before
    kept &= ~part.walked | np.isnan(before.quantity)
    excused = part.excused(before.end) if len(part.waivers.duty) else np.zeros(len(began), bool)
    gap = missed & ~excused
    unsure = ~recorded & (
        (has_before & ~missed & ~kept & ~excused & ~waived) | (~sure & (part.latest >= start)) | unsteady
    )
    state = np.where(owed, CODE["due"], CODE["upcoming"])
    shown_start = np.where(owed, start, following[0])
    shown_end = np.where(owed, closes, following[1])
    gap_state = np.where(part.now < before.limit, CODE["overdue"], CODE["not-evidenced"])
    state = np.where(gap, gap_state, state)
    shown_start, shown_end = np.where(gap, before.start, shown_start), np.where(gap, before.end, shown_end)
    state = np.where(waived, CODE["waived"], state)
    state = np.where(recorded, CODE["recorded"], state).astype(np.int8)
    current = recorded | waived
    shown_start, shown_end = np.where(current, start, shown_start), np.where(current, closes, shown_end)
    pending = None
    chosen = np.flatnonzero(unsure)
    if len(chosen):
        closing = np.full(len(began), closes)
        pending = _pending(part, chosen, start, closing, before, waived, excused)
    return Judged(state, shown_start, shown_end, pending)


def judged_events(part: Slice, answered: Flags | None = None) -> Judged:
    """The first event neither answered nor waived; without one, the last of all.

    `answered` tells it for each event of the slice, where the records have been looked at one by one.
    """
    low, high = part.group.low, part.group.high
    events = part.compiled.events
    first, last = np.searchsorted(events.duty, [low, high])
    rows = slice(first, last)
    duty, happened, deadline = events.duty[rows] - low, events.happened[rows], events.deadline[rows]
    asked = events.quantity[rows]
    sure = _enough(part.had[duty], asked) & (~part.walked[duty] | np.isnan(asked))
    seen = happened <= part.now
    unsteady = part.compiled.walk_changed[events.duty[rows]] > happened
    met = (part.least[duty] >= happened) & sure & ~unsteady if answered is None else answered
    excused = part.waivers.cover_rows(events.duty[rows], deadline)
    size = high - low
    number = np.arange(len(duty))
    open_first, open_last, seen_last = np.full(size, len(duty)), np.full(size, -1), np.full(size, -1)
    np.minimum.at(open_first, duty[seen & ~met & ~excused], number[seen & ~met & ~excused])
    np.maximum.at(open_last, duty[seen & ~met], number[seen & ~met])
    np.maximum.at(seen_last, duty[seen], number[seen])
    chosen = np.where(open_first < len(duty), open_first, np.where(open_last >= 0, open_last, seen_last))
    state = np.full(size, CODE["upcoming"], dtype=np.int8)
    start, end = part.of("start").copy(), np.full(size, FOREVER)
    any_event = np.flatnonzero(chosen >= 0)
    row = chosen[any_event]
    missed = _open_or_missed(part.now, deadline[row], events.grace[rows][row])
    shown = np.where(excused[row], CODE["waived"], missed)
    state[any_event] = np.where(met[row], CODE["recorded"], shown)
    start[any_event], end[any_event] = happened[row], deadline[row]
    unsure = np.flatnonzero(seen & ((~sure & (part.latest[duty] >= happened)) | unsteady))
    ask = answered is None and len(unsure) > 0
    pending = _pending_events(part, unsure, rows) if ask else None
    return Judged(state, start, end, pending)


@dataclass(frozen=True, slots=True)
class _Before:
    start: Instants
    end: Instants
    limit: Instants
    quantity: Floats


def _before(part: Slice, cadence: Recurring, began: Instants) -> _Before:
    """The last owed window that has closed: of the present terms, or else of the terms before them."""
    scheme, _ = part.compiled.rules[part.group.rule]
    opened, closed, length = aligned_before(cadence, part.now, part.compiled.basis, scheme)
    own = (closed > began) & ((opened >= began) | (2 * (closed - began) >= length))
    grace = _grace_at(part, closed - 1)
    end = np.where(own, closed, part.of("closed_end"))
    return _Before(
        start=np.where(own, np.maximum(began, opened), part.of("closed_start")),
        end=end,
        limit=end + np.where(own, grace, part.of("closed_grace")),
        quantity=np.where(own, part.quantity, part.of("closed_quantity")),
    )


def _grace_at(part: Slice, moment: int) -> Instants:
    """The grace in force at a moment, for the duties whose grace has changed since."""
    rows = part.compiled.graces
    first, last = np.searchsorted(rows.duty, [part.group.low, part.group.high])
    if first == last:
        return part.of("grace")
    grace = part.of("grace").copy()
    begun = np.flatnonzero(rows.start[first:last] <= moment) + first
    grace[rows.duty[begun] - part.group.low] = rows.grace[begun]
    return grace


def _enough(had: Floats, asked: Floats) -> Flags:
    enough: Flags = np.isnan(asked) | (had >= asked)
    return enough


def _sure(part: Slice) -> Flags:
    """Where the latest evidence alone tells whether a window that it falls in is met."""
    asked = part.quantity
    sure: Flags = np.isnan(asked) | ((part.had >= asked) & ~part.walked)
    return sure


def _open_or_missed(now: int, deadline: Instants, grace: Instants) -> NDArray[np.int64]:
    missed = np.where(now < deadline + grace, CODE["overdue"], CODE["not-evidenced"])
    return np.where(now < deadline, CODE["due"], missed)


def _pending(
    part: Slice,
    chosen: NDArray[np.intp],
    start: Instants,
    end: Instants,
    before: _Before | None,
    excused_now: Flags,
    excused_before: Flags | None = None,
) -> Pending:
    never = np.full(len(chosen), NEVER)
    before_start = never if before is None else before.start[chosen]
    has_before = never > NEVER if before is None else before.end[chosen] > NEVER
    return Pending(
        duty=(chosen + part.group.low).astype(np.int32),
        since=np.where(has_before, np.minimum(before_start, start[chosen]), start[chosen]),
        current_start=start[chosen],
        current_end=end[chosen],
        current_quantity=part.quantity[chosen],
        before_start=before_start,
        before_end=never if before is None else before.end[chosen],
        before_limit=never if before is None else before.limit[chosen],
        before_quantity=np.full(len(chosen), np.nan) if before is None else before.quantity[chosen],
        excused_now=excused_now[chosen],
        excused_before=never > NEVER if excused_before is None else excused_before[chosen],
    )


def _pending_events(part: Slice, chosen: NDArray[np.intp], rows: slice) -> Pending:
    events = part.compiled.events
    never = np.full(len(chosen), NEVER)
    no = never > NEVER
    happened = events.happened[rows][chosen]
    return Pending(
        duty=events.duty[rows][chosen],
        since=happened,
        current_start=happened,
        current_end=events.deadline[rows][chosen],
        current_quantity=events.quantity[rows][chosen],
        before_start=never,
        before_end=never,
        before_limit=never,
        before_quantity=np.full(len(chosen), np.nan),
        excused_now=no,
        excused_before=no,
    )
