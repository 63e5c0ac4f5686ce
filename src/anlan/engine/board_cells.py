"""Times cut for all places at once: cells within which neither facts nor the posture of a place change."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board_conditions import Facts
from anlan.engine.board_register import (
    BoardRegister,
    Column,
    Instants,
    Numbers,
    instants,
)
from anlan.engine.policy import LEVELS

Picks = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells in order of place and time, each from `start` (in) to `end` (out), with its row of facts.

    `level` is the highest of the levels raised for the place itself, without those of the whole city.
    """

    place: Numbers
    start: Instants
    end: Instants
    row: Picks
    level: Numbers

    def __len__(self) -> int:
        return len(self.place)

    def within(self, start: int, end: int) -> "Cells":
        """The parts of the cells that lie between two instants."""
        inside = (self.start < end) & (self.end > start)
        if inside.all():
            cells = self
        else:
            chosen = np.flatnonzero(inside)
            cells = Cells(
                self.place[chosen], self.start[chosen], self.end[chosen], self.row[chosen], self.level[chosen]
            )
        return Cells(
            cells.place, np.maximum(cells.start, start), np.minimum(cells.end, end), cells.row, cells.level
        )


def joined(parts: Sequence[Cells]) -> tuple[Cells, list[Picks]]:
    """Cells of several spans of time in one order, and for each span the numbers that its cells then have."""
    if len(parts) == 1:
        return parts[0], [np.arange(len(parts[0]))]
    place = np.concatenate([part.place for part in parts])
    order = np.argsort(place, kind="stable")
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    start, end, row, level = (
        np.concatenate([getattr(part, name) for part in parts])[order]
        for name in ("start", "end", "row", "level")
    )
    bounds = np.cumsum([len(part) for part in parts])[:-1]
    return Cells(place[order], start, end, row, level), np.split(rank, bounds)


def cut_cells(
    register: BoardRegister, until: int, extra: Sequence[tuple[int, int]] = (), *, postures: bool
) -> Cells:
    """The cells of all places from registration to `until`, or to closing if that is earlier.

    `extra` are further (place, instant) pairs at which to cut: the edges of a place's own figures.
    """
    opened, closed = instants(register.registered), instants(register.closed)
    row_start = instants(register.row_start)
    first = np.ones(len(register.row_place), dtype=bool)
    first[1:] = register.row_place[1:] != register.row_place[:-1]
    row_start = np.where(first, opened[register.row_place], row_start)
    raised = [span for span in register.postures if span.places is not None] if postures else []
    places, starts = [register.row_place], [row_start]
    for span in raised:
        for edge in instants([span.start, span.end]):
            places.append(np.asarray(span.places, dtype=np.int32))
            starts.append(np.full(len(places[-1]), edge))
    if extra:
        places.append(np.array([place for place, _ in extra], dtype=np.int32))
        starts.append(np.array([moment for _, moment in extra], dtype=np.int64))
    place, start = _in_order(np.concatenate(places), np.concatenate(starts), opened, sort=len(places) > 1)
    end = np.full(len(place), until)
    follows = place[1:] == place[:-1]
    end[:-1][follows] = start[1:][follows]
    end = np.minimum(np.minimum(end, until), closed[place])
    kept = np.flatnonzero(start < end)
    place, start, end = place[kept], start[kept], end[kept]
    row = _rows_of(register, row_start, place, start)
    level = np.zeros(len(place), dtype=np.int32)
    for span in raised:
        begin, finish = instants([span.start, span.end])
        held = np.zeros(len(register.codes), dtype=bool)
        held[span.places] = True
        inside = held[place] & (start >= begin) & (start < finish)
        level[inside] = np.maximum(level[inside], LEVELS.index(span.level))
    return Cells(place, start, end, row, level)


def _in_order(place: Numbers, start: Instants, opened: Instants, *, sort: bool) -> tuple[Numbers, Instants]:
    """The cuts by place and time, those before registration at registration, each once."""
    start = np.maximum(start, opened[place])
    if sort:
        order = np.lexsort((start, place))
        place, start = place[order], start[order]
    fresh = np.ones(len(place), dtype=bool)
    fresh[1:] = (place[1:] != place[:-1]) | (start[1:] != start[:-1])
    return (place, start) if fresh.all() else (place[fresh], start[fresh])


def _rows_of(register: BoardRegister, row_start: Instants, place: Numbers, start: Instants) -> Picks:
    """The last row of facts of each cell's place that begins by the cell's start."""
    ends = np.cumsum(np.bincount(register.row_place, minlength=len(register.codes)))
    row: Picks = (ends[place] - 1).astype(np.intp)
    late = np.flatnonzero(row_start[row] > start)
    while len(late):
        row[late] -= 1
        late = late[row_start[row[late]] > start[late]]
    return row


def facts_of_cells(register: BoardRegister, cells: Cells, city_level: int) -> Facts:
    """The facts of cells, with the posture that the city's level and their own make."""
    whole = len(cells) == len(register.row_place) and np.array_equal(cells.row, np.arange(len(cells)))
    levels = np.maximum(cells.level, city_level).astype(np.int32)
    return Facts(
        len(cells), register.facts, None if whole else cells.row, {"posture": Column(levels, LEVELS)}
    )
