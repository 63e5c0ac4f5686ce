"""Every class of problem in a scheme's files: where it stands, what is wrong, how to mend it."""

from pathlib import Path

import pytest

from anlan.engine.policy import Problem
from anlan.engine.schemes import read_scheme, read_scheme_texts

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
  - {id: daily_visitors, type: number, title: {zh: 日均客流, en: daily visitors}}
  - {id: critical_facility, type: flag, title: {zh: 重要设施, en: critical facility}}
  - {id: note, type: text, title: {zh: 备注, en: note}}
"""
DUTY = """\
rules:
  - id: patrol
    kind: duty
    title: {zh: 巡查, en: Patrol}
    cites: {label: plan}
    who: operator
    cadence: {every: PT2H}
    evidence: scan
    grace: PT10M
"""
MEASURE = """\
  - id: stricter
    kind: measure
    posture: orange
    changes: patrol
    cites: {label: practice}
"""
FIGURE = "parameters: [{id: limit, values: [{from: 2026-01-15, value: 5000, cites: {label: plan}}]}]\n"


def problems(body: str = "", head: str = HEAD, terms: str = TERMS) -> tuple[Problem, ...]:
    return read_scheme_texts({"scheme.yaml": head, "terms.yaml": terms, "body.yaml": body})[1]


def only(body: str = "", head: str = HEAD, terms: str = TERMS) -> Problem:
    (problem,) = problems(body, head, terms)
    return problem


def test_the_texts_these_tests_spoil_have_no_problem_themselves() -> None:
    assert problems(DUTY + MEASURE + "    plus: 0\n    cadence: PT1H\n" + FIGURE) == ()


# (what is put in, instead of what, line, rule, part of the message, part of the advice)
SPOILED_DUTY = [
    ("who: operater", "who: operator", 6, "there is no role “operater”", "Did you mean “operator”?"),
    ("evidence: scam", "evidence: scan", 8, "there is no kind of evidence “scam”", "Did you mean “scan”?"),
    ("kind: dutty", "kind: duty", 3, "there is no kind of rule “dutty”", "Did you mean “duty”?"),
    ("cites: {label: plann}", "cites: {label: plan}", 5, "there is no label “plann”", "Did you mean “plan”?"),
    ("evidnce: scan", "evidence: scan", 8, "unknown key “evidnce”", "Did you mean “evidence”?"),
    ("grace: 10 minutes", "grace: PT10M", 9, "“10 minutes” is no duration", "PT10M is 10 minutes"),
    ("grace: -PT10M", "grace: PT10M", 9, "“-PT10M” is no duration", "PT10M is 10 minutes"),
    ("grace: [PT10M]", "grace: PT10M", 9, "“[…]” is no duration", "PT10M"),
    ("grace: $limits", "grace: PT10M", 9, "there is no parameter limits", "Did you mean “limit”?"),
    ("grace: $limit", "grace: PT10M", 9, "the value 5000 of parameter limit is no duration", "Correct"),
    ("grace:", "grace: PT10M", 9, "key “grace” has no value", "delete the key"),
    (
        "evidence: scan\n    evidence: scan",
        "evidence: scan",
        9,
        "key “evidence” is repeated; first on line 8",
        "Delete",
    ),
    ("cadence: {every: 2h}", "cadence: {every: PT2H}", 7, "“2h” is no duration", "PT2H is 2 hours"),
    ("cadence: {every: PT10S}", "cadence: {every: PT2H}", 7, "shorter than a minute", "PT10M or longer"),
    ("cadence: often", "cadence: {every: PT2H}", 7, "“often” is no cadence", "{each: month}"),
    ("cadence: {}", "cadence: {every: PT2H}", 7, "“{…}” is no cadence", "{each: month}"),
    ("cadence: []", "cadence: {every: PT2H}", 7, "“[…]” is no cadence", "{each: month}"),
    ("cadence: {each: moth}", "cadence: {every: PT2H}", 7, "there is no period “moth”", "“month”"),
    ("cadence: {evry: PT2H}", "cadence: {every: PT2H}", 7, "unknown key “evry”", "Did you mean “every”?"),
    ("cadence: {within: P3D}", "cadence: {every: PT2H}", 7, "the key “of” is missing", "Add `of:`"),
    (
        "cadence: {within: P3D, of: document-revisd}",
        "cadence: {every: PT2H}",
        7,
        "there is no event “document-revisd”",
        "“document-revised”",
    ),
    (
        'cadence: [{every: PT2H, between: ["06:00", "22:00"]}, {every: PT1H, between: ["21:00", "06:00"]}]',
        "cadence: {every: PT2H}",
        7,
        "the bands of the day overlap",
        "Let one band end",
    ),
    (
        "cadence: [{every: PT2H}, {every: PT1H}]",
        "cadence: {every: PT2H}",
        7,
        "the bands of the day overlap",
        "Let one band end",
    ),
    (
        'cadence: {every: PT2H, between: ["25:00", "06:00"]}',
        "cadence: {every: PT2H}",
        7,
        "“25:00” is no time of day",
        'Write "06:00"',
    ),
    (
        'cadence: {every: PT2H, between: ["06:00", "06:00"]}',
        "cadence: {every: PT2H}",
        7,
        "a band needs two different times of day",
        "it may cross midnight",
    ),
    ("title: {zh: 巡查}", "title: {zh: 巡查, en: Patrol}", 4, "the English text (en) is missing", "Add en."),
    (
        "title: {en: Patrol}",
        "title: {zh: 巡查, en: Patrol}",
        4,
        "the Chinese text (zh) is missing",
        "Add zh.",
    ),
    (
        'title: {zh: " ", en: Patrol}',
        "title: {zh: 巡查, en: Patrol}",
        4,
        "the Chinese text (zh) is missing",
        "Add zh.",
    ),
    ("title: {zh: 巡查, en: 巡查}", "title: {zh: 巡查, en: Patrol}", 4, "not translated", "Translate en"),
    (
        "title: Patrol",
        "title: {zh: 巡查, en: Patrol}",
        4,
        "words in both languages are expected",
        "Mobile patrol",
    ),
    (
        "title: {zh: 巡查, en: Patrol, fr: Ronde}",
        "title: {zh: 巡查, en: Patrol}",
        4,
        "unknown key “fr”",
        "Known: en, zh.",
    ),
    (
        "where: {dayly_visitors: {over: 1}}\n    who: operator",
        "who: operator",
        6,
        "there is no fact “dayly_visitors”",
        "“daily_visitors”",
    ),
    (
        "where: {daily_visitors: {ovr: 1}}\n    who: operator",
        "who: operator",
        6,
        "there is no comparison “ovr”",
        "“over”",
    ),
    (
        "where: {daily_visitors: {over: many}}\n    who: operator",
        "who: operator",
        6,
        "“many” is not a number",
        "5000",
    ),
    (
        "where: {daily_visitors: {over: .inf}}\n    who: operator",
        "who: operator",
        6,
        "“.inf” is not a number",
        "5000",
    ),
    (
        "where: {critical_facility: {is: 1}}\n    who: operator",
        "who: operator",
        6,
        "“1” is not true or false",
        "true or false",
    ),
    (
        "where: {kind: {is: mal}}\n    who: operator",
        "who: operator",
        6,
        "“mal” is no value of “kind”",
        "“mall”",
    ),
    (
        "where: {kind: {in: mall}}\n    who: operator",
        "who: operator",
        6,
        "“in” takes a list",
        "in: [mall, station]",
    ),
    (
        "where: {kind: {over: mall}}\n    who: operator",
        "who: operator",
        6,
        "“kind” has no order",
        "Use is or in",
    ),
    (
        "where: {tier: {is: tier-1}}\n    who: operator",
        "who: operator",
        6,
        "“tier-1” is no value of “tier”",
        "Known: none, undetermined.",
    ),
    (
        "where: {posture: {at_least: ornge}}\n    who: operator",
        "who: operator",
        6,
        "“ornge” is no value of “posture”",
        "“orange”",
    ),
    (
        "where: {any: {kind: mall}}\n    who: operator",
        "who: operator",
        6,
        "“any” takes a list of conditions",
        "any: [{…}, {…}]",
    ),
    (
        "where: [kind]\n    who: operator",
        "who: operator",
        6,
        "“[…]” is no condition",
        "joined by all, any, not",
    ),
    ("where: {kind: {}}\n    who: operator", "who: operator", 6, "the condition is empty", "over: 5000"),
    (
        "where: {daily_visitors: {missing: maybe}}\n    who: operator",
        "who: operator",
        6,
        "“maybe” is not true or false",
        "true",
    ),
    (
        "subject: person\n    who: operator",
        "who: operator",
        6,
        "there is no subject “person”",
        "Known: department, place.",
    ),
    (
        "quantity: {unit: guards, amount: 1}\n    who: operator",
        "who: operator",
        6,
        "a rule of kind duty has no key “quantity”",
        "it belongs to rules of kind standard, measure",
    ),
    (
        "posture: [orange, pink]\n    who: operator",
        "who: operator",
        6,
        "there is no level “pink”",
        "Known: blue",
    ),
    ("from: 2026-02-30\n    who: operator", "who: operator", 6, "“2026-02-30” is no", "2026-01-15"),
    (
        "from: 2026-03-01\n    until: 2026-02-01\n    who: operator",
        "who: operator",
        2,
        "the dates are reversed",
        "`until`",
    ),
    (
        "items: [{id: a, title: {zh: 甲, en: A}}, {id: a, title: {zh: 乙, en: B}}]\n    who: operator",
        "who: operator",
        6,
        "the line “a” is there twice",
        "another id",
    ),
    (
        "items: [{title: {zh: 甲, en: A}}]\n    who: operator",
        "who: operator",
        6,
        "the key “id” is missing",
        "Add `id:`",
    ),
    (
        "concern: a\n    concerns: b\n    who: operator",
        "who: operator",
        7,
        "repeats one given before",
        "Delete",
    ),
    ("who: [operator]", "who: operator", 6, "a word is expected", "one word"),
]


@pytest.mark.parametrize(("put", "instead_of", "line", "message", "mend"), SPOILED_DUTY)
def test_what_is_wrong_in_a_rule_is_told_at_its_line(
    put: str, instead_of: str, line: int, message: str, mend: str
) -> None:
    assert instead_of in DUTY
    found = problems(DUTY.replace(instead_of, put, 1) + FIGURE)
    here = [problem for problem in found if problem.line == line and message in problem.message.en]
    assert here, found
    assert (here[0].file, here[0].rule) == ("body.yaml", "patrol")
    assert mend in here[0].mend.en
    assert len(found) == 1 + ("evidnce" in put), found


@pytest.mark.parametrize(
    ("left_out", "message"),
    [
        ("    who: operator\n", "the key “who” is missing"),
        ("    cadence: {every: PT2H}\n", "the key “cadence” is missing"),
        ("    evidence: scan\n", "the key “evidence” is missing"),
        ("    title: {zh: 巡查, en: Patrol}\n", "the key “title” is missing"),
        ("    cites: {label: plan}\n", "no citation (cites) is given"),
        ("    kind: duty\n", "the key “kind” is missing"),
    ],
)
def test_a_rule_lacking_a_key_is_told_which(left_out: str, message: str) -> None:
    problem = only(DUTY.replace(left_out, ""))
    assert (problem.file, problem.line, problem.rule) == ("body.yaml", 2, "patrol")
    assert message in problem.message.en


def test_a_rule_without_id_is_told_by_its_line() -> None:
    problem = only(DUTY.replace("id: patrol", "grace: PT5M").replace("    grace: PT10M\n", ""))
    assert (problem.line, problem.message.en) == (2, "the key “id” is missing")


def test_two_rules_of_one_id_are_told_across_files() -> None:
    texts = {"scheme.yaml": HEAD, "terms.yaml": TERMS, "rules/a.yaml": DUTY, "rules/b.yaml": DUTY}
    (problem,) = read_scheme_texts(texts)[1]
    assert (problem.file, problem.line, problem.rule) == ("rules/b.yaml", 2, "patrol")
    assert problem.message.en == "“patrol” is declared twice"
    assert problem.message.zh == "“patrol”重复声明"


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ("    cadence: PT3H\n", "the measure asks for less than patrol does"),
        ('    cadence: {every: PT4H, between: ["22:00", "06:00"]}\n', "the measure asks for less"),
        ("    cadence: {each: month}\n", "the measure asks for less"),
        ("    cadence: standing\n", "the measure asks for less"),
        ("    grace: PT20M\n", "the measure asks for less"),
        ("    plus: 1\n", "patrol asks for no quantity that could be raised"),
        ("    plus: -1\n", "-1 is negative"),
        ("", "the measure does not say what it changes"),
        ("    cadence: PT1H\n    who: operator\n", "a rule of kind measure has no key “who”"),
    ],
)
def test_a_measure_may_only_strengthen(measure: str, message: str) -> None:
    assert message in only(DUTY + MEASURE + measure).message.en


def test_a_measure_of_a_larger_area_per_guard_weakens() -> None:
    standard = """\
  - id: guards
    kind: standard
    title: {zh: 保安员, en: Guards}
    cites: {label: plan}
    who: operator
    quantity: {unit: guards, of: daily_visitors, one_per: 100}
