"""Where places stand: at the side of a street, on land, inside a district, in the right part of the city."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from anlan.management.demo_city.city_map import CityMap
from anlan.management.demo_city.streets import OLD_TOWN

Spots = np.ndarray[tuple[int, ...], np.dtype[np.object_]]
_ZONES = ("rural", "suburb", "mid", "inner", "old", "town", "industry", "campus")
_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential")
_TOWN_ZONES = {"Qingzhu Industrial Park": "industry", "Wangchuan University Town": "campus"}


@dataclass(frozen=True, slots=True)
class Site:
    """A spot on the plane beside a street, with its district's code."""

    point: Point
    district: str
    street_zh: str
    street_en: str
    number: int


class Sites:
    """Draws spots for places one after another and keeps them apart."""

    def __init__(self, city: CityMap, rng: np.random.Generator) -> None:
        self._city, self._rng = city, rng
        streets = city.streets.streets
        self._edges = np.array([edge.path for edge in city.streets.edges])
        self._street = np.array([edge.street for edge in city.streets.edges])
        kind = np.array([_CLASSES.index(street.kind) for street in streets])[self._street]
        middles = shapely.line_interpolate_point(self._edges, 0.5, normalized=True)
        self._zone = _zones(city, middles)
        self._district = np.full(len(middles), "", dtype="U6")
        for code, _, _, shape in city.ground.districts:
            shapely.prepare(shape)
            self._district[shapely.contains(shape, middles)] = code
        dry = np.array([not edge.bridge for edge in city.streets.edges])
        length = np.minimum(shapely.length(self._edges), 800.0)
        self._fast = kind == 0
        self._weight = length * dry * (kind > 0) * (self._district != "")
        self._main = np.where(kind <= 3, 3.0, np.where(kind == 4, 1.2, 0.25))
        self._side = np.where(kind == 1, 0.3, np.where(kind <= 3, 0.8, 1.2))
        self._closed = shapely.union_all(
            [each.shape for each in (*city.water, *city.greens, *city.ground.hills)]
        )
        shapely.prepare(self._closed)
        self._land = {code: shape.buffer(-30) for code, _, _, shape in city.ground.districts}
        for shape in self._land.values():
            shapely.prepare(shape)
        self._taken: list[tuple[float, float]] = []

    def draw(
        self, zones: Mapping[str, float], main_streets: bool, district: str = "", gap_m: float = 35
    ) -> Site:
        """A free spot in one of the zones by their weights; in `district` only, if one is named."""
        weight = self._weight * (self._main if main_streets else self._side)
        by_zone = weight * np.array([zones.get(zone, 0.0) for zone in _ZONES])[self._zone]
        if district:
            inside = self._district == district
            by_zone = by_zone * inside if (by_zone * inside).any() else weight * inside
        chance = by_zone / by_zone.sum()
        for edge in self._rng.choice(len(chance), size=60, p=chance):
            site = self._beside(int(edge), gap_m)
            if site is not None:
                return site
        raise ValueError(f"no free spot left in {dict(zones)} {district}")

    def at(self, x_m: float, y_m: float) -> Site:
        """The spot at a given point, with the nearest street's name."""
        point = Point(x_m, y_m)
        edge = int(np.argmin(shapely.distance(self._edges, point) + 1e6 * self._fast))
        code = next(code for code, _, _, shape in self._city.ground.districts if shape.covers(point))
        self._taken.append((x_m, y_m))
        return self._named(point, code, edge, float(self._edges[edge].project(point)))

    def _beside(self, edge: int, gap_m: float) -> Site | None:
        path, rng = self._edges[edge], self._rng
        along = float(rng.uniform(0.08, 0.92)) * path.length
        foot, ahead = path.interpolate(along), path.interpolate(min(along + 5, path.length))
        step = np.array([ahead.x - foot.x, ahead.y - foot.y])
        size = float(np.hypot(*step))
        if size < 0.5:
            return None
        offset = float(rng.uniform(20, 42)) * (1 if rng.random() < 0.5 else -1)
        x, y = foot.x - step[1] / size * offset, foot.y + step[0] / size * offset
        point, code = Point(x, y), str(self._district[edge])
        if not self._land[code].contains(point) or self._closed.distance(point) < 12:
            return None
        if any(abs(x - a) < gap_m and abs(y - b) < gap_m for a, b in self._taken):
            return None
        self._taken.append((x, y))
        return self._named(point, code, edge, along)

    def _named(self, point: Point, code: str, edge: int, along_m: float) -> Site:
        street = self._city.streets.streets[int(self._street[edge])]
        number = 1 + 2 * int(street.path.project(point) // 24) + int(along_m) % 2
        return Site(point, code, street.name_zh, street.name_en, number)


def _zones(city: CityMap, middles: Spots) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The number in _ZONES of the zone each point lies in."""
    bones = city.skeleton
    found = np.zeros(len(middles), dtype=np.intp)
    layers: list[tuple[str, BaseGeometry]] = [
        ("suburb", bones.expressway_ring),
        ("mid", bones.second_ring),
        ("inner", bones.inner_ring),
    ]
    layers.append(("old", OLD_TOWN.intersection(bones.inner_ring)))
    layers += [(_TOWN_ZONES.get(town.name_en, "town"), town.shape) for town in bones.towns]
    for zone, shape in layers:
        shapely.prepare(shape)
        found[shapely.contains(shape, middles)] = _ZONES.index(zone)
    return found
