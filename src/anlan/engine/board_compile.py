"""From register, editions and figures to what every place owes: the first stage of the array engine."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from anlan.engine.board_cells import Cells, Picks, cut_cells, facts_of_cells, joined
from anlan.engine.board_conditions import Facts
from anlan.engine.board_duties import CompiledDuties
from anlan.engine.board_eras import (
    Era,
    depends_on_posture,
    eras_until,
    groups_of,
    members_in,
    needs_tier,
    signature,
)
from anlan.engine.board_figures import OwnFigures, mentions_posture
from anlan.engine.board_forms import Forms, Member, RuleName, Variants, forms_of, tiers_in
from anlan.engine.board_pack import Piece, packed, pieces_of
from anlan.engine.board_register import FOREVER, NEVER, BoardRegister, Column, instant_of, instants
from anlan.engine.board_runs import MoreHistory, Runs
from anlan.engine.derivation import adoptions_at
from anlan.engine.facts import Basis
from anlan.engine.figures import Figures
from anlan.engine.periods import in_utc, local_date, midnight
from anlan.engine.policy import Scheme
from anlan.engine.timelines import moments_of_basis


def compile_duties(register: BoardRegister, basis: Basis, at: datetime) -> CompiledDuties:
    """What every place owes at `at`, the same as `duties.duties_for` gives for each one by itself."""
    compiler = _Compiler(register, basis, in_utc(at))
    return compiler.compiled()


@dataclass(slots=True)
class _Compiler:
    register: BoardRegister
    basis: Basis
    at: datetime
    own: OwnFigures = field(init=False)
    eras: list[Era] = field(init=False)
    members: dict[Era, list[Member]] = field(default_factory=dict)
    tables: dict[bool, Cells] = field(default_factory=dict)
    spans: dict[tuple[bool, int, int, int], tuple[Cells, Facts]] = field(default_factory=dict)
    variants: dict[RuleName, Variants] = field(default_factory=dict)

    def __post_init__(self) -> None:
        codes = {code: number for number, code in enumerate(self.register.codes)} if self._own() else {}
        self.own = OwnFigures(self.basis, self.register.codes, codes)
        self.eras = eras_until(self.basis, self.register.postures, self.at)
        self.members = {era: list(members_in(self.basis, era)) for era in self.eras}

    def _own(self) -> bool:
        return any(local.place is not None for local in self.basis.local)

    def compiled(self) -> CompiledDuties:
        current = self.members[self.eras[-1]] if self.eras else []
        pieces: list[Piece] = []
        undetermined: dict[RuleName, int] = {}
        for group in groups_of(self.basis):
            owed_now = [member for member in current if member.name in group]
            if owed_now:
                pieces.extend(self._pieces(group, owed_now, undetermined))
        tiers = {scheme.id: self._tiers_now(scheme) for scheme in self._schemes()}
        return packed(
            self.basis,
            (instant_of(self.at), self._valid_until()),
            self.register,
            current,
            pieces,
            tiers,
            undetermined,
        )

    def _pieces(
        self, group: frozenset[RuleName], owed_now: list[Member], undetermined: dict[RuleName, int]
    ) -> list[Piece]:
        """The duties of one group of rules, reading back over as many eras as they need."""
        eras = self._merged(group)
        back = 1
        while True:
            reaches = NEVER if back >= len(eras) else eras[-back].start
            try:
                runs, unknown = self._runs(group, eras[-back:], reaches)
                found = [
                    piece
                    for member in owed_now
                    for piece in pieces_of(
                        member,
                        runs[member.name],
                        self.variants[member.name],
                        self.basis,
                        self.at,
                        self.register,
                    )
                ]
            except MoreHistory:
                back *= 2
                continue
            undetermined.update(unknown)
            return found

    def _merged(self, group: frozenset[RuleName]) -> list[Era]:
        """The eras as this group sees them, those that are alike to it joined."""
        merged: list[Era] = []
        last: object = None
        for era in self.eras:
            seen = signature([member for member in self.members[era] if member.name in group], era)
            if merged and seen == last:
                merged[-1] = Era(merged[-1].start, era.end, merged[-1].level)
                self.members[merged[-1]] = self.members[era]
            else:
                merged.append(era)
            last = seen
        return merged

    def _runs(
        self, group: frozenset[RuleName], eras: Sequence[Era], reaches: int
    ) -> tuple[dict[RuleName, Runs], dict[RuleName, int]]:
        of_eras = [[member for member in self.members[era] if member.name in group] for era in eras]
        raised = any(depends_on_posture(members) for members in of_eras)
        parts: list[Cells] = []
        forms: list[dict[RuleName, Forms]] = []
        for era, members in zip(eras, of_eras, strict=True):
            cells, facts = self._span(era, raised=raised)
            for member in members:
                if needs_tier(member):
                    self._tier(member.scheme, member.figures, facts, cells)
            parts.append(cells)
            forms.append(forms_of(members, facts, cells, self.own, self._variants_of))
        cells, ranks = joined(parts)
        unknown: dict[RuleName, int] = {}
        runs: dict[RuleName, Runs] = {}
        for name, last in forms[-1].items():
            pieces = [(found[name], rank) for found, rank in zip(forms, ranks, strict=True) if name in found]
            whole = last if len(parts) == 1 else _arranged(pieces)
            runs[name] = Runs.of(cells, whole, self.variants[name], reaches)
            unknown[name] = int(np.count_nonzero(parts[-1].end[last.unknown] == self.eras[-1].end))
        return runs, unknown

    def _variants_of(self, name: RuleName) -> Variants:
        return self.variants.setdefault(name, Variants())

    def _span(self, era: Era, *, raised: bool) -> tuple[Cells, Facts]:
        local = any(span.places is not None for span in self.register.postures)
        level = era.level if raised else 0
        key = (raised and local, era.start, era.end, level)
        if key not in self.spans:
            cells = self._table(postures=raised and local).within(era.start, era.end)
            self.spans[key] = cells, facts_of_cells(self.register, cells, level)
        return self.spans[key]

    def _table(self, *, postures: bool) -> Cells:
        if postures not in self.tables:
            edges = [(place, instant_of(midnight(day, self.basis.zone))) for place, day in self.own.edges()]
            until = self.eras[-1].end
            self.tables[postures] = cut_cells(self.register, until, edges, postures=postures)
        return self.tables[postures]

    def _tier(self, scheme: Scheme, figures: Figures, facts: Facts, cells: Cells) -> Column:
        name = f"tier/{scheme.id}"
        if name not in facts.columns:
            facts.columns[name] = tiers_in(scheme, facts, cells, figures, self.own)
        return facts.columns[name]

    def _schemes(self) -> list[Scheme]:
        return [adoption.scheme for adoption in adoptions_at(self.basis, self.at)]

    def _tiers_now(self, scheme: Scheme) -> Column:
        """The tier of every place at `at`; -1 is undetermined, places not in the register then are outside."""
        era = self.eras[-1]
        on = local_date(self.at, self.basis.zone)
        city = tuple(local for local in self.basis.local if local.place is None)
        raised = any(mentions_posture(scheme, rule) for rule in scheme.rules if rule.kind == "tier")
        cells, facts = self._span(era, raised=raised)
        column = self._tier(scheme, Figures(scheme, on, city), facts, cells)
        words = column.words or ()
        codes = np.full(len(self.register.codes), len(words) - 1, dtype=np.int32)
        now = cells.end == era.end
        codes[cells.place[now]] = column.values[now]
        return Column(codes, words)

    def _valid_until(self) -> int:
        """The next moment at which something that bears on duties may change."""
        at = instant_of(self.at)
        later = [instant_of(moment) for moment in moments_of_basis(self.basis, None)]
        later += [instant_of(midnight(day, self.basis.zone)) for _, day in self.own.edges()]
        columns = [
            instants(self.register.registered),
            instants(self.register.closed),
            instants(self.register.row_start),
            instants(self.register.checkpoints.opened),
            instants(self.register.checkpoints.closed),
            *(instants([span.start, span.end]) for span in self.register.postures),
            np.array(later, dtype=np.int64),
        ]
        upcoming = [int(column[column > at].min()) for column in columns if np.any(column > at)]
        return min(upcoming, default=FOREVER)


def _arranged(pieces: Sequence[tuple[Forms, Picks]]) -> Forms:
    """The forms of several eras as one, by the numbers that their cells have among the cells of all."""
    cell = np.concatenate([rank[piece.cell] for piece, rank in pieces])
    order = np.argsort(cell, kind="stable")
    return Forms(
        cell[order],
        np.concatenate([piece.owed for piece, _ in pieces])[order],
        np.concatenate([piece.variant for piece, _ in pieces])[order],
        np.concatenate([piece.quantity for piece, _ in pieces])[order],
        pieces[-1][0].unknown,
    )
