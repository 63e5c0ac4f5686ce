"""The roads drawn by hand: expressway ring, two ring roads, radials, avenues, riverside roads; and the railways."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon

from anlan.management.demo_city.ground import Ground
from anlan.management.demo_city.plane import Coordinate, blob, curve, line, lines, plate, polygons

RoadClass = Literal["motorway", "trunk", "primary", "secondary", "tertiary", "residential"]


@dataclass(frozen=True, slots=True)
class Street:
    """A street on the plane before it is cut at its junctions."""

    kind: RoadClass
    name_zh: str
    name_en: str
    path: LineString


@dataclass(frozen=True, slots=True)
class Town:
    """A built-up area outside the rings: its edge road and the lie of its grid."""

    name_zh: str
    name_en: str
    shape: Polygon
    grid_deg: float
    spacing_m: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The main roads and what they enclose."""

    streets: tuple[Street, ...]
    inner_ring: Polygon
    second_ring: Polygon
    expressway_ring: Polygon
    towns: tuple[Town, ...]
    railways: tuple[tuple[str, str, str, LineString], ...]


_AVENUES: tuple[tuple[RoadClass, str, str, tuple[Coordinate, ...]], ...] = (
    ("primary", "安澜大道", "Anlan Avenue", (
        (0.4, 15), (-0.4, 10.6), (-1.0, 7.9), (-0.4, 5.8), (0.12, 4.3), (0.35, 2.6), (0.3, 0.9), (0.35, -0.6),
        (0.48, -1.6), (0.7, -3.2), (0.9, -5.4), (1.2, -7.6), (0.9, -10.5), (1.5, -15))),
    ("primary", "江北大道", "Jiangbei Avenue", (
        (-13.4, 10.4), (-9.4, 6.4), (-7.4, 4.9), (-6.0, 3.0), (-3.4, 2.1), (-1.4, 1.5), (0.3, 1.35), (2.3, 1.75),
        (4.2, 2.4), (6.2, 2.55), (8.4, 2.8), (10.8, 4.0), (17, 4.9))),
    ("primary", "锦溪大道", "Jinxi Avenue", (
        (-16, -5.4), (-10.6, -4.9), (-8.2, -4.6), (-5.9, -3.9), (-3.4, -3.5), (-1.2, -3.3), (0.7, -3.2),
        (2.4, -3.35), (4.2, -3.0), (6.0, -3.3), (7.8, -4.6), (9.0, -5.6), (11.5, -7.2), (16, -10.4))),
    ("primary", "临澜大道", "Linlan Avenue", (
        (2.3, 1.75), (4.2, 3.4), (5.4, 5.4), (7.0, 7.2), (8.2, 8.3), (9.9, 10.5), (12.5, 14))),
    ("primary", "望川大道", "Wangchuan Avenue", (
        (-1.2, -3.3), (-2.6, -5.0), (-4.5, -6.9), (-5.5, -9.4), (-5.8, -11.2), (-6.2, -15))),
    ("secondary", "望江路", "Wangjiang Road", (
        (-5.0, 9.6), (-4.7, 7.4), (-4.3, 4.8), (-4.4, 2.4), (-4.7, 0.2), (-4.9, -2.0), (-5.0, -4.6), (-4.5, -6.9))),
    ("primary", "东江路", "Dongjiang Road", (
        (4.4, 8.2), (4.3, 6.4), (3.75, 4.2), (3.5, 1.9), (3.3, 0.0), (2.95, -1.6), (2.4, -3.35), (2.6, -5.2),
        (3.1, -6.6))),
    ("primary", "苍屏大道", "Cangping Avenue", (
        (4.2, -3.0), (5.6, -5.0), (6.9, -6.4), (8.5, -8.2), (9.8, -10.4), (11.5, -14))),
    ("secondary", "桃源路", "Taoyuan Road", (
        (-2.2, -0.75), (-3.1, -0.9), (-4.85, -1.2), (-7.2, -0.5), (-8.7, 0.25), (-11.2, 0.6), (-16, -0.6))),
    ("secondary", "青渚大道", "Qingzhu Avenue", (
        (4.2, 2.4), (6.4, 1.9), (8.6, 0.9), (9.9, -0.9), (11.8, -2.9), (17, -5.2))),
    ("secondary", "云汀路", "Yunting Road", (
        (-4.4, 3.3), (-3.2, 3.2), (-1.9, 3.0), (-0.1, 2.55), (1.6, 2.5), (3.5, 2.7), (5.5, 3.4), (6.4, 4.0), (8.6, 4.3),
        (10.8, 4.0))),
    ("secondary", "西岭路", "Xiling Road", (
        (-8.2, -7.9), (-8.2, -4.6), (-7.6, -2.4), (-7.2, -0.5), (-7.3, 1.62))),
    ("secondary", "南桥路", "Nanqiao Road", (
        (-2.6, 6.35), (-2.4, 5.0), (-2.2, 3.0), (-1.75, 1.55), (-1.6, 0.6), (-1.45, -0.8), (-1.2, -3.3), (-1.0, -5.2),
        (-0.9, -6.2))),
    ("tertiary", "苍屏山路", "Cangping Hill Road", (
        (3.1, -6.6), (3.5, -7.8), (3.2, -9.3), (4.2, -10.7), (6.6, -9.9), (6.95, -8.2), (6.9, -6.4))),
    ("tertiary", "镜湖路", "Mirror Lake Road", (
        (6.2, 2.55), (5.9, 4.0), (6.25, 5.3), (7.4, 5.9), (8.5, 5.5), (8.6, 4.3))),
    ("secondary", "北新路", "Beixin Road", (
        (-7.4, 4.9), (-5.6, 5.7), (-4.4, 5.9), (-2.5, 6.2), (-0.5, 6.2), (2.0, 5.9), (4.3, 6.4), (5.75, 5.9))),
    ("secondary", "南环路", "Nanhuan Road", (
        (9.0, -5.6), (7.4, -5.4), (5.6, -5.0), (4.3, -5.5), (2.6, -5.2), (0.9, -5.3), (-1.0, -5.2), (-2.6, -5.0))),
)  # fmt: skip

