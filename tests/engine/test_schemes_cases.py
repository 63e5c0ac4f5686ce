"""Running a scheme's cases: each expectation that is not met is told at the case, with what came instead."""

import pytest

from anlan.engine.policy import Scheme
from anlan.engine.schemes import read_scheme_texts, run_cases

TEXTS = {
    "scheme.yaml": "id: s\nedition: 1\ntitle: {zh: 方案, en: Scheme}\nvalid: {from: 2026-01-15}\n",
    "rules.yaml": """\
places: [{id: mall, title: {zh: 商场, en: Mall}}]
roles: [{id: operator, title: {zh: 运营单位, en: Operator}}]
evidence: [{id: scan, title: {zh: 扫码, en: Scan}}]
events: [{id: alarm, title: {zh: 报警, en: Alarm}}]
facts:
  - {id: visitors, type: number, title: {zh: 客流, en: visitors}}
parameters:
  - id: limit
    cites: {label: plan}
    values: [{from: 2026-01-15, value: 10}, {from: 2027-01-01, value: 20}]
rules:
  - {id: big, kind: tier, title: {zh: 大, en: Big}, where: {visitors: {over: $limit}}, cites: {label: plan}}
  - id: patrol
    kind: duty
    title: {zh: 巡, en: P}
    where: {tier: big}
    who: operator
    evidence: scan
    cites: {label: plan}
    cadence: PT2H
    grace: PT5M
    valid_for: P2D
    items: [{id: a, title: {zh: 甲, en: A}, mend_within: P1D}]
  - id: guards
    kind: standard
    title: {zh: 保, en: G}
    where: {tier: big}
    who: operator
    quantity: {unit: guards, of: visitors, one_per: $limit}
    cites: {label: plan}
  - {id: daily, kind: duty, title: {zh: 日, en: D}, who: operator, evidence: scan, cites: {label: plan}, cadence: day}
  - id: answer
    kind: clock
    title: {zh: 答, en: A}
    within: PT5M
    of: alarm
    posture: orange
    where: {tier: big}
    cites: {label: plan}
  - {id: share, kind: criterion, title: {zh: 重, en: S}, weight: 15, cites: {label: plan}, until: 2026-06-01}
  - {id: closer, kind: measure, posture: [orange], changes: patrol, cadence: PT1H, cites: {label: plan}}
""",
}


def scheme(case: str) -> Scheme:
    read, problems = read_scheme_texts({**TEXTS, "cases.yaml": f"cases:\n  - {{id: c, {case}}}\n"})
    assert problems == ()
    assert read is not None
    return read


BIG = "facts: {kind: mall, visitors: 25}"


@pytest.mark.parametrize(
    "case",
    [
        f"{BIG}, expect: {{tier: big, because: [visitors], duties: [patrol, guards, daily]}}",
        f"{BIG}, expect: {{standards: [guards], duties: [patrol, daily]}}",
        f"{BIG}, expect: {{quantities: {{guards: 3}}, cadence: {{patrol: PT2H, daily: day}}, grace: {{patrol: PT5M}}}}",
        f"{BIG}, expect: {{valid_for: {{patrol: P2D}}, mend_within: {{patrol: {{a: P1D}}}}, weights: {{share: 15}}}}",
        f"{BIG}, posture: orange, expect: {{clocks: {{answer: PT5M}}, cadence: {{patrol: PT1H}}}}",
        f"{BIG}, posture: red, expect: {{cadence: {{patrol: PT2H}}}}",
        f"{BIG}, on: 2027-01-01, expect: {{quantities: {{guards: 2}}, figures: {{limit: 20}}}}",
        f"{BIG}, local: {{limit: 5}}, expect: {{quantities: {{guards: 5}}, figures: {{limit: 5}}}}",
        "facts: {kind: mall}, expect: {tier: undetermined, includes: [daily], excludes: [patrol]}",
        f"{BIG}, on: 2026-01-14, expect: {{tier: none, duties: []}}",
    ],
)
def test_a_case_that_is_met_says_nothing(case: str) -> None:
    assert run_cases(scheme(case)) == ()


@pytest.mark.parametrize(
    ("case", "message"),
    [
        (f"{BIG}, expect: {{tier: none}}", "expected tier none, got big (visitors 25 is over 10)"),
        (
            f"{BIG}, on: 2026-01-14, expect: {{tier: big}}",
            "expected tier big, but no edition is in force on 2026-01-14",
        ),
        (f"{BIG}, expect: {{duties: [patrol, guards]}}", "duties owed: not expected daily"),
        (
            "facts: {visitors: 1}, expect: {duties: [patrol]}",
            "duties owed: missing patrol; not expected daily",
        ),
        (f"{BIG}, expect: {{standards: []}}", "standards owed: not expected guards"),
        ("facts: {visitors: 1}, expect: {includes: [patrol, daily]}", "duties owed: missing patrol"),
        (f"{BIG}, expect: {{excludes: [patrol]}}", "owed though the case says it is not: patrol"),
        (f"{BIG}, expect: {{quantities: {{guards: 4}}}}", "quantities: expected 4 for guards, got 3"),
        (f"{BIG}, expect: {{cadence: {{patrol: PT3H}}}}", "cadence: expected PT3H for patrol, got PT2H"),
        (f"{BIG}, expect: {{cadence: {{daily: week}}}}", "cadence: expected week for daily, got day"),
        (
            "facts: {visitors: 1}, expect: {cadence: {patrol: PT2H}}",
            "cadence: expected PT2H for patrol, got –",
        ),
        (f"{BIG}, expect: {{grace: {{patrol: PT6M}}}}", "grace: expected PT6M for patrol, got PT5M"),
        (f"{BIG}, expect: {{valid_for: {{patrol: P3D}}}}", "valid_for: expected P3D for patrol, got P2D"),
        (
            f"{BIG}, expect: {{mend_within: {{patrol: {{a: P2D}}}}}}",
            "mend_within: expected a: P2D for patrol, got a: P1D",
        ),
        (f"{BIG}, expect: {{clocks: {{answer: PT5M}}}}", "clocks: expected PT5M for answer, got –"),
        (
            "facts: {visitors: 1}, posture: red, expect: {clocks: {answer: PT5M}}",
            "clocks: expected PT5M for answer, got –",
        ),
        (
            f"{BIG}, on: 2026-06-01, expect: {{weights: {{share: 15}}}}",
            "weights: expected 15 for share, got –",
        ),
        (f"{BIG}, expect: {{figures: {{limit: 11}}}}", "figures: expected 11 for limit, got 10"),
        ("facts: {kind: mall}, expect: {because: [kind]}", "facts that decide the tier: missing kind"),
    ],
)
def test_a_case_that_is_not_met_is_told_with_what_came_instead(case: str, message: str) -> None:
    problems = run_cases(scheme(case))
    assert [problem.message.en for problem in problems] == [message]
    assert (problems[0].file, problems[0].line, problems[0].rule) == ("cases.yaml", 2, "c")
    assert problems[0].message.zh != message


def test_every_unmet_expectation_of_a_case_is_told() -> None:
    case = f"{BIG}, expect: {{tier: none, duties: [], quantities: {{guards: 1}}}}"
    assert len(run_cases(scheme(case))) == 3
