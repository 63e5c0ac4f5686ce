"""Checkpoints opened and closed: what was asked before stays as it was, now and as known then."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_place, adopt_plan, some_evidence

from anlan.actions.place_parts import add_checkpoint, close_checkpoint
from anlan.models import Checkpoint, Place
from anlan.queries.board import board, board_as_of
from anlan.queries.duties import windows_of_place
from queries.test_board import states_explained, states_on

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
"""12:30 in the city: the patrol window of 12:00 to 14:00 is open, that of 10:00 to 12:00 is closed."""
DUTY = ("M-1", "city-plan-2026/mobile-patrol")


def a_mall() -> Place:
    adopt_plan(START)
    return a_place("M-1", daily_visitors=3000, area_m2=900, at=START)


def a_point(place: Place, code: str, at: datetime = START) -> Checkpoint:
    return add_checkpoint(place, code=code, name_zh="点", name_en="", by=None, at=at)


def a_scan(place: Place, at: datetime, point: Checkpoint | None) -> None:
    some_evidence(place, at=at, rule="mobile-patrol", kind="scan", checkpoint=point)


def test_a_checkpoint_added_today_asks_nothing_of_the_rounds_before() -> None:
    place = a_mall()
    first = a_point(place, "C1")
    then = NOW - timedelta(hours=2)
    a_scan(place, then, first)
    a_scan(place, NOW - timedelta(minutes=20), first)
    before = states_on(board_as_of(then))
    a_point(place, "C2", at=NOW - timedelta(minutes=10))
    assert states_on(board_as_of(then)) == before == states_explained(then)
    assert states_on(board(NOW))[DUTY] == states_explained(NOW)[DUTY] == "recorded"
    following = NOW + timedelta(hours=2)
    a_scan(place, following, first)
    assert states_on(board(following))[DUTY] == states_explained(following)[DUTY] == "due"
    found = windows_of_place(place, then - timedelta(hours=2), NOW, NOW)
    rounds = [state.state for state in found if state.duty.rule.id == "mobile-patrol"]
    assert rounds == ["not-evidenced", "recorded", "recorded"]


def test_a_closed_checkpoint_asks_for_nothing_and_what_was_scanned_there_still_counts() -> None:
    place = a_mall()
    only = a_point(place, "C1")
    a_scan(place, NOW - timedelta(minutes=20), only)
    close_checkpoint(only, by=None, at=NOW - timedelta(minutes=10), reason="拆除")
    assert states_on(board(NOW))[DUTY] == states_explained(NOW)[DUTY] == "recorded"
    known_before = NOW - timedelta(minutes=15)
    assert states_on(board_as_of(NOW, known_before)) == states_explained(NOW, known_before)


def test_a_round_that_missed_a_checkpoint_is_not_made_good_by_closing_it_later() -> None:
    place = a_mall()
    first, second = a_point(place, "C1"), a_point(place, "C2")
    then = NOW - timedelta(hours=2)
    a_scan(place, then, first)
    close_checkpoint(second, by=None, at=NOW, reason="拆除")
    assert states_on(board(NOW))[DUTY] == states_explained(NOW)[DUTY] == "not-evidenced"
