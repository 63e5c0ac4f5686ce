"""A small piece of the base map as lines to draw: what lies around a few points, in half metres from their middle.

GDAL (in the pyogrio wheel) reads the tiles of the archive. What is returned is plain text for the `d` of SVG paths, so
that a page can keep it and draw it without network and without a map library.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import atan, cos, degrees, pi, radians, sinh
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry.base import BaseGeometry

from anlan.engine.geodesy import EARTH_RADIUS_M
from anlan.links.basemap import MAX_ZOOM

Kind = Literal["water", "green", "building", "rail", "path", "street", "road"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""In the order in which they are drawn."""

AROUND_METRES = 250.0
MOST_CHARACTERS = 60_000
UNITS_A_METRE = 2
METRES_A_DEGREE = EARTH_RADIUS_M * pi / 180

_AREAS = ("water", "green", "building")
_MAIN_ROADS = ("motorway", "trunk", "primary", "secondary", "tertiary")
_MERCATOR_METRES = 6_378_137.0
_TRIES: tuple[tuple[float, float, tuple[Kind, ...]], ...] = (
    (AROUND_METRES, 0.5, ()),
    (AROUND_METRES, 1.5, ()),
    (AROUND_METRES * 0.6, 1.5, ()),
    (AROUND_METRES * 0.6, 3.0, ("path",)),
    (AROUND_METRES * 0.4, 3.0, ("path",)),
    (AROUND_METRES * 0.4, 5.0, ("path", "building", "green")),
)
"""How far around, how much simplified and what left out, until it is small enough."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """All shapes of one kind as one SVG path: x to the east and y to the south, in half metres from the middle."""

    kind: Kind
    path: str


@dataclass(frozen=True, slots=True)
class MapExtract:
    """What lies around some points; `longitude` and `latitude` are the middle."""

    longitude: float
    latitude: float
    strokes: tuple[Strokes, ...]

    @property
    def characters(self) -> int:
        return sum(len(one.path) for one in self.strokes)


def extract_around(
    archive: Path, points: Sequence[tuple[float, float]], *, most_characters: int = MOST_CHARACTERS
) -> MapExtract | None:
    """What the archive shows around points (longitude, latitude); None where it shows nothing or cannot be read."""
    if not points or not archive.is_file():
        return None
    longitude = (min(x for x, _ in points) + max(x for x, _ in points)) / 2
    latitude = (min(y for _, y in points) + max(y for _, y in points)) / 2
    near = shapely.multipoints([_local(x, y, longitude, latitude) for x, y in points])
    try:
        shapes = _read(archive, points, longitude, latitude)
    except (DataSourceError, OSError):
        return None
    for around, tolerance, without in _TRIES:
        area = near.buffer(around, cap_style="square")
        strokes = tuple(_strokes(shapes, area, tolerance, without))
        extract = MapExtract(round(longitude, 7), round(latitude, 7), strokes)
        if strokes and extract.characters <= most_characters:
            return extract
    return None


def _local(x: float, y: float, longitude: float, latitude: float) -> tuple[float, float]:
    """Degrees as metres to the east and to the south of a middle."""
    wide = cos(radians(latitude))
    return (x - longitude) * wide * METRES_A_DEGREE, (latitude - y) * METRES_A_DEGREE


def _read(
    archive: Path, points: Sequence[tuple[float, float]], longitude: float, latitude: float
) -> dict[Kind, list[BaseGeometry]]:
    """What lies in the rectangle around the points, by kind, in metres from the middle."""
    margin = AROUND_METRES / METRES_A_DEGREE / cos(radians(latitude))
    box = (
        *_mercator(min(x for x, _ in points) - margin, min(y for _, y in points) - margin),
        *_mercator(max(x for x, _ in points) + margin, max(y for _, y in points) + margin),
    )
    turned = _turned(longitude, latitude)
    found: dict[Kind, list[BaseGeometry]] = {kind: [] for kind in KINDS}
    for layer in ("water", "green", "building", "rail", "road"):
        try:
            _meta, _ids, wkb, columns = pyogrio.raw.read(
                archive, layer=layer, bbox=box, columns=["class"], ZOOM_LEVEL=str(MAX_ZOOM)
            )
        except DataLayerError:
            continue
        shapes = shapely.transform(shapely.from_wkb(wkb), turned)
        classes = columns[0] if columns else [None] * len(shapes)
        for one, road in zip(shapes, classes, strict=True):
            found[_kind(layer, road)].append(one)
    return found


def _mercator(longitude: float, latitude: float) -> tuple[float, float]:
    return (
        radians(longitude) * _MERCATOR_METRES,
        float(np.arctanh(np.sin(radians(latitude)))) * _MERCATOR_METRES,
    )


def _turned(longitude: float, latitude: float) -> Callable[[NDArray[Any]], NDArray[Any]]:
    """From the metres of web tiles to metres from a middle."""
    degree = np.vectorize(lambda y: degrees(atan(sinh(y / _MERCATOR_METRES))), otypes=[float])

    def turn(pairs: NDArray[Any]) -> NDArray[Any]:
        east = np.degrees(pairs[:, 0] / _MERCATOR_METRES) - longitude
        south = latitude - (degree(pairs[:, 1]) if len(pairs) else pairs[:, 1])
        return np.column_stack((east * cos(radians(latitude)) * METRES_A_DEGREE, south * METRES_A_DEGREE))

    return turn


def _kind(layer: str, road: object) -> Kind:
    if layer != "road":
        return next(kind for kind in KINDS if kind == layer)
    return "road" if road in _MAIN_ROADS else "path" if road in ("path", "service") else "street"


def _strokes(
    shapes: dict[Kind, list[BaseGeometry]], area: BaseGeometry, tolerance: float, without: Sequence[Kind]
) -> Iterable[Strokes]:
    for kind in KINDS:
        if kind in without or not shapes[kind]:
            continue
        cut = shapely.intersection(shapely.make_valid(np.array(shapes[kind], dtype=object)), area)
        if kind in _AREAS:
            # Put together what the edges of tiles had cut; what is left of lines and points is nothing to fill.
            whole = shapely.union_all([one for one in shapely.get_parts(cut) if one.area > 0])
            rings = [
                ring
                for one in shapely.get_parts(shapely.simplify(whole, tolerance))
                if one.geom_type == "Polygon" and one.area > 4 * tolerance * tolerance + 4
                for ring in (one.exterior, *one.interiors)
            ]
            path = "".join(_path(ring.coords[:-1], "z") for ring in rings)
        else:
            lines = [one for one in shapely.get_parts(cut) if one.geom_type == "LineString"]
            merged = shapely.line_merge(shapely.union_all(lines))
            path = "".join(
                _path(one.coords, "") for one in shapely.get_parts(shapely.simplify(merged, tolerance))
            )
        if path:
            yield Strokes(kind, path)


def _path(coordinates: Iterable[Sequence[float]], end: str) -> str:
    """One line of a path: where it begins, then each step from the one before."""
    steps: list[tuple[int, int]] = []
    for x, y in coordinates:
        step = round(x * UNITS_A_METRE), round(y * UNITS_A_METRE)
        if not steps or step != steps[-1]:
            steps.append(step)
    if len(steps) < (3 if end else 2):
        return ""
    first, *rest = steps
    moves = []
    for (x, y), (to_x, to_y) in zip(steps, rest, strict=False):
        moves.append(f"{to_x - x},{to_y - y}")
    return f"M{first[0]},{first[1]}l{' '.join(moves)}{end}"
