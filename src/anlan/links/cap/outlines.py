"""Areas as CAP can say them: rings of at most a hundred points that are valid and lose nobody.

A drawn area is widened before it is simplified, by as much as simplifying may cut off, so that all of it stays inside:
a warning that reaches a street too far does less harm than one that misses a street.
"""

import math

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry import Polygon as Shape
from shapely.geometry.base import BaseGeometry

from anlan.links.cap.alert import Polygon
from anlan.links.cap.area_checks import MOST_POINTS

_DECIMALS = 5
"""About a metre."""
_FIRST_M, _STEP, _TRIES = 2.0, 1.6, 32
_METRES_PER_DEGREE = 111_320.0


def outlines(area: BaseGeometry, most_points: int = MOST_POINTS) -> tuple[Polygon, ...]:
    """The polygons of an area whose x is longitude and y latitude in degrees; holes are filled.

    ValueError if the area is empty or has no surface.
    """
    sound = shapely.make_valid(area)
    parts = [part for part in shapely.get_parts(sound) if isinstance(part, Shape | MultiPolygon)]
    shapes = [shape for part in parts for shape in shapely.get_parts(part) if shape.area > 0]
    if not shapes:
        raise ValueError("an area needs a surface")
    return tuple(_polygon(_simplified(Shape(shape.exterior), most_points)) for shape in shapes)


def _simplified(shape: Shape, most_points: int) -> Shape:
    rounded = _rounded(shape)
    if rounded is not None and len(rounded.exterior.coords) <= most_points and rounded.covers(shape):
        return rounded
    # Degrees of longitude are shrunk to those of latitude, so that a metre is a metre in every direction.
    shrink = max(math.cos(math.radians(shape.centroid.y)), 0.01)
    flat = shapely.transform(shape, lambda points: points * (shrink, 1.0))
    metres = _FIRST_M
    for _try in range(_TRIES):
        width = metres / _METRES_PER_DEGREE
        wide = Shape(flat.buffer(1.1 * width, join_style="mitre", mitre_limit=2).exterior)
        small = wide.simplify(width, preserve_topology=True)
        back = _rounded(shapely.transform(small, lambda points: points / (shrink, 1.0)))
        if back is not None and len(back.exterior.coords) <= most_points and back.covers(shape):
            return back
        metres *= _STEP
    return shapely.box(*_widened(shape.bounds))


def _rounded(shape: BaseGeometry) -> Shape | None:
    """The shape with the decimals that are written, none if that breaks it."""
    rounded = shapely.transform(shape, lambda points: points.round(_DECIMALS))
    if not isinstance(rounded, Shape) or not rounded.is_valid or rounded.area <= 0:
        return None
    west, south, east, north = rounded.bounds
    return rounded if west >= -180 and east <= 180 and south >= -90 and north <= 90 else None


def _widened(bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    size = 10.0**_DECIMALS
    west, south, east, north = bounds
    return (
        max(-180.0, math.floor(west * size) / size),
        max(-90.0, math.floor(south * size) / size),
        min(180.0, math.ceil(east * size) / size),
        min(90.0, math.ceil(north * size) / size),
    )


def _polygon(shape: Shape) -> Polygon:
    return Polygon(tuple((round(y, _DECIMALS), round(x, _DECIMALS)) for x, y in shape.exterior.coords))
