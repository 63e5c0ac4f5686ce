"""The walking network of an extract: what may be walked, what leads nowhere, and how long real ways are."""

import json
import os
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import pytest
from shapely import LineString

from anlan.engine.geodesy import metres_between
from anlan.engine.walking_network import WalkingNetwork, ways
from anlan.links.files import FileProblem
from anlan.links.roads import is_walked, kept_network, network_of_lines, read_network, write_network

FIXTURE = Path(__file__).parent / "fixtures" / "walkways.osm"
DATA = Path(os.environ.get("ANLAN_TEST_DATA", Path(__file__).parents[3] / "shared" / "data")) / "osm"
NORTH_M = 0.001 * 111_194.93
EAST_M = NORTH_M * 0.81004
"""A thousandth of a degree northward, and eastward at 35.9 degrees north: cos 35.9 is 0.81004."""


def read(path: Path) -> WalkingNetwork:
    network = read_network(path)
    assert not isinstance(network, FileProblem)
    return network


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "residential", "oneway": "yes"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "motorway_link", "foot": "yes"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "sidewalk": "both"}, True),
        ({"highway": "primary"}, True),
        ({"highway": "primary", "motorroad": "yes"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "no", "foot": "designated"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "construction"}, False),
        ({"building": "yes"}, False),
    ],
)
def test_streets_and_paths_open_to_all_are_walked_and_what_is_said_of_people_on_foot_goes_first(
    tags: dict[str, str], walked: bool
) -> None:
    assert is_walked(tags) is walked


def test_a_hand_written_extract_gives_the_ways_that_a_tape_would() -> None:
    network = read(FIXTURE)
    corner, opposite, north, far = (14.5, 35.9), (14.501, 35.9), (14.5, 35.902), (14.5, 35.903)
    found = ways(network, [corner, opposite, north, far])
    assert found[0, 1].along == pytest.approx(2 * NORTH_M + EAST_M, rel=1e-4), "the short side is private"
    assert found[0, 2].along == pytest.approx(2 * NORTH_M + 2 * EAST_M, rel=1e-4), "not along the motorway"
    assert found[2, 3].along == pytest.approx(NORTH_M, rel=1e-4), "private, but open on foot"


def test_a_stump_that_nothing_joins_to_the_rest_is_left_out() -> None:
    network = read(FIXTURE)
    assert network.latitude.max() < 35.94
    assert set(network.part.tolist()) == {0}
    assert len(network) == 6, "two legs of the street, footway, path, steps, and the way open on foot"


def test_streets_drawn_as_lines_are_joined_where_they_cross() -> None:
    cross = network_of_lines(
        [LineString([(14.5, 35.9), (14.502, 35.9)]), LineString([(14.501, 35.899), (14.501, 35.901)])]
    )
    assert len(cross) == 4
    found = ways(cross, [(14.5, 35.9), (14.501, 35.901)])
    assert found[0, 1].along == pytest.approx(EAST_M + NORTH_M, rel=1e-4)


def test_what_was_kept_is_what_was_read(tmp_path: Path) -> None:
    network, path = read(FIXTURE), tmp_path / "walkways.npz"
    assert kept_network(path) is None
    write_network(path, network)
    again = kept_network(path)
    assert again is not None
    for name in ("longitude", "latitude", "start", "end", "part"):
        assert np.allclose(getattr(again, name), getattr(network, name), atol=1e-9)
    path.write_bytes(b"no network")
    assert kept_network(path) is None, "a damaged file is no network, and no error"


def test_what_is_no_extract_is_a_problem_in_words(tmp_path: Path) -> None:
    path = tmp_path / "bad.osm.pbf"
    path.write_bytes(b"nothing")
    assert isinstance(read_network(path), FileProblem)


@pytest.fixture(scope="module")
def malta() -> WalkingNetwork:
    if not (DATA / "malta.osm.pbf").exists():
        pytest.skip("ANLAN_TEST_DATA not present")
    return read(DATA / "malta.osm.pbf")


def test_ways_in_a_real_town_are_no_shorter_than_the_line_and_keep_the_triangle(
    malta: WalkingNetwork,
) -> None:
    """Twenty points around the middle of Valletta."""
    random = np.random.default_rng(7)
    points = [
        (14.5126 + east, 35.8985 + north) for east, north in random.uniform(-0.003, 0.003, (20, 2)).tolist()
    ]
    found = ways(malta, points)
    assert len(found) > 150
    for (one, other), way in found.items():
        assert way.along + way.beside >= metres_between(points[one], points[other]) - 0.01

    def metres(one: int, other: int) -> float:
        return found[min(one, other), max(one, other)].along

    on = sorted({number for pair in found for number in pair})
    for one, other, by in ((a, b, c) for a, b in combinations(on, 2) for c in on if c not in (a, b)):
        assert metres(one, other) <= metres(one, by) + metres(by, other) + 1e-6


def test_whoever_walks_in_a_city_open_to_all_goes_no_farther_than_whoever_drives() -> None:
    """Against 20 shortest ways by car that another program found in a city whose streets are all walked too.

    The shortest ways on foot may take short cuts; where there are none the two are the same to the metre.
    """
    path = DATA / "porto-alegre.osm.pbf"
    if not path.exists():
        pytest.skip("ANLAN_TEST_DATA not present")
    told = json.loads((DATA / "expected.json").read_text())[path.name]["od_shortest_m"]
    wanted = {pair[name] for pair in told for name in ("from_node", "to_node")}
    reading: Any = osmium.FileProcessor(str(path), osmium.osm.NODE)
    at = {
        node.id: (node.lon, node.lat) for node in reading.with_filter(osmium.filter.IdFilter(sorted(wanted)))
    }
    network, differences = read(path), []
    for pair in told:
        ends = [at[pair["from_node"]], at[pair["to_node"]]]
        on_foot = ways(network, ends)[0, 1].along
        assert metres_between(*ends) - 0.01 <= on_foot <= pair["metres"] + 1
        differences.append(pair["metres"] - on_foot)
    assert min(differences) == pytest.approx(0, abs=1), "one way has no short cut"