"""
    measure = MEASURE.replace("changes: patrol", "changes: guards")
    body = DUTY + standard + measure
    more = "    quantity: {unit: guards, of: daily_visitors, one_per: 50}\n"
    fewer = "    quantity: {unit: guards, of: daily_visitors, one_per: 200}\n"
    assert problems(body + more) == ()
    assert "asks for less than guards" in only(body + fewer).message.en


def test_a_measure_has_to_change_a_duty_that_there_is() -> None:
    problem = only(DUTY + MEASURE.replace("changes: patrol", "changes: patroll") + "    cadence: PT1H\n")
    assert (problem.line, problem.rule) == (13, "stricter")
    assert problem.message.en == "there is no rule “patroll”"
    assert problem.mend.en == "Did you mean “patrol”?"


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


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("{id: c, facts: {kind: mall}, expect: {dutys: []}}", "unknown key “dutys”"),
        ("{id: c, facts: {kind: mall}, expect: {duties: [patroll]}}", "there is no rule “patroll”"),
        ("{id: c, facts: {kind: mal}, expect: {duties: []}}", "“mal” is no value of “kind”"),
        ("{id: c, facts: {visitors: 1}, expect: {duties: []}}", "there is no fact “visitors” to give"),
        ("{id: c, facts: {daily_visitors: many}, expect: {duties: []}}", "“many” is not a number"),
        ("{id: c, facts: {daily_visitors: $limit}, expect: {duties: []}}", "a case gives plain values"),
        ("{id: c, facts: [mall], expect: {duties: []}}", "facts stand as `fact: value`"),
        ("{id: c, facts: {kind: mall}, expect: {tier: tier-9}}", "“tier-9” is no value of “tier”"),
        ("{id: c, facts: {kind: mall}, expect: {}}", "expect says what is expected"),
        ("{id: c, facts: {kind: mall}}", "the key “expect” is missing"),
        ("{id: c, facts: {kind: mall}, expect: {grace: {patrol: soon}}}", "“soon” is no duration"),
        ("{id: c, facts: {kind: mall}, expect: {figures: {limt: 1}}}", "there is no parameter “limt”"),
        ("{id: c, facts: {kind: mall}, posture: pink, expect: {duties: []}}", "there is no level “pink”"),
        (
            "{id: c, facts: {kind: mall}, local: {limit: PT1H}, expect: {duties: []}}",
            "not of the sort of parameter limit",
        ),
        ("{id: c, facts: {kind: mall}, on: today, expect: {duties: []}}", "“today” is no date"),
    ],
)
def test_what_is_wrong_in_a_case_is_told(case: str, message: str) -> None:
    problem = only(f"{DUTY}{FIGURE}cases:\n  - {case}\n")
    assert (problem.file, problem.line, problem.rule) == ("body.yaml", 12, "c")
    assert message in problem.message.en


@pytest.mark.parametrize(
    ("terms", "line", "message"),
    [
        (
            "places: [{id: mall, title: {zh: 商场, en: Mall}}]\nkinds: [{id: mall, title: {zh: 商场, en: Mall}}]\n",
            2,
            "“mall” is declared twice",
        ),
        ("facts: [{id: x, type: numbr, title: {zh: 数, en: x}}]\n", 1, "there is no type of fact “numbr”"),
        (
            "facts: [{id: x, type: number, default: 3, title: {zh: 数, en: x}}]\n",
            1,
            "the default of “x” is out of place",
        ),
        ("facts: [{id: x, type: number, titel: {zh: 数, en: x}}]\n", 1, "unknown key “titel”"),
        ("places: [mall]\n", 1, "“mall” stands where keys and values belong"),
        ("places: [{id: two words, title: {zh: 商场, en: Mall}}]\n", 1, "“two words” is no name"),
        ("plases: []\n", 1, "unknown key “plases”"),
        ("terms: {plases: []}\n", 1, "unknown key “plases”"),
    ],
)
def test_what_is_wrong_in_terms_is_told(terms: str, line: int, message: str) -> None:
    found = [p for p in problems(terms=terms) if message in p.message.en]
    assert [(p.file, p.line) for p in found] == [("terms.yaml", line)]


@pytest.mark.parametrize(
    ("head", "line", "message"),
    [
        (HEAD.replace("id: s\n", ""), 1, "the key “id” is missing"),
        (
            HEAD.replace("2026-01-15, until: 2027-01-01", "2027-01-15, until: 2027-01-01"),
            4,
            "the dates are reversed",
        ),
        (
            HEAD.replace("{from: 2026-01-15, until: 2027-01-01}", "{until: 2027-01-01}"),
            4,
            "the key “from” is missing",
        ),
        (HEAD.replace("edition", "editon"), 2, "unknown key “editon”"),
        (HEAD + "status: in-farce\n", 5, "there is no status “in-farce”"),
        (HEAD + "languages: [zh, fr]\n", 5, "there is no language “fr”"),
        (HEAD + "notice: Soon\n", 5, "words in both languages are expected"),
        ("- a\n", 1, "“[…]” stands where keys and values belong"),
        ("", 0, "there is no scheme.yaml, or it is empty"),
    ],
)
def test_what_is_wrong_in_the_head_is_told(head: str, line: int, message: str) -> None:
    found = [p for p in problems(head=head) if message in p.message.en]
    assert [(p.file, p.line) for p in found] == [("scheme.yaml", line)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("rules:\n  - id: a\n   kind: b\n", 3, "this is not valid YAML"),
        ("rules: [\n", 2, "this is not valid YAML"),
        ("rules: []\n---\nrules: []\n", 2, "this is not valid YAML"),
        ("\x00\x01\x02", 1, "this is not valid YAML"),
        (
            "rules: !!python/object:os.system {}\n",
            1,
            "the tag tag:yaml.org,2002:python/object:os.system is not allowed",
        ),
        ("rules: [!secret x]\n", 1, "the tag !secret is not allowed"),
        ("a: &a [x, x]\nb: {<<: {c: 1}}\n", 2, "a key is not a plain word"),
        ("? [a, b]\n: c\n", 1, "a key is not a plain word"),
        ("rulez: []\n", 1, "unknown key “rulez”"),
        ("just words\n", 1, "“just words” belongs to no section"),
        ("a: &a [*a]\n", 1, "nested too deep"),
        ("[" * 5000, 1, "nested too deep"),
        ("x" * 1_000_001, 1, "larger than 1000000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(text: str, line: int, message: str) -> None:
    found = [p for p in problems(text) if message in p.message.en]
    assert [(p.file, p.line) for p in found] == [("body.yaml", line)], problems(text)


def test_anchors_cannot_multiply_without_end() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    assert [p.message.en for p in problems(bomb)] == ["the file unfolds to too much, or is nested too deep"]


def test_all_problems_are_told_at_once_in_order_of_file_and_line() -> None:
    body = (
        DUTY.replace("who: operator", "who: nobody")
        .replace("PT10M", "soon")
        .replace("evidence: scan", "evidence: x")
    )
    found = problems(body, head=HEAD.replace("en: Scheme", "en: 方案"))
    assert [(p.file, p.line) for p in found] == [
        ("body.yaml", 6),
        ("body.yaml", 8),
        ("body.yaml", 9),
        ("scheme.yaml", 3),
    ]
    assert all(p.message.zh and p.message.en and p.mend.zh and p.mend.en for p in found)


def test_a_scheme_that_lacks_only_a_translation_is_still_shown() -> None:
    scheme, found = read_scheme_texts(
        {"scheme.yaml": HEAD, "terms.yaml": TERMS, "body.yaml": DUTY.replace(", en: Patrol", "")}
    )
    assert scheme is not None
    assert scheme.rule("patrol").title.en == "巡查"
    assert len(found) == 1


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    scheme, (problem,) = read_scheme(tmp_path / "nowhere")
    assert scheme is None
    assert problem.message.en.startswith("there is no scheme folder")


def test_a_binary_or_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "scheme.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "rules.yaml").write_bytes(b"\xff\xfe\x00rules")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nothing")
    scheme, found = read_scheme(tmp_path)
    assert scheme is None
    assert [(p.file, p.message.en) for p in found] == [("rules.yaml", "this is not a text file in UTF-8")]


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    (tmp_path / "scheme.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text("#" * 1_000_001, encoding="utf-8")
    assert [p.message.en for p in read_scheme(tmp_path)[1]] == ["the file is larger than 1000000 bytes"]


TIER = """\
  - id: big
    kind: tier
    title: {zh: 大, en: Big}
    where: WHERE
    cites: {label: plan}
