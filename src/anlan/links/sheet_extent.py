"""How far the cells of an .xlsx reach, found before the table is laid out in memory.

One value in the last cell of an otherwise empty sheet would make a reader lay out 17 thousand million cells.
"""

import io
import re
import zipfile
from typing import IO

from lxml import etree

from anlan.engine.policy import Text
from anlan.links.files import FileProblem

_SHEET_PART = re.compile(r"xl/(?:work)?sheets/[^/]+\.xml", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def check_extent(content: bytes, most_rows: int, most_cells: int) -> FileProblem | None:
    """Refuse a workbook with a sheet whose filled cells reach over more rows or a larger rectangle than allowed."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        for entry in package.infolist():
            if not _SHEET_PART.fullmatch(entry.filename):
                continue
            try:
                with package.open(entry) as part:
                    rows, columns = _extent(part)
            except (etree.XMLSyntaxError, ValueError):
                return FileProblem(
                    Text(
                        zh="Excel 文件内部结构有误。请用 Excel 或 WPS 打开后另存为新的 .xlsx 再上传。",
                        en="The Excel file is malformed inside. Open it in a spreadsheet program and save it anew.",
                    )
                )
            if rows > most_rows + 10 or rows * columns > most_cells:
                return FileProblem(
                    Text(
                        zh=f"工作表的内容延伸到第 {rows} 行、第 {columns} 列，超过上限。请删除表格外的零散内容后另存。",
                        en=f"Cells are filled down to row {rows} and column {columns}, which is too far. Delete stray "
                        "cells outside the table and save it anew.",
                    )
                )
    return None


def _extent(part: IO[bytes]) -> tuple[int, int]:
    """The last row and column that hold a value; cells without a reference follow the one before."""
    last_row = last_column = row = column = 0
    for event, element in etree.iterparse(
        part, events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False
    ):
        name = etree.QName(element).localname
        if event == "start" and name == "row":
            row = int(element.get("r") or row + 1)
            column = 0
        elif event == "start" and name == "c":
            found = _REFERENCE.fullmatch(element.get("r") or "")
            column = _column_number(found[1]) if found else column + 1
            row = int(found[2]) if found else row
            if row > _LAST_ROW or column > _LAST_COLUMN:
                raise ValueError("a cell outside the sheet")
        elif event == "end" and name == "c" and len(element):
            last_row, last_column = max(last_row, row), max(last_column, column)
        if event == "end" and name == "row":
            element.clear(keep_tail=False)
            while element.getprevious() is not None:
                del element.getparent()[0]
    return last_row, last_column


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
