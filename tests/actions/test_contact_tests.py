"""Tests of addresses: dead ones are found on a quiet day, and nobody is bothered while a warning is in force."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from tests.builders import a_place, a_user, adopt_plan, signed_in

from anlan.actions.contact_tests import HeldBackError, start_test, watch_tests
from anlan.actions.register import PlaceDraft, register_places
from anlan.actions.warnings import WarningDraft, confirm_warning, draft_warning, propose_warning
from anlan.engine.areas import Area
from anlan.models import ContactAnswer, ContactTest, Message, Place
from anlan.queries.contact_tests import dead_places, results

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)
"""Half past ten in Shanghai."""


@pytest.fixture(autouse=True)
def town(tmp_path: Path):
    (tmp_path / "messages.toml").write_text("[sink]\neverything = true\n")
    with override_settings(DATA=tmp_path):
        adopt_plan(START)
        for code in ("M-1", "M-2"):
            a_place(code, at=START)
        reached("M-1", receiver_email="one@place.example", deputy_phone="000-1")
        yield tmp_path


def reached(code: str, **ways: str) -> None:
    place = Place.objects.get(code=code)
    register_places([PlaceDraft(code, place.name_zh, place.kind, **ways)], by=None, at=START)


def test_each_address_gets_one_clearly_marked_message_with_a_page_of_its_own() -> None:
    test = start_test(by=None, at=timezone.now())
    rows = {row.receiver_kind: row for row in Message.objects.all()}
    assert set(rows) == {"place", "deputy"}
    assert "测试" in rows["place"].text.title_zh
    assert test.without_address == 1
    link = rows["place"].link.partition("8000")[2]
    receiver = Client()
    assert receiver.get(link).status_code == 200
    assert not ContactAnswer.objects.exists(), "opening it records nothing"
    assert "谢谢" in receiver.post(link, follow=True).content.decode()
    receiver.post(link)
    assert {row.kind: row.result for row in results(test)} == {"place": "confirmed", "deputy": "waiting"}
    assert receiver.get(link[:-3] + "xx/").status_code == 404


def test_a_dead_address_is_known_until_another_one_is_stated() -> None:
    start_test(by=None, at=TUESDAY)
    Message.objects.filter(receiver_kind="place").update(state="dead", fault="rejected", due_at=None)
    assert dead_places() == {"M-1"}
    office = signed_in(Client(), a_user("city-office"))
    assert "最近一次测试未送达" in office.get("/places/M-1/").content.decode()
    reached("M-1", receiver_email="new@place.example")
    assert dead_places() == frozenset()


def test_tests_begin_by_themselves_once_a_week_on_a_working_day() -> None:
    assert watch_tests(at=TUESDAY - timedelta(hours=5)) is None, "half past five in the morning"
    assert watch_tests(at=TUESDAY - timedelta(days=2)) is None, "a Sunday"
    assert watch_tests(at=TUESDAY) is not None
    assert watch_tests(at=TUESDAY + timedelta(days=6)) is None
    assert watch_tests(at=TUESDAY + timedelta(days=7)) is not None


def test_the_operator_of_the_installation_can_turn_them_off(town: Path) -> None:
    (town / "messages.toml").write_text("[sink]\neverything = true\n[tests]\ndays = 0\n")
    assert watch_tests(at=TUESDAY) is None


def test_never_while_a_red_or_orange_warning_is_in_force() -> None:
    officer, second = a_user("city-office"), a_user("city-office")
    draft = WarningDraft(
        "security", "orange", Area(kinds=("mall",)), TUESDAY + timedelta(hours=6),
        ("情况", ""), ("巡查", ""), ("办公室", ""),
    )  # fmt: skip
    notice = propose_warning(draft_warning(draft, by=officer, at=TUESDAY), by=officer, at=TUESDAY)
    confirm_warning(notice, by=second, at=TUESDAY)
    assert watch_tests(at=TUESDAY) is None
    with pytest.raises(HeldBackError):
        start_test(by=officer, at=TUESDAY)


def test_a_test_by_hand_shows_first_how_many_it_writes_to() -> None:
    office = signed_in(Client(), a_user("city-office"))
    assert "2 条" in office.get("/messages/tests/").content.decode()
    page = office.post("/messages/tests/start/", follow=True).content.decode()
    assert ContactTest.objects.count() == 1
    assert "未送达" in page
