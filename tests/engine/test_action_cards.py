"""Action cards: what stands on them for a place, and when one is outdated."""

from dataclasses import replace

import pytest

from anlan.engine.action_cards import (
    KINDS_SHOWN,
    ActionCard,
    Neighbour,
    Point,
    Surroundings,
    card,
    cards,
    right_count,
    surroundings_of,
)
from anlan.engine.plans import SHOWS, ActionPlan
from anlan.engine.policy import Scheme, Text
from anlan.engine.schemes import read_scheme_texts
from engine.spoiled_plans import HEAD, PLAN, TERMS

EAST = Point("exit", Text("东门", "East gate"), Text("通向大街", "To the street"))
WEST = Point("exit", Text("西门", "West gate"))
GAS = Point("cut-off-gas", Text("燃气总阀", "Gas main"))
ROOM = Point("control-room", Text("一号监控室", "Control room 1"), number="8800 1234")
MALL = Text("百花商场", "Flower Mall")


def _scheme(body: str = PLAN) -> Scheme:
    scheme, problems = read_scheme_texts({"scheme.yaml": HEAD, "terms.yaml": TERMS, "plans/crush.yaml": body})
    assert problems == ()
    assert scheme is not None
    return scheme


SCHEME = _scheme()
CRUSH = SCHEME.plans["crush"]
AROUND = surroundings_of(
    SCHEME, MALL, (EAST, WEST, GAS, ROOM), (Neighbour(Text("南楼", "South house"), "8800 9"),)
)


def _guard(around: Surroundings = AROUND, plan: ActionPlan = CRUSH) -> ActionCard:
    return card(plan, "guard", around)


def test_a_card_says_who_does_what_where_and_by_when() -> None:
    found = _guard()
    assert (found.plan, found.scenario, found.role) == ("crush", "crowd-crush", "guard")
    assert (found.place, found.role_title.zh, found.title.en) == (MALL, "保安员", "Crowd plan")
    assert [(step.number, step.id) for step in found.steps] == [
        (1, "stop"),
        (2, "report"),
        (3, "open"),
        (4, "lead"),
        (5, "help"),
    ]
    assert found.steps[0].within == "PT1M"
    assert [question.right for question in found.read_back] == [1, 2, 3, 1, 2]
    assert len(found.never) == 2


def test_under_a_step_stand_the_points_it_needs_and_no_others() -> None:
    assert [point.name.en for point in _guard().steps[2].points] == ["East gate", "West gate"]
    assert _guard().steps[3].points == ()


def test_every_sort_of_points_that_a_step_may_show_has_its_kinds() -> None:
    assert set(KINDS_SHOWN) == set(SHOWS)


def test_the_control_room_is_the_places_own() -> None:
    (line,) = _guard().steps[1].lines
    assert (line.who.en, line.number) == ("Control room 1", "8800 1234")


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        ("police", [("Police", "110")]),
        ("neighbours", [("South house", "8800 9")]),
    ],
)
def test_a_step_rings_the_schemes_number_or_each_neighbour(call: str, lines: list[tuple[str, str]]) -> None:
    guard = CRUSH.roles[0]
    steps = (replace(guard.first[0], call=call), *guard.first[1:])
    plan = replace(CRUSH, roles=(replace(guard, first=steps),))
    assert [(line.who.en, line.number) for line in _guard(plan=plan).steps[0].lines] == lines


def test_what_the_register_has_not_got_is_told_step_by_step() -> None:
    bare = _guard(surroundings_of(SCHEME, MALL))
    assert [(step.id, step.lacks) for step in bare.lacking] == [
        ("report", ("number",)),
        ("open", ("points",)),
    ]
    assert bare.steps[1].lines[0].who.zh == "监控室"
    assert _guard().lacking == ()


def test_a_version_is_twelve_hexadecimal_figures_and_the_same_each_time() -> None:
    version = _guard().version
    assert len(version) == 12
    assert int(version, 16) >= 0
    assert _guard().version == version


def test_the_order_in_which_points_were_entered_makes_no_other_version() -> None:
    turned = replace(AROUND, points=tuple(reversed(AROUND.points)))
    assert _guard(turned).version == _guard().version


@pytest.mark.parametrize(
    "other",
    [
        replace(AROUND, place=Text("百花商场", "Flower Mall North")),
        replace(AROUND, points=(EAST, GAS, ROOM)),
        replace(AROUND, points=(replace(EAST, note=Text("通向小巷", "To the lane")), WEST, GAS, ROOM)),
        replace(AROUND, points=(EAST, WEST, GAS, replace(ROOM, number="8800 1235"))),
    ],
)
def test_a_change_of_the_place_that_stands_on_the_card_makes_another_version(other: Surroundings) -> None:
    assert _guard(other).version != _guard().version


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("en: Stop the way in.", "en: Stop it."),
        ("zh: 打开出口。", "zh: 打开所有出口。"),
        ("within: PT1M", "within: PT2M"),
        ("en: Never bend down.", "en: Never bend."),
        ("right: 3", "right: 2"),
        ("en: The police command.", "en: The fire service commands."),
    ],
)
def test_a_changed_word_of_the_plan_makes_another_version(said: str, instead: str) -> None:
    assert said in PLAN
    assert _guard(plan=_scheme(PLAN.replace(said, instead, 1)).plans["crush"]).version != _guard().version


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("en: Review what happened.", "en: Review it."),
        ("quantity: 4", "quantity: 5"),
        ("plans:\n", "plans:\n\n"),
    ],
)
def test_what_does_not_stand_on_the_card_leaves_its_version(said: str, instead: str) -> None:
    assert said in PLAN
    assert _guard(plan=_scheme(PLAN.replace(said, instead, 1)).plans["crush"]).version == _guard().version


def test_a_point_that_no_step_shows_leaves_the_version() -> None:
    assert _guard(replace(AROUND, points=(EAST, WEST, ROOM))).version == _guard().version


def test_a_role_without_work_in_the_plan_has_no_card() -> None:
    with pytest.raises(KeyError):
        card(CRUSH, "commander", AROUND)
    assert [one.role for one in cards(CRUSH, AROUND)] == ["guard"]


@pytest.mark.parametrize(
    ("given", "right"),
    [((1, 2, 3, 1, 2), 5), ((1, 2, 3, 1, 3), 4), ((0, 0, 0, 0, 0), 0), ((1, 2), 2), ((), 0)],
)
def test_answers_read_back_are_counted(given: tuple[int, ...], right: int) -> None:
    assert right_count(_guard().read_back, given) == right
