"""Emergency plans in a scheme: what is read, what a wrong file is told, where a plan holds, how editions differ."""

import json
from datetime import date, timedelta

import jsonschema
import pytest
from ruamel.yaml import YAML

from anlan.engine.figures import Figures
from anlan.engine.plans import Step, applies, phones
from anlan.engine.policy import Problem, Scheme
from anlan.engine.schemes import differences, json_schema, read_scheme_texts
from engine.spoiled_plans import HEAD, PLAN, TERMS


def _read(body: str) -> tuple[Scheme | None, tuple[Problem, ...]]:
    return read_scheme_texts({"scheme.yaml": HEAD, "terms.yaml": TERMS, "plans/crush.yaml": body})


def _scheme(body: str = PLAN) -> Scheme:
    scheme, problems = _read(body)
    assert problems == ()
    assert scheme is not None
    return scheme


def test_a_plan_is_read_with_its_steps_in_their_order() -> None:
    plan = _scheme().plans["crush"]
    guard = plan.role("guard")
    assert guard is not None
    assert [step.id for step in guard.first] == ["stop", "report", "open", "lead", "help"]
    assert guard.first[1].call == "control-room"
    assert guard.first[0].within == timedelta(minutes=1)
    assert guard.first[2].shows == "exits"
    assert (len(guard.never), [question.right for question in guard.read_back]) == (2, [1, 2, 3, 1, 2])
    assert [phase.id for phase in plan.phases] == ["ease", "care"]
    assert (plan.resources[0].quantity, plan.public) == (4, ("avoid-crowd", "all-clear"))
    assert plan.role("commander") is None


def test_a_scheme_states_the_numbers_that_steps_call_and_leaves_out_those_of_each_place() -> None:
    assert phones(_scheme()) == {"police": "110"}


@pytest.mark.parametrize(
    ("facts", "holds"), [({"kind": "mall"}, True), ({"kind": "park"}, False), ({}, None)]
)
def test_a_plan_holds_where_its_condition_does_and_is_open_where_the_fact_is_missing(
    facts: dict[str, str], holds: bool | None
) -> None:
    scheme = _scheme()
    found = applies(scheme.plans["crush"], facts, Figures(scheme, date(2026, 6, 1)))
    assert found.holds is holds
    assert [reason.fact for reason in found.because] == ["kind"]


# (what is put in, instead of what, message, Chinese message, advice)
SPOILED = [
    ("rule: plan-crowd", "rule: plan-crush", "there is no rule “plan-crowd”", "没有名为", "“plan-crush”"),
    ("rule: patrol", "rule: plan-crush", "rule patrol is of kind duty", "不是预案", "`kind: plan`"),
    ("scenario: crowd", "scenario: crowd-crush", "there is no scenario “crowd”", "情景", "“crowd-crush”"),
    ("{kind: mal}", "{kind: mall}", "“mal” is no value of “kind”", "mal", "“mall”"),
    ("role: guards", "role: guard", "there is no role of a plan “guards”", "岗位角色", "“guard”"),
    ("within: PT11M", "within: PT1M", "PT11M is not within the first ten minutes", "前十分钟", "PT10M"),
    ("within: PT0M", "within: PT1M", "PT0M is not within the first ten minutes", "前十分钟", "PT1M"),
    ("within: 1 minute", "within: PT1M", "“1 minute” is no duration", "不是时长", "PT10M"),
    ("call: control", "call: control-room", "there is no one to call “control”", "呼叫", "“control-room”"),
    ("shows: exit", "shows: exits", "there is no sort of points “exit”", "点位", "“exits”"),
    ("id: stop", "id: report", "“stop” is there twice", "重复", "another id"),
    ("right: 4", "right: 3", "“4” is not a whole number from 1 to 3", "1 至 3", "such a number"),
    ("right: 0", "right: 3", "“0” is not a whole number from 1 to 3", "1 至 3", "such a number"),
    ("right: true", "right: 3", "“true” is not a whole number", "整数", "such a number"),
    ("quantity: -1", "quantity: 4", "“-1” is not a whole number", "正整数", "such a number"),
    ("quantity: some", "quantity: 4", "“some” is not a whole number", "正整数", "such a number"),
    ("do: Help.", "do: {zh: 救助伤者。, en: Help the hurt.}", "words in both languages", "中英文", "Write"),
    ("do: {zh: 救助伤者。}", "do: {zh: 救助伤者。, en: Help the hurt.}", "(en) is missing", "缺少英文", "en"),
    ("id: ease", "id: care", "“ease” is there twice", "重复", "another id"),
    ("public: [a b]", "public: [avoid-crowd, all-clear]", "“a b” is no name", "不能用作名称", "letters"),
    ("trigers:", "triggers:", "unknown key “trigers”", "不认识的键", "“triggers”"),
]


@pytest.mark.parametrize(("put", "instead_of", "message", "zh", "mend"), SPOILED)
def test_what_is_wrong_in_a_plan_is_told_at_its_line(
    put: str, instead_of: str, message: str, zh: str, mend: str
) -> None:
    assert instead_of in PLAN
    spoiled = PLAN.replace(instead_of, put, 1)
    (*_earlier, line) = (number for number, text in enumerate(spoiled.splitlines(), 1) if put in text)
    found = _read(spoiled)[1]
    here = [problem for problem in found if problem.line == line and message in problem.message.en]
    assert here, found
    assert (here[0].file, here[0].rule) == ("plans/crush.yaml", "crush")
    assert zh in here[0].message.zh
    assert mend in here[0].mend.en
    assert len(found) == 1 + ("trigers" in put), found


