"""Where an alert holds, as one point and a radius around everything that it draws."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import shapely

from anlan.engine.geodesy import metres_between
from anlan.links.cap.alert import Alert, Area, Point

_MOST_NORTH = 89.0


@dataclass(frozen=True, slots=True)
class Extent:
    """A point and the radius of a circle around it that holds every shape; 0 where an alert only says a point."""

    longitude: float
    latitude: float
    radius_m: int


def extent(alert: Alert) -> Extent | None:
    """About the smallest circle around all shapes of an alert, in whatever language; none where it draws nothing."""
    areas = [area for info in alert.infos for area in info.areas]
    points = [(point, reach) for area in areas for point, reach in _reaches(area)]
    if not points:
        return None
    middle_north = sum(latitude for (latitude, _longitude), _reach in points) / len(points)
    shrink = max(math.cos(math.radians(min(abs(middle_north), _MOST_NORTH))), 0.01)
    ground = shapely.multipoints([(longitude * shrink, latitude) for (latitude, longitude), _reach in points])
    # Reaching circles differ in size; around their centres alone the middle is still a fair one.
    round_them = shapely.minimum_bounding_circle(ground)
    middle = (ground if round_them.is_empty else round_them).centroid
    longitude, latitude = round(middle.x / shrink, 6), round(middle.y, 6)
    radius = max(
        metres_between((longitude, latitude), (east, north)) + reach for (north, east), reach in points
    )
    return Extent(longitude, latitude, math.ceil(radius))


def _reaches(area: Area) -> Iterator[tuple[Point, float]]:
    """The corners of the polygons and the centres of the circles, each with how far it reaches in metres."""
    for polygon in area.polygons:
        yield from ((point, 0.0) for point in polygon.points)
    for circle in area.circles:
        yield circle.centre, (circle.radius_km or 0.0) * 1000
