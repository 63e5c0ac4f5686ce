"""Subscriptions: fetched when due, only what is new, never from inside, and later and later while they fail."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings
from tests.links.cap.messages import changed
from tests.message_servers import WebServer, web_server

from anlan.actions.cap_feeds import fetch_due
from anlan.actions.cap_keys import own_key
from anlan.actions.cap_subscriptions import (
    SubscriptionDraft,
    add_subscription,
    change_subscription,
    end_subscription,
)
from anlan.links.cap.message import Received, receive
from anlan.links.cap.signatures import signed
from anlan.links.cap.signing_keys import signing_key
from anlan.models import CapMessage, CapSubscription, Signal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def server() -> Iterator[WebServer]:
    """A server on the loopback, which the operator's file names."""
    file = settings.DATA / "messages.toml"
    file.write_text('[outbound]\nnetworks = ["127.0.0.0/8"]\n', "utf-8")
    try:
        with web_server() as state:
            yield state
    finally:
        file.unlink()


def subscribed(url: str, certificate: str = "") -> CapSubscription:
    draft = SubscriptionDraft(name="气象", url=url, minutes=10, certificate=certificate)
    return add_subscription(draft, by=None, at=NOW)


def fetched(row: CapSubscription, at: datetime = NOW) -> CapSubscription:
    fetch_due(now=lambda: at)
    row.refresh_from_db()
    return row


def atom(*entries: tuple[str, str]) -> bytes:
    inside = "".join(
        f"<entry><id>{link}</id><updated>{when}</updated><link type='application/cap+xml' href='{link}'/></entry>"
        for link, when in entries
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{inside}</feed>".encode()


def another(number: int) -> bytes:
    return changed(("990100-2026-0001", f"990100-2026-{number:04d}"))


def test_a_feed_is_fetched_with_its_entries_and_again_only_if_it_changed(server: WebServer) -> None:
    server.pages = {
        "/feed": (200, {"ETag": '"one"'}, atom(("/a.xml", "1"), ("/b.xml", "1"))),
        "/a.xml": (200, {}, another(1)),
        "/b.xml": (200, {}, another(2)),
    }
    row = fetched(subscribed(server.at("/feed")))
    assert (row.fault, row.found, row.taken, row.failures) == ("", 2, 2, 0)
    assert Signal.objects.filter(channel="cap").count() == 2
    assert row.due_at == NOW + 10 * MINUTE
    asked = len(server.requests)
    row = fetched(row, NOW + 10 * MINUTE)
    assert [request.headers.get("if-none-match") for request in server.requests[asked:]] == ['"one"']
    assert (row.fault, row.found, row.taken) == ("", 2, 2)


def test_only_new_and_changed_entries_are_fetched(server: WebServer) -> None:
    server.pages = {"/feed": (200, {}, atom(("/a.xml", "1"))), "/a.xml": (200, {}, another(1))}
    row = fetched(subscribed(server.at("/feed")))
    server.pages |= {
        "/feed": (200, {}, atom(("/a.xml", "1"), ("/b.xml", "1"))),
        "/b.xml": (200, {}, another(2)),
    }
    server.requests.clear()
    fetched(row, NOW + 10 * MINUTE)
    assert [request.path for request in server.requests] == ["/feed", "/b.xml"]
    server.pages["/feed"] = (200, {}, atom(("/a.xml", "2"), ("/b.xml", "1")))
    server.requests.clear()
    fetched(row, NOW + 20 * MINUTE)
    assert [request.path for request in server.requests] == ["/feed", "/a.xml"]


def test_rss_a_message_itself_and_one_inside_its_feed_are_taken_too(server: WebServer) -> None:
    inside = another(3).decode().partition("?>")[2]
    server.pages = {
        "/rss": (200, {}, b"<rss><channel><item><link>/a.xml</link></item></channel></rss>"),
        "/a.xml": (200, {}, another(1)),
        "/alone": (200, {}, another(2)),
        "/whole": (
            200,
            {},
            f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><content>{inside}</content></entry></feed>".encode(),
        ),
    }
    for path in ("/rss", "/alone", "/whole"):
        assert fetched(subscribed(server.at(path))).taken == 1, path
    assert CapMessage.objects.filter(outcome="accepted", source="feed").count() == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/feed",
        "https://127.0.0.1/feed",
        "https://[::1]/feed",
        "https://10.1.2.3/feed",
        "https://169.254.169.254/latest",
        "https://localhost/feed",
        "https://[::ffff:192.168.1.1]/feed",
    ],
)
def test_addresses_inside_are_not_fetched(url: str) -> None:
    row = fetched(subscribed(url))
    assert row.fault == "address-not-allowed"
    assert row.answered_at is None