def _without(beginning: str, until: str) -> str:
    start = PLAN.index(beginning)
    return PLAN[:start] + PLAN[PLAN.index(until, start) :]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (_without("        never:", "        read-back:"), "the guard's card has no “never do” (`never`)"),
        (_without("        read-back:", "    phases:"), "the guard's card has no “read-back” (`read-back`)"),
        (
            _without("          - {ask: {zh: 问五", "    phases:"),
            "questions of the read-back: there are 4, and 5 are wanted",
        ),
        (
            _without("          - {id: help", "        never:"),
            "steps of the first ten minutes: there are 4, and 5 to 9 are wanted",
        ),
        (
            _without("          - {zh: 严禁弯腰", "        read-back:"),
            "lines of `never`: there are 1, and 2 to 5 are",
        ),
        (_without("      - id: care", "    resources:"), "phases: there are 1, and 2 to 4 are wanted"),
        (PLAN.replace(", {zh: 丙, en: C}], right: 1}", "], right: 1}", 1), "answers: there are 2, and 3 are"),
        (_without("    stand-down:", "    recovery:"), "the key “stand-down” is missing"),
        (
            _without("    cites: {label: practice}\n    triggers", "    triggers"),
            "no citation (cites) is given",
        ),
        (PLAN + PLAN[PLAN.index("plans:\n") + 7 :], "“crush” is declared twice"),
    ],
)
def test_what_a_plan_lacks_or_has_twice_is_told(body: str, said: str) -> None:
    found = _read(body)[1]
    assert [said in problem.message.en for problem in found] == [True], found


def test_several_mistakes_in_one_plan_are_told_together() -> None:
    spoiled = (
        PLAN.replace("right: 3", "right: 9")
        .replace("PT1M", "PT1H")
        .replace("call: control-room", "call: nobody")
    )
    found = _read(spoiled)[1]
    assert [problem.line for problem in found] == sorted(problem.line for problem in found)
    assert len(found) == 3


def test_where_the_role_words_could_not_be_read_no_role_is_blamed() -> None:
    terms = TERMS.replace(
        "{id: guard, title: {zh: 保安员, en: Guard}}", "{id: guard, tilte: {zh: 保安员, en: Guard}}"
    )
    found = read_scheme_texts({"scheme.yaml": HEAD, "terms.yaml": terms, "plans/crush.yaml": PLAN})[1]
    assert {problem.file for problem in found} == {"terms.yaml"}


def test_a_figure_in_a_plans_condition_needs_a_value_while_the_plan_holds() -> None:
    values = "[{from: 2026-01-15, until: 2026-02-01, value: 9, cites: {label: plan}}]"
    figure = f"parameters: [{{id: many, values: {values}}}]\n"
    body = figure + PLAN.replace("where: {kind: mall}", "where: {visitors: {over: $many}}")
    (problem,) = _read(body)[1]
    assert problem.rule == "crush"
    assert problem.message.en == "parameter many has no value on 2026-02-01, when the rule is in force"


def test_a_changed_step_is_told_by_role_and_step() -> None:
    (found,) = differences(_scheme(), _scheme(PLAN.replace("en: Help the hurt.", "en: Help them.")))
    assert (found.part, found.id, found.change, found.field) == (
        "plan",
        "crush",
        "changed",
        "guard.first.help",
    )
    assert ("Help the hurt." in found.before, "Help them." in found.after) == (True, True)


def test_a_step_put_elsewhere_is_told_as_the_order_of_steps() -> None:
    lines = PLAN.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if "{id: lead" in line)
    lines[at], lines[at + 1] = lines[at + 1], lines[at]
    (found,) = differences(_scheme(), _scheme("".join(lines)))
    assert (found.field, found.before) == ("guard.first", "stop, report, open, lead, help")
    assert found.after == "stop, report, open, help, lead"


def test_a_new_line_of_never_is_told_alone() -> None:
    more = PLAN.replace(
        "        read-back:", "          - {zh: 严禁锁门。, en: Never lock a door.}\n        read-back:"
    )
    (found,) = differences(_scheme(), _scheme(more))
    assert (found.field, found.before, found.after) == ("guard.never", "", "严禁锁门。 / Never lock a door.")


def test_a_new_plan_is_told_whole() -> None:
    rules = PLAN[: PLAN.index("plans:")]
    (found,) = differences(_scheme(rules), _scheme())
    assert (found.part, found.id, found.change) == ("plan", "crush", "added")


def test_a_step_without_time_call_or_points_has_none() -> None:
    guard = _scheme().plans["crush"].role("guard")
    assert guard is not None
    assert guard.first[3] == Step("lead", guard.first[3].do)


VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def _suits_the_schema(body: str) -> bool:
    return bool(VALIDATOR.is_valid(json.loads(json.dumps(YAML(typ="safe", pure=True).load(body)))))


def test_the_schema_for_editors_allows_the_plan() -> None:
    assert _suits_the_schema(PLAN)


@pytest.mark.parametrize(
    "body",
    [
        _without("        never:", "        read-back:"),
        _without("        read-back:", "    phases:"),
        _without("          - {ask: {zh: 问五", "    phases:"),
        _without("          - {id: help", "        never:"),
        _without("      - id: care", "    resources:"),
        PLAN.replace("right: 3", "right: 4"),
        PLAN.replace("shows: exits", "shows: exit"),
        PLAN.replace("triggers:", "trigers:"),
        PLAN.replace("quantity: 4", "quantity: 0"),
    ],
)
def test_the_schema_for_editors_marks_what_the_reader_refuses_in_a_plan(body: str) -> None:
    assert body != PLAN
    assert not _suits_the_schema(body)
    assert _read(body)[1]
