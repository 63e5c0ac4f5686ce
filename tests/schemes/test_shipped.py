"""The schemes that come with Anlan: read without a problem, cases kept, every figure held by a case."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from anlan.engine.policy import Case, Scheme
from anlan.engine.schemes import json_schema, read_scheme, run_cases
from schemes.mutations import mutated

SCHEMES = Path(__file__).parents[2] / "schemes"
SHIPPED = ("city-plan-2026", "uk-premises-2025")


def shipped(name: str) -> Scheme:
    scheme, problems = read_scheme(SCHEMES / name)
    assert problems == ()
    assert scheme is not None
    return scheme


@pytest.mark.parametrize(("name", "cases"), [("city-plan-2026", 40), ("uk-premises-2025", 20)])
def test_a_shipped_scheme_is_read_and_keeps_its_cases(name: str, cases: int) -> None:
    scheme = shipped(name)
    assert len(scheme.cases) >= cases
    assert [(p.file, p.line, p.message.en) for p in run_cases(scheme)] == []


@pytest.mark.parametrize("name", SHIPPED)
def test_changing_any_figure_breaks_a_named_case(name: str) -> None:
    scheme = shipped(name)
    changed = list(mutated(scheme))
    assert len(changed) > 2 * len(scheme.parameters) - 1
    assert [figure for figure, other in changed if not breaks(other)] == []


def breaks(scheme: Scheme) -> bool:
    return any(fails(scheme, case) for case in scheme.cases)


def fails(scheme: Scheme, case: Case) -> bool:
    return bool(run_cases(replace(scheme, cases=(case,))))


def test_the_city_plan_has_the_figures_of_the_clause_table() -> None:
    scheme = shipped("city-plan-2026")
    plan = {
        name: parameter.values[0].value
        for name, parameter in scheme.parameters.items()
        if parameter.values[0].cites.label == "plan"
    }
    assert plan == {
        "tier-1-visitors": 5000,
        "tier-2-visitors": 2000,
        "guard-area-m2": 100,
        "tier-2-posts": 2,
        "day-patrol-interval": "PT2H",
        "night-patrol-interval": "PT1H",
        "school-full-coverage": 100,
        "assessment-weight": 15,
    }
    clauses = {rule.cites.clause for rule in scheme.rules if rule.cites.label == "plan"}
    assert clauses == {"1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4", "3.1"}


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_no_clause_of_the_plan_is_labelled_otherwise(name: str) -> None:
    scheme = shipped(name)
    for rule in scheme.rules:
        assert rule.cites.label in ("plan", "law", "practice")
        assert bool(rule.cites.clause) == (rule.cites.label != "practice"), rule.id


FORBIDDEN = (
    "watchlist",
    "suspect",
    "blacklist",
    "biometric",
    "face recognition",
    "人脸识别",
    "黑名单",
    "重点人员",
    "嫌疑",
)


@pytest.mark.parametrize("name", [*SHIPPED, "vocabulary"])
def test_what_is_not_built_on_purpose_has_not_entered(name: str) -> None:
    """Equipment may say that it records no biometric feature; nothing else may mention any."""
    for path in (SCHEMES / name).rglob("*.yaml"):
        text = path.read_text(encoding="utf-8").lower().replace("no biometric feature is recorded", "")
        assert [word for word in FORBIDDEN if word in text] == [], path


def test_both_schemes_ask_for_evacuation_plan_and_drill_under_one_concern() -> None:
    concerns = [{rule.concern for rule in shipped(name).rules if rule.concern} for name in SHIPPED]
    assert concerns[0] & concerns[1] == {"evacuation", "emergency-plan", "drill"}


def test_martyns_law_says_that_it_has_not_commenced() -> None:
    scheme = shipped("uk-premises-2025")
    assert scheme.in_force is False
    assert scheme.notice is not None
    assert scheme.notice.en.startswith("Not commenced.")
    assert scheme.notice.zh.startswith("尚未施行")


def test_the_schema_for_editors_is_the_one_generated() -> None:
    """`python tools/scheme_schema.py` writes it again."""
    written = json.loads((SCHEMES / "scheme.schema.json").read_text(encoding="utf-8"))
    assert written == json_schema()
