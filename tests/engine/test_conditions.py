"""Conditions: three values, the order of levels, and reasons that a person can read."""

from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engine.conditions import Verdict, verdict
from anlan.engine.facts import LocalFigure
from anlan.engine.figures import Figures
from anlan.engine.policy import (
    All,
    AnyOf,
    Citation,
    Condition,
    DatedValue,
    FactDeclaration,
    FactValue,
    Not,
    Parameter,
    Reference,
    Relation,
    Scheme,
    Term,
    Test,
    Text,
)

PLAN = Citation("plan", "2.1")
ON = date(2026, 3, 1)


def a_scheme() -> Scheme:
    return Scheme(
        id="s",
        edition="1",
        title=Text("方案", "Scheme"),
        valid_from=date(2026, 1, 15),
        valid_until=None,
        in_force=True,
        notice=None,
        languages=("zh", "en"),
        places={"mall": Term("mall", Text("商场", "shopping mall"))},
        roles={},
        tiers=(),
        terms={},
        facts={
            "daily_visitors": FactDeclaration("daily_visitors", "number", Text("日均客流", "daily visitors")),
            "critical_facility": FactDeclaration(
                "critical_facility", "flag", Text("关键设施", "critical facility"), default=False
            ),
            "grade": FactDeclaration(
                "grade", "term", Text("等级", "grade"), values=("low", "middle", "high")
            ),
        },
        parameters={
            "limit": Parameter("limit", (DatedValue(date(2026, 1, 15), date(2027, 1, 1), 5000, PLAN),)),
        },
        rules=(),
        cases=(),
    )


def judged(condition: Condition, facts: Mapping[str, FactValue], on: date = ON) -> Verdict:
    return verdict(condition, facts, Figures(a_scheme(), on))


def sentence(relation: Relation, operand: bool | float | str | Reference, **facts: FactValue) -> Text:
    fact = next(iter(facts), "daily_visitors")
    (reason,) = judged(Test(fact, relation, (operand,)), facts).because
    return reason.text()


# A truth value is played by a flag-like fact: "yes" true, "no" false, None unknown.
PLAYED: dict[bool | None, FactValue] = {True: "yes", False: "no", None: None}
truth = st.sampled_from([True, False, None])


def fact(name: str) -> Test:
    return Test(name, "is", ("yes",))


@given(truth, truth, truth)
def test_kleene_laws_hold(a: bool | None, b: bool | None, c: bool | None) -> None:
    facts = {"a": PLAYED[a], "b": PLAYED[b], "c": PLAYED[c]}
    p, q, r = fact("a"), fact("b"), fact("c")

    def same(left: Condition, right: Condition) -> bool:
        return judged(left, facts).holds is judged(right, facts).holds

    assert judged(p, facts).holds is a
    assert same(Not(Not(p)), p)
    assert same(Not(All((p, q))), AnyOf((Not(p), Not(q))))
    assert same(Not(AnyOf((p, q))), All((Not(p), Not(q))))
    assert same(All((p, AnyOf((q, r)))), AnyOf((All((p, q)), All((p, r)))))
    assert same(AnyOf((p, All((p, q)))), p)
    assert same(All((p, q)), All((q, p)))


def order(value: bool | None) -> int:
    return {False: 0, None: 1, True: 2}[value]


@given(st.lists(truth, min_size=1, max_size=5))
def test_all_is_the_least_and_any_the_greatest_of_its_parts(values: list[bool | None]) -> None:
    facts = {f"f{n}": PLAYED[value] for n, value in enumerate(values)}
    parts = tuple(fact(name) for name in facts)
    assert order(judged(All(parts), facts).holds) == min(map(order, values))
    assert order(judged(AnyOf(parts), facts).holds) == max(map(order, values))


@given(st.lists(truth, min_size=1, max_size=4), st.booleans())
def test_supplying_a_missing_fact_never_turns_true_into_false(
    values: list[bool | None], given_: bool
) -> None:
    facts = {f"f{n}": PLAYED[value] for n, value in enumerate(values)}
    parts = tuple(fact(name) for name in facts)
    supplied = {name: PLAYED[given_] if value is None else value for name, value in facts.items()}
    for condition in (All(parts), AnyOf(parts), Not(AnyOf(parts))):
        before, after = judged(condition, facts).holds, judged(condition, supplied).holds
        assert before is None or after is before


def test_the_border_itself_is_not_over_and_not_under() -> None:
    facts = {"daily_visitors": 5000}
    limit = (Reference("limit"),)
    answers = {
        relation: judged(Test("daily_visitors", relation, limit), facts).holds
        for relation in ("over", "at_least", "under", "at_most")
    }
    assert answers == {"over": False, "at_least": True, "under": False, "at_most": True}


def test_posture_is_compared_by_its_own_order_and_not_by_the_alphabet() -> None:
    at_least_yellow = Test("posture", "at_least", ("yellow",))
    assert judged(at_least_yellow, {"posture": "orange"}).holds is True
    assert judged(at_least_yellow, {"posture": "blue"}).holds is False
    assert judged(Test("posture", "under", ("red",)), {"posture": "normal"}).holds is True


def test_a_term_with_declared_values_is_compared_by_the_order_they_are_declared_in() -> None:
    assert judged(Test("grade", "at_least", ("middle",)), {"grade": "high"}).holds is True
    assert judged(Test("grade", "over", ("middle",)), {"grade": "low"}).holds is False
    assert judged(Test("grade", "over", ("middle",)), {"grade": "strange"}).holds is None


