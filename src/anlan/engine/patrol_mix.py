"""Mixes as JSON keeps them: thousands of whole rounds packed into one text, of which single ones can be read.

Times are kept as steps from the one before, so that rounds that are alike but for their beginning pack well.
"""

import base64
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.int32]
Column = tuple[tuple[int, ...], ...]
"""One round of a crew: for each guard checkpoint, arrival and leaving (in slots) of every visit, one after another."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Packed rounds: column c has the walks from `first[c]` on, walk w the visits from `begins[w]` on."""

    first: Figures
    begins: Figures
    steps: Figures

    def __len__(self) -> int:
        return len(self.first) - 1

    def __getitem__(self, number: int) -> Column:
        return tuple(self._walk(walk) for walk in range(self.first[number], self.first[number + 1]))

    def __iter__(self) -> Iterator[Column]:
        return (self[number] for number in range(len(self)))

    def _walk(self, number: int) -> tuple[int, ...]:
        visits = self.steps[self.begins[number] : self.begins[number + 1]].copy()
        visits[:, 1:] = np.cumsum(visits[:, 1:].reshape(-1)).reshape(-1, 2)
        return tuple(visits.reshape(-1).tolist())


def packed(columns: Iterable[Sequence[Sequence[int]]]) -> str:
    """Columns as text."""
    guards: list[int] = []
    lengths: list[int] = []
    steps: list[Figures] = []
    for column in columns:
        guards.append(len(column))
        for walked in column:
            visits = np.array(walked, np.int32).reshape(-1, 3)
            lengths.append(len(visits))
            visits[:, 1:] = np.diff(visits[:, 1:].reshape(-1), prepend=0).reshape(-1, 2)
            steps.append(visits)
    body = np.concatenate(steps).reshape(-1) if steps else np.zeros(0, np.int32)
    head = np.array([len(guards), len(lengths), *guards, *lengths], "<i4").tobytes()
    return base64.b64encode(zlib.compress(head + body.astype("<i2").tobytes(), 6)).decode()


@lru_cache(maxsize=8)
def unpacked(text: str) -> Columns:
    """The columns out of their text; those read last are kept, for weeks are drawn from one mix."""
    content = zlib.decompress(base64.b64decode(text))
    columns, walks = np.frombuffer(content, "<i4", 2).tolist()
    sizes = np.frombuffer(content, "<i4", columns + walks, 8).astype(np.int32)
    body = np.frombuffer(content, "<i2", -1, 8 + 4 * (columns + walks)).astype(np.int32)
    return Columns(_sums(sizes[:columns]), _sums(sizes[columns:]), body.reshape(-1, 3))


def _sums(sizes: Figures) -> Figures:
    return np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
