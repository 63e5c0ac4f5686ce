"""Codes of checkpoints: issued once, printed, replaced when damaged, turning on a screen."""

import io
import re
from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from anlan.actions.patrol_codes import issue_codes, replace_code
from anlan.actions.place_parts import add_checkpoint
from anlan.engine.patrol_codes import Scanned, read_scanned, shown_typed, turn_holds, turn_mark, turn_of
from anlan.models import CheckpointCode, Entry, Place
from anlan.queries.patrol_codes import code_read, codes_of
from anlan.web import clock
from anlan.web.patrol_codes import SCREEN_SALT, turning_secret
from builders import LONG_AGO, a_place, a_user, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Place:
    place = a_place("S1", name_zh="海晏站")
    for number in (1, 2, 3):
        add_checkpoint(
            place, code=f"C{number}", name_zh=f"{number} 号口", name_en=f"Gate {number}", by=None, at=LONG_AGO
        )
    return place


@pytest.fixture
def manager(client: Client, place: Place) -> Client:
    return signed_in(client, a_user("venue-manager", place=place.code))


def words_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_issuing_gives_each_checkpoint_one_code_and_a_second_time_changes_nothing(manager, place):
    for _time in range(2):
        manager.post(reverse("place-codes-issue", args=["S1"]))
    codes = CheckpointCode.objects.filter(checkpoint__place=place)
    assert sorted(codes.values_list("checkpoint__code", "number")) == [("C1", 1), ("C2", 1), ("C3", 1)]
    assert Entry.objects.filter(action="issue-checkpoint-code").count() == 3


def test_a_closed_checkpoint_gets_no_code(place):
    place.checkpoints.filter(code="C2").update(closed_at=LONG_AGO + timedelta(days=1))
    issue_codes(place, by=None, at=timezone.now())
    assert [row.checkpoint.code for row in codes_of(place)] == ["C1", "C3"]


def test_the_sheet_shows_each_name_and_the_letters_to_type(manager, place):
    issue_codes(place, by=None, at=timezone.now())
    answer = manager.get(reverse("place-codes-sheet", args=["S1"]))
    assert answer.headers["Content-Type"] == "application/pdf"
    printed = words_of(answer.content)
    for row in codes_of(place):
        assert shown_typed(row.code.typed) in printed
        assert row.checkpoint.name_zh in printed


def test_a_damaged_label_is_printed_anew_alone_and_the_old_one_is_void(manager, place):
    issue_codes(place, by=None, at=timezone.now())
    old = place.checkpoints.get(code="C2").codes.get()
    manager.post(reverse("place-code-replace", args=["S1", "C2"]), {"reason": "被撕坏"})
    old.refresh_from_db()
    new = place.checkpoints.get(code="C2").codes.get(void_at=None)
    assert (old.void_reason, new.number) == ("被撕坏", 2)
    assert {old.token, old.typed}.isdisjoint({new.token, new.typed})
    printed = words_of(manager.get(reverse("place-codes-sheet", args=["S1"]) + "?checkpoint=C2").content)
    assert shown_typed(new.typed) in printed
    assert shown_typed(old.typed) not in printed
    assert "1 号口" not in printed


def test_replacing_asks_for_a_reason(manager, place):
    issue_codes(place, by=None, at=timezone.now())
    answer = manager.post(reverse("place-code-replace", args=["S1", "C2"]), {"reason": " "})
    assert answer.status_code == 422
    assert place.checkpoints.get(code="C2").codes.get().void_at is None


def test_printing_before_anything_is_issued_says_what_to_do(manager, place):
    answer = manager.get(reverse("place-codes-sheet", args=["S1"]), follow=True)
    assert answer.redirect_chain[-1][0] == reverse("place-codes", args=["S1"])
    assert "先发放" in answer.content.decode()


def test_a_code_is_found_by_its_address_and_by_its_letters(place):
    code = issue_codes(place, by=None, at=timezone.now())[0]
    assert code_read(f"https://anlan.example/c/{code.token}/") == code
    assert code_read(shown_typed(code.typed).lower()) == code
    assert code_read("ABCD-EFGH") is None


def test_a_screen_shows_a_code_that_holds_now_and_not_a_minute_later(manager, client, place):
    issue_codes(place, by=None, at=timezone.now())
    replace_code(place.checkpoints.get(code="C1"), reason="屏幕", turning=True, by=None, at=timezone.now())
    address = manager.get(reverse("place-code-screen", args=["S1", "C1"])).headers["Location"]
    answer = Client().get(address)
    assert answer.status_code == 200
    assert "<svg" in answer.content.decode()
    found = place.checkpoints.get(code="C1").codes.get(void_at=None)
    step = turn_of(clock.now())
    seen = read_scanned(
        f"http://testserver/c/{found.token}/?t={step}.{turn_mark(turning_secret(), found.token, step)}"
    )
    assert isinstance(seen, Scanned)
    assert turn_holds(turning_secret(), seen, clock.now())
    assert not turn_holds(turning_secret(), seen, clock.now() + timedelta(minutes=1, seconds=1))


def test_a_screens_address_that_somebody_made_up_or_that_is_void_shows_nothing(client, place):
    code = issue_codes(place, by=None, at=timezone.now())[0]
    for signed in (
        "nonsense",
        signing.dumps("nonsense", salt=SCREEN_SALT),
        signing.dumps(str(code.pk), salt=SCREEN_SALT),
    ):
        assert client.get(reverse("checkpoint-screen", args=[signed])).status_code == 404


def test_the_list_says_which_labels_are_void_and_why(manager, place):
    issue_codes(place, by=None, at=timezone.now())
    replace_code(place.checkpoints.get(code="C3"), reason="被拍照转发", by=None, at=timezone.now())
    shown = manager.get(reverse("place-codes", args=["S1"])).content.decode()
    assert re.search(r"被拍照转发", shown)
