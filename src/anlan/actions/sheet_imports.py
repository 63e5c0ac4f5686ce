"""Sheets of places brought into the register: all good rows or none, in one transaction, twice without a change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from anlan.actions import journal, place_drafts
from anlan.actions.import_choices import decided
from anlan.actions.journal import Change
from anlan.actions.register import Registered, register_places
from anlan.engine.policy import Text
from anlan.links.coordinates import Datum
from anlan.links.files import FileProblem
from anlan.links.place_reading import read_places
from anlan.links.place_rows import PlaceRow, RowError, Vocabulary
from anlan.links.sheet_cells import text_of
from anlan.links.sheet_columns import knows_heading, mapping_problems
from anlan.links.sheets import Sheet, SheetLimits, SheetRow, read_sheet
from anlan.models import Place, User
from anlan.queries.place_matching import (
    Doubt,
    RegisterIndex,
    Stated,
    match,
    register_index,
    source_ids,
)

Progress = Callable[[int], None]
"""Called with the percentage that is done."""

NOTHING = Registered((), (), ())


@dataclass(frozen=True, slots=True)
class DoubtfulRow:
    """A row that may be a place already known: it waits for a person."""

    row: int
    name: str
    code: str
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class SheetOutcome:
    """What became of a sheet's rows; `left_out` are rows that a person chose to skip."""

    rows: int
    registered: Registered
    errors: tuple[RowError, ...]
    doubtful: tuple[DoubtfulRow, ...]
    left_out: int = 0

    @property
    def wrong_rows(self) -> tuple[int, ...]:
        return tuple(sorted({error.row for error in self.errors}))

    @property
    def imported(self) -> int:
        """Rows that stand in the register as the sheet states them."""
        taken = self.registered
        return len(taken.created) + len(taken.changed) + len(taken.unchanged)


def open_sheet(
    content: bytes, filename: str, vocabulary: Vocabulary, limits: SheetLimits | None = None
) -> Sheet | FileProblem:
    """The sheet in a file, with titles above its header skipped; one without rows is a mistake."""
    sheet = read_sheet(content, filename, limits, knows=lambda title: knows_heading(title, vocabulary.facts))
    if isinstance(sheet, Sheet) and not sheet.rows:
        return FileProblem(
            Text(
                zh="表格只有表头，没有数据行。请在表头下面填写场所后再导入。",
                en="The sheet has a header and no rows. Fill in places below the header and retry.",
            )
        )
    return sheet


def columns_problems(
    header: tuple[str, ...], mapping: Mapping[int, str], vocabulary: Vocabulary
) -> tuple[Text, ...]:
    """What keeps a mapping from being used; with a code or an id at the source, name and kind are known already."""
    whole = dict(mapping)
    if _identifies(mapping):
        for target in _absent(mapping):
            whole[len(header)] = target
            header = (*header, target)
    return mapping_problems(header, whole, vocabulary.facts)


def import_sheet(
    sheet: Sheet,
    mapping: Mapping[int, str],
    vocabulary: Vocabulary,
    *,
    by: User | None,
    at: datetime,
    datum: Datum | None = None,
    choices: Mapping[int, str] | None = None,
    dry_run: bool = False,
    all_or_nothing: bool = False,
    name: str = "",
    progress: Progress = lambda _percent: None,
) -> SheetOutcome:
    """Bring the good rows in; `dry_run` tells exactly what would happen and keeps nothing.

    With `all_or_nothing` nothing is brought in while a row is wrong or waits for a person.
    """
    index = register_index()
    rows, errors = _understood(sheet, mapping, vocabulary, datum, index)
    progress(40)
    stated = [_stated(row) for row in rows]
    matches = match(stated, index, among_themselves=True)
    progress(60)
    doubtful: list[DoubtfulRow] = []
    chosen: list[tuple[PlaceRow, str]] = []
    for row, place, found in zip(rows, stated, matches, strict=True):
        code = decided(found, (choices or {}).get(place.number, ""), index)
        if code is None:
            doubtful.append(DoubtfulRow(place.number, row.name_zh or row.name_en, found.code, found.doubts))
        elif code:
            chosen.append((row, code))
    left_out = len(rows) - len(chosen) - len(doubtful)
    outcome = SheetOutcome(len(sheet.rows), NOTHING, tuple(errors), tuple(doubtful), left_out)
    if all_or_nothing and (errors or doubtful):
        return outcome
    with transaction.atomic():
        outcome = replace(outcome, registered=_register(chosen, by, at, name))
        progress(95)
        if outcome.registered.created or outcome.registered.changed:
            journal.write(_entry(outcome, name), by=by, at=at)
        transaction.set_rollback(dry_run)
    return outcome


