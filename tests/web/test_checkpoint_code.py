"""The page behind a printed code: opening records nothing, a guard's press records once."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions.patrol_codes import issue_codes, replace_code
from anlan.actions.register import close_place
from anlan.models import CheckpointCode, Evidence, Visit, Walk
from builders import LONG_AGO, a_place, a_user, adopt_plan, signed_in
from patrol_builders import a_checkpoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def code() -> CheckpointCode:
    adopt_plan()
    place = a_place("S1", name_zh="海晏站", kind="mall", daily_visitors=3000)
    a_checkpoint(place, 1, LONG_AGO)
    return issue_codes(place, by=None, at=LONG_AGO)[0]


@pytest.fixture
def guard(client: Client, code: CheckpointCode) -> Client:
    return signed_in(client, a_user("guard", place="S1"))


def address(code: CheckpointCode) -> str:
    return reverse("checkpoint-code", args=[code.token])


def test_opening_a_code_records_nothing(guard, code):
    assert guard.get(address(code)).status_code == 200
    assert guard.head(address(code)).status_code == 200
    assert not Visit.objects.exists()


def test_a_press_records_the_visit_as_evidence_of_the_post_and_says_so(guard, code):
    answer = guard.post(address(code), {"id": uuid4(), "note": "门锁完好"}, follow=True)
    assert "已记录" in answer.content.decode()
    visit = Visit.objects.get()
    assert (visit.checkpoint, visit.note, visit.way, visit.flags) == (code.checkpoint, "门锁完好", "link", [])
    evidence = Evidence.objects.get()
    assert (evidence.rule, evidence.checkpoint, evidence.by) == ("mobile-patrol", code.checkpoint, None)


def test_pressing_twice_records_once(guard, code):
    sent = {"id": str(uuid4()), "note": ""}
    for _time in range(2):
        assert guard.post(address(code), sent).status_code == 302
    assert (Visit.objects.count(), Evidence.objects.count(), Walk.objects.count()) == (1, 1, 1)


def test_two_visits_in_one_shift_are_of_one_round(guard, code):
    for _time in range(2):
        guard.post(address(code), {"id": uuid4()})
    assert (Visit.objects.count(), Walk.objects.count()) == (2, 1)


def test_a_replaced_label_is_recorded_with_a_mark_and_counts_only_when_somebody_accepts_it(guard, code):
    replace_code(code.checkpoint, reason="破损", by=None, at=timezone.now())
    assert "换发" in guard.get(address(code)).content.decode()
    guard.post(address(code), {"id": uuid4()})
    assert Visit.objects.get().flags == ["void-code"]
    assert not Evidence.objects.exists()


def test_a_stranger_learns_neither_place_nor_checkpoint(client, code):
    shown = client.get(address(code)).content.decode()
    assert code.checkpoint.name_zh not in shown
    assert "海晏站" not in shown
    assert client.post(address(code), {"id": uuid4()}).status_code == 200
    assert not Visit.objects.exists()


def test_a_guard_of_another_place_records_nothing_here(client, code):
    a_place("S2")
    other = signed_in(client, a_user("guard", place="S2"))
    answer = other.post(address(code), {"id": uuid4()})
    assert answer.status_code == 403
    assert code.checkpoint.name_zh not in answer.content.decode()
    assert not Visit.objects.exists()


@pytest.mark.parametrize("token", ["nonsense", "x" * 40, "%00", "../../etc", "b7Qm2xV9-kLp0_sTzA4e"])
def test_a_code_nobody_issued_is_said_to_be_unknown(client, code, token):
    assert client.get(f"/c/{token}/").status_code in {400, 404}


def test_a_note_that_is_too_long_comes_back_and_nothing_is_recorded(guard, code):
    answer = guard.post(address(code), {"id": uuid4(), "note": "长" * 501})
    assert answer.status_code == 422
    assert "长" * 501 in answer.content.decode()
    assert not Visit.objects.exists()


def test_a_form_whose_id_was_altered_records_nothing_and_says_so(guard, code):
    assert guard.post(address(code), {"id": "not an id"}).status_code == 422
    assert not Visit.objects.exists()


def test_a_closed_place_can_still_be_walked_off(guard, code):
    close_place(code.checkpoint.place, by=None, at=timezone.now(), reason="停业")
    assert guard.get(address(code)).status_code < 500
    assert guard.post(address(code), {"id": uuid4()}).status_code < 500
