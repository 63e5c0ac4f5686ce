"""What a guard's phone is given for a shift, and how many reads that takes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders import a_user
from tests.patrol_builders import MONDAY, a_patrolled_place, clock, raised

from anlan.actions.patrol_codes import issue_codes, replace_code
from anlan.actions.patrol_plans import plan_place
from anlan.actions.patrol_register import set_roster
from anlan.engine.patrol_codes import digest
from anlan.models import Place
from anlan.queries.patrol_bundle import shift_bundle

pytestmark = pytest.mark.django_db
BEFORE = clock("05:00")


def a_planned_place(points: int = 4, beats: int = 2) -> Place:
    place = a_patrolled_place(points=points, beats=beats)
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, seconds=0.2, draws=0)
    return place


def test_the_bundle_of_a_shift_holds_legs_and_windows_for_every_level() -> None:
    place, guard = a_planned_place(), a_user("guard", place="M-1")
    bundle = shift_bundle(guard, place, clock("07:00"))
    assert bundle is not None
    assert (bundle.shift_code, bundle.start, bundle.end) == ("S1", clock("06:00"), clock("14:00"))
    normal, orange, red = (bundle.of_level(level) for level in ("normal", "orange", "red"))
    assert len(normal.windows) == 4 * 4
    assert len(orange.windows) == 2 * len(normal.windows)
    assert {window.grace for window in normal.windows} == {timedelta(minutes=10)}
    assert bundle.of_level("blue").plan == normal.plan
    assert len({normal.plan, orange.plan, red.plan}) == 3
    for window in red.windows:
        assert any(
            leg.checkpoint == window.checkpoint and window.start <= leg.at < window.end for leg in red.legs
        )
    assert bundle.instructions


def test_the_guard_on_the_roster_finds_the_own_beat_first_and_the_own_shift_before_the_one_that_is_on() -> (
    None
):
    place, guard = a_planned_place(), a_user("guard", place="M-1")
    late = place.shifts.get(code="S2")
    set_roster(late, MONDAY, beat=place.beats.get(code="B2"), guard=guard, by=None, at=BEFORE)
    bundle = shift_bundle(guard, place, clock("13:30"))
    assert bundle is not None
    assert bundle.shift_code == "S2"
    assert [(beat.code, beat.own, beat.free) for beat in bundle.beats] == [
        ("B2", True, False),
        ("B1", False, True),
    ]
    other = shift_bundle(a_user("guard", place="M-1"), place, clock("13:30"))
    assert other is not None
    assert other.shift_code == "S1"


def test_the_posture_of_the_moment_is_told() -> None:
    place, guard = a_planned_place(), a_user("guard", place="M-1")
    raised("orange", clock("08:00"))
    bundle = shift_bundle(guard, place, clock("09:00"))
    assert bundle is not None
    assert bundle.level == "orange"


def test_a_plan_drawn_in_the_middle_of_a_minute_is_on_a_phone_that_loads_before_the_minute_is_over() -> None:
    place, guard = a_patrolled_place(), a_user("guard", place="M-1")
    now = clock("09:30") + timedelta(seconds=17)
    plan_place(place, MONDAY, 1, by=None, at=now, seconds=0.2, draws=0)
    bundle = shift_bundle(guard, place, now + timedelta(seconds=20))
    assert bundle is not None
    assert bundle.of_level("normal").legs[0].at >= clock("09:31")


def test_codes_are_known_by_their_hashes_alone_and_a_voided_one_is_known_as_void() -> None:
    place, guard = a_planned_place(), a_user("guard", place="M-1")
    codes = issue_codes(place, by=None, at=BEFORE)
    replace_code(codes[0].checkpoint, reason="损坏", by=None, at=BEFORE + timedelta(minutes=1))
    bundle = shift_bundle(guard, place, clock("07:00"))
    assert bundle is not None
    known = {code.token_sha256: code.void for point in bundle.checkpoints for code in point.codes}
    assert known[digest(codes[0].token)]
    assert not known[digest(codes[1].token)]
    assert len(known) == 5
    assert codes[1].token not in str(bundle)
    assert codes[1].typed not in str(bundle)


def test_a_place_without_shifts_has_no_bundle() -> None:
    place = a_patrolled_place(points=1)
    place.shifts.all().delete()
    assert shift_bundle(a_user("guard", place="M-1"), place, clock("07:00")) is None


def test_the_bundle_takes_a_fixed_number_of_reads() -> None:
    place, guard = a_planned_place(points=3, beats=1), a_user("guard", place="M-1")
    larger = a_patrolled_place("M-2", points=8, beats=4)
    counts = []
    for one in (place, larger):
        shift_bundle(guard, one, clock("07:00"))
        with CaptureQueriesContext(connection) as reads:
            assert shift_bundle(guard, one, clock("07:00")) is not None
        counts.append(len(reads))
    assert counts[0] == counts[1] <= 25
