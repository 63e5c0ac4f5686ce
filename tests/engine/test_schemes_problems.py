"""Every class of problem in a scheme's files: where it stands, what is wrong, how to mend it."""

import pytest

from anlan.engine.schemes import read_scheme_texts
from engine.spoiled_schemes import DUTY, FIGURE, HEAD, MEASURE, TERMS, only, problems


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
