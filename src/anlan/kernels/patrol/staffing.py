"""Who answers for which windows: one guard for a whole beat, or several for parts of a tour; and how many it takes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.beats import Beat, Beats, Infeasible, Obligation, Role, Walked
from anlan.kernels.patrol.crews import Crew, Guard, arrays, guard
from anlan.kernels.patrol.lookahead import can_start

Ints = NDArray[np.int64]
TOURS = 8
"""Tours that are tried before a number of guards is said to be too few."""


def staffed(
    problem: Beats, workers: ThreadPoolExecutor | None = None
) -> tuple[list[tuple[Crew, Crew | None]], int] | Infeasible:
    """Each beat's crew, and the same with a spare guard beside it; and how many spare guards are left to help.

    Spare guards go first where the cadence needs them. With one guard the answer is exact; that several guards do not
    suffice is said after trying to split `TOURS` tours among them, so that fewer might do with a cleverer split.
    """
    spare, crews = problem.spare, []
    each = workers.map if workers else map
    fewest = list(each(lambda beat: _fewest(beat, problem.slots), problem.beats))
    for beat, found in zip(problem.beats, fewest, strict=True):
        walk, dwell = arrays(beat)
        if found is None:
            return Infeasible(
                0, beat.name, "no number of guards keeps these windows", beat.guards, _tightest(beat)
            )
        if len(found) > beat.guards + spare:
            reason = f"one visit in each window takes {len(found)} guards, there are {beat.guards + spare}"
            return Infeasible(len(found), beat.name, reason, beat.guards + spare, _tightest(beat))
        spare -= len(found) - beat.guards
        alone = Crew(
            beat, walk, dwell, np.array(beat.values, float), problem.slots, problem.attack, tuple(found)
        )
        crews.append(alone)
    pairs: list[tuple[Crew, Crew | None]] = []
    for crew in crews:
        beside = guard(Role(), crew.walk, crew.dwell, problem.slots) if spare else None
        helped = (
            None
            if beside is None
            else Crew(
                crew.beat,
                crew.walk,
                crew.dwell,
                crew.values,
                crew.slots,
                crew.attack,
                (*crew.guards, beside),
                True,
            )
        )
        pairs.append((crew, helped))
    return pairs, min(spare, len(pairs))


def obligations(beat: Beat) -> tuple[Obligation, ...]:
    """All visits that a beat owes."""
    return tuple(
        Obligation(place, start, end) for place, windows in enumerate(beat.windows) for start, end in windows
    )


def _fewest(beat: Beat, slots: int) -> list[Guard] | None:
    """The beat's own guards, or as few more as keep its windows."""
    walk, dwell = arrays(beat)
    for guards in range(max(beat.guards, 1), len(beat.values) + 1 + beat.guards):
        found = _split(beat, guards, walk, dwell, slots)
        if found is not None:
            return found
    return None


def _split(beat: Beat, guards: int, walk: Ints, dwell: Ints, slots: int) -> list[Guard] | None:
    owed = obligations(beat)
    starts: list[Walked | None] = [*beat.starts[:guards], *([None] * (guards - len(beat.starts)))]
    if guards == 1:
        return _made([Role(owed, starts[0])], walk, dwell, slots)
    owing = [place for place, windows in enumerate(beat.windows) if windows]
    for seed in range(TOURS):
        tour = _tour(owing, walk, seed)
        for turn in range(0, len(tour), max(len(tour) // 4, 1)):
            parts = _cut(tour[turn:] + tour[:turn], walk, dwell, guards)
            roles = [Role(tuple(one for one in owed if one.checkpoint in part)) for part in parts]
            for order in list(permutations(range(guards)))[: 24 if beat.starts else 1]:
                placed = [Role(roles[part].obligations, starts[number]) for number, part in enumerate(order)]
                made = _made(placed, walk, dwell, slots)
                if made is not None:
                    return made
    return None


def _made(roles: Sequence[Role], walk: Ints, dwell: Ints, slots: int) -> list[Guard] | None:
    result = []
    for role in roles:
        made = guard(role, walk, dwell, slots)
        if made is None or not can_start(made.table, role, dwell):
            return None
        result.append(made)
    return result


def _tour(owing: Sequence[int], walk: Ints, seed: int) -> list[int]:
    """A round tour: always on to the nearest, then better by turning stretches round."""
    random = np.random.default_rng(seed)
    rest = list(owing)
    tour = [rest.pop(int(random.integers(len(rest))))]
    while rest:
        tour.append(rest.pop(int(np.argmin(walk[tour[-1], rest]))))
    better = True
    while better:
        better = False
        for one in range(len(tour) - 1):
            for two in range(one + 2, len(tour) + (one > 0)):
                a, b, c, d = tour[one], tour[one + 1], tour[two - 1], tour[two % len(tour)]
                if walk[a, c] + walk[b, d] < walk[a, b] + walk[c, d]:
                    tour[one + 1 : two] = tour[one + 1 : two][::-1]
                    better = True
    return tour


def _cut(tour: Sequence[int], walk: Ints, dwell: Ints, guards: int) -> list[set[int]]:
    """The tour in as many stretches, each of about the same time to walk."""
    parts: list[set[int]] = [set() for _ in range(guards)]
    steps = [
        int(dwell[place]) + int(walk[tour[number - 1], place] if number else 0)
        for number, place in enumerate(tour)
    ]
    total, done = sum(steps), 0.0
    for place, step in zip(tour, steps, strict=True):
        parts[min(int((done + step / 2) * guards / max(total, 1)), guards - 1)].add(place)
        done += step
    return parts


def _tightest(beat: Beat) -> tuple[int, int] | None:
    windows = [window for of_one in beat.windows for window in of_one]
    return min(windows, key=lambda window: window[1] - window[0]) if windows else None
