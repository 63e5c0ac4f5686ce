"""All places as columns of numbers, as the array engine takes them; read past Django's rows for their speed.

The SQL here is plain enough for both databases. SQLite gives times without a zone (in UTC), as text where an
expression such as COALESCE keeps Django from reading each, PostgreSQL with one.
"""

import gc
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from anlan.engine.areas import Situated, covered
from anlan.engine.board_register import (
    BoardPosture,
    BoardRegister,
    Column,
    MarkRows,
    PointRows,
    WaiverRows,
    column_of,
)
from anlan.engine.facts import PostureSpan, SubjectFacts
from anlan.engine.policy import FactValue
from anlan.models import Place
from anlan.queries.subjects import FLAGS, PostureSpans, place_subjects

Floats = NDArray[np.float64]
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
    rows = _read(_PLACES)
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


_ROUNDS = """
    SELECT scheme || '/' || rule, place_id, checkpoint_id, effective_s, expires_s, quantity
    FROM anlan_standing WHERE place_id IS NOT NULL AND checkpoint_id IS NOT NULL
"""
_SINGLE = """
    SELECT scheme || '/' || rule,
           STRING_AGG(CAST(place_id AS TEXT), ','),
           STRING_AGG(CAST(CAST(ROUND(effective_s * 1000000) AS BIGINT) AS TEXT), ','),
           STRING_AGG(COALESCE(CAST(expires_s AS TEXT), 'nan'), ','),
           STRING_AGG(COALESCE(CAST(quantity AS TEXT), 'nan'), ',')
    FROM anlan_standing WHERE place_id IS NOT NULL AND checkpoint_id IS NULL
    GROUP BY scheme, rule
"""


def load_standing(loaded: LoadedRegister, rules: Mapping[str, int]) -> MarkRows:
    """The projection Standing as rows; `rules` gives the number of each scheme/rule.

    All but rounds come as one row of joined numbers for each rule, which is read in a third of the time that single
    rows take. Instants are whole microseconds, so that nothing is lost on the way.
    """
    parts = [mark_rows(loaded, rules, _read(_ROUNDS))]
    if loaded.ids:
        keys = np.array([str(one) for one in loaded.ids], dtype="S36")
        order = np.argsort(keys)
        keys = keys[order]
        for name, places, effective, expires, quantities in _read(_SINGLE):
            wanted = np.array(places.encode().split(b","), dtype="S36")
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            known = keys[at] == wanted
            size = int(known.sum())
            parts.append(
                MarkRows(
                    rule=np.full(size, rules.get(name, -1), dtype=np.int32),
                    place=order[at][known].astype(np.int32),
                    checkpoint=np.full(size, -1, dtype=np.int32),
                    effective=np.fromstring(effective, dtype=np.int64, sep=",")[known] / 1e6,
                    expires=_numbers(expires)[known],
                    quantity=_numbers(quantities)[known],
                )
            )
    return MarkRows(
        *(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(MarkRows))
    )


def rule_names() -> dict[str, int]:
    """Every rule that anything stands on record for, numbered."""
    rows = _read("SELECT DISTINCT scheme || '/' || rule FROM anlan_standing WHERE place_id IS NOT NULL")
    return {name: number for number, (name,) in enumerate(sorted(rows))}


def _numbers(joined: str) -> Floats:
    return np.fromstring(joined, dtype=np.float64, sep=",")


def mark_rows(loaded: LoadedRegister, rules: Mapping[str, int], rows: Sequence[Sequence[Any]]) -> MarkRows:
    """Rows of scheme/rule, place, checkpoint, effective, expires, quantity as the array engine takes them.

    Rows of places registered since the register was loaded are left out: the journal will have it loaded again.
    """
    if not rows:
        return MarkRows.none()
    with _without_collecting():
        names, places, checkpoints, effective, expires, quantities = zip(*rows, strict=True)
        place = np.array([loaded.index.get(one, -1) for one in places], dtype=np.int32)
        numbers = {name: rules.get(name, -1) for name in set(names)}
        found = MarkRows(
            rule=np.array([numbers[name] for name in names], dtype=np.int32),
            place=place,
            checkpoint=np.array([loaded.points.get(one, -1) for one in checkpoints], dtype=np.int32),
            effective=seconds_of(effective),
            expires=seconds_of(expires),
            quantity=np.array(quantities, dtype=np.float64),
        )
    known = place >= 0
    if known.all():
        return found
    return MarkRows(*(getattr(found, field.name)[known] for field in fields(found)))


def load_waivers(
    loaded: LoadedRegister, rules: Mapping[str, int], known_at: datetime | None = None
) -> WaiverRows:
    """Waivers of places as rows, as known at a moment (None: now); a withdrawn one holds up to that moment."""
    sql = 'SELECT scheme, rule, place_id, start, "end", withdrawn_at FROM anlan_waiver WHERE place_id IS NOT NULL'
    read = _read(f"{sql} AND recorded_at <= %s", [known_at]) if known_at else _read(sql)
    rows = [row for row in read if f"{row[0]}/{row[1]}" in rules and row[2] in loaded.index]
    if not rows:
        return WaiverRows.none()
    withdrawn = seconds_of([row[5] for row in rows])
    if known_at is not None:
        withdrawn = np.where(withdrawn <= known_at.timestamp(), withdrawn, np.nan)
    return WaiverRows(
        rule=np.array([rules[f"{row[0]}/{row[1]}"] for row in rows], dtype=np.int32),
        place=np.array([loaded.index[row[2]] for row in rows], dtype=np.int32),
        start=seconds_of([row[3] for row in rows]),
        end=np.fmin(seconds_of([row[4] for row in rows]), withdrawn),
    )


def seconds_of(values: Sequence[Any]) -> Floats:
    """Times as the database gives them, as seconds since 1970; nan where there is none."""
    known = next((value for value in values if value is not None), None)
    if isinstance(known, str):
        moments = np.array([value or "NaT" for value in values], dtype="datetime64[us]")
        return np.where(np.isnat(moments), np.nan, moments.astype(np.float64) / 1e6)
    if not isinstance(known, datetime):
        return np.array(values, dtype=np.float64)
    if known.tzinfo is not None:
        return np.array(
            [np.nan if value is None else value.timestamp() for value in values], dtype=np.float64
        )
    moments = np.array(values, dtype="datetime64[us]")
    return np.where(np.isnat(moments), np.nan, moments.astype(np.float64) / 1e6)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Many small rows are made and none is garbage: looking for it would take longer than making them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _read(sql: str, values: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor, _without_collecting():
        taken = [
            connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
            for value in values
        ]
        cursor.execute(sql, taken or None)
        rows: list[Any] = cursor.fetchall()
        return rows


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
    return [row[0] for row in _read(sql)]


def _checkpoints(index: Mapping[Any, int], known_at: datetime | None) -> tuple[dict[Any, int], PointRows]:
    """The checkpoints known by then; opening and closing one is recorded at the moment it happens."""
    sql = "SELECT id, place_id, opened_at, closed_at FROM anlan_checkpoint"
    read = _read(f"{sql} WHERE opened_at <= %s", [known_at]) if known_at else _read(sql)
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
    rows = _read(f"{sql} WHERE recorded_at <= %s", [known_at]) if known_at else _read(sql)
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
