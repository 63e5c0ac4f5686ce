"""What we write: read back the same, whatever it says; and areas that others can take."""

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as some
from lxml import etree
from shapely.geometry import Polygon as Shape

from anlan.engine.policy import Text
from anlan.links.cap.alert import (
    VALUES,
    Alert,
    Area,
    Circle,
    Info,
    NamedValue,
    Polygon,
    Reference,
    Resource,
)
from anlan.links.cap.comparison import differences, round_trip
from anlan.links.cap.composing import (
    CityWarning,
    UnfitAlertError,
    WarningArea,
    acknowledgement,
    city_alert,
    message,
)
from anlan.links.cap.message import Received, receive
from anlan.links.cap.outlines import outlines
from anlan.links.cap.writing import number_text, written
from links.cap.messages import PLAIN, changed, in_two_languages

EAST8 = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 23, 19, 30, 12, 345678, tzinfo=EAST8)


def read_back(text: bytes) -> Alert:
    outcome = receive(text)
    assert isinstance(outcome, Received), outcome
    return outcome.alert


# ---- any alert -----------------------------------------------------------------------------------

letters = some.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff")
words = some.text(letters | some.sampled_from("\t\n\r<&>\"']"), max_size=30)
names = some.text("abcXYZ019._:@-", min_size=1, max_size=20)
addresses = some.integers(0, 99).map(lambda number: f"https://lanwan.example/{number}")
zones = some.sampled_from([UTC, EAST8, timezone(timedelta(hours=-3, minutes=-30))])
moments = some.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, zone), some.integers(-(2**31), 2**32), zones
)
latitudes, longitudes = some.floats(-90, 90), some.floats(-180, 180)
points = some.tuples(latitudes, longitudes)
pairs = some.builds(NamedValue, names, words.filter(lambda text: "<" not in text))
polygons = some.lists(points, min_size=3, max_size=12).map(lambda ring: Polygon((*ring, ring[0])))
circles = some.builds(Circle, points, some.floats(0, 20_000))


def maybe(strategy: some.SearchStrategy[Any]) -> some.SearchStrategy[Any]:
    return some.none() | strategy


def several(strategy: some.SearchStrategy[Any], least: int = 0) -> some.SearchStrategy[tuple[Any, ...]]:
    return some.lists(strategy, min_size=least, max_size=3).map(tuple)


areas = some.builds(
    Area,
    description=some.just("area") | names,
    polygons=several(polygons),
    circles=several(circles),
    geocodes=several(pairs),
    altitude_ft=some.floats(0, 100) | some.just(0.0),
    ceiling_ft=maybe(some.floats(100, 1e6)),
)
resources = some.builds(
    Resource,
    description=names,
    mime_type=names,
    size=maybe(some.integers(0, 10**9)),
    uri=maybe(addresses),
    content=maybe(some.just("QUJD")),
    digest=maybe(names),
)
infos = some.builds(
    Info,
    categories=several(some.sampled_from(VALUES["category"]), 1),
    event=names,
    urgency=some.sampled_from(VALUES["urgency"]),
    severity=some.sampled_from(VALUES["severity"]),
    certainty=some.sampled_from(VALUES["certainty"]),
    language=maybe(some.just("zh-CN")),
    response_types=several(some.sampled_from(VALUES["responseType"])),
    audience=maybe(words),
    event_codes=several(pairs),
    effective=maybe(moments),
    onset=maybe(moments),
    expires=maybe(moments),
    sender_name=maybe(words),
    headline=maybe(words),
    description=maybe(words),
    instruction=maybe(words),
    web=maybe(addresses),
    contact=maybe(words),
    parameters=several(pairs),
    resources=several(resources),
    areas=several(areas),
)


