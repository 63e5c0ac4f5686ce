"""`anlan import`: what scripts rely on, and one clear line for everything that cannot be read."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydantic import TypeAdapter

from anlan.links.sheets import Sheet, read_sheet
from anlan.management.imports import imports
from anlan.management.shapes import SHAPES
from anlan.models import District, Entry, Place, PlaceFact, PlaceImport
from anlan.queries.installation import city_settings
from anlan.queries.map_credits import map_credits
from builders import a_district, a_place, adopt_plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_base_map_of_its_own(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    """No test sees the base map that another has drawn."""
    settings.BASEMAP = tmp_path_factory.mktemp("map") / "basemap.pmtiles"


FIXTURES = Path(__file__).parents[1] / "links" / "fixtures"
TOWN = FIXTURES / "one-hospital-twice.osm"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(imports, [str(argument) for argument in arguments])


def answer(command: str, outcome: Result) -> Any:
    """The JSON that was written, held against the published shape."""
    document = json.loads(outcome.stdout)
    TypeAdapter(SHAPES[command][1]).validate_python(document)
    return document


def refusal(outcome: Result) -> str:
    """The one line on standard error of a command that was not carried out."""
    assert outcome.exit_code == 2, outcome.output
    assert outcome.stdout == ""
    lines = outcome.stderr.splitlines()
    assert len(lines) == 1, lines
    assert not lines[0].isascii(), "the line is in both languages"
    return lines[0]


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        file = tmp_path / "places.csv"
        file.write_text(text, "utf-8")
        return file

    return write


# ---- OpenStreetMap -----------------------------------------------------------------------------


def test_an_extract_brings_places_by_kind_with_the_hospital_drawn_twice_as_one():
    found = answer("import osm", run("osm", TOWN, "--json"))
    assert found["places"] == {
        "fire-station": 1,
        "hospital": 2,
        "metro-station": 1,
        "museum": 2,
        "school": 2,
        "university": 1,
    }
    assert found["roads_km"] == 1.0
    assert found["merged"] == 2
    assert found["skipped"] == 1
    hospital = Place.objects.get(code="osm-w101")
    assert set(hospital.source_id.split()) == {"osm:way/101", "osm:node/1"}
    assert (hospital.source, hospital.name_zh, hospital.name_en) == (
        "osm", "滨江中心医院", "Riverside Central Hospital",
    )  # fmt: skip
    assert (hospital.facts["beds"], hospital.district_id) == (420, None)
    method = PlaceFact.objects.get(place=hospital, fact="area_m2").method
    assert method == "OpenStreetMap 轮廓测算 / OpenStreetMap outline"


def test_the_same_extract_again_changes_nothing():
    run("osm", TOWN, "--json")
    before = list(Place.objects.order_by("code").values())
    entries = Entry.objects.count()
    found = answer("import osm", run("osm", TOWN, "--json"))
    assert (found["created"], found["changed"], found["unchanged"]) == (0, 0, 9)
    assert list(Place.objects.order_by("code").values()) == before
    assert Entry.objects.count() == entries


def test_what_people_have_entered_since_survives_the_next_extract():
    run("osm", TOWN)
    Place.objects.filter(code="osm-w101").update(name_zh="滨江市中心医院", address="新地址")
    run("osm", TOWN)
    hospital = Place.objects.get(code="osm-w101")
    assert (hospital.name_zh, hospital.address) == ("滨江市中心医院", "新地址")


def test_a_museum_inside_another_is_listed_for_a_person_and_both_are_kept():
    found = answer("import osm", run("osm", TOWN, "--json"))
    (pair,) = found["doubtful"]
    assert {pair["code"], pair["perhaps"][0]["code"]} == {"osm-n6", "osm-w106"}
    assert pair["registered"]


def test_a_place_of_the_same_name_near_by_waits_for_a_person_and_is_never_merged():
    a_place("HP-1", name_zh="滨江中心医院", kind="hospital", longitude=121.4703, latitude=31.2303)
    found = answer("import osm", run("osm", TOWN, "--json"))
    waiting = [pair for pair in found["doubtful"] if not pair["registered"]]
    assert [(pair["code"], pair["perhaps"][0]["code"]) for pair in waiting] == [("osm-w101", "HP-1")]
    assert not Place.objects.filter(code="osm-w101").exists()
    assert Place.objects.get(code="HP-1").source == ""


def test_the_base_map_says_whose_data_it_shows(tmp_path: Path, settings: Any):
    settings.BASEMAP = tmp_path / "basemap.pmtiles"
    run("osm", TOWN, "--city", "滨江")
    assert settings.BASEMAP.read_bytes().startswith(b"PMTiles")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["basemap.pmtiles", "walkways.npz"]
    assert "© OpenStreetMap contributors" in map_credits()
    assert city_settings().name_zh == "滨江"


def test_the_present_base_map_can_be_kept(tmp_path: Path, settings: Any):
    settings.BASEMAP = tmp_path / "basemap.pmtiles"
    found = answer("import osm", run("osm", TOWN, "--no-map", "--json"))
    assert found["basemap"] is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("town.osm.pbf", b"", "cannot be read"),
        ("town.osm.pbf", b"not a map at all", "cannot be read"),
        ("town.osm", b"<osm version='0.6'><node id='1'", "cannot be read"),
        ("town.osm", b"<osm version='0.6'></osm>", "neither places nor roads"),
        ("town.zip", b"PK\x03\x04", "not of a kind"),
    ],
)
def test_a_broken_extract_gets_one_line_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, says: str
):
    file = tmp_path / name
    file.write_bytes(content)
    assert says in refusal(run("osm", file, "--json"))
    assert not Place.objects.exists()
    assert not PlaceImport.objects.exists()


def test_a_missing_file_and_a_folder_get_one_line(tmp_path: Path):
    assert "cannot be read" in refusal(run("osm", tmp_path / "absent.osm"))
    assert "is a folder" in refusal(run("places", tmp_path))


def test_malta_is_imported_in_a_minute_and_two_gigabytes(
    test_data: Callable[[str], Path], tmp_path: Path
) -> None:
    """The real thing, in a process of its own with a database of its own."""
    extract = test_data("osm/malta.osm.pbf")
    program = "from anlan.management.cli import main; main()"
    environment = {**os.environ, "ANLAN_DATA": str(tmp_path), "ANLAN_DATABASE_URL": ""}

    def anlan(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, check=True, timeout=300
        )

    anlan("manage", "migrate", "-v0")
    found = json.loads(anlan("import", "osm", str(extract), "--json").stdout)
    assert found["seconds"] < 60
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2_000_000
    assert found["roads_km"] == pytest.approx(2638.4, abs=0.1), "as counted independently in expected.json"
    assert 0 < found["places"]["hospital"] <= 24
    assert found["places"]["fire-station"] <= 8


# ---- sheets ------------------------------------------------------------------------------------

HEAD = "场所编号,名称,类型,辖区,经度,纬度,坐标系,日均客流\n"


def test_good_rows_come_in_and_wrong_ones_are_told_with_row_column_and_value(sheet: Callable[[str], Path]):
    a_district("990101", name_zh="滨江区")
    file = sheet(
        HEAD + "M-1,甲商场,商场,滨江区,116.404,39.915,GCJ-02,5200\nM-2,乙商场,商厂,990101,,,,约 300\n"
    )
    outcome = run("places", file, "--json")
    assert outcome.exit_code == 1
    found = answer("import places", outcome)
    assert (found["rows"], found["imported"]) == (2, 1)
    assert [(cell["row"], cell["column"], cell["value"]) for cell in found["wrong"]] == [
        (3, "类型", "商厂"),
        (3, "日均客流", "约 300"),
    ]
    place = Place.objects.get()
    assert (place.code, place.district_id, place.daily_visitors) == ("M-1", "990101", 5200)
    assert place.longitude == pytest.approx(116.39775, abs=1e-4), "the published shift at Tiananmen is undone"


def test_all_or_nothing_imports_nothing_while_one_row_is_wrong(sheet: Callable[[str], Path]):
    file = sheet("编号,名称,类型\nM-1,甲商场,商场\nM-2,乙商场,商厂\n")
    outcome = run("places", file, "--all-or-nothing", "--json")
    assert (outcome.exit_code, answer("import places", outcome)["imported"]) == (1, 0)
    assert not Place.objects.exists()


def test_a_dry_run_tells_what_would_happen_and_keeps_nothing(sheet: Callable[[str], Path]):
    a_place("M-2", name_zh="乙商场")
    file = sheet("编号,名称,类型,日均客流\nM-1,甲商场,商场,10\nM-2,乙商场,商场,20\n")
    found = answer("import places", run("places", file, "--dry-run", "--json"))
    assert (found["imported"], found["created"], found["changed"]) == (0, 1, 1)
    assert list(Place.objects.values_list("code", "daily_visitors")) == [("M-2", None)]
    assert not Entry.objects.filter(action="import-places").exists()
    assert not PlaceImport.objects.exists()


@pytest.mark.parametrize("written", ["GCJ02", "gcj-02", "高德"])
def test_a_datum_for_the_whole_sheet_may_be_given_on_the_command_line(
    sheet: Callable[[str], Path], written: str
):
    file = sheet("编号,名称,类型,经度,纬度\nM-1,甲商场,商场,116.404,39.915\n")
    assert run("places", file).exit_code == 1, "coordinates without a datum are a mistake"
    outcome = run("places", file, "--datum", written, "--json")
    assert outcome.exit_code == 0
    assert Place.objects.get().latitude == pytest.approx(39.9136, abs=1e-3)


def test_an_unknown_datum_is_wrong_use(sheet: Callable[[str], Path]):
    outcome = run("places", sheet("编号,名称,类型\nM-1,甲,商场\n"), "--datum", "MARS")
    assert outcome.exit_code == 2
    assert "is no datum" in outcome.stderr


def test_the_marked_copy_holds_the_reasons(sheet: Callable[[str], Path], tmp_path: Path):
    copy = tmp_path / "marked.xlsx"
    run("places", sheet("编号,名称,类型\nM-2,乙商场,商厂\n"), "--marked", copy)
    read = read_sheet(copy.read_bytes(), copy.name)
    assert isinstance(read, Sheet)
    assert "商厂" in str(read.rows[0].cells[0])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", "编号,名称,类型\n".encode(), "no rows"),
        ("a.csv", b"\x00\x81\xff\xfe\x00", "encoding"),
        ("a.csv", b"foo,bar\n1,2\n", "No column is the name"),
        ("a.xlsx", b"PK\x03\x04 torn", "damaged"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "Only .xlsx and .csv"),
        ("a.csv", b"x" * 40_000_000, "more than the 30 MB"),
    ],
)
def test_a_sheet_that_cannot_be_used_gets_one_line_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, says: str
):
    file = tmp_path / name
    file.write_bytes(content)
    assert says in refusal(run("places", file, "--json"))
    assert not PlaceImport.objects.exists()


# ---- districts ---------------------------------------------------------------------------------

DIVISIONS = "code,name,level\n310000,上海市,province\n310101,黄浦区,area\n310104,徐汇区,area\n330000,浙江省,province\n"


def test_districts_of_one_province_come_in_with_their_parents_and_validity(sheet: Callable[[str], Path]):
    file = sheet(DIVISIONS)
    outcome = run("districts", file, "--within", "31", "--from", "2024-01-01", "--json")
    assert outcome.exit_code == 0, outcome.output
    assert json.loads(outcome.stdout)["created"] == 3
    district = District.objects.get(code="310101")
    assert (district.name_zh, district.parent_id, str(district.valid_from)) == (
        "黄浦区",
        "310000",
        "2024-01-01",
    )
    again = json.loads(run("districts", file, "--within", "31", "--from", "2024-01-01", "--json").stdout)
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 3)


def test_a_wrong_district_code_keeps_the_whole_list_out(sheet: Callable[[str], Path]):
    outcome = run("districts", sheet("code,name\n310000,上海市\n3101,黄浦区\n"), "--json")
    assert outcome.exit_code == 1
    assert [cell["row"] for cell in json.loads(outcome.stdout)["wrong"]] == [3]
    assert not District.objects.exists()


def test_the_whole_real_table_of_divisions_comes_in(test_data: Callable[[str], Path]):
    file = test_data("admin/gb2260-divisions.csv")
    outcome = run("districts", file, "--json")
    assert outcome.exit_code == 0
    assert json.loads(outcome.stdout)["created"] == len(file.read_text("utf-8").splitlines()) - 1


def test_rows_may_name_a_fact_that_an_adopted_scheme_declares(sheet: Callable[[str], Path]):
    adopt_plan()
    run("places", sheet("编号,名称,类型,床位数\nH-1,甲医院,医院,300\n"))
    assert Place.objects.get().facts == {"beds": 300}


# ---- columns and kinds that nobody knows --------------------------------------------------------


def test_a_column_that_is_not_known_is_named_and_left_out(sheet: Callable[[str], Path]):
    file = sheet("名称,类型,辖区面积备注,berths\n东门商场,商场,大,2\n")
    outcome = run("places", file, "--json")
    found = answer("import places", outcome)
    assert found["ignored_columns"] == ["辖区面积备注", "berths"]
    assert "未导入：辖区面积备注、berths" in outcome.stderr
    assert "left out: 辖区面积备注, berths" in outcome.stderr
    assert found["created"] == 1


def test_a_second_column_of_the_same_meaning_is_named_too_and_the_reasons_of_a_marked_copy_are_not(
    sheet: Callable[[str], Path],
):
    file = sheet("名称,类型,场所名称,导入问题,\n东门商场,商场,西门商场,旧的原因,\n")
    found = answer("import places", run("places", file, "--json"))
    assert found["ignored_columns"] == ["场所名称"]
    assert Place.objects.get().name_zh == "东门商场"


def test_where_every_column_is_known_nothing_is_said(sheet: Callable[[str], Path]):
    outcome = run("places", sheet("名称,类型\n东门商场,商场\n"), "--json")
    assert answer("import places", outcome)["ignored_columns"] == []
    assert "left out" not in outcome.stderr
