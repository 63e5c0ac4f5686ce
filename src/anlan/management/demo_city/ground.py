"""The ground the city stands on: its outline, river and streams, lakes, hills, and the borders of its districts."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from anlan.management.demo_city.plane import Coordinate, Points, blob, curve, line, polygons

RIVER_KM: tuple[Coordinate, ...] = (
    (-19, 9.6), (-14.6, 6.9), (-11.4, 5.6), (-8.8, 2.7), (-6.2, 1.4), (-3.7, 0.9), (-1.7, -0.6), (0.2, -1.5),
    (2.1, -1.2), (3.7, 0.2), (5.6, 1.1), (7.6, 0.2), (9.4, -1.9), (11.6, -4.0), (14.4, -5.2), (19, -7.6),
)  # fmt: skip
SOUTH_STREAM_KM: tuple[Coordinate, ...] = (
    (-8.2, -14), (-6.9, -10.6), (-7.2, -8.2), (-5.6, -6.4), (-5.2, -4.4), (-3.7, -3.2), (-3.2, -1.4), (-2.3, -0.2),
)  # fmt: skip
NORTH_STREAM_KM: tuple[Coordinate, ...] = (
    (1.5, 13.5), (2.7, 10.6), (2.2, 8.4), (3.4, 6.4), (3.1, 4.4), (4.4, 2.6), (4.5, 0.8),
)  # fmt: skip

DISTRICTS: tuple[tuple[str, str, str, Coordinate], ...] = (
    ("990101", "云汀区", "Yunting District", (0.0, 0.6)),
    ("990102", "锦溪区", "Jinxi District", (1.5, -4.0)),
    ("990103", "望川区", "Wangchuan District", (-6.5, -3.5)),
    ("990104", "澜阳区", "Lanyang District", (-1.0, 6.5)),
    ("990105", "青渚区", "Qingzhu District", (8.0, 3.0)),
    ("990106", "苍屏区", "Cangping District", (7.0, -6.5)),
    ("990121", "临澜县", "Linlan County", (7.6, 8.0)),
)
"""Code, names, and a point (km) inside each."""


@dataclass(frozen=True, slots=True)
class NamedShape:
    """A piece of water or green on the plane with its name."""

    kind: str
    name_zh: str
    name_en: str
    shape: Polygon


@dataclass(frozen=True, slots=True)
class Ground:
    """What nature and the map-makers of the districts left for the builders of streets."""

    outline: Polygon
    river_line: LineString
    river: Polygon
    island: Polygon
    water: tuple[NamedShape, ...]
    hills: tuple[NamedShape, ...]
    districts: tuple[tuple[str, str, str, Polygon], ...]

    def wet(self) -> BaseGeometry:
        """All water as one shape."""
        return shapely.union_all([each.shape for each in self.water])


def ground(rng: np.random.Generator) -> Ground:
    """Lay out the ground; the large forms are drawn by hand, their edges by the generator."""
    outline = blob((0.3, -0.4), (14.8, 12.6), rng, 0.1, turn_deg=12, count=260, waves=22, roughness=0.86)
    river_points = curve(RIVER_KM, 120)
    banks = _ribbon(river_points, rng, 150.0, 45.0)
    island = _island(river_points)
    river = polygons(banks.difference(island))[0]
    streams = [
        ("锦溪", "Jinxi Stream", _ribbon(curve(SOUTH_STREAM_KM, 100), rng, 26.0, 8.0)),
        ("澜溪", "Lanxi Stream", _ribbon(curve(NORTH_STREAM_KM, 100), rng, 22.0, 7.0)),
    ]
    lakes = [
        ("镜湖", "Mirror Lake", blob((7.3, 4.9), (0.95, 0.55), rng, 0.3, 25, waves=5)),
        ("云屏水库", "Yunping Reservoir", blob((5.4, -9.4), (0.42, 1.05), rng, 0.34, 35, waves=7)),
        ("鹭鸣湖", "Luming Lake", blob((-3.4, 6.9), (0.5, 0.36), rng, 0.25, -20, waves=5)),
        ("月芽湖", "Crescent Lake", blob((3.3, -4.4), (0.5, 0.26), rng, 0.28, 60, waves=4)),
    ]
    water = [NamedShape("river", "安澜江", "Anlan River", polygons(river.intersection(outline))[0])]
    for name_zh, name_en, stream in streams:
        part = polygons(stream.difference(banks).intersection(outline))[0]
        water.append(NamedShape("stream", name_zh, name_en, part))
    water += [NamedShape("lake", name_zh, name_en, shape) for name_zh, name_en, shape in lakes]
    wet = shapely.union_all([each.shape for each in water])
    hills = [
        ("苍屏山", "Cangping Hill", blob((4.9, -9.6), (3.0, 1.7), rng, 0.2, 12)),
        ("北屏山", "Beiping Hill", blob((-8.3, 8.2), (2.1, 1.2), rng, 0.24, 35)),
        ("望川山", "Wangchuan Hill", blob((-8.6, -1.5), (0.62, 0.95), rng, 0.24, -20)),
        ("青螺山", "Qingluo Hill", blob((11.3, 0.7), (0.8, 1.3), rng, 0.25, 15)),
        ("凤梧山", "Fengwu Hill", blob((-0.9, 4.15), (0.42, 0.6), rng, 0.2, 40)),
        ("南岭", "South Ridge", blob((-3.2, -11.2), (1.9, 0.8), rng, 0.28, -8)),
        ("石盘山", "Shipan Hill", blob((5.2, 9.6), (0.8, 1.5), rng, 0.26, -25)),
    ]
    woods = tuple(
        NamedShape(
            "hill", name_zh, name_en, polygons(shape.intersection(outline).difference(wet.buffer(15)))[0]
        )
        for name_zh, name_en, shape in hills
    )
    line_of_river = line(river_points)
    districts = _districts(outline, line_of_river, rng)
    return Ground(outline, line_of_river, river, island, tuple(water), woods, districts)


def _ribbon(points: Points, rng: np.random.Generator, half_width_m: float, unevenness_m: float) -> Polygon:
    """A band along a line, wider and narrower by smooth noise."""
    count = len(points)
    steps = np.gradient(points, axis=0)
    normal = np.column_stack([-steps[:, 1], steps[:, 0]]) / np.hypot(steps[:, 0], steps[:, 1])[:, None]
    knots = np.linspace(0, count - 1, max(6, count // 9))
    sides = []
    for sign in (1.0, -1.0):
        noise = np.interp(np.arange(count), knots, rng.uniform(-1, 1, len(knots)))
        kernel = np.ones(7) / 7
        noise = np.convolve(np.pad(noise, 3, mode="edge"), kernel, mode="valid")
        sides.append(points + sign * normal * (half_width_m + unevenness_m * noise)[:, None])
    shape = Polygon(np.vstack([sides[0], sides[1][::-1]]))
    return polygons(shape.buffer(0))[0]


def _island(river_points: Points) -> Polygon:
    """A long island below the old town, pointed at both ends."""
    middle = int(np.argmin(np.hypot(river_points[:, 0] - 1150.0, river_points[:, 1] + 1480.0)))
    core = river_points[middle - 5 : middle + 6]
    width = 62.0 * np.sin(np.linspace(0.12, np.pi - 0.12, len(core)))
    steps = np.gradient(core, axis=0)
    normal = np.column_stack([-steps[:, 1], steps[:, 0]]) / np.hypot(steps[:, 0], steps[:, 1])[:, None]
    return Polygon(
        np.vstack([core + normal * width[:, None], (core - normal * width[:, None])[::-1]])
    ).buffer(8)


def _districts(
    outline: Polygon, river: LineString, rng: np.random.Generator
) -> tuple[tuple[str, str, str, Polygon], ...]:
    """Cut the outline along the river and hand-drawn borders; faces go to the district whose point is nearest."""
    borders_km: tuple[tuple[Coordinate, ...], ...] = (
        ((-7.9, 1.6), (-5.6, 3.3), (-3.2, 3.2), (-1.0, 3.3), (1.4, 3.6), (3.1, 3.9), (3.6, 2.4), (4.5, 0.3)),
        ((3.0, 3.3), (3.5, 6.2), (2.4, 8.6), (2.8, 11.0), (1.2, 14.5)),
        ((2.4, 5.4), (5.2, 6.3), (7.6, 6.8), (10.2, 6.1), (12.6, 6.6), (17, 5.9)),
        ((-2.2, 0.5), (-3.3, -2.2), (-3.8, -3.4), (-5.1, -4.6), (-5.4, -6.5), (-6.4, -9.0), (-6.9, -14.8)),
        (
            (5.8, 1.7),
            (4.6, -0.8),
            (4.6, -3.2),
            (5.2, -5.0),
            (3.6, -6.8),
            (0.6, -7.2),
            (-2.8, -8.4),
            (-7.0, -9.2),
        ),
    )
    cuts = [outline.exterior, river]
    for border in borders_km:
        points = curve(border, 150)
        nudges = rng.normal(0, 22.0, points.shape)
        nudges[0] = nudges[-1] = 0.0
        cuts.append(line(points + nudges))
    faces = [
        face
        for face in polygons(shapely.polygonize([shapely.union_all([_stretched(cut) for cut in cuts])]))
        if outline.contains(face.representative_point())
    ]
    seeds = [Point(x * 1000, y * 1000) for _, _, _, (x, y) in DISTRICTS]
    holding: dict[int, list[Polygon]] = {}
    named = {next((i for i, seed in enumerate(seeds) if face.contains(seed)), -1): face for face in faces}
    for face in faces:
        index = next((i for i, seed in enumerate(seeds) if face.contains(seed)), None)
        if index is None:
            index = max(
                (i for i in named if i >= 0), key=lambda i: named[i].intersection(face.exterior).length
            )
        holding.setdefault(index, []).append(face)
    return tuple(
        (code, zh, en, polygons(shapely.union_all(holding[index]))[0])
        for index, (code, zh, en, _) in enumerate(DISTRICTS)
    )


def _stretched(cut: BaseGeometry) -> BaseGeometry:
    """Lines a little longer at both ends, so that borders meet instead of nearly meeting."""
    if not isinstance(cut, LineString) or cut.is_ring:
        return cut
    points = np.asarray(cut.coords)
    first, last = points[0] + (points[0] - points[1]) * 3, points[-1] + (points[-1] - points[-2]) * 3
    return LineString(np.vstack([first, points, last]))
