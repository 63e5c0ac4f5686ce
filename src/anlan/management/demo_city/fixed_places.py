"""Places that stand where the map puts them: stations, parks, sights, waterworks, the pier."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from shapely.geometry import Point

from anlan.management.demo_city.city_map import CityMap
from anlan.management.demo_city.names import Name
from anlan.management.demo_city.place_kinds import KindOfPlace
from anlan.management.demo_city.plane import polygons
from anlan.management.demo_city.sites import Site, Sites
from anlan.management.demo_city.values import DemoOperator


@dataclass(frozen=True, slots=True)
class Standing:
    """A place with its spot and name, before it is counted; `size` scales the kind's figures."""

    kind: KindOfPlace
    name_zh: str
    name_en: str
    site: Site
    operator: DemoOperator | None = None
    size: float = 1.0


_WATER_NAMES: tuple[tuple[str, str, tuple[float, float], float], ...] = (
    ("安澜市第一水厂", "Anlan No. 1 Waterworks", (-6.9, 2.35), 1.0),
    ("安澜市第二水厂", "Anlan No. 2 Waterworks", (-9.6, 2.9), 1.3),
    ("安澜市第三水厂", "Anlan No. 3 Waterworks", (9.3, -2.7), 1.0),
    ("云屏水厂", "Yunping Waterworks", (4.6, -8.0), 0.8),
    ("临澜水厂", "Linlan Waterworks", (6.1, 8.9), 0.6),
)
_SIGHTS: dict[str, tuple[str, str]] = {
    "苍屏山": ("苍屏山风景区", "Cangping Hill Scenic Area"),
    "北屏山": ("北屏山森林公园", "Beiping Forest Park"),
    "望川山": ("望川阁景区", "Wangchuan Pavilion"),
    "青螺山": ("青螺山景区", "Qingluo Hill Scenic Area"),
    "凤梧山": ("凤梧山公园景区", "Fengwu Hill Park"),
    "石盘山": ("石盘古寨", "Shipan Old Fort"),
}


def fixed_places(
    city: CityMap,
    kinds: Mapping[str, KindOfPlace],
    sites: Sites,
    titles: Iterator[Name],
    rng: np.random.Generator,
) -> list[Standing]:
    """All places whose spot follows from the map."""
    found = [
        Standing(
            kinds["station"], "安澜北站", "Anlan North Railway Station", sites.at(-1000, 8735), size=1.6
        ),
        Standing(kinds["station"], "安澜站", "Anlan Railway Station", sites.at(1690, 2945), size=0.7),
        Standing(kinds["port"], "安澜江客运码头", "Anlan River Pier", _bank(city, sites, 700, -1380)),
    ]
    found += _metro(city, kinds["metro-station"], sites, titles)
    found += [
        Standing(kinds["waterworks"], zh, en, _dry(city, sites, x * 1000, y * 1000), size=size)
        for zh, en, (x, y), size in _WATER_NAMES
    ]
    for hill in city.ground.hills:
        if hill.name_zh in _SIGHTS:
            gate = hill.shape.exterior.interpolate(float(rng.uniform(0.1, 0.4)), normalized=True)
            inside = hill.shape.buffer(-60)
            point = (
                inside.exterior.interpolate(inside.exterior.project(gate)) if not inside.is_empty else gate
            )
            size = 2.0 if hill.name_zh == "苍屏山" else 0.6
            found.append(
                Standing(kinds["scenic-area"], *_SIGHTS[hill.name_zh], sites.at(point.x, point.y), size=size)
            )
    island = city.ground.island.representative_point()
    found.append(
        Standing(kinds["scenic-area"], "白鹭洲景区", "Egret Island", sites.at(island.x, island.y), size=1.4)
    )
    old = sites.draw({"old": 1.0}, False)
    found.append(Standing(kinds["scenic-area"], "云汀古街", "Yunting Old Street", old, size=3.2))
    taken = {standing.name_zh for standing in found}
    for park in city.greens:
        if park.kind == "park" and park.name_zh.endswith("公园") and park.name_zh not in taken:
            taken.add(park.name_zh)
            point = park.shape.representative_point()
            size = float(np.sqrt(park.shape.area / 60_000))
            found.append(
                Standing(kinds["park"], park.name_zh, park.name_en, sites.at(point.x, point.y), size=size)
            )
    return found


def _metro(city: CityMap, metro: KindOfPlace, sites: Sites, titles: Iterator[Name]) -> list[Standing]:
    """A station about every 1.2 km of each line; lines that cross share one."""
    found: list[Standing] = []
    points: list[Point] = []
    for kind, _, _, path in city.skeleton.railways:
        if kind != "metro":
            continue
        count = int(path.length // 1400)
        for number in range(count + 1):
            along = 60 + (path.length - 120) * number / count
            point = path.interpolate(along)
            if any(point.distance(other) < 600 for other in points) or city.ground.wet().distance(point) < 60:
                continue
            points.append(point)
            site = sites.at(point.x + 22, point.y + 14)
            zh, en = next(titles)
            busy = 2.0 if point.distance(Point(300, -1000)) < 3200 else 0.7
            found.append(Standing(metro, f"{zh}地铁站", f"{en} Metro Station", site, size=busy))
    return found


def _dry(city: CityMap, sites: Sites, x_m: float, y_m: float) -> Site:
    """The spot, or the nearest one 60 m from the water."""
    point, wet = Point(x_m, y_m), city.ground.wet().buffer(60)
    if wet.contains(point):
        edge = min((part.exterior for part in polygons(wet)), key=lambda ring: ring.distance(point))
        point = edge.interpolate(edge.project(point))
    return sites.at(point.x, point.y)


def _bank(city: CityMap, sites: Sites, x_m: float, y_m: float) -> Site:
    bank = polygons(city.ground.river.buffer(14))[0].exterior
    point = bank.interpolate(bank.project(Point(x_m, y_m + 400)))
    return sites.at(point.x, point.y)
