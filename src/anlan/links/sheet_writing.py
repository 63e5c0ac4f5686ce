"""Sheets that Anlan gives out: the template for places, and an uploaded sheet with its mistakes marked."""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from anlan.engine.policy import Text
from anlan.links.coordinates import DATUMS
from anlan.links.place_rows import RowError, Vocabulary
from anlan.links.sheet_columns import COLUMNS, REASONS, Column, heading
from anlan.links.sheets import Cell, Sheet

SAFE_OPTIONS: Mapping[str, Any] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "remove_timezone": True,
    "nan_inf_to_errors": True,
}
"""Every text stays a text: nothing that a person typed is ever written as a formula or a link."""

_LAST_ROW = 5_000
_TEXT_COLUMNS = {"code", "district", "receiver_phone", "deputy_phone", "source_id"}
_WIDE = {"name_zh": 28, "name_en": 28, "address": 32, "operator": 22, "opening_hours": 20}
_NEEDED = {"name_zh", "kind"}
_CHOICES = ("kind", "district", "datum", "critical_facility", "public_service")


def template(vocabulary: Vocabulary) -> bytes:
    """An empty sheet with the register's columns and the declared facts, notes, and lists to choose from."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, dict(SAFE_OPTIONS)) as book:
        columns = [*COLUMNS, *_fact_columns(vocabulary)]
        places = book.add_worksheet("场所 Places")
        notes = book.add_worksheet("填写说明 Notes")
        options = book.add_worksheet("选项 Options")
        _write_notes(book, notes, columns)
        ranges = _write_options(book, options, vocabulary)
        top = book.add_format(_HEADER)
        needed = book.add_format({**_HEADER, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
        text = book.add_format({"num_format": "@"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        places.set_row(0, 34)
        for number, column in enumerate(columns):
            places.write_string(
                0, number, heading(column.title, "\n"), needed if column.id in _NEEDED else top
            )
            if column.note.zh:
                places.write_comment(0, number, f"{column.note.zh}\n{column.note.en}", {"x_scale": 1.6})
            cells = text if column.id in _TEXT_COLUMNS else day if column.id.endswith("_on") else None
            places.set_column(number, number, _WIDE.get(column.id, 16), cells)
            if column.id in ranges:
                places.data_validation(
                    1, number, _LAST_ROW, number, _one_of(ranges[column.id], strict=column.id != "district")
                )
        places.freeze_panes(1, 2)
        places.activate()
    return buffer.getvalue()


def marked_copy(sheet: Sheet, errors: Sequence[RowError]) -> bytes:
    """The sheet as it came, with a first column of reasons and the wrong cells coloured and commented."""
    by_row: dict[int, list[RowError]] = defaultdict(list)
    for error in errors:
        by_row[error.row].append(error)
    kept = [number for number, title in enumerate(sheet.header) if title != heading(REASONS)]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, dict(SAFE_OPTIONS)) as book:
        page = book.add_worksheet("场所 Places")
        top, plain, day = (
            book.add_format(_HEADER),
            book.add_format(),
            book.add_format({"num_format": "yyyy-mm-dd"}),
        )
        wrong = book.add_format({"bg_color": "#FFC7CE", "border": 1, "border_color": "#C00000"})
        wrong_day = book.add_format({"bg_color": "#FFC7CE", "border": 1, "num_format": "yyyy-mm-dd"})
        reasons = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#9C0006"})
        page.write_string(0, 0, heading(REASONS), top)
        page.set_column(0, 0, 60)
        page.set_column(1, max(1, len(kept)), 16)
        for place, number in enumerate(kept, start=1):
            page.write_string(0, place, sheet.header[number], top)
        for line, row in enumerate(sheet.rows, start=1):
            mistakes = by_row.get(row.number, [])
            if mistakes:
                page.write_string(line, 0, "\n".join(_reason(error) for error in mistakes), reasons)
            marked = {error.column: error for error in mistakes if error.column is not None}
            for place, number in enumerate(kept, start=1):
                is_day = isinstance(row.cells[number], date)
                form = (wrong_day if is_day else wrong) if number in marked else (day if is_day else plain)
                write_cell(page, line, place, row.cells[number], form)
                if number in marked:
                    said = marked[number].message
                    page.write_comment(line, place, f"{said.zh}\n{said.en}", {"x_scale": 2})
        page.autofilter(0, 0, max(1, len(sheet.rows)), len(kept))
        page.freeze_panes(1, 1)
    return buffer.getvalue()


def write_cell(page: Any, row: int, column: int, cell: Cell, form: Any = None) -> None:
    """Write a value as what it is; texts are never taken for formulae, links or numbers."""
    if cell is None:
        page.write_blank(row, column, None, form)
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell, form)
    elif isinstance(cell, int | float):
        page.write_number(row, column, cell, form)
    elif isinstance(cell, datetime | date):
        page.write_datetime(row, column, cell, form)
    else:
        page.write_string(row, column, str(cell)[:32_767], form)


_HEADER = {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"}


def _reason(error: RowError) -> str:
    where = f"[{error.header}] ".replace("\n", " ") if error.header else ""
    return f"{where}{error.message.zh} / {error.message.en}"


def _fact_columns(vocabulary: Vocabulary) -> list[Column]:
    notes = {
        "number": Text(zh="只填数字", en="Digits only"),
        "flag": Text(zh="是或否", en="yes or no"),
        "text": Text(zh="", en=""),
    }
    columns = []
    for identifier, fact in vocabulary.further_facts.items():
        note = notes.get(fact.type)
        if note is None:
            terms = list((fact.terms or {}).values())
            note = Text(zh="、".join(t.zh for t in terms), en=", ".join(t.en for t in terms))
        columns.append(Column(f"fact:{identifier}", fact.title, note, ""))
    return columns


def _write_notes(book: Any, page: Any, columns: Sequence[Column]) -> None:
    top, wrap = book.add_format(_HEADER), book.add_format({"text_wrap": True, "valign": "top"})
    titles = ("列 / Column", "必填 / Needed", "说明", "Note", "示例 / Example")
    for number, title in enumerate(titles):
        page.write_string(0, number, title, top)
    for line, column in enumerate(columns, start=1):
        page.write_string(line, 0, heading(column.title), wrap)
        page.write_string(line, 1, "是 / yes" if column.id in _NEEDED else "", wrap)
        page.write_string(line, 2, column.note.zh, wrap)
        page.write_string(line, 3, column.note.en, wrap)
        page.write_string(line, 4, column.example, wrap)
    for number, width in enumerate((40, 14, 48, 48, 24)):
        page.set_column(number, number, width)
    page.freeze_panes(1, 0)


def _write_options(book: Any, page: Any, vocabulary: Vocabulary) -> dict[str, str]:
    """Write the lists to choose from; returns where each one stands."""
    top = book.add_format(_HEADER)
    lists: dict[str, list[tuple[str, str]]] = {
        "kind": [(title.zh, title.en) for title in vocabulary.kinds.values()],
        "district": list(vocabulary.districts.items()),
        "datum": [(datum, "") for datum in DATUMS],
        "critical_facility": [("是", "yes"), ("否", "no")],
        "public_service": [("是", "yes"), ("否", "no")],
    }
    ranges: dict[str, str] = {}
    titles = {column.id: column.title for column in COLUMNS}
    for place, identifier in enumerate(_CHOICES):
        column = place * 2
        page.merge_range(0, column, 0, column + 1, heading(titles[identifier]), top)
        page.set_column(column, column + 1, 18)
        for line, (value, explained) in enumerate(lists[identifier], start=1):
            page.write_string(line, column, value)
            page.write_string(line, column + 1, explained)
        if lists[identifier]:
            letter = xl_col_to_name(column, col_abs=True)
            ranges[identifier] = f"='选项 Options'!{letter}$2:{letter}${len(lists[identifier]) + 1}"
    return ranges


def _one_of(source: str, *, strict: bool) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": source,
        "error_type": "stop" if strict else "information",
        "error_title": "请从列表选择 / Choose from the list",
        "error_message": "可选值见“选项”工作表。 See the sheet “选项 Options”.",
    }
