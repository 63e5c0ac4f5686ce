"""Packs the duties of every rule, with the moments from which they are judged, into the arrays of the board."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np

from anlan.engine.board_cells import Picks
from anlan.engine.board_duties import CompiledDuties, DutyBlock, DutyGroup, EventRows, GraceRows
from anlan.engine.board_figures import micros
from anlan.engine.board_forms import Member, RuleName, Variants
from anlan.engine.board_points import Checkpoints
from anlan.engine.board_register import (
    FOREVER,
    NEVER,
    BoardRegister,
    Column,
    Instants,
    instant_of,
    instants,
)
from anlan.engine.board_runs import (
    Closed,
    MoreHistory,
    Runs,
    aligned_before,
    closed_before,
)
from anlan.engine.facts import Basis
from anlan.engine.periods import midnight
from anlan.engine.policy import Each, Once, Within
from anlan.engine.strictness import DAY, ResolvedCadence, duration


@dataclass(frozen=True, slots=True)
class Piece:
    """The duties of one rule in one cadence; `duty` in its events and graces counts within the piece."""

    name: RuleName
    cadence: ResolvedCadence
    block: DutyBlock
    events: EventRows
    graces: GraceRows


def pieces_of(
    member: Member, runs: Runs, variants: Variants, basis: Basis, at: datetime, register: BoardRegister
) -> Iterator[Piece]:
    """What a rule asks of all places at `at`, cadence by cadence."""
    duties = np.flatnonzero(runs.end > instant_of(at))
    cadence = variants.cadence_numbers()
    taken = cadence[runs.variant[duties]]
    for number in np.flatnonzero(np.bincount(taken)):
        cells = duties[taken == number]
        terms = next(own for own, shared in zip(variants.terms, cadence, strict=True) if shared == number)
        packer = _Packer(member, runs, variants, basis, at, register, cells, terms.cadence)
        yield packer.piece()


@dataclass(slots=True)
class _Packer:
    member: Member
    runs: Runs
    variants: Variants
    basis: Basis
    at: datetime
    register: BoardRegister
    cells: Picks
    cadence: ResolvedCadence

    def piece(self) -> Piece:
        runs, cells = self.runs, self.cells
        size = len(cells)
        first = runs.run[cells]
        if isinstance(self.cadence, Once | Within):
            first = runs.chain[cells]
        start = runs.start[first]
        limit, closed = np.full(size, FOREVER), _no_windows(size)
        grace = self.variants.grace()[runs.variant[cells]]
        graces, events = _no_graces(), _no_events()
        if isinstance(self.cadence, Each | tuple):
            closed = self._recurring(start)
            graces = self._graces_changed()
        elif np.any(runs.cut_off(first, NEVER)):
            raise MoreHistory
        elif isinstance(self.cadence, Once):
            limit, grace = self._once(self.cadence, first, start)
        elif isinstance(self.cadence, Within):
            events = self._events(self.cadence)
        else:
            limit = start + self.variants.grace()[runs.variant[first]]
        block = DutyBlock(
            place=runs.place[cells],
            start=start,
            limit=limit,
            grace=grace,
            valid_for=self.variants.valid_for()[runs.variant[cells]],
            quantity=runs.quantity[cells],
            closed_start=closed.start,
            closed_end=closed.end,
            closed_grace=closed.grace,
            closed_quantity=closed.quantity,
        )
        return Piece(self.member.name, self.cadence, block, events, graces)

    def _recurring(self, start: Instants) -> Closed:
        """The window closed before the present terms, where none that was owed has closed in them yet."""
        if not isinstance(self.cadence, Each | tuple):
            raise TypeError(f"{self.cadence} does not recur")
        before = aligned_before(self.cadence, instant_of(self.at), self.basis, self.member.scheme.id)
        if np.any(self.runs.cut_off(self.runs.run[self.cells], before[0])):
            raise MoreHistory
        owed = (before[0] >= start) | (2 * (before[1] - start) >= before[2])
        wanted = ~((before[1] > start) & owed)
        return closed_before(self.runs, self.cells, wanted, self.variants, self.basis, self.member.scheme.id)

    def _graces_changed(self) -> GraceRows:
        """From when each grace held, for the duties whose grace changed while their terms stayed."""
        grace = self.variants.grace()
        if len(np.unique(grace)) < 2:
            return _no_graces()
        duty, cell = np.arange(len(self.cells)), self.cells.copy()
        found: list[tuple[Instants, Instants, Instants]] = []
        while len(cell):
            found.append((duty, self.runs.start[cell], grace[self.runs.variant[cell]]))
            earlier = cell > self.runs.run[cell]
            duty, cell = duty[earlier], cell[earlier] - 1
        duties, starts, graces = (np.concatenate(column) for column in zip(*found, strict=True))
        changed = np.isin(duties, np.unique(duties[graces != grace[self.runs.variant[self.cells]][duties]]))
        order = np.lexsort((starts[changed], duties[changed]))
        return GraceRows(
            duties[changed][order].astype(np.int32), starts[changed][order], graces[changed][order]
        )

    def _once(self, cadence: Once, first: Picks, start: Instants) -> tuple[Instants, Instants]:
        """The deadline and the grace after it, by the rule of the explaining engine for what is owed once."""
        grace = self.variants.grace()[self.runs.variant[first]]
        by = instant_of(midnight(cadence.by + DAY, self.basis.zone)) if cadence.by else NEVER
        dated = start < by
        after_start = np.where(grace > 0, start + grace, FOREVER)
        return np.where(dated, by, after_start), np.where(dated, grace, 0)

    def _events(self, cadence: Within) -> EventRows:
        """The events since the duty is owed; each is judged by the terms in force when it happened."""
        places, seconds = self.register.occurrences.get(cadence.of, (np.zeros(0, np.int32), np.zeros(0)))
        happened = instants(seconds)
        duty_at = np.full(len(self.register.codes), -1, dtype=np.int64)
        duty_at[self.runs.place[self.cells]] = np.arange(len(self.cells))
        duty = duty_at[places]
        kept = np.flatnonzero(duty >= 0)
        kept = kept[happened[kept] >= self.runs.start[self.runs.chain[self.cells[duty[kept]]]]]
        duty, happened = duty[kept], happened[kept]
        cell = self.cells[duty].copy()
        late = np.flatnonzero(self.runs.start[cell] > happened)
        while len(late):
            cell[late] -= 1
            late = late[self.runs.start[cell[late]] > happened[late]]
        asked = self.variants.terms
        within = np.array(
            [
                micros(duration(terms.cadence.within)) if isinstance(terms.cadence, Within) else 0
                for terms in asked
            ],
            dtype=np.int64,
        )
        variant = self.runs.variant[cell]
        order = np.lexsort((happened, duty))
        return EventRows(
            duty[order].astype(np.int32),
            happened[order],
            (happened + within[variant])[order],
            self.variants.grace()[variant][order],
            self.runs.quantity[cell][order],
        )


def packed(
    basis: Basis,
    period: tuple[int, int],
    register: BoardRegister,
    members: Sequence[Member],
    pieces: Sequence[Piece],
    tiers: Mapping[str, Column],
    undetermined: Mapping[RuleName, int],
) -> CompiledDuties:
    """All pieces one after the other, by rule in the order of the schemes."""
    rules = tuple(member.name for member in members)
    number = {name: at for at, name in enumerate(rules)}
    ordered = sorted(pieces, key=lambda piece: number[piece.name])
    highs = np.cumsum([len(piece.block.place) for piece in ordered]).astype(int)
    lows = [0, *highs[:-1].tolist()] if len(ordered) else []
    groups = tuple(
        DutyGroup(low, int(high), number[piece.name], piece.cadence)
        for piece, low, high in zip(ordered, lows, highs, strict=True)
    )
    block = _joined_block([piece.block for piece in ordered])
    rule = np.concatenate(
        [np.zeros(0, np.int32), *(np.full(g.high - g.low, g.rule, np.int32) for g in groups)]
    )
    numbers = np.full((len(rules), len(register.codes)), -1, dtype=np.int32)
    numbers[rule, block.place] = np.arange(len(rule), dtype=np.int32)
    scan = np.array([member.rule.evidence == "scan" for member in members], dtype=bool)
    walks = scan[rule] if len(rules) else np.zeros(0, dtype=bool)
    checkpoints = Checkpoints.of(register.checkpoints)
    in_use = checkpoints.place[checkpoints.in_use(period[0])]
    points = np.bincount(in_use, minlength=len(register.codes)).astype(np.int32)
    changed = checkpoints.changed(len(register.codes), period[0])
    return CompiledDuties(
        basis=basis,
        at=period[0],
        valid_until=period[1],
        rules=rules,
        scheme_rules=tuple(member.rule for member in members),
        groups=groups,
        rule=rule,
        duties=block,
        walks=walks,
        scan_points=np.where(walks, points[block.place], 0),
        walk_changed=np.where(walks, changed[block.place], NEVER),
        checkpoints=checkpoints,
        events=_joined_events([piece.events for piece in ordered], lows),
        graces=_joined_graces([piece.graces for piece in ordered], lows),
        district=np.asarray(register.district, dtype=np.int32),
        tiers={scheme: np.asarray(column.values, dtype=np.int32) for scheme, column in tiers.items()},
        tier_words={
            scheme: tuple(str(word) for word in column.words or ()) for scheme, column in tiers.items()
        },
        undetermined=undetermined,
        numbers=numbers,
    )


def _no_windows(size: int) -> Closed:
    never = np.full(size, NEVER, dtype=np.int64)
    return Closed(never, never, np.zeros(size, dtype=np.int64), np.full(size, np.nan))


def _no_events() -> EventRows:
    none = np.zeros(0, dtype=np.int64)
    return EventRows(np.zeros(0, dtype=np.int32), none, none, none, np.zeros(0))


def _no_graces() -> GraceRows:
    none = np.zeros(0, dtype=np.int64)
    return GraceRows(np.zeros(0, dtype=np.int32), none, none)


def _no_duties() -> DutyBlock:
    none = np.zeros(0, dtype=np.int64)
    places, numbers = np.zeros(0, dtype=np.int32), np.zeros(0)
    return DutyBlock(places, none, none, none, none, numbers, none, none, none, numbers)


def _joined_block(blocks: Sequence[DutyBlock]) -> DutyBlock:
    whole = [_no_duties(), *blocks]
    names = [item.name for item in fields(DutyBlock)]
    return DutyBlock(*(np.concatenate([getattr(block, name) for block in whole]) for name in names))


def _joined_events(rows: Sequence[EventRows], lows: Sequence[int]) -> EventRows:
    whole = [_no_events(), *rows]
    duty = [own.duty + low for own, low in zip(whole, [0, *lows], strict=True)]
    rest = (
        np.concatenate([getattr(own, name) for own in whole])
        for name in ("happened", "deadline", "grace", "quantity")
    )
    return EventRows(np.concatenate(duty).astype(np.int32), *rest)


def _joined_graces(rows: Sequence[GraceRows], lows: Sequence[int]) -> GraceRows:
    whole = [_no_graces(), *rows]
    duty = [own.duty + low for own, low in zip(whole, [0, *lows], strict=True)]
    rest = (np.concatenate([getattr(own, name) for own in whole]) for name in ("start", "grace"))
    return GraceRows(np.concatenate(duty).astype(np.int32), *rest)
