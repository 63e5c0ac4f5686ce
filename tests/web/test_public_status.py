"""What the public reads: without signing in, without a cookie or a script, at once when something is released."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from lxml import etree

from anlan.actions.public_information import (
    StatementDraft,
    approve_statement,
    draft_statement,
    release_statement,
    submit_statement,
    withdraw_statement,
)
from anlan.engine.areas import Area
from anlan.engine.public_information import CHECKLIST, Kind
from anlan.links.cap.message import Received, receive
from anlan.models import CitySettings, PublicMessage, PublicStatement
from builders import a_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
FEED = "/status/feed.atom"


@pytest.fixture(autouse=True)
def city(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    cache.clear()
    CitySettings.objects.create(name_zh="安澜市", name_en="Anlan City")


@pytest.fixture
def public() -> Client:
    return Client()


def released(
    kind: Kind = "avoid", *, at: datetime | None = None, zh: str = "请勿前往", en: str = "Keep away"
) -> PublicStatement:
    at = at or timezone.now()
    draft = StatementDraft(
        kind=kind,
        area=Area(city=True),
        where=("全市", "Whole city"),
        title=(zh, en),
        body=("请绕行。", "Go another way."),
        valid_until=at + 3 * HOUR,
        checklist=tuple(item.id for item in CHECKLIST),
    )
    statement = submit_statement(draft_statement(draft, by=a_user(), at=at), by=None, at=at)
    if kind == "facts":
        approve_statement(statement, by=a_user("department-liaison"), at=at)
    return release_statement(statement, by=a_user(), at=at)


def test_with_nothing_released_the_page_says_that_nothing_is_in_force(public: Client) -> None:
    page = public.get("/status/").content.decode()
    assert "目前没有需要公众注意的事项" in page
    assert "尚未发布过" in page


def test_a_release_shows_at_once_and_instructions_come_before_facts(public: Client) -> None:
    public.get("/status/")
    released("facts", zh="情况通报一则", en="Facts")
    released("leave", zh="请立即撤离", en="Leave now")
    page = public.get("/status/").content.decode()
    assert page.index("请立即撤离") < page.index("情况通报一则")


def test_the_page_is_chinese_until_english_is_asked_for(public: Client) -> None:
    released()
    zh, en = public.get("/status/"), public.get("/status/?lang=en")
    assert (zh.headers["Content-Language"], en.headers["Content-Language"]) == ("zh-Hans", "en")
    assert "请勿前往" in zh.content.decode()
    assert "Keep away" not in zh.content.decode()
    assert "Keep away" in en.content.decode()
    assert "请勿前往" not in en.content.decode()
    assert 'lang="en"' in en.content.decode()[:200]


def test_nobody_gets_a_cookie_a_script_or_a_page_over_30_kb(public: Client) -> None:
    for number in range(8):
        released(zh=f"请勿前往{number}")
    response = public.get("/status/")
    assert not response.cookies
    assert response.headers["Cache-Control"] == "public, no-cache"
    assert b"<script" not in response.content
    assert b"onclick" not in response.content
    assert len(response.content) < 30_000


def test_the_page_asks_again_every_minute_until_its_reader_stops_that(public: Client) -> None:
    assert public.get("/status/").headers["Refresh"] == "60"
    still = public.get("/status/?renew=off&lang=en")
    assert "Refresh" not in still.headers
    assert "This page does not renew itself." in still.content.decode()


def test_a_second_look_costs_one_small_query_and_an_unchanged_page_is_not_sent_again(public: Client) -> None:
    released()
    first = public.get("/status/")
    with CaptureQueriesContext(connection) as asked:
        again = public.get("/status/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(asked) == 1
    released(zh="另一条")
    changed = public.get("/status/", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_what_has_ended_by_time_alone_goes_to_the_past(public: Client) -> None:
    released(at=timezone.now() - 3 * HOUR)
    page = public.get("/status/").content.decode()
    assert "目前没有需要公众注意的事项" in page
    assert "请勿前往" in page.split("过去 7 天")[1]


def test_the_words_of_what_was_withdrawn_are_gone_from_page_feed_and_message(public: Client) -> None:
    statement = released(zh="写错的提示", en="A wrong one")
    message = PublicMessage.objects.get()
    address = f"/status/messages/{message.pk}.xml"
    assert public.get(address).status_code == 200
    withdraw_statement(statement, reason="内部原因", by=a_user(), at=timezone.now())
    for page in ("/status/", "/status/?lang=en", FEED):
        text = public.get(page).content.decode()
        assert "写错的提示" not in text
        assert "A wrong one" not in text
        assert "内部原因" not in text
    assert "已撤回" in public.get("/status/").content.decode()
    assert public.get(address).status_code == 410


def test_drafts_are_nowhere_in_public(public: Client) -> None:
    draft = StatementDraft(
        kind="avoid",
        area=Area(city=True),
        where=("全市", "Whole city"),
        title=("尚未发布的提示", "Not yet"),
        body=("请绕行。", "Go another way."),
        valid_until=timezone.now() + HOUR,
    )
    draft_statement(draft, by=None, at=timezone.now())
    assert "尚未发布的提示" not in public.get("/status/").content.decode()
    assert "尚未发布的提示" not in public.get(FEED).content.decode()


def test_the_feed_leads_to_signed_messages_that_others_accept(public: Client) -> None:
    statement = released()
    response = public.get(FEED)
    assert response.headers["Content-Type"].startswith("application/atom+xml")
    page = etree.fromstring(response.content)
    link = page.find("a:entry/a:link[@type='application/cap+xml']", ATOM)
    assert link is not None
    taken = receive(public.get(link.get("href", "")).content)
    assert isinstance(taken, Received)
    assert taken.alert.infos[0].headline == statement.title_zh
    assert not response.cookies


def test_the_feed_comes_in_pages_and_each_message_stands_on_one_of_them(public: Client) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(23):
        released(at=start + number * HOUR)
    address, seen = FEED, []
    while address:
        page = etree.fromstring(public.get(address).content)
        seen += [one.text for one in page.findall("a:entry/a:id", ATOM)]
        following = page.find("a:link[@rel='next']", ATOM)
        address = following.get("href", "") if following is not None else ""
    assert len(seen) == 23
    assert len(set(seen)) == 23
    assert public.get(f"{FEED}?page=3").status_code == 404
    assert public.get(f"{FEED}?page=x").status_code == 404


def test_feed_and_message_are_not_sent_again_while_unchanged(public: Client) -> None:
    released()
    message = PublicMessage.objects.get()
    for address in (FEED, f"/status/messages/{message.pk}.xml"):
        etag = public.get(address).headers["ETag"]
        assert public.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_a_message_nobody_wrote_is_not_found(public: Client) -> None:
    assert public.get("/status/messages/0198a1b2-0000-7000-8000-000000000000.xml").status_code == 404
