"""A table as people send it (.xlsx or .csv), read into a header and numbered rows."""

import codecs
import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import python_calamine

from anlan.engine.policy import Text
from anlan.links.files import MEGABYTE, FileProblem, check_package, check_size, extension_of
from anlan.links.sheet_extent import check_extent

Cell = str | int | float | bool | date | datetime | time | timedelta | None

FORMULA_STARTS = "=+-@\t\r\uff1d\uff0b\uff0d\uff20"
"""First characters (and their full-width forms) that spreadsheet programs may take for a formula."""

_HEADER_WITHIN = 10
_LONGEST_CELL = 5_000
_DELIMITERS = (",", "\t", ";", "|", "\uff0c")
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """The most that is read of one file."""

    bytes: int = 30 * MEGABYTE
    rows: int = 200_000
    columns: int = 200
    cells: int = 4_000_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not blank; `number` is the row's number as Excel shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table on a sheet, its header apart from its rows; every row has as many cells as the header."""

    name: str
    header: tuple[str, ...]
    header_row: int
    rows: tuple[SheetRow, ...]


def read_sheet(
    content: bytes,
    filename: str,
    limits: SheetLimits | None = None,
    knows: Callable[[str], bool] = lambda _: False,
) -> Sheet | FileProblem:
    """The first visible sheet that holds anything, or why the file cannot be read.

    `knows` tells whether a heading is a known one: the header is the row, of the first ten, with most known headings,
    so that titles above it do no harm; without known headings it is the first row with two cells or more.
    """
    limits = limits or SheetLimits()
    extension = extension_of(filename)
    if problem := check_size(content, limits.bytes) or _check_kind(content, extension):
        return problem
    table = _excel_rows(content, limits) if extension == "xlsx" else _csv_rows(content, limits)
    return table if isinstance(table, FileProblem) else _sheet(*table, limits, knows)


def _check_kind(content: bytes, extension: str) -> FileProblem | None:
    """Extension and first bytes must agree on .xlsx or .csv."""
    if extension not in {"xlsx", "csv"} or content.startswith(_OLD_EXCEL):
        return FileProblem(
            Text(
                zh="只能读取 .xlsx 或 .csv 表格。旧版 .xls、带密码的文件或其他格式，请用 Excel 或 WPS 另存为 .xlsx。",
                en="Only .xlsx and .csv tables can be read. Save old .xls files, files with a password and other kinds "
                "as .xlsx.",
            )
        )
    if content.startswith(_ZIP) != (extension == "xlsx"):
        return FileProblem(
            Text(
                zh=f"文件内容与扩展名 .{extension} 不符。请用 Excel 或 WPS 打开，另存为 .xlsx 后再上传。",
                en=f"The content is not what .{extension} says. Open it in a spreadsheet program and save it as .xlsx.",
            )
        )
    return None


def _excel_rows(content: bytes, limits: SheetLimits) -> tuple[str, list[Sequence[Cell]]] | FileProblem:
    if problem := check_package(content, "xl/workbook.xml") or check_extent(
        content, limits.rows, limits.cells
    ):
        return problem
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for number, about in enumerate(book.sheets_metadata):
            if about.visible != python_calamine.SheetVisibleEnum.Visible:
                continue
            rows = book.get_sheet_by_index(number).to_python(skip_empty_area=False)
            if any(cell != "" for row in rows for cell in row):
                return about.name, [*rows]
    except (python_calamine.CalamineError, OSError, ValueError, IndexError, KeyError):
        return FileProblem(
            Text(
                zh="无法读取此 Excel 文件。请用 Excel 或 WPS 打开后另存为新的 .xlsx 再上传。",
                en="This Excel file cannot be read. Open it in a spreadsheet program, save it anew as .xlsx and retry.",
            )
        )
    return _nothing_inside()


