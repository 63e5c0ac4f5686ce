"""The pages of CAP messages: what came, what became of it, who sees it, and how subscriptions are kept."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anlan.actions.cap_keys import own_key
from anlan.actions.cap_subscriptions import SubscriptionDraft, add_subscription
from anlan.actions.cap_taking import take_cap
from anlan.models import CapMessage, CapSubscription, Signal, User
from builders import a_place, a_user, signed_in
from links.cap.messages import changed

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 24, 3, 0, tzinfo=UTC)
REFUSED = changed(("31.30,121.50 31.20,121.40</polygon>", "31.30,121.50</polygon>"))


@pytest.fixture
def office(client: Client) -> Client:
    client.cookies["language"] = "en"
    return signed_in(client, a_user("city-office", username="officer"))


def send(client: Client, data: bytes) -> CapMessage:
    answer = client.post(reverse("cap-take"), {"file": SimpleUploadedFile("message.xml", data)})
    row = CapMessage.objects.latest("at")
    assert answer.headers["Location"] == reverse("cap-message", args=[row.pk])
    return row


def text_of(client: Client, name: str, *args: object, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_file_that_is_sent_is_checked_kept_and_leads_to_its_signal(office: Client) -> None:
    row = send(office, changed())
    page = text_of(office, "cap-message", row.pk)
    assert "Accepted" in page
    assert "橙色预警" in page
    assert reverse("signal", args=[Signal.objects.get().pk]) in page
    assert "橙色预警" in text_of(office, "cap")


def test_a_refused_file_says_reason_element_line_and_mend_in_the_reader_s_language(office: Client) -> None:
    row = send(office, REFUSED)
    page = text_of(office, "cap-message", row.pk)
    for words in (
        "Refused",
        "line 29",
        "/alert[1]/info[1]/area[1]/polygon[1]",
        "at least four, the last the same",
    ):
        assert words in page
    office.cookies["language"] = "zh-hans"
    assert "末点与首点相同" in text_of(office, "cap-message", row.pk)


def test_an_exercise_is_marked_and_said_to_touch_nothing(office: Client) -> None:
    row = send(office, changed(("<status>Actual", "<status>Exercise")))
    assert "neither signals nor levels" in text_of(office, "cap-message", row.pk)
    assert not Signal.objects.exists()


def test_the_list_is_narrowed_by_tab_status_and_words(office: Client) -> None:
    send(office, changed())
    send(office, REFUSED)
    send(office, changed(("<status>Actual", "<status>Test"), ("990100-2026-0001", "T-9")))
    assert text_of(office, "cap").count("cell-title") == 3
    assert text_of(office, "cap", state="refused").count("cell-title") == 1
    assert text_of(office, "cap", state="in").count("cell-title") == 3
    assert text_of(office, "cap", state="out").count("cell-title") == 0
    assert text_of(office, "cap", status="Test").count("cell-title") == 1
    assert text_of(office, "cap", q="T-9").count("cell-title") == 1


def test_what_a_message_says_cannot_become_part_of_the_page(office: Client) -> None:
    row = send(office, changed(("<headline>橙色预警", "<headline>&lt;script&gt;alert(1)&lt;/script&gt;")))
    for page in (text_of(office, "cap-message", row.pk), text_of(office, "cap")):
        assert "<script>alert(1)" not in page
    file = office.get(reverse("cap-content", args=[row.pk]))
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert file.content == bytes(row.content)


def test_who_sees_one_place_sees_only_the_foreign_messages_they_brought(client: Client) -> None:
    a_place("P-1")
    take_cap(changed(), source="file", by=None, at=AT)
    manager = signed_in(client, a_user("venue-manager", place="P-1"))
    other = CapMessage.objects.get()
    assert "cell-title" not in text_of(manager, "cap")
    assert manager.get(reverse("cap-message", args=[other.pk])).status_code == 404
    assert manager.get(reverse("cap-content", args=[other.pk])).status_code == 404
    own = send(manager, changed(("990100-2026-0001", "own-1")))
    assert text_of(manager, "cap-message", own.pk)
    assert text_of(manager, "cap").count("cell-title") == 1


def test_anybody_may_have_the_certificate_and_never_the_key(client: Client) -> None:
    answer = client.get(reverse("cap-certificate"))
    assert own_key(at=AT).certificate.public_bytes(Encoding.PEM) in answer.content
    assert b"PRIVATE" not in answer.content


def test_the_list_is_given_as_a_file(office: Client) -> None:
    send(office, changed())
    answer = office.get(reverse("cap-export", args=["csv"]))
    assert "990100-2026-0001" in b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]  # a stream


# ---- subscriptions ---------------------------------------------------------------------------------


def stated(**more: str) -> dict[str, str]:
    return {
        "name": "Weather",
        "url": "https://weather.example/cap",
        "minutes": "10",
        "certificate": "",
        **more,
    }


@pytest.fixture
def administrator(client: Client) -> Client:
    client.cookies["language"] = "en"
    return signed_in(client, a_user("administrator"))


def test_a_subscription_is_stated_changed_fetched_and_ended(administrator: Client) -> None:
    administrator.post(reverse("cap-subscription-new"), stated())
    row = CapSubscription.objects.get()
    assert row.due_at is not None
    administrator.post(reverse("cap-subscription", args=[row.pk]), stated(minutes="30"))
    row.refresh_from_db()
    assert row.minutes == 30
    before = row.due_at
    administrator.post(reverse("cap-subscription-act", args=[row.pk]), {"act": "fetch"})
    row.refresh_from_db()
    assert row.due_at is not None
    assert before is not None
    assert row.due_at >= before
    administrator.post(reverse("cap-subscription-act", args=[row.pk]), {"act": "end"})
    row.refresh_from_db()
    assert row.ended_at is not None
    assert "Weather" in text_of(administrator, "cap-subscriptions")


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://127.0.0.1/feed"},
        {"url": "https://localhost/x"},
        {"url": "http://192.168.1.1/a"},
        {"url": "https://[::1]/"},
        {"url": "http://w.example/feed"},
        {"url": "ftp://weather.example/"},
        {"url": "https://name:word@weather.example/"},
        {"url": "https://weather.example:0x/"},
        {"url": "weather"},
        {"certificate": "nonsense"},
        {"minutes": "0"},
        {"name": ""},
    ],
)
def test_what_cannot_be_fetched_is_not_subscribed_to(administrator: Client, wrong: dict[str, str]) -> None:
    answer = administrator.post(reverse("cap-subscription-new"), stated(**wrong))
    assert answer.status_code == 422
    assert not CapSubscription.objects.exists()


def test_a_failed_fetch_is_said_on_the_page(administrator: Client) -> None:
    row = add_subscription(SubscriptionDraft("Weather", "https://w.example/?secret=x", 10), by=None, at=AT)
    CapSubscription.objects.filter(pk=row.pk).update(
        fault="status", fault_detail="503", failures=3, fetched_at=AT
    )
    page = text_of(administrator, "cap-subscriptions")
    assert "answered with an error. (503)" in page
    assert "3 attempts in a row failed" in page


def test_an_address_may_hold_a_secret_and_is_shown_whole_only_to_who_states_it(client: Client) -> None:
    add_subscription(SubscriptionDraft("Weather", "https://w.example/?secret=x", 10), by=None, at=AT)
    page = text_of(signed_in(client, a_user("city-office")), "cap-subscriptions")
    assert "w.example" in page
    assert "secret" not in page
    assert User.objects.count() == 1
