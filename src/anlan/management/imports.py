"""`anlan import`: places from OpenStreetMap or a sheet, and districts from a list."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import click
from django.db import DatabaseError, connection
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from anlan.actions.districts import DistrictsOutcome
from anlan.actions.import_records import note_done
from anlan.actions.installation import name_city
from anlan.actions.osm_imports import OsmOutcome
from anlan.actions.register import Registered
from anlan.actions.sheet_imports import SheetOutcome, columns_problems, import_sheet, open_sheet
from anlan.engine.policy import Text
from anlan.links.coordinates import DATUMS, Datum, read_datum
from anlan.links.files import MEGABYTE, FileProblem
from anlan.links.place_rows import RowError
from anlan.links.sheet_columns import ignored_columns, propose_mapping
from anlan.links.sheet_writing import marked_copy
from anlan.links.sheets import SheetLimits
from anlan.management.output import WHEN, as_json, in_terminal_language, write_json, write_table
from anlan.management.terminal import both, refuse, tell
from anlan.queries.place_matching import Doubt
from anlan.queries.sheet_vocabulary import sheet_vocabulary

SHOWN = 40
"""Lines of a list that are written out for people; --json has them all."""

_STEPS = {
    "reading": ("读取", "reading"),
    "matching": ("比对", "matching"),
    "drawing": ("绘制底图", "drawing the map"),
    "writing": ("写入", "writing"),
}


class DatumName(click.ParamType["Datum"]):
    """A datum as people write it: WGS84, GCJ02, 高德."""

    name = "datum"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Datum:
        datum = read_datum(str(value))
        if datum is None:
            names = ", ".join(DATUMS)
            self.fail(
                both(f"不认识坐标系“{value}”，可用：{names}。", f"'{value}' is no datum; one of {names}."),
                param,
                ctx,
            )
        return datum


@click.group(name="import")
def imports() -> None:
    """Bring in places, a map extract or districts.  导入场所、地图或辖区。"""
    try:
        ready = "anlan_placeimport" in connection.introspection.table_names()
    except DatabaseError as error:
        refuse(f"无法打开数据库（{error}）。", f"The database cannot be opened ({error}).")
    if not ready:
        refuse(
            "数据库尚未建立。请先运行 ./run --setup-only。",
            "There is no database yet. Run ./run --setup-only first.",
        )


@imports.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--city", default="", metavar="NAME", help="城市名称  name of the city")
@click.option("--no-map", is_flag=True, help="保留现有底图  keep the present base map")
@as_json
def osm(file: Path, city: str, no_map: bool, as_json: bool) -> None:
    """Bring in an OpenStreetMap extract: places and base map.  导入 OpenStreetMap 数据：场所与底图。"""
    from anlan.actions.osm_imports import import_osm

    started, at = time.monotonic(), timezone.localtime()
    _there(file)
    _fits(city)
    kinds = sheet_vocabulary(at).kinds
    with _bar() as bar:
        task = bar.add_task(both(*_STEPS["reading"]), total=None)

        def show(step: str, count: int) -> None:
            drawn = {"total": 100, "completed": count} if step == "drawing" else {"total": None}
            bar.update(task, description=both(*_STEPS[step]), **drawn)

        with _or_refuse():
            outcome = import_osm(
                file, kinds, by=None, at=at, city_name=city, draw=not no_map, name=file.name, progress=show
            )
    if isinstance(outcome, FileProblem):
        _refuse(outcome)
    if city:
        name_city(*_city_names(city), by=None, at=at)
    answer = {
        "places": dict(outcome.places),
        "roads_km": outcome.roads_km,
        "merged": outcome.merged,
        "skipped": outcome.skipped,
        "seconds": round(time.monotonic() - started, 2),
        **_counts(outcome.registered),
        "doubtful": [
            {
                "code": place.code,
                "name": place.name,
                "source_id": place.source_id,
                "registered": place.is_registered,
                "perhaps": _perhaps(place.doubts),
            }
            for place in outcome.doubtful
        ],
        "basemap": str(outcome.basemap.path.with_name("basemap.pmtiles")) if outcome.basemap else None,
    }
    note_done("osm", file.name, answer, by=None, at=at)
    if as_json:
        write_json(answer)
    else:
        _show_osm(outcome, answer, kinds)


@imports.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--datum",
    type=DatumName(),
    help="未注明坐标系的坐标所用的坐标系：WGS84、GCJ02、BD09  datum of coordinates without one",
)
@click.option("--dry-run", is_flag=True, help="只检查，不导入  check only, import nothing")
@click.option(
    "--all-or-nothing", is_flag=True, help="有一行不对就都不导入  import nothing while a row is wrong"
)
@click.option(
    "--marked",
    type=click.Path(path_type=Path),
    help="另存注明原因的副本（.xlsx）  write a copy with the reasons",
)
@as_json
def places(
    file: Path, datum: Datum | None, dry_run: bool, all_or_nothing: bool, marked: Path | None, as_json: bool
) -> None:
    """Bring in places from a sheet, .xlsx or .csv.  从 .xlsx 或 .csv 表格导入场所。"""
    at = timezone.localtime()
    content = _content(file)
    vocabulary = sheet_vocabulary(at)
    sheet = open_sheet(content, file.name, vocabulary)
    if isinstance(sheet, FileProblem):
        _refuse(sheet)
    mapping = propose_mapping(sheet.header, vocabulary.facts)
    if problems := columns_problems(sheet.header, mapping, vocabulary):
        refuse("".join(text.zh for text in problems), " ".join(text.en for text in problems))
    ignored = ignored_columns(sheet.header, mapping)
    if ignored:
        tell(
            f"不认识的列，未导入：{'、'.join(ignored)}。",
            f"columns that are not known and left out: {', '.join(ignored)}.",
        )
    with _bar() as bar:
        task = bar.add_task(both(f"{len(sheet.rows)} 行", f"{len(sheet.rows)} rows"), total=100)
        with _or_refuse():
            outcome = import_sheet(
                sheet,
                mapping,
                vocabulary,
                by=None,
                at=at,
                datum=datum,
                dry_run=dry_run,
                all_or_nothing=all_or_nothing,
                name=file.name,
                progress=lambda percent: bar.update(task, completed=percent),
            )
    if marked is not None and outcome.errors:
        _save(marked, marked_copy(sheet, outcome.errors))
    answer = {
        "rows": outcome.rows,
        "imported": 0 if dry_run else outcome.imported,
        "wrong": [_wrong(error) for error in outcome.errors],
        "ignored_columns": list(ignored),
        "dry_run": dry_run,
        **_counts(outcome.registered),
        "doubtful": [
            {"row": row.row, "name": row.name, "code": row.code, "perhaps": _perhaps(row.doubts)}
            for row in outcome.doubtful
        ],
    }
    if not dry_run:
        note_done("sheet", file.name, {**answer, "wrong": len(outcome.wrong_rows)}, by=None, at=at)
    if as_json:
        write_json(answer)
    else:
        _show_places(outcome, dry_run=dry_run)
    raise SystemExit(1 if outcome.errors or outcome.doubtful else 0)


@imports.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--within", default="", metavar="DIGITS", help="只导入代码以此开头的辖区  only codes that begin so"
)
@click.option("--from", "valid_from", type=WHEN, help="启用日期  the day from which they are valid")
@as_json
def districts(file: Path, within: str, valid_from: datetime | None, as_json: bool) -> None:
    """Bring in districts by GB/T 2260 code from a list (code, name).  按行政区划代码导入辖区。"""
    from anlan.actions.districts import import_districts

    content = _content(file)
    day = valid_from.date() if valid_from else None
    with _or_refuse():
        outcome = import_districts(
            content, file.name, by=None, at=timezone.localtime(), within=within, valid_from=day
        )
    if isinstance(outcome, FileProblem):
        _refuse(outcome)
    if as_json:
        write_json(_districts(outcome))
    else:
        _show_wrong(outcome.errors)
        tell(
            f"辖区：新增 {outcome.created}，变更 {outcome.changed}，未变 {outcome.unchanged}。",
            f"districts: {outcome.created} new, {outcome.changed} changed, {outcome.unchanged} as they were.",
        )
    raise SystemExit(1 if outcome.errors else 0)


# ---- files and mistakes ------------------------------------------------------------------------


def _there(file: Path) -> Path:
    """The file, or one line that says that it cannot be read."""
    if file.is_dir():
        refuse(f"“{file}”是文件夹，请给出文件。", f"'{file}' is a folder; name a file.")
    try:
        with file.open("rb"):
            return file
    except OSError as error:
        reason = error.strerror or str(error)
        refuse(f"无法读取“{file}”（{reason}）。", f"'{file}' cannot be read ({reason}).")


def _content(file: Path) -> bytes:
    """What is in a sheet; one that is far too large is not read to its end."""
    with _there(file).open("rb") as opened:
        return opened.read(SheetLimits().bytes + MEGABYTE)


def _save(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        reason = error.strerror or str(error)
        refuse(f"无法写入“{file}”（{reason}）。", f"'{file}' cannot be written ({reason}).")


def _fits(city: str) -> None:
    if len(city) > 80:
        refuse("城市名称最多 80 个字符。", "A city's name has at most 80 characters.")


def _refuse(problem: FileProblem) -> NoReturn:
    refuse(problem.message.zh, problem.message.en)


@contextmanager
def _or_refuse() -> Iterator[None]:
    """A busy database or a full disk is said in one line; nothing is half imported."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        refuse(f"没有导入任何内容：{error}。", f"Nothing was imported: {error}.")


