"""Districts brought in from a list by their GB/T 2260 codes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from anlan.actions import journal
from anlan.actions.codes import new_codes_in_turn
from anlan.actions.journal import Change
from anlan.engine.policy import Text
from anlan.links.files import FileProblem
from anlan.links.place_rows import RowError
from anlan.links.sheet_cells import date_of, text_of
from anlan.links.sheets import Cell, Sheet, read_sheet
from anlan.models import District, User

_CODE = re.compile(r"\d{6}(\d{3}(\d{3})?)?")
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "code": ("code", "代码", "行政区划代码", "区划代码", "adcode", "编码", "编号"),
    "name_zh": ("name", "name_zh", "名称", "行政区划名称", "单位名称", "区划名称"),
    "name_en": ("name_en", "english", "英文名称"),
    "valid_from": ("valid_from", "from", "启用日期", "生效日期"),
    "valid_until": ("valid_until", "until", "停用日期", "失效日期"),
}
_BATCH = 400


@dataclass(frozen=True, slots=True)
class DistrictsOutcome:
    """What became of a list of districts."""

    rows: int
    created: int
    changed: int
    unchanged: int
    errors: tuple[RowError, ...]


@transaction.atomic
def import_districts(
    content: bytes,
    filename: str,
    *,
    by: User | None,
    at: datetime,
    within: str = "",
    valid_from: date | None = None,
) -> DistrictsOutcome | FileProblem:
    """Bring in the districts of a list whose code begins with `within`; a district that is known is changed.

    `valid_from` holds for rows that state no day themselves. Nothing is brought in while a row is wrong.
    """
    sheet = read_sheet(content, filename, knows=lambda title: _target(title) is not None)
    if isinstance(sheet, FileProblem):
        return sheet
    column_of: dict[str, int] = {}
    for number, title in enumerate(sheet.header):
        if (target := _target(title)) and target not in column_of:
            column_of[target] = number
    if not {"code", "name_zh"} <= column_of.keys():
        return FileProblem(
            Text(
                zh="表格须有“代码”和“名称”两列（code, name）。",
                en="The list needs a column “code” and a column “name”.",
            )
        )
    rows, errors = _read(sheet, column_of, within, valid_from)
    if errors or not rows:
        if not rows and not errors:
            return FileProblem(
                Text(
                    zh="没有符合条件的辖区行。请检查文件和代码前缀。",
                    en="No row matches. Check the file and the beginning of the codes.",
                )
            )
        return DistrictsOutcome(len(rows), 0, 0, 0, tuple(errors))
    created, changed = _write(rows)
    if created or changed:
        counts = {"created": [None, created], "changed": [None, changed]}
        journal.write(Change("import-districts", "import", "", filename, changes=counts), by=by, at=at)
    return DistrictsOutcome(len(rows), created, changed, len(rows) - created - changed, ())


def _target(title: str) -> str | None:
    plain = title.strip().casefold()
    return next((target for target, names in _HEADINGS.items() if plain in names), None)


def _read(
    sheet: Sheet, column_of: Mapping[str, int], within: str, valid_from: date | None
) -> tuple[dict[str, District], list[RowError]]:
    found: dict[str, District] = {}
    errors: list[RowError] = []

    def wrong(number: int, target: str, value: str, message: Text) -> None:
        column = column_of[target]
        errors.append(RowError(number, column, sheet.header[column], value, message))

    for row in sheet.rows:
        cells = {target: row.cells[column] for target, column in column_of.items()}
        code, name = text_of(cells["code"]), text_of(cells["name_zh"])
        if within and not code.startswith(within):
            continue
        if not _CODE.fullmatch(code):
            message = Text(zh="代码须为 6、9 或 12 位数字。", en="A code has 6, 9 or 12 digits.")
            wrong(row.number, "code", code, message)
        elif code in found:
            wrong(row.number, "code", code, Text(zh="代码重复。", en="The code stands here twice."))
        elif not 0 < len(name) <= 80:
            message = Text(zh="名称须为 1 至 80 个字符。", en="A name has 1 to 80 characters.")
            wrong(row.number, "name_zh", name, message)
        else:
            days = {}
            for target in ("valid_from", "valid_until"):
                day = _day(cells.get(target))
                if isinstance(day, Text):
                    wrong(row.number, target, text_of(cells.get(target)), day)
                days[target] = day if isinstance(day, date) else None
            found[code] = District(
                code=code,
                name_zh=name,
                name_en=text_of(cells.get("name_en"))[:120],
                valid_from=days["valid_from"] or valid_from,
                valid_until=days["valid_until"],
            )
    return found, errors


def _day(cell: Cell) -> date | Text | None:
    return date_of(cell) if text_of(cell) else None


def _write(rows: dict[str, District]) -> tuple[int, int]:
    """Write what is new or different; boundaries and names in English that are known stay."""
    new_codes_in_turn("districts")
    known = {district.code: district for district in District.objects.all()}
    everything = rows.keys() | known.keys()
    created: list[District] = []
    changed: list[District] = []
    for code in sorted(rows, key=lambda each: (len(each), each)):
        stated = rows[code]
        district = known.get(code)
        parent = _parent(code, everything)
        if district is None:
            stated.parent_id = parent
            created.append(stated)
            continue
        before = _values(district)
        district.name_zh = stated.name_zh
        district.name_en = stated.name_en or district.name_en
        district.valid_from = stated.valid_from or district.valid_from
        district.valid_until = stated.valid_until or district.valid_until
        district.parent_id = parent or district.parent_id
        if _values(district) != before:
            changed.append(district)
    for level in _levels(created):
        District.objects.bulk_create(level, batch_size=_BATCH)
    fields = ["name_zh", "name_en", "valid_from", "valid_until", "parent"]
    District.objects.bulk_update(changed, fields, batch_size=_BATCH)
    return len(created), len(changed)


def _levels(districts: Sequence[District]) -> list[list[District]]:
    """Provinces before cities before counties, so that every parent stands before its parts."""
    ranks: dict[int, list[District]] = {}
    for district in districts:
        ranks.setdefault(_rank(district.code), []).append(district)
    return [ranks[rank] for rank in sorted(ranks)]


def _rank(code: str) -> int:
    return len(code.rstrip("0")) if len(code) == 6 else len(code)


def _parent(code: str, known: set[str]) -> str | None:
    """The nearest larger division that is in the list or known already."""
    larger = [code[:9], code[:6]] if len(code) > 6 else []
    larger += [f"{code[:4]}00", f"{code[:2]}0000"]
    return next((each for each in larger if each != code and each in known), None)


def _values(district: District) -> tuple[object, ...]:
    return (
        district.name_zh,
        district.name_en,
        district.valid_from,
        district.valid_until,
        district.parent_id,
    )
