"""The drawn city: ground, streets and greens together, and as shapes for the base map."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LinearRing, LineString, Polygon

from anlan.management.demo_city.greens import greens
from anlan.management.demo_city.ground import Ground, NamedShape, ground
from anlan.management.demo_city.main_roads import Skeleton, skeleton
from anlan.management.demo_city.plane import lines, to_wgs84
from anlan.management.demo_city.streets import Network, network
from anlan.management.demo_city.values import DemoDistrict, DemoFeature, Layer, Ring


@dataclass(frozen=True, slots=True)
class CityMap:
    """The city on its plane in metres."""

    ground: Ground
    skeleton: Skeleton
    streets: Network
    greens: tuple[NamedShape, ...]
    """Parks, banks and woods; their ponds are in `water`."""
    water: tuple[NamedShape, ...]


def city_map(rng: np.random.Generator) -> CityMap:
    """Draw the city."""
    land, bones, filling, planting = rng.spawn(4)
    laid = ground(land)
    main = skeleton(laid, bones)
    streets = network(laid, main, filling)
    planted = greens(laid, main, streets, planting)
    ponds = tuple(each for each in planted if each.kind == "pond")
    return CityMap(
        laid, main, streets, tuple(each for each in planted if each.kind != "pond"), (*laid.water, *ponds)
    )


def districts(city: CityMap) -> tuple[DemoDistrict, ...]:
    """The districts with outlines that share their borders point for point."""
    found = []
    for code, name_zh, name_en, shape in city.ground.districts:
        middle = shapely.maximum_inscribed_circle(shape).coords[0]
        found.append(DemoDistrict(code, name_zh, name_en, _rings(shape), to_wgs84(*middle)))
    return tuple(found)


def features(city: CityMap) -> tuple[DemoFeature, ...]:
    """Every shape of the base map; a street is one line for each unbroken stretch, with a point at every junction."""
    found = [
        DemoFeature("district", "district", zh, en, "Polygon", _rings(shape), code=code)
        for code, zh, en, shape in city.ground.districts
    ]
    found += [_area("water", each) for each in city.water]
    found += [_area("green", each) for each in (*city.ground.hills, *city.greens)]
    found += [
        DemoFeature("rail", kind, zh, en, "LineString", (_ring(path),))
        for kind, zh, en, path in city.skeleton.railways
    ]
    found += _roads(city.streets)
    return tuple(found)


def _roads(streets: Network) -> list[DemoFeature]:
    pieces: dict[tuple[int, bool], list[LineString]] = {}
    for edge in streets.edges:
        pieces.setdefault((edge.street, edge.bridge), []).append(edge.path)
    found = []
    for (number, bridge), paths in sorted(pieces.items()):
        street = streets.streets[number]
        names = street.name_zh, street.name_en
        found += [
            DemoFeature("road", street.kind, *names, "LineString", (_ring(path),), bridge)
            for path in lines(shapely.line_merge(shapely.MultiLineString(paths)))
        ]
    return found


def _area(layer: Layer, each: NamedShape) -> DemoFeature:
    return DemoFeature(layer, each.kind, each.name_zh, each.name_en, "Polygon", _rings(each.shape))


def _rings(shape: Polygon) -> tuple[Ring, ...]:
    return (_ring(shape.exterior), *(_ring(hole) for hole in shape.interiors))


def _ring(path: LineString | LinearRing) -> Ring:
    return tuple(to_wgs84(x, y) for x, y in path.coords)
