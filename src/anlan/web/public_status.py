"""What the public reads without signing in: the status page, the feed, and each signed message at its own address.

Nothing here asks for a session, sets a cookie or needs a script. A page is made once for each change of what is
released, and again when something ends by time; a request costs one look at the number of the newest change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import translation
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from anlan.actions.public_messages import EVENTS
from anlan.links.atom import CONTENT_TYPE, AtomEntry, feed
from anlan.models import PublicMessage, PublicStatement
from anlan.queries.installation import city_settings
from anlan.queries.public_information import newest_change, over_at, public_messages, shown, state_of
from anlan.web import clock
from anlan.web.access import open_to_anybody
from anlan.web.public_words import KINDS

LANGUAGES: Final = {"zh": "zh-hans", "en": "en"}
PER_PAGE: Final = 20
RENEWED_S: Final = 60
"""How often a browser asks for the page again by itself, unless its reader stops that."""
KEPT: Final = timedelta(minutes=5)
"""After this long a page is made anew even if nothing was released, so that a changed name of the city shows."""
CAP_TYPE: Final = "application/cap+xml; charset=utf-8"
LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Made:
    """A page as it goes out, and until when it says what is so."""

    body: bytes
    etag: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """A statement as the public reads it, in one language."""

    statement: PublicStatement
    kind: str
    icon: str
    where: str
    title: str
    body: str
    state: str
    over: datetime


@open_to_anybody
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """What is in force for the public now: instructions first, then facts, then the past seven days."""
    spoken = "en" if request.GET.get("lang") == "en" else "zh"
    renews, at = request.GET.get("renew") != "off", clock.now()
    key, kind = f"status:{spoken}:{renews}", "text/html; charset=utf-8"
    response = _answer(request, key, at, lambda: _status(spoken, at, renews=renews), kind, spoken)
    if renews:
        response.headers["Refresh"] = str(RENEWED_S)  # not as an element: some readers cannot stop that one
    return response


@open_to_anybody
@require_safe
def status_feed(request: HttpRequest) -> HttpResponse:
    """The signed messages as an Atom feed in pages."""
    at = clock.now()
    asked = request.GET.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
    if number < 1:
        raise Http404
    base = request.build_absolute_uri("/").rstrip("/")
    return _answer(request, f"feed:{base}:{number}", at, lambda: _feed(base, number), CONTENT_TYPE)


@open_to_anybody
@require_safe
def status_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One signed message, as it was written; 410 once its statement is withdrawn."""
    found = PublicMessage.objects.filter(pk=message_id).select_related("statement").first()
    if found is None:
        raise Http404
    if found.type != "Cancel" and found.statement.withdrawn_at is not None:
        return _plain(HttpResponse(status=410, content_type="text/plain; charset=utf-8"), "")
    content = bytes(found.content)
    etag = f'"{sha256(content).hexdigest()[:24]}"'
    if _is_held(request, etag):
        return _plain(HttpResponse(status=304), etag)
    response = _plain(HttpResponse(content, content_type=CAP_TYPE), etag)
    response.headers["Last-Modified"] = http_date(found.sent.timestamp())
    return response


def lines_of(statements: tuple[PublicStatement, ...], spoken: str, at: datetime) -> list[Line]:
    """Statements in the words of one language; of one that was withdrawn only that it was."""
    found = []
    for one in statements:
        words, icon = next(
            (pair for kind, pair in KINDS.items() if kind == one.kind), (one.kind, "info-circle")
        )
        state = state_of(one, at)
        title = str(words) if state == "withdrawn" else str(getattr(one, f"title_{spoken}"))
        body = "" if state == "withdrawn" else str(getattr(one, f"body_{spoken}"))
        where = str(getattr(one, f"where_{spoken}"))
        where = "" if state == "withdrawn" or where in title else where
        found.append(Line(one, str(words), icon, where, title, body, state, over_at(one)))
    return found


