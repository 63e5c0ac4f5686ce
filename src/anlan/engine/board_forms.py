"""What rules come to in every cell: whether they are owed, in which terms, in which quantity."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from anlan.engine.asking import AskedTerms, terms_with
from anlan.engine.board_cells import Cells, Picks
from anlan.engine.board_conditions import FALSE, TRUE, UNKNOWN, Facts, judge, quantity_in
from anlan.engine.board_figures import OwnFigures, micros, references_of_rule
from anlan.engine.board_register import FOREVER, Column, Flags, Floats, Numbers
from anlan.engine.figures import Figures
from anlan.engine.policy import LEVELS, Rule, Scheme
from anlan.engine.strictness import ResolvedCadence, family, pace
from anlan.engine.tiers import in_force, in_validity

RuleName = tuple[str, str]
"""A rule's name for the array engine: scheme id, rule id."""


@dataclass(frozen=True, slots=True)
class Member:
    """A rule of an edition in force, with the measures that may bear on it; `order` is its place among all rules."""

    scheme: Scheme
    rule: Rule
    order: int
    measures: tuple[Rule, ...]
    figures: Figures

    @property
    def name(self) -> RuleName:
        return self.scheme.id, self.rule.id


@dataclass(frozen=True, slots=True)
class Forms:
    """What one rule comes to in the cells where it applies, numbered by `cell` in order; `owed` False: superseded.

    `unknown` are the cells in which it cannot be said whether it applies.
    """

    cell: Picks
    owed: Flags
    variant: Numbers
    quantity: Floats
    unknown: Picks


@dataclass(slots=True)
class Variants:
    """The terms that a rule has taken anywhere, numbered."""

    terms: list[AskedTerms] = field(default_factory=list)
    numbers: dict[AskedTerms, int] = field(default_factory=dict)

    def number(self, terms: AskedTerms | None) -> int:
        if terms is None:
            return -1
        if terms not in self.numbers:
            self.numbers[terms] = len(self.terms)
            self.terms.append(terms)
        return self.numbers[terms]

    def cadence_numbers(self) -> Numbers:
        """For each variant the number of its cadence: variants of one cadence share it."""
        distinct: dict[ResolvedCadence, int] = {}
        return np.array(
            [distinct.setdefault(terms.cadence, len(distinct)) for terms in self.terms], dtype=np.int32
        )

    def grace(self) -> NDArray[np.int64]:
        return np.array([micros(terms.grace) for terms in self.terms], dtype=np.int64)

    def valid_for(self) -> NDArray[np.int64]:
        return np.array(
            [FOREVER if terms.valid_for is None else micros(terms.valid_for) for terms in self.terms],
            dtype=np.int64,
        )


def tiers_in(scheme: Scheme, facts: Facts, cells: Cells, figures: Figures, own: OwnFigures) -> Column:
    """The tier of each cell as a code into the scheme's tiers and its word for none; -1 undetermined."""
    words = (*(rule.id for rule in scheme.rules if rule.kind == "tier"), scheme.outside_tiers)
    rules = [rule for rule in scheme.rules if rule.kind == "tier" and in_force(rule, figures.on)]
    if not in_validity(scheme, figures.on):
        rules = []
    codes = _tier_codes(rules, words, facts, figures)
    named = frozenset().union(*(references_of_rule(rule) for rule in rules))
    for chosen, theirs in own.groups(scheme, named, cells):
        codes[chosen] = _tier_codes(rules, words, facts.take(chosen), theirs)
    return Column(codes, words)


def _tier_codes(rules: Iterable[Rule], words: tuple[str, ...], facts: Facts, figures: Figures) -> Numbers:
    codes = np.full(facts.size, len(words) - 1, dtype=np.int32)
    pending = np.ones(facts.size, dtype=bool)
    for rule in rules:
        judged = judge(rule.where, facts, figures)
        codes[pending & (judged == TRUE)] = words.index(rule.id)
        codes[pending & (judged == UNKNOWN)] = -1
        pending &= judged == FALSE
    return codes


def forms_of(
    members: Sequence[Member],
    facts: Facts,
    cells: Cells,
    own: OwnFigures,
    variants: Callable[[RuleName], Variants],
) -> dict[RuleName, Forms]:
    """What the rules of one concern come to in each cell, of which only the stricter are owed."""
    found: dict[RuleName, Forms] = {}
    for member in members:
        form = _evaluated(member, facts, member.figures, variants(member.name))
        named = references_of_rule(member.rule).union(*(references_of_rule(m) for m in member.measures))
        for chosen, theirs in own.groups(member.scheme, named, cells):
            part = _evaluated(member, facts.take(chosen), theirs, variants(member.name))
            form = _replaced(form, chosen, part, facts.size)
        found[member.name] = form
    return _stricter_wins(members, found, facts.size, variants) if len(members) > 1 else found


