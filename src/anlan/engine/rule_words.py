"""What a rule says, in words: its condition, cadence and quantity, with figures as they stand on a date."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from anlan.engine.conditions import BUILT_IN_TITLES, fact_title, unit_title, value_title
from anlan.engine.durations import duration_of, duration_words
from anlan.engine.figures import Figure, Figures
from anlan.engine.policy import (
    All,
    Case,
    Condition,
    Each,
    Every,
    Not,
    Once,
    Quantity,
    Reference,
    Rule,
    Scheme,
    Standing,
    Test,
    Text,
    Within,
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
    unit = unit_title(quantity.unit, figures.scheme)
    said = _base_words(quantity, figures, unit)
    zh, en = said.zh, said.en
    plus, floor = figures.number(quantity.plus), figures.number(quantity.at_least)
    if plus:
        zh, en = f"{_number(plus)} {unit.zh}，另{zh}", f"{_number(plus)} {unit.en} plus {en}"
    if floor:
        zh, en = f"{zh}，不少于 {_number(floor)} {unit.zh}", f"{en}, at least {_number(floor)} {unit.en}"
    return Text(zh=zh, en=en)


def _base_words(quantity: Quantity, figures: Figures, unit: Text) -> Text:
    if quantity.greatest_of:
        parts = [words for part in quantity.greatest_of if (words := quantity_words(part, figures))]
        return Text(
            zh="取最大者：" + "；".join(part.zh for part in parts),
            en="the greatest of: " + "; ".join(part.en for part in parts),
        )
    if quantity.of is None:
        amount = _number(figures.number(quantity.amount or 0))
        return Text(zh=f"{amount} {unit.zh}", en=f"{amount} {unit.en}")
    fact = fact_title(quantity.of, figures.scheme)
    if quantity.percent is not None:
        share = _number(figures.number(quantity.percent))
        zh, en = f"{fact.zh}的 {share}% {unit.zh}", f"{share}% of {fact.en} {unit.en}"
    else:
        per = _number(figures.number(quantity.one_per or 0))
        zh, en = f"每 {per} {fact.zh} 1 {unit.zh}", f"1 {unit.en} per {per} of {fact.en}"
    if quantity.beyond is not None:
        beyond = _number(figures.number(quantity.beyond))
        zh, en = f"{zh}（超过 {beyond} 的部分）", f"{en} beyond {beyond}"
    return Text(zh=zh, en=en)


def figure_words(value: object, unit: str, scheme: Scheme) -> Text:
    """A figure as it is said: durations in words, numbers with their unit."""
    if isinstance(value, str):
        try:
            return duration_words(duration_of(value))
        except ValueError:
            return Text(zh=value, en=value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Text(zh="—", en="—") if value is None else Text(zh=str(value), en=str(value))
    named = unit_title(unit, scheme)
    return Text(zh=f"{_number(value)} {named.zh}".strip(), en=f"{_number(value)} {named.en}".strip())


def case_facts(case: Case, scheme: Scheme) -> tuple[Text, ...]:
    """The facts of a case in words."""
    found = []
    for fact, value in case.facts.items():
        title, named = fact_title(fact, scheme), _named(fact, value, scheme)
        found.append(Text(zh=f"{title.zh}：{named.zh}", en=f"{title.en}: {named.en}"))
    return tuple(found)


def case_expectations(case: Case, scheme: Scheme) -> tuple[tuple[Text, Text], ...]:
    """What a case expects, as pairs of what and which, with the titles of the rules."""
    return tuple(
        (_EXPECTED.get(name, Text(name, name)), _expected(value, scheme))
        for name, value in case.expect.items()
    )


_EXPECTED = {
    "tier": Text("类别", "tier"),
    "duties": Text("职责恰为", "duties, exactly"),
    "standards": Text("标准恰为", "standards, exactly"),
    "includes": Text("职责包括", "duties include"),
    "excludes": Text("职责不含", "duties do not include"),
    "quantities": Text("数量", "quantities"),
    "cadence": Text("频次", "cadence"),
    "grace": Text("宽限", "grace"),
    "valid_for": Text("证据有效期", "evidence stands for"),
    "mend_within": Text("整改时限", "to be mended within"),
    "because": Text("决定因素", "decided by"),
    "undetermined": Text("无法判定", "undetermined"),
    "clocks": Text("时限", "clocks"),
    "weights": Text("权重", "weights"),
    "figures": Text("指标", "figures"),
}


def _expected(value: object, scheme: Scheme, rule: Rule | None = None) -> Text:
    """What is expected, in words; of a `rule` the items are meant first."""
    if isinstance(value, Mapping):
        rules = {each.id: each for each in scheme.rules}
        parts = [
            (_known_word(str(name), scheme, rule), _expected(inner, scheme, rules.get(str(name))))
            for name, inner in value.items()
        ]
        return Text(
            zh="；".join(f"{name.zh}：{inner.zh}" for name, inner in parts),
            en="; ".join(f"{name.en}: {inner.en}" for name, inner in parts),
        )
    if isinstance(value, timedelta):
        return duration_words(value)
    if isinstance(value, Each | Every | Within | Standing | Once):
        value = (value,) if isinstance(value, Every) else value
        return cadence_words(value)
    if isinstance(value, tuple) and value and isinstance(value[0], Every):
        return cadence_words(value)
    if isinstance(value, list | tuple | set | frozenset):
        words = [_known_word(str(one), scheme, rule) for one in value]
        return Text(zh="、".join(w.zh for w in words) or "无", en=", ".join(w.en for w in words) or "none")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Text(zh=_number(value), en=_number(value))
    return _known_word(str(value), scheme, rule)


_SHARED_TIERS = {
    "none": Text("不在类别内", "outside the tiers"),
    "undetermined": Text("类别未定", "undetermined"),
}


def _known_word(word: str, scheme: Scheme, rule: Rule | None = None) -> Text:
    """The name of what an id in a case stands for: an item of the rule, a rule, a fact, a figure or a tier."""
    items = {item.id: item.title for item in rule.items} if rule else {}
    if word in items:
        return items[word]
    title = next((each.title for each in scheme.rules if each.id == word), None)
    if title is not None:
        return title
    if word in scheme.facts or word in BUILT_IN_TITLES:
        return fact_title(word, scheme)
    parameter = scheme.parameters.get(word)
    return (parameter.title if parameter else None) or _SHARED_TIERS.get(word) or Text(zh=word, en=word)


def concern_title(concern: str, scheme: Scheme) -> Text:
    """What a concern is called; its id where the scheme gives it no name."""
    known = scheme.terms.get("concerns", {}).get(concern)
    return known.title if known else Text(zh=concern, en=concern)


def case_title(case: Case, scheme: Scheme) -> Text:
    """What a case is called: its title, else the facts it supposes."""
    if case.title is not None:
        return case.title
    facts = case_facts(case, scheme)
    if not facts:
        return Text(zh="不设任何数据", en="Nothing supposed")
    return Text(zh="，".join(fact.zh for fact in facts), en=", ".join(fact.en for fact in facts))


def _named(fact: str, value: object, scheme: Scheme) -> Text:
    if isinstance(value, bool):
        return Text(zh="是" if value else "否", en="yes" if value else "no")
    if isinstance(value, int | float):
        return Text(zh=_number(value), en=_number(value))
    title = value_title(fact, value, scheme) if isinstance(value, str) else None
    return title or Text(zh=str(value or "—"), en=str(value or "—"))


def _test_words(test: Test, figures: Figures) -> Text:
    title = fact_title(test.fact, figures.scheme)
    if test.relation == "missing":
        asked = bool(test.operands[0])
        return Text(
            zh=f"{title.zh}{'未填报' if asked else '已填报'}",
            en=f"{title.en} is {'missing' if asked else 'recorded'}",
        )
    named = [_named(test.fact, figures.value(operand).value, figures.scheme) for operand in test.operands]
    if test.relation == "in":
        return Text(
            zh=f"{title.zh}属于：{'、'.join(one.zh for one in named)}",
            en=f"{title.en} is one of: {', '.join(one.en for one in named)}",
        )
    return Text(
        zh=f"{title.zh}{_ZH[test.relation]} {named[0].zh}",
        en=f"{title.en} {_EN[test.relation]} {named[0].en}",
    )


def _number(value: float | None) -> str:
    return "—" if value is None else f"{value:,.10g}"