def _city_names(city: str) -> tuple[str, str]:
    from anlan.queries.installation import city_settings

    stated = city_settings()
    return (stated.name_zh, city) if city.isascii() else (city, stated.name_en)


# ---- answers -----------------------------------------------------------------------------------


def _counts(registered: Registered) -> dict[str, int]:
    return {
        "created": len(registered.created),
        "changed": len(registered.changed),
        "unchanged": len(registered.unchanged),
    }


def _wrong(error: RowError) -> dict[str, Any]:
    message = {"zh": error.message.zh, "en": error.message.en}
    return {"row": error.row, "column": error.header, "value": error.value, "message": message}


def _perhaps(doubts: Sequence[Doubt]) -> list[dict[str, Any]]:
    return [
        {
            "code": doubt.code,
            "name": doubt.name,
            "row": doubt.row,
            "because": {"zh": doubt.because.zh, "en": doubt.because.en},
        }
        for doubt in doubts
    ]


def _districts(outcome: DistrictsOutcome) -> dict[str, Any]:
    return {
        "rows": outcome.rows,
        "created": outcome.created,
        "changed": outcome.changed,
        "unchanged": outcome.unchanged,
        "wrong": [_wrong(error) for error in outcome.errors],
    }


def _bar() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )


def _show_osm(outcome: OsmOutcome, answer: dict[str, Any], kinds: Any) -> None:
    unknown = Text("", "")
    rows = [
        (kind, in_terminal_language(kinds.get(kind, unknown)), count)
        for kind, count in outcome.places.items()
    ]
    write_table("", ("kind", "类型 Kind", "数量 Count"), rows)
    if outcome.doubtful:
        found = [(p.code, p.name, p.doubts[0].code, p.doubts[0].name) for p in outcome.doubtful[:SHOWN]]
        title = both(f"请核对：可能重复（{len(outcome.doubtful)}）", "for you to judge: perhaps the same")
        write_table(title, ("", "", "", ""), found)
    taken = outcome.registered
    tell(
        f"场所新增 {len(taken.created)}，变更 {len(taken.changed)}，"
        f"未变 {len(taken.unchanged)}；合并 {outcome.merged}，略过 {outcome.skipped}；"
        f"道路 {outcome.roads_km:,.0f} 公里；{answer['seconds']:.1f} 秒。",
        f"places: {len(taken.created)} new, {len(taken.changed)} changed, {len(taken.unchanged)} as they were; "
        f"{outcome.merged} merged, {outcome.skipped} left out; roads {outcome.roads_km:,.0f} km; "
        f"{answer['seconds']:.1f} s.",
    )


