"""Distances and areas on the earth, of points written (longitude, latitude) in WGS-84 degrees."""

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Point = tuple[float, float]

EARTH_RADIUS_M = 6371008.8
"""Mean radius R1 of the WGS-84 ellipsoid (Moritz, Geodetic Reference System 1980)."""

_AXIS_M = 6378137.0
_ECCENTRICITY_SQUARED = 0.00669437999014


def metres_between(first: Point, second: Point) -> float:
    """Great-circle distance by the haversine formula."""
    north, other_north = math.radians(first[1]), math.radians(second[1])
    half_north = math.sin((other_north - north) / 2)
    half_east = math.sin(math.radians(second[0] - first[0]) / 2)
    chord = half_north * half_north + math.cos(north) * math.cos(other_north) * half_east * half_east
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, chord)))


def metres_along(
    longitude: Floats | float, latitude: Floats | float, to_longitude: Floats, to_latitude: Floats
) -> Floats:
    """The same for many at once; NaN where a point has no coordinates."""
    half_north = np.sin(np.radians(to_latitude - latitude) / 2)
    half_east = np.sin(np.radians(to_longitude - longitude) / 2)
    level = np.cos(np.radians(latitude)) * np.cos(np.radians(to_latitude))
    chord = np.minimum(half_north**2 + level * half_east**2, 1.0)
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(chord)))


def length_m(points: Sequence[Point]) -> float:
    """Length of a line along its points."""
    return sum(metres_between(first, second) for first, second in itertools.pairwise(points))


def area_m2(outline: Sequence[Point], holes: Iterable[Sequence[Point]] = ()) -> float:
    """Area inside an outline less its holes, good to 0.01 % for anything up to the size of a district.

    The ring is laid on the plane that touches the WGS-84 ellipsoid at its middle latitude (radii of curvature of
    the meridian and of the prime vertical), then measured by the shoelace formula.
    """
    return _ring_m2(outline) - sum(_ring_m2(hole) for hole in holes)


def _ring_m2(ring: Sequence[Point]) -> float:
    if len(ring) < 3:
        return 0.0
    middle = math.radians((min(y for _, y in ring) + max(y for _, y in ring)) / 2)
    magic = 1 - _ECCENTRICITY_SQUARED * math.sin(middle) ** 2
    metres_north = math.radians(_AXIS_M * (1 - _ECCENTRICITY_SQUARED) / magic**1.5)
    metres_east = math.radians(_AXIS_M / math.sqrt(magic) * math.cos(middle))
    west, south = ring[0]
    twice = 0.0
    for (x, y), (next_x, next_y) in zip(ring, (*ring[1:], ring[0]), strict=True):
        twice += (x - west) * (next_y - south) - (next_x - west) * (y - south)
    return abs(twice) / 2 * metres_east * metres_north