def test_an_absent_flag_is_its_default_and_an_absent_number_is_unknown() -> None:
    assert judged(Test("critical_facility", "is", (True,)), {}).holds is False
    assert judged(Test("daily_visitors", "over", (1,)), {}).holds is None
    for strange in (float("nan"), float("inf")):
        assert judged(Test("daily_visitors", "over", (1,)), {"daily_visitors": strange}).holds is None


@pytest.mark.parametrize("value", ["yes", "true", 1, 0])
def test_a_flag_recorded_as_a_word_or_number_decides_nothing(value: FactValue) -> None:
    found = judged(Test("critical_facility", "is", (True,)), {"critical_facility": value})
    assert found.holds is None
    assert "cannot be compared" in found.because[0].text().en


def test_missing_is_never_unknown() -> None:
    assert judged(Test("daily_visitors", "missing", (True,)), {}).holds is True
    assert judged(Test("daily_visitors", "missing", (False,)), {}).holds is False
    assert judged(Test("daily_visitors", "missing", (True,)), {"daily_visitors": 0}).holds is False
    assert judged(Test("critical_facility", "missing", (True,)), {}).holds is False


def test_an_undetermined_tier_counts_as_missing() -> None:
    facts = {"tier": "undetermined"}
    assert judged(Test("tier", "is", ("tier-2",)), facts).holds is None
    assert judged(Test("tier", "missing", (True,)), facts).holds is True
    assert judged(Test("tier", "is", ("undetermined",)), facts).holds is True
    assert judged(Test("tier", "is", ("undetermined",)), {"tier": "tier-1"}).holds is False


def test_a_word_where_a_number_belongs_is_unknown_and_not_an_error() -> None:
    assert judged(Test("daily_visitors", "over", (1,)), {"daily_visitors": "many"}).holds is None
    assert judged(Test("daily_visitors", "over", (1,)), {"daily_visitors": True}).holds is None
    assert judged(Test("daily_visitors", "is", (1,)), {"daily_visitors": True}).holds is False


def test_a_figure_without_a_value_on_the_date_makes_the_comparison_unknown() -> None:
    answer = judged(
        Test("daily_visitors", "over", (Reference("limit"),)), {"daily_visitors": 9}, date(2027, 1, 1)
    )
    assert answer.holds is None
    assert "no value on this date" in answer.because[0].text().en


def test_a_reason_names_fact_value_limit_figure_citation_and_local_value() -> None:
    local = LocalFigure("s", "limit", 3000, "smaller city", "office", date(2026, 2, 1), None)
    condition = Test("daily_visitors", "over", (Reference("limit"),))
    (reason,) = verdict(condition, {"daily_visitors": 4000}, Figures(a_scheme(), ON, (local,))).because
    assert (reason.fact, reason.value, reason.relation, reason.limit) == (
        "daily_visitors",
        4000,
        "over",
        3000,
    )
    assert (reason.parameter, reason.cites, reason.since) == ("limit", PLAN, date(2026, 2, 1))
    assert reason.local is local
    assert reason.holds is True


def test_only_the_parts_that_decided_are_given_as_reasons() -> None:
    facts = {"kind": "mall", "daily_visitors": 10}
    kind, visitors = Test("kind", "is", ("mall",)), Test("daily_visitors", "over", (5000,))
    assert [r.fact for r in judged(AnyOf((visitors, kind)), facts).because] == ["kind"]
    assert [r.fact for r in judged(All((visitors, kind)), facts).because] == ["daily_visitors"]
    assert [r.fact for r in judged(AnyOf((visitors, Test("kind", "is", ("bank",)))), facts).because] == [
        "daily_visitors",
        "kind",
    ]


def test_reasons_read_as_sentences_in_both_languages() -> None:
    assert sentence("over", 5000, daily_visitors=5000) == Text(
        "日均客流 5,000 未超过 5,000", "daily visitors 5,000 is not over 5,000"
    )
    assert sentence("at_least", Reference("limit"), daily_visitors=5001.5) == Text(
        "日均客流 5,001.5 达到 5,000", "daily visitors 5,001.5 is at least 5,000"
    )
    assert sentence("over", 5000, daily_visitors=None) == Text(
        "日均客流未填报，无法判断是否超过 5,000",
        "daily visitors is missing, so it is not known whether it is over 5,000",
    )
    assert sentence("is", True, critical_facility=True) == Text("关键设施：是", "critical facility: yes")
    assert sentence("is", "bank", kind="mall") == Text(
        "场所类型为商场，不是bank", "kind of place is shopping mall, not bank"
    )
    assert sentence("at_least", "orange", posture="red") == Text(
        "防范等级 红色 达到 橙色", "posture red is at least orange"
    )
    assert sentence("missing", True, daily_visitors=None) == Text(
        "日均客流未填报", "daily visitors is missing"
    )


def test_membership_in_a_long_list_counts_the_list_instead_of_reciting_it() -> None:
    (reason,) = judged(Test("kind", "in", ("a", "b", "c", "d", "e", "f")), {"kind": "mall"}).because
    assert reason.holds is False
    assert reason.text() == Text(
        "场所类型为商场，不属于所列 6 项", "kind of place is shopping mall, not one of the 6 listed"
    )
