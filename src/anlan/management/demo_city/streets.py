"""Fills the blocks between the main roads with streets, and cuts all of them at their junctions."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree, affinity
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from anlan.management.demo_city.ground import Ground
from anlan.management.demo_city.main_roads import RoadClass, Skeleton, Street
from anlan.management.demo_city.names import names
from anlan.management.demo_city.plane import Points, lines, polygons

OLD_TOWN = Point(250, 450).buffer(1850)
_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九")
_ORDINALS = ("1st", "2nd", "3rd", "4th", "5th", "6th", "7th", "8th", "9th")


@dataclass(frozen=True, slots=True)
class Edge:
    """A piece of a street between two junctions."""

    street: int
    path: LineString
    bridge: bool


@dataclass(frozen=True, slots=True)
class Network:
    """All streets, connected: `edges` refer to `streets` by number. `blocks` are the faces between them."""

    streets: tuple[Street, ...]
    edges: tuple[Edge, ...]
    blocks: tuple[Polygon, ...]


def network(ground: Ground, skeleton: Skeleton, rng: np.random.Generator) -> Network:
    """The whole street network of the city."""
    streets = list(skeleton.streets)
    titles = names(rng)
    lakes = [each.shape.buffer(45) for each in ground.water if each.kind == "lake"]
    closed = shapely.union_all(
        [*lakes, *(hill.shape.buffer(35) for hill in ground.hills), ground.river.buffer(85)]
    )
    shapely.prepare(closed)
    streams = shapely.union_all([each.shape.buffer(20) for each in ground.water if each.kind == "stream"])
    drawn = [street.path for street in streets]
    for block in _faces([*drawn, ground.outline.buffer(-30).exterior]):
        land = polygons(block.difference(closed)) if block.intersects(closed) else [block]
        for part in land:
            if part.area > 25_000:
                streets += _fill(part, skeleton, streams, titles, rng)
    return _cut(streets, len(skeleton.streets), ground, rng)


def _faces(paths: list[BaseGeometry]) -> list[Polygon]:
    return polygons(shapely.polygonize([shapely.union_all(paths, grid_size=0.1)]))


def _fill(
    block: Polygon,
    skeleton: Skeleton,
    streams: BaseGeometry,
    titles: Iterator[tuple[str, str]],
    rng: np.random.Generator,
) -> list[Street]:
    """The streets inside one block, by the part of the city it lies in."""
    middle = block.representative_point()
    town = next((each for each in skeleton.towns if each.shape.contains(middle)), None)
    if town is not None:
        return _grid(block, town.grid_deg + rng.normal(0, 2), town.spacing_m, streams, titles, rng)
    if OLD_TOWN.contains(middle) and skeleton.inner_ring.contains(middle) and middle.y > -1500:
        return _organic(block, 26_000, 0.05, "residential", titles, rng)
    if skeleton.inner_ring.contains(middle):
        return _grid(block, _lie(block) + rng.normal(0, 2), (225, 170), streams, titles, rng)
    if skeleton.second_ring.contains(middle):
        return _grid(block, _lie(block) + rng.normal(0, 3), (330, 265), streams, titles, rng)
    if skeleton.expressway_ring.contains(middle):
        return _organic(block, 620_000, 0.12, "tertiary", titles, rng)
    return _organic(block, 2_600_000, 0.15, "tertiary", titles, rng)


def _lie(block: Polygon) -> float:
    """The direction of a block's longest straight side, in degrees from east, between -45 and 45."""
    ring = np.asarray(polygons(block.simplify(60))[0].exterior.coords)
    sides = np.diff(ring, axis=0)
    longest = sides[int(np.argmax(np.hypot(sides[:, 0], sides[:, 1])))]
    return (math.degrees(math.atan2(longest[1], longest[0])) + 45) % 90 - 45


