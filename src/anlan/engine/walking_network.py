"""Shortest ways on foot over a network of streets and paths, between points that lie beside it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise
from math import cos, inf, radians

import numpy as np
from numpy.typing import NDArray

from anlan.engine.geodesy import Floats, metres_along, metres_between

Ints = NDArray[np.int32]
Place = tuple[float, float]
"""Longitude and latitude in WGS-84 degrees."""

BESIDE_M = 60.0
"""A point farther than this from every street and path is not on the network."""

AROUND_M = 1000.0
"""So far around the points the network is looked at first; ways that might leave it are looked for in all of it."""


@dataclass(frozen=True, slots=True, eq=False)
class WalkingNetwork:
    """Points in degrees, and edges between them that are walked both ways; points of one `part` reach each other."""

    longitude: Floats
    latitude: Floats
    start: Ints
    end: Ints
    part: Ints

    def __len__(self) -> int:
        return len(self.start)

    def metres(self) -> Floats:
        """The length of each edge on a sphere."""
        return metres_along(
            self.longitude[self.start], self.latitude[self.start],
            self.longitude[self.end], self.latitude[self.end],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """From one point to another: metres `along` the network, and those `beside` it to reach and to leave it."""

    along: float
    beside: float


@dataclass(frozen=True, slots=True)
class Foot:
    """Where a point meets the network: the edge, how much of it lies before, how far the point is from it."""

    edge: int
    part: int
    share: float
    at: Place
    beside: float


def ways(network: WalkingNetwork, points: Sequence[Place]) -> dict[tuple[int, int], Way]:
    """The shortest way between each two points, by their numbers, the lower first.

    Pairs are left out of which one is not on the network, or that no path joins.
    """
    if not len(network) or len(points) < 2:
        return {}
    west, south = (min(point[axis] for point in points) for axis in (0, 1))
    east, north = (max(point[axis] for point in points) for axis in (0, 1))
    margin = max(AROUND_M, metres_between((west, south), (east, north)))
    while True:
        edges = _edges_within(network, _widened((west, south, east, north), margin))
        feet = [_foot(network, edges, point) for point in points]
        # Whoever leaves the box walks at least to its edge and back.
        found = _between(network, edges, feet, inf if len(edges) == len(network) else 2 * margin)
        if found is not None:
            return found
        margin *= 4


def parts_of(count: int, start: Ints, end: Ints) -> Ints:
    """For each of `count` points the number of the connected part that it belongs to."""
    leader = list(range(count))

    def first(node: int) -> int:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for one, other in zip(start.tolist(), end.tolist(), strict=True):
        low, high = sorted((first(one), first(other)))
        leader[high] = low
    _, numbers = np.unique([first(node) for node in range(count)], return_inverse=True)
    return np.asarray(numbers.reshape(-1), np.int32)


def _widened(box: tuple[float, float, float, float], metres: float) -> tuple[float, float, float, float]:
    west, south, east, north = box
    up = metres / 111_000
    aside = up / max(cos(radians(max(abs(south), abs(north)))), 0.01)
    return west - aside, south - up, east + aside, north + up


def _edges_within(network: WalkingNetwork, box: tuple[float, float, float, float]) -> Ints:
    """The edges that reach into a box, by their bounds."""
    west, south, east, north = box
    x1, x2 = network.longitude[network.start], network.longitude[network.end]
    y1, y2 = network.latitude[network.start], network.latitude[network.end]
    inside = (np.minimum(x1, x2) <= east) & (np.maximum(x1, x2) >= west)
    inside &= (np.minimum(y1, y2) <= north) & (np.maximum(y1, y2) >= south)
    return np.flatnonzero(inside).astype(np.int32)


def _foot(network: WalkingNetwork, edges: Ints, point: Place) -> Foot | None:
    """The nearest place of the network to a point, on the plane that touches the earth there."""
    if not len(edges):
        return None
    level = cos(radians(point[1]))
    start, end = network.start[edges], network.end[edges]
    x1, y1 = (network.longitude[start] - point[0]) * level, network.latitude[start] - point[1]
    x2, y2 = (network.longitude[end] - point[0]) * level, network.latitude[end] - point[1]
    across, up = x2 - x1, y2 - y1
    square = across**2 + up**2
    share = np.clip(-(x1 * across + y1 * up) / np.where(square > 0, square, 1), 0, 1)
    nearest = int(np.argmin((x1 + share * across) ** 2 + (y1 + share * up) ** 2))
    part = float(share[nearest])
    one, other = int(start[nearest]), int(end[nearest])
    at = (
        float((1 - part) * network.longitude[one] + part * network.longitude[other]),
        float((1 - part) * network.latitude[one] + part * network.latitude[other]),
    )
    beside = metres_between(point, at)
    if beside > BESIDE_M:
        return None
    return Foot(int(edges[nearest]), int(network.part[one]), part, at, beside)


def _between(
    network: WalkingNetwork, edges: Ints, feet: Sequence[Foot | None], most: float
) -> dict[tuple[int, int], Way] | None:
    """The ways over some edges; None if a shortest one may use others, being longer than `most`."""
    neighbours = _joined(network, edges, feet)
    found: dict[tuple[int, int], Way] = {}
    for number, foot in enumerate(feet):
        others = [
            later
            for later in range(number + 1, len(feet))
            if foot is not None and (other := feet[later]) is not None and other.part == foot.part
        ]
        reached = _reached(neighbours, -1 - number, {-1 - later for later in others})
        for later in others:
            along, other = reached.get(-1 - later, inf), feet[later]
            if along > most:
                return None
            if foot is not None and other is not None and along < inf:
                found[number, later] = Way(along, foot.beside + other.beside)
    return found


def _joined(
    network: WalkingNetwork, edges: Ints, feet: Sequence[Foot | None]
) -> dict[int, list[tuple[int, float]]]:
    """Each node's neighbours with the metres to them; foot number n is the node -1 - n, in the midst of its edge."""
    start, end = network.start[edges], network.end[edges]
    metres = metres_along(
        network.longitude[start], network.latitude[start], network.longitude[end], network.latitude[end]
    )
    neighbours: dict[int, list[tuple[int, float]]] = defaultdict(list)
    for one, other, length in zip(start.tolist(), end.tolist(), metres.tolist(), strict=True):
        neighbours[one].append((other, length))
        neighbours[other].append((one, length))
    on_edge: dict[int, list[tuple[float, int, Place]]] = defaultdict(list)
    for number, foot in enumerate(feet):
        if foot is not None:
            on_edge[foot.edge].append((foot.share, -1 - number, foot.at))
    for edge, between in on_edge.items():
        one, other = int(network.start[edge]), int(network.end[edge])
        chain = [(one, _at(network, one)), *((node, at) for _, node, at in sorted(between))]
        chain.append((other, _at(network, other)))
        for (here, at), (there, then) in pairwise(chain):
            length = metres_between(at, then)
            neighbours[here].append((there, length))
            neighbours[there].append((here, length))
    return neighbours


def _at(network: WalkingNetwork, node: int) -> Place:
    return float(network.longitude[node]), float(network.latitude[node])


def _reached(
    neighbours: dict[int, list[tuple[int, float]]], start: int, targets: Iterable[int]
) -> dict[int, float]:
    """The metres to each target that can be reached (Dijkstra), stopping when all are."""
    left, settled = set(targets), dict[int, float]()
    waiting, best = [(0.0, start)], {start: 0.0}
    while waiting and left:
        metres, node = heappop(waiting)
        if metres > best[node]:
            continue
        if node in left:
            left.remove(node)
            settled[node] = metres
        for other, length in neighbours.get(node, ()):
            further = metres + length
            if further < best.get(other, inf):
                best[other] = further
                heappush(waiting, (further, other))
    return settled
