"""Small problems of walking patrols, and all their legal rounds by plain enumeration."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from anlan.kernels.patrol.beats import Beat, Beats, Round, Visit, closed


def beat(
    *,
    name: str = "beat",
    values: tuple[float, ...] = (1.0, 2.0, 3.0),
    way: int = 1,
    windows: tuple[tuple[int, int], ...] = (),
    guards: int = 1,
    walk: tuple[tuple[int, ...], ...] | None = None,
) -> Beat:
    """Checkpoints `way` slots apart, a visit takes one slot, all with the same windows."""
    count = len(values)
    apart = tuple(tuple(0 if one == two else way for two in range(count)) for one in range(count))
    return Beat(name, values, walk or apart, (1,) * count, (windows,) * count, guards)


def hourly(slots: int, every: int) -> tuple[tuple[int, int], ...]:
    return tuple((start, start + every) for start in range(0, slots, every))


def corridor(
    count: int, slots: int, every: int, *, seed: int, name: str = "beat", guards: int = 1, longest: int = 3
) -> Beat:
    """Checkpoints 1 to `longest` slots apart, with values from 1 to 3."""
    random = np.random.default_rng(seed)
    ways = random.integers(1, longest + 1, (count, count))
    ways = np.minimum(ways, ways.T)
    np.fill_diagonal(ways, 0)
    values = tuple(float(value) for value in random.uniform(1, 3, count).round(2))
    walk = tuple(tuple(int(way) for way in row) for row in ways)
    return Beat(name, values, walk, (1,) * count, (hourly(slots, every),) * count, guards)


def is_legal(one: Beat, rounds: tuple[Round, ...], slots: int) -> bool:
    """Counted window by window: nobody is quicker than the ways allow, and every window has its arrival."""
    ways = closed(one.walk)
    for guard in rounds:
        for first, then in pairwise(guard):
            if then.arrive < first.leave + ways[first.checkpoint][then.checkpoint]:
                return False
        if any(
            visit.leave < visit.arrive + one.dwell[visit.checkpoint] or visit.leave > slots for visit in guard
        ):
            return False
    arrivals = {(visit.checkpoint, visit.arrive) for guard in rounds for visit in guard}
    return all(
        any((place, at) in arrivals for at in range(start, end))
        for place, windows in enumerate(one.windows)
        for start, end in windows
    )


def presences(problem: Beats) -> list[NDArray[np.bool_]]:
    """Who is met where and when, for every legal round of one guard: arrays [checkpoint, moment], each once."""
    (one,) = problem.beats
    found = {met.tobytes(): met for met in (_met(problem, way) for way in _rounds(one, problem.slots))}
    return list(found.values())


def value_by_enumeration(problem: Beats) -> float:
    """The least loss over all mixes of all legal rounds, by one linear program (HiGHS through SciPy)."""
    columns = presences(problem)
    values = np.array(problem.beats[0].values)
    number = len(columns)
    rows = [-(values[:, None] * met).reshape(-1) for met in columns]
    above = np.column_stack((np.array(rows).T, -np.ones(len(rows[0]))))
    limit = -np.repeat(values, problem.moments)
    answer = linprog(
        np.append(np.zeros(number), 1.0), A_ub=above, b_ub=limit,
        A_eq=np.append(np.ones(number), 0.0)[None, :], b_eq=[1.0],
        bounds=[(0, None)] * number + [(None, None)], method="highs",
    )  # fmt: skip
    return float(answer.fun)


def _met(problem: Beats, walked: Round) -> NDArray[np.bool_]:
    met = np.zeros((len(problem.beats[0].values), problem.moments), bool)
    for visit in walked:
        for moment in range(problem.moments):
            if visit.arrive < moment + problem.attack and visit.leave > moment:
                met[visit.checkpoint, moment] = True
    return met


def _rounds(one: Beat, slots: int) -> Iterator[Round]:
    """Every way to walk and wait until the shift ends, that keeps the windows."""
    ways = closed(one.walk)
    count = len(one.values)

    def on(done: list[Visit]) -> Iterator[Round]:
        *before, here = done
        last = (*before, Visit(here.checkpoint, here.arrive, slots))
        if is_legal(one, (last,), slots):
            yield last
        for leave in range(here.arrive + one.dwell[here.checkpoint], slots):
            left = Visit(here.checkpoint, here.arrive, leave)
            for place in range(count):
                # Whoever stays may scan again; that is a visit like any other.
                arrive = leave + ways[here.checkpoint][place]
                if arrive + one.dwell[place] <= slots:
                    yield from on([*before, left, Visit(place, arrive, arrive + one.dwell[place])])

    for place in range(count):
        for arrive in range(slots - one.dwell[place] + 1):
            yield from on([Visit(place, arrive, arrive + one.dwell[place])])