_EXPRESSWAY: tuple[Coordinate, ...] = (
    (-11.3, 1.6), (-10.9, -1.8), (-10.6, -5.6), (-7.6, -8.3), (-2.8, -9.3), (0.9, -8.0), (4.5, -7.25),
    (8.2, -7.6), (11.2, -5.6), (12.7, -1.8), (12.9, 1.4), (12.5, 4.9), (9.9, 6.5), (6.4, 7.2), (3.6, 7.7), (1.5, 9.6),
    (-1.9, 10.5), (-5.0, 9.0), (-5.9, 7.2), (-8.6, 6.0), (-10.5, 4.1),
)  # fmt: skip
_SPURS: tuple[tuple[str, str, tuple[Coordinate, ...]], ...] = (
    ("安东高速", "Andong Expressway", ((12.8, 1.4), (14.5, 1.7), (18, 2.8))),
    ("安西高速", "Anxi Expressway", ((-11.2, 1.6), (-13.5, 2.1), (-18, 1.6))),
    ("安北高速", "Anbei Expressway", ((-1.9, 10.4), (-2.6, 12.0), (-3.8, 16))),
    ("安南高速", "Annan Expressway", ((-2.8, -9.2), (-0.6, -11.4), (-0.9, -16))),
)

_TOWNS: tuple[tuple[str, str, Coordinate, Coordinate, float, tuple[float, float]], ...] = (
    ("安澜北站新区", "North Station New Area", (-1.0, 7.9), (1.75, 1.35), 6, (300, 260)),
    ("青渚产业园", "Qingzhu Industrial Park", (10.6, 3.9), (1.7, 1.7), 24, (460, 340)),
    ("望川大学城", "Wangchuan University Town", (-8.3, -4.7), (1.75, 1.6), -8, (420, 360)),
    ("临澜县城", "Linlan Town", (8.2, 8.4), (1.5, 1.0), 38, (220, 180)),
    ("苍屏新城", "Cangping New Town", (9.0, -5.5), (1.7, 1.25), -33, (290, 230)),
    ("石桥镇", "Shiqiao Town", (-7.5, 4.75), (1.15, 0.8), -38, (230, 190)),
    ("柳溪镇", "Liuxi Town", (-5.3, -10.0), (0.75, 0.9), 8, (220, 190)),
)


