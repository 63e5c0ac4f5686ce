"""What a mix is held against: the fixed round, the fixed round begun a little later or earlier, and a random order.

All three walk one lap in each run of windows and wait at the first checkpoint of the next until its window opens; all
are legal, also where there is no time to rest.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.attacker import PARTS, Proof, Seen, dealt, examined
from anlan.kernels.patrol.beats import Beats
from anlan.kernels.patrol.crews import Crew, Guard
from anlan.kernels.patrol.planning import Mix

Ints = NDArray[np.int64]
DRAWN = 400
"""Rounds drawn of each baseline and beat, for the attacker to learn from and to be measured on."""

Laps = Callable[[Crew, Guard, np.random.Generator], Ints]


def baselines(mix: Mix, *, seed: int, number: int = DRAWN, bin_slots: int = 5) -> dict[str, Proof]:
    """The attacker's numbers for the three usual ways, by the beats' own guards."""
    ways: dict[str, tuple[Laps, int]] = {
        "fixed": (fixed, 2),
        "jitter": (jittered, number),
        "random_order": (shuffled, number),
    }
    return {
        name: _proof(mix.problem, [beat.crew for beat in mix.beats], laps, many, seed, bin_slots)
        for name, (laps, many) in ways.items()
    }


def _proof(problem: Beats, crews: list[Crew], laps: Laps, number: int, seed: int, bin_slots: int) -> Proof:
    random = np.random.default_rng(seed)
    visits = [
        [tuple(laps(crew, guard, random) for guard in crew.guards) for _ in range(number)] for crew in crews
    ]
    joint = np.repeat(np.arange(number)[:, None], len(crews), axis=1)
    seen = Seen(visits, dealt(joint, [number] * len(crews), min(PARTS, number)))
    return examined(problem, seen, bin_slots=bin_slots, joint=joint)


def fixed(crew: Crew, guard: Guard, random: np.random.Generator) -> Ints:
    """The same quick lap each time, begun as the windows open."""
    del random
    return _laps(crew, guard, lambda _spare: 0, lambda _legal: 0)


def jittered(crew: Crew, guard: Guard, random: np.random.Generator) -> Ints:
    """The same order each time, each lap begun later by a uniform part of the time to spare."""
    return _laps(crew, guard, lambda spare: int(random.integers(spare + 1)), lambda _legal: 0)


def shuffled(crew: Crew, guard: Guard, random: np.random.Generator) -> Ints:
    """A random order in each lap, as far as the windows allow, each lap begun later by a part of the time to spare."""
    return _laps(
        crew, guard, lambda spare: int(random.integers(spare + 1)), lambda legal: int(random.integers(legal))
    )


def _laps(crew: Crew, guard: Guard, delay: Callable[[int], int], pick: Callable[[int], int]) -> Ints:
    """Laps stage by stage; of the steps that keep the cadence, those that cost least time to spare come first."""
    table, count = guard.table, len(crew.dwell)
    start = guard.role.start
    here, now = (-1, 0) if start is None else (start.checkpoint, start.ready)
    visits: list[list[int]] = []
    for stage in range(1, len(table.base)):
        left = int(table.owed[stage])
        latest = table.latest[table.offset[stage] :]
        waited = False
        while left:
            steps = []
            for place in range(count):
                way = int(crew.walk[here, place]) if here >= 0 else 0
                for bit in range(int(table.first[stage, place]), int(table.first[stage, place + 1])):
                    if not left >> bit & 1:
                        continue
                    arrive = max(now + way, int(table.opens[stage, bit]))
                    then = left & ~(1 << bit)
                    until = (
                        int(table.base[stage]) + int(latest[then * count + place])
                        if then
                        else int(table.free[stage, place])
                    )
                    spare = min(until - int(crew.dwell[place]), int(table.closes[stage, bit]) - 1) - arrive
                    if spare >= 0:
                        steps.append((-spare, place, arrive, then))
            steps.sort()
            if not steps:
                raise ValueError("no step keeps the cadence: the guard's tables do not fit")
            spare, place, arrive, left = steps[pick(len(steps))]
            if not waited:
                arrive += delay(-spare)
                waited = True
            now, here = arrive + int(crew.dwell[place]), place
            visits.append([place, arrive, now])
    return np.array(visits, np.int64).reshape(-1, 3)
