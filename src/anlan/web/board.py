"""The board: what is missing in the city now, and the same for a screen on the wall."""

import hashlib
from typing import Any

import numpy as np
from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from anlan.engine.access import Reach
from anlan.models import District, Place
from anlan.queries.board import board, revision
from anlan.queries.overview import Overview, overview, state_of_places
from anlan.queries.reach import within
from anlan.queries.schemes import stored_schemes
from anlan.web import clock
from anlan.web.access import needs, request_reach
from anlan.web.shell import page
from anlan.web.templatetags.words import say

MAP_LIMIT = 20_000
MOST_KEPT = 200
_COUNTED: dict[tuple[str, Reach, str, str], Overview] = {}


class BoardFilter(forms.Form):
    """What the board is narrowed to."""

    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    scheme = forms.ChoiceField(label=gettext_lazy("Scheme"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        districts = District.objects.order_by("code")
        self.fields["district"].choices = [  # type: ignore[attr-defined]  # a ChoiceField, as declared above
            ("", _("All districts")),
            *(
                (district.code, say({"zh": district.name_zh, "en": district.name_en}))
                for district in districts
            ),
        ]
        self.fields["scheme"].choices = [  # type: ignore[attr-defined]  # a ChoiceField, as declared above
            ("", _("All schemes")),
            *(
                (one.scheme.id, say(one.scheme.title))
                for one in stored_schemes(clock.now())
                if one.is_adopted
            ),
        ]


@needs("see-board")
@require_safe
def board_page(request: HttpRequest) -> HttpResponse:
    """The board of the city office."""
    form = BoardFilter(request.GET)
    chosen = _chosen(form)
    query = urlencode({name: value for name, value in chosen.items() if value})
    context = _content(request, chosen) | {
        "title": _("Board"),
        "filter": form,
        "live": reverse("board-live") + (f"?{query}" if query else ""),
        "map_source": reverse("board-map") + (f"?{query}" if query else ""),
    }
    return page(request, "board/board.html", context)


@needs("see-board")
@require_safe
def board_live(request: HttpRequest) -> HttpResponse:
    """The inside of the board, asked for every few seconds; 304 while nothing changed."""
    chosen = _chosen(BoardFilter(request.GET))
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
    chosen = _chosen(BoardFilter(request.GET))
    at = clock.now()
    city = board(at)
    places = within(
        request_reach(request, "see-board"), Place.objects.filter(longitude__isnull=False, closed_at=None)
    )
    if chosen["district"]:
        places = places.filter(district=chosen["district"])
    states = state_of_places(city, np.ones(len(city.loaded.ids), dtype=bool))
    gaps = dict(zip(city.loaded.register.codes, city.gaps_of_place.tolist(), strict=True))
    english = request.LANGUAGE_CODE.startswith("en")
    rows = places.order_by("code").values_list("code", "name_zh", "name_en", "longitude", "latitude")[
        :MAP_LIMIT
    ]
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [longitude, latitude]},
            "properties": {
                "code": code,
                "name": name_en if english and name_en else name_zh,
                "state": states.get(code, ""),
                "note": _("%(number)s gaps") % {"number": gaps[code]} if gaps.get(code) else "",
                "url": f"/places/{code}/",
            },
        }
        for code, name_zh, name_en, longitude, latitude in rows
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@needs("see-board")
@require_safe
def wall(request: HttpRequest) -> HttpResponse:
    """The board for a screen on the wall: nothing to click, panels take turns."""
    chosen = _chosen(BoardFilter(request.GET))
    query = urlencode({name: value for name, value in {**chosen, "wall": "1"}.items() if value})
    context = _content(request, chosen) | {
        "title": _("Board"),
        "live": f"{reverse('board-live')}?{query}",
        "map_source": reverse("board-map"),
    }
    return page(request, "board/wall.html", context)


def _chosen(form: BoardFilter) -> dict[str, str]:
    """The filters that are known; an unknown one counts as none."""
    form.is_valid()
    return {name: form.cleaned_data.get(name, "") for name in ("district", "scheme")}


def _content(request: HttpRequest, chosen: dict[str, str]) -> dict[str, Any]:
    found = _counted(request_reach(request, "see-board"), chosen["district"], chosen["scheme"])
    return {
        "overview": found,
        "chosen": chosen,
        "map_credit": _credit(),
    }


def _counted(reach: Reach, district: str, scheme: str) -> Overview:
    """The board's figures, counted once for everybody who sees the same, until something changes."""
    at = clock.now()
    key = (revision(at), reach, district, scheme)
    found = _COUNTED.get(key)
    if found is None:
        if len(_COUNTED) >= MOST_KEPT:
            _COUNTED.clear()
        found = _COUNTED[key] = overview(at, reach, district=district, scheme=scheme)
    return found


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
]
