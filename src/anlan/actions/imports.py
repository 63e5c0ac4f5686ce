"""Imports that people make on a page: uploaded, columns named, checked, carried out at once or by the worker."""

import logging
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from anlan.actions.attachments import path_of
from anlan.actions.import_records import keep_file, note_failed, note_progress
from anlan.actions.osm_imports import DoubtfulPlace, Step, import_osm
from anlan.actions.sheet_imports import DoubtfulRow, SheetOutcome, import_sheet, open_sheet
from anlan.engine.policy import Text
from anlan.links.coordinates import Datum
from anlan.links.files import FileProblem
from anlan.links.place_rows import RowError
from anlan.links.sheet_columns import propose_mapping
from anlan.links.sheet_writing import marked_copy
from anlan.links.sheets import Sheet
from anlan.models import Attachment, PlaceImport, User
from anlan.queries.place_matching import Doubt
from anlan.queries.sheet_vocabulary import sheet_vocabulary

AT_ONCE_ROWS = 500
"""Sheets up to this size are checked and imported while the page waits; larger ones by the worker."""

SHOWN_ERRORS, SHOWN_DOUBTS, SAMPLES = 200, 200, 3
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BUSY = ("checking", "running")

_BROKEN = Text(
    zh="导入中断，没有导入任何内容。请重试；若仍不行，请联系系统管理员查看日志。",
    en="The import broke off and nothing was imported. Try again; if it still fails, ask the administrator to look "
    "at the log.",
)
_SHARE_OF_STEP: Mapping[Step, tuple[int, int]] = {
    "reading": (5, 45),
    "matching": (50, 50),
    "drawing": (55, 85),
    "writing": (90, 90),
}


def begin_sheet(file: Attachment, *, by: User, at: datetime) -> PlaceImport | FileProblem:
    """Open an uploaded sheet and propose what its columns are."""
    vocabulary = sheet_vocabulary(at)
    sheet = open_sheet(path_of(file.sha256).read_bytes(), file.name, vocabulary)
    if isinstance(sheet, FileProblem):
        return sheet
    proposal = propose_mapping(sheet.header, vocabulary.facts)
    return PlaceImport.objects.create(
        source="sheet",
        file=file,
        mapping={"columns": {str(column): target for column, target in proposal.items()}},
        result={
            "name": file.name,
            "sheet": sheet.name,
            "header": list(sheet.header),
            "samples": [_samples(sheet, column) for column in range(len(sheet.header))],
            "rows": len(sheet.rows),
        },
        by=by,
        created_at=at,
    )


def begin_osm(file: Attachment, *, draw: bool, by: User, at: datetime) -> PlaceImport:
    """Take an uploaded extract into the queue."""
    record = PlaceImport.objects.create(
        source="osm", file=file, mapping={"draw": draw}, result={"name": file.name}, by=by, created_at=at
    )
    return _start(record, "running")


def check_sheet(record: PlaceImport, columns: Mapping[int, str], datum: Datum | None) -> PlaceImport:
    """Try the sheet with these columns; nothing is kept but what would happen."""
    record.mapping = {"columns": {str(column): target for column, target in columns.items()}}
    record.datum = datum or ""
    record.save(update_fields=["mapping", "datum"])
    return _start(record, "checking")


def run(record: PlaceImport, choices: Mapping[str, str]) -> PlaceImport:
    """Bring in what is good, with what a person said about doubtful rows or places."""
    record.mapping = {**record.mapping, "choices": {**record.mapping.get("choices", {}), **choices}}
    record.save(update_fields=["mapping"])
    return _start(record, "running")


def set_aside(record: PlaceImport, *, at: datetime) -> None:
    """Import nothing of this file."""
    record.state, record.finished_at = "set-aside", at
    record.save(update_fields=["state", "finished_at"])


@task()
def carry_out(identifier: str) -> None:
    """What the worker does with an import; doing it twice changes nothing the second time."""
    record = PlaceImport.objects.select_related("file", "by").get(pk=identifier)
    if record.state in BUSY:
        _carry_out(record, at=timezone.localtime())


def _start(record: PlaceImport, state: str) -> PlaceImport:
    record.state, record.progress, record.finished_at = state, 0, None
    record.result = {key: value for key, value in record.result.items() if key not in {"job", "message"}}
    record.save(update_fields=["state", "progress", "finished_at", "result"])
    if record.source == "sheet" and record.result["rows"] <= AT_ONCE_ROWS:
        try:
            _carry_out(record, at=timezone.localtime())
        except Exception:
            logging.getLogger(__name__).exception("the import %s broke off", record.pk)
        return record
    with transaction.atomic():
        job = carry_out.enqueue(str(record.pk))
        record.result = {**record.result, "job": str(job.id)}
        record.save(update_fields=["result"])
    return record


def _carry_out(record: PlaceImport, *, at: datetime) -> None:
    try:
        problem = _sheet(record, at) if record.source == "sheet" else _osm(record, at)
    except Exception:
        note_failed(record, _BROKEN, at=timezone.now())
        raise
    if problem is not None:
        note_failed(record, problem.message, at=timezone.now())


