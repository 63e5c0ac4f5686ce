"""What the plans that come with Anlan say: which there are, whom they give work, and what they never ask for."""

from collections import Counter
from datetime import date

import pytest

from anlan.engine.action_cards import card, surroundings_of
from anlan.engine.action_cards import cards as cards_of
from anlan.engine.figures import Figures
from anlan.engine.plans import ActionPlan, PlanRole, applies, phones
from anlan.engine.policy import Text
from anlan.web.public_templates import TEMPLATES
from schemes.test_plans_in_plain_words import cards, plans
from schemes.test_shipped import SHIPPED, shipped

CITY, UK = SHIPPED
EVERYWHERE = {"guard", "control-room", "venue-manager", "commander"}


def test_the_city_has_a_general_plan_and_nine_scenarios_and_the_act_its_four_procedures() -> None:
    assert {plan.scenario for plan in shipped(CITY).plans.values()} == {
        "general",
        "armed-attack",
        "explosion",
        "arson",
        "vehicle-attack",
        "hostage-taking",
        "agent-release",
        "drone",
        "cyber-attack",
        "crowd-crush",
    }
    assert {plan.scenario for plan in shipped(UK).plans.values()} == {
        "evacuation",
        "invacuation",
        "lockdown",
        "communication",
    }


@pytest.mark.parametrize("name", SHIPPED)
def test_every_rule_of_kind_plan_has_its_text(name: str) -> None:
    scheme = shipped(name)
    asked = {rule.id for rule in scheme.rules if rule.kind == "plan"}
    assert asked == {plan.rule for plan in scheme.plans.values()}


@plans
def test_a_plan_gives_work_to_the_four_roles_of_every_place(scheme: str, plan: ActionPlan) -> None:
    assert {role.role for role in plan.roles} >= EVERYWHERE


@plans
def test_whoever_works_in_a_later_phase_has_a_card(scheme: str, plan: ActionPlan) -> None:
    assert {task.role for phase in plan.phases for task in phase.steps} <= {role.role for role in plan.roles}


@cards
def test_a_card_has_five_questions_whose_right_answers_are_not_all_at_one_place(
    scheme: str, plan: ActionPlan, role: PlanRole
) -> None:
    assert len(role.read_back) == 5
    assert len({question.right for question in role.read_back}) == 3
    for question in role.read_back:
        assert len({answer.zh for answer in question.answers}) == 3
        assert len({answer.en for answer in question.answers}) == 3


def test_no_place_of_the_right_answer_is_the_one_to_guess() -> None:
    places = Counter(
        question.right
        for name in SHIPPED
        for plan in shipped(name).plans.values()
        for role in plan.roles
        for question in role.read_back
    )
    assert max(places.values()) < sum(places.values()) / 2


@cards
def test_the_times_of_a_card_run_forward(scheme: str, plan: ActionPlan, role: PlanRole) -> None:
    times = [step.within for step in role.first if step.within]
    assert times == sorted(times)


@plans
def test_a_plan_names_texts_for_the_public_that_exist(scheme: str, plan: ActionPlan) -> None:
    known = {template.id for template in TEMPLATES}
    assert plan.public
    assert set(plan.public) <= known


@pytest.mark.parametrize(
    ("name", "own", "others"), [(CITY, {"110", "119", "120"}, ["999"]), (UK, {"999"}, ["110"])]
)
def test_the_numbers_are_those_of_the_country(name: str, own: set[str], others: list[str]) -> None:
    scheme = shipped(name)
    assert set(phones(scheme).values()) == own
    texts = {template.id: template.body for template in TEMPLATES}
    for plan in scheme.plans.values():
        written = f"{plan} {[texts[one] for one in plan.public]}"
        assert [number for number in others if number in written] == []


@cards
def test_no_step_asks_for_anybodys_name(scheme: str, plan: ActionPlan, role: PlanRole) -> None:
    """People hurt, missing or waiting are numbers; only what to name as a place, a post or a task may be named."""
    for step in role.first:
        for word in ("姓名", "身份证", "手机号", "名单"):
            assert word not in step.do.zh
    right = [question.answers[question.right - 1].zh for question in role.read_back]
    assert [answer for answer in right if "姓名" in answer or "名单" in answer] == []


def test_the_general_card_of_a_guard_says_the_three_things_never_to_do() -> None:
    guard = shipped(CITY).plans["general"].role("guard")
    assert guard is not None
    never = " ".join(line.en for line in guard.never)
    for word in ("chase", "suspicious", "promise"):
        assert word in never


@pytest.mark.parametrize(
    ("plan", "kind", "holds"),
    [
        ("vehicle-attack", "station", True),
        ("crowd-crush", "station", True),
        ("crowd-crush", "data-centre", False),
        ("cyber-attack", "hospital", True),
        ("drone", "stadium", True),
        ("general", "office", True),
    ],
)
def test_a_plan_holds_for_the_kinds_of_place_it_is_about(plan: str, kind: str, holds: bool) -> None:
    scheme = shipped(CITY)
    facts = {"kind": kind, "public_access": True, "open_air": False, "critical_facility": False}
    facts["key_cyber_organisation"] = False
    found = applies(scheme.plans[plan], facts, Figures(scheme, date(2026, 6, 1)))
    assert found.holds is holds


@cards
def test_a_number_that_a_step_says_is_the_one_printed_under_it(
    scheme: str, plan: ActionPlan, role: PlanRole
) -> None:
    numbers = phones(shipped(scheme))
    for step in role.first:
        said = {number for number in ("110", "119", "120", "999") if number in step.do.en}
        assert said <= {numbers.get(step.call, "")}, step.id


@cards
def test_every_card_can_be_compiled_and_has_a_version_of_its_own(
    scheme: str, plan: ActionPlan, role: PlanRole
) -> None:
    place = surroundings_of(shipped(scheme), Text("车站", "Station"))
    mine = card(plan, role.role, place)
    assert mine.role_title.en != role.role
    assert mine.version not in {other.version for other in cards_of(plan, place) if other.role != role.role}
