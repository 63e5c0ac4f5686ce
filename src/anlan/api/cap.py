"""CAP messages: foreign ones taken in, our own as a feed and one by one."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import get_language
from ninja import Query, Router, Status
from pydantic import BaseModel, Field

from anlan.actions.cap_keys import own_sender
from anlan.actions.cap_taking import take_cap
from anlan.actions.signals import signal_code
from anlan.api.etags import IfNoneMatch
from anlan.api.inputs import Filters, Time
from anlan.api.problems import ProblemError
from anlan.api.tokens import Asker, asker_of, needs
from anlan.links.atom import CONTENT_TYPE, AtomEntry, feed
from anlan.links.cap.document import MOST_BYTES
from anlan.models import CapMessage
from anlan.queries.cap import FEED_PAGE, Seer, own_messages
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.installation import city_settings

router = Router(tags=["cap"])

CAP_XML: Final = "application/cap+xml"
READ: Final = (CAP_XML, "application/xml", "text/xml", "application/octet-stream")
FOR_EVER: Final = "private, max-age=31536000, immutable"

_TEXT: Final = {"schema": {"type": "string"}}
_BODY: Final = {"requestBody": {"required": True, "content": dict.fromkeys(READ, _TEXT)}}


def _gives(kind: str) -> dict[str, Any]:
    return {"responses": {200: {"description": "OK", "content": {kind: _TEXT}}}}


class CapProblemOut(BaseModel):
    """A reason or a remark: what, where (by local names, and a line), and how to mend it."""

    code: str
    path: str
    line: int | None
    message: str
    mend: str


class CapMessageOut(BaseModel):
    """What became of a message; one that is refused is kept with its reasons all the same."""

    id: str
    outcome: Literal["accepted", "refused"]
    reasons: list[CapProblemOut]
    remarks: list[CapProblemOut]
    identifier: str
    sender: str
    sent: Time | None
    message_type: str
    status: str
    signature: Literal["none", "valid", "invalid", "unsupported"]
    trusted: bool = Field(description="signed by a certificate that this installation was told to trust")
    sha256: str
    signal: str | None = Field(description="the number of the signal that an actual alert became")


class FeedPage(Filters):
    """Which page of the feed."""

    after: Annotated[
        str, Field(max_length=80, pattern=r"^[0-9A-Za-z:.+~-]*$", description="from the links of a page")
    ] = ""


@router.post(
    "/cap",
    response={201: CapMessageOut, 200: CapMessageOut},
    auth=needs("report-signals"),
    openapi_extra=_BODY,
)
def take_cap_message(request: HttpRequest) -> Status[CapMessageOut]:
    """Take one CAP message in, as its bytes. The same bytes again are the same message (200)."""
    asker = asker_of(request)
    if (request.content_type or "") not in READ:
        raise ProblemError("unsupported-media-type", headers={"Accept": CAP_XML})
    taken = take_cap(request.read(MOST_BYTES + 1), source="api", by=asker.user, at=asker.at)
    return Status(201 if taken.is_new else 200, cap_message_out(taken.message))


@router.get("/cap/feed.xml", auth=needs("see-warnings"), openapi_extra=_gives("application/atom+xml"))
def cap_feed(
    request: HttpRequest,
    asked: Query[FeedPage],
    if_none_match: IfNoneMatch = None,  # noqa: ARG001  (looked at with the other conditions)
) -> HttpResponse:
    """Our own messages as an Atom feed, the latest first, in pages (RFC 5005)."""
    asker = asker_of(request)
    rows = own_messages(_seer(asker), asker.at)
    here, position = rows, position_of(asked.after)
    if position is not None:
        at, identifier = position
        here = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=identifier))
    found = list(here.defer("content")[: FEED_PAGE + 1])
    shown = found[:FEED_PAGE]
    first = reverse("api:cap_feed")
    following = _page(cursor_of(shown[-1].at, shown[-1].pk)) if len(found) > FEED_PAGE else ""
    updated = shown[0].at if shown else datetime(2026, 1, 1, tzinfo=UTC)

    def whole(path: str) -> str:
        return request.build_absolute_uri(path) if path else ""

    city = city_settings()
    content = feed(
        [_entry(row, whole(reverse("api:cap_message", args=[row.identifier]))) for row in shown],
        f"{city.name_zh or city.name_en or 'Anlan'} CAP",
        whole(request.get_full_path()),
        whole(following),
        whole(_before(rows, shown[0]) if shown and position is not None else ""),
        updated,
        identity=f"urn:anlan:cap:{own_sender()}",
        author=own_sender(),
        first_link=whole(first),
    )
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "private, no-cache"
    return _conditional(request, response, f'"{sha256(content).hexdigest()[:32]}"', updated)


@router.get("/cap/messages/{identifier}.xml", auth=needs("see-warnings"), openapi_extra=_gives(CAP_XML))
def cap_message(
    request: HttpRequest,
    identifier: Annotated[str, Field(max_length=100, pattern=r"^[0-9a-z-]+$")],
    if_none_match: IfNoneMatch = None,  # noqa: ARG001  (looked at with the other conditions)
) -> HttpResponse:
    """One of our own messages as it was signed; it never changes."""
    asker = asker_of(request)
    row = own_messages(_seer(asker), asker.at).filter(identifier=identifier).first()
    if row is None:
        raise ProblemError("not-found")
    response = HttpResponse(bytes(row.content), content_type=CAP_XML)
    response.headers["Cache-Control"] = FOR_EVER
    return _conditional(request, response, f'"{row.sha256[:32]}"', row.at)


def cap_message_out(row: CapMessage) -> CapMessageOut:
    """What became of a message, in the asker's language."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    problems = [
        (
            one["is_remark"],
            CapProblemOut(
                code=one["code"],
                path=one["path"],
                line=one["line"],
                message=one["message"][language],
                mend=one["mend"][language],
            ),
        )
        for one in row.problems
    ]
    return CapMessageOut.model_validate(
        {
            "id": str(row.pk),
            "outcome": row.outcome,
            "reasons": [problem for is_remark, problem in problems if not is_remark],
            "remarks": [problem for is_remark, problem in problems if is_remark],
            "identifier": row.identifier,
            "sender": row.sender,
            "sent": row.sent,
            "message_type": row.message_type,
            "status": row.status,
            "signature": row.signature,
            "trusted": row.trusted,
            "sha256": row.sha256,
            "signal": signal_code(row.signal) if row.signal else None,
        }
    )


