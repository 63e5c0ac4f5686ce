"""Mixes as JSON keeps them: hundreds of whole rounds packed into one text, a tenth as long as written out."""

import base64
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

Column = tuple[tuple[int, ...], ...]
"""One round of a crew: for each guard checkpoint, arrival and leaving (in slots) of every visit, one after another."""


def packed(columns: Iterable[Sequence[Sequence[int]]]) -> str:
    """Columns as text: for each the number of guards, for each guard the number of figures and the figures."""
    figures: list[int] = []
    for column in columns:
        figures.append(len(column))
        for walked in column:
            figures.append(len(walked))
            figures += walked
    content = np.array(figures, "<i2").tobytes()
    return base64.b64encode(zlib.compress(content, 6)).decode()


@lru_cache(maxsize=8)
def unpacked(text: str) -> tuple[Column, ...]:
    """The columns out of their text; those read last are kept, for weeks are drawn from one mix."""
    figures = np.frombuffer(zlib.decompress(base64.b64decode(text)), "<i2").tolist()
    columns: list[Column] = []
    at = 0
    while at < len(figures):
        guards, at = figures[at], at + 1
        column = []
        for _ in range(guards):
            length, at = figures[at], at + 1
            column.append(tuple(figures[at : at + length]))
            at += length
        columns.append(tuple(column))
    return tuple(columns)
