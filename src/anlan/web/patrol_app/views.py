"""The guard's page, the shift it loads while there is a network, and the enrolling of the phone."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.patrol_devices import enrol_device
from anlan.links.basemap_extract import UNITS_A_METRE
from anlan.models import Place
from anlan.queries.patrol_bundle import shift_bundle
from anlan.queries.patrol_map import map_for_phone
from anlan.queries.patrol_news import RunningRound, running_rounds, served_since
from anlan.queries.reach import within
from anlan.web import access, clock
from anlan.web.middleware import language_of
from anlan.web.patrol_app.offline import shell_of

MOST_PLACES = 5
_SCANNER: dict[str, Any] = {"script-src": ["'wasm-unsafe-eval'"]}
"""The reader of codes is WebAssembly; this page alone may compile it."""


@access.needs("walk-patrols")
@csp_update(_SCANNER)
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """The guard's page as it is first opened; afterwards the phone has it and asks no server."""
    return HttpResponse(shell_of(language_of(request)))


@access.open_to_anybody
@csp_update(_SCANNER)  # type: ignore[arg-type]  # csp's type knows no views with arguments
@require_safe
def shell(request: HttpRequest, language: str) -> HttpResponse:  # noqa: ARG001  (the same for everybody)
    """The same page for the phone to keep; it holds nothing about anybody."""
    response = HttpResponse(shell_of("en" if language == "en" else "zh-hans"))
    response.headers["Cache-Control"] = "no-cache"
    return response


@access.needs("walk-patrols")
@require_safe
def shift(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and the shift of each place they walk, whole; maps that the phone has (`?have=`) by stamp."""
    at = clock.now()
    user = access.user_of(request)
    reach = access.request_reach(request, "walk-patrols")
    places = within(reach, Place.objects.filter(closed_at__isnull=True)).order_by("code")[:MOST_PLACES]
    have = frozenset(request.GET.get("have", "").split(",")[:MOST_PLACES])
    return JsonResponse(
        {
            "server_time": at.astimezone(UTC).isoformat(),
            "user": {"id": str(user.pk), "name": user.name},
            "csrf": get_token(request),
            "places": [
                {
                    "code": place.code,
                    "name": {"zh": place.name_zh, "en": place.name_en or place.name_zh},
                    "phone": place.receiver_phone,
                    "bundle": _plain(asdict(bundle)) if (bundle := shift_bundle(user, place, at)) else None,
                    "map": _map(place, at, have) if bundle else None,
                    "running": [_running(one) for one in running_rounds(user, place, at)] if bundle else [],
                    "served": [
                        {"checkpoint": one.checkpoint, "at": _plain(one.at)}
                        for one in served_since(place, at, at)
                    ]
                    if bundle
                    else [],
                }
                for place in places
            ],
        }
    )


@access.needs("walk-patrols")
@require_POST
def device(request: HttpRequest) -> HttpResponse:
    """Enrol this phone for whoever is signed in; the token is said once and kept on the phone alone."""
    label = request.headers.get("User-Agent", "")[:64]
    enrolled, secret = enrol_device(access.user_of(request), label=label, at=clock.now())
    return JsonResponse({"device": str(enrolled.pk), "token": secret})


def _running(one: RunningRound) -> dict[str, Any]:
    """A round of the guard's own that goes on, here or on another phone."""
    last = one.last.checkpoint if one.last else None
    return {
        "id": str(one.walk.pk),
        "started_at": _plain(one.walk.started_at),
        "beat": one.walk.beat.code if one.walk.beat else "",
        "by_page": one.by_page,
        "last": {"checkpoint": last.code, "at": _plain(one.last.effective_at)} if one.last and last else None,
    }


def _map(place: Place, at: datetime, have: frozenset[str]) -> dict[str, Any] | None:
    """The map of a place by its stamp, and the drawing unless the phone has it."""
    found = map_for_phone(place, at)
    if found is None or found.stamp in have:
        return None if found is None else {"stamp": found.stamp}
    drawing = {
        "longitude": found.extract.longitude,
        "latitude": found.extract.latitude,
        "units_a_metre": UNITS_A_METRE,
        "strokes": [{"kind": one.kind, "path": one.path} for one in found.extract.strokes],
        "credit": found.credit,
    }
    return {"stamp": found.stamp, "drawing": drawing}


def _plain(value: Any) -> Any:
    """A bundle as JSON: moments in UTC, spans in seconds."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value
