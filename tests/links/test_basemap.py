"""Base maps: what is drawn at which zoom, read back from the archive."""

import gzip
import time
from collections.abc import Callable
from pathlib import Path

import pyogrio
import pytest
from pmtiles.reader import MmapSource, Reader, all_tiles
from shapely import LineString, Polygon, box

from anlan.links.basemap import Feature, features_from_geojson, road_feature, write_basemap
from anlan.links.openstreetmap import CREDIT, OsmCity, read_city
from anlan.links.osm_basemap import basemap_features
from anlan.links.osm_coast import sea

ROADS = (
    road_feature("primary", "滨江路", "Riverside Road", LineString([(121.40, 31.20), (121.42, 31.21)])),
    road_feature("primary", "滨江路", "Riverside Road", LineString([(121.42, 31.21), (121.44, 31.20)])),
    road_feature("residential", "一巷", "", LineString([(121.40, 31.21), (121.41, 31.22)])),
    road_feature("motorway_link", "", "", LineString([(121.40, 31.19), (121.41, 31.19)])),
    road_feature("footway", "", "", LineString([(121.40, 31.18), (121.41, 31.18)])),
)
DISTRICTS = features_from_geojson(
    "district",
    [
        {
            "type": "Feature",
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[121.3, 31.1], [121.5, 31.1], [121.5, 31.3], [121.3, 31.1]]],
            },
            "properties": {"code": 990101, "name_zh": "滨江区", "population": 12},
        }
    ],
)


def drawn(path: Path, zoom: int, folder: Path) -> dict[str, list[dict[str, object]]]:
    """Properties of everything drawn at a zoom, by layer, as GDAL reads the tiles."""
    found: dict[str, list[dict[str, object]]] = {}
    with path.open("rb") as file:
        for (z, x, y), data in all_tiles(MmapSource(file)):
            if z != zoom:
                continue
            tile = folder / f"{z}-{x}-{y}.pbf"
            tile.write_bytes(gzip.decompress(data))
            for layer, _ in pyogrio.list_layers(f"MVT:{tile}"):
                meta, _, _, columns = pyogrio.raw.read(f"MVT:{tile}", layer=layer, read_geometry=False)
                rows = zip(*columns, strict=True) if len(columns) else []
                found.setdefault(layer, []).extend(
                    dict(zip(meta["fields"], row, strict=True)) for row in rows
                )
    return found


def classes(path: Path, zoom: int, folder: Path) -> set[object]:
    return {road["class"] for road in drawn(path, zoom, folder).get("road", [])}


def test_smaller_roads_appear_when_zoomed_in(tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    write_basemap(path, ROADS, attribution="test")

    assert classes(path, 8, tmp_path) == {"primary", "motorway"}
    assert classes(path, 12, tmp_path) == {"primary", "motorway", "residential"}
    assert classes(path, 14, tmp_path) == {"primary", "motorway", "residential", "path"}


def test_layers_of_one_place_stand_in_one_tile_with_their_names(tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    written = write_basemap(
        path,
        [*ROADS, *DISTRICTS, Feature("water", box(121.40, 31.20, 121.41, 31.21), {"name_zh": "镜湖"})],
        attribution="© 测试",
        name="安澜",
    )
    seen = drawn(path, 10, tmp_path)

    assert written is not None
    assert set(written.layers) == {"water", "district", "road"}
    assert {road["name_zh"] for road in seen["road"]} >= {"滨江路"}
    assert seen["water"][0]["name_zh"] == "镜湖"
    assert seen["district"][0]["code"] == "990101"
    assert seen["district"][0]["name_zh"] == "滨江区"
    assert "population" not in seen["district"][0]
    with path.open("rb") as file:
        reader = Reader(MmapSource(file))
        assert reader.metadata()["attribution"] == "© 测试"
        assert {layer["id"] for layer in reader.metadata()["vector_layers"]} == {"water", "district", "road"}
        assert (reader.header()["min_zoom"], reader.header()["max_zoom"]) == (8, 14)


def test_pieces_of_one_road_are_joined_for_its_name(tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    write_basemap(path, ROADS, attribution="test")

    assert sum(1 for road in drawn(path, 9, tmp_path)["road"] if road["name_zh"] == "滨江路") == 1


def test_a_map_of_nothing_is_not_written(tmp_path: Path) -> None:
    assert write_basemap(tmp_path / "basemap.pmtiles", [], attribution="test") is None
    assert list(tmp_path.iterdir()) == []


def test_the_old_map_is_replaced_in_one_step_and_nothing_is_left_over(tmp_path: Path) -> None:
    path = tmp_path / "basemap.pmtiles"
    path.write_bytes(b"old")
    write_basemap(path, ROADS, attribution="test")

    assert path.read_bytes()[:7] == b"PMTiles"
    assert [file.name for file in tmp_path.iterdir()] == ["basemap.pmtiles"]


def test_the_same_features_give_the_same_file(tmp_path: Path) -> None:
    write_basemap(tmp_path / "a", ROADS, attribution="test")
    write_basemap(tmp_path / "b", ROADS, attribution="test")

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_sea_lies_to_the_right_of_the_coastline() -> None:
    frame = (0.0, 0.0, 1.0, 1.0)
    northward = LineString([(0.5, -2.0), (0.5, 3.0)])
    island = LineString([(0.4, 0.4), (0.6, 0.4), (0.6, 0.6), (0.4, 0.6), (0.4, 0.4)])

    (east,) = sea([northward], frame)
    assert east.contains(Polygon([(0.6, 0.1), (0.9, 0.1), (0.9, 0.9)]))
    assert not east.intersects(Polygon([(0.1, 0.1), (0.4, 0.1), (0.4, 0.9)]))
    (around,) = sea([island], frame)
    assert len(around.interiors) == 1
    assert sea([], frame) == []


@pytest.mark.slow
def test_malta_is_read_and_drawn_in_less_than_a_minute(
    test_data: Callable[[str], Path], tmp_path: Path
) -> None:
    start = time.monotonic()
    city = read_city(test_data("osm/malta.osm.pbf"))
    assert isinstance(city, OsmCity)
    written = write_basemap(tmp_path / "basemap.pmtiles", basemap_features(city), attribution=CREDIT)
    took_s = time.monotonic() - start

    assert written is not None
    assert set(written.layers) == {"water", "green", "building", "road"}
    assert written.bytes < 5_000_000
    assert took_s < 60
