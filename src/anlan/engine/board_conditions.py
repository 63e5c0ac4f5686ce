"""Conditions and quantities for all places at once, in the same three values as for one.

A judgement is an array of int8: 0 false, 1 unknown, 2 true; so `all` is the minimum and `any` the maximum.
What coded facts (flags, terms, levels, tiers) come to is asked of the explaining engine word by word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board_register import Column, Floats
from anlan.engine.conditions import verdict
from anlan.engine.figures import Figures
from anlan.engine.policy import AnyOf, Condition, FactValue, Not, Quantity, Reference, Test
from anlan.engine.quantities import quantity_asked

Judgement = NDArray[np.int8]
FALSE, UNKNOWN, TRUE = np.int8(0), np.int8(1), np.int8(2)
_BEYOND_DOUBT = 1e-9
"""How near to a whole number a division must come to be taken for it, relative to its size."""


@dataclass(slots=True)
class Facts:
    """The facts of a number of cells, gathered from `rows` of `source` when asked for, and what was judged of them.

    `columns` holds those that are no rows of the register: `posture`, and `tier/SCHEME` for each scheme.
    """

    size: int
    source: Mapping[str, Column]
    rows: NDArray[np.intp] | None
    columns: dict[str, Column]
    judged: dict[object, Judgement] = field(default_factory=dict)

    def column(self, fact: str, scheme: str) -> Column | None:
        name = f"tier/{scheme}" if fact == "tier" else fact
        if name not in self.columns and name in self.source:
            column = self.source[name]
            gathered = column if self.rows is None else Column(column.values[self.rows], column.words)
            self.columns[name] = gathered
        return self.columns.get(name)

    def take(self, chosen: NDArray[np.intp]) -> "Facts":
        """The facts of some of the cells."""
        own = {name: column for name, column in self.columns.items() if name not in self.source}
        taken = {name: Column(column.values[chosen], column.words) for name, column in own.items()}
        return Facts(len(chosen), self.source, chosen if self.rows is None else self.rows[chosen], taken)


def judge(condition: Condition | None, facts: Facts, figures: Figures) -> Judgement:
    """Whether a condition holds in each cell."""
    if condition is None:
        return np.full(facts.size, TRUE)
    if isinstance(condition, Test):
        limits = (figures.value(operand).value for operand in condition.operands)
        key = (figures.scheme.id, condition, tuple((type(limit), limit) for limit in limits))
        if facts.column(condition.fact, figures.scheme.id) is None:
            return np.full(facts.size, _word(condition, None, figures))
        if key not in facts.judged:
            facts.judged[key] = _judge_test(condition, facts, figures)
        return facts.judged[key]
    if isinstance(condition, Not):
        inverse: Judgement = TRUE - judge(condition.of, facts, figures)
        return inverse
    parts = [judge(part, facts, figures) for part in condition.of]
    if not parts:
        return np.full(facts.size, FALSE if isinstance(condition, AnyOf) else TRUE)
    return reduce(np.maximum if isinstance(condition, AnyOf) else np.minimum, parts)


def _judge_test(test: Test, facts: Facts, figures: Figures) -> Judgement:
    column = facts.column(test.fact, figures.scheme.id)
    if column is None:
        return np.full(facts.size, _word(test, None, figures))
    if column.words is not None:
        table = np.array([_word(test, word, figures) for word in (*column.words, None)], dtype=np.int8)
        return table[column.values.astype(np.intp, copy=False)]
    values = np.asarray(column.values, dtype=np.float64)
    known = _judge_numbers(test, values, figures)
    return np.where(np.isnan(values), _word(test, None, figures), known)


def _word(test: Test, value: FactValue, figures: Figures) -> np.int8:
    holds = verdict(test, {test.fact: value}, figures).holds
    return UNKNOWN if holds is None else (TRUE if holds else FALSE)


def _judge_numbers(test: Test, values: Floats, figures: Figures) -> Judgement:
    limits = [figures.value(operand).value for operand in test.operands]
    plain = [limit for limit in limits if isinstance(limit, int | float) and not isinstance(limit, bool)]
    if test.relation == "missing" or len(plain) < len(limits) or not plain:
        return _judge_each(test, values, figures)
    limit = plain[0]
    if test.relation == "in":
        holds = np.isin(values, plain)
    elif test.relation == "is":
        holds = values == limit
    elif test.relation == "over":
        holds = values > limit
    elif test.relation == "at_least":
        holds = values >= limit
    elif test.relation == "under":
        holds = values < limit
    else:
        holds = values <= limit
    return holds.astype(np.int8) * TRUE


def _judge_each(test: Test, values: Floats, figures: Figures) -> Judgement:
    """For comparisons of a number with what is no number: asked value by value, which is seldom written."""
    if test.relation == "missing":
        return np.full(len(values), _word(test, 0.0, figures))
    distinct, place = np.unique(values, return_inverse=True)
    table = np.array([_word(test, float(value), figures) for value in distinct], dtype=np.int8)
    return table[place] if len(distinct) else np.zeros(0, dtype=np.int8)


def quantity_in(quantity: Quantity, facts: Facts, figures: Figures, plus: float | Reference = 0) -> Floats:
    """What a quantity comes to in each cell; nan where a fact or figure is missing."""
    extra = figures.number(plus)
    return _asked(quantity, facts, figures) + (np.nan if extra is None else extra)


def _asked(quantity: Quantity, facts: Facts, figures: Figures) -> Floats:
    if quantity.greatest_of:
        base = reduce(np.maximum, (_asked(part, facts, figures) for part in quantity.greatest_of))
    elif quantity.of is None:
        amount = quantity_asked(Quantity(quantity.unit, amount=quantity.amount), {}, figures).amount
        base = np.full(facts.size, np.nan if amount is None else amount)
    else:
        base = _share(quantity, quantity.of, facts, figures)
    plus, floor = (_or_nan(figures.number(of)) for of in (quantity.plus, quantity.at_least))
    return np.maximum(base + plus, floor)


def _share(quantity: Quantity, fact: str, facts: Facts, figures: Figures) -> Floats:
    bare = replace(quantity, plus=0, at_least=0)
    unknown = _or_nan(quantity_asked(bare, {}, figures).amount)
    column = facts.column(fact, figures.scheme.id)
    if column is None:
        return np.full(facts.size, unknown)
    if column.words is not None:
        words = [_or_nan(quantity_asked(bare, {fact: word}, figures).amount) for word in column.words]
        return np.array([*words, unknown])[column.values.astype(np.intp, copy=False)]
    divisor = quantity.one_per if quantity.one_per is not None else quantity.percent
    rate = 1.0 if divisor is None else _or_nan(figures.number(divisor))
    beyond = 0.0 if quantity.beyond is None else _or_nan(figures.number(quantity.beyond))
    finite = np.isfinite(column.values)
    counted = np.maximum(np.where(finite, column.values, np.nan) - beyond, 0)
    if quantity.percent is not None:
        shares = _rounded_up(counted * rate / 100)
    else:
        shares = _rounded_up(counted / rate) if rate > 0 else np.full(facts.size, np.nan)
    return np.where(np.isnan(column.values), unknown, shares)


def _rounded_up(values: Floats) -> Floats:
    """The next whole number up, with what only the arithmetic of binary fractions adds left out."""
    nearest = np.rint(values)
    near = np.abs(values - nearest) <= _BEYOND_DOUBT * np.maximum(1, np.abs(values))
    return np.where(near, nearest, np.ceil(values))


def _or_nan(number: float | None) -> float:
    return np.nan if number is None else float(number)
