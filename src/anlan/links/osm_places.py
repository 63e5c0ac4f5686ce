"""A facility as OpenStreetMap tags describe it: names, address, outline, figures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from shapely import LinearRing, LineString, MultiPolygon, Point, Polygon

from anlan.engine.geodesy import area_m2
from anlan.engine.policy import FactValue, Text
from anlan.links.coordinates import Position
from anlan.links.sheet_cells import one_line

AREA_METHOD = Text(zh="OpenStreetMap 轮廓测算", en="OpenStreetMap outline")

Shape = Point | LineString | Polygon | MultiPolygon

_CHINESE = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_SMALLEST_M2, _LARGEST_M2 = 10.0, 50_000_000.0
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class OsmPlace:
    """A facility, from one or more objects; the first identifier is the object that its outline came from.

    Names are empty where nobody has written one. `area_m2` is the outline's, by AREA_METHOD, not a floor area.
    """

    source_ids: tuple[str, ...]
    kind: str
    name_zh: str
    name_en: str
    position: Position
    shape: Shape
    area_m2: float | None = None
    address: str = ""
    operator: str = ""
    phone: str = ""
    opening_hours: str = ""
    facts: Mapping[str, FactValue] = field(default_factory=dict)


def place_from_tags(source_id: str, kind: str, tags: Mapping[str, str], shape: Shape) -> OsmPlace:
    """The facility that an object of this shape and these tags stands for."""
    name_zh, name_en = names(tags)
    return OsmPlace(
        source_ids=(source_id,),
        kind=kind,
        name_zh=name_zh,
        name_en=name_en,
        position=Position(round(shape.centroid.x, 7), round(shape.centroid.y, 7)),
        shape=shape,
        area_m2=_outline_m2(shape),
        address=_address(tags),
        operator=_one_line(tags.get("operator", "")),
        phone=_one_line(tags.get("phone") or tags.get("contact:phone", "")),
        opening_hours=_one_line(tags.get("opening_hours", "")),
        facts=_figures(kind, tags),
    )


def names(tags: Mapping[str, str]) -> tuple[str, str]:
    """The Chinese and the other name; a plain `name` goes to the language of its script."""
    plain = _one_line(tags.get("name", ""))
    chinese = _one_line(tags.get("name:zh") or tags.get("name:zh-Hans") or "")
    other = _one_line(tags.get("name:en") or tags.get("int_name") or "")
    if _CHINESE.search(plain):
        return chinese or plain, other
    return chinese, other or plain


def _outline_m2(shape: Shape) -> float | None:
    parts = shape.geoms if isinstance(shape, MultiPolygon) else (shape,)
    size = sum(
        area_m2(_ring(part.exterior), [_ring(hole) for hole in part.interiors])
        for part in parts
        if isinstance(part, Polygon)
    )
    return round(size, 1) if _SMALLEST_M2 <= size <= _LARGEST_M2 else None


def _ring(ring: LinearRing) -> list[tuple[float, float]]:
    return [(x, y) for x, y, *_ in ring.coords[:-1]]


def _address(tags: Mapping[str, str]) -> str:
    if full := tags.get("addr:full"):
        return _one_line(full)
    street, number = tags.get("addr:street", ""), tags.get("addr:housenumber", "")
    city, district = tags.get("addr:city", ""), tags.get("addr:district", "")
    if _CHINESE.search(street + city):
        return _one_line(f"{city}{district}{street}{number}{'号' if number.isdigit() else ''}")
    return _one_line(", ".join(part for part in (f"{number} {street}".strip(), district, city) if part))


def _figures(kind: str, tags: Mapping[str, str]) -> dict[str, FactValue]:
    beds = tags.get("beds") or tags.get("capacity:beds") or ""
    return {"beds": int(beds)} if kind == "hospital" and beds.isdecimal() and len(beds) < 6 else {}


def _one_line(text: str) -> str:
    return one_line(text)[:_LONGEST_NAME]
