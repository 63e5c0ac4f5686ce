"""Who holds which action card: outdated with whatever changes on it, and never read back when nobody answered."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_place, adopt_plan

from anlan.actions.cards import hold_card
from anlan.actions.place_points import PointDraft, add_point
from anlan.models import CardHeld, Entry, Place
from anlan.queries.action_cards import PlaceCards, RoleCard

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def place() -> Place:
    adopt_plan()
    return a_place("MALL", public_access=True)


def the_card(place: Place, role: str = "guard", plan: str = "vehicle-attack") -> RoleCard:
    found = PlaceCards(place, NOW).found("city-plan-2026", plan, role)
    assert found is not None
    return found[2]


def right_answers(row: RoleCard) -> list[int]:
    return [question.right for question in row.card.read_back]


def hold(place: Place, row: RoleCard, *answers: int, at: datetime = NOW) -> CardHeld:
    return hold_card(
        place, "city-plan-2026", row.card, way="page" if answers else "print", by=None, at=at,
        answers=answers or None,
    )  # fmt: skip


def test_a_new_exit_makes_the_card_that_shows_it_outdated_and_no_other(place: Place) -> None:
    guard, room = the_card(place), the_card(place, "control-room")
    hold(place, guard, *right_answers(guard))
    hold(place, room, *right_answers(room))
    assert (the_card(place).state, the_card(place, "control-room").state) == ("held", "held")
    add_point(place, PointDraft("exit", "东门"), by=None, at=NOW)
    assert (the_card(place).state, the_card(place, "control-room").state) == ("outdated", "held")


def test_a_printed_card_that_nobody_read_back_is_a_gap(place: Place) -> None:
    hold(place, the_card(place))
    row = the_card(place)
    assert (row.state, row.is_gap) == ("unread", True)


def test_one_wrong_answer_is_held_and_to_be_read_again(place: Place) -> None:
    row = the_card(place)
    first, *others = right_answers(row)
    held = hold(place, row, first % 3 + 1, *others)
    assert held.right_count == 4
    assert (the_card(place).state, the_card(place).is_gap) == ("weak", False)


def test_a_later_print_of_the_same_version_keeps_what_was_read_back(place: Place) -> None:
    row = the_card(place)
    hold(place, row, *right_answers(row))
    hold(place, row, at=NOW + HOUR)
    assert the_card(place).state == "held"
    assert list(CardHeld.objects.order_by("held_at").values_list("way", "ended_at")) == [
        ("page", NOW + HOUR),
        ("print", None),
    ]


def test_a_print_of_a_newer_version_has_to_be_read_back_anew(place: Place) -> None:
    row = the_card(place)
    hold(place, row, *right_answers(row))
    add_point(place, PointDraft("exit", "东门"), by=None, at=NOW)
    hold(place, the_card(place), at=NOW + HOUR)
    assert the_card(place).state == "unread"


def test_the_journal_tells_which_version_took_the_place_of_which(place: Place) -> None:
    row = the_card(place)
    hold(place, row, *right_answers(row))
    entry = Entry.objects.get(action="hold-card")
    assert entry.place_code == "MALL"
    assert entry.changes["version"] == [None, row.card.version]
    assert entry.changes["right_answers"] == 5


def test_a_card_of_a_role_from_outside_is_no_gap_of_the_place(place: Place) -> None:
    row = the_card(place, "commander")
    assert (row.state, row.is_gap) == ("outside", False)


def test_a_plan_that_does_not_hold_for_the_place_is_not_listed(place: Place) -> None:
    listed = {each.of.plan.id: each.of.verdict.holds for each in PlaceCards(place, NOW).listed}
    assert listed["vehicle-attack"] is True
    assert listed["general"] is True
    shut = a_place("DEPOT", kind="warehouse", public_access=False)
    assert "vehicle-attack" not in {each.of.plan.id for each in PlaceCards(shut, NOW).listed}


def test_nothing_is_listed_and_no_card_found_before_a_scheme_is_adopted() -> None:
    cards = PlaceCards(a_place(), NOW)
    assert (cards.listed, cards.found("city-plan-2026", "general", "guard")) == ((), None)