def test_a_redirect_to_the_inside_is_not_followed(server: WebServer) -> None:
    for target in ("http://169.254.169.254/", "https://10.0.0.1/", "file:///etc/passwd"):
        server.pages["/feed"] = (302, {"Location": target}, b"")
        row = fetched(subscribed(server.at("/feed")))
        assert row.fault in ("address-not-allowed", "bad-address"), target


def test_a_link_of_a_feed_to_the_inside_is_not_followed(server: WebServer) -> None:
    server.pages["/feed"] = (200, {}, atom(("http://169.254.169.254/secret", "1")))
    row = fetched(subscribed(server.at("/feed")))
    assert (row.fault, row.taken) == ("entries", 0)
    assert "address-not-allowed" in row.fault_detail


def test_redirects_are_followed_a_few_times_and_no_further(server: WebServer) -> None:
    server.pages = {"/feed": (302, {"Location": "/there"}, b""), "/there": (200, {}, another(1))}
    assert fetched(subscribed(server.at("/feed"))).taken == 1
    server.pages = {"/round": (302, {"Location": "/round"}, b"")}
    assert fetched(subscribed(server.at("/round"))).fault == "too-many-redirects"


def test_what_fails_is_said_and_tried_later_and_later(server: WebServer) -> None:
    row = fetched(subscribed(server.at("/gone")))
    assert (row.fault, row.fault_detail, row.failures) == ("status", "404", 1)
    assert row.due_at == NOW + 20 * MINUTE
    row = fetched(row, NOW + 20 * MINUTE)
    assert row.due_at == NOW + 60 * MINUTE
    server.pages["/gone"] = (200, {}, another(1))
    row = fetched(row, NOW + 60 * MINUTE)
    assert (row.fault, row.failures, row.taken) == ("", 0, 1)
    assert row.due_at == NOW + 70 * MINUTE


def test_too_large_an_answer_is_left_unread(server: WebServer) -> None:
    server.pages["/feed"] = (200, {}, b"<feed>" + b" " * (9 * 1024 * 1024))
    row = fetched(subscribed(server.at("/feed")))
    assert row.fault == "too-large"
    assert not CapMessage.objects.exists()


def test_a_refused_message_at_the_address_is_kept_and_said(server: WebServer) -> None:
    server.pages["/feed"] = (
        200,
        {"ETag": '"x"'},
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    )
    row = fetched(subscribed(server.at("/feed")))
    assert (row.fault, row.failures) == ("refused-message", 0)
    (message,) = CapMessage.objects.filter(outcome="refused")
    assert message.subscription == row
    assert message.problems[0]["code"] == "DOCTYPE_REFUSED"
    assert fetched(row, NOW + 10 * MINUTE).fault == "refused-message"


def test_with_a_certificate_only_what_it_signed_is_taken(server: WebServer, tmp_path: Path) -> None:
    other = signing_key(tmp_path, name="Weather", at=NOW)
    pem = other.certificate.public_bytes(Encoding.PEM).decode()
    server.pages = {
        "/feed": (200, {}, atom(("/plain.xml", "1"), ("/other.xml", "1"), ("/ours.xml", "1"))),
        "/plain.xml": (200, {}, another(1)),
        "/other.xml": (200, {}, signed(another(2), other)),
        "/ours.xml": (200, {}, signed(another(3), own_key(at=NOW))),
    }
    fetched(subscribed(server.at("/feed"), pem))
    rows = {row.identifier[-1]: row for row in CapMessage.objects.all()}
    assert {number: row.outcome for number, row in rows.items()} == {
        "1": "refused",
        "2": "accepted",
        "3": "refused",
    }
    assert rows["2"].trusted
    assert rows["2"].signal is not None
    assert rows["2"].signal.reliability == "B"
    assert [problem["code"] for problem in rows["1"].problems] == ["NOT_SIGNED_BY_PINNED"]
    assert isinstance(receive(bytes(rows["1"].content)), Received)


def test_an_ended_subscription_is_fetched_no_more_and_a_new_address_begins_anew(server: WebServer) -> None:
    server.pages = {"/one": (200, {"ETag": '"1"'}, another(1)), "/two": (200, {"ETag": '"1"'}, another(2))}
    row = fetched(subscribed(server.at("/one")))
    draft = SubscriptionDraft(name=row.name, url=server.at("/two"), minutes=10)
    change_subscription(row, draft, by=None, at=NOW + MINUTE)
    row = fetched(row, NOW + MINUTE)
    assert row.taken == 2
    end_subscription(row, by=None, at=NOW + 2 * MINUTE)
    assert fetch_due(now=lambda: NOW + 99 * MINUTE) == 0


def test_an_address_with_a_name_and_password_is_not_fetched() -> None:
    secret = base64.b64encode(b"name:word").decode()
    assert fetched(subscribed(f"https://{secret}:x@feeds.example/")).fault == "bad-address"