def _sheet(record: PlaceImport, at: datetime) -> FileProblem | None:
    vocabulary = sheet_vocabulary(at)
    note_progress(record, 5)
    sheet = open_sheet(_content(record), record.result["name"], vocabulary)
    if isinstance(sheet, FileProblem):
        return sheet
    note_progress(record, 15)
    outcome = import_sheet(
        sheet,
        {int(column): target for column, target in record.mapping["columns"].items()},
        vocabulary,
        by=record.by,
        at=at,
        datum=cast("Datum | None", record.datum or None),
        choices={int(row): choice for row, choice in record.mapping.get("choices", {}).items()},
        dry_run=record.state == "checking",
        name=record.result["name"],
        progress=lambda percent: note_progress(record, percent),
    )
    marked = record.result.get("marked", "")
    if outcome.errors and (record.state == "checking" or not marked):
        name = f"{Path(record.result['name']).stem}-原因.xlsx"
        kept = keep_file([marked_copy(sheet, outcome.errors)], name, XLSX, by=record.by, at=at)
        marked = str(kept.pk)
    _finish(
        record,
        {**_of_sheet(outcome), "marked": marked if outcome.errors else ""},
        "checked" if record.state == "checking" else "done",
    )
    return None


def _osm(record: PlaceImport, at: datetime) -> FileProblem | None:
    if record.file is None:
        return FileProblem(_BROKEN)

    def report(step: Step, count: int) -> None:
        low, high = _SHARE_OF_STEP[step]
        share = count / 100 if step == "drawing" else min(1.0, count / 1_000_000)
        note_progress(record, round(low + (high - low) * share))

    with tempfile.TemporaryDirectory(prefix="anlan-extract-") as folder:
        # What kind of extract it is, is told by its name.
        extract = Path(folder) / record.result["name"]
        extract.symlink_to(path_of(record.file.sha256).resolve())
        outcome = import_osm(
            extract,
            sheet_vocabulary(at).kinds,
            by=record.by,
            at=at,
            draw=bool(record.mapping.get("draw")),
            name=record.result["name"],
            choices=record.mapping.get("choices", {}),
            progress=report,
        )
    if isinstance(outcome, FileProblem):
        return outcome
    found = {
        "places": dict(outcome.places),
        "roads_km": outcome.roads_km,
        "merged": outcome.merged,
        "skipped": outcome.skipped,
        "created": len(outcome.registered.created),
        "changed": len(outcome.registered.changed),
        "unchanged": len(outcome.registered.unchanged),
        "doubtful_count": len(outcome.doubtful),
        "doubtful": [_plain_doubtful(place) for place in outcome.doubtful[:SHOWN_DOUBTS]],
        "basemap": outcome.basemap is not None,
    }
    _finish(record, found, "done")
    return None


def _finish(record: PlaceImport, found: Mapping[str, Any], state: str) -> None:
    record.result = {**record.result, **found}
    record.state, record.progress, record.finished_at = state, 100, timezone.now()
    record.save(update_fields=["result", "state", "progress", "finished_at"])


def _content(record: PlaceImport) -> bytes:
    return path_of(record.file.sha256).read_bytes() if record.file else b""


def _samples(sheet: Sheet, column: int) -> list[str]:
    """The first values of a column that are not blank."""
    found: list[str] = []
    for row in sheet.rows[:1000]:
        if row.cells[column] is not None:
            found.append(str(row.cells[column])[:60])
            if len(found) == SAMPLES:
                break
    return found


# ---- as JSON, for the page ---------------------------------------------------------------------


def _of_sheet(outcome: SheetOutcome) -> dict[str, Any]:
    return {
        "rows": outcome.rows,
        "created": len(outcome.registered.created),
        "changed": len(outcome.registered.changed),
        "unchanged": len(outcome.registered.unchanged),
        "left_out": outcome.left_out,
        "wrong": len(outcome.wrong_rows),
        "mistakes": len(outcome.errors),
        "errors": [_plain_error(error) for error in outcome.errors[:SHOWN_ERRORS]],
        "doubtful_count": len(outcome.doubtful),
        "doubtful": [_plain_doubtful(row) for row in outcome.doubtful[:SHOWN_DOUBTS]],
    }


def _plain_error(error: RowError) -> dict[str, Any]:
    return {
        "row": error.row,
        "header": error.header.replace("\n", " "),
        "value": error.value[:120],
        "message": {"zh": error.message.zh, "en": error.message.en},
    }


def _plain_doubtful(found: DoubtfulRow | DoubtfulPlace) -> dict[str, Any]:
    """A row or a place that a person has to judge; `key` is what the choice is kept under."""
    is_row = isinstance(found, DoubtfulRow)
    return {
        "key": str(found.row) if isinstance(found, DoubtfulRow) else found.code,
        "row": found.row if isinstance(found, DoubtfulRow) else None,
        "name": found.name,
        "code": found.code,
        "waits": is_row or not (isinstance(found, DoubtfulPlace) and found.is_registered),
        "perhaps": [_plain_doubt(doubt) for doubt in found.doubts[:5]],
    }


def _plain_doubt(doubt: Doubt) -> dict[str, Any]:
    because = {"zh": doubt.because.zh, "en": doubt.because.en}
    return {"code": doubt.code, "name": doubt.name, "row": doubt.row, "because": because}
