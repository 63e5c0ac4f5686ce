"""Sheets that go out: the template, the marked copy, exports; each can be read again."""

import io
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engine.policy import Text
from anlan.links.coordinates import Position
from anlan.links.place_exports import places_csv, places_geojson, places_xlsx
from anlan.links.place_reading import read_places
from anlan.links.place_rows import Figure, PlaceRow, Vocabulary
from anlan.links.sheet_columns import COLUMNS, REASONS, DeclaredFact, heading, knows_heading, propose_mapping
from anlan.links.sheet_writing import marked_copy, template
from anlan.links.sheets import Sheet, read_sheet

WRONG_ROWS = Path(__file__).parent / "fixtures" / "wrong-rows.csv"
VOCABULARY = Vocabulary(
    kinds={
        "mall": Text("商场", "Shopping mall"),
        "hospital": Text("医院", "Hospital"),
        "school": Text("学校", "School"),
    },
    districts={"990101": "滨江区"},
    facts={
        "area_m2": DeclaredFact(Text("建筑面积", "area"), "number"),
        "beds": DeclaredFact(Text("床位数", "beds"), "number"),
        "boarding": DeclaredFact(Text("寄宿制", "boarding school"), "flag"),
    },
)
FULL = PlaceRow(
    code="HP-01",
    name_zh="滨江中心医院",
    name_en="Riverside Central Hospital",
    kind="hospital",
    district="990101",
    address="滨江路 12 号, 3 层",
    operator='=HYPERLINK("http://x")',
    position=Position(121.4737, 31.2304),
    area_m2=Figure(3200.5, "竣工图", date(2025, 6, 1)),
    daily_visitors=Figure(4800, "闸机计数", date(2026, 1, 15)),
    peak_present=Figure(900),
    critical_facility=True,
    public_service=False,
    receiver_name="李工",
    receiver_phone="+86 21 5555 0100",
    receiver_email="duty@example.org",
    opening_hours="00:00-24:00",
    source="osm",
    source_id="osm:node/1",
    facts={"beds": 420, "boarding": False},
)
BARE = PlaceRow(name_zh="只有名称", name_en="", kind="school")


def read_back(content: bytes, name: str) -> list[PlaceRow]:
    sheet = read_sheet(content, name, knows=lambda title: knows_heading(title, VOCABULARY.facts))
    assert isinstance(sheet, Sheet)
    found = read_places(sheet, propose_mapping(sheet.header, VOCABULARY.facts), VOCABULARY)
    assert not found.errors
    return [replace(place, row=None, given_position=None) for place in found.places]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_exported_can_be_imported_without_any_change(language: str) -> None:
    places = [FULL, BARE]

    assert read_back(places_xlsx(places, VOCABULARY, language), "out.xlsx") == places
    assert read_back(b"".join(places_csv(places, VOCABULARY, language)), "out.csv") == places


def test_a_csv_never_hands_a_formula_to_a_spreadsheet() -> None:
    text = b"".join(places_csv([FULL], VOCABULARY)).decode("utf-8-sig")

    assert "\"'=HYPERLINK" in text
    assert ",'+86 21 5555 0100," in text


@given(st.text(alphabet="=+-@\t\r＝＋－＠a1,\"'", min_size=1, max_size=8))
def test_no_text_in_a_csv_begins_like_a_formula(operator: str) -> None:
    import csv

    text = b"".join(places_csv([replace(BARE, operator=operator)], VOCABULARY)).decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(text, newline="")))[1]

    assert all(not cell.startswith(tuple("=+-@\t\r＝＋－＠")) for cell in row)


def test_an_excel_export_holds_no_formula_and_no_link() -> None:
    with zipfile.ZipFile(io.BytesIO(places_xlsx([FULL], VOCABULARY))) as package:
        parts = [package.read(name) for name in package.namelist()]

    assert not any(b"<f>" in part or b"<hyperlink " in part for part in parts)


def test_geojson_is_in_longitude_latitude_order() -> None:
    collection = json.loads(b"".join(places_geojson([FULL, BARE])))

    first, second = collection["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [121.4737, 31.2304]}
    assert first["properties"]["daily_visitors"] == 4800
    assert first["properties"]["daily_visitors_on"] == "2026-01-15"
    assert first["properties"]["beds"] == 420
    assert second["geometry"] is None
    assert json.loads(b"".join(places_geojson([])))["features"] == []


def test_the_template_is_understood_column_by_column() -> None:
    sheet = read_sheet(template(VOCABULARY), "template.xlsx")

    assert isinstance(sheet, Sheet)
    mapping = propose_mapping(sheet.header, VOCABULARY.facts)
    assert list(mapping.values()) == [*(column.id for column in COLUMNS), "fact:beds", "fact:boarding"]
    assert sheet.rows == ()


def test_the_template_offers_lists_to_choose_from() -> None:
    with zipfile.ZipFile(io.BytesIO(template(VOCABULARY))) as package:
        places = package.read("xl/worksheets/sheet1.xml").decode()

    assert places.count("<dataValidation ") == 5
    assert "选项 Options" in places


def test_the_marked_copy_says_why_and_colours_the_wrong_cells() -> None:
    sheet = read_sheet(WRONG_ROWS.read_bytes(), "wrong.csv", knows=lambda title: knows_heading(title, {}))
    assert isinstance(sheet, Sheet)
    found = read_places(sheet, propose_mapping(sheet.header, {}), VOCABULARY)
    content = marked_copy(sheet, found.errors)
    copy = read_sheet(content, "copy.xlsx")

    assert isinstance(copy, Sheet)
    assert copy.header == (heading(REASONS), *sheet.header)
    assert [row.cells[1:] for row in copy.rows] == [row.cells for row in sheet.rows]
    reasons = [row.cells[0] for row in copy.rows]
    assert reasons[0] is None
    assert "约1200" in str(reasons[4])
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert "xl/comments1.xml" in package.namelist()


def test_a_marked_copy_can_be_mended_and_read_again() -> None:
    sheet = read_sheet(WRONG_ROWS.read_bytes(), "wrong.csv", knows=lambda title: knows_heading(title, {}))
    assert isinstance(sheet, Sheet)
    found = read_places(sheet, propose_mapping(sheet.header, {}), VOCABULARY)
    copy = read_sheet(
        marked_copy(sheet, found.errors), "copy.xlsx", knows=lambda title: knows_heading(title, {})
    )
    assert isinstance(copy, Sheet)
    again = read_places(copy, propose_mapping(copy.header, {}), VOCABULARY)

    assert [place.code for place in again.places] == [place.code for place in found.places]
    assert [error.message for error in again.errors if error.row > 5] == [
        error.message for error in found.errors if error.row > 6
    ]
    twice = read_sheet(marked_copy(copy, again.errors), "twice.xlsx")
    assert isinstance(twice, Sheet)
    assert twice.header == copy.header
