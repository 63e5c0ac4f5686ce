"""The demo city's points for action cards: exits, assembly points, cut-offs and control rooms of its large places."""

from collections.abc import Iterator
from datetime import datetime
from math import cos, pi, radians, sin
from random import Random
from zlib import crc32

from anlan.engine.action_cards import PointKind
from anlan.models import Place, PlacePoint

KINDS = ("station", "metro-station", "bus-station", "mall", "hospital")
_SIDES = (("东", "East", 0.0), ("北", "North", 0.5), ("西", "West", 1.0), ("南", "South", 1.5))
"""Sides of a building with their angle from east, in half turns."""
_METRES_A_DEGREE = 111_195.0


def load_points(*, at: datetime) -> None:
    """Give every station, mall and hospital its points; the same place gets the same ones each time."""
    places = Place.objects.filter(kind__in=KINDS, closed_at=None).order_by("code")
    PlacePoint.objects.bulk_create(point for place in places for point in _points(place, at))


def _points(place: Place, at: datetime) -> Iterator[PlacePoint]:
    dice = Random(crc32(place.code.encode()))
    sides = dice.sample(_SIDES, dice.randint(2, 4))

    def point(
        kind: PointKind,
        name: tuple[str, str],
        note: tuple[str, str] = ("", ""),
        angle: float = 0.0,
        metres: float = 0.0,
        number: str = "",
    ) -> PlacePoint:
        longitude, latitude = _away(place, angle, metres)
        return PlacePoint(
            place=place, kind=kind, name_zh=name[0], name_en=name[1], note_zh=note[0], note_en=note[1],
            call_number=number, longitude=longitude, latitude=latitude, recorded_at=at,
        )  # fmt: skip

    for zh, en, angle in sides:
        yield point("exit", (f"{zh}门", f"{en} exit"), angle=angle, metres=60)
    for zh, en, angle in sides[: dice.randint(1, 2)]:
        note = ("离建筑一百米以上，避开停车场。", "More than 100 m from the building, away from parked cars.")
        yield point("assembly", (f"{zh}侧空地", f"Open ground, {en.lower()} side"), note, angle, 140)
    zh, en, angle = sides[-1]
    yield point(
        "rendezvous", (f"{zh}侧路口", f"{en} junction"), ("消防车可停。", "Fire engines can stop here."), angle, 180
    )  # fmt: skip
    below = ("地下一层设备间，钥匙在监控室。", "Plant room in the basement; the key is in the control room.")
    yield point("cut-off-power", ("总电闸", "Main switch"), below)
    yield point("cut-off-water", ("给水总阀", "Water main valve"), below)
    if place.kind in ("mall", "hospital"):
        outside = ("室外黄色箱内。", "In the yellow box outside.")
        yield point("cut-off-gas", ("燃气总阀", "Gas main valve"), outside, angle, 40)
    yield point(
        "hydrant", (f"{zh}门外消火栓", f"Hydrant outside the {en.lower()} exit"), angle=angle, metres=75
    )
    yield point("aed", ("一层服务台旁", "Beside the desk on the ground floor"))
    number = f"000-5552-{crc32(place.code.encode()) % 10_000:04d}"
    yield point("control-room", ("监控室", "Control room"), number=number)


def _away(place: Place, half_turns: float, metres: float) -> tuple[float | None, float | None]:
    if place.longitude is None or place.latitude is None or not metres:
        return None, None
    north = metres * sin(half_turns * pi) / _METRES_A_DEGREE
    east = metres * cos(half_turns * pi) / (_METRES_A_DEGREE * cos(radians(place.latitude)))
    return round(place.longitude + east, 6), round(place.latitude + north, 6)
