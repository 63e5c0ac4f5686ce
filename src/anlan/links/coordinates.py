"""Positions on the datums used in Chinese maps, converted to WGS-84 and back.

GCJ-02 is the shifted datum that Chinese map services must publish in; BD-09 is Baidu's further shift of it.
The shift has no published standard; the formulae below are the well-known ones that the libraries `eviltransform`
(MIT) and `prcoords` (public domain) agree on to 1e-7 degree, with the Krasovsky 1940 ellipsoid in the factors.
No maintained converter with an exact inverse could be installed on Python 3.11, hence this module.
"""

import math
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Datum = Literal["WGS-84", "CGCS2000", "GCJ-02", "BD-09"]

DATUMS: tuple[Datum, ...] = ("WGS-84", "CGCS2000", "GCJ-02", "BD-09")
"""CGCS2000 and WGS-84 differ by centimetres and are treated as one."""

_KRASOVSKY_AXIS_M = 6378245.0
_KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BAIDU_ANGLE = math.pi * 3000.0 / 180.0
_EXACT_DEGREE = 1e-10
_NAMES: dict[str, Datum] = {
    "wgs84": "WGS-84",
    "epsg4326": "WGS-84",
    "gps": "WGS-84",
    "cgcs2000": "CGCS2000",
    "国家2000": "CGCS2000",
    "2000国家大地坐标系": "CGCS2000",
    "epsg4490": "CGCS2000",
    "gcj02": "GCJ-02",
    "火星坐标": "GCJ-02",
    "火星坐标系": "GCJ-02",
    "高德": "GCJ-02",
    "高德坐标": "GCJ-02",
    "腾讯": "GCJ-02",
    "腾讯坐标": "GCJ-02",
    "国测局坐标": "GCJ-02",
    "amap": "GCJ-02",
    "bd09": "BD-09",
    "bd09ll": "BD-09",
    "百度": "BD-09",
    "百度坐标": "BD-09",
    "百度坐标系": "BD-09",
    "baidu": "BD-09",
}


@dataclass(frozen=True, slots=True)
class Position:
    """A point in degrees."""

    longitude: float
    latitude: float

    def __post_init__(self) -> None:
        if not (-180 <= self.longitude <= 180 and -90 <= self.latitude <= 90):
            raise ValueError(f"no such position: longitude {self.longitude}, latitude {self.latitude}")


def read_datum(text: str) -> Datum | None:
    """The datum meant by a word as people write it (`gcj02`, `高德`, `EPSG:4490`), None if unknown."""
    key = "".join(letter for letter in unicodedata.normalize("NFKC", text).casefold() if letter.isalnum())
    return _NAMES.get(key)


def to_wgs84(longitude: float, latitude: float, datum: Datum) -> Position:
    """The WGS-84 position of a point given on another datum, exact to 1e-9 degree."""
    position = Position(longitude, latitude)
    if datum in {"WGS-84", "CGCS2000"} or outside_china(longitude, latitude):
        return position
    if datum == "BD-09":
        position = _undo(position, _gcj02_to_bd09)
    return _undo(position, _wgs84_to_gcj02)


def from_wgs84(longitude: float, latitude: float, datum: Datum) -> Position:
    """The same point as written on another datum."""
    position = Position(longitude, latitude)
    if datum in {"WGS-84", "CGCS2000"} or outside_china(longitude, latitude):
        return position
    position = _wgs84_to_gcj02(position)
    return _gcj02_to_bd09(position) if datum == "BD-09" else position


def outside_china(longitude: float, latitude: float) -> bool:
    """Whether the point is outside the rectangle around China in which the shift is applied."""
    return not (72.004 <= longitude <= 137.8347 and 0.8293 <= latitude <= 55.8271)


def _wgs84_to_gcj02(position: Position) -> Position:
    x, y = position.longitude - 105.0, position.latitude - 35.0
    root, wave = math.sqrt(abs(x)), 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave * 2.0 / 3.0
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave * 2.0 / 3.0
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    angle = math.radians(position.latitude)
    magic = 1.0 - _KRASOVSKY_ECCENTRICITY_SQUARED * math.sin(angle) ** 2
    meridian_m = _KRASOVSKY_AXIS_M * (1.0 - _KRASOVSKY_ECCENTRICITY_SQUARED) / magic**1.5
    parallel_m = _KRASOVSKY_AXIS_M / math.sqrt(magic) * math.cos(angle)
    return Position(
        position.longitude + math.degrees(east / parallel_m),
        position.latitude + math.degrees(north / meridian_m),
    )


def _gcj02_to_bd09(position: Position) -> Position:
    x, y = position.longitude, position.latitude
    distance = math.hypot(x, y) + 0.00002 * math.sin(y * _BAIDU_ANGLE)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * _BAIDU_ANGLE)
    return Position(distance * math.cos(angle) + 0.0065, distance * math.sin(angle) + 0.006)


def _undo(target: Position, shift: Callable[[Position], Position]) -> Position:
    """The point that `shift` moves to `target`, by fixed-point iteration (the shift varies slowly)."""
    longitude, latitude = target.longitude, target.latitude
    for _ in range(30):
        moved = shift(Position(longitude, latitude))
        east, north = target.longitude - moved.longitude, target.latitude - moved.latitude
        longitude, latitude = longitude + east, latitude + north
        if abs(east) < _EXACT_DEGREE and abs(north) < _EXACT_DEGREE:
            break
    return Position(longitude, latitude)
