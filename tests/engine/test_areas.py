"""Which places an area holds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engine.areas import Area, Circle, Situated, area_kept, area_read, covered

PARENTS = {"110101": "110100", "110102": "110100", "110100": None}


def town() -> Situated:
    """A school and a mall in one district, a mall in the next, a school nobody located."""
    return Situated(
        codes=["S-1", "M-1", "M-2", "S-2"],
        district=np.array([0, 0, 1, 1], dtype=np.int32),
        districts=["110101", "110102"],
        kind=np.array([0, 1, 1, 0], dtype=np.int32),
        kinds=["school", "mall"],
        longitude=np.array([116.40, 116.41, 116.50, np.nan]),
        latitude=np.array([39.90, 39.90, 39.90, np.nan]),
        parents=PARENTS,
    )


def held(area: Area) -> list[str]:
    places = town()
    return [code for code, inside in zip(places.codes, covered(area, places), strict=True) if inside]


def test_the_city_holds_every_place_and_an_empty_area_none() -> None:
    assert held(Area(city=True)) == ["S-1", "M-1", "M-2", "S-2"]
    assert held(Area()) == []


def test_conditions_narrow_one_another_and_named_places_are_added() -> None:
    assert held(Area(kinds=("mall",))) == ["M-1", "M-2"]
    assert held(Area(kinds=("mall",), districts=("110102",))) == ["M-2"]
    assert held(Area(kinds=("mall",), districts=("110102",), places=frozenset({"S-2"}))) == ["M-2", "S-2"]


def test_a_district_holds_the_places_of_its_parts() -> None:
    assert held(Area(districts=("110100",))) == ["S-1", "M-1", "M-2", "S-2"]
    assert held(Area(districts=("110101",))) == ["S-1", "M-1"]


def test_a_circle_holds_what_is_within_its_radius_and_nothing_that_is_not_located() -> None:
    # 0.01 degrees of longitude at 39.9 N are 853 m
    assert held(Area(circles=(Circle(116.40, 39.90, 840),))) == ["S-1"]
    assert held(Area(circles=(Circle(116.40, 39.90, 860),))) == ["S-1", "M-1"]


def test_a_polygon_holds_what_lies_in_it_or_on_its_edge() -> None:
    ring = ((116.395, 39.895), (116.41, 39.895), (116.41, 39.905), (116.395, 39.905), (116.395, 39.895))
    assert held(Area(polygons=(ring,))) == ["S-1", "M-1"]
    assert held(Area(polygons=(ring,), circles=(Circle(116.50, 39.90, 10),))) == ["S-1", "M-1", "M-2"]


def test_a_circle_across_the_date_line_holds_both_sides() -> None:
    places = Situated(
        codes=["W", "E", "far"],
        district=np.zeros(3, dtype=np.int32),
        districts=[""],
        kind=np.zeros(3, dtype=np.int32),
        kinds=["school"],
        longitude=np.array([179.999, -179.999, 0.0]),
        latitude=np.array([0.0, 0.0, 0.0]),
    )
    # 0.002 degrees of longitude on the equator are 222 m
    assert covered(Area(circles=(Circle(179.999, 0.0, 230),)), places).tolist() == [True, True, False]
    assert covered(Area(circles=(Circle(179.999, 0.0, 215),)), places).tolist() == [True, False, False]


NUMBERS = st.floats(-180, 180)


@given(
    places=st.frozensets(st.text(min_size=1, max_size=5)),
    kinds=st.lists(st.text(min_size=1, max_size=5)).map(tuple),
    circles=st.lists(st.builds(Circle, NUMBERS, NUMBERS, st.floats(1, 1e6))).map(tuple),
    rings=st.lists(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=4).map(tuple)).map(tuple),
    city=st.booleans(),
)
def test_an_area_is_read_back_as_it_was_kept(
    places: frozenset[str],
    kinds: tuple[str, ...],
    circles: tuple[Circle, ...],
    rings: tuple[tuple[tuple[float, float], ...], ...],
    city: bool,
) -> None:
    area = Area(city, places, (), kinds, circles, rings)
    assert area_read(area_kept(area)) == area


@pytest.mark.parametrize("radius", [100.0, 5_000.0])
def test_what_is_within_a_circle_is_within_a_wider_one(radius: float) -> None:
    near = set(held(Area(circles=(Circle(116.405, 39.9, radius),))))
    assert near <= set(held(Area(circles=(Circle(116.405, 39.9, radius * 2),))))