def _grid(
    block: Polygon,
    turn_deg: float,
    spacing_m: tuple[float, float],
    streams: BaseGeometry,
    titles: Iterator[tuple[str, str]],
    rng: np.random.Generator,
) -> list[Street]:
    """Two families of nearly parallel streets; every third is a collector and crosses streams."""
    middle = block.centroid
    level = affinity.rotate(block, -turn_deg, origin=middle)
    low_x, low_y, high_x, high_y = level.bounds
    found: list[Street] = []
    for along, (low, high, start, end) in enumerate(
        ((low_y, high_y, low_x, high_x), (low_x, high_x, low_y, high_y))
    ):
        gap = spacing_m[1 - along]
        count = max(1, round((high - low) / gap)) if high - low > 1.25 * gap else 0
        stem = next(titles)
        phase = int(rng.integers(3))
        for number in range(1, count):
            across = low + (high - low) * number / count + rng.normal(0, gap * 0.07)
            bends = across + rng.normal(0, 7, 5).cumsum()
            run = np.linspace(start - 20, end + 20, 5)
            points: Points = np.column_stack([run, bends] if along == 0 else [bends, run])
            path = affinity.rotate(LineString(points), turn_deg, origin=middle).intersection(block)
            collector = (number + phase) % 3 == 0
            zh, en = _street_name(stem, number if count > 2 else 0, along == 0, collector, titles)
            kind: RoadClass = "tertiary" if collector else "residential"
            if not collector and path.intersects(streams):
                path = path.difference(streams)
            found += [Street(kind, zh, en, part) for part in lines(path) if part.length > 60]
    return found


def _street_name(
    stem: tuple[str, str], number: int, east_west: bool, collector: bool, titles: Iterator[tuple[str, str]]
) -> tuple[str, str]:
    """Streets run east and west, roads north and south; families are numbered."""
    zh, en = ("街", "Street") if east_west else ("路", "Road")
    if collector or not 1 <= number <= 9:
        own = next(titles, stem)
        return f"{own[0]}{zh}", f"{own[1]} {en}"
    return f"{stem[0]}{_NUMERALS[number - 1]}{zh}", f"{stem[1]} {_ORDINALS[number - 1]} {en}"


def _organic(
    block: Polygon,
    target_m2: float,
    bend: float,
    kind: RoadClass,
    titles: Iterator[tuple[str, str]],
    rng: np.random.Generator,
) -> list[Street]:
    """Old lanes and country roads: a block is halved across its length until its parts are small enough."""
    found: list[Street] = []
    waiting = [(block, 0)]
    while waiting:
        part, depth = waiting.pop()
        if part.area < target_m2 * rng.uniform(0.75, 1.5) or depth > 12:
            continue
        box = np.asarray(polygons(part.minimum_rotated_rectangle)[0].exterior.coords)[:4]
        if np.hypot(*(box[1] - box[0])) < np.hypot(*(box[2] - box[1])):
            box = np.roll(box, -1, axis=0)
        share_a, share_b = rng.uniform(0.38, 0.62) + rng.normal(0, 0.05, 2)
        a, b = box[0] + (box[1] - box[0]) * share_a, box[3] + (box[2] - box[3]) * share_b
        length = float(np.hypot(*(b - a)))
        normal = np.array([a[1] - b[1], b[0] - a[0]]) / length
        t = np.linspace(-0.06, 1.06, 14)[:, None]
        sway = length * bend * rng.normal(0, 0.6) * np.sin(
            math.pi * t
        ) + length * 0.025 * rng.normal() * np.sin(7 * t)
        cut = LineString(a + (b - a) * t + normal * sway)
        halves = polygons(shapely.polygonize([part.boundary.union(cut)]))
        pieces = [half for half in halves if part.covers(half.representative_point())]
        if len(pieces) < 2:
            continue
        zh, en = _lane_name(
            kind, depth, abs(b[0] - a[0]) > abs(b[1] - a[1]), next(titles, ("安宁", "Anning"))
        )
        width: RoadClass = kind if kind != "residential" or depth > 3 else "tertiary"
        found += [
            Street(width, zh, en, inside) for inside in lines(cut.intersection(part)) if inside.length > 30
        ]
        waiting += [(piece, depth + 1) for piece in pieces]
    return found


