"""What plans rest on is stated by people, with reasons, and the journal names no guard."""

from datetime import time

import pytest
from tests.builders import a_user
from tests.patrol_builders import MONDAY, START, a_checkpoint, a_patrolled_place, clock

from anlan.actions.patrol_register import (
    change_beat,
    close_beat,
    close_shift,
    set_roster,
    set_settings,
    set_up_patrols,
    set_walk_time,
    set_worth,
)
from anlan.engine.patrol_ground import Pace
from anlan.models import Entry, RosterLine, WalkTime
from anlan.queries.patrol_ground import ground_of
from anlan.queries.patrol_plans import beats_of, next_shift, settings_of, shifts_at

pytestmark = pytest.mark.django_db
NOON = clock("12:00")


def test_setting_up_gives_three_shifts_and_one_beat_and_twice_gives_no_more() -> None:
    place = a_patrolled_place(points=3, beats=0)
    set_up_patrols(place, by=None, at=START)
    assert [(shift.starts, shift.ends) for shift in place.shifts.order_by("code")] == [
        (time(6), time(14)), (time(14), time(22)), (time(22), time(6)),
    ]  # fmt: skip
    assert [beat.checkpoints.count() for beat in place.beats.all()] == [3]


def test_the_shift_of_a_moment_after_midnight_is_that_of_the_night_before() -> None:
    place = a_patrolled_place(points=1)
    assert [(one.shift.code, one.on.day) for one in shifts_at(place, clock("02:00"))] == [
        ("S3", MONDAY.day - 1)
    ]
    following = next_shift(place, clock("02:00"))
    assert following is not None
    assert (following.shift.code, following.start) == ("S1", clock("06:00"))


def test_the_latest_worth_counts_and_says_why() -> None:
    place = a_patrolled_place(points=2)
    point = place.checkpoints.get(code="C01")
    set_worth(point, present=10, consequence=2, reason="估计", by=None, at=START)
    set_worth(point, present=90, consequence=4, reason="计数", by=None, at=NOON)
    found = ground_of(place, NOON).point("C01")
    assert (found.present, found.consequence) == (90, 4)
    assert ground_of(place, NOON).point("C00").present is None
    entry = Entry.objects.filter(action="set-checkpoint-worth").latest("at")
    assert (entry.reason, entry.changes["present"]) == ("计数", [10, 90])


def test_a_walking_time_is_one_for_a_pair_whichever_end_is_named_first() -> None:
    place = a_patrolled_place(points=2)
    one, other = place.checkpoints.order_by("code")
    set_walk_time(one, other, 50, by=None, at=START)
    set_walk_time(other, one, 70, by=None, at=NOON)
    assert list(WalkTime.objects.values_list("seconds", flat=True)) == [70]
    assert list(ground_of(place, NOON).measured.values()) == [70]
    set_walk_time(one, other, None, by=None, at=NOON)
    assert not ground_of(place, NOON).measured


def test_settings_are_the_defaults_until_somebody_states_others() -> None:
    place = a_patrolled_place(points=1)
    assert ground_of(place, NOON).pace == Pace()
    set_settings(place, {"attack_minutes": 6, "asks_photo": True}, by=None, at=NOON)
    assert ground_of(place, NOON).pace == Pace(attack_minutes=6)
    assert settings_of(place).asks_photo
    assert Entry.objects.get(action="change-patrol-settings").changes["attack_minutes"] == [10, 6]


def test_a_closed_checkpoint_is_on_no_beat_and_a_closed_beat_is_not_walked() -> None:
    place = a_patrolled_place(points=3)
    point = place.checkpoints.get(code="C02")
    point.closed_at = NOON
    point.save()
    assert ground_of(place, NOON).beats[0].checkpoints == ("C00", "C01")
    close_beat(place.beats.get(), by=None, at=NOON, reason="合并")
    assert beats_of(place, NOON) == []
    close_shift(place.shifts.get(code="S1"), by=None, at=NOON, reason="停业")
    assert [one.shift.code for one in shifts_at(place, clock("13:00"))] == ["S1"], (
        "the one that is on runs out"
    )
    assert next_shift(place, clock("23:00")).shift.code == "S2"


def test_a_beat_takes_other_checkpoints_with_a_line_in_the_journal() -> None:
    place = a_patrolled_place(points=2)
    change_beat(place.beats.get(), checkpoints=[a_checkpoint(place, 7)], name_en="North", by=None, at=NOON)
    assert [row.code for row in place.beats.get().checkpoints.all()] == ["C07"]
    changes = Entry.objects.get(action="change-beat").changes
    assert changes["checkpoints"] == [["C00", "C01"], ["C07"]]
    assert changes["name_en"] == ["", "North"]


def test_the_roster_names_the_guard_and_the_journal_only_that_somebody_was_named() -> None:
    place = a_patrolled_place(points=1)
    guard = a_user("guard", name="王五")
    shift, beat = place.shifts.get(code="S1"), place.beats.get()
    set_roster(shift, MONDAY, beat=beat, guard=None, by=None, at=START)
    set_roster(shift, MONDAY, beat=beat, guard=guard, by=None, at=NOON)
    set_roster(shift, MONDAY, beat=beat, guard=guard, by=None, at=NOON)
    assert RosterLine.objects.get().guard == guard
    entries = [entry.changes for entry in Entry.objects.filter(action="change-roster").order_by("at")]
    assert [changes["manned"] for changes in entries] == [[False, False], [False, True]]
    assert str(guard.pk) not in str(entries)
    assert "王五" not in str(entries)
