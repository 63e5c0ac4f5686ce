"""One cell of a sheet as a text, a number, a date or a yes/no; a Text in return says what is wrong with it."""

import re
import unicodedata
from datetime import date, datetime, time

from anlan.engine.policy import Text
from anlan.links.sheets import Cell

_FULL_WIDTH = {code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B))}
_FULL_WIDTH |= {code: chr(code - 0xFEE0) for code in range(0xFF41, 0xFF5B)} | {0x3000: " ", 0xA0: " "}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_NOT_LETTERS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_TEN_THOUSAND = re.compile(r"([+-]?\d+(?:\.\d+)?)万")
_ABOUT = re.compile(
    r"约|大约|大概|左右|上下|余|多|近|不足|超过|以上|以下|about|approx|circa|ca\.|~|≈|>|<|\+$", re.IGNORECASE
)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_COMPACT_DATE = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_YES = {"是", "有", "y", "yes", "true", "t", "1", "√", "✓", "对"}
_NO = {"否", "无", "没有", "n", "no", "false", "f", "0", "×", "✗", "x", "不是"}


def text_of(cell: Cell) -> str:
    """The cell as one line: full-width digits, letters and spaces made plain, invisible characters dropped.

    Chinese punctuation stays, since （） belong in names; a whole number of a code or telephone loses its `.0`.
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time() else cell).isoformat()
    plain = unicodedata.normalize("NFC", str(cell)).translate(_FULL_WIDTH).translate(_INVISIBLE)
    return one_line(plain)


def one_line(text: str) -> str:
    """The text without control characters and line breaks; letters newer than our Unicode tables stay."""
    kept = (" " if unicodedata.category(letter) in _NOT_LETTERS else letter for letter in text)
    return " ".join("".join(kept).split())


def number_of(cell: Cell, units: tuple[str, ...] = (), advice: Text | None = None) -> int | float | Text:
    """A number written as people write it: `1,200`, `1.2万`, `350㎡`; not `约1200`, not `2000-3000`."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _tidy(float(cell)) if abs(cell) < 1e12 else _not_a_number(str(cell), advice)
    given = text_of(cell)
    plain = unicodedata.normalize("NFKC", given).casefold().replace(" ", "")
    for unit in units:
        plain = plain.removesuffix(unicodedata.normalize("NFKC", unit).casefold())
    if _NUMBER.fullmatch(plain) and len(plain) < 20:
        return _tidy(float(plain.replace(",", "")))
    if found := _TEN_THOUSAND.fullmatch(plain):
        return _tidy(round(float(found[1]) * 10_000, 6))
    return _not_a_number(given, advice)


def date_of(cell: Cell) -> date | Text:
    """A day: an Excel date, `2026-01-15`, `2026/1/15`, `2026年1月15日` or `20260115`."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    given = text_of(cell)
    plain = unicodedata.normalize("NFKC", given)
    found = _DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        day = None
    if day is None or not 1900 <= day.year <= 2200:
        return Text(
            zh=f"“{given}”不是有效日期。请写成 2026-01-15 的样式。",
            en=f"“{given}” is no date. Write it like 2026-01-15.",
        )
    return day


def flag_of(cell: Cell) -> bool | Text:
    """A yes or no in either language."""
    if isinstance(cell, bool):
        return cell
    given = text_of(cell)
    plain = given.casefold()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    return Text(zh=f"“{given}”应填写“是”或“否”。", en=f"“{given}” has to be “yes” or “no”.")


def _tidy(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _not_a_number(given: str, advice: Text | None) -> Text:
    digits = re.findall(r"\d[\d,]*(?:\.\d+)?", unicodedata.normalize("NFKC", given))
    extra = advice or Text(zh="", en="")
    if len(digits) == 1 and _ABOUT.search(given):
        return Text(
            zh=f"“{given}”不是确切的数值。请只填数字，如 {digits[0]}。{extra.zh}",
            en=f"“{given}” is not an exact number. Write digits only, such as {digits[0]}. {extra.en}".strip(),
        )
    if len(digits) > 1:
        return Text(
            zh=f"“{given}”像一个范围。请只填一个数字。{extra.zh}",
            en=f"“{given}” looks like a range. Write one number. {extra.en}".strip(),
        )
    return Text(
        zh=f"“{given}”不是数字。请填写数字，如 1200。",
        en=f"“{given}” is not a number. Write digits, such as 1200.",
    )
