"""The duties of all places as arrays: what is owed, in which terms, and where each rule's duties lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from anlan.engine.board_forms import RuleName
from anlan.engine.board_points import Checkpoints
from anlan.engine.board_register import Flags, Floats, Instants, Numbers
from anlan.engine.facts import Basis
from anlan.engine.policy import Rule
from anlan.engine.strictness import ResolvedCadence


@dataclass(frozen=True, slots=True)
class DutyBlock:
    """Duties of one rule in one cadence; arrays are as long as `place`. Instants are microseconds.

    `start` is since when they are owed in these terms (recurring, standing) or at all (once). `limit` is the end
    of the grace of a standing duty and the deadline of one owed once. `closed_*` tell the window that closed
    before `start`.
    """

    place: Numbers
    start: Instants
    limit: Instants
    grace: Instants
    valid_for: Instants
    quantity: Floats
    closed_start: Instants
    closed_end: Instants
    closed_grace: Instants
    closed_quantity: Floats


@dataclass(frozen=True, slots=True)
class DutyGroup:
    """Where in the arrays the duties of one rule in one cadence lie: from `low` (in) to `high` (out)."""

    low: int
    high: int
    rule: int
    cadence: ResolvedCadence


@dataclass(frozen=True, slots=True)
class EventRows:
    """Events that started a clock: the duty, when it happened, the deadline, the grace and the quantity asked."""

    duty: Numbers
    happened: Instants
    deadline: Instants
    grace: Instants
    quantity: Floats


@dataclass(frozen=True, slots=True)
class GraceRows:
    """Duties whose grace changed within their present terms: from when (`start`) each grace held."""

    duty: Numbers
    start: Instants
    grace: Instants


@dataclass(frozen=True, slots=True)
class CompiledDuties:
    """What all places owe, valid from `at` (in) to `valid_until` (out): until then no fact or rule changes.

    `tiers` holds for each scheme the tier of every place as a code into `tier_words` of that scheme.
    `undetermined` counts for each rule the places of which it cannot be said whether they owe it. `scan_points`
    counts for each duty the checkpoints to be walked now, and `walk_changed` is when that was last otherwise.
    """

    basis: Basis
    at: int
    valid_until: int
    rules: tuple[RuleName, ...]
    scheme_rules: tuple[Rule, ...]
    groups: tuple[DutyGroup, ...]
    rule: Numbers
    duties: DutyBlock
    walks: Flags
    scan_points: Numbers
    walk_changed: Instants
    checkpoints: Checkpoints
    events: EventRows
    graces: GraceRows
    district: Numbers
    tiers: Mapping[str, Numbers]
    tier_words: Mapping[str, tuple[str, ...]]
    undetermined: Mapping[RuleName, int]
    numbers: Numbers = field(repr=False)

    def __len__(self) -> int:
        return len(self.rule)

    @property
    def rule_number(self) -> Mapping[RuleName, int]:
        """The index of each rule in `rules`."""
        return {name: number for number, name in enumerate(self.rules)}

    @property
    def place(self) -> Numbers:
        return self.duties.place

    def duty_of(self, rule: Numbers, place: Numbers) -> Numbers:
        """The index of the duty of each rule and place; -1 where none is owed."""
        known = (rule >= 0) & (place >= 0)
        found = self.numbers[np.where(known, rule, 0), np.where(known, place, 0)] if len(self.rules) else rule
        return np.where(known, found, -1).astype(np.int32)

    def rule_mask(self, name: RuleName) -> Flags:
        mask: Flags = self.rule == self.rule_number.get(name, -1)
        return mask
