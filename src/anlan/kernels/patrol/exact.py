"""Small problems solved outright: the best answer to any attack by dynamic programming, the mix by linear programs.

For one guard on one beat, where the states of a round (place, time, windows kept, what is still met) are few.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.crews import Columns, Crew, Drawing, Manner, runs_of, walked
from anlan.kernels.patrol.programs import Program

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

FEW_STEPS = 30
"""Checkpoints times slots up to which a problem is tried outright."""

MOST_STATES = 60_000
MOST_COLUMNS = 300
ENOUGH = 1e-9


State = tuple[int, int, int, tuple[int, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Outright:
    """An optimal mix, its loss, and as much of the bound as the last best answer proves."""

    columns: Columns
    shares: Floats
    loss: float
    bound: float


def outright(crew: Crew, random: np.random.Generator) -> Outright | None:
    """The best mix of one guard's rounds; None where there are more guards, a given start, or too many states."""
    if len(crew.guards) != 1 or crew.beat.starts or len(crew.dwell) * crew.slots > FEW_STEPS:
        return None
    worth = np.repeat(crew.values[:, None], crew.moments, axis=1)
    columns = walked(crew, worth, 8, random, Drawing(1), [Manner()])
    bound = 0.0
    while True:
        shares, weights, loss = _mixed(crew, columns)
        best = best_answer(crew, weights * crew.values[:, None])
        if best is None:
            return None
        met, visits = best
        bound = max(bound, float((weights * crew.values[:, None]).sum()) - met)
        if loss - bound <= ENOUGH * max(loss, 1.0) or len(columns.runs) >= MOST_COLUMNS:
            return Outright(columns, shares, loss, bound)
        columns.visits.append((visits,))
        columns.runs.append(runs_of(crew, (visits,)).copy())


def _mixed(crew: Crew, columns: Columns) -> tuple[Floats, Floats, float]:
    """The best shares of these columns, the attack that holds them there, and the loss."""
    count, moments = len(crew.dwell), crew.moments
    met = np.zeros((len(columns.runs), count, moments))
    for column, runs in enumerate(columns.runs):
        for place, low, high in runs:
            met[column, place, low:high] = 1.0
    program = Program()
    number = len(columns.runs)
    program.columns([0.0] * number, [0.0] * number, [1.0] * number)
    loss = program.columns([-1.0], [-np.inf], [np.inf])
    program.row(list(range(number)), [1.0] * number, 1.0, 1.0)
    for place in range(count):
        for moment in range(moments):
            value = float(crew.values[place])
            program.row([*range(number), loss], [*(value * met[:, place, moment]), 1.0], value, np.inf)
    found = program.maximised()
    if found is None:
        raise ValueError("the program of a mix has a solution by its making")
    weights = np.abs(found.prices[1:]).reshape(count, moments)
    shares = np.maximum(found.values[:number], 0.0)
    return shares / shares.sum(), weights / weights.sum(), -found.value


def best_answer(crew: Crew, weights: Floats) -> tuple[float, Ints] | None:
    """The legal round that meets the most of the attackers' weights, and how much; None where states are too many."""
    slots, attack, moments = crew.slots, crew.attack, crew.moments
    walk, dwell = crew.walk.tolist(), crew.dwell.tolist()
    count = len(dwell)
    owed = [(place, start, end) for place, windows in enumerate(crew.beat.windows) for start, end in windows]
    everything = (1 << len(owed)) - 1
    total = np.concatenate((np.zeros((count, 1)), np.cumsum(weights, axis=1)), axis=1).tolist()

    def kept(done: int, place: int, arrive: int) -> int:
        for bit, (of, opens, closes) in enumerate(owed):
            if of == place and opens <= arrive < closes:
                done |= 1 << bit
        return done

    def lost(done: int, now: int) -> bool:
        return any(closes <= now and not done >> bit & 1 for bit, (_of, _opens, closes) in enumerate(owed))

    # A state: time, place, windows kept, until when each place is met already (0 where that no longer matters).
    values: list[dict[State, tuple[float, State | None, int]]] = [{} for _ in range(slots + 1)]

    def reach(state: State, value: float, earlier: State | None, arrive: int) -> None:
        known = values[state[0]].get(state)
        if known is None or value > known[0]:
            values[state[0]][state] = (value, earlier, arrive)

    def stay(place: int, arrive: int, leave: int, met: Sequence[int]) -> tuple[float, tuple[int, ...]]:
        low, high = max(arrive - attack + 1, met[place], 0), min(leave, moments)
        gain = total[place][high] - total[place][low] if high > low else 0.0
        after = [until if until > leave - attack + 1 else 0 for until in met]
        after[place] = leave
        return gain, tuple(after)

    nothing = (0,) * count
    for place in range(count):
        for arrive in range(slots - dwell[place] + 1):
            gain, met = stay(place, arrive, arrive + dwell[place], nothing)
            reach((arrive + dwell[place], place, kept(0, place, arrive), met), gain, None, arrive)
    number = 0
    for now in range(slots):
        for state, (value, _earlier, _arrive) in list(values[now].items()):
            _now, here, done, met = state
            number += 1
            if number > MOST_STATES:
                return None
            if lost(done, now):
                continue
            gain, after = stay(here, now, now + 1, met)
            reach((now + 1, here, done, after), value + gain, state, -1)
            for place in range(count):
                arrive = now + walk[here][place]
                leave = arrive + dwell[place]
                then = kept(done, place, arrive)
                if leave <= slots and (place != here or then != done):
                    gain, after = stay(place, arrive, leave, met)
                    reach((leave, place, then, after), value + gain, state, arrive)
    ends = [(found[0], state) for state, found in values[slots].items() if state[2] == everything]
    if not ends:
        return None
    best, at = max(ends)
    visits: list[list[int]] = []
    step: State | None = at
    until = slots
    while step is not None:
        _brought, earlier, arrive = values[step[0]][step]
        if arrive >= 0:
            visits.append([step[1], arrive, until])
            until = arrive if earlier is None else arrive - walk[earlier[1]][step[1]]
        step = earlier
    return best, np.array(visits[::-1], np.int64).reshape(-1, 3)
