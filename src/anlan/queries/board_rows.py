"""Rows past Django for their speed, and times as the databases give them, as columns.

SQLite gives times without a zone (in UTC), as text where an expression such as COALESCE keeps Django from reading each,
PostgreSQL with one.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
def without_collecting() -> Iterator[None]:
    """Many small rows are made and none is garbage: looking for it would take longer than making them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def rows_of(sql: str, values: Sequence[Any] = ()) -> list[Any]:
    """All rows of a statement that both databases understand."""
    with connection.cursor() as cursor, without_collecting():
        taken = [
            connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
            for value in values
        ]
        cursor.execute(sql, taken or None)
        rows: list[Any] = cursor.fetchall()
        return rows
