"""Places written as .xlsx, .csv and GeoJSON, readable again by the import without any change."""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import xlsxwriter

from anlan.links.place_rows import Figure, PlaceRow, Vocabulary
from anlan.links.sheet_columns import COLUMNS, FACT, heading
from anlan.links.sheet_writing import SAFE_OPTIONS, write_cell
from anlan.links.sheets import FORMULA_STARTS, Cell

_AT_ONCE = 500


def places_xlsx(places: Iterable[PlaceRow], vocabulary: Vocabulary, language: str = "zh") -> bytes:
    """A workbook of the places, written row by row."""
    with tempfile.TemporaryFile() as file:
        options = {**SAFE_OPTIONS, "in_memory": False, "constant_memory": True}
        with xlsxwriter.Workbook(file, options) as book:
            page = book.add_worksheet("场所 Places")
            top = book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
            day = book.add_format({"num_format": "yyyy-mm-dd"})
            titles = _titles(vocabulary)
            page.set_column(0, len(titles) - 1, 18)
            page.freeze_panes(1, 2)
            for number, title in enumerate(titles):
                page.write_string(0, number, title, top)
            for line, place in enumerate(places, start=1):
                for number, cell in enumerate(_cells(place, vocabulary, language)):
                    if cell is not None:
                        write_cell(page, line, number, cell, day if isinstance(cell, date) else None)
        file.seek(0)
        return file.read()


def places_csv(places: Iterable[PlaceRow], vocabulary: Vocabulary, language: str = "zh") -> Iterator[bytes]:
    """UTF-8 with a mark so that Excel shows Chinese; texts that look like formulae are guarded by an apostrophe."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_titles(vocabulary))
    yield b"\xef\xbb\xbf"
    for number, place in enumerate(places, start=1):
        writer.writerow([_guarded(cell) for cell in _cells(place, vocabulary, language)])
        if number % _AT_ONCE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def places_geojson(places: Iterable[PlaceRow]) -> Iterator[bytes]:
    """A feature collection in WGS-84 (RFC 7946); places without a position have no geometry."""
    yield b'{"type": "FeatureCollection", "features": ['
    for number, place in enumerate(places):
        yield (",\n" if number else "\n").encode() + json.dumps(_feature(place), ensure_ascii=False).encode()
    yield b"\n]}\n"


def _titles(vocabulary: Vocabulary) -> list[str]:
    return [heading(column.title) for column in COLUMNS] + [
        heading(fact.title) for fact in vocabulary.further_facts.values()
    ]


def _cells(place: PlaceRow, vocabulary: Vocabulary, language: str) -> list[Cell]:
    kind = vocabulary.kinds.get(place.kind)
    values: dict[str, Cell] = {
        "kind": kind.in_language(language) if kind else place.kind,
        "critical_facility": _yes_no(place.critical_facility, language),
        "public_service": _yes_no(place.public_service, language),
    }
    if place.position:
        values |= {
            "longitude": place.position.longitude,
            "latitude": place.position.latitude,
            "datum": "WGS-84",
        }
    for name in ("area_m2", "daily_visitors", "peak_present"):
        figure: Figure | None = getattr(place, name)
        if figure:
            values |= {name: figure.value, f"{name}_method": figure.method or None, f"{name}_on": figure.on}
        else:
            values[name] = None
    cells: list[Cell] = [
        values[column.id] if column.id in values else getattr(place, column.id, "") or None
        for column in COLUMNS
    ]
    for identifier, fact in vocabulary.further_facts.items():
        value = place.facts.get(identifier)
        term = (fact.terms or {}).get(value) if isinstance(value, str) else None
        cells.append(
            term.in_language(language)
            if term
            else _yes_no(value, language)
            if isinstance(value, bool)
            else value
        )
    return cells


def _feature(place: PlaceRow) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for column in COLUMNS:
        value = getattr(place, column.id, None)
        if isinstance(value, Figure):
            properties[column.id] = value.value
            properties[f"{column.id}_method"] = value.method or None
            properties[f"{column.id}_on"] = value.on.isoformat() if value.on else None
        elif value not in (None, "") and column.id not in {"longitude", "latitude", "datum"}:
            properties[column.id] = value
    geometry = None
    if place.position:
        geometry = {
            "type": "Point",
            "coordinates": [round(place.position.longitude, 7), round(place.position.latitude, 7)],
        }
    return {
        "type": "Feature",
        "geometry": geometry,
        "properties": {key: value for key, value in properties.items() if value is not None}
        | {key.removeprefix(FACT): value for key, value in place.facts.items()},
    }


def _yes_no(flag: bool | None, language: str) -> str | None:
    if flag is None:
        return None
    return ("yes" if flag else "no") if language.startswith("en") else ("是" if flag else "否")


def _guarded(cell: Cell) -> str:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(tuple(FORMULA_STARTS)) else cell
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