def _csv_rows(content: bytes, limits: SheetLimits) -> tuple[str, list[Sequence[Cell]]] | FileProblem:
    text = _decoded(content)
    if text is None or "\x00" in text:
        return FileProblem(
            Text(
                zh="无法识别文件的文字编码。请另存为“CSV UTF-8”或 .xlsx 后再上传。",
                en="The text encoding of the file cannot be told. Save it as “CSV UTF-8” or as .xlsx and retry.",
            )
        )
    rows: list[Sequence[Cell]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            rows.append([_unguarded(cell) for cell in row])
            cells += len(row)
            if len(rows) > limits.rows + _HEADER_WITHIN or cells > limits.cells:
                return _too_much(limits)
    except csv.Error as error:
        return FileProblem(
            Text(
                zh=f"第 {len(rows) + 1} 行附近的 CSV 格式有误（{error}）。请检查引号是否成对，或另存为 .xlsx。",
                en=f"The CSV is malformed near row {len(rows) + 1} ({error}). Check that quotes are closed, "
                "or save it as .xlsx.",
            )
        )
    return "CSV", rows


def _decoded(content: bytes) -> str | None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(text: str) -> str:
    """The separator that cuts the first lines into most pieces, the same number on each line counting more."""
    lines = [line for line in text[:20_000].splitlines() if line.strip()][:_HEADER_WITHIN]

    def merit(delimiter: str) -> tuple[int, int]:
        pieces = [line.count(delimiter) for line in lines]
        steady = sum(count == pieces[0] for count in pieces) if pieces and pieces[0] else 0
        return (steady, sum(pieces))

    best = max(_DELIMITERS, key=merit)
    return best if any(best in line for line in lines) else ","


def _unguarded(cell: str) -> str:
    """The text without the apostrophe that guards our own exports against being read as formulae."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in FORMULA_STARTS else cell


def _sheet(
    name: str, table: list[Sequence[Cell]], limits: SheetLimits, knows: Callable[[str], bool]
) -> Sheet | FileProblem:
    start = _header_at(table, knows)
    if start is None:
        return _nothing_inside()
    header = [_heading(cell) for cell in table[start]]
    while header and not header[-1]:
        header.pop()
    below = [(number, _trimmed(row)) for number, row in enumerate(table[start + 1 :], start=start + 2)]
    below = [(number, row) for number, row in below if row]
    width = max([len(header), *(len(row) for _, row in below)])
    if width > limits.columns or len(below) > limits.rows or width * len(below) > limits.cells:
        return _too_much(limits)
    header.extend("" for _ in range(width - len(header)))
    rows = tuple(SheetRow(number, (*row, *(None for _ in range(width - len(row))))) for number, row in below)
    return Sheet(name, tuple(header), start + 1, rows)


def _header_at(table: Sequence[Sequence[Cell]], knows: Callable[[str], bool]) -> int | None:
    best: tuple[int, int] | None = None
    for number, row in enumerate(table[:_HEADER_WITHIN]):
        headings = [_heading(cell) for cell in row]
        known = sum(1 for heading in headings if heading and knows(heading))
        filled = sum(1 for heading in headings if heading)
        merit = 2 * known if known else min(filled, 1) + (filled > 1)
        if merit and (best is None or merit > best[0]):
            best = (merit, number)
    return best[1] if best else None


def _heading(cell: Cell) -> str:
    return str(cell).strip()[:200] if cell is not None else ""


def _trimmed(row: Sequence[Cell]) -> list[Cell]:
    """The cells up to the last filled one, blank texts as None, overlong texts cut."""
    cells = [_cell(cell) for cell in row]
    while cells and cells[-1] is None:
        cells.pop()
    return cells


def _cell(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return cell[:_LONGEST_CELL] if cell.strip() else None
    return cell


def _nothing_inside() -> FileProblem:
    return FileProblem(
        Text(
            zh="表格里没有内容。请在第一张可见的工作表中填写表头和数据行。",
            en="The table is empty. Put a header and rows on the first visible sheet.",
        )
    )


def _too_much(limits: SheetLimits) -> FileProblem:
    return FileProblem(
        Text(
            zh=f"表格过大：最多 {limits.rows} 行、{limits.columns} 列。请删除多余的行列或拆成几个文件。",
            en=f"The table is too large: at most {limits.rows} rows and {limits.columns} columns. Remove what is not "
            "needed or split it.",
        )
    )