def _understood(
    sheet: Sheet,
    mapping: Mapping[int, str],
    vocabulary: Vocabulary,
    datum: Datum | None,
    index: RegisterIndex,
) -> tuple[list[PlaceRow], list[RowError]]:
    """The good rows, and every mistake of the others in the sheet's own columns."""
    whole, columns = _completed(sheet, mapping, index)
    read = read_places(whole, columns, vocabulary, datum)
    column_of = {target: number for number, target in columns.items()}
    errors = [*read.errors, *_not_fitting(read.places, column_of, whole.header)]
    wrong = {error.row for error in errors}
    rows = [row for row in read.places if row.row not in wrong]
    errors += _same_statement(rows)
    wrong = {error.row for error in errors}
    errors.sort(key=lambda error: (error.row, -1 if error.column is None else error.column))
    return [row for row in rows if row.row not in wrong], [_within(error, sheet) for error in errors]


def _register(chosen: Sequence[tuple[PlaceRow, str]], by: User | None, at: datetime, name: str) -> Registered:
    known = {place.code: place for place in _places([code for _row, code in chosen])}
    drafts = [place_drafts.of_row(row, code, known.get(code)) for row, code in chosen]
    return register_places(drafts, by=by, at=at, reason=name)


# ---- rows that name a known place and leave out what is known ----------------------------------


def _identifies(mapping: Mapping[int, str]) -> bool:
    return bool({"code", "source_id"} & set(mapping.values()))


def _absent(mapping: Mapping[int, str]) -> list[str]:
    targets = set(mapping.values())
    absent = [] if targets & {"name_zh", "name_en"} else ["name_zh"]
    return absent if "kind" in targets else [*absent, "kind"]


def _completed(
    sheet: Sheet, mapping: Mapping[int, str], index: RegisterIndex
) -> tuple[Sheet, dict[int, str]]:
    """The sheet with name and kind filled in from the register where a row gives only a known code or id."""
    columns = dict(mapping)
    if not _identifies(mapping):
        return sheet, columns
    header = sheet.header
    for target in _absent(mapping):
        columns[len(header)] = target
        header = (*header, "")
    column_of = {target: number for number, target in columns.items()}
    extra = len(header) - len(sheet.header)
    rows = []
    for row in sheet.rows:
        cells = [*row.cells, *(None for _ in range(extra))]
        place = _named_by(cells, column_of, index)
        if place is not None:
            names = [cells[column_of[name]] for name in ("name_zh", "name_en") if name in column_of]
            if not any(text_of(name) for name in names):
                cells[column_of["name_zh" if "name_zh" in column_of else "name_en"]] = place.names[0]
            if not text_of(cells[column_of["kind"]]):
                cells[column_of["kind"]] = place.kind
        rows.append(SheetRow(row.number, tuple(cells)))
    return replace(sheet, header=header, rows=tuple(rows)), columns


def _named_by(cells: Sequence[object], column_of: Mapping[str, int], index: RegisterIndex) -> Stated | None:
    def text(target: str) -> str:
        return text_of(cells[column_of[target]]) if target in column_of else ""  # type: ignore[arg-type]  # cells of a sheet

    if code := text("code"):
        return index.places.get(code)
    codes = {
        code for part in source_ids(text("source_id")) for code in index.by_id.get((text("source"), part), ())
    }
    return index.places[codes.pop()] if len(codes) == 1 else None


# ---- what is wrong beyond single cells, and whom a row means -----------------------------------


def _not_fitting(
    rows: Iterable[PlaceRow], column_of: Mapping[str, int], header: tuple[str, ...]
) -> list[RowError]:
    return [error for row in rows for error in place_drafts.too_long(row, column_of, header)]


def _same_statement(rows: Iterable[PlaceRow]) -> list[RowError]:
    """Rows without a code that say the same as an earlier one."""
    first: dict[str, int] = {}
    errors = []
    for place in map(_stated, rows):
        earlier = first.setdefault(place.own_code, place.number)
        if earlier != place.number:
            message = Text(
                zh=f"与第 {earlier} 行是同一场所。请删除重复的行；确为两个场所的，请分别填写场所编号。",
                en=f"The same place as row {earlier}. Delete this row, or give each a code if they are two places.",
            )
            errors.append(RowError(place.number, None, "", place.names[0] if place.names else "", message))
    return errors


def _stated(row: PlaceRow) -> Stated:
    return Stated(
        number=row.row or 0,
        own_code=row.code or place_drafts.own_code(row),
        code=row.code,
        names=tuple(name for name in (row.name_zh, row.name_en) if name),
        kind=row.kind,
        district=row.district,
        point=(row.position.longitude, row.position.latitude) if row.position else None,
        source=row.source,
        source_ids=source_ids(row.source_id),
    )


def _places(codes: Sequence[str]) -> Iterable[Place]:
    for start in range(0, len(codes), 400):
        yield from Place.objects.filter(code__in=codes[start : start + 400])


def _within(error: RowError, sheet: Sheet) -> RowError:
    """A mistake in a column that the sheet does not have is one of the row as a whole."""
    if error.column is None or error.column < len(sheet.header):
        return error
    return replace(error, column=None, header="")


def _entry(outcome: SheetOutcome, name: str) -> Change:
    counts = {
        "created": [None, len(outcome.registered.created)],
        "changed": [None, len(outcome.registered.changed)],
        "wrong": [None, len(outcome.wrong_rows)],
    }
    return Change("import-places", "import", "", subject_label=name, changes=counts)