def _evaluated(member: Member, facts: Facts, figures: Figures, variants: Variants) -> Forms:
    judged = judge(member.rule.where, facts, figures)
    cell, unknown = np.flatnonzero(judged == TRUE), np.flatnonzero(judged == UNKNOWN)
    there = facts if len(cell) == facts.size else facts.take(cell)
    applied = _measures_applied(member, there, figures)
    patterns = np.flatnonzero(np.bincount(applied)) if len(member.measures) else np.zeros(1, dtype=np.intp)
    numbers = np.full(1 << len(member.measures), -1, dtype=np.int32)
    for pattern in patterns:
        measures = [m for bit, m in enumerate(member.measures) if int(pattern) >> bit & 1]
        numbers[pattern] = variants.number(terms_with(member.scheme, member.rule, measures, figures))
    variant = numbers[applied]
    quantity, asked = _quantities(member, there, figures, applied)
    decided = (variant >= 0) & ~(asked & np.isnan(quantity))
    if not decided.all():
        unknown = np.sort(np.concatenate((unknown, cell[~decided])))
        cell, variant, quantity = cell[decided], variant[decided], quantity[decided]
    return Forms(cell, np.ones(len(cell), dtype=bool), variant, quantity, unknown)


def _replaced(form: Forms, chosen: Picks, part: Forms, size: int) -> Forms:
    """A form with what it says of some cells replaced; `part` numbers its cells within `chosen`."""
    kept = np.ones(size, dtype=bool)
    kept[chosen] = False
    stays = kept[form.cell]
    cell = np.concatenate((form.cell[stays], chosen[part.cell]))
    order = np.argsort(cell, kind="stable")
    return Forms(
        cell[order],
        np.concatenate((form.owed[stays], part.owed))[order],
        np.concatenate((form.variant[stays], part.variant))[order],
        np.concatenate((form.quantity[stays], part.quantity))[order],
        np.sort(np.concatenate((form.unknown[kept[form.unknown]], chosen[part.unknown]))),
    )


def _measures_applied(member: Member, facts: Facts, figures: Figures) -> NDArray[np.int64]:
    """For each cell the set of measures in force, as bits."""
    applied = np.zeros(facts.size, dtype=np.int64)
    for bit, measure in enumerate(member.measures):
        raised = np.array([level in measure.posture for level in LEVELS])
        active = raised[facts.columns["posture"].values]
        if measure.where is not None:
            active = active & (judge(measure.where, facts, figures) == TRUE)
        applied |= active.astype(np.int64) << bit
    return applied


def _quantities(
    member: Member, facts: Facts, figures: Figures, applied: NDArray[np.int64]
) -> tuple[Floats, Flags]:
    """The quantity asked in each cell, and whether one is asked at all."""
    own = member.rule.quantity
    quantity = np.full(facts.size, np.nan) if own is None else quantity_in(own, facts, figures)
    asked = np.full(facts.size, own is not None)
    for bit, measure in enumerate(member.measures):
        raising = measure.quantity or own
        active = (applied >> bit & 1).astype(bool)
        if raising is None or not active.any():
            continue
        raised = quantity_in(raising, facts, figures, measure.plus)
        quantity = np.where(active, np.where(asked, np.maximum(quantity, raised), raised), quantity)
        asked = asked | active
    return quantity, asked


def _stricter_wins(
    members: Sequence[Member],
    found: Mapping[RuleName, Forms],
    size: int,
    variants: Callable[[RuleName], Variants],
) -> dict[RuleName, Forms]:
    """Marks what asks for less than another of the same concern as not owed; see `Demand.exceeds`."""
    settled = {name: replace(form, owed=form.owed.copy()) for name, form in found.items()}
    places = {member.name: _positions(found[member.name], size) for member in members}
    for member in members:
        for other in members:
            if other is member or not other.rule.concern or other.rule.concern != member.rule.concern:
                continue
            mine, theirs = found[member.name], found[other.name]
            there = places[other.name][mine.cell]
            both = np.flatnonzero(there >= 0)
            if len(both):
                asks = _Asks.of(member, mine, both, variants(member.name))
                more = _Asks.of(other, theirs, there[both], variants(other.name)).exceeds(asks)
                settled[member.name].owed[both[more]] = False
    return settled


def _positions(form: Forms, size: int) -> Picks:
    """For each cell the position of a form in it, -1 without one."""
    positions = np.full(size, -1, dtype=np.intp)
    positions[form.cell] = np.arange(len(form.cell))
    return positions


@dataclass(frozen=True, slots=True)
class _Asks:
    """The demands of one rule in some cells, as in `strictness.Demand`."""

    unit: str
    order: int
    family: NDArray[np.str_]
    pace: Floats
    grace: NDArray[np.int64]
    quantity: Floats

    @staticmethod
    def of(member: Member, form: Forms, chosen: Picks, variants: Variants) -> "_Asks":
        terms, index = variants.terms, form.variant[chosen]
        return _Asks(
            unit=member.rule.quantity.unit if member.rule.quantity else "",
            order=member.order,
            family=np.array([family(one.cadence) for one in terms])[index],
            pace=np.array([pace(one.cadence) for one in terms])[index],
            grace=np.array([micros(one.grace) for one in terms])[index],
            quantity=np.nan_to_num(form.quantity[chosen]),
        )

    def exceeds(self, other: "_Asks") -> Flags:
        if other.unit not in ("", self.unit):
            return np.zeros(len(self.pace), dtype=bool)
        more: Flags = (
            (self.pace >= other.pace) & (self.quantity >= other.quantity) & (self.family == other.family)
        )
        if self.unit != other.unit:
            return more
        equal = (self.pace == other.pace) & (self.quantity == other.quantity)
        earlier = (self.grace < other.grace) | ((self.grace == other.grace) & (self.order < other.order))
        stricter: Flags = more & (~equal | earlier)
        return stricter
