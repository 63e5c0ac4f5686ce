"""Lookahead that is exact: from any state of a round, the latest moment at which the cadence can still be kept.

A round is legal if and only if each of its steps leaves the guard no later than the table says, so rounds built
step by step never run into a dead end. Backward dynamic programming over sets of visits still owed (Held and Karp
1962, with time windows as in Dumas et al. 1995).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.beats import MOST_OWED_AT_ONCE, Obligation, Role

Ints = NDArray[np.int64]
NEVER = -(2**14)


@dataclass(frozen=True, slots=True)
class Lookahead:
    """Tables of one guard: stages of overlapping windows, the first of them empty so that any start is alike.

    `latest[offset[k] + owed * n + j] + base[k]` is the latest slot to leave checkpoint j in stage k with the set
    `owed` still to do; with nothing owed it is `free[k, j]`. Bits `first[k, i]` to `first[k, i + 1]` of a stage are
    the windows of checkpoint i. Which stage an arrival falls in: the next one from `base[k + 1]` on.
    """

    base: Ints
    owed: Ints
    offset: Ints
    first: Ints
    opens: Ints
    closes: Ints
    free: Ints
    latest: NDArray[np.int16]


def stages(obligations: Sequence[Obligation]) -> list[list[Obligation]]:
    """Obligations in runs such that no window reaches from one run into the next."""
    runs: list[list[Obligation]] = []
    reach = -1
    for one in sorted(obligations, key=lambda one: (one.start, one.end, one.checkpoint)):
        if not runs or one.start >= reach:
            runs.append([])
        runs[-1].append(one)
        reach = max(reach, one.end)
    return runs


def narrowed(obligations: Sequence[Obligation]) -> tuple[Obligation, ...]:
    """Windows made narrower where more than the tables can hold overlap: legal still, only less free.

    Long windows that reach over a boundary of shorter ones are put wholly before or after it, in turn.
    """
    result: list[Obligation] = []
    for run in stages(obligations):
        if len(run) <= MOST_OWED_AT_ONCE:
            result += run
            continue
        start, end = min(one.start for one in run), max(one.end for one in run)
        ends = sorted(
            {one.end for one in run if start < one.end < end}, key=lambda at: abs(2 * at - start - end)
        )
        if not ends:
            result += run
            continue
        cut, before = ends[0], 0
        split = []
        for one in run:
            if one.start < cut < one.end:
                before += 1
                halves = (
                    Obligation(one.checkpoint, one.start, cut),
                    Obligation(one.checkpoint, cut, one.end),
                )
                one = halves[before % 2]
            split.append(one)
        result += narrowed(split)
    return tuple(result)


def lookahead(role: Role, walk: Ints, dwell: Ints, slots: int) -> Lookahead | None:
    """The tables of a guard; None if too many windows overlap to be held, or cannot be kept. `walk` must be closed."""
    from anlan.kernels.patrol.lookahead_compiled import latest_table

    count = len(dwell)
    runs = [
        sorted(run, key=lambda one: (one.checkpoint, one.start)) for run in stages(narrowed(role.obligations))
    ]
    if any(len(run) > MOST_OWED_AT_ONCE for run in runs):
        return None
    number = len(runs)
    base, owed, offset = (np.zeros(number + 1, np.int64) for _ in range(3))
    first = np.zeros((number + 1, count + 1), np.int64)
    opens, closes = (np.zeros((number + 1, MOST_OWED_AT_ONCE), np.int64) for _ in range(2))
    free = np.zeros((number + 1, count), np.int64)
    free[number] = slots
    tables: dict[tuple[object, ...], tuple[int, NDArray[np.int16]]] = {}
    size = 0
    for stage in range(number, 0, -1):
        run = runs[stage - 1]
        start = min(one.start for one in run)
        base[stage], owed[stage] = start, (1 << len(run)) - 1
        places = np.array([one.checkpoint for one in run])
        first[stage] = np.searchsorted(places, np.arange(count + 1))
        opens[stage, : len(run)] = [one.start for one in run]
        closes[stage, : len(run)] = [one.end for one in run]
        last = max(one.end for one in run) - 1 + int(dwell.max()) - start
        # Where the later windows cannot be kept from, they cannot at any time: one number, so that tables are shared.
        after = np.where(free[stage] == NEVER, NEVER, np.minimum(free[stage] - start, last))
        key = (len(run), first[stage].tobytes(), (opens[stage] - start)[: len(run)].tobytes(),
               (closes[stage] - start)[: len(run)].tobytes(), after.tobytes())  # fmt: skip
        if key not in tables:
            table = latest_table(
                places,
                opens[stage, : len(run)] - start,
                closes[stage, : len(run)] - start,
                after,
                walk,
                dwell,
            )
            tables[key] = (size, table)
            size += len(table)
        offset[stage], table = tables[key]
        if stage > 1 and (table[-count:] == NEVER).all():
            return None
        free[stage - 1] = np.where(table[-count:] == NEVER, NEVER, table[-count:].astype(np.int64) + start)
    made = [table for _at, table in tables.values()]
    latest = made[0] if len(made) == 1 else np.concatenate([*made, np.zeros(0, np.int16)])
    return Lookahead(base, owed, offset, first, opens, closes, free, latest)


def can_start(table: Lookahead, role: Role, dwell: Ints) -> bool:
    """Whether the guard can keep every window, from the given start or from any checkpoint."""
    if role.start is not None:
        return bool(role.start.ready <= table.free[0, role.start.checkpoint])
    if len(table.base) == 1:
        return bool((dwell <= table.free[0]).any())
    # Beginning anywhere at slot 0 is like leaving a checkpoint, without walking, for itself or another.
    return _first_arrival(table, dwell)


def _first_arrival(table: Lookahead, dwell: Ints) -> bool:
    count, stage = len(dwell), 1
    for place in range(count):
        for bit in range(int(table.first[stage, place]), int(table.first[stage, place + 1])):
            left = int(table.owed[stage]) & ~(1 << bit)
            limit = (
                int(table.free[stage, place])
                if left == 0
                else int(table.base[stage])
                + int(table.latest[int(table.offset[stage]) + left * count + place])
            )
            if max(0, int(table.opens[stage, bit])) + int(dwell[place]) <= limit:
                return True
    return False
