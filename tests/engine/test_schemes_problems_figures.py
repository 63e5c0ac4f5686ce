"""Problems of figures and tiers: values that are missing, doubled, or cannot work."""

import pytest

from engine.spoiled_schemes import DUTY, FIGURE, only, problems

FIGURES = "parameters:\n  - id: limit\n    values:\n"


@pytest.mark.parametrize(
    ("values", "line", "message"),
    [
        (
            (
                "      - {from: 2026-01-15, until: 2026-08-01, value: 1, cites: {label: plan}}\n"
                "      - {from: 2026-07-01, value: 2, cites: {label: plan}}\n"
            ),
            5,
            "the dates overlap with the value before (2026-07-01)",
        ),
        (
            (
                "      - {from: 2026-01-15, value: 1, cites: {label: plan}}\n"
                "      - {from: 2026-01-15, value: 2, cites: {label: plan}}\n"
            ),
            5,
            "the dates overlap with the value before (2026-01-15)",
        ),
        (
            "      - {from: 2026-08-01, until: 2026-07-01, value: 1, cites: {label: plan}}\n",
            4,
            "the dates are reversed: 2026-08-01 is not before 2026-07-01",
        ),
        ("      - {from: soon, value: 1, cites: {label: plan}}\n", 4, "“soon” is no date"),
        ("      - {from: 2026-01-15, value: 1}\n", 4, "no citation (cites) is given"),
        ("      - {from: 2026-01-15, cites: {label: plan}}\n", 4, "the key “value” is missing"),
        ("      - {from: 2026-01-15, value: [1], cites: {label: plan}}\n", 4, "“[…]” is no value"),
        ("      - {from: 2026-01-15, value: 1, cites: {label: gossip}}\n", 4, "there is no label “gossip”"),
    ],
)
def test_wrong_values_of_a_figure_are_told(values: str, line: int, message: str) -> None:
    problem = only(FIGURES + values)
    assert (problem.file, problem.line, problem.rule) == ("body.yaml", line, "limit")
    assert problem.message.en == message


def test_a_figure_twice_is_told() -> None:
    twice = FIGURE.replace("]}]\n", "]}, {id: limit, value: 1, cites: {label: plan}}]\n")
    assert only(twice).message.en == "“limit” is declared twice"


GAPS = [
    ("{from: 2026-02-01, value: PT5M, cites: {label: plan}}", "2026-01-15"),
    ("{from: 2026-01-15, until: 2026-06-01, value: PT5M, cites: {label: plan}}", "2026-06-01"),
    (
        (
            "{from: 2026-01-15, until: 2026-06-01, value: PT5M, cites: {label: plan}}, "
            "{from: 2026-06-02, value: PT6M, cites: {label: plan}}"
        ),
        "2026-06-01",
    ),
]


@pytest.mark.parametrize(("values", "day"), GAPS)
def test_a_day_without_a_value_of_a_figure_in_use_is_told(values: str, day: str) -> None:
    body = DUTY.replace("PT10M", "$time") + f"parameters: [{{id: time, values: [{values}]}}]\n"
    problem = only(body)
    assert (problem.line, problem.rule) == (2, "patrol")
    assert problem.message.en == f"parameter time has no value on {day}, when the rule is in force"


def test_a_gap_outside_the_dates_of_rule_and_edition_does_no_harm() -> None:
    values = "{from: 2026-02-01, until: 2026-06-01, value: PT5M, cites: {label: plan}}"
    rule = DUTY.replace("PT10M", "$time\n    from: 2026-02-01\n    until: 2026-06-01")
    assert problems(rule + f"parameters: [{{id: time, values: [{values}]}}]\n") == ()
    whole = "{from: 2025-01-01, until: 2027-01-01, value: PT5M, cites: {label: plan}}"
    assert problems(DUTY.replace("PT10M", "$time") + f"parameters: [{{id: time, values: [{whole}]}}]\n") == ()


TIER = "    kind: tier\n    title: {zh: 类, en: Tier}\n    cites: {label: plan}\n"


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        (
            f"  - id: a\n{TIER}    where: {{kind: mall}}\n  - id: b\n{TIER}    where: {{kind: mall}}\n",
            "this tier is never reached: a has the same condition, or none",
        ),
        (
            f"  - id: a\n{TIER}  - id: b\n{TIER}    where: {{kind: mall}}\n",
            "this tier is never reached: a has the same condition, or none",
        ),
        (f"  - id: none\n{TIER}", "the tier “none” has the name for places outside all tiers"),
        (
            f"  - id: a\n{TIER}    where: {{tier: {{is: a}}}}\n",
            "the condition of a tier asks for the tier itself",
        ),
    ],
)
def test_tiers_that_cannot_work_are_told(tiers: str, message: str) -> None:
    assert only(f"rules:\n{tiers}").message.en == message


LARGE = """\
  - id: big
    kind: tier
    title: {zh: 大, en: Big}
    where: WHERE
    cites: {label: plan}
"""


def test_a_figure_with_both_value_and_values_is_a_problem() -> None:
    problem = only(
        "parameters: [{id: limit, value: 1, values: [{from: 2026-01-15, value: 2}], cites: {label: plan}}]\n"
    )
    assert "both `value` and `values`" in problem.message.en


@pytest.mark.parametrize("where", ["{kind: []}", "{kind: {in: []}}", "{not: {kind: []}}"])
def test_an_empty_list_of_values_is_a_problem_and_never_a_rule_for_everywhere(where: str) -> None:
    problem = only(DUTY + LARGE.replace("WHERE", where))
    assert (problem.line, problem.rule) == (13, "big")
    assert "the list after “kind” is empty" in problem.message.en
    assert "delete the key" in problem.mend.en
