"""The city as arrays agrees with each place explained by itself, and follows what is recorded."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_place, adopt_plan, some_evidence

from anlan.actions.duties import give_waiver, strike_evidence
from anlan.actions.place_parts import add_checkpoint
from anlan.actions.posture import end_posture, raise_posture
from anlan.actions.register import change_facts
from anlan.engine.areas import Area, Circle
from anlan.models import Entry, Place
from anlan.models.ids import earliest_id
from anlan.queries.board import Board, board, board_as_of
from anlan.queries.board_register import load_register
from anlan.queries.board_standing import load_standing, load_waivers
from anlan.queries.duties import place_account
from anlan.queries.gaps import gaps_after, gaps_at, gaps_between, order_of

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
"""12:30 in the city: the patrol window of 12:00 to 14:00 is open, that of 10:00 to 12:00 is closed."""


def states_on(city: Board) -> dict[tuple[str, str], str]:
    from anlan.engine.states import STATES

    codes = city.loaded.register.codes
    return {
        (codes[place], "/".join(city.compiled.rules[rule])): STATES[state]
        for place, rule, state in zip(city.compiled.place, city.compiled.rule, city.states.state, strict=True)
    }


def states_explained(at: datetime, known_at: datetime | None = None) -> dict[tuple[str, str], str]:
    return {
        (place.code, state.duty.id): state.state
        for place in Place.objects.all()
        for state in place_account(place, at, known_at).states
    }


def a_small_city() -> list[Place]:
    adopt_plan(START)
    return [
        a_place("M-1", daily_visitors=3000, area_m2=900, at=START),
        a_place("M-2", daily_visitors=9000, area_m2=4000, at=START),
        a_place("S-1", kind="school", pupils=1600, daily_visitors=1700, at=START),
        a_place("X-1", at=START),
    ]


def test_a_level_over_an_area_raises_on_the_board_the_places_it_raises_by_themselves() -> None:
    a_small_city()
    Place.objects.filter(code="M-2").update(longitude=116.4, latitude=39.9)
    around = Area(kinds=("mall",), circles=(Circle(116.4, 39.9, 500),))
    change = raise_posture(
        "red", start=NOW - timedelta(hours=3), end=None, reason="", by=None, at=NOW, area=around
    )
    raised = states_on(board(NOW))
    assert raised == states_explained(NOW)
    assert [code for code, duty in raised if duty.endswith("/plans-on-stand-by")] == ["M-2"]
    end_posture(change, by=None, at=NOW + timedelta(minutes=1), reason="")
    later = NOW + timedelta(minutes=2)
    assert states_on(board(later)) == states_explained(later)


def test_what_is_recorded_before_and_after_a_level_is_raised_stays_on_the_board() -> None:
    first, second, *_rest = a_small_city()
    board(NOW)
    some_evidence(first, at=NOW - timedelta(minutes=20), rule="mobile-patrol", kind="scan")
    board(NOW)
    raise_posture("orange", start=NOW, end=None, reason="", by=None, at=NOW)
    at = NOW + timedelta(minutes=5)
    assert states_on(board(at)) == states_explained(at)
    some_evidence(second, at=at, rule="entrance-checks-when-orange")
    later = at + timedelta(minutes=1)
    assert states_on(board(later)) == states_explained(later)
    assert states_on(board(later))["M-2", "city-plan-2026/entrance-checks-when-orange"] == "recorded"


def test_every_place_stands_on_the_board_as_it_is_explained_by_itself() -> None:
    first, second, *_rest = a_small_city()
    some_evidence(first, at=NOW - timedelta(hours=1), rule="mobile-patrol", kind="scan")
    some_evidence(second, at=NOW - timedelta(days=2), rule="emergency-plan", kind="document")
    on_the_board = states_on(board(NOW))
    assert on_the_board == states_explained(NOW)
    assert len(on_the_board) > 20


def test_the_board_follows_what_is_recorded_and_struck() -> None:
    place = a_small_city()[0]
    duty = ("M-1", "city-plan-2026/mobile-patrol")
    assert states_on(board(NOW))[duty] == "not-evidenced"
    visit = some_evidence(place, at=NOW - timedelta(minutes=5), rule="mobile-patrol", kind="scan")
    assert states_on(board(NOW))[duty] == "recorded"
    strike_evidence(visit, by=None, at=NOW, reason="误扫")
    assert states_on(board(NOW))[duty] == "not-evidenced"


def test_an_entry_from_a_clock_that_runs_ahead_hides_nothing_recorded_after_it() -> None:
    place = a_small_city()[0]
    duty = ("M-1", "city-plan-2026/mobile-patrol")
    ahead = earliest_id(datetime.now(UTC) + timedelta(hours=1))
    Entry.objects.create(id=ahead, at=NOW, action="sign-in", subject_kind="person", subject_id="")
    before = states_on(board(NOW))[duty]
    some_evidence(place, at=NOW - timedelta(minutes=5), rule="mobile-patrol", kind="scan")
    assert (before, states_on(board(NOW))[duty]) == ("not-evidenced", "recorded")


def test_a_place_registered_while_the_board_is_read_is_left_for_the_next_time() -> None:
    a_small_city()
    loaded = load_register()
    place = a_place("Z-9", daily_visitors=3000, at=START)
    some_evidence(place, at=NOW, rule="mobile-patrol", kind="scan")
    give_waiver(
        scheme="city-plan-2026", rule="mobile-patrol", start=START, end=NOW, reason="", by=None, at=NOW, place=place
    )  # fmt: skip
    numbers = {"city-plan-2026/mobile-patrol": 0}
    assert not len(load_standing(loaded, numbers).rule)
    assert not len(load_waivers(loaded, numbers).rule)
    assert ("Z-9", "city-plan-2026/mobile-patrol") in states_on(board(NOW))


def test_the_board_follows_the_register_and_the_posture() -> None:
    place = a_small_city()[0]
    assert ("M-1", "city-plan-2026/mobile-patrol") in states_on(board(NOW))
    change_facts(place, {"daily_visitors": 100}, by=None, at=NOW)
    assert ("M-1", "city-plan-2026/mobile-patrol") not in states_on(board(NOW))
    raised = raise_posture("orange", start=NOW, end=None, reason="演练", by=None, at=NOW)
    assert states_on(board(NOW)) == states_explained(NOW)
    end_posture(raised, by=None, at=NOW + timedelta(minutes=1), reason="解除")
    later = NOW + timedelta(minutes=2)
    assert states_on(board(later)) == states_explained(later)


def test_a_round_half_walked_is_decided_by_its_single_visits() -> None:
    place = a_small_city()[0]
    points = [
        add_checkpoint(place, code=f"C{n}", name_zh="点", name_en="", by=None, at=START) for n in range(3)
    ]
    for point in points:
        some_evidence(place, at=NOW - timedelta(hours=2), rule="mobile-patrol", kind="scan", checkpoint=point)
    some_evidence(
        place, at=NOW - timedelta(minutes=9), rule="mobile-patrol", kind="scan", checkpoint=points[0]
    )
    duty = ("M-1", "city-plan-2026/mobile-patrol")
    assert states_on(board(NOW))[duty] == "due"
    assert states_explained(NOW)[duty] == "due"


def test_a_late_record_changes_what_is_known_now_and_never_what_was_known_then() -> None:
    place = a_small_city()[0]
    duty = ("M-1", "city-plan-2026/mobile-patrol")
    then = NOW - timedelta(hours=1)
    assert states_on(board_as_of(then))[duty] == "not-evidenced"
    visit = some_evidence(place, at=then - timedelta(minutes=30), rule="mobile-patrol", kind="scan")
    visit.recorded_at = NOW
    visit.save(update_fields=["recorded_at"])
    assert states_on(board_as_of(then))[duty] == "recorded"
    assert states_on(board_as_of(then, known_at=then))[duty] == "not-evidenced"
    assert states_on(board_as_of(then, known_at=then)) == states_explained(then, then)


def test_the_board_costs_the_same_number_of_reads_for_ten_places_as_for_one(
    django_assert_num_queries: object,
) -> None:
    adopt_plan(START)
    a_place("M-0", daily_visitors=3000, at=START)
    board(NOW)
    with django_assert_num_queries(1):  # type: ignore[operator]  # pytest-django's fixture has no type
        board(NOW)
    for number in range(10):
        a_place(f"M-1{number}", daily_visitors=3000, at=START)
    board(NOW)
    with django_assert_num_queries(1):  # type: ignore[operator]  # as above
        board(NOW)


def test_gaps_are_the_duties_nobody_recorded_and_end_when_somebody_does() -> None:
    place = a_small_city()[0]
    before = {gap.rule for gap in gaps_at(NOW, now=NOW) if gap.place == "M-1"}
    some_evidence(place, at=NOW - timedelta(minutes=5), rule="mobile-patrol", kind="scan")
    after = {gap.rule for gap in gaps_at(NOW, now=NOW) if gap.place == "M-1"}
    assert before - after == {"mobile-patrol"}


def test_every_missed_window_of_a_period_is_listed_when_asked_for() -> None:
    a_small_city()
    day = datetime(2026, 3, 8, 16, 0, tzinfo=UTC)
    found = gaps_between(day, day + timedelta(days=1))
    missed = [gap for gap in found if gap.place == "M-1" and gap.rule == "mobile-patrol"]
    assert len(missed) == 16


def test_gaps_come_page_by_page_in_one_order_and_none_is_lost() -> None:
    a_small_city()
    whole = sorted(gaps_at(NOW, now=NOW), key=order_of)
    paged: list[object] = []
    after = None
    while page := gaps_after(after, 2, NOW, now=NOW):
        paged += page
        after = order_of(page[-1])
    assert paged == whole
    assert len(whole) > 4
    assert gaps_after(None, 99, NOW, now=NOW, subjects=frozenset({"M-1"})) == [
        g for g in whole if g.place == "M-1"
    ]
