"""The plans that come with Anlan can be read under stress: short steps, plain words, in both languages."""

from collections.abc import Iterator

import pytest

from anlan.engine.plans import ActionPlan, PlanRole
from anlan.engine.policy import Text
from schemes.plain_words import grade, sentences, strung, syllables
from schemes.test_shipped import SHIPPED, shipped

PLANS = [(name, plan) for name in SHIPPED for plan in shipped(name).plans.values()]
CARDS = [(name, plan, role) for name, plan in PLANS for role in plan.roles]
plans = pytest.mark.parametrize(("scheme", "plan"), PLANS, ids=lambda one: getattr(one, "id", one))
cards = pytest.mark.parametrize(
    ("scheme", "plan", "role"), CARDS, ids=lambda one: getattr(one, "role", getattr(one, "id", one))
)
HARDEST_GRADE = 7
LONGEST_SENTENCE = 15
LONGEST_STEP = 28
MOST_STRUNG = 4


SPOKEN = {
    1: "run closed doors the fire crushed",
    2: "treated table places police bridges metre hostage",
    3: "ambulance commander radio barrier hostages 999 CPR",
    5: "evacuation",
}


@pytest.mark.parametrize(
    ("word", "count"), [(word, count) for count, words in SPOKEN.items() for word in words.split()]
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_that_of_the_published_formula() -> None:
    """Six words of one syllable in one sentence: 0.39 x 6 + 11.8 - 15.59."""
    assert grade(["The cat sat on the mat."]) == pytest.approx(-1.45)
    assert grade(["Authorities anticipate considerable evacuation."]) > HARDEST_GRADE


def test_words_after_a_colon_belong_to_their_sentence() -> None:
    assert [len(words) for words in sentences("Call 110: where, what. Then wait!")] == [4, 2]


def _groups(role: PlanRole) -> Iterator[tuple[str, list[Text]]]:
    yield "steps", [step.do for step in role.first]
    yield "never", list(role.never)
    yield "questions", [question.ask for question in role.read_back]
    yield "answers", [answer for question in role.read_back for answer in question.answers]


def _tasks(plan: ActionPlan) -> list[Text]:
    return [task.do for phase in plan.phases for task in phase.steps]


@cards
def test_english_of_a_card_is_plain(scheme: str, plan: ActionPlan, role: PlanRole) -> None:
    for part, texts in _groups(role):
        if texts:
            assert grade(text.en for text in texts) <= HARDEST_GRADE, (part, [text.en for text in texts])
        long = [text.en for text in texts for words in sentences(text.en) if len(words) > LONGEST_SENTENCE]
        assert long == [], part


@cards
def test_chinese_of_a_card_is_short(scheme: str, plan: ActionPlan, role: PlanRole) -> None:
    for part, texts in _groups(role):
        assert [text.zh for text in texts if len(text.zh) > LONGEST_STEP] == [], part
        assert [text.zh for text in texts if strung(text.zh) > MOST_STRUNG] == [], part


@plans
def test_the_phases_of_a_plan_are_as_plain(scheme: str, plan: ActionPlan) -> None:
    tasks = _tasks(plan)
    assert grade(task.en for task in tasks) <= HARDEST_GRADE
    assert [task.en for task in tasks if max(map(len, sentences(task.en))) > LONGEST_SENTENCE] == []
    assert [task.zh for task in tasks if len(task.zh) > LONGEST_STEP or strung(task.zh) > MOST_STRUNG] == []
    around = [*plan.triggers, plan.command, *plan.stand_down, *plan.recovery, *(p.until for p in plan.phases)]
    assert grade(text.en for text in around) <= HARDEST_GRADE


@cards
def test_no_step_is_said_in_one_language_only(scheme: str, plan: ActionPlan, role: PlanRole) -> None:
    """Numbers to ring are the same in both; English has no Chinese character and Chinese no English word."""
    for _part, texts in _groups(role):
        assert [text.en for text in texts if any("\u4e00" <= sign <= "\u9fff" for sign in text.en)] == []
        assert [
            text.zh for text in texts if not any("\u4e00" <= sign <= "\u9fff" for sign in text.zh + "字")
        ] == []
        for text in texts:
            called = [
                {number for number in ("110", "119", "120", "999") if number in said}
                for said in (text.zh, text.en)
            ]
            assert called[0] == called[1], text