def _status(spoken: str, at: datetime, *, renews: bool) -> tuple[bytes, datetime | None]:
    seen, city = shown(at), city_settings()
    with translation.override(LANGUAGES[spoken]):
        name = (city.name_en if spoken == "en" else "") or city.name_zh or city.name_en
        context: Mapping[str, Any] = {
            "spoken": spoken,
            "renews": renews,
            "html_language": "en" if spoken == "en" else "zh-Hans",
            "city": name,
            "instructions": lines_of(seen.instructions, spoken, at),
            "facts": lines_of(seen.facts, spoken, at),
            "past": lines_of(seen.past, spoken, at),
            "changed_at": seen.changed_at,
        }
        return render_to_string("status/page.html", dict(context)).encode(), seen.until


def _feed(base: str, number: int) -> tuple[bytes, datetime | None]:
    rows = list(public_messages()[(number - 1) * PER_PAGE : number * PER_PAGE + 1])
    if not rows and number > 1:
        raise Http404
    more, rows = len(rows) > PER_PAGE, rows[:PER_PAGE]
    own, city = base + reverse("status-feed"), city_settings()
    pages = tuple(
        (code, f"{base}{reverse('status')}{query}") for code, query in (("zh-CN", ""), ("en", "?lang=en"))
    )
    latest = public_messages().first()
    page = feed(
        [_entry(row, base) for row in rows],
        f"{city.name_zh or city.name_en or 'Anlan'} · 公众信息 / Public information",
        _page_address(own, number),
        _page_address(own, number + 1) if more else "",
        _page_address(own, number - 1) if number > 1 else "",
        latest.sent if latest else LONG_AGO,
        identity=own,
        author=city.name_zh or city.name_en or "Anlan",
        first_link=own,
        pages=pages,
    )
    return page, None


def _entry(row: PublicMessage, base: str) -> AtomEntry:
    one = row.statement
    event = next(text for kind, text in EVENTS.items() if kind == one.kind)
    if row.type == "Cancel":
        title, summary = f"已撤回：{event.zh} / Withdrawn: {event.en}", ""
    else:
        title, summary = f"{one.title_zh} / {one.title_en}", f"{one.body_zh}\n{one.body_en}"
    return AtomEntry(
        id=f"urn:uuid:{row.pk}",
        title=title,
        updated=row.sent,
        published=row.sent,
        link=base + reverse("status-message", args=[row.pk]),
        summary=summary,
        content_type="application/cap+xml",
        categories=(row.type, one.kind),
    )


def _page_address(own: str, number: int) -> str:
    return own if number == 1 else f"{own}?page={number}"


def _answer(
    request: HttpRequest,
    key: str,
    at: datetime,
    make: Callable[[], tuple[bytes, datetime | None]],
    kind: str,
    spoken: str = "",
) -> HttpResponse:
    """A page out of the cache while it says what is so, made anew otherwise; 304 to who has it already."""
    name = f"public:{newest_change()}:{sha256(key.encode()).hexdigest()[:32]}"
    made: Made | None = cache.get(name)
    if made is None or made.until <= at or made.until > at + KEPT:
        body, until = make()
        ends = min(until or at + KEPT, at + KEPT)
        made = Made(body, f'"{sha256(body).hexdigest()[:24]}"', ends)
        cache.set(name, made, KEPT.total_seconds())
    response = (
        HttpResponse(status=304)
        if _is_held(request, made.etag)
        else HttpResponse(made.body, content_type=kind)
    )
    if spoken:
        response.headers["Content-Language"] = "en" if spoken == "en" else "zh-Hans"
    return _plain(response, made.etag)


def _plain(response: HttpResponse, etag: str) -> HttpResponse:
    """Headers of a public page: asked again each time, kept by anybody."""
    if etag:
        response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _is_held(request: HttpRequest, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag in tags or "*" in tags


addresses = [
    path("status/", status, name="status"),
    path("status/feed.atom", status_feed, name="status-feed"),
    path("status/messages/<uuid:message_id>.xml", status_message, name="status-message"),
]
