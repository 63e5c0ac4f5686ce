"""One mistake in a scheme's files is told once, in words that say what is likely; what refers to it is left alone."""

import pytest

from anlan.engine.policy import Problem
from anlan.engine.schemes import read_scheme_texts

HEAD = """\
id: s
edition: "1"
title: {zh: 方案, en: Scheme}
valid: {from: 2026-01-15, until: 2027-01-01}
"""
TERMS = """\
places: [{id: mall, title: {zh: 商场, en: Mall}}]
roles: [{id: operator, title: {zh: 运营单位, en: Operator}}]
evidence: [{id: scan, title: {zh: 扫码, en: Scan}}]
events: [{id: document-revised, title: {zh: 文件修订, en: Document revised}}]
facts:
  - {id: visitors, type: number, title: {zh: 客流, en: visitors}}
  - {id: grade, type: term, values: [low, high], title: {zh: 等级, en: grade}}
"""
BODY = """\
parameters:
  - {id: limit, value: 5000, cites: {label: plan}}
rules:
  - id: large
    kind: tier
    title: {zh: 大型, en: Large}
    where: {kind: mall, visitors: {over: $limit}, grade: high}
    cites: {label: plan}
  - id: patrol
    kind: duty
    title: {zh: 巡查, en: Patrol}
    where: {tier: large}
    cites: {label: plan}
    who: operator
    cadence: PT2H
    evidence: scan
  - id: revision
    kind: duty
    title: {zh: 修订, en: Revision}
    cites: {label: plan}
    who: operator
    cadence: {within: P3D, of: document-revised}
    evidence: scan
cases:
  - id: one
    facts: {kind: mall, visitors: 6000, grade: high}
    expect: {tier: large, because: [visitors], duties: [patrol, revision],
             cadence: {patrol: PT2H}, figures: {limit: 5000}}
"""


def problems(body: str = BODY, terms: str = TERMS, head: str = HEAD) -> tuple[Problem, ...]:
    return read_scheme_texts({"scheme.yaml": head, "terms.yaml": terms, "body.yaml": body})[1]


def test_the_texts_these_tests_spoil_have_no_problem_themselves() -> None:
    assert problems() == ()


@pytest.mark.parametrize(
    ("file", "right", "wrong", "message"),
    [
        ("body.yaml", "value: 5000, ", "value: [], ", "“[…]” is no value"),
        ("body.yaml", "value: 5000, cites: {label: plan}}", "value: 5000}", "no citation"),
        ("body.yaml", "kind: tier", "kind: teir", "there is no kind of rule “teir”"),
        (
            "body.yaml",
            "kind: duty\n    title: {zh: 巡查",
            "kind: dutie\n    title: {zh: 巡查",
            "kind of rule",
        ),
        ("terms.yaml", "type: number", "type: numbr", "there is no type of fact “numbr”"),
        ("terms.yaml", "values: [low, high]", "values: [low, 'hi gh']", "“hi gh” is no name"),
        ("terms.yaml", "values: [low, high]", "values: ['l ow', 'hi gh']", "is no name"),
        ("terms.yaml", "mall, title", "mall, titel", "unknown key “titel”"),
        ("terms.yaml", "operator, title", "operator, titel", "unknown key “titel”"),
        ("terms.yaml", "scan, title", "scan, titel", "unknown key “titel”"),
        ("terms.yaml", "document-revised, title", "document-revised, titel", "unknown key “titel”"),
        ("scheme.yaml", "valid: {from: 2026-01-15", "valid: {from: 2026-15-01", "“2026-15-01” is no date"),
    ],
)
def test_what_refers_to_a_declaration_that_is_wrong_is_not_blamed_too(
    file: str, right: str, wrong: str, message: str
) -> None:
    texts = {"scheme.yaml": HEAD, "terms.yaml": TERMS, "body.yaml": BODY}
    assert texts[file].count(right) == 1
    texts[file] = texts[file].replace(right, wrong)
    found = read_scheme_texts(texts)[1]
    assert message in found[0].message.en
    line = HEAD.count("\n") if file == "scheme.yaml" else found[0].line
    assert {(problem.file, problem.line) for problem in found} == {(file, line)}, found


def test_where_a_file_cannot_be_read_nothing_is_said_to_be_undeclared() -> None:
    (problem,) = problems(terms=TERMS + "roles: [\n")
    assert problem.file == "terms.yaml"


