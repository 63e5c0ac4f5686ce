"""All places as columns of numbers, as the array engine takes them. The SQL is plain enough for both databases."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.engine.areas import Situated, covered
from anlan.engine.board_register import (
    BoardPosture,
    BoardRegister,
    Column,
    PointRows,
    column_of,
)
from anlan.engine.facts import PostureSpan, SubjectFacts
from anlan.engine.policy import FactValue
from anlan.models import Place
from anlan.queries.board_rows import Floats, rows_of, seconds_of
from anlan.queries.subjects import FLAGS, PostureSpans, place_subjects

NUMBERS = ("area_m2", "daily_visitors", "peak_present")
_PLACES = """
    SELECT id, code, district_id, COALESCE(registered_at, registered_at), COALESCE(closed_at, closed_at), kind,
           area_m2, daily_visitors, peak_present, critical_facility, public_service, facts, longitude, latitude
    FROM anlan_place ORDER BY name_sort, id
"""


@dataclass(frozen=True, slots=True)
class LoadedRegister:
    """The register as columns, in order of name, with what leads from its rows to the database and back.

    `ids` are the places' keys as the database gives them; `districts` and `kinds` are what the codes stand for.
    `points` leads from the keys of checkpoints to their numbers; `longitude` and `latitude` are NaN where unknown.
    """

    register: BoardRegister
    ids: Sequence[Any]
    index: Mapping[Any, int]
    districts: tuple[str, ...]
    kinds: tuple[str, ...]
    kind: NDArray[np.int32]
    points: Mapping[Any, int]
    longitude: Floats
    latitude: Floats

    def situated(self, parents: Mapping[str, str | None]) -> Situated:
        """The places as an area looks at them; `parents` leads from a district to the one it is part of."""
        return Situated(
            codes=self.register.codes,
            district=self.register.district,
            districts=self.districts,
            kind=self.kind,
            kinds=self.kinds,
            longitude=self.longitude,
            latitude=self.latitude,
            parents=parents,
        )


def load_register(known_at: datetime | None = None) -> LoadedRegister:
    """The whole register as known at a moment (None: now); six reads."""
    rows = rows_of(_PLACES)
    columns = list(zip(*rows, strict=True)) or [()] * 14
    ids, codes, district_codes, registered, closed, kinds = columns[:6]
    index = {identifier: number for number, identifier in enumerate(ids)}
    districts, district = _coded([code or "" for code in district_codes])
    kind_words, kind = _coded(kinds)
    facts: dict[str, Column] = {
        "kind": Column(kind, kind_words),
        **{name: Column(np.array(columns[6 + at], dtype=np.float64)) for at, name in enumerate(NUMBERS)},
        **{
            name: Column(np.array(columns[9 + at], dtype=np.int32), (False, True))
            for at, name in enumerate(FLAGS)
        },
        **_declared(columns[11]),
    }
    start = seconds_of(registered)
    subjects = _with_a_history({code: number for number, code in enumerate(codes)}, known_at)
    row_place, row_start, facts = _with_history(start, facts, subjects)
    points, checkpoints = _checkpoints(index, known_at)
    register = BoardRegister(
        codes=list(codes),
        district=district,
        registered=start,
        closed=_closed(seconds_of(closed), subjects),
        row_place=row_place,
        row_start=row_start,
        facts=facts,
        checkpoints=checkpoints,
        occurrences=_occurrences(index, known_at),
    )
    longitude, latitude = (np.array(column, dtype=np.float64) for column in columns[12:])
    loaded = LoadedRegister(register, ids, index, districts, kind_words, kind, points, longitude, latitude)
    return with_postures(loaded, known_at)


def _coded(values: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    words: dict[str, int] = {}
    codes = [words.setdefault(value, len(words)) for value in values]
    return tuple(words), np.array(codes, dtype=np.int32)


def _declared(texts: Sequence[Any]) -> dict[str, Column]:
    """Facts that only schemes declare, out of the column of JSON."""
    found: dict[str, list[FactValue]] = {}
    for number, text in enumerate(texts):
        if text in ("{}", {}, None):
            continue
        for name, value in (json.loads(text) if isinstance(text, str) else text).items():
            found.setdefault(name, [None] * len(texts))[number] = value
    return {name: column_of(values) for name, values in found.items()}


def _with_a_history(numbers: Mapping[str, int], known_at: datetime | None) -> dict[int, SubjectFacts]:
    """By their number those places of which the row alone does not tell all: changed since, or asked of the past."""
    changed = Place.objects.all() if known_at is not None else Place.objects.filter(pk__in=_changed())
    subjects = place_subjects(list(changed), known_at)
    return {numbers[subject.code]: subject for subject in subjects if subject.code in numbers}


def _closed(closed: Floats, subjects: Mapping[int, SubjectFacts]) -> Floats:
    """When places were closed (inf: they are not), as known of those with a history."""
    seconds = np.nan_to_num(closed, nan=np.inf)
    for number, subject in subjects.items():
        seconds[number] = np.inf if subject.closed is None else subject.closed.timestamp()
    return seconds


def _with_history(
    start: Floats, facts: dict[str, Column], subjects: Mapping[int, SubjectFacts]
) -> tuple[NDArray[np.int32], Floats, dict[str, Column]]:
    """The rows of facts, with one more for each later version of those places whose facts changed."""
    places = np.arange(len(start), dtype=np.int32)
    if not subjects:
        return places, start, facts
    wanted = [(number, subject.versions) for number, subject in subjects.items()]
    names = dict.fromkeys(
        [*facts, *(name for _n, versions in wanted for one in versions for name in one.values)]
    )
    kept = np.setdiff1d(places, np.array([number for number, _v in wanted], dtype=np.int32))
    extra = [
        (number, version)
        for number, versions in sorted(wanted, key=lambda one: one[0])
        for version in versions
    ]
    row_place = np.concatenate([kept, np.array([number for number, _v in extra], dtype=np.int32)])
    row_start = np.concatenate([start[kept], [version.start.timestamp() for _n, version in extra]])
    order = np.lexsort((row_start, row_place))
    joined = {
        name: _joined(facts.get(name), kept, [version.values.get(name) for _n, version in extra], order)
        for name in names
    }
    return row_place[order].astype(np.int32), row_start[order], joined


def _joined(
    column: Column | None, kept: NDArray[np.int32], extra: Sequence[FactValue], order: NDArray[np.int64]
) -> Column:
    if column is None:
        column = column_of([*extra])
        if column.words is None:
            return Column(np.concatenate([np.full(len(kept), np.nan), column.values])[order])
        unknown = np.full(len(kept), -1, dtype=np.int32)
        return Column(np.concatenate([unknown, column.values]).astype(np.int32)[order], column.words)
    if column.words is None:
        numbers = np.array(
            [value if isinstance(value, int | float) else np.nan for value in extra], dtype=np.float64
        )
        return Column(np.concatenate([column.values[kept], numbers])[order])
    words = list(column.words)
    codes = []
    for value in extra:
        if value is not None and value not in words:
            words.append(value)
        codes.append(-1 if value is None else words.index(value))
    return Column(np.concatenate([column.values[kept], np.array(codes, dtype=np.int32)])[order], tuple(words))


def _changed() -> list[Any]:
    """Places with a fact that began to hold after they were registered."""
    sql = """
        SELECT DISTINCT place_id FROM anlan_placefact fact JOIN anlan_place place ON place.id = fact.place_id
        WHERE fact.valid_from > place.registered_at
    """
    return [row[0] for row in rows_of(sql)]


def _checkpoints(index: Mapping[Any, int], known_at: datetime | None) -> tuple[dict[Any, int], PointRows]:
    """The checkpoints known by then; opening and closing one is recorded at the moment it happens."""
    sql = "SELECT id, place_id, opened_at, closed_at FROM anlan_checkpoint"
    read = rows_of(f"{sql} WHERE opened_at <= %s", [known_at]) if known_at else rows_of(sql)
    rows = [row for row in read if row[1] in index]
    opened = seconds_of([row[2] for row in rows])
    closed = np.nan_to_num(seconds_of([row[3] for row in rows]), nan=np.inf)
    if known_at is not None:
        closed = np.where(closed <= known_at.timestamp(), closed, np.inf)
    place = np.array([index[row[1]] for row in rows], dtype=np.int32)
    return {row[0]: number for number, row in enumerate(rows)}, PointRows(place, opened, closed)


def _occurrences(
    index: Mapping[Any, int], known_at: datetime | None
) -> dict[str, tuple[NDArray[np.int32], Floats]]:
    sql = "SELECT kind, place_id, at FROM anlan_occurrence"
    rows = rows_of(f"{sql} WHERE recorded_at <= %s", [known_at]) if known_at else rows_of(sql)
    grouped: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for kind, place, at in rows:
        if place in index:
            grouped[kind].append((index[place], at))
    return {
        kind: (
            np.array([place for place, _at in pairs], dtype=np.int32),
            seconds_of([at for _p, at in pairs]),
        )
        for kind, pairs in grouped.items()
    }


def with_postures(loaded: LoadedRegister, known_at: datetime | None = None) -> LoadedRegister:
    """The register with the levels that are raised, as known at a moment (None: now)."""
    return replace(loaded, register=replace(loaded.register, postures=_postures(loaded, known_at)))


def _postures(loaded: LoadedRegister, known_at: datetime | None) -> list[BoardPosture]:
    spans = PostureSpans(known_at)
    found = [_posture(span, None) for span in spans.city]
    for number, code in enumerate(loaded.districts):
        members = np.flatnonzero(loaded.register.district == number).astype(np.int32)
        found += [_posture(span, members) for span in spans.of_district(code)]
    there = loaded.situated(spans.parents)
    for area, span in spans.areas:
        members = np.flatnonzero(covered(area, there)).astype(np.int32)
        found.append(_posture(span, None if area.city else members))
    text = (
        {str(identifier).replace("-", ""): number for identifier, number in loaded.index.items()}
        if spans.places
        else {}
    )
    for place, raised in spans.places.items():
        if place.hex not in text:
            continue
        member = np.array([text[place.hex]], dtype=np.int32)
        found += [_posture(span, member) for span in raised]
    return found


def _posture(span: PostureSpan, places: NDArray[np.int32] | None) -> BoardPosture:
    end = np.inf if span.end is None else span.end.timestamp()
    return BoardPosture(span.level, span.start.timestamp(), end, places)
