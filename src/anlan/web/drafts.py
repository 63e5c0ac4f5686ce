"""Drafts of forms: which forms have them, how a browser keeps one, and when it is done with.

The tag `{% draft %}` inside a form names its address and holds what was kept; static/anlan/js/drafts.js does the rest.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, path, resolve, reverse
from django.views.decorators.http import require_http_methods

from anlan.actions import drafts
from anlan.actions.drafts import DraftTooLargeError
from anlan.models import FormDraft, User
from anlan.web import access, clock

FORMS: Final[dict[str, tuple[str, ...]]] = {
    "evidence-new": ("place", "department", "scheme", "rule"),
    "finding": (),
    "import-columns": (),
    "incident-report": ("place",),
    "period-change": (),
    "period-new": (),
    "person": (),
    "person-edit": (),
    "person-new": (),
    "place-edit": (),
    "place-new": (),
    "place-part-new": (),
    "place-waiver-new": (),
    "public-correct": ("template",),
    "public-edit": (),
    "public-new": ("template", "warning"),
    "scheme-local-value": (),
    "signal-new": ("place",),
    "warning-edit": (),
    "warning-new": ("place", "signal", "template"),
    "warning-update": (),
}
"""The pages whose form is kept, and what of their query belongs to the form's address."""

SHOWN_BY: Final = {"finding-reinspect": "finding", "grant-give": "person"}
"""Addresses that only take a form, and the page that shows it; a form with mistakes comes back from them."""

_PUBLIC = ("where_zh", "where_en", "title_zh", "title_en", "body_zh", "body_en")
FREE_TEXT: Final = {
    "signal-new": ("observed", "organisation"),
    "public-correct": _PUBLIC,
    "public-edit": _PUBLIC,
    "public-new": _PUBLIC,
}
"""Fields whose numbers that lead to a person are masked before a draft is kept on the server."""

FIELD: Final = "draft-of"
DONE_COOKIE: Final = "draft-done"
"""Tells the browser which form was taken, so that it forgets its own copy too."""

_LONGEST = 300
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Kept:
    """What `{% draft %}` writes into a form."""

    address: str
    owner: str
    now: str
    is_answer: bool
    saved_at: str = ""
    fields: str = "[]"


# ---- addresses of forms ------------------------------------------------------------------------


def address_of(request: HttpRequest) -> str:
    """The address of the form that this request shows; empty where none is kept."""
    match = request.resolver_match
    name = match.url_name if match else None
    if match is None or name is None:
        return ""
    place = request.path
    if name in SHOWN_BY:
        name = SHOWN_BY[name]
        place = reverse(name, kwargs={key: match.kwargs[key] for key in match.kwargs})
    if name not in FORMS:
        return ""
    asked = [f"{key}={request.GET[key]}" for key in FORMS[name] if request.GET.get(key)]
    address = f"{place}?{'&'.join(asked)}" if asked else place
    return address if len(address) <= _LONGEST else ""


def is_known(address: str) -> bool:
    """Whether an address is one that `address_of` gives out for some form."""
    place, _mark, query = address.partition("?")
    try:
        name = resolve(place).url_name
    except Resolver404:
        return False
    keys = [part.partition("=")[0] for part in query.split("&")] if query else []
    good = len(address) <= _LONGEST and "\0" not in address and name in FORMS
    return good and keys == [key for key in FORMS[str(name)] if key in keys]


def kept_for(request: HttpRequest) -> Kept | None:
    """The draft of the form that this request shows, and what the browser needs to keep one."""
    address, user = address_of(request), request.user
    if not address or not isinstance(user, User):
        return None
    row = FormDraft.objects.filter(user=user, address=address).first()
    kept = Kept(address, str(user.pk), clock.now().isoformat(), request.method == "POST")
    if row is None:
        return kept
    fields = json.dumps(row.fields, ensure_ascii=False)
    return Kept(address, kept.owner, kept.now, kept.is_answer, row.saved_at.isoformat(), fields)


# ---- keeping and dropping ----------------------------------------------------------------------


@access.signed_in
@require_http_methods(["POST", "DELETE"])
def draft(request: HttpRequest) -> HttpResponse:
    """Keep the entries of one's own form, or drop them."""
    user, at = access.user_of(request), clock.now()
    if len(request.body) > 2 * drafts.MOST_BYTES:
        return HttpResponse(status=413)
    asked = _asked(request.body)
    if asked is None:
        return HttpResponse(status=400)
    address, fields = asked
    if request.method == "DELETE":
        drafts.drop(user, address)
        return JsonResponse({"address": address})
    words = FREE_TEXT.get(str(resolve(address.partition("?")[0]).url_name), ())
    try:
        row = drafts.save(user, address, fields, at=at, free_text=words)
    except DraftTooLargeError:
        return HttpResponse(status=413)
    return JsonResponse({"address": address, "saved_at": row.saved_at.isoformat()})


def forget_sent(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Drop the draft of a form that was taken: the answer leads on. One that comes back with mistakes is kept."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if request.method != "POST" or not _was_taken(request, response):
            return response
        user, address = getattr(request, "user", None), request.POST.get(FIELD, "")
        if address and isinstance(user, User) and is_known(address):
            drafts.drop(user, address)
            response.set_cookie(
                DONE_COOKIE, quote(address, safe=""), max_age=86400, samesite="Lax", secure=settings.TLS
            )
        return response

    return respond


def _was_taken(request: HttpRequest, response: HttpResponseBase) -> bool:
    if request.path.startswith("/api/"):
        return False
    if response.status_code in {302, 303}:
        return not response.headers.get("Location", "").startswith(reverse("sign-in"))
    return bool(request.headers.get("HX-Request")) and response.status_code in {200, 201}


def _asked(body: bytes) -> tuple[str, list[tuple[str, str]]] | None:
    """The address and fields that a browser sent; None unless they are what our page sends."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if (
        not isinstance(given, dict)
        or not isinstance(given.get("address"), str)
        or not (_is_text(given["address"]) and is_known(given["address"]))
    ):
        return None
    pairs = given.get("fields", [])
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        return None
    return given["address"], [(name, value) for name, value in pairs]


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(each, str) and _is_text(each) for each in pair)
    )


def _is_text(text: str) -> bool:
    """Whether a database takes it: JSON can spell null characters and halves of letters."""
    return _UNSTORABLE.search(text) is None


addresses = [path("drafts/", draft, name="draft")]
