"""The city's flat plane (metres east and north of its centre), its way to WGS-84, and smooth hand-drawn lines."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

Points = NDArray[np.float64]
Coordinate = tuple[float, float]

CENTRE_LON, CENTRE_LAT = 105.285, 30.335
"""Hills and fields in the Sichuan basin: no city stands here."""
_METRES_PER_DEGREE_LAT = 110_860.0
_METRES_PER_DEGREE_LON = 111_320.0 * math.cos(math.radians(CENTRE_LAT))


def to_wgs84(x_m: float, y_m: float) -> Coordinate:
    """Longitude and latitude of a point of the plane, to about 0.1 m."""
    return (
        round(CENTRE_LON + x_m / _METRES_PER_DEGREE_LON, 6),
        round(CENTRE_LAT + y_m / _METRES_PER_DEGREE_LAT, 6),
    )


def curve(points_km: Sequence[Coordinate], step_m: float = 80.0, closed: bool = False) -> Points:
    """A centripetal-looking spline through control points given in kilometres, sampled about every `step_m`."""
    control = np.asarray(points_km, dtype=np.float64) * 1000.0
    if closed:
        control = np.vstack([control[-1], control, control[0], control[1]])
    else:
        control = np.vstack([2 * control[0] - control[1], control, 2 * control[-1] - control[-2]])
    pieces: list[Points] = []
    for a, b, c, d in zip(control, control[1:], control[2:], control[3:], strict=False):
        count = max(2, int(np.hypot(*(c - b)) / step_m))
        t = (np.arange(count) / count)[:, None]
        pieces.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    pieces.append(control[1:2] if closed else control[-2:-1])
    return np.vstack(pieces)


def wave(count: int, rng: np.random.Generator, waves: int = 5, roughness: float = 0.6) -> Points:
    """Smooth closed noise of about unit size at `count` equal steps of one turn."""
    turn = np.linspace(0.0, 2 * math.pi, count, endpoint=False)
    total: Points = np.zeros(count)
    for order in range(1, waves + 1):
        total += roughness ** (order - 1) * np.sin(order * turn + rng.uniform(0, 2 * math.pi))
    total /= np.abs(total).max()
    return total


def blob(
    centre_km: Coordinate,
    radii_km: Coordinate,
    rng: np.random.Generator,
    unevenness: float = 0.12,
    turn_deg: float = 0.0,
    count: int = 90,
    waves: int = 6,
    roughness: float = 0.6,
) -> Polygon:
    """A rounded uneven shape: a lake, a hill, a ring road's inside."""
    angle = np.linspace(0.0, 2 * math.pi, count, endpoint=False)
    size = 1.0 + unevenness * wave(count, rng, waves, roughness)
    x, y = radii_km[0] * size * np.cos(angle), radii_km[1] * size * np.sin(angle)
    tilt = math.radians(turn_deg)
    turned = np.column_stack(
        [x * math.cos(tilt) - y * math.sin(tilt), x * math.sin(tilt) + y * math.cos(tilt)]
    )
    return Polygon((turned + np.asarray(centre_km)) * 1000.0)


def plate(centre_km: Coordinate, radii_km: Coordinate, turn_deg: float, skew: float) -> Polygon:
    """A four-sided shape with rounded corners, one side longer: the built-up area of a planned town."""
    (a, b), lean = radii_km, skew * radii_km[0]
    corners = np.array([(-a, -b), (a - lean, -b), (a, b * 0.86), (-a + lean * 0.6, b)]) * 1000.0
    tilt = math.radians(turn_deg)
    turned = corners @ np.array([[math.cos(tilt), math.sin(tilt)], [-math.sin(tilt), math.cos(tilt)]])
    return Polygon(turned + np.asarray(centre_km) * 1000.0).buffer(-260).buffer(260, quad_segs=4)


def line(points: Points) -> LineString:
    """A shapely line of plane points."""
    return LineString(points)


def polygons(geometry: BaseGeometry) -> list[Polygon]:
    """The polygons of whatever an overlay returned, largest first."""
    if isinstance(geometry, Polygon):
        return [] if geometry.is_empty else [geometry]
    parts = [
        part for part in getattr(geometry, "geoms", ()) if isinstance(part, Polygon) and not part.is_empty
    ]
    return sorted(parts, key=lambda part: -part.area)


def lines(geometry: BaseGeometry) -> list[LineString]:
    """The lines of whatever an overlay returned."""
    if isinstance(geometry, LineString):
        return [] if geometry.is_empty else [geometry]
    return [
        part for part in getattr(geometry, "geoms", ()) if isinstance(part, LineString) and not part.is_empty
    ]
