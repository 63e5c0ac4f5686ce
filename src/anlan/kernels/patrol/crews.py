"""Crews: the guards of one beat made ready for walking, and columns of whole legal rounds walked by them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.beats import Beat, Role, closed
from anlan.kernels.patrol.lookahead import Lookahead, lookahead

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """A role with its tables, and the spare time that each stage begins with."""

    role: Role
    table: Lookahead
    spare: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """A beat in arrays, with its guards; `guards[-1]` is the spare one where `helped`."""

    beat: Beat
    walk: Ints
    dwell: Ints
    values: Floats
    slots: int
    attack: int
    guards: tuple[Guard, ...]
    helped: bool = False

    @property
    def moments(self) -> int:
        return self.slots - self.attack + 1


@dataclass(slots=True, eq=False)
class Columns:
    """Whole rounds of a crew: of column c the visits of guard g, and the runs of moments that they meet."""

    visits: list[tuple[Ints, ...]]
    runs: list[Ints]

    def packed(self) -> tuple[Ints, Ints]:
        """Where each column's runs begin, and all runs one after another."""
        begins = np.zeros(len(self.runs) + 1, np.int64)
        np.cumsum([len(run) for run in self.runs], out=begins[1:])
        together = np.concatenate(self.runs) if self.runs else np.zeros((0, 3), np.int64)
        return begins, together


def guard(role: Role, walk: Ints, dwell: Ints, slots: int) -> Guard | None:
    """The guard made ready; None if the windows overlap too much for the tables, or cannot be kept."""
    table = lookahead(role, walk, dwell, slots)
    if table is None:
        return None
    count = len(dwell)
    spare = np.zeros(len(table.base))
    for stage in range(1, len(table.base)):
        first = table.offset[stage] + table.owed[stage] * count
        spare[stage] = max(int(table.latest[first : first + count].max()), 0)
    return Guard(role, table, spare)


def arrays(beat: Beat) -> tuple[Ints, Ints]:
    """Shortest walking times and dwell of a beat."""
    return np.array(closed(beat.walk), np.int64), np.array(beat.dwell, np.int64)


