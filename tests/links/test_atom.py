"""Feeds: what a reader of Atom needs is there, and nothing that somebody wrote can break the page."""

from datetime import UTC, datetime, timedelta, timezone

from lxml import etree

from anlan.links.atom import AtomEntry, feed

AT = datetime(2026, 11, 23, 20, 5, 9, 400, tzinfo=timezone(timedelta(hours=8)))
NAMES = {"a": "http://www.w3.org/2005/Atom"}


def _read(page: bytes) -> etree._Element:
    return etree.fromstring(page)


def _entry(**changes: object) -> AtomEntry:
    values: dict[str, object] = {
        "id": "urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a",
        "title": "请勿前往 <中山路> & 周边",
        "updated": AT,
        "link": "https://city.example/status/1.xml",
        "content_type": "application/cap+xml",
    }
    return AtomEntry(**{**values, **changes})  # type: ignore[arg-type]  # a test's own spelling of some fields


def test_a_page_has_all_that_rfc_4287_requires_of_feed_and_entry() -> None:
    page = _read(feed([_entry()], "Public information", "https://city.example/feed", "", "", AT))
    for needed in ("a:id", "a:title", "a:updated", "a:author/a:name", "a:link[@rel='self']"):
        assert page.findall(needed, NAMES), needed
    for needed in ("a:id", "a:title", "a:updated", "a:link[@rel='alternate']"):
        assert page.findall(f"a:entry/{needed}", NAMES), needed
    assert page.findtext("a:entry/a:title", "", NAMES) == "请勿前往 <中山路> & 周边"
    assert page.find("a:entry/a:link", NAMES).get("type") == "application/cap+xml"  # type: ignore[union-attr]  # found above


def test_times_are_told_in_utc_with_whole_seconds() -> None:
    page = _read(feed([], "t", "https://city.example/feed", "", "", AT))
    assert page.findtext("a:updated", "", NAMES) == "2026-11-23T12:05:09Z"
    assert AT.astimezone(UTC).hour == 12


def test_pages_of_one_feed_share_their_identity_and_lead_to_one_another() -> None:
    here, after, before = (f"https://city.example/feed?page={n}" for n in (2, 3, 1))
    page = _read(feed([], "t", here, after, before, AT, identity="urn:x", first_link=before))
    links = {link.get("rel"): link.get("href") for link in page.findall("a:link", NAMES)}
    assert links == {"self": here, "next": after, "previous": before, "first": before}
    assert page.findtext("a:id", "", NAMES) == "urn:x"


def test_a_link_to_nowhere_is_left_out() -> None:
    page = _read(feed([], "t", "https://city.example/feed", "", "", AT))
    assert [link.get("rel") for link in page.findall("a:link", NAMES)] == ["self"]


def test_characters_that_xml_cannot_hold_do_not_break_the_page() -> None:
    page = _read(feed([_entry(title="a\x00b\x0bc\ud800d\ne")], "t", "https://city.example/feed", "", "", AT))
    assert page.findtext("a:entry/a:title", "", NAMES) == "abcd\ne"
