"""Imports from a page: upload, columns, what would happen, decisions, the marked copy; and the base map."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from anlan.links.sheets import Sheet, read_sheet
from anlan.models import Attachment, District, Place, PlaceImport
from builders import a_district, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_base_map_of_its_own(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> None:
    """No test sees the base map that another has drawn."""
    settings.BASEMAP = tmp_path_factory.mktemp("map") / "basemap.pmtiles"


TOWN = Path(__file__).parents[1] / "links" / "fixtures" / "one-hospital-twice.osm"
HEAD = "场所编号,单位,类型,辖区,经度,纬度\n"


@pytest.fixture
def office(client: Client) -> Client:
    client.cookies["language"] = "en"
    return signed_in(client, a_user("city-office"))


def upload(client: Client, text: str | bytes, name: str = "places.csv") -> Any:
    content = text.encode() if isinstance(text, str) else text
    return client.post(reverse("import-sheet"), {"sheet": SimpleUploadedFile(name, content)})


def name_columns(client: Client, **changed: str) -> Any:
    """Send the columns page as it was proposed, with some selects changed."""
    record = PlaceImport.objects.latest("created_at")
    sent = {f"column-{column}": target for column, target in record.mapping["columns"].items()}
    changed = {name.replace("_", "-"): value for name, value in changed.items()}
    return client.post(reverse("import-columns", args=[record.pk]), {**sent, **changed}, follow=True)


def record() -> PlaceImport:
    return PlaceImport.objects.latest("created_at")


# ---- a sheet, step by step ---------------------------------------------------------------------


def test_a_sheet_goes_from_upload_to_the_register(office: Client):
    a_district("990101", name_zh="滨江区")
    answer = upload(office, HEAD + "M-1,甲商场,商场,滨江区,116.404,39.915\nM-2,乙商场,商厂,滨江区,,\n")
    assert answer.status_code == 302
    shown = office.get(answer.url)
    assert "甲商场" in shown.content.decode(), "the first values of each column are shown"
    assert shown.context["form"]["column-1"].initial is None, "nobody knows the heading 单位"
    checked = name_columns(office, column_1="name_zh", datum="GCJ-02")
    assert checked.status_code == 200
    page = checked.content.decode()
    assert "商厂" in page
    assert not Place.objects.exists(), "nothing is imported before somebody says so"
    assert (record().result["created"], record().result["wrong"]) == (1, 1)
    done = office.post(reverse("import-run", args=[record().pk]), follow=True)
    assert done.status_code == 200
    place = Place.objects.get()
    assert (place.code, place.district_id, round(place.longitude or 0, 3)) == ("M-1", "990101", 116.398)
    assert record().state == "done"


def test_the_marked_copy_is_the_sheet_with_reasons_and_can_be_uploaded_again(office: Client):
    upload(office, "场所编号,名称,类型\nM-1,甲商场,商场\nM-2,乙商场,商厂\n")
    name_columns(office)
    answer = office.get(reverse("import-marked", args=[record().pk]))
    content = b"".join(answer.streaming_content)
    sheet = read_sheet(content, "copy.xlsx")
    assert isinstance(sheet, Sheet)
    assert [row.cells[1] for row in sheet.rows] == ["M-1", "M-2"]
    assert sheet.rows[0].cells[0] is None
    assert "商厂" in str(sheet.rows[1].cells[0])
    assert upload(office, content, "copy.xlsx").status_code == 302
    name_columns(office)
    assert record().result["wrong"] == 1


def test_nothing_until_all_rows_are_right_imports_nothing(office: Client):
    upload(office, "场所编号,名称,类型\nM-1,甲商场,商场\nM-2,乙商场,商厂\n")
    name_columns(office)
    office.post(reverse("import-set-aside", args=[record().pk]))
    assert record().state == "set-aside"
    assert not Place.objects.exists()


def test_a_probable_duplicate_is_shown_with_choices_and_the_choice_is_carried_out(office: Client):
    a_place("M-1", name_zh="甲商场", longitude=121.47, latitude=31.23)
    upload(office, "名称,类型,经度,纬度,坐标系\n甲商场,商场,121.4703,31.23,WGS-84\n")
    page = name_columns(office).content.decode()
    assert reverse("place", args=["M-1"]) in page
    office.post(reverse("import-run", args=[record().pk]))
    assert Place.objects.count() == 1, "what stays undecided is not imported"
    office.post(reverse("import-run", args=[record().pk]), {"choice-0": "update:M-1"})
    assert Place.objects.get().longitude == 121.4703
    assert record().result["doubtful_count"] == 0


def test_a_choice_that_was_not_offered_is_refused_in_words(office: Client):
    a_place("M-1", name_zh="甲商场", longitude=121.47, latitude=31.23)
    upload(office, "名称,类型,经度,纬度,坐标系\n甲商场,商场,121.4703,31.23,WGS-84\n")
    name_columns(office)
    answer = office.post(reverse("import-run", args=[record().pk]), {"choice-0": "update:X-1"})
    assert answer.status_code == 422
    assert Place.objects.count() == 1


def test_coordinates_without_a_datum_are_asked_for_before_the_sheet_is_checked(office: Client):
    upload(office, "名称,类型,经度,纬度\n甲商场,商场,121.47,31.23\n")
    answer = name_columns(office)
    assert answer.status_code == 422
    assert "choose one" in answer.content.decode()
    assert record().state == "uploaded"


def test_columns_that_cannot_be_used_come_back_with_the_reason(office: Client):
    upload(office, "甲,乙\n1,2\n")
    answer = name_columns(office, column_0="kind")
    assert answer.status_code == 422
    assert "No column is the name" in answer.content.decode()


def test_every_figure_of_the_register_is_found_by_its_own_name(office: Client):
    adopt_plan()
    upload(office, "编号,名称,类型,建筑面积,日均客流,同时在场最多人数,床位数\nH-1,甲医院,医院,10,20,30,40\n")
    page = office.get(reverse("import-columns", args=[record().pk])).content.decode()
    assert page.count(" selected>") == 7 + 1, "the seven columns, and no datum"
    name_columns(office)
    office.post(reverse("import-run", args=[record().pk]))
    place = Place.objects.get()
    assert (place.area_m2, place.daily_visitors, place.peak_present) == (10, 20, 30)
    assert place.facts == {"beds": 40}


@pytest.mark.django_db(transaction=True)  # the worker closes its connection
def test_a_large_sheet_is_left_to_the_worker_and_its_progress_is_shown(office: Client):
    rows = "".join(f"M-{number},商场 {number},商场\n" for number in range(501))
    upload(office, "编号,名称,类型\n" + rows)
    page = name_columns(office).content.decode()
    progress = reverse("import-progress", args=[record().pk])
    assert progress in page
    assert record().state == "checking"
    assert "progress" in office.get(progress).content.decode()
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    assert office.get(progress).headers["HX-Refresh"] == "true"
    assert (record().state, record().result["created"]) == ("checked", 501)
    office.post(reverse("import-run", args=[record().pk]))
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    assert Place.objects.count() == 501


def test_an_import_whose_job_was_given_up_is_shown_as_failed(office: Client):
    rows = "".join(f"M-{number},商场 {number},商场\n" for number in range(501))
    upload(office, "编号,名称,类型\n" + rows)
    name_columns(office)
    DBTaskResult.objects.update(status="FAILED")
    page = office.get(reverse("import", args=[record().pk])).content.decode()
    assert "nothing was imported" in page


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", "编号,名称,类型\n".encode(), "no rows"),
        ("a.csv", b"\x00\x81\xff\xfe\x00", "encoding"),
        ("a.xlsx", b"PK\x03\x04 torn", "damaged"),
        ("a.exe", b"MZ", "Only .xlsx and .csv"),
        ("a.csv", b"x" * 31_000_000, "more than"),
    ],
)
def test_a_wrong_file_is_refused_in_words_beside_the_field(
    office: Client, name: str, content: bytes, says: str
):
    answer = upload(office, content, name)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not PlaceImport.objects.exists()


def test_forgetting_to_choose_a_file_is_said(office: Client):
    for page in ("import-sheet", "import-osm", "import-districts"):
        assert office.post(reverse(page)).status_code == 422


# ---- extracts, districts, template -------------------------------------------------------------


@pytest.mark.django_db(transaction=True)  # the worker closes its connection
def test_an_extract_is_brought_in_by_the_worker(office: Client, tmp_path: Path, settings: Any):
    settings.BASEMAP = tmp_path / "basemap.pmtiles"
    file = SimpleUploadedFile(TOWN.name, TOWN.read_bytes())
    answer = office.post(reverse("import-osm"), {"extract": file, "draw": "on"}, follow=True)
    assert record().state == "running"
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    assert record().state == "done", record().result
    answer = office.get(reverse("import", args=[record().pk]))
    assert "Armoury" in answer.content.decode(), "the pair that only a person can judge is listed"
    assert "© OpenStreetMap contributors" in answer.content.decode()
    assert settings.BASEMAP.exists()
    assert Place.objects.count() == 9


@pytest.mark.django_db(transaction=True)  # the worker closes its connection
def test_a_broken_extract_fails_in_words_and_leaves_nothing(office: Client):
    file = SimpleUploadedFile("town.osm.pbf", b"not a map")
    office.post(reverse("import-osm"), {"extract": file})
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    page = office.get(reverse("import", args=[record().pk])).content.decode()
    assert "cannot be read" in page
    assert record().state == "failed"
    assert not Place.objects.exists()


@pytest.mark.django_db(transaction=True)  # the worker closes its connection
def test_a_duplicate_of_an_extract_is_decided_on_its_page(office: Client):
    a_place("HP-1", name_zh="滨江中心医院", kind="hospital", longitude=121.4703, latitude=31.2303)
    office.post(reverse("import-osm"), {"extract": SimpleUploadedFile(TOWN.name, TOWN.read_bytes())})
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    page = office.get(reverse("import", args=[record().pk]))
    (field,) = page.context["form"].fields
    office.post(reverse("import-run", args=[record().pk]), {field: "update:HP-1"})
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)
    hospital = Place.objects.get(code="HP-1")
    assert hospital.source_id.split()[0] == "osm:way/101"
    assert hospital.longitude == 121.4703, "what people have entered is kept"
    assert not Place.objects.filter(code="osm-w101").exists()


def test_districts_are_brought_in_from_a_list(office: Client):
    file = SimpleUploadedFile("d.csv", "code,name\n310000,上海市\n310101,黄浦区\n330000,浙江省\n".encode())
    answer = office.post(reverse("import-districts"), {"districts": file, "within": "31"})
    assert answer.status_code == 302
    assert set(District.objects.values_list("code", flat=True)) == {"310000", "310101"}
    wrong = SimpleUploadedFile("d.csv", "code,name\n31,上海市\n".encode())
    answer = office.post(reverse("import-districts"), {"districts": wrong})
    assert answer.status_code == 422
    assert "6, 9 or 12 digits" in answer.content.decode()


def test_the_template_holds_the_kinds_and_districts_of_this_city(office: Client):
    adopt_plan()
    a_district("990101", name_zh="滨江区")
    answer = office.get(reverse("import-template"))
    assert answer.headers["Content-Type"].endswith("sheet")
    assert isinstance(read_sheet(answer.content, "t.xlsx"), Sheet), "it can be read again"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        words = book.read("xl/sharedStrings.xml").decode()
    assert "滨江区" in words
    assert "商场" in words


# ---- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["department-liaison", "inspector", "auditor"])
def test_others_may_not_import(client: Client, role: Any):
    answer = upload(signed_in(client, a_user(role)), "名称,类型\n甲,商场\n")
    assert answer.status_code == 403
    assert not Attachment.objects.exists()


def test_an_import_that_does_not_exist_is_not_found(office: Client):
    for name in ("import", "import-columns", "import-progress", "import-marked"):
        assert office.get(reverse(name, args=["00000000-0000-7000-8000-000000000000"])).status_code == 404


# ---- the base map -------------------------------------------------------------------------------


@pytest.fixture
def archive(tmp_path: Path, settings: Any) -> bytes:
    settings.BASEMAP = tmp_path / "basemap.pmtiles"
    settings.BASEMAP.write_bytes(bytes(range(256)))
    return bytes(range(256))


def test_a_range_of_the_base_map_is_answered_with_206(office: Client, archive: bytes):
    answer = office.get(reverse("basemap"), headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, archive[10:20])
    assert answer.headers["Content-Range"] == "bytes 10-19/256"
    tag = answer.headers["ETag"]
    assert office.get(reverse("basemap"), headers={"If-None-Match": tag}).status_code == 304


def test_a_range_beyond_the_end_is_416_and_no_range_is_everything(office: Client, archive: bytes):
    answer = office.get(reverse("basemap"), headers={"Range": "bytes=300-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */256")
    whole = office.get(reverse("basemap"))
    assert (whole.status_code, b"".join(whole.streaming_content)) == (200, archive)


def test_the_base_map_is_for_those_who_signed_in(client: Client, archive: bytes):
    assert client.get(reverse("basemap")).status_code == 302
