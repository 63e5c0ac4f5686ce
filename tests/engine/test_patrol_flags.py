"""Flags on scans: what each marks, and that an ordinary round bears none."""

from datetime import UTC, datetime, timedelta

import pytest

from anlan.engine.patrol_flags import Ground, Point, Scan, flags_of, metres_between

NIGHT = datetime(2026, 3, 9, 15, 0, tzinfo=UTC)
A_MINUTE_NORTH = 1 / 60
"""A minute of arc along a meridian: a nautical mile, 1,852 m, to within one part in 200."""


def scan(name: str, checkpoint: str, seconds: float, **more: object) -> Scan:
    """A scan so many seconds after the beginning of the round, by a phone whose clock is right."""
    at = NIGHT + timedelta(seconds=seconds)
    given = {
        "id": name,
        "number": int(seconds),
        "checkpoint": checkpoint,
        "device_at": at,
        "said_at": at,
        "effective": at,
        "received": NIGHT + timedelta(hours=9),
        "code": "good",
        **more,
    }
    return Scan(**given)


NOWHERE = Ground({}, {})


def test_a_round_at_a_walking_pace_bears_no_flag():
    ground = Ground({"a": Point(116.0, 39.0), "b": Point(116.0, 39.0 + A_MINUTE_NORTH / 18)}, {})
    scans = [scan("1", "a", 0), scan("2", "b", 90), scan("3", "a", 200)]
    assert flags_of(scans, ground) == {"1": (), "2": (), "3": ()}


def test_a_minute_of_arc_is_a_nautical_mile():
    assert metres_between(Point(116, 39), Point(116, 39 + A_MINUTE_NORTH)) == pytest.approx(1852, rel=0.005)


def test_a_nautical_mile_in_five_minutes_is_faster_than_anybody_runs():
    ground = Ground({"a": Point(116, 39), "b": Point(116, 39 + A_MINUTE_NORTH)}, {})
    assert flags_of([scan("1", "a", 0), scan("2", "b", 300)], ground)["2"] == ("impossible-speed",)
    assert flags_of([scan("1", "a", 0), scan("2", "b", 400)], ground)["2"] == ()


def test_a_measured_walking_time_counts_where_floors_lie_above_one_another():
    ground = Ground({"a": Point(116, 39), "b": Point(116, 39)}, {frozenset({"a", "b"}): 240.0})
    assert flags_of([scan("1", "a", 0), scan("2", "b", 30)], ground)["2"] == ("impossible-speed",)
    assert flags_of([scan("1", "a", 0), scan("2", "b", 90)], ground)["2"] == ()


def test_four_checkpoints_within_a_minute_are_a_burst_and_three_are_none():
    three = [scan(str(n), f"c{n}", n * 20) for n in range(3)]
    assert set(flags_of(three, NOWHERE).values()) == {()}
    four = [*three, scan("3", "c3", 60)]
    assert set(flags_of(four, NOWHERE).values()) == {("burst",)}


def test_the_same_checkpoint_four_times_is_no_burst():
    assert set(flags_of([scan(str(n), "a", n * 5) for n in range(4)], NOWHERE).values()) == {()}


@pytest.mark.parametrize(
    ("more", "flag"),
    [
        ({"offset": timedelta(seconds=-121)}, "clock-offset"),
        ({"drift": timedelta(seconds=121)}, "clock-offset"),
        ({"code": "void"}, "void-code"),
        ({"code": "unknown"}, "unknown-code"),
        ({"code": "stale"}, "stale-code"),
        ({"same_place": False}, "foreign-place"),
        ({"same_device": False}, "other-device"),
        ({"said_at": NIGHT + timedelta(hours=9, minutes=2)}, "future"),
    ],
)
def test_what_is_odd_about_one_scan_is_flagged(more, flag):
    assert flags_of([scan("1", "a", 0, **more)], NOWHERE) == {"1": (flag,)}


def test_a_clock_two_minutes_off_is_still_within_tolerance():
    assert flags_of([scan("1", "a", 0, offset=timedelta(seconds=120))], NOWHERE) == {"1": ()}


def test_a_position_is_far_only_beyond_its_own_uncertainty_and_a_hundred_metres():
    ground = Ground({"a": Point(116, 39)}, {})
    off = Point(116, 39 + A_MINUTE_NORTH / 10)
    near = scan("1", "a", 0, position=off, accuracy_m=90.0)
    far = scan("1", "a", 0, position=off, accuracy_m=80.0)
    assert flags_of([near], ground) == {"1": ()}
    assert flags_of([far], ground) == {"1": ("far-away",)}


def test_a_phone_whose_clock_was_put_back_is_out_of_order():
    later = scan("2", "b", 600, number=2, device_at=NIGHT - timedelta(minutes=5))
    assert flags_of([scan("1", "a", 0, number=1), later], NOWHERE)["2"] == ("out-of-order",)


def test_a_code_typed_by_hand_is_no_mark_and_the_third_in_a_row_is_one_for_the_whole_run():
    typed = [scan(str(n), f"c{n}", n * 300, typed=True) for n in range(6)]
    marked = [name for name, flags in flags_of(typed, NOWHERE).items() if flags == ("typed-run",)]
    assert marked == ["2"]
    between = [*typed[:2], scan("x", "cx", 700), *typed[3:5]]
    assert set(flags_of(between, NOWHERE).values()) == {()}, "a scan between begins the count anew"


def test_the_order_in_which_scans_come_in_does_not_change_which_one_is_marked_as_a_run():
    typed = [scan(str(n), f"c{n}", n * 300, typed=True) for n in range(4)]
    assert flags_of(typed[::-1], NOWHERE) == flags_of(typed, NOWHERE)
