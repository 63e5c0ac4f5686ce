"""The game of a shift: what checkpoints are worth, how far apart they are, who walks which; equal games are equal."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from anlan.engine.patrol_game import game_of, legs_of, read_game, start_slot, too_short, unwalked
from anlan.engine.patrol_ground import (
    BeatFacts,
    Crew,
    Ground,
    Manning,
    Pace,
    Point,
    how_known,
    mannings,
    metres_between,
    walking,
    walks,
    worth_of,
)
from anlan.engine.patrol_legs import Leg
from anlan.engine.patrol_windows import VisitOwed
from anlan.engine.walking_network import Way
from engine.duty_builders import HOUR, at

A, B, C, D = (Point(code) for code in "ABCD")
START = at("2026-03-02T06:00")


def ground(*beats: BeatFacts, points: tuple[Point, ...] = (A, B, C, D), **more: object) -> Ground:
    return Ground(points, beats, **more)


def visit(code: str, start: float, end: float) -> VisitOwed:
    begin, finish = START + start * HOUR, START + end * HOUR
    return VisitOwed(code, begin, finish, "plan/patrol", begin, finish)


def one_crew(of: Ground) -> Manning:
    return next(mannings(of))


def test_people_present_are_shared_out_over_the_checkpoints_and_weighed_by_consequence() -> None:
    assert worth_of(A, {"peak_present": 800}, 4) == 600
    assert worth_of(A, {"daily_visitors": 2000}, 4) == 225, "0.15 of 2000 over 4 points, times 3"
    assert worth_of(A, {"peak_present": 800, "daily_visitors": 9000}, 4) == 600, "a counted peak goes first"
    assert worth_of(A, {}, 4) == 3, "where nobody counted, all are worth the same"


def test_a_critical_facility_weighs_more_and_what_was_set_by_hand_holds() -> None:
    assert worth_of(A, {"peak_present": 800, "critical_facility": True}, 4) == 1000
    by_hand = Point("A", present=50, consequence=2)
    assert worth_of(by_hand, {"peak_present": 800, "critical_facility": True}, 4) == 100


def test_a_measured_walk_goes_before_the_straight_line_and_that_before_an_assumption() -> None:
    one, other = Point("A", 116.0, 40.0), Point("B", 116.0, 40.0 + 99.9 / 111_195)
    by_line = walking(one, other, ground(points=(one, other)))
    assert (by_line.seconds, by_line.how) == (120, "line"), "99.9 m times 1.4 at 70 m a minute, rounded up"
    measured = ground(points=(one, other), measured={("B", "A"): 45})
    assert (walking(one, other, measured).seconds, walking(one, other, measured).how) == (45, "measured")
    assert walking(other, one, measured).seconds == 45, "in both directions"
    assert (walking(C, one, measured).seconds, walking(C, one, measured).how) == (120, "assumed")
    assert how_known(walks(ground(points=(one, other, C)), ["A", "B", "C"])) == {
        "measured": 0,
        "road": 0,
        "line": 1,
        "assumed": 2,
    }


def test_the_road_goes_before_the_straight_line_and_a_measured_walk_before_the_road() -> None:
    one, other = Point("A", 116.0, 40.0), Point("B", 116.0, 40.0 + 100 / 111_195)
    roads = {("B", "A"): Way(along=300, beside=25)}
    by_road = ground(points=(one, other), roads=roads)
    assert walking(one, other, by_road) == walking(other, one, by_road)
    assert (walking(one, other, by_road).seconds, walking(one, other, by_road).how) == (288, "road"), (
        "300 m of road and 25 m beside it times 1.4, at 70 m a minute: 287.1 s"
    )
    measured = ground(points=(one, other), roads=roads, measured={("A", "B"): 45})
    assert walking(one, other, measured).how == "measured"


def test_two_points_closer_to_each_other_than_to_the_road_are_walked_straight() -> None:
    one, other = Point("A", 116.0, 40.0), Point("B", 116.0, 40.0 + 50 / 111_195)
    yard = ground(points=(one, other), roads={("A", "B"): Way(along=10, beside=80)})
    assert walking(one, other, yard).how == "line"


def test_a_degree_of_the_equator_and_of_a_meridian_are_as_long_as_they_are() -> None:
    assert metres_between(Point("A", 0, 0), Point("B", 1, 0)) == pytest.approx(111_195, abs=1)
    assert metres_between(Point("A", 10, 50), Point("B", 10, 51)) == pytest.approx(111_195, abs=1)
    assert metres_between(Point("A", 10, 60), Point("B", 11, 60)) == pytest.approx(55_597, rel=1e-3)


def test_beats_of_the_same_checkpoints_form_one_crew_and_a_shared_checkpoint_belongs_to_the_first() -> None:
    same = ground(BeatFacts("B1", ("A", "B")), BeatFacts("B2", ("B", "A")), BeatFacts("B3", ("B", "C")))
    assert one_crew(same) == Manning((Crew(("B1", "B2"), ("A", "B")), Crew(("B3",), ("C",))))


def test_a_missing_guard_is_replaced_by_a_spare_one_else_another_crew_walks_more() -> None:
    beats = (BeatFacts("B1", ("A", "B")), BeatFacts("B2", ("C", "D")))
    spare = ground(*beats, BeatFacts("R1", ("A", "B", "C", "D"), spare=True))
    assert list(mannings(spare, frozenset({"B2"}))) == [
        Manning((Crew(("B1",), ("A", "B")), Crew(("R1",), ("C", "D"))))
    ]
    assert list(mannings(ground(*beats), frozenset({"B2"}))) == [
        Manning((Crew(("B1",), ("A", "B", "C", "D")),))
    ]
    assert not list(mannings(ground(*beats), frozenset({"B1", "B2"})))


@given(
    some.lists(some.integers(0, 3), min_size=1, max_size=4),
    some.sets(some.integers(0, 3)),
    some.integers(0, 2),
)
def test_however_guards_are_shared_out_each_checkpoint_is_walked_by_exactly_one_crew(
    split: list[int], missing: set[int], spares: int
) -> None:
    codes = "ABCDEFGH"
    beats = [
        BeatFacts(
            f"B{number}", tuple(codes[position] for position in range(8) if position % len(split) == number)
        )
        for number in range(len(split))
    ]
    beats += [BeatFacts(f"R{number}", tuple(codes), spare=True) for number in range(spares)]
    of = ground(*beats, points=tuple(Point(code) for code in codes))
    without = frozenset(f"B{number}" for number in missing)
    for manning in mannings(of, without):
        assert sorted(code for crew in manning.crews for code in crew.checkpoints) == list(codes)
        guards = [code for crew in manning.crews for code in crew.guards] + list(manning.spare)
        assert len(guards) == len(set(guards))
        assert not without & set(guards)


def test_the_game_of_a_shift_is_the_same_on_another_day_and_not_with_another_worth() -> None:
    of = ground(BeatFacts("B1", ("A", "B")))
    visits = [visit("A", 0, 2), visit("B", 2, 4)]
    week = timedelta(days=7)
    later = [
        VisitOwed(
            one.checkpoint, one.start + week, one.end + week, one.duty, one.opens + week, one.closes + week
        )
        for one in visits
    ]
    end = START + 8 * HOUR
    game = game_of(of, {}, visits, one_crew(of), (START, end))
    assert game_of(of, {}, later, one_crew(of), (START + week, end + week)).sha256 == game.sha256
    assert game_of(of, {"peak_present": 9}, visits, one_crew(of), (START, end)).sha256 != game.sha256
    assert read_game(game.as_json()) == game


def test_times_are_rounded_so_that_a_plan_on_whole_slots_keeps_the_true_ones() -> None:
    of = ground(BeatFacts("B1", ("A", "B")), pace=Pace(dwell_seconds=61), measured={("A", "B"): 61})
    owed = [visit("A", 1 / 120, 1.99)]
    crew = game_of(of, {}, owed, one_crew(of), (START, START + 8 * HOUR)).crews[0]
    assert crew.walk == ((0, 2), (2, 0))
    assert crew.dwell == (2, 2)
    assert crew.windows == (((1, 119),), ())


def test_drawn_rounds_become_legs_by_the_clock_and_a_helper_is_named_by_the_spare_beat() -> None:
    of = ground(BeatFacts("B1", ("A", "B")), BeatFacts("R1", ("A", "B"), spare=True))
    game = game_of(of, {}, [visit("A", 0, 2)], one_crew(of), (START, START + 8 * HOUR))
    legs = legs_of(game, [[[(0, 5), (1, 9)], [(1, 2)]]], START)
    assert [(leg.beat, leg.checkpoint, (leg.at - START).seconds // 60) for leg in legs] == [
        ("R1", "B", 2),
        ("B1", "A", 5),
        ("B1", "B", 9),
    ]
    assert all(isinstance(leg, Leg) for leg in legs)


def test_owed_checkpoints_of_no_beat_and_windows_with_no_time_left_are_found() -> None:
    of = ground(BeatFacts("B1", ("A",)), BeatFacts("R1", ("B",), spare=True))
    missing = unwalked(of, [visit("A", 0, 2), visit("B", 0, 2), visit("C", 0, 2)])
    assert missing is not None
    assert missing.checkpoints == ("B", "C"), "a spare guard answers for nothing"
    assert unwalked(of, [visit("A", 0, 2)]) is None
    stump = visit("A", 1 / 120, 1 / 60)
    assert too_short([stump, visit("A", 0, 1), visit("A", 1, 61 / 60)], START) == [stump]


def test_a_plan_in_the_middle_of_a_shift_begins_at_the_next_whole_minute() -> None:
    assert start_slot(START) == START
    assert start_slot(START + timedelta(seconds=1)) == START + timedelta(minutes=1)