"""


@pytest.mark.parametrize("where", ["{kind: []}", "{kind: {in: []}}", "{not: {kind: []}}"])
def test_an_empty_list_of_values_is_a_problem_and_never_a_rule_for_everywhere(where: str) -> None:
    problem = only(DUTY + TIER.replace("WHERE", where))
    assert (problem.line, problem.rule) == (13, "big")
    assert "the list after “kind” is empty" in problem.message.en
    assert "delete the key" in problem.mend.en


def test_a_figure_with_both_value_and_values_is_a_problem() -> None:
    problem = only(
        "parameters: [{id: limit, value: 1, values: [{from: 2026-01-15, value: 2}], cites: {label: plan}}]\n"
    )
    assert "both `value` and `values`" in problem.message.en


def test_a_fact_that_is_always_there_cannot_be_declared_again() -> None:
    problem = only(terms=TERMS + "  - {id: tier, type: text, title: {zh: 级, en: level}}\n")
    assert "“tier” is always there" in problem.message.en


def test_a_term_fact_names_its_values() -> None:
    problem = only(terms=TERMS + "  - {id: risk, type: term, title: {zh: 风险, en: risk}}\n")
    assert "“risk” names no values" in problem.message.en


def test_a_case_that_expects_a_quantity_of_a_duty_is_told_what_the_rule_is() -> None:
    case = "cases: [{id: c, facts: {kind: mall}, expect: {quantities: {patrol: 3}}}]\n"
    problem = only(DUTY + case)
    assert "“patrol” is a duty" in problem.message.en
    assert "规则种类是 duty" in problem.message.zh


def test_a_negative_number_is_refused_in_the_same_words_in_both_languages() -> None:
    standard = """\
  - id: people
    kind: standard
    title: {zh: 人, en: People}
    who: operator
    quantity: {unit: guards, amount: -1}
    cites: {label: plan}
"""
    found = [p for p in problems(DUTY + standard) if "negative" in p.message.en]
    assert [(p.mend.zh, p.mend.en) for p in found] == [
        ("此处的数应为零或正数。", "The number here is zero or more.")
    ]
