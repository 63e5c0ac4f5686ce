"""Ways on foot: as long as a tape along the streets would say, whatever lies between the points."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from anlan.engine.geodesy import metres_between
from anlan.engine.walking_network import WalkingNetwork, parts_of, ways

STEP = 100 / 111_194.93
"""Degrees at the equator that are 100 m: a degree of a great circle of 6,371,008.8 m is 111,194.93 m."""

Corner = tuple[float, float]


def network(corners: list[Corner], edges: list[tuple[int, int]]) -> WalkingNetwork:
    """Streets between corners, which are given in hundreds of metres east and north of 0, 0."""
    places = np.array(corners, float).reshape(-1, 2) * STEP
    start = np.array([edge[0] for edge in edges], np.int32)
    end = np.array([edge[1] for edge in edges], np.int32)
    return WalkingNetwork(places[:, 0], places[:, 1], start, end, parts_of(len(corners), start, end))


def at(east: float, north: float) -> Corner:
    return east * STEP, north * STEP


BLOCK = network([(0, 0), (2, 0), (2, 1), (0, 1)], [(0, 1), (1, 2), (2, 3), (3, 0)])
"""Around a block of 200 m by 100 m."""


def along(streets: WalkingNetwork, one: Corner, other: Corner) -> float:
    return ways(streets, [one, other])[0, 1].along


def test_a_block_is_walked_around_the_shorter_way() -> None:
    assert along(BLOCK, at(0, 0), at(2, 1)) == pytest.approx(300, abs=0.01)
    assert along(BLOCK, at(0.5, 0), at(0.5, 1)) == pytest.approx(200, abs=0.01), "50 m back, across, 50 m on"
    assert along(BLOCK, at(1.9, 0), at(1.9, 1)) == pytest.approx(120, abs=0.01)


def test_two_points_of_one_street_are_as_far_apart_as_they_are_and_nobody_walks_to_its_corners() -> None:
    way = ways(BLOCK, [at(0.4, 0), at(1.5, 0), at(0.7, 0)])
    assert way[0, 1].along == pytest.approx(110, abs=0.01)
    assert way[0, 2].along == pytest.approx(30, abs=0.01)
    assert way[1, 2].along == pytest.approx(80, abs=0.01)


def test_a_point_beside_a_street_is_as_far_from_it_as_a_plumb_line_and_one_too_far_is_not_on_it() -> None:
    way = ways(BLOCK, [at(0.5, -0.3), at(1.5, -0.1), at(1, -0.61)])
    assert way[0, 1].beside == pytest.approx(40, abs=0.01)
    assert way[0, 1].along == pytest.approx(100, abs=0.01)
    assert set(way) == {(0, 1)}, "61 m away"


def test_parts_that_no_path_joins_have_no_way_and_neither_has_an_empty_network() -> None:
    two = network([(0, 0), (1, 0), (0, 0.5), (1, 0.5)], [(0, 1), (2, 3)])
    assert ways(two, [at(0, 0), at(1, 0.5)]) == {}
    assert set(ways(two, [at(0, 0), at(0, 0.5), at(1, 0)])) == {(0, 2)}
    assert ways(network([], []), [at(0, 0), at(1, 0)]) == {}
    assert ways(BLOCK, [at(0, 0)]) == {}


def test_the_only_bridge_is_found_however_far_away_it_is() -> None:
    """Two banks 20 m apart, joined 9 km upstream: far outside of where is looked first."""
    banks = network([(0, 0), (90, 0), (0, 0.2), (90, 0.2)], [(0, 1), (2, 3), (1, 3)])
    assert along(banks, at(0, 0), at(0, 0.2)) == pytest.approx(18_020, rel=1e-5)


def test_a_shorter_way_outside_of_where_is_looked_first_is_not_overlooked() -> None:
    """Near by a path winds for 3 km; a street goes 1.2 km out of sight and comes back."""
    legs = 60
    winding = [(-0.5 * (leg % 2), 1.2 * leg / legs) for leg in range(legs + 1)]
    steps = [(leg, leg + 1) for leg in range(legs)]
    street = [(10.5, 0.0), (12.0, 0.0), (12.0, 1.2), (10.5, 1.2)]
    around = [(0, legs + 1), *((legs + n, legs + n + 1) for n in (1, 2, 3)), (legs + 4, legs)]
    near = network(winding, steps)
    assert along(near, at(0, 0), at(0, 1.2)) == pytest.approx(legs * 50, rel=0.01)
    both = network([*winding, *street], [*steps, *around])
    assert along(both, at(0, 0), at(0, 1.2)) == pytest.approx(2 * 1200 + 120, rel=1e-5)


@given(some.integers(0, 2**32 - 1), some.integers(2, 14), some.integers(1, 30))
def test_ways_are_what_another_solver_finds_and_never_shorter_than_the_straight_line(
    seed: int, corners: int, drawn: int
) -> None:
    random = np.random.default_rng(seed)
    where = random.uniform(0, 12, (corners, 2))
    edges = sorted({(min(pair), max(pair)) for pair in random.integers(0, corners, (drawn, 2)).tolist()})
    edges = [edge for edge in edges if edge[0] != edge[1]]
    streets = network([(east, north) for east, north in where.tolist()], edges)
    places = [at(east, north) for east, north in where.tolist()]
    told = np.full((corners, corners), inf)
    for one, other in edges:
        told[one, other] = told[other, one] = metres_between(places[one], places[other])
    for by in range(corners):  # Floyd and Warshall
        told = np.minimum(told, told[:, by : by + 1] + told[by : by + 1, :])
    joined = {node for edge in edges for node in edge}
    found = ways(streets, places)
    for one in joined:
        for other in joined:
            if one < other:
                way = found.get((one, other))
                assert (way.along if way else inf) == pytest.approx(told[one, other], abs=1e-3)
                assert way is None or way.along >= metres_between(places[one], places[other]) - 1e-6