@dataclass(slots=True, eq=False)
class Manner:
    """How a guard's rounds are drawn, learnt from what the best of them had: the worth of spare time (log, spread)."""

    centre: float = 0.7
    spread: float = 0.5

    def learn(self, eager: Floats, gained: Floats) -> None:
        """Move towards the best quarter of a batch."""
        best = np.log(eager[np.argsort(-gained)[: max(len(gained) // 4, 4)]])
        self.centre = 0.5 * self.centre + 0.5 * float(best.mean())
        self.spread = float(np.clip(1.5 * best.std(), 0.1, 0.5))


@dataclass(frozen=True, slots=True)
class Drawing:
    """How carefully columns are sought: so many ways kept in each slot; and how much of chance, least and most."""

    width: int
    loose: tuple[float, float] = (0.02, 0.2)


def walked(
    crew: Crew,
    weights: Floats,
    number: int,
    random: np.random.Generator,
    drawing: Drawing,
    manners: Sequence[Manner],
) -> Columns:
    """So many columns (fewer if some fail) drawn towards what `weights`, the attacker's on each (i, s), ask for."""
    from anlan.kernels.patrol import coverage_compiled as cover

    found: list[list[Ints]] = [[] for _ in range(number)]
    failed = np.zeros(number, bool)
    most = 2 + crew.slots // int(crew.dwell.min())
    out = np.empty((most * max(len(crew.guards), 1), 3), np.int64)
    weights = np.ascontiguousarray(weights)  # one layout, compiled once
    left = [cover.summed(weights)]
    for one, manner in zip(crew.guards, manners, strict=True):
        eager = np.exp(manner.centre + manner.spread * random.standard_normal(number))
        gained = np.zeros(number)
        for part, worth in _parts(left, number):
            batch, numbers = _batch(crew, one, worth, eager[part], random, drawing, most)
            for column, visits, length in zip(range(number)[part], batch, numbers, strict=True):
                found[column].append(visits[: max(length, 0)].copy())
                failed[column] |= length < 0
                runs = out[: cover.foiled(found[column][-1], crew.attack, crew.moments, out)]
                gained[column] = cover.gains(np.array([0, len(runs)]), runs, worth)[0]
        if number >= 4 * MANY:
            manner.learn(eager, gained)
        if one is not crew.guards[-1]:
            left = [cover.without(weights, _runs(crew, found[column], out)) for column in range(number)]
    columns = Columns([], [])
    for column in range(number):
        if not failed[column]:
            columns.visits.append(tuple(found[column]))
            columns.runs.append(_runs(crew, found[column], out).copy())
    return columns


MANY = 4
"""A batch smaller than four times this teaches nothing."""


def runs_of(crew: Crew, visits: Sequence[Ints]) -> Ints:
    """The runs of moments (checkpoint, from, to) that these rounds meet together."""
    out = np.empty((sum(len(one) for one in visits) + 1, 3), np.int64)
    return _runs(crew, visits, out)


def _runs(crew: Crew, visits: Sequence[Ints], out: Ints) -> Ints:
    from anlan.kernels.patrol import coverage_compiled as cover

    return out[: cover.foiled(np.concatenate(visits), crew.attack, crew.moments, out)]


def _parts(left: list[Floats], number: int) -> Iterator[tuple[slice, Floats]]:
    if len(left) == 1 and number != 1:
        yield slice(0, number), left[0]
        return
    for column, worth in enumerate(left):
        yield slice(column, column + 1), worth


def _batch(
    crew: Crew,
    one: Guard,
    worth: Floats,
    eagerness: Floats,
    random: np.random.Generator,
    drawing: Drawing,
    most: int,
) -> tuple[Ints, Ints]:
    from anlan.kernels.patrol import walking_compiled as walking

    number = len(eagerness)
    usual = usual_gains(crew, one.table, worth)
    typical = np.diff(worth[:, [0, -1]])[:, 0] / crew.moments * (crew.attack + crew.dwell - 1)
    positive = typical[typical > typical.max() * 1e-3]
    scale = float(positive.mean()) if len(positive) else 1.0
    ways = crew.walk[crew.walk > 0]
    pace = float(np.median(crew.dwell) + (np.median(ways) if len(ways) else 0))
    eager = scale / pace * eagerness
    low, high = drawing.loose
    heat = scale * np.exp(random.uniform(np.log(low), np.log(high), number))
    start = one.role.start
    starts = np.full(number, -1 if start is None else start.checkpoint)
    readies = random.integers(0, max(int(np.ceil(pace)), 1), number)
    if start is not None:
        readies[:] = start.ready
    visits = np.empty((number, most, 3), np.int64)
    numbers = np.zeros(number, np.int64)
    table = one.table
    walking.walk_rounds(
        random.integers(0, 2**31 - 1, number), crew.walk, crew.dwell, crew.slots, crew.attack,
        table.base, table.owed, table.offset, table.first, table.opens, table.closes, table.free, table.latest,
        starts, readies, worth, usual, one.spare, eager, heat, drawing.width, visits, numbers,
    )  # fmt: skip
    late = np.flatnonzero(numbers < 0)
    if start is None and len(late):
        # Whoever began too late begins at once.
        readies[late] = 0
        again, lengths = np.empty((len(late), most, 3), np.int64), np.zeros(len(late), np.int64)
        walking.walk_rounds(
            random.integers(0, 2**31 - 1, len(late)), crew.walk, crew.dwell, crew.slots, crew.attack,
            table.base, table.owed, table.offset, table.first, table.opens, table.closes, table.free, table.latest,
            starts[late], readies[late], worth, usual, one.spare, eager[late], heat[late],
            drawing.width, again, lengths,
        )  # fmt: skip
        visits[late], numbers[late] = again, lengths
    return visits, numbers


def usual_gains(crew: Crew, table: Lookahead, worth: Floats) -> Floats:
    """What a first visit brings on average, by stage and checkpoint."""
    stages, count = len(table.base), len(crew.dwell)
    usual = np.zeros((stages, count))
    for stage in range(1, stages):
        until = int(table.base[stage + 1]) if stage + 1 < stages else crew.slots
        low, high = (min(at, crew.moments) for at in (int(table.base[stage]), until))
        if high > low:
            usual[stage] = (worth[:, high] - worth[:, low]) / (high - low) * (crew.attack + crew.dwell - 1)
    return usual
