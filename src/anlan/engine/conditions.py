"""Conditions on facts, in three values: true, false, and unknown because a fact or figure is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite

from anlan.engine.facts import LocalFigure
from anlan.engine.figures import Figure, Figures
from anlan.engine.policy import (
    LEVELS,
    AnyOf,
    Citation,
    Condition,
    Facts,
    FactValue,
    Not,
    Relation,
    Scheme,
    Term,
    Test,
    Text,
)
from anlan.engine.reason_words import sentence

UNDETERMINED = "undetermined"
"""The value of `tier` where a figure is missing; conditions take it for a missing fact."""

BUILT_IN_TITLES = {
    "kind": Text(zh="场所类型", en="kind of place"),
    "tier": Text(zh="类别", en="tier"),
    "posture": Text(zh="防范等级", en="posture"),
    "role": Text(zh="部门", en="department"),
}
LEVEL_TITLES = {
    "normal": Text(zh="常态", en="normal"),
    "blue": Text(zh="蓝色", en="blue"),
    "yellow": Text(zh="黄色", en="yellow"),
    "orange": Text(zh="橙色", en="orange"),
    "red": Text(zh="红色", en="red"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One comparison that decided: the fact, its value, the limit, and where the limit comes from.

    `limit` holds all members for `in`. `holds` None: the fact or the figure is missing.
    """

    fact: str
    value: FactValue
    relation: Relation
    limit: FactValue | tuple[FactValue, ...]
    parameter: str
    cites: Citation | None
    holds: bool | None
    since: date | None
    local: LocalFigure | None
    title: Text
    value_title: Text | None
    limit_titles: tuple[Text | None, ...]

    def text(self) -> Text:
        """The comparison as a sentence in both languages."""
        limits = self.limit if isinstance(self.limit, tuple) else (self.limit,)
        return sentence(
            self.title, self.relation, self.holds, (self.value, self.value_title), limits, self.limit_titles
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds (None: unknown), and the comparisons that decided it."""

    holds: bool | None
    because: tuple[Reason, ...]


def verdict(condition: Condition | None, facts: Facts, figures: Figures) -> Verdict:
    """Whether `condition` holds for `facts`, in Kleene's strong three-valued logic; None always holds."""
    if condition is None:
        return Verdict(holds=True, because=())
    if isinstance(condition, Test):
        return _tested(condition, facts, figures)
    if isinstance(condition, Not):
        inner = verdict(condition.of, facts, figures)
        return Verdict(None if inner.holds is None else not inner.holds, inner.because)
    parts = [verdict(part, facts, figures) for part in condition.of]
    return _joined(parts, decisive=isinstance(condition, AnyOf))


def _joined(parts: Sequence[Verdict], *, decisive: bool) -> Verdict:
    """`any` is decided by one true part (decisive=True), `all` by one false part."""
    deciding = [part for part in parts if part.holds is decisive]
    if deciding:
        return Verdict(decisive, _reasons(deciding))
    unknown = [part for part in parts if part.holds is None]
    if unknown:
        return Verdict(None, _reasons(unknown))
    return Verdict(not decisive, _reasons(parts))


def _reasons(parts: Sequence[Verdict]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reason for part in parts for reason in part.because))


def _tested(test: Test, facts: Facts, figures: Figures) -> Verdict:
    scheme = figures.scheme
    value = fact_value(test.fact, facts, scheme)
    limits = tuple(figures.value(operand) for operand in test.operands)
    holds = _holds(test, value, [figure.value for figure in limits], scheme)
    source = next((figure for figure in limits if figure.parameter), Figure(value=None))
    values = tuple(figure.value for figure in limits)
    reason = Reason(
        fact=test.fact,
        value=value,
        relation=test.relation,
        limit=values[0] if len(values) == 1 else values,
        parameter=source.parameter,
        cites=source.cites,
        holds=holds,
        since=source.since,
        local=source.local,
        title=fact_title(test.fact, scheme),
        value_title=value_title(test.fact, value, scheme),
        limit_titles=tuple(value_title(test.fact, limit, scheme) for limit in values),
    )
    return Verdict(holds, (reason,))


def fact_value(fact: str, facts: Facts, scheme: Scheme) -> FactValue:
    """What is known of a fact: an absent flag is its declared default, an undetermined tier is missing."""
    value = facts.get(fact)
    if fact == "tier" and value == UNDETERMINED:
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    if value is None and fact in scheme.facts:
        return scheme.facts[fact].default
    return value


def fact_title(fact: str, scheme: Scheme) -> Text:
    if fact in scheme.facts:
        return scheme.facts[fact].title
    return BUILT_IN_TITLES.get(fact, Text(zh=fact, en=fact))


def value_title(fact: str, value: FactValue, scheme: Scheme) -> Text | None:
    """What the scheme calls a term that is the value of a fact; None for numbers, flags and unknown words."""
    if not isinstance(value, str):
        return None
    if fact == "tier":
        return next((rule.title for rule in scheme.rules if rule.kind == "tier" and rule.id == value), None)
    if fact == "posture":
        return LEVEL_TITLES.get(value)
    terms: dict[str, Term] = {}
    if fact == "kind":
        terms.update(scheme.places)
    elif fact == "role":
        terms.update(scheme.roles)
    else:
        terms.update(scheme.terms.get(fact, {}))
    return terms[value].title if value in terms else None


def unit_title(unit: str, scheme: Scheme) -> Text:
    """What the scheme calls a unit of a figure or quantity; an undeclared one is called by its own name."""
    declared = scheme.terms.get("units", {}).get(unit)
    return declared.title if declared else Text(zh=unit, en=unit)


def _holds(test: Test, value: FactValue, limits: list[FactValue], scheme: Scheme) -> bool | None:
    if test.relation == "missing":
        return (value is None) is bool(limits[0])
    if test.fact == "tier" and limits == [UNDETERMINED] and test.relation == "is":
        return value is None
    if value is None or _is_no_flag(test.fact, value, scheme):
        return None
    if test.relation == "in":
        if any(_same(value, limit) for limit in limits):
            return True
        return None if None in limits else False
    limit = limits[0]
    if limit is None:
        return None
    if test.relation == "is":
        return _same(value, limit)
    return _ordered(test, value, limit, scheme)


def _is_no_flag(fact: str, value: FactValue, scheme: Scheme) -> bool:
    """Whether a word or number stands where a flag is declared."""
    return fact in scheme.facts and scheme.facts[fact].type == "flag" and not isinstance(value, bool)


def _same(value: FactValue, limit: FactValue) -> bool:
    return isinstance(value, bool) == isinstance(limit, bool) and value == limit


def _ordered(test: Test, value: FactValue, limit: FactValue, scheme: Scheme) -> bool | None:
    left, right = _rank(test.fact, value, scheme), _rank(test.fact, limit, scheme)
    if left is None or right is None:
        return None
    if test.relation == "over":
        return left > right
    if test.relation == "at_least":
        return left >= right
    if test.relation == "under":
        return left < right
    return left <= right


def _rank(fact: str, value: FactValue, scheme: Scheme) -> float | None:
    """A number to compare by: the number itself, or a term's place in its declared order."""
    if isinstance(value, str):
        order: Sequence[str] = LEVELS
        if fact != "posture":
            order = scheme.facts[fact].values if fact in scheme.facts else ()
        return order.index(value) if value in order else None
    if value is None or isinstance(value, bool):
        return None
    return value