def _seer(asker: Asker) -> Seer:
    return Seer(asker.user, asker.reach("see-warnings"), asker.reach("see-signals"))


def _entry(row: CapMessage, link: str) -> AtomEntry:
    return AtomEntry(
        id=f"urn:uuid:{row.pk}",
        title=row.headline_zh or row.event,
        updated=row.at,
        published=row.sent,
        link=link,
        summary=row.headline_en,
        content_type=CAP_XML,
        categories=(row.message_type, row.status),
    )


def _page(cursor: str) -> str:
    return f"{reverse('api:cap_feed')}?{urlencode({'after': cursor})}"


def _before(rows: QuerySet[CapMessage], first: CapMessage) -> str:
    """The page before the one that begins with this message; it may be the first."""
    newer = rows.filter(Q(at__gt=first.at) | Q(at=first.at, id__gt=first.pk)).order_by("at", "id")
    found = list(newer.defer("content")[: FEED_PAGE + 1])
    if len(found) <= FEED_PAGE:
        return reverse("api:cap_feed")
    return _page(cursor_of(found[-1].at, found[-1].pk))


def _conditional(request: HttpRequest, response: HttpResponse, etag: str, changed: datetime) -> HttpResponse:
    """The answer, or 304 for an asker who holds it."""
    stamp = int(changed.timestamp())
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(stamp)
    answered = get_conditional_response(request, etag=etag, last_modified=stamp, response=response)
    return answered if isinstance(answered, HttpResponse) else response
