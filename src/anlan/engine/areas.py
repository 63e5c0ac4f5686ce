"""Which places an area holds: all of the city, those named, or those of some districts, kinds and shapes together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from anlan.engine.geodesy import EARTH_RADIUS_M, Point, metres_along

POLAR = 85.0
"""Degrees of latitude beyond which a circle is not narrowed by longitude."""


@dataclass(frozen=True, slots=True)
class Circle:
    """All within `radius_m` metres of a point."""

    longitude: float
    latitude: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class Area:
    """The places named, and those that meet every other condition stated; a condition with several values, any.

    `circles` and `polygons` are one condition: in any of these shapes. A polygon's ring is closed. Without any
    condition and any place named an area holds nothing, unless it is the whole city.
    """

    city: bool = False
    places: frozenset[str] = frozenset()
    districts: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    circles: tuple[Circle, ...] = ()
    polygons: tuple[tuple[Point, ...], ...] = ()

    @property
    def has_shape(self) -> bool:
        return bool(self.circles or self.polygons)

    @property
    def has_condition(self) -> bool:
        return self.has_shape or bool(self.districts or self.kinds)

    @property
    def is_empty(self) -> bool:
        return not (self.city or self.places or self.has_condition)


@dataclass(frozen=True, slots=True)
class Situated:
    """Places as columns: `district` and `kind` number the words beside them; a place nobody located has NaN.

    `parents` leads from a district to the one it is part of.
    """

    codes: Sequence[str]
    district: NDArray[np.int32]
    districts: Sequence[str]
    kind: NDArray[np.int32]
    kinds: Sequence[str]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]
    parents: Mapping[str, str | None] = field(default_factory=dict)


def covered(area: Area, places: Situated) -> NDArray[np.bool_]:
    """Whether each place is in the area."""
    if area.city:
        return np.ones(len(places.codes), dtype=bool)
    if area.has_condition:
        found = np.ones(len(places.codes), dtype=bool)
        if area.districts:
            wanted = [bool(above(code, places.parents) & set(area.districts)) for code in places.districts]
            found &= np.array(wanted, dtype=bool)[places.district]
        if area.kinds:
            found &= np.array([kind in area.kinds for kind in places.kinds], dtype=bool)[places.kind]
        if area.has_shape:
            found &= _in_shapes(area, places.longitude, places.latitude)
    else:
        found = np.zeros(len(places.codes), dtype=bool)
    if area.places:
        found |= np.fromiter((code in area.places for code in places.codes), bool, len(places.codes))
    return found


def above(district: str | None, parents: Mapping[str, str | None]) -> set[str]:
    """A district and all that it is part of."""
    found: set[str] = set()
    while district and district not in found:
        found.add(district)
        district = parents.get(district)
    return found


def area_kept(area: Area) -> dict[str, Any]:
    """An area as JSON holds it; what is empty is left out."""
    kept: dict[str, Any] = {
        "city": area.city,
        "places": sorted(area.places),
        "districts": list(area.districts),
        "kinds": list(area.kinds),
        "circles": [[one.longitude, one.latitude, one.radius_m] for one in area.circles],
        "polygons": [[list(point) for point in ring] for ring in area.polygons],
    }
    return {name: value for name, value in kept.items() if value}


def area_read(kept: Mapping[str, Any]) -> Area:
    """An area out of its JSON."""
    return Area(
        city=bool(kept.get("city")),
        places=frozenset(kept.get("places", ())),
        districts=tuple(kept.get("districts", ())),
        kinds=tuple(kept.get("kinds", ())),
        circles=tuple(Circle(*one) for one in kept.get("circles", ())),
        polygons=tuple(tuple((x, y) for x, y in ring) for ring in kept.get("polygons", ())),
    )


def _in_shapes(
    area: Area, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> NDArray[np.bool_]:
    found = np.zeros(len(longitude), dtype=bool)
    for circle in area.circles:
        near = np.flatnonzero(_in_box(circle, longitude, latitude))
        metres = metres_along(circle.longitude, circle.latitude, longitude[near], latitude[near])
        found[near] |= metres <= circle.radius_m
    located = np.isfinite(longitude)
    for ring in area.polygons:
        inside = shapely.intersects_xy(shapely.Polygon(ring), longitude[located], latitude[located])
        found[located] |= inside
    return found


def _in_box(
    circle: Circle, longitude: NDArray[np.float64], latitude: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Whether points may be within a circle, by a box around it; far less work than the distance."""
    reach = 1.001 * np.degrees(circle.radius_m / EARTH_RADIUS_M)
    north = abs(circle.latitude) + reach
    found: NDArray[np.bool_] = np.abs(latitude - circle.latitude) <= reach
    if north < POLAR:
        wide = reach / np.cos(np.radians(north))
        apart = np.abs(longitude - circle.longitude)
        found &= (apart <= wide) | (apart >= 360 - wide)
    return found
