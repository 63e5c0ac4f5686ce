"""Which visit walked which leg, and what became of the others."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from anlan.engine.patrol_legs import Leg
from anlan.engine.patrol_matching import VisitMade, legs_standing, matched

START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def leg(checkpoint: str, minutes: float) -> Leg:
    return Leg("B1", checkpoint, at(minutes))


def visit(checkpoint: str, minutes: float, *, scanned: bool = True, name: str = "") -> VisitMade:
    return VisitMade(name or f"{checkpoint}@{minutes}", checkpoint, at(minutes), scanned)


def states(legs, visits, minutes):
    return [one.state for one in legs_standing(legs, visits, at(minutes))]


def test_a_shift_that_goes_by_the_plan():
    legs = [leg("A", 0), leg("B", 5), leg("A", 60)]
    assert states(legs, [visit("A", 1), visit("B", 6)], 20) == ["walked", "walked", "next"]


def test_a_leg_nobody_walked_is_late_after_ten_minutes_and_next_before():
    legs = [leg("A", 0), leg("B", 5)]
    assert states(legs, [], 9) == ["next", "later"]
    assert states(legs, [], 10) == ["late", "next"]
    assert states(legs, [], 15) == ["late", "late"]


def test_a_reason_given_is_not_a_late_leg_and_not_a_visit():
    legs = [leg("A", 0), leg("B", 5)]
    assert states(legs, [visit("A", 3, scanned=False)], 30) == ["passed-over", "late"]


def test_a_scan_after_a_reason_counts_as_walked():
    legs = [leg("A", 0)]
    assert states(legs, [visit("A", 2, scanned=False), visit("A", 9)], 30) == ["walked"]


def test_a_visit_walks_the_nearest_leg_of_its_checkpoint():
    legs = [leg("A", 0), leg("A", 60)]
    assert matched(legs, [visit("A", 40)]) == {1: visit("A", 40)}
    assert matched(legs, [visit("A", 20)]) == {0: visit("A", 20)}


def test_a_visit_more_than_an_hour_from_every_leg_walks_none():
    assert matched([leg("A", 0)], [visit("A", 61)]) == {}


def test_a_second_visit_to_a_leg_does_not_replace_the_first():
    assert (
        matched([leg("A", 0)], [visit("A", 4, name="second"), visit("A", 1, name="first")])[0].id == "first"
    )


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 480)), max_size=30),
    st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(-60, 540)), max_size=30),
)
def test_a_visit_walks_at_most_one_leg_and_always_one_of_its_own_checkpoint(planned, made):
    legs = [leg(checkpoint, minutes) for checkpoint, minutes in planned]
    visits = [
        visit(checkpoint, minutes, name=str(number)) for number, (checkpoint, minutes) in enumerate(made)
    ]
    found = matched(legs, visits)
    assert len({one.id for one in found.values()}) == len(found)
    for number, one in found.items():
        assert legs[number].checkpoint == one.checkpoint
        nearest = min(abs(other.at - one.at) for other in legs if other.checkpoint == one.checkpoint)
        assert abs(legs[number].at - one.at) == nearest <= timedelta(hours=1)