def _lane_name(kind: RoadClass, depth: int, east_west: bool, stem: tuple[str, str]) -> tuple[str, str]:
    if kind == "residential" and depth >= 4:
        return f"{stem[0]}巷", f"{stem[1]} Lane"
    zh, en = ("街", "Street") if east_west else ("路", "Road")
    return f"{stem[0]}{zh}", f"{stem[1]} {en}"


def _cut(streets: list[Street], main: int, ground: Ground, rng: np.random.Generator) -> Network:
    """Cut every street where it meets another, leave out slivers and some back streets, keep what hangs together."""
    paths = np.array([street.path for street in streets])
    noded = shapely.union_all(paths, grid_size=0.1)
    pieces = np.array(lines(noded))
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    owner = _owners(paths, middles)
    minor = np.array([street.kind == "residential" for street in streets])[owner]
    length = shapely.length(pieces)
    bones = paths[:main][_owners(paths[:main], middles)]
    sliver = (
        (owner >= main) & (length > 60) & (shapely.distance(bones, middles) < np.minimum(55, length * 0.45))
    )
    keep = ~(sliver | (minor & (rng.random(len(pieces)) < 0.09)))
    ends = shapely.get_coordinates(shapely.get_point(pieces, [[0], [-1]])).reshape(2, -1, 2)
    _, junction = np.unique(np.round(ends.reshape(-1, 2), 1), axis=0, return_inverse=True)
    start, end = junction.reshape(2, -1)
    for _ in range(3):
        degree = np.bincount(np.concatenate([start[keep], end[keep]]), minlength=junction.max() + 1)
        keep &= ~(((degree[start] == 1) | (degree[end] == 1)) & (length < 70) & (start != end))
    keep &= _largest(start, end, keep)
    wet = ground.wet()
    shapely.prepare(wet)
    over = shapely.contains(wet, middles)
    lakes = shapely.union_all([each.shape for each in ground.water if each.kind == "lake"])
    keep &= ~((owner >= main) & shapely.intersects(lakes, pieces))
    keep &= _largest(start, end, keep)
    edges = tuple(Edge(int(owner[i]), pieces[i], bool(over[i])) for i in np.flatnonzero(keep))
    faces = polygons(shapely.polygonize([edge.path for edge in edges]))
    return Network(tuple(streets), edges, tuple(faces))


def _owners(
    paths: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
    points: np.ndarray[tuple[int, ...], np.dtype[np.object_]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    """The path nearest to each point; paths are looked up by their straight pieces, whose boxes are small."""
    coordinates, owner = shapely.get_coordinates(paths, return_index=True)
    together = owner[1:] == owner[:-1]
    pieces = shapely.linestrings(np.stack([coordinates[:-1], coordinates[1:]], axis=1)[together])
    nearest: np.ndarray[tuple[int, ...], np.dtype[np.intp]] = owner[:-1][together][
        STRtree(pieces).nearest(points)
    ]
    return nearest


def _largest(
    start: np.ndarray[tuple[int], np.dtype[np.intp]],
    end: np.ndarray[tuple[int], np.dtype[np.intp]],
    keep: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which edges belong to the largest connected part of those kept."""
    label = np.arange(max(start.max(), end.max()) + 1)
    a, b = start[keep], end[keep]
    while True:
        low = np.minimum(label[a], label[b])
        before = label.copy()
        np.minimum.at(label, a, low)
        np.minimum.at(label, b, low)
        label = label[label]
        if np.array_equal(before, label):
            break
    best = np.bincount(label[a]).argmax()
    inside: np.ndarray[tuple[int], np.dtype[np.bool_]] = keep & (label[start] == best)
    return inside
