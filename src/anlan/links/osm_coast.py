"""The sea in front of a city, from coastlines: OpenStreetMap draws the shore as lines with the water on their right."""

from collections.abc import Sequence

import shapely
from shapely import LineString, Polygon, box

_MARGIN = 0.5
_BESIDE_DEGREE = 1e-6


def sea(coast: Sequence[LineString], bounds: tuple[float, float, float, float]) -> list[Polygon]:
    """The water faces of the frame around `bounds` (west, south, east, north), cut by the coastlines."""
    west, south, east, north = bounds
    margin = max(east - west, north - south) * _MARGIN
    frame = box(west - margin, south - margin, east + margin, north + margin)
    lines = [piece for piece in shapely.intersection(coast, frame) if not piece.is_empty] if coast else []
    if not lines:
        return []
    network = shapely.union_all([frame.boundary, *lines])
    faces = [face for face in shapely.polygonize([network]).geoms if isinstance(face, Polygon)]
    tree = shapely.STRtree(faces)
    votes = [0] * len(faces)
    for line in coast:
        for face, vote in _sides(line, tree):
            votes[face] += vote
    return [face for face, vote in zip(faces, votes, strict=True) if vote > 0]


def _sides(line: LineString, tree: shapely.STRtree) -> list[tuple[int, int]]:
    """For the middle of the line's longest step: the face on its right (+1) and on its left (-1)."""
    steps = list(zip(line.coords[:-1], line.coords[1:], strict=True))
    (x, y), (next_x, next_y) = max(
        steps, key=lambda step: abs(step[1][0] - step[0][0]) + abs(step[1][1] - step[0][1])
    )
    length = ((next_x - x) ** 2 + (next_y - y) ** 2) ** 0.5
    if not length:
        return []
    east, north = (next_y - y) / length * _BESIDE_DEGREE, (x - next_x) / length * _BESIDE_DEGREE
    middle_x, middle_y = (x + next_x) / 2, (y + next_y) / 2
    found: list[tuple[int, int]] = []
    for side in (1, -1):
        point = shapely.Point(middle_x + side * east, middle_y + side * north)
        found.extend((int(face), side) for face in tree.query(point, predicate="within"))
    return found
