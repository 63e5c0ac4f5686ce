"""CAP through the API: taken in with the same answer as on the page, and our own as a feed that can be followed."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import etree
from tests.actions.test_cap_writing import NOW, issued
from tests.links.cap.messages import changed

from anlan.actions.cap_keys import own_certificates
from anlan.actions.cap_writing import write_cap
from anlan.engine.areas import Area
from anlan.links.cap.signatures import verdict
from anlan.models import CapMessage, User
from api.plan import ApiClient
from builders import a_place, a_user, adopt_plan

NAMES = {"a": "http://www.w3.org/2005/Atom"}
pytestmark = pytest.mark.django_db


def take(client: ApiClient, data: bytes, kind: str = "application/cap+xml") -> Any:
    return client.client.post(
        "/api/v1/cap", data=data, content_type=kind,
        headers={"Authorization": f"Bearer {client.token}", "Accept-Language": "en"},
    )  # fmt: skip


@pytest.fixture
def warned() -> list[CapMessage]:
    """Five warnings that were issued and told, the latest last."""
    adopt_plan()
    a_place("P-1", daily_visitors=9000)
    officer = a_user("city-office", username="officer")
    for hour in range(5):
        at = NOW + timedelta(hours=hour)
        write_cap(issued(officer, at=at, expected_end=NOW + timedelta(days=2)), at=at)
    return list(CapMessage.objects.order_by("at"))


def follow(client: ApiClient, address: str) -> Any:
    assert address.startswith("http://testserver/")
    return client.get(address.removeprefix("http://testserver"))


def links(page: Any) -> dict[str, str]:
    found = etree.fromstring(page.content).findall("a:link", NAMES)
    return {str(link.get("rel")): str(link.get("href")) for link in found}


def entries(page: Any) -> list[str]:
    found = etree.fromstring(page.content).findall("a:entry/a:link", NAMES)
    return [str(link.get("href")) for link in found]


def test_a_message_is_taken_once_and_becomes_a_signal(office: ApiClient) -> None:
    first = take(office, changed())
    again = take(office, changed())
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    told = first.json()
    assert (told["outcome"], told["status"], told["reasons"], told["signature"]) == (
        "accepted",
        "Actual",
        [],
        "none",
    )
    assert told["signal"].startswith("SG-")


def test_a_refused_message_is_told_with_element_line_and_mend_in_the_asker_s_language(
    office: ApiClient,
) -> None:
    told = take(office, changed(("<scope>Public", "<scope>Secret"))).json()
    (reason,) = told["reasons"]
    assert (told["outcome"], reason["path"], reason["line"]) == ("refused", "/alert[1]/scope[1]", 8)
    assert "Restricted" in reason["mend"]
    assert told["signal"] is None


def test_only_xml_is_taken(office: ApiClient) -> None:
    assert take(office, b"{}", "application/json").status_code == 415


def test_a_feed_leads_from_page_to_page_and_to_signed_messages(
    warned: list[CapMessage], office: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anlan.api.cap.FEED_PAGE", 2)
    first = office.get("/cap/feed.xml")
    assert first.headers["Content-Type"].startswith("application/atom+xml")
    second = follow(office, links(first)["next"])
    third = follow(office, links(second)["next"])
    assert [len(entries(page)) for page in (first, second, third)] == [2, 2, 1]
    assert "next" not in links(third)
    assert links(third)["previous"] == links(first)["next"]
    assert "previous" not in links(first)
    told = [*entries(first), *entries(second), *entries(third)]
    assert [address.rpartition("/")[2] for address in told] == [
        f"{row.identifier}.xml" for row in warned[::-1]
    ]
    message = follow(office, told[0])
    assert message.headers["Content-Type"] == "application/cap+xml"
    assert "immutable" in message.headers["Cache-Control"]
    assert message.content == bytes(warned[-1].content)
    assert verdict(message.content, own_certificates()).trusted


def test_a_reader_who_holds_the_feed_is_told_so(warned: list[CapMessage], office: ApiClient) -> None:
    page = office.get("/cap/feed.xml")
    assert office.get("/cap/feed.xml", If_None_Match=page.headers["ETag"]).status_code == 304
    changed_at = page.headers["Last-Modified"]
    assert office.get("/cap/feed.xml", If_Modified_Since=changed_at).status_code == 304
    officer = User.objects.get(username="officer")
    later = NOW + timedelta(hours=9)
    write_cap(issued(officer, at=later, expected_end=NOW + timedelta(days=2)), at=later)
    assert office.get("/cap/feed.xml", If_None_Match=page.headers["ETag"]).status_code == 200


def test_who_sees_one_place_sees_only_messages_that_bear_on_it(warned: list[CapMessage]) -> None:
    a_place("P-9", longitude=10.0, latitude=50.0)
    at = NOW + timedelta(hours=9)
    area = Area(places=frozenset({"P-1"}))
    officer = User.objects.get(username="officer")
    write_cap(issued(officer, at=at, area=area, expected_end=NOW + timedelta(days=2)), at=at)
    for code, count in (("P-1", 6), ("P-9", 5)):
        reader = ApiClient(a_user("venue-manager", place=code))
        assert len(entries(reader.get("/cap/feed.xml"))) == count
    guard = ApiClient(a_user("guard", place="P-1"))
    assert guard.get("/cap/feed.xml").status_code == 403
