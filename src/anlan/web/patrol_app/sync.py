"""Taking in what phones send. A phone shows its own token; it opens these addresses and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from anlan.actions.accounts import digest_of
from anlan.actions.patrol_devices import note_seen
from anlan.actions.patrol_photos import WrongHashError, has_photo, keep_visit_photo, visit_of
from anlan.actions.patrol_records import HelpRecord, WalkRecord
from anlan.actions.patrol_scans import Sender, take_batch
from anlan.links.files import FileProblem
from anlan.links.photos import LARGEST_PHOTO_BYTES
from anlan.queries.patrol_news import news_for
from anlan.queries.patrol_phone import holder_of
from anlan.web import clock
from anlan.web.access import open_to_anybody
from anlan.web.patrol_app.reading import MOST_BYTES, Sent, UnreadableError, read_sent
from anlan.web.templatetags.words import say

_SCHEME = "Device "
_PROBLEMS: Mapping[str, tuple[int, Any]] = {
    "invalid-token": (401, gettext_lazy("This phone is not enrolled, or no longer. Sign in on it again.")),
    "malformed-request": (400, gettext_lazy("This cannot be read as records of a phone. Nothing was taken.")),
    "too-large": (413, gettext_lazy("Too much at once. Send at most 100 records, and photos one by one.")),
    "not-found": (404, gettext_lazy("There is no such visit of this phone's holder.")),
    "too-many-requests": (
        429,
        gettext_lazy("Many phones are sending just now. Send it again in a moment; nothing is lost."),
    ),
    "invalid": (422, gettext_lazy("The photo broke on the way, or is none. Send it again.")),
}


ONE_AT_A_TIME = BoundedSemaphore(1)
"""One batch at a time in a process: a drain of many phones after a cut must leave room for people at pages."""

_PATIENCE_S = 0.05


@open_to_anybody
@csrf_exempt
@require_POST
def sync(request: HttpRequest) -> HttpResponse:
    """Take up to 100 records; the answer says what became of each. Sending them again changes nothing."""
    at = clock.now()
    sender = _sender(request, at)
    if sender is None:
        return _problem(request, "invalid-token")
    try:
        sent = read_sent(_content(request))
    except UnreadableError as error:
        return _problem(request, str(error))
    if not ONE_AT_A_TIME.acquire(timeout=_PATIENCE_S):
        return _problem(request, "too-many-requests")
    try:
        return _taken(sent, sender, at)
    finally:
        ONE_AT_A_TIME.release()


@open_to_anybody
@csrf_exempt
@require_POST
def call_help(request: HttpRequest) -> HttpResponse:
    """The same for calls for help, with the beginning of their rounds, so that none waits behind a day's records."""
    at = clock.now()
    sender = _sender(request, at)
    if sender is None:
        return _problem(request, "invalid-token")
    try:
        sent = read_sent(_content(request))
    except UnreadableError as error:
        return _problem(request, str(error))
    if not _is_call(sent):
        return _problem(request, "malformed-request")
    return _taken(sent, sender, at)


@open_to_anybody
@csrf_exempt
@require_http_methods(["GET", "HEAD", "PUT"])
def photo(request: HttpRequest, sha256: str) -> HttpResponse:
    """Keep a photo of a visit (`?visit=ID`), or say whether it is kept: 200 yes, 404 send it."""
    at = clock.now()
    sender = _sender(request, at)
    if sender is None:
        return _problem(request, "invalid-token")
    visit = visit_of(sender, identifier) if (identifier := _id(request.GET.get("visit", ""))) else None
    if visit is None or len(sha256) != 64:
        return _problem(request, "not-found")
    if has_photo(visit, sha256):
        return _answer({"status": "known"}, at)
    if request.method != "PUT":
        return _problem(request, "not-found")
    if int(request.headers.get("Content-Length") or 0) > LARGEST_PHOTO_BYTES:
        return _problem(request, "too-large")
    try:
        kept = keep_visit_photo(
            visit, request.read(LARGEST_PHOTO_BYTES + 1), sha256=sha256, taken_at=_moment(request), sender=sender, at=at
        )  # fmt: skip
    except WrongHashError:
        return _problem(request, "invalid")
    if isinstance(kept, FileProblem):
        return _problem(request, "invalid", say(kept.message))
    return _answer({"status": "known" if kept is None else "recorded"}, at)


def _is_call(sent: Sent) -> bool:
    """Whether a batch holds calls for help and the beginnings of their own rounds, and nothing else."""
    calls = [record for record in sent.batch.records if isinstance(record, HelpRecord)]
    rounds = {call.walk for call in calls}
    return all(
        isinstance(record, HelpRecord) or (isinstance(record, WalkRecord) and record.id in rounds)
        for record in sent.batch.records
    )


def _taken(sent: Sent, sender: Sender, at: datetime) -> HttpResponse:
    outcomes = {str(outcome.id): outcome for outcome in take_batch(sent.batch, sender=sender, at=at)}
    if sender.device is not None:
        note_seen(sender.device, at=at)
    results: list[dict[str, Any]] = []
    for name in sent.ids:
        if name in sent.unread and name not in outcomes:
            results.append({"id": name, "status": "unreadable", "why": sent.unread[name].why})
            continue
        outcome = outcomes[name]
        results.append(
            {"id": name, "status": outcome.status, "why": outcome.why, "flags": list(outcome.flags)}
        )
    return _answer({"results": results, "places": _places(sender, at, sent.walk)}, at)


def _places(sender: Sender, at: datetime, on: UUID | None) -> dict[str, dict[str, Any]]:
    """What is new at each place where the sender is on a round."""
    return {
        news.place: {
            "round": {
                "id": str(news.walk),
                "ended_at": _iso(news.ended),
                "carried_on": news.carried_on,
            },
            "level": news.level,
            "changed": _iso(news.changed),
            "served": [{"checkpoint": one.checkpoint, "at": _iso(one.at)} for one in news.served],
            "call": {
                "id": str(news.call.pk),
                "taken_at": _iso(news.call.taken_at),
                "closed_at": _iso(news.call.closed_at),
            }
            if news.call
            else None,
        }
        for news in news_for(sender.user, at, on)
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _sender(request: HttpRequest, at: datetime) -> Sender | None:
    given = request.headers.get("Authorization", "")
    if not given.startswith(_SCHEME):
        return None
    holder = holder_of(digest_of(given.removeprefix(_SCHEME)), at)
    return Sender(holder.user, holder.device, holder.ended_at) if holder else None


def _content(request: HttpRequest) -> bytes:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise UnreadableError("too-large")
    return request.body


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _moment(request: HttpRequest) -> datetime | None:
    try:
        moment = parse_datetime(request.GET.get("taken", ""))
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None and 2000 < moment.year < 2200 else None


def _answer(body: Mapping[str, Any], at: datetime) -> HttpResponse:
    """Every answer carries the server's time, by which the phone sets its own reckoning."""
    response = JsonResponse({**body, "server_time": at.astimezone(UTC).isoformat()})
    response.headers["Cache-Control"] = "no-store"
    return response


def _problem(request: HttpRequest, code: str, detail: str = "") -> HttpResponse:
    status, words = _PROBLEMS[code]
    body = {
        "type": f"/api/v1/problems/{code}",
        "title": _("Not taken"),
        "status": status,
        "code": code,
        "detail": detail or str(words),
        "trace_id": request.META.get("anlan.trace", ""),
    }
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    if code == "too-many-requests":
        response.headers["Retry-After"] = "1"
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001  (usual at the end of a cut)
    return response