def skeleton(ground: Ground, rng: np.random.Generator) -> Skeleton:
    """Everything that is drawn before blocks are divided."""
    inner = blob((0.2, -0.75), (3.2, 3.3), rng, 0.085, count=120, waves=5, roughness=0.85)
    second = blob((0.15, -0.55), (6.5, 5.6), rng, 0.075, count=160, waves=7, roughness=0.85)
    express = Polygon(curve(_EXPRESSWAY, closed=True))
    wide = ground.outline.buffer(-30)
    found = [
        Street("motorway", "绕城高速", "Ring Expressway", LineString(express.exterior.coords)),
        Street("trunk", "二环路", "Second Ring Road", LineString(second.exterior.coords)),
        Street("primary", "环城路", "Ring Road", LineString(inner.exterior.coords)),
    ]
    found += [Street("motorway", zh, en, line(curve(points, 120))) for zh, en, points in _SPURS]
    for kind, name_zh, name_en, points in _AVENUES:
        path = curve(points, 90)
        path[1:-1] += np.column_stack([_drift(len(path), rng), _drift(len(path), rng)])[1:-1]
        found.append(Street(kind, name_zh, name_en, line(path)))
    found += _riverside(ground, second)
    towns = []
    for name_zh, name_en, centre, radii, grid_deg, spacing in _TOWNS:
        shape = plate(centre, radii, grid_deg, rng.uniform(-0.1, 0.25))
        land = shapely.difference(shape, ground.river.buffer(160))
        built = polygons(land)[0]
        towns.append(Town(name_zh, name_en, built, grid_deg, spacing))
        edge = LineString(built.exterior.coords)
        found.append(Street("secondary", f"{name_zh[:2]}环路", f"{name_en.split()[0]} Loop", edge))
    streets = [
        Street(street.kind, street.name_zh, street.name_en, part)
        for street in found
        for part in lines(shapely.line_merge(street.path.intersection(wide)))
    ]
    return Skeleton(tuple(streets), inner, second, express, tuple(towns), _railways(ground))


def _drift(
    count: int, rng: np.random.Generator, size_m: float = 26.0
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A slow sideways drift, so that no avenue is a perfect spline."""
    knots = np.linspace(0, count - 1, max(4, count // 8))
    noise = np.interp(np.arange(count), knots, rng.normal(0, size_m, len(knots)))
    drift: np.ndarray[tuple[int], np.dtype[np.float64]] = np.convolve(
        np.pad(noise, 2, mode="edge"), np.ones(5) / 5, mode="valid"
    )
    return drift


def _riverside(ground: Ground, second_ring: Polygon) -> list[Street]:
    """A road on each bank of the river within the second ring and a little beyond."""
    reach = second_ring.buffer(900)
    bank = polygons(ground.river.union(ground.island).buffer(95).simplify(25))[0].exterior
    found = []
    for part in lines(shapely.line_merge(bank.intersection(reach))):
        if part.length > 3000:
            north = (
                part.interpolate(0.5, normalized=True).y
                > ground.river_line.interpolate(
                    ground.river_line.project(part.interpolate(0.5, normalized=True))
                ).y
            )
            zh, en = ("滨江北路", "North Riverside Road") if north else ("滨江南路", "South Riverside Road")
            found.append(Street("secondary", zh, en, part))
    return found


def _railways(ground: Ground) -> tuple[tuple[str, str, str, LineString], ...]:
    """Class, names and path of the railways and of the two metro lines."""
    drawn: tuple[tuple[str, str, str, tuple[Coordinate, ...]], ...] = (
        ("high-speed", "安澜高铁", "Anlan High-speed Railway", (
            (-19, 4.6), (-10.5, 6.9), (-5.2, 8.5), (-1.0, 8.8), (3.2, 8.5), (8.4, 7.1), (13, 7.6), (19, 9.2))),
        ("rail", "澜江铁路", "Lanjiang Railway", (
            (16, 11), (10.4, 7.0), (7.0, 3.6), (4.4, 2.95), (1.7, 3.0), (-2.8, 3.55), (-6.0, 4.2),
            (-11.0, 5.0), (-19, 6.2))),
        ("metro", "地铁1号线", "Metro Line 1", (
            (-1.0, 8.7), (-0.4, 5.8), (0.12, 4.3), (0.35, 2.6), (0.3, 0.9), (0.35, -0.6), (0.48, -1.6), (0.7, -3.2),
            (0.9, -5.4), (1.15, -7.2))),
        ("metro", "地铁2号线", "Metro Line 2", (
            (-8.2, -4.6), (-5.9, -3.9), (-3.4, -3.5), (-1.2, -3.3), (0.7, -3.2), (2.4, -3.35), (2.95, -1.6),
            (3.3, 0.0), (3.5, 1.9), (4.2, 2.4), (6.2, 2.55), (8.4, 2.8), (10.8, 4.0))),
    )  # fmt: skip
    return tuple(
        (kind, zh, en, path)
        for kind, zh, en, points in drawn
        for path in lines(line(curve(points, 140)).intersection(ground.outline))[:1]
    )
