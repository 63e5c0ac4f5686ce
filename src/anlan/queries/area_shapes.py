"""Where a warning holds, as CAP can say it: outlines of the city, districts and drawn areas, circles around places."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from anlan.engine.areas import Area, area_read
from anlan.engine.policy import Text
from anlan.links.cap.alert import Circle, NamedValue
from anlan.links.cap.composing import WarningArea
from anlan.models import District, Place, WarningNotice
from anlan.queries.area_words import area_phrases
from anlan.queries.districts import with_parts
from anlan.queries.vocabulary import Words
from anlan.queries.warnings_shown import codes_of

PLACE_KM = 0.1
"""How far around a place its circle reaches."""

MOST_CIRCLES = 100
MOST_PARTS = 40
"""An outline in more parts than this is drawn around all of them."""


def warning_areas(notice: WarningNotice, known: Words, at: datetime) -> tuple[WarningArea, ...]:
    """The area of a warning: one that says what was chosen, and named places beside it.

    Kinds and tiers narrow an area to places. Up to a hundred of them are circles; of more, the area around is drawn,
    and the words say which places are meant.
    """
    area = area_read(notice.area)
    main, named = replace(area, places=frozenset()), area.places
    found = []
    if not main.is_empty:
        kept = {name: value for name, value in notice.area.items() if name != "places"}
        words = _joined(area_phrases(kept, notice.tiers, known))
        narrowed = codes_of(notice, at) if main.kinds or notice.tiers else []
        found.append(_drawn(main, words, [code for code in narrowed if code not in named]))
    if named:
        words = _joined(area_phrases({"places": sorted(named)}, (), known))
        found.append(_around(words, _circles(named)))
    return tuple(found)


def stated_area(kept: Mapping[str, Any], words: Text) -> WarningArea:
    """An area told in given words: as it was drawn, with circles around the places that are named."""
    area = area_read(kept)
    main, around = replace(area, places=frozenset()), _around(words, _circles(area.places))
    if main.is_empty:
        return around
    drawn = _drawn(main, words, ())
    return replace(drawn, circles=(*drawn.circles, *around.circles))


def _drawn(area: Area, words: Text, narrowed: Sequence[str]) -> WarningArea:
    geocodes = tuple(NamedValue(_list_of(code), code) for code in area.districts)
    if 0 < len(narrowed) <= MOST_CIRCLES and (circles := _circles(narrowed)):
        return WarningArea(words, circles=circles, geocodes=geocodes)
    ground = _boundary(area.districts)
    if not area.has_shape:
        return WarningArea(words, shape=_few(ground), geocodes=geocodes)
    if not area.districts:
        outlines = [shapely.Polygon(ring) for ring in area.polygons]
        circles = tuple(_circle(one.longitude, one.latitude, one.radius_m / 1000) for one in area.circles)
        return WarningArea(words, shape=_few(_union(outlines)), circles=circles)
    rounds = [_disc(one.longitude, one.latitude, one.radius_m) for one in area.circles]
    inside = _union([*(shapely.Polygon(ring) for ring in area.polygons), *rounds])
    both = inside if ground is None or inside is None else inside.intersection(ground)
    return WarningArea(words, shape=_few(both) or _few(inside), geocodes=geocodes)


def _around(words: Text, circles: tuple[Circle, ...]) -> WarningArea:
    """Places by their circles; more than a message can hold are outlined together."""
    if len(circles) <= MOST_CIRCLES:
        return WarningArea(words, circles=circles)
    discs = [_disc(one.centre[1], one.centre[0], PLACE_KM * 1000) for one in circles]
    return WarningArea(words, shape=shapely.convex_hull(shapely.union_all(discs)))


def _circles(codes: Iterable[str]) -> tuple[Circle, ...]:
    rows = Place.objects.filter(code__in=list(codes), longitude__isnull=False).order_by("code")
    return tuple(
        _circle(longitude, latitude, PLACE_KM)
        for longitude, latitude in rows.values_list("longitude", "latitude")
        if longitude is not None and latitude is not None
    )


def _circle(longitude: float, latitude: float, radius_km: float) -> Circle:
    return Circle((round(latitude, 6), round(longitude, 6)), round(radius_km, 3))


def _disc(longitude: float, latitude: float, radius_m: float) -> BaseGeometry:
    """A circle as an outline; a degree of longitude is shorter than one of latitude."""
    degrees = radius_m / 111_195.0
    shrink = max(math.cos(math.radians(latitude)), 0.01)
    disc = shapely.Point(0, 0).buffer(degrees * 1.01)
    return shapely.transform(disc, lambda points: points / (shrink, 1.0) + (longitude, latitude))


def _boundary(codes: Sequence[str]) -> BaseGeometry | None:
    """The outline of some districts, or of the whole city; none where nobody has given one."""
    rows = District.objects.exclude(boundary=None)
    if codes:
        own = list(rows.filter(code__in=codes))
        whole = {row.code for row in own}
        # A district without an outline of its own is drawn by its parts.
        parts = {part for code in codes if code not in whole for part in with_parts(code)}
        own += rows.filter(code__in=parts)
        return _union([shape(row.boundary or {}) for row in own])
    top = [row for row in rows if row.parent_id is None]
    return _union([shape(row.boundary or {}) for row in top or rows])


def _union(shapes: Sequence[BaseGeometry]) -> BaseGeometry | None:
    sound = [shapely.make_valid(one) for one in shapes]
    return shapely.union_all(sound) if sound else None


def _few(area: BaseGeometry | None) -> BaseGeometry | None:
    """An area with a surface and not in too many parts, none where it has no surface."""
    if area is None or area.area <= 0:
        return None
    return area if shapely.get_num_geometries(area) <= MOST_PARTS else shapely.convex_hull(area)


def _list_of(code: str) -> str:
    """Codes of six figures are those of GB/T 2260, by which China counts its divisions."""
    return "GB2260" if code.isdigit() and len(code) == 6 else "anlan:district"


def _joined(phrases: Sequence[Text]) -> Text:
    return Text("；".join(one.zh for one in phrases), "; ".join(one.en for one in phrases))
