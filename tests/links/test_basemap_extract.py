"""The piece of a base map that a phone keeps: what lies near, in half metres, and never too much of it."""

import re
from collections.abc import Callable
from math import hypot
from pathlib import Path

import pytest
from shapely import LineString, Polygon, box

from anlan.engine.patrol_flags import Point, metres_between
from anlan.links.basemap import Feature, road_feature, write_basemap
from anlan.links.basemap_extract import MOST_CHARACTERS, UNITS_A_METRE, MapExtract, extract_around
from anlan.links.openstreetmap import CREDIT, OsmCity, read_city
from anlan.links.osm_basemap import basemap_features

MIDDLE = (121.4005, 31.2005)
BUILDING = box(121.4000, 31.2000, 121.4010, 31.2010)
FEATURES = (
    Feature("building", BUILDING),
    Feature("water", Polygon([(121.43, 31.20), (121.44, 31.20), (121.44, 31.21)])),
    road_feature("primary", "大道", "", LineString([(121.399, 31.19), (121.399, 31.21)])),
    road_feature("residential", "小巷", "", LineString([(121.4015, 31.199), (121.4015, 31.202)])),
    road_feature("footway", "", "", LineString([(121.4002, 31.1995), (121.4008, 31.1995)])),
    road_feature("residential", "远巷", "", LineString([(121.42, 31.20), (121.43, 31.20)])),
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    assert write_basemap(tmp_path / "basemap.pmtiles", FEATURES, attribution="") is not None
    return tmp_path / "basemap.pmtiles"


def corners(path: str) -> list[tuple[float, float]]:
    """Where an SVG path goes, in metres from the middle."""
    found: list[tuple[float, float]] = []
    for begin_x, begin_y, steps in re.findall(r"M(-?\d+),(-?\d+)l([-\d, ]*)z?", path):
        x, y = int(begin_x), int(begin_y)
        found.append((x / UNITS_A_METRE, y / UNITS_A_METRE))
        for step in steps.split():
            east, south = step.split(",")
            x, y = x + int(east), y + int(south)
            found.append((x / UNITS_A_METRE, y / UNITS_A_METRE))
    return found


def by_kind(extract: MapExtract | None) -> dict[str, str]:
    assert extract is not None
    return {one.kind: one.path for one in extract.strokes}


def test_what_lies_near_is_there_and_what_lies_far_is_not(archive: Path) -> None:
    kinds = by_kind(extract_around(archive, [MIDDLE]))
    assert list(kinds) == ["building", "path", "street", "road"]
    assert all(abs(x) <= 251 and abs(y) <= 251 for path in kinds.values() for x, y in corners(path))
    assert max(abs(y) for _x, y in corners(kinds["road"])) > 245, "the road goes on to the edge"


def test_a_building_is_as_large_as_it_is_on_the_ground_and_north_is_up(archive: Path) -> None:
    around = corners(by_kind(extract_around(archive, [MIDDLE]))["building"])
    west, south, east, north = BUILDING.bounds
    wide = metres_between(Point(west, south), Point(east, south))
    high = metres_between(Point(west, south), Point(west, north))
    across, down = [x for x, _ in around], [y for _, y in around]
    assert max(across) - min(across) == pytest.approx(wide, abs=2)
    assert max(down) - min(down) == pytest.approx(high, abs=2)
    [lane] = {round(x) for x, _ in corners(by_kind(extract_around(archive, [MIDDLE]))["street"])}
    assert lane == pytest.approx(metres_between(Point(*MIDDLE), Point(121.4015, MIDDLE[1])), abs=2), (
        "east is right"
    )
    path = corners(by_kind(extract_around(archive, [MIDDLE]))["path"])
    assert all(y > 0 for _, y in path), "the footway lies to the south, which is down"


def test_nothing_is_drawn_where_the_map_shows_nothing_or_cannot_be_read(
    archive: Path, tmp_path: Path
) -> None:
    assert extract_around(archive, [(121.60, 31.40)]) is None
    assert extract_around(archive, []) is None
    assert extract_around(tmp_path / "none.pmtiles", [MIDDLE]) is None
    (tmp_path / "broken.pmtiles").write_bytes(archive.read_bytes()[:200])
    assert extract_around(tmp_path / "broken.pmtiles", [MIDDLE]) is None


def test_a_dense_old_town_is_drawn_within_the_bound_and_still_around_every_point(
    tmp_path: Path, test_data: Callable[[str], Path]
) -> None:
    city = read_city(test_data("osm/monaco-2020.osm.pbf"))
    assert isinstance(city, OsmCity)
    archive = tmp_path / "basemap.pmtiles"
    assert write_basemap(archive, basemap_features(city), attribution=CREDIT) is not None
    points = [(7.4170 + number * 0.001, 43.7312 + number * 0.001) for number in range(12)]
    extract = extract_around(archive, points)
    assert extract is not None
    assert extract.characters <= MOST_CHARACTERS
    roads = [one for strokes in extract.strokes for one in corners(strokes.path)]
    for longitude, latitude in points:
        x = metres_between(Point(longitude, extract.latitude), Point(extract.longitude, extract.latitude))
        y = metres_between(Point(longitude, latitude), Point(longitude, extract.latitude))
        here = (x if longitude > extract.longitude else -x, -y if latitude > extract.latitude else y)
        assert min(hypot(east - here[0], south - here[1]) for east, south in roads) < 60
    small = extract_around(archive, points, most_characters=8000)
    assert small is not None
    assert small.characters <= 8000
