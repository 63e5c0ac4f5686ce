"""An OpenStreetMap extract read into places by kind, roads and the areas of a base map.

Objects of the same facility (a point and the building around it) are merged, keeping all their identifiers.
Data are © OpenStreetMap contributors, ODbL 1.0: whoever shows them must say so.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import osmium
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from anlan.engine.geodesy import length_m
from anlan.engine.policy import Text
from anlan.links.files import FileProblem
from anlan.links.osm_coast import sea
from anlan.links.osm_kinds import DRIVABLE, KEYS, kind_of, kinds_tagged
from anlan.links.osm_merging import Doubtful, Merge, merge_same_facility
from anlan.links.osm_places import OsmPlace, names, place_from_tags

CREDIT = "© OpenStreetMap contributors"
SUFFIXES = (".osm.pbf", ".pbf", ".osm", ".osm.gz", ".osm.bz2")

Bounds = tuple[float, float, float, float]
"""West, south, east, north."""
Progress = Callable[[Literal["reading", "merging"], int], None]
"""Called with the step and the number of objects read so far."""

_REPORT_EVERY = 20_000
_MAP_KEYS = ("natural", "landuse", "leisure", "building", "waterway")
_HIGHWAYS = DRIVABLE | {"pedestrian", "footway", "path", "steps", "cycleway", "track"}
_WATER_LINES = {"river", "canal"}
_GREEN = {
    "landuse": {"forest", "grass", "meadow", "recreation_ground", "village_green", "cemetery"},
    "leisure": {"park", "garden", "golf_course", "nature_reserve"},
    "natural": {"wood", "grassland", "heath"},
}
_NO_SHAPE = Text(
    zh="没有完整的轮廓（数据截取不完整或关系类型不受支持）", en="no complete outline in this extract"
)


@dataclass(frozen=True, slots=True)
class Road:
    """A way that people drive or walk on; `road_class` is its `highway` value."""

    road_class: str
    name_zh: str
    name_en: str
    oneway: bool
    line: LineString


@dataclass(frozen=True, slots=True)
class Area:
    """Water, green or a building for the base map; a river may be a line."""

    shape: LineString | Polygon | MultiPolygon
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """An object that was not brought, and why."""

    source_id: str
    kind: str
    because: Text


@dataclass(frozen=True, slots=True)
class OsmCity:
    """What an extract holds; `counts` are tagged objects by kind before merging, `drivable_km` is of all roads."""

    places: tuple[OsmPlace, ...]
    roads: tuple[Road, ...]
    waters: tuple[Area, ...]
    greens: tuple[Area, ...]
    buildings: tuple[Area, ...]
    bounds: Bounds | None
    counts: Mapping[str, int]
    drivable_km: float
    merged: tuple[Merge, ...]
    doubtful: tuple[Doubtful, ...]
    skipped: tuple[Skipped, ...]


def read_city(path: Path, progress: Progress | None = None) -> OsmCity | FileProblem:
    """The places and the base map of an extract, or why the file cannot be read.

    Two passes over the file: relations first, then everything with a cache of node positions (16 bytes a node).
    """
    if not path.name.lower().endswith(SUFFIXES):
        return FileProblem(
            Text(
                zh=f"“{path.name}”不是支持的格式，请提供 .osm.pbf、.osm 或 .osm.gz 文件。",
                en=f"“{path.name}” is not of a kind that can be read. Give an .osm.pbf, .osm or .osm.gz file.",
            )
        )
    reading = _Reading()
    number = 0
    try:
        for number, thing in enumerate(_objects(path), start=1):
            reading.take(thing)
            if progress and number % _REPORT_EVERY == 0:
                progress("reading", number)
    except (RuntimeError, OSError, ValueError) as error:
        return FileProblem(
            Text(
                zh=f"无法读取“{path.name}”：文件不存在、已损坏或不是 OpenStreetMap 数据（{error}）。请重新下载后再试。",
                en=f"“{path.name}” cannot be read: it is missing, damaged or not OpenStreetMap data ({error}). "
                "Download it again and retry.",
            )
        )
    if progress:
        progress("merging", number)
    return reading.city()


def _objects(path: Path) -> Iterator[Any]:
    areas = osmium.filter.KeyFilter(*KEYS, *_MAP_KEYS)
    ours = osmium.filter.KeyFilter(*KEYS, *_MAP_KEYS, "highway")
    yield from osmium.FileProcessor(str(path)).with_areas(areas).with_filter(ours)


class _Reading:
    """What has been taken from the file so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.places: list[OsmPlace] = []
        self.roads: list[Road] = []
        self.waters: list[Area] = []
        self.greens: list[Area] = []
        self.buildings: list[Area] = []
        self.coast: list[LineString] = []
        self.drivable_m = 0.0
        self.awaiting_outline: dict[int, str] = {}
        self.skipped: list[Skipped] = []

    def take(self, thing: Any) -> None:
        if thing.is_area():
            if not thing.from_way():
                self._relation_outline(thing)
            return
        tags = dict(thing.tags)
        self.counts.update(kinds_tagged(tags))
        kind = kind_of(tags)
        if thing.is_node():
            if kind and thing.location.valid():
                self._place(f"osm:node/{thing.id}", kind, tags, Point(thing.lon, thing.lat))
        elif thing.is_way():
            self._way(thing, kind, tags)
        elif kind:
            self.awaiting_outline[thing.id] = kind

    def city(self) -> OsmCity:
        self.skipped.extend(
            Skipped(f"osm:relation/{number}", kind, _NO_SHAPE)
            for number, kind in self.awaiting_outline.items()
        )
        places, merged, doubtful = merge_same_facility(self.places)
        bounds = self._bounds()
        if bounds:
            self.waters.extend(Area(shape) for shape in sea(self.coast, bounds))
        return OsmCity(
            places=places,
            roads=tuple(self.roads),
            waters=tuple(self.waters),
            greens=tuple(self.greens),
            buildings=tuple(self.buildings),
            bounds=bounds,
            counts=dict(self.counts),
            drivable_km=self.drivable_m / 1000,
            merged=merged,
            doubtful=doubtful,
            skipped=tuple(self.skipped),
        )

    def _way(self, way: Any, kind: str | None, tags: dict[str, str]) -> None:
        points = [(node.lon, node.lat) for node in way.nodes if node.location.valid()]
        if len(points) < 2:
            if kind:
                self.skipped.append(Skipped(f"osm:way/{way.id}", kind, _NO_SHAPE))
            return
        closed = len(points) > 3 and points[0] == points[-1]
        highway = tags.get("highway")
        if highway in _HIGHWAYS and tags.get("area") != "yes":
            self.roads.append(Road(highway, *names(tags), _is_oneway(tags), LineString(points)))
        if highway in DRIVABLE:
            self.drivable_m += length_m(points)
        if tags.get("natural") == "coastline":
            self.coast.append(LineString(points))
        elif tags.get("waterway") in _WATER_LINES and not closed:
            self.waters.append(Area(LineString(points), *names(tags)))
        shape = Polygon(points) if closed else LineString(points)
        if kind:
            self._place(f"osm:way/{way.id}", kind, tags, shape)
        if closed:
            self._area(tags, shape)

    def _relation_outline(self, area: Any) -> None:
        shape = MultiPolygon(
            [
                Polygon(_ring(outer), [_ring(inner) for inner in area.inner_rings(outer)])
                for outer in area.outer_rings()
            ]
        )
        tags = dict(area.tags)
        kind = self.awaiting_outline.pop(area.orig_id(), None) or kind_of(tags)
        if kind and not shape.is_empty:
            self._place(f"osm:relation/{area.orig_id()}", kind, tags, shape)
        self._area(tags, shape)

    def _place(
        self,
        source_id: str,
        kind: str,
        tags: dict[str, str],
        shape: Point | LineString | Polygon | MultiPolygon,
    ) -> None:
        self.places.append(place_from_tags(source_id, kind, tags, shape))

    def _area(self, tags: dict[str, str], shape: Any) -> None:
        if tags.get("building", "no") != "no":
            self.buildings.append(Area(shape))
        elif tags.get("natural") == "water" or tags.get("waterway") == "riverbank":
            self.waters.append(Area(shape, *names(tags)))
        elif any(tags.get(key) in values for key, values in _GREEN.items()):
            self.greens.append(Area(shape, *names(tags)))

    def _bounds(self) -> Bounds | None:
        """Around drivable roads, or around the places where there are none."""
        shapes: list[BaseGeometry] = [road.line for road in self.roads if road.road_class in DRIVABLE]
        shapes = shapes or [place.shape for place in self.places]
        if not shapes:
            return None
        west, south, east, north = shapely.total_bounds(shapes).tolist()
        return west, south, east, north


def _ring(nodes: Any) -> list[tuple[float, float]]:
    return [(node.lon, node.lat) for node in nodes]


def _is_oneway(tags: Mapping[str, str]) -> bool:
    given = tags.get("oneway")
    if given:
        return given in {"yes", "true", "1", "-1"}
    return tags.get("junction") == "roundabout" or tags.get("highway") == "motorway"
