"""Points of a place for the first ten minutes, and which places near by are told."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_place, a_user

from anlan.actions.place_points import PointDraft, add_point, close_point
from anlan.models import Entry
from anlan.queries.place_points import neighbours_of, open_points

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 6, 30, tzinfo=UTC)
METRE = 1 / 111_195
"""Of latitude, on a sphere of the earth's mean radius."""


def test_a_closed_point_is_on_no_card_and_stays_in_the_journal() -> None:
    place, officer = a_place(), a_user()
    gate = add_point(place, PointDraft("exit", "东门", "East gate"), by=officer, at=NOW)
    add_point(place, PointDraft("control-room", "监控室", call_number="000-5552-0001"), by=officer, at=NOW)
    close_point(gate, by=officer, at=NOW + timedelta(days=1), reason="封堵")
    assert [point.kind for point in open_points(place)] == ["control-room"]
    assert [point.number for point in open_points(place)] == ["000-5552-0001"]
    closing = Entry.objects.get(action="close-point")
    assert (closing.place_code, closing.reason, closing.changes) == (
        place.code,
        "封堵",
        {"point": ["东门", None]},
    )


def test_a_point_closed_twice_keeps_the_day_and_the_line_of_the_first_time() -> None:
    gate = add_point(a_place(), PointDraft("exit", "东门"), by=None, at=NOW)
    close_point(gate, by=None, at=NOW, reason="封堵")
    again = close_point(gate, by=None, at=NOW + timedelta(days=3), reason="再次")
    assert again.closed_at == NOW
    assert Entry.objects.filter(action="close-point").count() == 1


def test_neighbours_are_the_three_nearest_within_500_m_that_have_a_number() -> None:
    place = a_place("HERE", latitude=39.0, longitude=116.0)
    for code, metres in (("P-450", 450), ("P-510", 510), ("P-100", 100), ("P-300", 300), ("P-200", 200)):
        near = a_place(code, latitude=39.0 + metres * METRE, longitude=116.0)
        near.receiver_phone = "000-5551-0001"
        near.save()
    silent = a_place("SILENT", latitude=39.0 + 10 * METRE, longitude=116.0)
    assert [one.name.en for one in neighbours_of(place)] == ["Place P-100", "Place P-200", "Place P-300"]
    add_point(silent, PointDraft("control-room", "监控室", call_number="000-5552-9"), by=None, at=NOW)
    assert [one.number for one in neighbours_of(place)] == ["000-5552-9", "000-5551-0001", "000-5551-0001"]


def test_the_control_room_of_a_neighbour_is_rung_rather_than_its_receiver() -> None:
    place = a_place("HERE", latitude=39.0, longitude=116.0)
    near = a_place("NEAR", latitude=39.001, longitude=116.0)
    near.receiver_phone = "000-5551-0001"
    near.save()
    add_point(near, PointDraft("control-room", "监控室", call_number="000-5552-7"), by=None, at=NOW)
    assert [one.number for one in neighbours_of(place)] == ["000-5552-7"]


def test_a_place_without_coordinates_has_no_neighbours() -> None:
    a_place(latitude=39.0, longitude=116.0)
    assert neighbours_of(a_place(latitude=None, longitude=None)) == ()
