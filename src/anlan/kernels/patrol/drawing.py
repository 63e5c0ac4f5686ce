"""Draw shifts from a mix: the same seed, the same shift; what each beat's shares say is kept exactly."""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.beats import Round, Rounds, Visit
from anlan.kernels.patrol.planning import Mix

Ints = NDArray[np.int64]


def draw(mix: Mix, seed: int) -> Rounds:
    """One shift, whole rounds for every guard."""
    chosen = columns(mix, 1, seed)[0]
    beats: list[tuple[Round, ...]] = []
    helped: list[bool] = []
    for beat, column in zip(mix.beats, chosen, strict=True):
        rounds = tuple(as_round(visits, mix.begins) for visits in beat.rounds[column])
        beats.append(_after(mix.begun[len(beats)], rounds) if mix.begun else rounds)
        helped.append(bool(column >= beat.helped))
    return Rounds(tuple(beats), tuple(helped))


def columns(mix: Mix, number: int, seed: int) -> Ints:
    """The number of each beat's column in each of `number` drawn shifts, an array [shift, beat].

    Which beats a spare guard helps is drawn with a comb (systematic sampling, Tsai et al. 2010): never more beats than
    there are spare guards, each with its own probability.
    """
    random = np.random.default_rng(seed)
    until = np.concatenate(([0.0], np.cumsum([beat.help for beat in mix.beats])))
    comb = random.random(number)
    before = np.floor(until[0] - comb)
    chosen = np.empty((number, len(mix.beats)), np.int64)
    for place, beat in enumerate(mix.beats):
        mark = random.random(number)
        teeth = np.floor(until[place + 1] - comb)
        helped, before = teeth - before, teeth
        for with_spare, part in (
            (False, slice(0, beat.helped)),
            (True, slice(beat.helped, len(beat.shares))),
        ):
            rows = np.flatnonzero((helped > 0.5) == with_spare)
            if len(rows):
                shares = np.cumsum(beat.shares[part])
                found = np.searchsorted(shares, mark[rows] * shares[-1], side="right")
                chosen[rows, place] = part.start + found.clip(max=len(shares) - 1)
    return chosen


def as_round(visits: Ints, begins: int = 0) -> Round:
    """A guard's visits as values, in slots of the whole shift."""
    return tuple(
        Visit(int(place), int(arrive) + begins, int(leave) + begins) for place, arrive, leave in visits
    )


def _after(begun: tuple[Round, ...], rounds: tuple[Round, ...]) -> tuple[Round, ...]:
    """Each guard's walked part before the planned one; who has walked nothing has only that."""
    return tuple(
        (*(begun[number] if number < len(begun) else ()), *walked) for number, walked in enumerate(rounds)
    )
