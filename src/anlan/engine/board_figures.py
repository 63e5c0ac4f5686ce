"""Which figures and facts rules depend on, and the places that have figures of their own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from functools import cache

import numpy as np

from anlan.engine.board_cells import Cells, Picks
from anlan.engine.board_register import moment_of
from anlan.engine.facts import Basis, LocalFigure
from anlan.engine.figures import Figures
from anlan.engine.periods import local_date
from anlan.engine.policy import Condition, Not, Reference, Rule, Scheme, Test


def micros(length: timedelta) -> int:
    return length // timedelta(microseconds=1)


@cache
def references_in(part: object) -> frozenset[str]:
    """The figures that a rule, condition, cadence or quantity names."""
    if isinstance(part, Reference):
        return frozenset((part.parameter,))
    if isinstance(part, tuple):
        return frozenset().union(*(references_in(item) for item in part))
    if is_dataclass(part) and not isinstance(part, type):
        values = (getattr(part, item.name) for item in fields(part))
        return frozenset().union(*(references_in(value) for value in values))
    return frozenset()


def references_of_rule(rule: Rule) -> frozenset[str]:
    """The figures that decide where a rule applies and what it asks."""
    asked = (rule.where, rule.cadence, rule.grace, rule.valid_for, rule.quantity, rule.plus)
    return frozenset().union(*(references_in(part) for part in asked))


def facts_named(condition: Condition | None) -> frozenset[str]:
    """The facts that a condition compares."""
    if condition is None:
        return frozenset()
    if isinstance(condition, Test):
        return frozenset((condition.fact,))
    parts = (condition.of,) if isinstance(condition, Not) else condition.of
    return frozenset().union(*(facts_named(part) for part in parts))


@dataclass(slots=True)
class OwnFigures:
    """The figures that single places have instead of the city's, by scheme and parameter."""

    basis: Basis
    codes: Sequence[str]
    index: Mapping[str, int]
    _by_place: dict[int, list[LocalFigure]] = field(default_factory=dict)
    _places: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for local in self.basis.local:
            number = self.index.get(local.place) if local.place is not None else None
            if number is not None:
                self._by_place.setdefault(number, []).append(local)
                self._places.setdefault((local.scheme, local.parameter), set()).add(number)

    def edges(self) -> Iterator[tuple[int, date]]:
        """Each place and day at which a figure of its own begins or ends."""
        for place, own in self._by_place.items():
            for local in own:
                yield from ((place, day) for day in (local.start, local.end) if day is not None)

    def groups(self, scheme: Scheme, named: frozenset[str], cells: Cells) -> Iterator[tuple[Picks, Figures]]:
        """Cells with figures of their own among those named, each group of equal figures together."""
        places = set().union(*(self._places.get((scheme.id, name), set()) for name in named))
        if not places:
            return
        chosen = np.flatnonzero(np.isin(cells.place, np.fromiter(places, dtype=np.int32)))
        together: dict[object, tuple[list[int], Figures]] = {}
        city = [local for local in self.basis.local if local.place is None]
        for cell in chosen:
            place = int(cells.place[cell])
            on = local_date(moment_of(int(cells.start[cell])), self.basis.zone)
            figures = Figures(scheme, on, (*city, *self._by_place[place]), self.codes[place])
            found = (figures.value(Reference(name)).value for name in sorted(named))
            values = tuple((type(value), value) for value in found)
            together.setdefault(values, ([], figures))[0].append(int(cell))
        for numbers, figures in together.values():
            yield np.array(numbers, dtype=np.intp), figures


def mentions_posture(scheme: Scheme, rule: Rule) -> bool:
    """Whether the posture can make a difference to a rule, by itself or by way of the tier."""
    named = facts_named(rule.where)
    if "posture" in named:
        return True
    tiers = (other for other in scheme.rules if other.kind == "tier")
    return "tier" in named and any("posture" in facts_named(tier.where) for tier in tiers)