@some.composite
def alerts(draw: some.DrawFn) -> Alert:
    scope = draw(some.sampled_from(VALUES["scope"]))
    kind = draw(some.sampled_from(VALUES["msgType"]))
    sent = draw(moments)
    earlier = some.builds(
        Reference,
        names,
        names,
        some.integers(0, 10**6).map(lambda minutes: sent - timedelta(minutes=minutes)),
    )
    safe = words.filter(lambda text: "<" not in text)
    return Alert(
        identifier=draw(names),
        sender=draw(names),
        sent=sent,
        status=draw(some.sampled_from(VALUES["status"])),
        message_type=kind,
        scope=scope,
        source=draw(maybe(safe)),
        restriction="staff" if scope == "Restricted" else draw(maybe(some.just(""))),
        addresses=draw(maybe(words)),
        codes=draw(several(names)),
        note=draw(maybe(safe)),
        references=None if kind == "Alert" else draw(several(earlier, 1)),
        incidents=draw(maybe(safe)),
        infos=draw(several(infos)),
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(alert=alerts())
def test_any_alert_is_read_back_as_it_was_written(alert: Alert) -> None:
    assume(all(one.identifier != alert.identifier for one in alert.references or ()))
    text = written(alert)
    assert read_back(text) == alert
    outcome = receive(text)
    assert isinstance(outcome, Received)
    assert round_trip(outcome) == ()


@given(number=some.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_written_so_that_xml_schema_reads_the_same(number: float) -> None:
    text = number_text(number)
    assert "e" not in text
    assert float(text) == number


def test_an_absent_element_and_an_empty_one_stay_what_they_are() -> None:
    alert = read_back(changed(("first message", "")))
    assert alert.note == ""
    assert alert.source is None
    assert b"<note></note>" in written(alert)
    assert b"<source>" not in written(alert)


def test_times_have_figures_for_their_zone_and_utc_is_written_as_cap_wants_it() -> None:
    alert = read_back(changed(("19:30:00+08:00", "11:30:00-00:00")))
    assert b"<sent>2026-11-23T11:30:00-00:00</sent>" in written(alert)


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\ud800", "\ufffe"])
def test_what_xml_cannot_hold_is_refused_and_not_written_wrongly(bad: str) -> None:
    with pytest.raises(ValueError, match="XML"):
        written(Alert("a", "b", NOW.replace(microsecond=0), "Actual", "Alert", "Public", note=f"x{bad}"))


def test_parts_of_a_second_are_not_dropped_in_silence() -> None:
    with pytest.raises(ValueError, match="whole seconds"):
        written(Alert("a", "b", NOW, "Actual", "Alert", "Public"))


def test_a_change_of_one_value_is_found_in_the_comparison() -> None:
    second = changed(("2.5", "2.6"), (">500<", ">500.0<"), ("19:30:00+08:00", "11:30:00-00:00"))
    found = list(differences(PLAIN.encode(), second))
    assert [(one.path, one.before, one.after) for one in found] == [
        ("/alert[1]/info[1]/area[1]/circle[1]", "31.25,121.45 2.5", "31.25,121.45 2.6")
    ]
    lost = list(differences(in_two_languages(), PLAIN.encode()))
    assert {one.after for one in lost} == {None}
    assert all(one.path.startswith("/alert[1]/info[2]/") for one in lost)


def test_foreign_parameters_and_codes_are_carried_through() -> None:
    foreign = "<parameter><valueName>profile:CAP-CP:0.4</valueName><value> a\n b </value></parameter>"
    outcome = receive(changed(("<resource>", foreign + "<resource>")))
    assert isinstance(outcome, Received)
    again = read_back(written(outcome.alert))
    assert again.infos[0].parameters == (NamedValue("profile:CAP-CP:0.4", " a\n b "),)
    assert foreign.encode() in outcome.original


# ---- a warning of the city -----------------------------------------------------------------------


def warning(**changes: Any) -> CityWarning:
    square = shapely.box(121.40, 31.20, 121.50, 31.30)
    given_values: dict[str, Any] = {
        "identifier": "990100-2026-0007",
        "sender": "office@lanwan.example",
        "sent": NOW,
        "message_type": "Alert",
        "level": "orange",
        "event": Text("人群拥挤", "Crowding"),
        "headline": Text("橙色预警", "Orange warning"),
        "description": Text("滨江广场人流超过上限。", "Riverside Square is over its limit."),
        "instruction": Text("请勿前往。", "Stay away."),
        "sender_name": Text("蓝湾市", "Lanwan City"),
        "areas": (WarningArea(Text("滨江广场", "Riverside Square"), square),),
        "response_types": ("Avoid",),
        "expires": NOW + timedelta(hours=4),
        "event_term": "OET-081",
    }
    return CityWarning(**(given_values | changes))


def test_a_warning_goes_out_in_chinese_and_english_and_is_accepted_without_remark() -> None:
    text = message(city_alert(warning()))
    outcome = receive(text)
    assert isinstance(outcome, Received)
    assert outcome.remarks == ()
    chinese, english = outcome.alert.infos
    assert (chinese.language, chinese.headline) == ("zh-CN", "橙色预警")
    assert (english.language, english.headline) == ("en", "Orange warning")
    assert chinese.areas[0].polygons == english.areas[0].polygons
    assert {info.severity for info in outcome.alert.infos} == {"Severe"}
    assert NamedValue("OET:v1.2", "OET-081") in chinese.event_codes


def test_an_update_a_cancel_and_an_acknowledgement_name_the_message_they_are_about() -> None:
    first = city_alert(warning())
    for kind in ("Update", "Cancel"):
        later = warning(
            identifier=f"990100-2026-{kind}",
            message_type=kind,
            sent=NOW + timedelta(minutes=9),
            references=(first.reference,),
        )
        assert read_back(message(city_alert(later))).references == (first.reference,)
    heard = acknowledgement(
        first, identifier="ack-1", sender="post@lanwan.example", sent=NOW + timedelta(minutes=1)
    )
    again = read_back(message(heard))
    assert (again.message_type, again.addresses, again.references) == (
        "Ack",
        first.sender,
        (first.reference,),
    )


def test_a_message_that_others_would_refuse_does_not_go_out() -> None:
    with pytest.raises(UnfitAlertError) as caught:
        message(city_alert(warning(message_type="Cancel", instruction=Text("110 call", "110 call"))))
    assert {reason.code for reason in caught.value.reasons} == {
        "MISSING_REFERENCES",
        "SAME_TEXT_DIFFERENT_LANGUAGE",
    }


# ---- outlines ------------------------------------------------------------------------------------


def _on_the_coast(angle: float) -> tuple[float, float]:
    """A point of a shore with many small bays."""
    distance = 0.05 + 0.006 * math.sin(37 * angle) + 0.002 * math.cos(211 * angle)
    return 121.4 + distance * math.cos(angle), 31.2 + distance * math.sin(angle)


COAST = Shape([_on_the_coast(step * math.tau / 2000) for step in range(2000)])


def shape_of(polygon: Polygon) -> Shape:
    return Shape([(longitude, latitude) for latitude, longitude in polygon.points])


def test_a_detailed_outline_gets_at_most_a_hundred_points_and_loses_nobody() -> None:
    (polygon,) = outlines(COAST)
    assert 4 <= len(polygon.points) <= 100
    assert polygon.points[0] == polygon.points[-1]
    shape = shape_of(polygon)
    assert shape.is_valid
    assert shape.covers(COAST)
    assert shape.area < 1.5 * COAST.area


def test_a_simple_outline_is_kept_as_it_is() -> None:
    (polygon,) = outlines(shapely.box(121.4, 31.2, 121.5, 31.3))
    assert set(polygon.points) == {(31.2, 121.4), (31.2, 121.5), (31.3, 121.5), (31.3, 121.4)}


def test_parts_become_polygons_of_their_own_and_holes_are_filled() -> None:
    ring = shapely.box(0, 0, 1, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6))
    found = outlines(shapely.union_all([ring, shapely.box(3, 3, 4, 4)]))
    assert len(found) == 2
    assert any(shape_of(polygon).contains(shapely.Point(0.5, 0.5)) for polygon in found)


def test_a_line_that_crosses_itself_is_mended() -> None:
    found = outlines(Shape([(121, 31), (122, 32), (122, 31), (121, 32)]))
    assert all(shape_of(polygon).is_valid for polygon in found)
    assert len(found) == 2


@pytest.mark.parametrize("nothing", [Shape(), shapely.LineString([(0, 0), (1, 1)]), shapely.Point(1, 1)])
def test_an_area_without_surface_is_refused(nothing: Any) -> None:
    with pytest.raises(ValueError, match="surface"):
        outlines(nothing)


@settings(max_examples=60, deadline=None)
@given(
    ring=some.lists(some.tuples(some.floats(100, 101), some.floats(20, 21)), min_size=3, max_size=40),
    most=some.integers(8, 100),
)
def test_every_drawn_area_becomes_valid_polygons_that_cover_it(
    ring: list[tuple[float, float]], most: int
) -> None:
    drawn = shapely.make_valid(Shape(ring))
    parts = [part for part in shapely.get_parts(drawn) if part.area > 1e-6]
    assume(parts)
    found = outlines(shapely.union_all(parts), most)
    shapes = [shape_of(polygon) for polygon in found]
    assert all(len(polygon.points) <= most for polygon in found)
    assert all(shape.is_valid and shape.area > 0 for shape in shapes)
    assert shapely.union_all(shapes).buffer(1e-9).covers(shapely.union_all(parts))


def test_what_is_written_is_xml_that_any_parser_reads() -> None:
    root = etree.fromstring(message(city_alert(warning())))
    assert root.tag == "{urn:oasis:names:tc:emergency:cap:1.2}alert"
