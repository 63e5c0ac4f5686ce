"""Rounds as rings: where the windows come round every `period` slots, a round can be begun at any of its periods.

All its beginnings, each as likely, meet attacks at all periods alike. So a mix of rings has to be made even only over
one period, and each ring stands for as many rounds as the shift has periods.
"""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.beats import Beats
from anlan.kernels.patrol.crews import Columns, Crew

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def period_of(problem: Beats) -> int:
    """The least period of all windows that divides the shift and is no shorter than an attack; else the shift."""
    if any(beat.starts for beat in problem.beats):
        return problem.slots
    every = [windows for beat in problem.beats for windows in beat.windows if windows]
    if not every:
        return problem.slots
    for number in range(problem.slots // max(problem.attack, 1), 1, -1):
        period = problem.slots // number
        if period * number == problem.slots and all(
            _repeats(windows, period, problem.slots) for windows in every
        ):
            return period
    return problem.slots


def _repeats(windows: tuple[tuple[int, int], ...], period: int, slots: int) -> bool:
    if any(start // period != (end - 1) // period for start, end in windows):
        return False
    moved = sorted(((start + period) % slots, (end + period - 1) % slots + 1) for start, end in windows)
    return moved == sorted(windows)


def closed_ring(crew: Crew, visits: Ints, owed_by: Ints) -> Ints | None:
    """The visits such that the last leads to the first again; the last ones are left out if they are not owed."""
    slots = crew.slots
    while len(visits) > 1:
        first, last = visits[0], visits[-1]
        leave = slots + first[1] - crew.walk[last[0], first[0]]
        if last[1] + crew.dwell[last[0]] <= leave:
            ring = visits.copy()
            ring[-1, 2] = leave
            return ring
        window = owed_by[last[0], last[1]]
        again = visits[:-1][visits[:-1, 0] == last[0], 1]
        if window >= 0 and not (owed_by[last[0], again] == window).any():
            return None
        visits = visits[:-1]
    return None


def windows_at(crew: Crew) -> Ints:
    """The number of the window of each checkpoint that is open at each slot, -1 for none."""
    at = np.full((len(crew.dwell), crew.slots), -1, np.int64)
    for place, windows in enumerate(crew.beat.windows):
        for number, (start, end) in enumerate(windows):
            at[place, start:end] = number
    return at


def rings(crew: Crew, columns: Columns, period: int) -> Columns:
    """Those columns that can be closed to rings, with the runs of moments that they meet folded into one period."""
    from anlan.kernels.patrol import coverage_compiled as cover

    at = windows_at(crew)
    slots = crew.slots
    result = Columns([], [])
    for guards in columns.visits:
        closed = [closed_ring(crew, visits, at) if len(visits) else visits for visits in guards]
        kept = [one for one in closed if one is not None]
        if len(kept) < len(closed):
            continue
        together = np.concatenate(kept)
        thrice = np.concatenate([together + np.array([0, move, move]) for move in (-slots, 0, slots)])
        out = np.empty((len(thrice) + 1, 3), np.int64)
        runs = out[: cover.foiled(thrice, crew.attack, slots, out)]
        result.visits.append(tuple(kept))
        result.runs.append(folded(runs, period))
    return result


def folded(runs: Ints, period: int) -> Ints:
    """Runs of moments cut at the periods and laid over one another."""
    pieces = []
    low, high = runs[:, 1].copy(), runs[:, 2]
    while len(low):
        until = np.minimum(high, (low // period + 1) * period)
        pieces.append(np.stack((runs[:, 0], low % period, low % period + until - low), axis=1))
        more = until < high
        runs, low, high = runs[more], until[more], high[more]
    return np.concatenate(pieces) if pieces else np.zeros((0, 3), np.int64)


def begun_at(visits: Ints, period: int, number: int, slots: int) -> Ints:
    """The round that a ring makes when it is begun at its period `number`."""
    moved = visits.copy()
    away = np.where(visits[:, 1] >= number * period, -number * period, slots - number * period)
    moved[:, 1] += away
    moved[:, 2] = np.minimum(moved[:, 2] + away, slots)
    return moved[np.argsort(moved[:, 1], kind="stable")]
