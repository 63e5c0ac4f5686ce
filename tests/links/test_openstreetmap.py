"""Extracts read into places and roads: an invented town with every case, and real ones counted independently."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from anlan.links.files import FileProblem
from anlan.links.openstreetmap import OsmCity, read_city
from anlan.links.osm_kinds import KIND_OF_TAG, kind_of
from anlan.links.osm_merging import similar
from anlan.links.osm_places import OsmPlace

TOWN = Path(__file__).parent / "fixtures" / "one-hospital-twice.osm"
EXTRACTS = ("malta", "andorra-2021", "baltimore", "monaco-2020", "porto-alegre")
KINDS_COUNTED = {
    "hospital": ("hospital",),
    "clinic": ("clinic",),
    "school": ("school",),
    "kindergarten": ("kindergarten",),
    "university_college": ("university", "college"),
    "mall_deptstore": ("mall",),
    "station": ("station",),
    "bus_station": ("bus-station",),
    "supermarket": ("supermarket",),
    "stadium": ("stadium",),
    "police": ("police-station",),
    "fire_station": ("fire-station",),
    "fuel": ("petrol-station",),
    "worship": ("worship",),
}


@pytest.fixture(scope="module")
def town() -> OsmCity:
    city = read_city(TOWN)
    assert isinstance(city, OsmCity)
    return city


def place_with(city: OsmCity, source_id: str) -> OsmPlace:
    return next(place for place in city.places if source_id in place.source_ids)


def test_a_hospital_drawn_as_point_and_building_is_one_place(town: OsmCity) -> None:
    hospital = place_with(town, "osm:node/1")

    assert hospital.source_ids == ("osm:way/101", "osm:node/1")
    assert (hospital.name_zh, hospital.name_en) == ("滨江中心医院", "Riverside Central Hospital")
    assert hospital.phone == "+86 21 5555 0100"
    assert hospital.address == "滨江路12号"
    assert hospital.facts == {"beds": 420}
    # 0.001 degree each way at 31.23 N: 110.86 m x 95.28 m
    assert hospital.area_m2 == pytest.approx(110.86 * 95.28, rel=1e-3)
    assert [(merge.kept, merge.source_id) for merge in town.merged if merge.kind == "hospital"] == [
        ("osm:way/101", "osm:node/1")
    ]


def test_the_same_name_elsewhere_is_another_place(town: OsmCity) -> None:
    assert place_with(town, "osm:node/2").source_ids == ("osm:node/2",)


def test_schools_that_differ_by_their_number_stay_apart(town: OsmCity) -> None:
    assert place_with(town, "osm:node/3") != place_with(town, "osm:node/4")


def test_a_nameless_point_inside_an_outline_of_its_kind_is_merged(town: OsmCity) -> None:
    station = place_with(town, "osm:node/5")

    assert station.source_ids == ("osm:way/105", "osm:node/5")
    assert station.name_zh == "滨江消防站"


def test_different_names_inside_one_outline_are_left_to_a_person(town: OsmCity) -> None:
    assert place_with(town, "osm:node/6") != place_with(town, "osm:way/106")
    assert [{doubt.source_id, doubt.other} for doubt in town.doubtful] == [{"osm:node/6", "osm:way/106"}]


def test_a_relation_has_its_outline_without_its_holes(town: OsmCity) -> None:
    university = place_with(town, "osm:relation/401")

    # 0.01 degree each way at 31.2 N less a hole of 0.002 each way: 96 %
    assert university.area_m2 == pytest.approx(0.96 * 1108.6 * 953.1, rel=2e-3)
    assert [area.name_zh for area in town.waters] == ["镜湖"]


def test_an_object_without_an_outline_is_named_as_skipped(town: OsmCity) -> None:
    assert [skipped.source_id for skipped in town.skipped] == ["osm:relation/402"]


def test_objects_are_counted_before_merging(town: OsmCity) -> None:
    assert town.counts["hospital"] == 3
    assert town.counts["station"] == 1
    assert place_with(town, "osm:node/7").kind == "metro-station"


def test_only_roads_that_cars_use_count_as_drivable(town: OsmCity) -> None:
    assert [(road.road_class, road.oneway) for road in town.roads] == [("primary", True), ("footway", False)]
    assert town.drivable_km == pytest.approx(1.0, abs=1e-5)


def test_a_packed_extract_reads_the_same(town: OsmCity, tmp_path: Path) -> None:
    packed = tmp_path / "town.osm.gz"
    packed.write_bytes(gzip.compress(TOWN.read_bytes()))

    assert read_city(packed) == town


def test_progress_is_told(test_data: Callable[[str], Path]) -> None:
    told: list[str] = []
    read_city(test_data("osm/monaco-2020.osm.pbf"), lambda step, number: told.append(f"{step} {number}"))

    assert told[-1].startswith("merging ")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.osm", b"<html>not a map</html>"),
        ("empty.osm.pbf", b""),
        ("cut.osm.gz", gzip.compress(TOWN.read_bytes())[:300]),
        ("cut.osm", TOWN.read_bytes()[:2000]),
        ("noise.osm.pbf", bytes(range(256)) * 20),
        ("city.zip", b"PK\x03\x04"),
    ],
)
def test_a_file_that_is_no_extract_gets_words_in_both_languages(
    name: str, content: bytes, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    problem = read_city(file)

    assert isinstance(problem, FileProblem)
    assert name in problem.message.zh
    assert name in problem.message.en


def test_a_missing_file_is_a_problem_too(tmp_path: Path) -> None:
    assert isinstance(read_city(tmp_path / "nowhere.osm.pbf"), FileProblem)


@pytest.mark.parametrize("extract", EXTRACTS)
def test_real_extracts_agree_with_independent_counts(extract: str, test_data: Callable[[str], Path]) -> None:
    expected = json.loads(test_data("osm/expected.json").read_text())[f"{extract}.osm.pbf"]["counts"]
    city = read_city(test_data(f"osm/{extract}.osm.pbf"))

    assert isinstance(city, OsmCity)
    for theirs, ours in KINDS_COUNTED.items():
        assert sum(city.counts.get(kind, 0) for kind in ours) == expected.get(theirs, 0), theirs
    assert round(city.drivable_km, 1) == expected["car_km"]
    assert len(city.places) == sum(1 for _ in city.places)
    identifiers = [identifier for place in city.places for identifier in place.source_ids]
    assert len(identifiers) == len(set(identifiers))


def test_shanghai_roads_have_chinese_names(test_data: Callable[[str], Path]) -> None:
    city = read_city(test_data("osm/shanghai-center.osm.gz"))

    assert isinstance(city, OsmCity)
    assert round(city.drivable_km, 1) == 975.3
    assert sum(1 for road in city.roads if road.name_zh) > 2000


def test_malta_hospital_of_two_outlines_and_two_points_is_one(test_data: Callable[[str], Path]) -> None:
    city = read_city(test_data("osm/malta.osm.pbf"))

    assert isinstance(city, OsmCity)
    mater_dei = [place for place in city.places if place.kind == "hospital" and "Mater Dei" in place.name_en]
    assert len(mater_dei) == 1
    assert mater_dei[0].area_m2 is not None
    assert 100_000 < mater_dei[0].area_m2 < 160_000


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("Mater Dei", "Mater Dei Hospital", True),
        ("St. Luke's Hospital", "St Lukes Hospital", True),
        ("Saint-Étienne", "Saint Etienne", True),
        ("上海市第一人民医院", "上海市第二人民医院", False),
        ("滨江中心医院", "滨江中心医院门诊楼", True),
        ("东方商厦", "西方商厦", False),
        ("Terminal A", "Terminal B", False),
        ("School 12", "School 21", False),
        ("Lidl", "Aldi", False),
        ("", "Lidl", False),
    ],
)
def test_names_are_the_same_or_not(name: str, other: str, same: bool) -> None:
    assert similar(name, other) is same
    assert similar(other, name) is same


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "social_facility", "social_facility": "nursing_home"}, "care-home"),
        ({"amenity": "social_facility", "social_facility": "food_bank"}, None),
        ({"public_transport": "station", "amenity": "bus_station"}, "bus-station"),
        ({"public_transport": "station", "aerialway": "station"}, None),
        ({"power": "substation", "substation": "minor_distribution"}, None),
        ({"power": "plant"}, "power"),
        ({"amenity": "bench"}, None),
    ],
)
def test_broad_tags_are_narrowed_by_others(tags: dict[str, str], kind: str | None) -> None:
    assert kind_of(tags) == kind


def test_every_kind_is_in_the_shared_vocabulary() -> None:
    vocabulary = Path(__file__).parents[2] / "schemes" / "vocabulary" / "terms.yaml"
    declared = {place["id"] for place in YAML(typ="safe").load(vocabulary)["places"]}

    assert {kind for _, _, kind in KIND_OF_TAG} | {"metro-station"} <= declared
