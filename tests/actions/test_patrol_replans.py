"""Planning in the middle of a shift: what is walked stays, what is owed from then on is drawn anew, in time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from time import process_time

import pytest
from django_tasks_db.models import DBTaskResult
from tests.builders import a_user
from tests.patrol_builders import MONDAY, a_patrolled_place, a_scan, clock, raised

from actions.test_patrol_plans import BEFORE, SECONDS, plans, recounted, seen_in_time
from anlan.actions.patrol_jobs import follow, watch_postures
from anlan.actions.patrol_plans import plan_place
from anlan.actions.patrol_register import set_roster
from anlan.actions.patrol_replans import follow_postures, guard_out, replan_place
from anlan.actions.place_parts import close_checkpoint
from anlan.actions.posture import end_posture, raise_posture
from anlan.actions.schemes import set_local_value
from anlan.engine.patrol_legs import Leg
from anlan.engine.policy import Level
from anlan.models import PatrolPlan, Place, RosterLine
from anlan.queries.patrol_plans import legs_of, legs_of_shift, plans_in_force

Levels = tuple[Level, ...]
pytestmark = pytest.mark.django_db
RISING = clock("10:00")


def a_planned_place(
    *,
    points: int = 4,
    beats: int = 1,
    spare: int = 0,
    shifts: Sequence[str] = ("S1",),
    levels: Levels = ("normal",),
) -> Place:
    place = a_patrolled_place(points=points, beats=beats, spare=spare, shifts=shifts)
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=levels, seconds=SECONDS, draws=0)
    return place


def morning(place: Place) -> list[Leg]:
    """The legs of the morning shift as they are walked, plan after plan."""
    found = legs_of_shift(place.shifts.get(code="S1"), MONDAY, clock("06:00"), clock("14:00"))
    return [Leg(leg.beat, leg.checkpoint, leg.at) for leg in found]


def walked(place: Place, until: datetime) -> None:
    """Every leg up to a moment scanned when it was planned."""
    for leg in morning(place):
        if leg.at < until:
            a_scan(place, leg.checkpoint, leg.at)


def test_a_red_posture_in_the_middle_of_a_shift_halves_the_interval_and_the_rest_follows() -> None:
    place = a_patrolled_place(shifts=("S1",))
    for parameter, value in (("orange-day-patrol-interval", "PT2H"), ("red-patrol-interval", "PT1H")):
        set_local_value(
            scheme="city-plan-2026", parameter=parameter, value=value, reason="试点", valid_from=MONDAY,
            valid_until=None, by=None, at=BEFORE,
        )  # fmt: skip
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("normal", "red"), seconds=SECONDS, draws=0)
    walked(place, RISING)
    before = [leg for leg in morning(place) if leg.at < RISING]
    raised("red", RISING)
    assert follow_postures(since=RISING - timedelta(seconds=1), at=RISING + timedelta(seconds=20)) == [place]
    new = plans_in_force(place, RISING + timedelta(minutes=1))[0]
    assert (new.level, new.cause, new.starts) == ("red", "posture", RISING + timedelta(minutes=1))
    assert new.replaces is not None
    assert [leg for leg in morning(place) if leg.at < RISING] == before, "what was walked stays as it was"
    later = recounted(place, morning(place), RISING, clock("14:00"))
    assert [state.window.end - state.window.start for state in later if state.window.end] == [
        timedelta(hours=1)
    ] * 4
    assert {state.state for state in later} == {"recorded"}
    assert {state.state for state in recounted(place, morning(place), clock("06:00"), RISING)} == {"recorded"}


def test_standing_down_returns_to_the_longer_interval() -> None:
    place = a_planned_place()
    change = raised("orange", clock("08:00"), clock("10:00"))
    follow_postures(since=clock("07:59"), at=clock("08:00"))
    follow_postures(since=clock("09:59"), at=clock("10:00"))
    assert change.end == clock("10:00")
    assert [(plan.level, plan.cause) for plan in plans_in_force(place, clock("10:30"))] == [
        ("normal", "posture")
    ]
    states = recounted(place, morning(place), clock("10:00"), clock("14:00"))
    assert [state.state for state in states] == ["recorded", "recorded"]


def test_a_posture_that_asks_for_nothing_more_leaves_the_plan_alone() -> None:
    place = a_planned_place()
    raised("yellow", RISING)
    assert follow_postures(since=RISING - timedelta(seconds=1), at=RISING) == []
    assert [plan.cause for plan in plans_in_force(place, clock("11:00"))] == ["planned"]


def test_following_twice_draws_once() -> None:
    place = a_planned_place()
    raised("orange", RISING)
    for _ in range(2):
        follow_postures(since=RISING - timedelta(seconds=1), at=RISING + timedelta(seconds=40))
    assert len(plans(place, cause="posture")) == 1


def test_what_was_scanned_in_an_open_window_is_not_asked_again() -> None:
    place = a_planned_place()
    for number in range(3):
        a_scan(place, f"C{number:02}", clock("10:05") + timedelta(minutes=2 * number))
    found = replan_place(place, "checkpoint", by=None, at=clock("10:30"))
    assert found.outcomes[0].state == "drawn"
    plan = PatrolPlan.objects.get(pk=found.outcomes[0].plan)
    asked = plan.mix.game["asked"]["crews"][0]
    ends = {
        code: [list(window) for window in windows]
        for code, windows in zip(asked["checkpoints"], asked["windows"], strict=True)
    }
    assert ends["C03"] == [[0, 90], [90, 210]], "10 to 12 is still owed there, 12 to 14 everywhere"
    assert all(ends[f"C{number:02}"] == [[90, 210]] for number in range(3))


def test_a_plan_in_the_middle_of_a_shift_is_there_within_two_seconds() -> None:
    place = a_planned_place(points=12, beats=2)
    raised("red", RISING)
    replan_place(place, "posture", by=None, at=RISING)
    begun = process_time()
    replan_place(place, "posture", by=None, at=clock("11:13"))
    assert process_time() - begun < 2, "by the processor's time: beside other work the clock tells nothing"


def test_of_the_windows_open_now_as_many_are_kept_as_can_be_and_all_later_ones() -> None:
    place = a_planned_place(points=12)
    found = replan_place(place, "guard-out", by=None, at=clock("11:50"))
    says = found.outcomes[0].says
    assert found.outcomes[0].state == "drawn"
    assert says is not None
    assert says.en.startswith("The windows open now leave no time for 点"), "by name"
    plan = PatrolPlan.objects.get(pk=found.outcomes[0].plan)
    assert plan.mix.infeasible["open_only"]
    now = recounted(place, legs_of(plan), clock("10:00"), clock("12:00"))
    # Ten minutes are left, a visit takes one and the way to the next another: 4 of 12, or 5 if near where he stands.
    seen = len(seen_in_time(plan, now[0]))
    assert seen in (4, 5)
    assert 12 - seen <= plan.mix.infeasible["windows"] <= 8
    states = recounted(place, legs_of(plan), clock("12:00"), clock("14:00"))
    assert {state.state for state in states} == {"recorded"}


def test_red_with_one_guard_for_twelve_checkpoints_still_has_a_plan_that_says_what_it_misses() -> None:
    place = a_planned_place(points=12)
    walked(place, RISING)
    raised("red", RISING)
    begun = process_time()
    found = replan_place(place, "posture", by=None, at=RISING)
    assert process_time() - begun < 4, "two threads for two seconds at most"
    says = found.outcomes[0].says
    assert says is not None
    assert says.en.startswith("B1 (12 checkpoints) needs 2 guards and has 1. About ")
    (plan,) = plans_in_force(place, RISING)
    assert (plan.cause, str(plan.pk)) == ("posture", found.outcomes[0].plan)
    states = recounted(place, legs_of(plan), RISING, clock("14:00"))
    missed = sum(state.of - len(seen_in_time(plan, state)) for state in states)
    assert missed <= plan.mix.infeasible["windows"] <= 4 * len(states)
    assert not plan.mix.infeasible["open_only"]


def test_when_a_guard_falls_out_the_others_walk_the_checkpoints_too() -> None:
    place = a_planned_place(beats=2)
    shift, guard = place.shifts.get(code="S1"), a_user("guard", place="M-1")
    lines = [
        set_roster(shift, MONDAY, beat=beat, guard=guard, by=None, at=BEFORE) for beat in place.beats.all()
    ]
    walked(place, RISING)
    found = guard_out(lines[1], stand_in=None, by=None, at=RISING)
    new = PatrolPlan.objects.get(pk=found.outcomes[0].plan)
    assert {leg["beat"] for leg in new.legs} == {lines[0].beat.code}
    assert {leg["checkpoint"] for leg in new.legs} == {f"C{number:02}" for number in range(4)}
    assert {state.state for state in recounted(place, morning(place), RISING, clock("14:00"))} == {"recorded"}


def test_a_spare_guard_takes_over_the_beat_of_one_who_falls_out() -> None:
    place = a_planned_place(beats=2, spare=1)
    shift, guard = place.shifts.get(code="S1"), a_user("guard", place="M-1")
    line = set_roster(shift, MONDAY, beat=place.beats.get(code="B2"), guard=guard, by=None, at=BEFORE)
    found = guard_out(line, stand_in=None, by=None, at=RISING)
    new = PatrolPlan.objects.get(pk=found.outcomes[0].plan)
    assert {leg["beat"] for leg in new.legs} == {"B1", "R1"}
    assert RosterLine.objects.get(pk=line.pk).guard is None


def test_somebody_who_stands_in_walks_the_plan_as_it_is() -> None:
    place = a_planned_place()
    shift = place.shifts.get(code="S1")
    line = set_roster(shift, MONDAY, beat=place.beats.get(), guard=a_user("guard"), by=None, at=BEFORE)
    other = a_user("guard")
    assert not guard_out(line, stand_in=other, by=None, at=RISING).outcomes
    assert RosterLine.objects.get(pk=line.pk).guard == other
    assert not plans(place, cause="guard-out")


def test_a_closed_checkpoint_leaves_the_shift_that_is_on_and_those_to_come() -> None:
    place = a_planned_place(shifts=("S1", "S2"))
    close_checkpoint(place.checkpoints.get(code="C03"), by=None, at=RISING, reason="施工")
    replan_place(place, "checkpoint", by=None, at=RISING, seconds=SECONDS, draws=0)
    rest = plans(place, cause="checkpoint")[0]
    assert rest.legs
    assert "C03" not in {leg["checkpoint"] for leg in rest.legs}
    coming = plans(place, shift__code="S2")
    assert coming
    assert all("C03" not in {leg["checkpoint"] for leg in plan.legs} for plan in coming)


def test_raising_a_posture_only_asks_the_worker_to_follow() -> None:
    place = a_planned_place(points=3)
    change = raise_posture("orange", start=RISING, end=None, reason="线索", by=None, at=RISING)
    assert [job.args_kwargs["args"] for job in DBTaskResult.objects.filter(task_path=follow.module_path)]
    assert not plans(place, cause="posture")
    end_posture(change, by=None, at=clock("11:00"), reason="解除")
    assert DBTaskResult.objects.filter(task_path=follow.module_path).count() == 2


def test_a_posture_stated_beforehand_is_followed_when_it_begins() -> None:
    a_planned_place(points=3)
    raise_posture("orange", start=clock("12:00"), end=None, reason="演出", by=None, at=BEFORE)
    DBTaskResult.objects.all().delete()
    watch_postures(since=clock("11:59"), at=clock("12:00"))
    watch_postures(since=clock("12:00"), at=clock("12:01"))
    assert DBTaskResult.objects.filter(task_path=follow.module_path).count() == 1
