"""Registering and closing exits, cut-offs and control rooms on the pages of a place."""

import pytest
from django.test import Client
from django.urls import reverse

from anlan.models import Place, PlacePoint
from builders import a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall() -> Place:
    adopt_plan()
    return a_place("MALL")


@pytest.fixture
def manager(client: Client, mall: Place) -> Client:
    return signed_in(client, a_user("venue-manager", place=mall.code))


def add(client: Client, **values: str) -> int:
    return client.post(reverse("place-part-new", args=["MALL", "point"]), values).status_code


def test_a_manager_registers_an_exit_and_sees_it_in_the_file_in_both_languages(manager: Client) -> None:
    sent = {"kind": "exit", "name_zh": "东门", "name_en": "East gate", "note_en": "Past the lifts"}
    assert add(manager, **sent) == 302
    assert "东门" in manager.get(reverse("place-file", args=["MALL"])).content.decode()
    manager.cookies["language"] = "en"
    english = manager.get(reverse("place-file", args=["MALL"])).content.decode()
    assert "East gate" in english
    manager.cookies["language"] = "zh-hans"


@pytest.mark.parametrize(
    "sent",
    [
        {"kind": "door", "name_zh": "门"},
        {"kind": "exit", "name_zh": ""},
        {"kind": "exit", "name_zh": "门", "latitude": "31.2"},
        {"kind": "exit", "name_zh": "门", "latitude": "nan", "longitude": "nan"},
        {"kind": "exit", "name_zh": "门", "latitude": "91", "longitude": "0"},
        {"kind": "exit", "name_zh": "门", "call_number": "000-5552-1"},
        {"kind": "control-room", "name_zh": "监控室"},
        {"kind": "control-room", "name_zh": "监控室", "call_number": "call me"},
    ],
)
def test_a_point_that_cannot_be_is_asked_again(manager: Client, sent: dict[str, str]) -> None:
    assert add(manager, **sent) == 422
    assert not PlacePoint.objects.exists()


def test_a_point_is_closed_with_a_reason_and_once(manager: Client) -> None:
    add(manager, kind="exit", name_zh="东门")
    point = PlacePoint.objects.get()
    address = reverse("place-point-close", args=["MALL", point.pk])
    assert manager.post(address, {"reason": ""}).status_code == 422
    assert manager.post(address, {"reason": "封堵"}).status_code == 302
    assert manager.get(address).status_code == 404


def test_the_manager_of_another_place_finds_no_point_to_close(client: Client, mall: Place) -> None:
    point = PlacePoint.objects.create(
        place=mall, kind="exit", name_zh="东门", recorded_at="2026-01-01T00:00:00Z"
    )
    signed_in(client, a_user("venue-manager", place=a_place("OTHER").code))
    assert (
        client.post(reverse("place-point-close", args=["MALL", point.pk]), {"reason": "x"}).status_code == 404
    )
    point.refresh_from_db()
    assert point.closed_at is None
