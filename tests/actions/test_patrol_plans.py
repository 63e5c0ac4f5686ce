"""Plans of patrols: drawn once for equal games, whole in every window, sealed until the end, kept when asked again."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest
from tests.patrol_builders import MONDAY, START, a_beat, a_checkpoint, a_patrolled_place, clock, raised

from anlan.actions.patrol_planning import Planned
from anlan.actions.patrol_plans import plan_place
from anlan.actions.patrol_register import change_beat, set_worth
from anlan.actions.patrol_seals import audit, open_seed
from anlan.engine import standing
from anlan.engine.facts import EvidenceMark
from anlan.engine.patrol_legs import Leg
from anlan.engine.standing import WindowState
from anlan.models import Entry, PatrolMix, PatrolPlan, Place
from anlan.queries.duties import basis
from anlan.queries.patrol_plans import legs_of, legs_of_shift, plans_in_force
from anlan.queries.subjects import place_subject

pytestmark = pytest.mark.django_db
BEFORE = clock("05:00")
SECONDS = 0.2


def plans(place: Place, **narrowed: object) -> list[PatrolPlan]:
    return list(
        PatrolPlan.objects.filter(place=place, cancelled_at=None, **narrowed).order_by("starts", "level")
    )


def plan_normal(place: Place, at: datetime = BEFORE) -> Planned:
    """A day planned for the normal level alone, quickly."""
    return plan_place(place, MONDAY, 1, by=None, at=at, levels=("normal",), seconds=SECONDS, draws=0)


def recounted(place: Place, legs: Iterable[Leg], start: datetime, end: datetime) -> list[WindowState]:
    """The patrol windows of a time as the duties engine counts them if every leg is scanned when it says."""
    marks = [
        EvidenceMark("city-plan-2026", "mobile-patrol", place.code, leg.at, leg.at, leg.checkpoint)
        for leg in legs
    ]
    found = standing.states(place_subject(place), basis(), marks, (), start, end, end + timedelta(days=1))
    return [state for state in found if state.duty.rule.id == "mobile-patrol" and state.window.owed]


def test_a_day_is_drawn_for_each_shift_and_each_level_that_owes_something_else() -> None:
    place = a_patrolled_place(points=3)
    found = plan_place(place, MONDAY, 1, by=None, at=BEFORE, seconds=SECONDS, draws=0)
    assert [(plan.shift.code, plan.level) for plan in plans(place)] == [
        (shift, level) for shift in ("S1", "S2", "S3") for level in ("normal", "orange", "red")
    ]
    assert found.drawn == 9
    assert not found.refused


def test_every_drawn_plan_keeps_every_window_when_the_duties_engine_counts_again() -> None:
    place = a_patrolled_place(points=6, beats=2, shifts=("S1", "S3"))
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, seconds=SECONDS, draws=0)
    for plan in plans(place):
        raised(plan.level, plan.starts - timedelta(hours=8), plan.ends) if plan.level != "normal" else None
        states = recounted(place, legs_of(plan), plan.starts, plan.ends)
        assert {state.state for state in states} == {"recorded"}, (plan.shift.code, plan.level)
        assert {(state.done, state.of) for state in states} == {(6, 6)}
        place.postures.model.objects.all().delete()


def test_four_weeks_of_a_place_are_one_solve_for_each_kind_of_shift_and_level() -> None:
    place = a_patrolled_place(points=8)
    found = plan_place(place, MONDAY, 28, by=None, at=BEFORE, levels=("normal",), seconds=SECONDS, draws=0)
    assert found.drawn == 3 * 28
    assert found.games == PatrolMix.objects.count() == 2, "both day shifts are one game, the night is another"
    draws = {tuple(leg["at"][11:] for leg in plan.legs) for plan in plans(place, shift__code="S1")}
    assert len(draws) > 14, "and yet hardly two mornings are alike"


def test_planning_again_keeps_what_is_there_and_draws_anew_what_changed_and_has_not_begun() -> None:
    place = a_patrolled_place(points=4, shifts=("S1", "S2"))
    plan_normal(place)
    first = {plan.pk: plan.legs for plan in plans(place)}
    again = plan_normal(place)
    assert {plan.pk: plan.legs for plan in plans(place)} == first
    assert {outcome.state for outcome in again.outcomes} == {"kept"}
    points = [*place.checkpoints.all(), a_checkpoint(place, 4)]
    change_beat(place.beats.get(), checkpoints=points, by=None, at=clock("07:00"))
    later = plan_normal(place, at=clock("07:00"))
    assert [outcome.state for outcome in later.outcomes] == ["begun", "redrawn"]
    morning, afternoon = plans(place)
    assert first[morning.pk] == morning.legs
    assert afternoon.pk not in first
    assert {leg["checkpoint"] for leg in afternoon.legs} == {f"C{number:02}" for number in range(5)}


def test_a_worth_set_by_hand_makes_another_game() -> None:
    place = a_patrolled_place(points=3, shifts=("S1",))
    plan_normal(place)
    point = place.checkpoints.get(code="C02")
    set_worth(point, present=900, consequence=5, reason="大型活动", by=None, at=BEFORE)
    later = plan_normal(place)
    assert {outcome.state for outcome in later.outcomes} == {"redrawn"}
    worths = [crew["worth"] for crew in PatrolMix.objects.order_by("pk").last().game["asked"]["crews"]]
    assert worths == [[450.0, 450.0, 4500.0]], "3000 a day, 0.15 of them at once, over 3 points, times 3"


def test_what_cannot_be_kept_is_walked_as_well_as_can_be_and_says_how_many_guards_it_needs() -> None:
    place = a_patrolled_place(points=12, shifts=("S1",))
    found = plan_place(
        place, MONDAY, 1, by=None, at=BEFORE, levels=("normal", "red"), seconds=SECONDS, draws=0
    )
    assert {(outcome.level, outcome.state) for outcome in found.refused} == {("red", "drawn")}
    says = found.refused[0].says
    assert says is not None
    assert says.en.startswith("B1 (12 checkpoints) needs 2 guards and has 1. About "), "24 minutes in 20"
    assert "需要 2 名保安员，现有 1 名" in says.zh
    (plan,) = plans(place, level="red")
    raised("red", plan.starts - timedelta(hours=8))
    states = recounted(place, legs_of(plan), plan.starts, plan.ends)
    told = plan.mix.infeasible
    assert told["of"] == sum(state.of for state in states) == 24 * 12
    missed = sum(state.of - len(seen_in_time(plan, state)) for state in states)
    assert 24 * 2 <= missed <= told["windows"], "of 12 visits two minutes apart 10 begin in 20 minutes"
    assert told["windows"] <= 24 * 4, "at least two in three are kept"
    walked = {leg.checkpoint for leg in legs_of(plan) if leg.at < plan.starts + timedelta(hours=2)}
    assert len(walked) == 12, "whatever is missed in one window comes first in the next"


def seen_in_time(plan: PatrolPlan, state: WindowState) -> set[str]:
    """The checkpoints that a plan reaches within a window."""
    window = state.window
    assert window.end is not None
    return {leg.checkpoint for leg in legs_of(plan) if window.start <= leg.at < window.end}


def test_a_mix_of_before_that_gave_up_altogether_is_solved_again() -> None:
    place = a_patrolled_place(points=12, shifts=("S1",))
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("red",), seconds=SECONDS, draws=0)
    plans(place)[0].delete()
    PatrolMix.objects.update(rounds=[], chances=[], infeasible={"zh": "不行", "en": "no", "needs": 2})
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("red",), seconds=SECONDS, draws=0)
    assert plans(place)[0].legs


def test_a_spare_guard_makes_a_level_possible_that_one_guard_cannot_keep() -> None:
    place = a_patrolled_place(points=12, spare=1, shifts=("S1",))
    found = plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("red",), seconds=SECONDS, draws=0)
    assert not found.refused
    assert {leg["beat"] for leg in plans(place)[0].legs} == {"B1", "R1"}


def test_a_checkpoint_that_no_beat_walks_is_told() -> None:
    place = a_patrolled_place(points=3, shifts=("S1",))
    a_checkpoint(place, 9)
    found = plan_normal(place)
    assert {outcome.state for outcome in found.outcomes} == {"unwalked"}
    assert found.outcomes[0].says is not None
    assert found.outcomes[0].says.en == "No beat walks 点9."


def test_a_seed_cannot_be_read_before_the_shift_is_over_and_proves_the_draw_afterwards() -> None:
    place = a_patrolled_place(points=3, shifts=("S1",))
    plan_normal(place)
    plan = plans(place)[0]
    almost = plan.ends - timedelta(seconds=1)
    assert open_seed(plan, almost) is None
    assert audit(plan, almost) is None
    seed = open_seed(plan, plan.ends)
    assert seed is not None
    assert len(seed) == 16
    assert seed.hex() not in plan.sealed_seed
    found = audit(plan, plan.ends)
    assert found is not None
    assert found.holds
    assert found.seed == seed.hex()


def test_an_audit_finds_legs_a_game_or_a_seed_that_were_put_in_afterwards() -> None:
    place = a_patrolled_place(points=3, shifts=("S1", "S2"))
    plan_normal(place)
    one, other = plans(place)
    own = [dict(leg) for leg in one.legs]
    one.legs[0]["at"] = (datetime.fromisoformat(own[0]["at"]) + timedelta(minutes=1)).isoformat()
    found = audit(one, one.ends)
    assert found is not None
    assert (found.legs_are_the_drawn, found.seed_is_the_committed, found.holds) == (False, True, False)
    one.legs, one.sealed_seed = own, other.sealed_seed
    found = audit(one, one.ends)
    assert found is not None
    assert not found.seed_is_the_committed
    one.refresh_from_db()
    one.mix.game["asked"]["attack"] = 1
    found = audit(one, one.ends)
    assert found is not None
    assert not found.game_is_unchanged


def test_the_plan_of_the_posture_is_in_force_and_of_the_next_lower_level_where_it_has_none() -> None:
    place = a_patrolled_place(points=3, shifts=("S1",))
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, seconds=SECONDS, draws=0)
    noon = clock("11:00")
    assert [plan.level for plan in plans_in_force(place, noon)] == ["normal"]
    raised("yellow", clock("09:00"), clock("10:00"))
    raised("orange", clock("10:00"))
    assert [plan.level for plan in plans_in_force(place, clock("09:30"))] == ["normal"]
    assert [plan.level for plan in plans_in_force(place, noon)] == ["orange"]
    shift = place.shifts.get(code="S1")
    legs = legs_of_shift(shift, MONDAY, clock("06:00"), clock("14:00"))
    assert [leg.plan.level for leg in legs] == sorted(leg.plan.level for leg in legs)
    assert {leg.plan.level for leg in legs if leg.at >= clock("10:00")} == {"orange"}


def test_two_beats_of_the_same_checkpoints_share_them_and_one_of_others_walks_its_own() -> None:
    place = a_patrolled_place(points=4, shifts=("S1",))
    rows = list(place.checkpoints.order_by("code"))
    a_beat(place, "B2", rows)
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("red",), seconds=SECONDS, draws=0)
    game = PatrolMix.objects.first().game["asked"]
    assert [crew["guards"] for crew in game["crews"]] == [["B1", "B2"]]


def test_the_journal_says_that_a_plan_was_drawn_and_keeps_its_commitment_and_never_the_seed() -> None:
    place = a_patrolled_place(points=3, shifts=("S1",))
    plan_normal(place)
    plan = plans(place)[0]
    entry = Entry.objects.get(action="draw-patrol-plan", subject_id=str(plan.pk))
    assert entry.changes["commitment"] == [None, plan.commitment]
    seed = open_seed(plan, plan.ends)
    assert seed is not None
    assert seed.hex() not in str(entry.changes)


def test_a_place_that_owes_no_scans_is_not_planned() -> None:
    place = a_patrolled_place(points=3)
    place.history.filter(fact="daily_visitors").update(value=100)
    found = plan_normal(place)
    assert {outcome.state for outcome in found.outcomes} == {"nothing-owed"}
    assert START < BEFORE
