"""Datums of Chinese maps, held against published vectors and an independent library."""

import csv
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engine.geodesy import area_m2, length_m, metres_between
from anlan.links.coordinates import DATUMS, Datum, Position, from_wgs84, outside_china, read_datum, to_wgs84

# The test vectors of the library eviltransform (MIT), in all its languages: WGS-84 and GCJ-02 (latitude, longitude).
PUBLISHED = (
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
)
IN_CHINA = (st.floats(73, 134), st.floats(4, 53))


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED)
def test_gcj02_agrees_with_published_vectors(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    shifted = from_wgs84(wgs84[1], wgs84[0], "GCJ-02")

    assert (shifted.latitude, shifted.longitude) == pytest.approx(gcj02, abs=1e-9)


def test_both_datums_agree_with_the_vectors_of_two_libraries(test_data: Callable[[str], Path]) -> None:
    with test_data("admin/gcj02-vectors.csv").open() as file:
        for row in csv.DictReader(file):
            wgs84 = float(row["wgs_lon"]), float(row["wgs_lat"])
            for datum, column in (("GCJ-02", "gcj02"), ("BD-09", "bd09")):
                shifted = from_wgs84(*wgs84, datum)
                expected = float(row[f"{column}_lon"]), float(row[f"{column}_lat"])
                # the file has seven decimals, and its library takes another radius in one factor
                assert (shifted.longitude, shifted.latitude) == pytest.approx(expected, abs=1.5e-7), row[
                    "place"
                ]
                back = to_wgs84(*expected, datum)
                assert (back.longitude, back.latitude) == pytest.approx(wgs84, abs=2e-7), row["place"]


@given(*IN_CHINA, st.sampled_from(DATUMS))
def test_there_and_back_is_exact_to_a_ten_millionth_of_a_degree(
    longitude: float, latitude: float, datum: Datum
) -> None:
    shifted = from_wgs84(longitude, latitude, datum)
    back = to_wgs84(shifted.longitude, shifted.latitude, datum)

    assert (back.longitude, back.latitude) == pytest.approx((longitude, latitude), abs=1e-7)


@given(*IN_CHINA)
def test_the_shift_is_that_of_an_independent_library(longitude: float, latitude: float) -> None:
    import prcoords  # an oracle: nothing under src may import it

    other = prcoords.wgs_gcj((latitude, longitude))
    ours = from_wgs84(longitude, latitude, "GCJ-02")
    # release 1.0.1 multiplies by magic ** 1.5 where a degree of latitude has to be divided by it
    magic = 1 - prcoords.GCJ_EE * math.sin(math.radians(latitude)) ** 2

    assert ours.longitude == pytest.approx(other.lon, abs=1e-9)
    assert ours.latitude - latitude == pytest.approx((other.lat - latitude) * magic**3, abs=1e-9)


@pytest.mark.parametrize("datum", DATUMS)
def test_points_outside_china_stay_where_they_are(datum: Datum) -> None:
    assert to_wgs84(-0.1278, 51.5074, datum) == Position(-0.1278, 51.5074)
    assert from_wgs84(14.5, 35.9, datum) == Position(14.5, 35.9)
    assert outside_china(14.5, 35.9)


@pytest.mark.parametrize(
    ("written", "datum"),
    [
        ("wgs84", "WGS-84"),
        ("EPSG:4326", "WGS-84"),
        ("国家2000", "CGCS2000"),
        ("高德", "GCJ-02"),
        ("gcj 02", "GCJ-02"),
        ("ＢＤ－０９", "BD-09"),
        ("百度坐标", "BD-09"),
        ("北京54", None),
        ("", None),
    ],
)
def test_datums_are_known_by_the_words_people_use(written: str, datum: Datum | None) -> None:
    assert read_datum(written) == datum


def test_an_impossible_position_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="no such position"):
        Position(31.2, 121.5)


def test_a_degree_of_latitude_is_as_long_as_the_radius_says() -> None:
    # 2 * pi * 6371008.8 m / 360
    assert metres_between((121.0, 31.0), (121.0, 32.0)) == pytest.approx(111_195.08, abs=0.01)
    assert length_m([(121.0, 31.0), (121.0, 31.5), (121.0, 32.0)]) == pytest.approx(111_195.08, abs=0.02)


def test_areas_agree_with_the_ellipsoid() -> None:
    # 0.01 x 0.01 degree at 45 N on WGS-84: 111.1320 km and 78.8468 km to the degree (National Geospatial-Intelligence
    # Agency's table of degree lengths), so 1111.320 m x 788.468 m
    square = [(10.0, 44.995), (10.01, 44.995), (10.01, 45.005), (10.0, 45.005)]
    hole = [(10.002, 44.997), (10.004, 44.997), (10.004, 44.999), (10.002, 44.999)]

    assert area_m2(square) == pytest.approx(1111.320 * 788.468, rel=1e-4)
    assert area_m2(square, [hole]) == pytest.approx(0.96 * 1111.320 * 788.468, rel=1e-3)
    assert area_m2(square[:2]) == 0
