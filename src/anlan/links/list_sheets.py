"""Any list as .csv or .xlsx: titles and rows of plain values, as the page shows them."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence

import xlsxwriter

from anlan.links.sheet_writing import SAFE_OPTIONS, write_cell
from anlan.links.sheets import FORMULA_STARTS

Value = str | int | float | None
MOST_ROWS = 100_000
"""How many rows a workbook takes, which is written before the first byte is sent; a .csv has no limit."""

_AT_ONCE = 400


def list_csv(titles: Sequence[str], rows: Iterable[Sequence[Value]]) -> Iterator[bytes]:
    """UTF-8 with a mark so that Excel shows Chinese; texts that look like formulae are guarded by an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(titles)
    yield b"\xef\xbb\xbf"
    for number, row in enumerate(rows, start=1):
        writer.writerow([_guarded(value) for value in row])
        if number % _AT_ONCE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def list_xlsx(titles: Sequence[str], rows: Iterable[Sequence[Value]], cut: str) -> bytes:
    """A workbook of the list, written row by row; one too long ends with the sentence `cut`."""
    with tempfile.TemporaryFile() as file:
        options = {**SAFE_OPTIONS, "in_memory": False, "constant_memory": True}
        with xlsxwriter.Workbook(file, options) as book:
            sheet = book.add_worksheet()
            top = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
            sheet.set_column(0, max(len(titles) - 1, 0), 22)
            sheet.freeze_panes(1, 0)
            for column, title in enumerate(titles):
                sheet.write_string(0, column, title, top)
            for line, row in enumerate(rows, start=1):
                if line > MOST_ROWS:
                    sheet.write_string(line, 0, cut, top)
                    break
                for column, value in enumerate(row):
                    if value is not None and value != "":
                        write_cell(sheet, line, column, value)
        file.seek(0)
        return file.read()


def _guarded(value: Value) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(tuple(FORMULA_STARTS)) else value
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
