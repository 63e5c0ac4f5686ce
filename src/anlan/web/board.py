"""The board: what is missing in the city now, and the same for a screen on the wall."""

import hashlib
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from anlan.models import Place
from anlan.queries.board import revision
from anlan.queries.overview import Overview
from anlan.queries.place_index import PlaceFilter, PlaceIndex
from anlan.web import board_deadlines, board_trend, clock
from anlan.web.access import needs, request_reach
from anlan.web.board_counted import counted
from anlan.web.board_filter import BoardFilter, asked, of_places
from anlan.web.shell import page
from anlan.web.templatetags.times import figure
from anlan.web.templatetags.words import name_of
from anlan.web.warnings_list import strip_of

MAP_LIMIT = 20_000


@needs("see-board")
@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    """The board of the city office."""
    form = BoardFilter(request.GET)
    chosen = form.chosen()
    query = asked(chosen)
    context = _content(request, chosen) | {
        "title": _("Board"),
        "filter": form,
        "live": reverse("board-live") + query,
        "trend_url": reverse("board-trend") + query,
        "map_source": reverse("board-map") + query,
        "wall_url": reverse("wall") + query,
        "strip": strip_of(request, clock.now()),
    }
    return page(request, "board/board.html", context, results="board/_results.html")


@needs("see-board")
@require_safe
def board_live(request: HttpRequest) -> HttpResponse:
    """The inside of the board, asked for every few seconds; 304 while nothing changed."""
    chosen = BoardFilter(request.GET).chosen()
    wall = request.GET.get("wall") == "1"
    tag = _etag(request, chosen, wall)
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    content = _content(request, chosen)
    template = "board/_wall.html" if wall else "board/_live.html"
    return HttpResponse(render_to_string(template, content, request), headers={"ETag": tag})


@needs("see-board")
@require_safe
def board_map(request: HttpRequest) -> JsonResponse:
    """Places with their worst state, for the map."""
    chosen = BoardFilter(request.GET).chosen()
    index = PlaceIndex(clock.now(), request_reach(request, "see-board"))
    wanted = PlaceFilter(district=chosen["district"], duty=chosen["scheme"])
    places = reverse("places")
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [point.longitude, point.latitude]},
            "properties": {
                "code": point.code,
                "name": name_of(point),
                "state": point.state,
                "gaps": point.gaps,
                "note": _gaps(point.gaps) if point.gaps else "",
                "url": f"{places}{quote(point.code, safe='')}/",
            },
        }
        for point in index.points(wanted, None, MAP_LIMIT)
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@needs("see-board")
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The board for a screen on the wall: nothing to click, panels take turns."""
    chosen = BoardFilter(request.GET).chosen()
    context = _content(request, chosen) | {
        "title": _("Board"),
        "live": reverse("board-live") + asked({**chosen, "wall": "1"}),
        "trend_url": reverse("board-trend") + asked({**chosen, "wall": "1"}),
        "map_source": reverse("board-map") + asked(chosen),
    }
    return page(request, "board/wall.html", context)


def _gaps(count: int) -> str:
    return ngettext("%(count)s gap", "%(count)s gaps", count) % {"count": figure(count)}


def _map_note(places: int) -> str:
    """Says that the map leaves places out, where it may."""
    if places <= MAP_LIMIT:
        return ""
    words = _("The map shows at most %(limit)s of the %(places)s places, those with gaps first.")
    return words % {"limit": figure(MAP_LIMIT), "places": figure(places)}


def _content(request: HttpRequest, chosen: dict[str, str]) -> dict[str, Any]:
    found = counted(request_reach(request, "see-board"), chosen["district"], chosen["scheme"])
    return {
        "overview": found,
        "chosen": chosen,
        "links": _links(found, chosen),
        "map_note": _map_note(found.places),
        "map_credit": _credit(),
    }


def _links(found: Overview, chosen: dict[str, str]) -> dict[str, str]:
    """From each tile to the list of what it counts."""
    places = reverse("places")
    states = ("not-evidenced", "overdue", "due", "some-recorded", "gaps")
    undetermined = f"{found.tier_scheme}:undetermined"
    return {state.replace("-", "_"): places + of_places(chosen, state=state) for state in states} | {
        "undetermined": places + asked({"district": chosen["district"], "tier": undetermined}),
        "findings": reverse("findings") + asked({"district": chosen["district"]}),
        "deadlines": reverse("board-deadlines") + asked(chosen),
        "further": reverse("board-deadlines") + asked({"hours": "24", **chosen}),
        "districts": places + of_places({**chosen, "district": ""}, state="gaps") + "&district=",
        "duties": places + of_places({**chosen, "scheme": ""}, state="gaps") + "&duty=",
        "tiers": places + of_places(chosen, state="gaps") + f"&tier={found.tier_scheme}:",
    }


def _credit() -> str:
    return "© OpenStreetMap contributors" if Place.objects.filter(source="osm").exists() else ""


def _etag(request: HttpRequest, chosen: dict[str, str], wall: bool) -> str:
    """Changes whenever anything shown may; known without counting anything."""
    reach = request_reach(request, "see-board")
    shown = repr((revision(clock.now()), reach, sorted(chosen.items()), request.LANGUAGE_CODE, wall))
    return f'"{hashlib.sha256(shown.encode()).hexdigest()[:24]}"'


addresses = [
    path("", board_page, name="board"),
    path("board/live/", board_live, name="board-live"),
    path("board/map/", board_map, name="board-map"),
    path("wall/", wall, name="wall"),
    *board_deadlines.addresses,
    *board_trend.addresses,
]
