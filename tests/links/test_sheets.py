"""Tables as people send them: encodings, separators, titles above the header, and files that are none."""

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from anlan.links.files import FileProblem
from anlan.links.sheet_columns import knows_heading
from anlan.links.sheets import Sheet, SheetLimits, read_sheet

WRONG_ROWS = Path(__file__).parent / "fixtures" / "wrong-rows.csv"
TABLE = "编号,名称,类型\nA-1,滨江中心商场,商场\nA-2,镜湖,公园\n"


def workbook(*rows: tuple[Any, ...], hidden_first: bool = False) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        if hidden_first:
            book.add_worksheet("选项").hide()
        page = book.add_worksheet("场所")
        if hidden_first:
            page.activate()
            page.set_first_sheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                page.write(number, column, cell, day if isinstance(cell, date) else None)
    return buffer.getvalue()


def with_sheet_xml(xml: str) -> bytes:
    """A workbook whose first sheet holds this XML instead."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(("a", "b"), (1, 2)))) as old,
        zipfile.ZipFile(buffer, "w") as new,
    ):
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                content = xml.encode()
            new.writestr(entry, content)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_csv_reads_the_same_in_every_encoding_and_separator(encoding: str, separator: str) -> None:
    sheet = read_sheet(TABLE.replace(",", separator).encode(encoding), "places.CSV")

    assert isinstance(sheet, Sheet)
    assert sheet.header == ("编号", "名称", "类型")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, ("A-1", "滨江中心商场", "商场")),
        (3, ("A-2", "镜湖", "公园")),
    ]


def test_an_excel_sheet_keeps_numbers_dates_and_flags() -> None:
    sheet = read_sheet(
        workbook(("名称", "面积", "日期", "关键设施"), ("镜湖", 1200.5, date(2026, 1, 15), True)), "a.xlsx"
    )

    assert isinstance(sheet, Sheet)
    assert sheet.rows[0].cells == ("镜湖", 1200.5, date(2026, 1, 15), True)


def test_a_title_above_the_header_and_blank_rows_do_no_harm() -> None:
    sheet = read_sheet(
        WRONG_ROWS.read_bytes(), "wrong-rows.csv", knows=lambda title: knows_heading(title, {})
    )

    assert isinstance(sheet, Sheet)
    assert (sheet.header_row, sheet.header[0]) == (2, "编号")
    assert sheet.rows[0].number == 3
    blank = read_sheet(b"a,b\n\n,\n1,2\n", "blank.csv")
    assert isinstance(blank, Sheet)
    assert [row.number for row in blank.rows] == [4]


def test_the_first_visible_sheet_is_read() -> None:
    sheet = read_sheet(workbook(("名称", "类型"), ("镜湖", "公园"), hidden_first=True), "a.xlsx")

    assert isinstance(sheet, Sheet)
    assert sheet.name == "场所"


def test_a_row_longer_than_the_header_keeps_its_cells() -> None:
    sheet = read_sheet("名称,类型\n镜湖,公园,多出来\n".encode(), "a.csv")

    assert isinstance(sheet, Sheet)
    assert sheet.header == ("名称", "类型", "")
    assert sheet.rows[0].cells == ("镜湖", "公园", "多出来")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "empty.csv"),
        (b",,\n,,\n", "blank.csv"),
        (workbook(), "blank.xlsx"),
        (TABLE.encode(), "csv-inside.xlsx"),
        (workbook(("a",)), "excel-inside.csv"),
        (workbook(("a", "b"))[:400], "cut.xlsx"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "locked.xlsx"),
        (b"PK\x03\x04" + bytes(100), "noise.xlsx"),
        (b"\x00\x01\x02,\xff", "binary.csv"),
        (b"a" * 200 + b"\xff\xfe\xfd", "broken.csv"),
        (with_sheet_xml("<worksheet><sheetData><row r='x'/></sheetData></worksheet>"), "malformed.xlsx"),
        (with_sheet_xml("<worksheet><sheetData>"), "cut-inside.xlsx"),
        (TABLE.encode(), "places.pdf"),
    ],
)
def test_what_is_no_table_gets_words_in_both_languages(content: bytes, name: str) -> None:
    problem = read_sheet(content, name)

    assert isinstance(problem, FileProblem)
    assert problem.message.zh
    assert problem.message.en


def test_one_value_in_the_last_cell_is_refused_before_it_fills_the_memory() -> None:
    far = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
        "</sheetData></worksheet>"
    )
    problem = read_sheet(with_sheet_xml(far), "far.xlsx")

    assert isinstance(problem, FileProblem)
    assert "16384" in problem.message.en


def test_empty_cells_that_only_carry_a_style_do_not_count() -> None:
    styled = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
        '<row r="1048576"><c r="A1048576" s="0"/></row></sheetData></worksheet>'
    )
    sheet = read_sheet(with_sheet_xml(styled), "styled.xlsx")

    assert isinstance(sheet, Sheet)
    assert len(sheet.rows) == 1


def test_a_file_that_unpacks_to_gigabytes_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/workbook.xml", b"<workbook/>")
        with bomb.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(260):
                part.write(bytes(1_000_000))
    problem = read_sheet(buffer.getvalue(), "bomb.xlsx")

    assert len(buffer.getvalue()) < 1_000_000
    assert isinstance(problem, FileProblem)
    assert "unpacks" in problem.message.en


def test_limits_are_kept() -> None:
    limits = SheetLimits(rows=2, columns=3, cells=100, bytes=200)

    assert isinstance(read_sheet(b"a,b\n1,2\n3,4\n", "a.csv", limits), Sheet)
    assert isinstance(read_sheet(b"a,b\n1,2\n3,4\n5,6\n", "a.csv", limits), FileProblem)
    assert isinstance(read_sheet(b"a,b,c,d\n1,2,3,4\n", "a.csv", limits), FileProblem)
    assert isinstance(read_sheet(b"a,b\n" + b"1,2\n" * 60, "a.csv", limits), FileProblem)


def test_the_guard_of_our_own_exports_is_taken_off_again() -> None:
    sheet = read_sheet("名称,电话\n'=1+1,'+86 21\n'单引号,1\n".encode(), "a.csv")

    assert isinstance(sheet, Sheet)
    assert [row.cells for row in sheet.rows] == [("=1+1", "+86 21"), ("'单引号", "1")]
