"""Zones, posts and checkpoints of the places that are guarded or patrolled."""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from anlan.management.demo_city.values import DemoCheckpoint, DemoPlace, DemoPost, DemoZone

_Named = tuple[tuple[str, str], ...]
_ZONES: _Named = (("公共区", "Public area"), ("出入口", "Entrances"), ("后勤区", "Service area"))
_POINTS: Mapping[str, _Named] = {
    "indoor": (
        ("南门", "South gate"), ("北门", "North gate"), ("一层大厅", "Ground floor hall"), ("服务台", "Service desk"),
        ("东侧疏散楼梯", "East stairway"), ("西侧疏散楼梯", "West stairway"), ("地下车库入口", "Car park entrance"),
        ("卸货区", "Loading bay"), ("配电间", "Switch room"), ("监控室外", "Outside the control room"),
        ("二层连廊", "First floor bridge"), ("屋面出口", "Roof exit"),
    ),
    "station": (
        ("A口", "Exit A"), ("B口", "Exit B"), ("C口", "Exit C"), ("安检区", "Security check"), ("站厅", "Concourse"),
        ("站台东端", "Platform, east end"), ("站台西端", "Platform, west end"), ("换乘通道", "Transfer passage"),
        ("行李寄存处", "Left luggage"), ("设备区门", "Plant room door"), ("落客区", "Drop-off"),
        ("售票处", "Ticket office"),
    ),
    "hospital": (
        ("急诊入口", "Emergency entrance"), ("门诊大厅", "Outpatients hall"), ("住院部入口", "Ward entrance"),
        ("药房", "Pharmacy"), ("供氧站", "Oxygen store"), ("配电间", "Switch room"), ("地下车库", "Car park"),
        ("儿科候诊区", "Children's waiting area"), ("东侧疏散楼梯", "East stairway"), ("后勤通道", "Service passage"),
        ("污物出口", "Waste exit"), ("屋面出口", "Roof exit"),
    ),
    "works": (
        ("大门", "Main gate"), ("围墙东段", "Fence, east"), ("围墙北段", "Fence, north"), ("围墙西段", "Fence, west"),
        ("控制室外", "Outside the control room"), ("主设备区", "Main plant"), ("储存区", "Storage"),
        ("药剂间", "Dosing room"), ("配电间", "Switch room"), ("车辆入口", "Vehicle entrance"),
        ("取水口", "Intake"), ("南侧小门", "South side door"),
    ),
}  # fmt: skip
_SETS: Mapping[str, str] = {
    **dict.fromkeys(("station", "bus-station", "metro-station", "port"), "station"),
    "hospital": "hospital",
    **dict.fromkeys(
        ("waterworks", "power", "oil", "gas", "telecom", "data-centre", "chemical-plant"), "works"
    ),
}


def equipped(place: DemoPlace, points: int, rng: np.random.Generator) -> DemoPlace:
    """The place with its zones, a fixed and a mobile post, and so many checkpoints around it."""
    area = place.figure("area_m2") or 3000.0
    zones = tuple(
        DemoZone(f"{place.code}-Z{number}", zh, en, round(area * share))
        for number, ((zh, en), share) in enumerate(zip(_ZONES, (0.7, 0.1, 0.2), strict=True), start=1)
    )
    posts = (
        DemoPost(f"{place.code}-P1", "固定岗：主入口", "Fixed post: main entrance", "fixed", zones[1].code),
        DemoPost(f"{place.code}-P2", "流动岗：公共区", "Mobile post: public area", "mobile", zones[0].code),
    )
    named = _POINTS[_SETS.get(place.kind, "indoor")]
    reach = min(70.0, 8 + math.sqrt(area) / 4)
    checkpoints = []
    for number in range(points):
        turn = 2 * math.pi * (number + rng.uniform(-0.3, 0.3)) / max(points, 1)
        east, north = reach * math.cos(turn), reach * math.sin(turn)
        zh, en = named[number % len(named)]
        checkpoints.append(
            DemoCheckpoint(
                f"{place.code}-C{number + 1:02d}",
                zh,
                en,
                zones[1 if number < 2 else 0 if number % 3 else 2].code,
                (
                    round(place.coordinate[0] + east / 96_000, 6),
                    round(place.coordinate[1] + north / 110_860, 6),
                ),
            )
        )
    return replace(place, zones=zones, posts=posts, checkpoints=tuple(checkpoints))
