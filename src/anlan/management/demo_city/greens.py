"""Parks on whole city blocks, green banks along the river, woods between the fields, ponds in parks."""

import numpy as np
import shapely
from shapely.geometry import Polygon

from anlan.management.demo_city.ground import Ground, NamedShape
from anlan.management.demo_city.main_roads import Skeleton
from anlan.management.demo_city.names import names
from anlan.management.demo_city.plane import blob, polygons
from anlan.management.demo_city.streets import Network


def greens(
    ground: Ground, skeleton: Skeleton, streets: Network, rng: np.random.Generator
) -> tuple[NamedShape, ...]:
    """Everything green that is not a hill, and the ponds (kind `pond`) that belong to the water."""
    titles = names(rng)
    wet = ground.wet()
    found = [
        NamedShape("riverside", "滨江绿廊", "Riverside Green", part)
        for part in polygons(
            ground.river.buffer(78)
            .intersection(skeleton.second_ring.buffer(500))
            .difference(ground.river.buffer(8))
        )
        if part.area > 40_000
    ]
    found.append(NamedShape("park", "白鹭洲", "Egret Island", ground.island))
    for lake in ground.water:
        if lake.kind == "lake" and not any(
            hill.shape.intersects(lake.shape.buffer(50)) for hill in ground.hills
        ):
            shore = polygons(lake.shape.buffer(70).difference(wet))[0]
            found.append(NamedShape("park", f"{lake.name_zh}公园", f"{lake.name_en} Park", shore))
    solid = shapely.union_all([wet.buffer(30), *(hill.shape for hill in ground.hills)])
    shapely.prepare(solid)
    built = shapely.union_all([skeleton.second_ring, *(town.shape for town in skeleton.towns)])
    for number in rng.permutation(len(streets.blocks)):
        block = streets.blocks[number]
        middle = block.representative_point()
        if not 30_000 < block.area < 9_000_000 or solid.contains(middle):
            continue
        if block.area < 330_000 and built.contains(middle):
            if sum(each.kind == "park" for each in found) < 44 and _apart(block, found):
                found += _park(block, solid, next(titles), rng)
        elif block.area > 900_000 and rng.random() < 0.5 and not built.intersects(block):
            found += _woods(block, solid, next(titles), rng)
    return tuple(found)


def _apart(block: Polygon, found: list[NamedShape]) -> bool:
    return all(each.shape.distance(block) > 500 for each in found if each.kind == "park")


def _park(
    block: Polygon, solid: shapely.Geometry, title: tuple[str, str], rng: np.random.Generator
) -> list[NamedShape]:
    lawn = [part for part in polygons(block.buffer(-14).difference(solid)) if part.area > 12_000]
    if not lawn:
        return []
    middle = lawn[0].representative_point()
    size = np.sqrt(lawn[0].area) / 1000 * 0.2
    centre = (middle.x / 1000, middle.y / 1000)
    pond = blob(centre, (size, size * 0.55), rng, 0.3, rng.uniform(0, 180), 40, 4)
    park = NamedShape("park", f"{title[0]}公园", f"{title[1]} Park", lawn[0])
    if lawn[0].area < 40_000 or rng.random() < 0.4 or not lawn[0].buffer(-20).contains(pond):
        return [park]
    grass = NamedShape("park", park.name_zh, park.name_en, polygons(lawn[0].difference(pond))[0])
    return [grass, NamedShape("pond", f"{title[0]}池", f"{title[1]} Pond", pond)]


def _woods(
    block: Polygon, solid: shapely.Geometry, title: tuple[str, str], rng: np.random.Generator
) -> list[NamedShape]:
    room = polygons(block.buffer(-rng.uniform(60, 160)).difference(solid))
    if not room:
        return []
    middle = room[0].representative_point()
    size = np.sqrt(room[0].area) / 1000
    spread = blob(
        (middle.x / 1000, middle.y / 1000), (size * 0.55, size * 0.3), rng, 0.35, rng.uniform(0, 180), 60
    )
    return [
        NamedShape("wood", f"{title[0]}林地", f"{title[1]} Wood", part)
        for part in polygons(spread.intersection(room[0]))[:1]
        if part.area > 40_000
    ]
