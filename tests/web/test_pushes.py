"""Notifications: a browser's subscription is kept while it is wanted, and duty officers are pushed what waits."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.test import Client, override_settings
from tests.builders import a_place, a_user, adopt_plan, signed_in

from anlan.actions import accounts
from anlan.actions.messages_sending import begin, finish, take_up
from anlan.actions.warning_delivery import tell_second_person, watch_warnings
from anlan.actions.warnings import WarningDraft, draft_warning, propose_warning
from anlan.engine.areas import Area
from anlan.engine.messages import Outcome
from anlan.engine.policy import Level
from anlan.links.notify_push import padless
from anlan.models import Message, PushSubscription, User, WarningNotice

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 2, 30, tzinfo=UTC)


def a_browser(name: str = "one") -> str:
    keys = {"p256dh": padless(b"\x04" + bytes(64)), "auth": padless(bytes(16))}
    return json.dumps(
        {"endpoint": f"https://fcm.googleapis.com/{name}", "keys": keys, "expirationTime": None}
    )


@pytest.fixture(autouse=True)
def folder(tmp_path: Path):
    (tmp_path / "messages.toml").write_text("[sink]\neverything = true\n")
    with override_settings(DATA=tmp_path):
        yield tmp_path


@pytest.fixture
def officers() -> tuple[User, User]:
    adopt_plan(START)
    a_place("M-1", at=START)
    return a_user("city-office", username="one"), a_user("city-office", username="two")


def subscribed(user: User, name: str) -> Client:
    client = signed_in(Client(), user)
    answer = client.post(
        "/account/notifications/subscribe/", a_browser(name), content_type="application/json"
    )
    assert answer.status_code == 204
    return client


def proposed(by: User, level: Level) -> WarningNotice:
    draft = WarningDraft(
        "security", level, Area(kinds=("mall",)), NOW + timedelta(hours=9), ("情况", "A matter"),
        ("巡查", ""), ("办", ""),
    )  # fmt: skip
    return propose_warning(draft_warning(draft, by=by, at=NOW), by=by, at=NOW)


def test_a_browser_subscribes_again_without_a_second_row_and_ends_it(officers: tuple[User, User]) -> None:
    client = subscribed(officers[0], "one")
    subscribed(officers[0], "one")
    row = PushSubscription.objects.get()
    assert set(json.loads(row.subscription)) == {"endpoint", "keys"}
    gone = json.dumps({"endpoint": "https://fcm.googleapis.com/one"})
    assert (
        client.post("/account/notifications/end/", gone, content_type="application/json").status_code == 204
    )
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize(
    "given", ["", "[]", '{"endpoint": "https://a.example"}', a_browser().replace("https", "http")]
)
def test_what_is_no_subscription_is_refused(given: str) -> None:
    client = signed_in(Client(), a_user("city-office"))
    answer = client.post("/account/notifications/subscribe/", given, content_type="application/json")
    assert answer.status_code == 422


def test_the_second_person_is_pushed_and_not_who_asks(officers: tuple[User, User]) -> None:
    for user in officers:
        subscribed(user, user.username)
    notice = proposed(officers[0], "orange")
    assert tell_second_person(notice, at=NOW) == 1
    assert tell_second_person(notice, at=NOW) == 0, "told once"
    message = Message.objects.get()
    assert message.address == officers[1].pushes.get().subscription
    assert message.text.title_zh == "橙色预警待第二人确认"


def test_duty_officers_are_pushed_when_receivers_are_late(officers: tuple[User, User]) -> None:
    subscribed(officers[1], "two")
    notice = proposed(officers[0], "yellow")
    watch_warnings(at=NOW)
    pushed = Message.objects.filter(mailing__about_kind="warning-duty", mailing__about_id=str(notice.pk))
    assert not pushed.exists()
    watch_warnings(at=NOW + timedelta(hours=1))
    assert "未签收 1 处" in pushed.get().text.title_zh


def test_a_subscription_ends_with_the_account_and_when_the_push_service_knows_it_no_more(
    officers: tuple[User, User],
) -> None:
    for user in officers:
        subscribed(user, user.username)
    accounts.deactivate(officers[0], by=None, at=NOW)
    assert PushSubscription.objects.get().user == officers[1]
    tell_second_person(proposed(officers[0], "orange"), at=NOW)
    (identifier,) = take_up("worker", at=NOW, most=1)
    begun = begin(identifier, "worker", "webpush", at=NOW)
    assert begun is not None
    finish(begun, Outcome("rejected", "bad-address", "410"), repeatable=True, at=NOW)
    assert not PushSubscription.objects.exists()


def test_the_page_says_plainly_where_notifications_are_not_set_up(folder: Path) -> None:
    client = signed_in(Client(), a_user("city-office"))
    assert "本系统尚未设置通知" in client.get("/account/notifications/").content.decode()
    key = ec.generate_private_key(ec.SECP256R1())
    (folder / "push.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (folder / "messages.toml").write_text(
        '[webpush]\ncontact = "mailto:a@city.example"\nkey_file = "push.pem"\n'
    )
    page = client.get("/account/notifications/").content.decode()
    assert "data-key=" in page
    assert "本系统尚未设置通知" not in page