def test_a_name_that_nobody_declared_is_still_told_beside_another_mistake() -> None:
    found = problems(
        BODY.replace("value: 5000, ", "value: [], ").replace("who: operator", "who: operater", 1)
    )
    assert ["is no value" in p.message.en or "“operater”" in p.message.en for p in found] == [True, True]


YAML_MISTAKES = [
    ("rules:\n\t- id: a\n", 2, "制表符", "indented with a tab"),
    ("rules:\n  - id: a\n    title: 巡查: 夜间\n", 3, "未加引号的冒号", "colon outside quotes"),
    ("rules:\n  - id: a\n   kind: b\n", 3, "缩进", "indentation"),
    ("rules:\n  - id: 'a\n    kind: b\n", 4, "第 2 行的引号没有结束", "quotation of line 2"),
    ("rules:\n  - cites: {label: plan\n    kind: b\n", 3, "第 2 行的括号没有配对", "bracket of line 2"),
    ("rules:\n  - id： a\n    kind: b\n", 3, "全角", "full-width"),
    ("rules:\n  - id: @a\n", 2, "特殊符号", "special character"),
    ("rules:\n  - id: 'a' b\n", 2, "引号之后", "after a closing quote"),
]


@pytest.mark.parametrize(("text", "line", "zh", "en"), YAML_MISTAKES)
def test_what_is_likely_wrong_in_yaml_is_said_in_both_languages(
    text: str, line: int, zh: str, en: str
) -> None:
    (problem,) = problems(text)
    assert (problem.file, problem.line) == ("body.yaml", line), problem
    assert zh in problem.message.zh
    assert en in problem.message.en
    assert problem.message.en.startswith("this is not valid YAML")


@pytest.mark.parametrize(
    "cadence",
    [
        '{every: P10D, between: ["06:00", "22:00"]}',
        '[{every: PT25H, between: ["06:00", "22:00"]}, {every: PT1H, between: ["22:00", "06:00"]}]',
        '{every: $rarely, between: ["06:00", "22:00"]}',
    ],
)
def test_a_band_cannot_hold_an_interval_over_a_day(cadence: str) -> None:
    body = BODY.replace("cadence: PT2H", f"cadence: {cadence}").replace("cadence: {patrol: PT2H}, ", "")
    body = body.replace("rules:\n", "  - {id: rarely, value: P2D, cites: {label: plan}}\nrules:\n", 1)
    (problem,) = problems(body)
    assert "cannot hold an interval over a day" in problem.message.en
    assert problem.rule == "patrol"


def test_an_interval_over_a_day_without_a_band_or_with_the_whole_day_is_no_problem() -> None:
    for cadence in (
        "P10D",
        '{every: P10D, between: ["00:00", "24:00"]}',
        '{every: P1D, between: ["06:00", "22:00"]}',
    ):
        body = BODY.replace("cadence: PT2H", f"cadence: {cadence}").replace("cadence: {patrol: PT2H}, ", "")
        assert problems(body) == ()


@pytest.mark.parametrize(
    "cadence", ["{once: {by: 2026-01-14}}", "{once: 2026-01-14}", "{once: true, by: 2026-01-14}"]
)
def test_nothing_can_be_asked_for_a_day_before_the_edition_begins(cadence: str) -> None:
    body = BODY.replace("cadence: PT2H", f"cadence: {cadence}").replace("cadence: {patrol: PT2H}, ", "")
    (problem,) = problems(body)
    assert problem.message.en == "the date 2026-01-14 lies before the edition's first day, 2026-01-15"
    assert problems(body.replace("2026-01-14", "2026-01-15")) == ()


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("who: operator", f"who: {'o' * 300}"),
        ("kind: mall, visitors", f"{'m' * 300}: mall, visitors"),
        ("visitors: {over: $limit}", f"visitors: {{over: ${'l' * 300}}}"),
        ("cites: {label: plan}\n", f"cites: {{label: plan}}\n    {'k' * 300}: 1\n"),
        ("value: 5000", f"value: {'w' * 300}"),
        ("figures: {limit: 5000}", f"figures: {{{'f' * 300}: 5000}}"),
        ("figures: {limit: 5000}", f"figures: {{limit: {'5' * 300}}}"),
    ],
)
def test_what_is_quoted_in_a_message_is_at_most_sixty_characters(right: str, wrong: str) -> None:
    for problem in (found := problems(BODY.replace(right, wrong, 1))):
        assert len(problem.message.zh) < 160
        assert len(problem.message.en) < 160
    assert found
