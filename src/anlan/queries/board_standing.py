"""What stands on record for places and what was waived, as the rows the array engine takes."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

import numpy as np

from anlan.engine.board_register import (
    MarkRows,
    WaiverRows,
)
from anlan.queries.board_register import LoadedRegister
from anlan.queries.board_rows import Floats, rows_of, seconds_of, without_collecting

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
    parts = [mark_rows(loaded, rules, rows_of(_ROUNDS))]
    if loaded.ids:
        keys = np.array([str(one) for one in loaded.ids], dtype="S36")
        order = np.argsort(keys)
        keys = keys[order]
        for name, places, effective, expires, quantities in rows_of(_SINGLE):
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
    rows = rows_of("SELECT DISTINCT scheme || '/' || rule FROM anlan_standing WHERE place_id IS NOT NULL")
    return {name: number for number, (name,) in enumerate(sorted(rows))}


def _numbers(joined: str) -> Floats:
    return np.fromstring(joined, dtype=np.float64, sep=",")


def mark_rows(loaded: LoadedRegister, rules: Mapping[str, int], rows: Sequence[Sequence[Any]]) -> MarkRows:
    """Rows of scheme/rule, place, checkpoint, effective, expires, quantity as the array engine takes them.

    Rows of places registered since the register was loaded are left out: the journal will have it loaded again.
    """
    if not rows:
        return MarkRows.none()
    with without_collecting():
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
    read = rows_of(f"{sql} AND recorded_at <= %s", [known_at]) if known_at else rows_of(sql)
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
