"""What a rule says, in words: its condition, cadence and quantity, with figures as they stand on a date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from anlan.engine.conditions import fact_title, value_title
from anlan.engine.durations import duration_words
from anlan.engine.figures import Figure, Figures
from anlan.engine.policy import (
    All,
    Condition,
    Not,
    Quantity,
    Reference,
    Rule,
    Test,
    Text,
)
from anlan.engine.scheme_checks import references_in, resolved
from anlan.engine.strictness import cadence_words

_ZH = {"is": "为", "over": "超过", "at_least": "不少于", "under": "低于", "at_most": "不超过"}
_EN = {"is": "is", "over": "over", "at_least": "at least", "under": "under", "at_most": "at most"}
_ALL = Text(zh="同时满足", en="all of")
_ANY = Text(zh="满足任一", en="any of")
_NOT = Text(zh="不满足", en="not")


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One line of a condition, indented by `depth`."""

    depth: int
    text: Text


def condition_lines(condition: Condition | None, figures: Figures, depth: int = 0) -> Iterator[ConditionLine]:
    """A condition as indented lines."""
    if condition is None:
        return
    if isinstance(condition, Test):
        yield ConditionLine(depth, _test_words(condition, figures))
        return
    if isinstance(condition, Not):
        yield ConditionLine(depth, _NOT)
        yield from condition_lines(condition.of, figures, depth + 1)
        return
    if len(condition.of) == 1:
        yield from condition_lines(condition.of[0], figures, depth)
        return
    yield ConditionLine(depth, _ALL if isinstance(condition, All) else _ANY)
    for part in condition.of:
        yield from condition_lines(part, figures, depth + 1)


def rule_cadence(rule: Rule, figures: Figures) -> Text | None:
    """How often, in words; None for rules without a cadence."""
    if rule.cadence is None:
        return None
    plain = resolved(rule.cadence, figures)
    return cadence_words(plain) if plain is not None else None


def rule_figures(rule: Rule, figures: Figures) -> tuple[Figure, ...]:
    """The figures a rule names, as they stand."""
    names = dict.fromkeys(reference.parameter for reference in references_in(rule))
    return tuple(figures.value(Reference(name)) for name in names)


def duration_in_words(value: timedelta | Reference | None, figures: Figures) -> Text | None:
    """A duration, or the figure that holds it, in words."""
    span = None if value is None else figures.duration(value)
    return None if span is None else duration_words(span)


def quantity_words(quantity: Quantity | None, figures: Figures) -> Text | None:
    """How much is asked, in words."""
    if quantity is None:
        return None
    unit = unit_words(quantity.unit)
    if quantity.greatest_of:
        parts = [words for part in quantity.greatest_of if (words := quantity_words(part, figures))]
        return Text(
            zh="取最大者：" + "；".join(part.zh for part in parts),
            en="the greatest of: " + "; ".join(part.en for part in parts),
        )
    if quantity.amount is not None:
        amount = figures.number(quantity.amount)
        return Text(zh=f"{_number(amount)} {unit.zh}", en=f"{_number(amount)} {unit.en}")
    fact = fact_title(quantity.of or "", figures.scheme)
    if quantity.percent is not None:
        share = _number(figures.number(quantity.percent))
        return Text(zh=f"{fact.zh}的 {share}% {unit.zh}", en=f"{share}% of {fact.en} {unit.en}")
    per = _number(figures.number(quantity.one_per or 0))
    beyond = figures.number(quantity.beyond) if quantity.beyond is not None else None
    plus = figures.number(quantity.plus) or 0
    zh = f"每 {per} {fact.zh} 1 {unit.zh}"
    en = f"1 {unit.en} per {per} of {fact.en}"
    if beyond is not None:
        zh, en = f"{zh}（超过 {_number(beyond)} 的部分）", f"{en} beyond {_number(beyond)}"
    if plus:
        zh, en = f"{_number(plus)} {unit.zh}，另{zh}", f"{_number(plus)} {unit.en} plus {en}"
    return Text(zh=zh, en=en)


def unit_words(unit: str) -> Text:
    """A unit as it is said."""
    return Text(zh={"guards": "名保安员"}.get(unit, unit), en=unit)


def _test_words(test: Test, figures: Figures) -> Text:
    title = fact_title(test.fact, figures.scheme)
    if test.relation == "missing":
        asked = bool(test.operands[0])
        return Text(
            zh=f"{title.zh}{'未填报' if asked else '已填报'}",
            en=f"{title.en} is {'missing' if asked else 'recorded'}",
        )
    named = [_operand(test.fact, figures.value(operand).value, figures) for operand in test.operands]
    if test.relation == "in":
        return Text(
            zh=f"{title.zh}属于：{'、'.join(one.zh for one in named)}",
            en=f"{title.en} is one of: {', '.join(one.en for one in named)}",
        )
    return Text(
        zh=f"{title.zh}{_ZH[test.relation]} {named[0].zh}",
        en=f"{title.en} {_EN[test.relation]} {named[0].en}",
    )


def _operand(fact: str, value: object, figures: Figures) -> Text:
    if isinstance(value, bool):
        return Text(zh="是" if value else "否", en="yes" if value else "no")
    if isinstance(value, int | float):
        return Text(zh=_number(value), en=_number(value))
    title = value_title(fact, value, figures.scheme) if isinstance(value, str) else None
    return title or Text(zh=str(value or "—"), en=str(value or "—"))


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.10g}"
