"""Whether an area says a place on Earth: rings that close, circles with a radius, heights in order."""

import math
from collections.abc import Iterator
from itertools import chain

import numpy as np
import shapely

from anlan.links.cap.alert import Alert, Area, Circle, Point, Polygon
from anlan.links.cap.problems import Problem, refusal, remark

MOST_POINTS = 100
"""What many receivers take at most; CAP itself sets no bound."""
HALF_ROUND_EARTH_KM = 20_038.0


def area_problems(area: Area, path: str) -> list[Problem]:
    """Every problem of one area."""
    found: list[Problem] = []
    if not area.description.strip():
        found.append(refusal("MISSING_VALUE", f"{path}/areaDesc[1]", name="areaDesc"))
    if area.polygons:
        found += _polygons(area.polygons, path)
    for number, circle in enumerate(area.circles, 1):
        found += _circle(circle, f"{path}/circle[{number}]")
    if area.altitude_ft is not None or area.ceiling_ft is not None:
        found += _heights(area, path)
    return found


def polygon_fault(points: tuple[Point, ...]) -> tuple[str, str] | None:
    """Why a ring cannot be used, in Chinese and English, or nothing."""
    if not points:
        return "坐标无法读取", "its coordinates cannot be read"
    reasons = []
    if len(points) < 4:
        reasons.append((f"只有 {len(points)} 个点", f"it has {len(points)} points only"))
    if points[0] != points[-1]:
        reasons.append(("首末两点不同，没有闭合", "its last point is not its first, so it is not closed"))
    off = next((point for point in points if not on_earth(point)), None)
    if off is not None:
        hint = (
            ("，经纬度可能写反", ", perhaps latitude and longitude are swapped")
            if on_earth(off[::-1])
            else ("", "")
        )
        where = f"{off[0]:g},{off[1]:g}"
        reasons.append((f"点 {where} 超出范围{hint[0]}", f"the point {where} is out of range{hint[1]}"))
    if not reasons:
        return None
    return "；".join(zh for zh, _en in reasons), "; ".join(en for _zh, en in reasons)


def on_earth(point: Point) -> bool:
    """Whether latitude and longitude are within their ranges; false for what is no number."""
    return -90 <= point[0] <= 90 and -180 <= point[1] <= 180


def crossing_problems(alert: Alert) -> Iterator[Problem]:
    """Rings that do not enclose one surface, looked at all at once and each but once."""
    rings = {
        polygon.points: True
        for info in alert.infos
        for area in info.areas
        for polygon in area.polygons
        if not polygon_fault(polygon.points)
    }
    if not rings:
        return
    simple = dict(zip(rings, _are_simple(list(rings)), strict=True))
    if all(simple.values()):
        return
    for number, info in enumerate(alert.infos, 1):
        for place, area in enumerate(info.areas, 1):
            for which, polygon in enumerate(area.polygons, 1):
                if not simple.get(polygon.points, True):
                    path = f"/alert[1]/info[{number}]/area[{place}]/polygon[{which}]"
                    yield remark("POLYGON_CROSSES_ITSELF", path)


def _are_simple(rings: list[tuple[Point, ...]]) -> list[bool]:
    """For each closed ring whether it encloses one surface without crossing or touching itself."""
    points = np.array(list(chain.from_iterable(rings)))
    belongs_to = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    shapes = shapely.polygons(shapely.linearrings(points, indices=belongs_to))
    return [bool(valid) for valid in np.atleast_1d(shapely.is_valid(shapes))]


def _polygons(polygons: tuple[Polygon, ...], path: str) -> Iterator[Problem]:
    for number, polygon in enumerate(polygons, 1):
        where = f"{path}/polygon[{number}]"
        if why := polygon_fault(polygon.points):
            yield refusal("INVALID_POLYGON", where, why=why[0], why_en=why[1])
        elif len(polygon.points) > MOST_POINTS:
            yield remark("POLYGON_TOO_DETAILED", where, count=len(polygon.points))


def _circle(circle: Circle, where: str) -> Iterator[Problem]:
    radius = circle.radius_km
    if math.isnan(circle.centre[0]):
        yield _bad_circle(where, f"“{circle.as_written}”无法读取", f"'{circle.as_written}' cannot be read")
    elif not on_earth(circle.centre):
        yield _bad_circle(where, "圆心超出范围", "its centre is out of range")
    elif radius is not None and radius < 0:
        yield _bad_circle(where, f"半径 {radius:g} 为负", f"its radius {radius:g} is negative")
    elif radius is not None and radius > HALF_ROUND_EARTH_KM:
        yield _bad_circle(where, "半径大于地球半周", "its radius is more than half round the Earth")
    elif not radius:
        value = circle.as_written.strip() or f"{circle.centre[0]:g},{circle.centre[1]:g} 0"
        yield remark("CIRCLE_WITHOUT_RADIUS", where, value=value)


def _bad_circle(where: str, why: str, why_en: str) -> Problem:
    return refusal("INVALID_CIRCLE", where, why=why, why_en=why_en)


def _heights(area: Area, path: str) -> Iterator[Problem]:
    altitude, ceiling = area.altitude_ft, area.ceiling_ft
    for name, height in (("altitude", altitude), ("ceiling", ceiling)):
        if height is not None and height < 0:
            yield refusal(
                "INVALID_VALUE",
                f"{path}/{name}[1]",
                name=name,
                value=f"{height:g}",
                need="不得低于海平面",
                need_en="it must not lie below sea level",
            )
    if ceiling is not None and altitude is None:
        yield refusal("CEILING_WITHOUT_ALTITUDE", f"{path}/ceiling[1]")
    elif ceiling is not None and altitude is not None and ceiling < altitude:
        yield refusal(
            "INVALID_ALTITUDE_CEILING_RANGE",
            f"{path}/ceiling[1]",
            ceiling=f"{ceiling:g}",
            altitude=f"{altitude:g}",
        )