def _show_places(outcome: SheetOutcome, *, dry_run: bool) -> None:
    _show_wrong(outcome.errors)
    if outcome.doubtful:
        found = [
            (row.row, row.name, row.doubts[0].code, in_terminal_language(row.doubts[0].because))
            for row in outcome.doubtful[:SHOWN]
        ]
        write_table(
            both(
                f"可能已有的场所，等待人工判断（{len(outcome.doubtful)}）", "perhaps known, for you to judge"
            ),
            ("行 Row", "名称 Name", "已有 Known", "原因 Reason"),
            found,
        )
    taken = outcome.registered
    said_zh, said_en = ("将", "would be ") if dry_run else ("已", "")
    tell(
        f"{outcome.rows} 行：{said_zh}新增 {len(taken.created)}，变更 {len(taken.changed)}，"
        f"未变 {len(taken.unchanged)}；有误 {len(outcome.wrong_rows)} 行。",
        f"{outcome.rows} rows: {len(taken.created)} {said_en}new, {len(taken.changed)} {said_en}changed, "
        f"{len(taken.unchanged)} as they were; {len(outcome.wrong_rows)} wrong.",
    )


def _show_wrong(errors: Sequence[RowError]) -> None:
    if not errors:
        return
    rows = [
        (error.row, error.header.replace("\n", " "), error.value, in_terminal_language(error.message))
        for error in errors[:SHOWN]
    ]
    write_table(
        both(f"有误（{len(errors)}）", "mistakes"), ("行 Row", "列 Column", "内容 Value", "原因 Reason"), rows
    )
