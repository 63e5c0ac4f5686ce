"""Tiers: the first that holds, undetermined where a figure is missing, none outside."""

from dataclasses import replace
from datetime import date

from anlan.engine.figures import Figures
from anlan.engine.policy import (
    AnyOf,
    Citation,
    FactDeclaration,
    Facts,
    Rule,
    Scheme,
    Test,
    Text,
)
from anlan.engine.tiers import Tiering, tier_of

PLAN = Citation("plan", "2.1")


def tier(tier_id: str, where: AnyOf | Test | None) -> Rule:
    return Rule(id=tier_id, kind="tier", title=Text(tier_id, tier_id), cites=PLAN, where=where)


SCHEME = Scheme(
    id="s",
    edition="1",
    title=Text("方案", "Scheme"),
    valid_from=date(2026, 1, 15),
    valid_until=date(2027, 1, 1),
    in_force=True,
    notice=None,
    languages=("zh", "en"),
    places={},
    roles={},
    tiers=("big", "small"),
    terms={},
    facts={
        "visitors": FactDeclaration("visitors", "number", Text("客流", "visitors")),
        "critical": FactDeclaration("critical", "flag", Text("关键", "critical"), default=False),
    },
    parameters={},
    rules=(
        tier("big", AnyOf((Test("visitors", "over", (5000,)), Test("critical", "is", (True,))))),
        tier("small", Test("visitors", "at_least", (10,))),
    ),
    cases=(),
    outside_tiers="nobody",
)


def tiered(facts: Facts, on: date = date(2026, 3, 1), scheme: Scheme = SCHEME) -> Tiering:
    return tier_of(scheme, facts, Figures(scheme, on))


def test_the_first_tier_that_holds_wins() -> None:
    assert tiered({"visitors": 6000}).tier == "big"
    assert tiered({"visitors": 5000}).tier == "small"


def test_a_missing_figure_leaves_the_tier_undetermined_and_says_which() -> None:
    answer = tiered({})
    assert answer.tier == "undetermined"
    assert [reason.fact for reason in answer.because] == ["visitors"]
    assert "无法判断" in answer.because[0].text().zh


def test_a_missing_figure_does_not_matter_where_another_fact_decides() -> None:
    assert tiered({"critical": True}).tier == "big"


def test_outside_all_tiers_is_the_schemes_own_word() -> None:
    answer = tiered({"visitors": 3})
    assert answer.tier == "nobody"
    assert {reason.fact for reason in answer.because} == {"visitors", "critical"}


def test_a_later_tier_is_explained_by_why_not_the_earlier_ones() -> None:
    texts = [reason.text().en for reason in tiered({"visitors": 5000}).because]
    assert texts == ["visitors 5,000 is not over 5,000", "critical: no", "visitors 5,000 is at least 10"]


def test_outside_the_editions_dates_nothing_has_a_tier() -> None:
    facts = {"visitors": 6000}
    assert tiered(facts, date(2026, 1, 14)).tier == "nobody"
    assert tiered(facts, date(2026, 1, 15)).tier == "big"
    assert tiered(facts, date(2027, 1, 1)).tier == "nobody"


def test_a_tier_rule_counts_only_between_its_own_dates() -> None:
    first, second = SCHEME.rules
    scheme = replace(SCHEME, rules=(replace(first, start=date(2026, 6, 1)), second))
    assert tiered({"visitors": 6000}, date(2026, 5, 31), scheme).tier == "small"
    assert tiered({"visitors": 6000}, date(2026, 6, 1), scheme).tier == "big"
