"""The pages of action cards: read, ticked off, read back and printed at the place, and by nobody elsewhere."""

import io

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from anlan.actions.place_points import PointDraft, add_point
from anlan.models import CardHeld, Place
from builders import LONG_AGO, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
CARD = ["MALL", "city-plan-2026", "vehicle-attack", "guard"]


@pytest.fixture
def mall() -> Place:
    adopt_plan()
    place = a_place("MALL", name_zh="江湾商场", public_access=True)
    add_point(place, PointDraft("exit", "东门", "East gate"), by=None, at=LONG_AGO)
    room = PointDraft("control-room", "监控室", call_number="000-5552-0001")
    add_point(place, room, by=None, at=LONG_AGO)
    return place


@pytest.fixture
def guard(client: Client, mall: Place) -> Client:
    return signed_in(client, a_user("guard", place=mall.code))


def read_back(client: Client, *answers: object, **more: str):
    version = client.get(reverse("action-card", args=CARD)).context["card"].version
    sent = {f"q{n}": str(answer) for n, answer in enumerate(answers, 1)}
    return client.post(reverse("action-card", args=CARD), {"version": version, "way": "page", **sent, **more})


def test_the_card_says_what_never_to_do_rings_the_control_room_and_names_the_exit(guard: Client) -> None:
    page = guard.get(reverse("action-card", args=CARD)).content.decode()
    for words in ("严禁驾车或徒步追赶。", "tel:00055520001", "tel:120", "东门"):
        assert words in page
    guard.cookies["language"] = "en"
    page = guard.get(reverse("action-card", args=CARD)).content.decode()
    for words in ("Never follow it, by car or on foot.", "East gate", "within 1 minute"):
        assert words in page


def test_wrong_answers_are_shown_with_the_right_ones_and_counted(guard: Client) -> None:
    answer = read_back(guard, 2, 3, 2, 2, 1)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "正确答案" in page
    assert "坚固物后或室内" in page.split('id="result"')[1].split("</section>")[0]
    held = CardHeld.objects.get(ended_at=None)
    assert (held.right_count, held.way) == (4, "page")


@pytest.mark.parametrize("answers", [(1, 3, 2, 2), (1, 3, 2, 2, 9), (1, 3, 2, 2, "x"), (0, 3, 2, 2, 1)])
def test_a_reading_with_an_answer_missing_or_not_there_is_asked_again(guard: Client, answers) -> None:
    assert read_back(guard, *answers).status_code == 422
    assert not CardHeld.objects.exists()


def test_answers_to_a_card_that_changed_meanwhile_are_not_taken(guard: Client) -> None:
    assert read_back(guard, 1, 3, 2, 2, 1, version="000000000000").status_code == 409
    assert not CardHeld.objects.exists()


def test_the_office_reads_the_card_and_does_not_hold_it(client: Client, mall: Place) -> None:
    signed_in(client, a_user("city-office"))
    assert "read-back" not in client.get(reverse("action-card", args=CARD)).content.decode()
    assert read_back(client, 1, 3, 2, 2, 1).status_code == 403
    assert not CardHeld.objects.exists()


def test_a_guard_of_another_place_finds_neither_list_nor_card_nor_sheet(client: Client, mall: Place) -> None:
    signed_in(client, a_user("guard", place=a_place("OTHER").code))
    assert client.get(reverse("place-cards", args=["MALL"])).status_code == 404
    for name in ("action-card", "action-card-sheet"):
        assert client.get(reverse(name, args=CARD)).status_code == 404
    assert client.post(reverse("action-card", args=CARD), {}).status_code == 404


@pytest.mark.parametrize(
    "card",
    [["MALL", "no-scheme", "general", "guard"], [*CARD[:2], "no-plan", "guard"], [*CARD[:3], "no-role"]],
)
def test_a_card_that_no_scheme_has_is_not_there(guard: Client, card: list[str]) -> None:
    assert guard.get(reverse("action-card", args=card)).status_code == 404


def test_the_code_of_an_old_sheet_leads_to_the_present_card_and_says_so(guard: Client) -> None:
    address = reverse("action-card", args=CARD)
    version = guard.get(address).context["card"].version
    assert guard.get(f"{address}?v={version}").context["old_version"] == ""
    assert "abc123abc123" in guard.get(f"{address}?v=abc123abc123").content.decode()


def test_the_list_tells_who_holds_what(guard: Client) -> None:
    before = guard.get(reverse("place-cards", args=["MALL"])).context["gaps"]
    read_back(guard, 1, 3, 2, 2, 1)
    page = guard.get(reverse("place-cards", args=["MALL"]))
    assert page.context["gaps"] == before - 1
    assert "已持有并复述" in page.content.decode()


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "严禁驾车或徒步追赶"), ("en", "Neverfollowit")])
def test_the_sheet_is_a6_and_carries_version_steps_and_what_never_to_do(
    guard: Client, language: str, words: str
) -> None:
    guard.cookies["language"] = language
    version = guard.get(reverse("action-card", args=CARD)).context["card"].version
    answer = guard.get(reverse("action-card-sheet", args=CARD))
    sides = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join("".join(side.extract_text().split()) for side in sides)
    assert [float(size) for size in sides[0].mediabox[2:]] == pytest.approx([297.6, 419.5], abs=0.5)
    assert len(sides) <= 2
    for part in (words, version, "000-5552-0001"):
        assert part in text


def test_the_worker_may_keep_cards_and_nothing_outside_places(client: Client) -> None:
    answer = client.get(reverse("cards-worker"))
    assert answer.headers["Service-Worker-Allowed"] == "/places/"
    assert answer.headers["Content-Type"].startswith("text/javascript")
