"""The draws that are hardest to predict among all that cover each target as often as asked.

Of all ways to draw a set of fixed size with given probabilities of its members, the one of greatest entropy draws each
target on its own and keeps only sets of that size (conditional Poisson sampling). Its odds are found by iteration:
Chen, Dempster and Liu, "Weighted finite population sampling to maximize entropy", Biometrika 81 (1994).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.combs import ROUNDING, probabilities
from anlan.kernels.patrol.games import Floats

EXACT = 1e-12
"""The probabilities are met to this; nearer to 0 or 1 a target is covered never or always."""

STEP = 2 / 3
"""A whole step goes too far by as much again where two targets share one guard; this one leaves a third at most."""

ROUNDS = 200


@dataclass(frozen=True, slots=True, eq=False)
class LeastPredictable:
    """Draws of `size` of the `sometimes` targets, each on its own with its `shares` until the size is right.

    Those in `always` come on top. Where the probabilities do not sum to a whole number, the last of `shares` stands for
    a guard who stays away.
    """

    targets: int
    always: NDArray[np.int64]
    sometimes: NDArray[np.int64]
    shares: Floats
    size: int
    entropy_bits: float


def least_predictable(coverage: Floats) -> LeastPredictable:
    """The draw of greatest entropy that covers as float64[n] asks, to 1e-12; work grows with targets times size.

    Raises ValueError where a probability is not from 0 to 1.
    """
    given = probabilities(coverage)
    always = np.flatnonzero(given >= 1 - EXACT)
    sometimes = np.flatnonzero((given > EXACT) & (given < 1 - EXACT))
    wanted, size = _with_whole_sum(given[sometimes])
    if size in {0, len(wanted)}:  # none, or nothing but what is next to never and always
        always = np.flatnonzero(given > 0.5)
        return LeastPredictable(len(given), always, sometimes[:0], wanted[:0], 0, 0.0)
    shares = wanted
    for _round in range(ROUNDS):
        met, total = _members(shares, size)
        if np.abs(met - wanted).max(initial=0.0) <= EXACT:
            bits = _entropy_bits(wanted, shares, total)
            return LeastPredictable(len(given), always, sometimes, shares, size, bits)
        odds = _odds(shares) * (_odds(wanted) / _odds(np.clip(met, EXACT / 10, 1 - EXACT / 10))) ** STEP
        shares = odds / (1 + odds)
    raise ArithmeticError("the odds of the draw were not found")


def drawn_least_predictably(draw: LeastPredictable, count: int, *, seed: int) -> NDArray[np.bool_]:
    """Independent draws: bool[count, n]."""
    random = np.random.default_rng(seed)
    covered = np.zeros((count, draw.targets), dtype=np.bool_)
    covered[:, draw.always] = True
    later = _sums(draw.shares[::-1], draw.size)[::-1]
    missing = np.full(count, draw.size)
    for number, share in enumerate(draw.shares):
        left = later[number + 1][np.maximum(missing - 1, 0)]
        taken = (missing > 0) & (random.random(count) * later[number][missing] < share * left)
        missing -= taken
        if number < len(draw.sometimes):
            covered[:, draw.sometimes[number]] = taken
    return covered


def entropy_bits(draws: NDArray[np.bool_]) -> float:
    """The entropy of one draw, estimated from many (bool[count, n]) with the correction of Miller and Madow."""
    _sets, seen = np.unique(np.packbits(draws, axis=1), axis=0, return_counts=True)
    shares = seen / len(draws)
    return float(-(shares * np.log2(shares)).sum() + (len(seen) - 1) / (2 * len(draws) * np.log(2)))


def _with_whole_sum(shares: Floats) -> tuple[Floats, int]:
    """The probabilities, with one that stands for a guard who stays away where their sum is not whole."""
    total = float(shares.sum())
    size = round(total)
    if abs(total - size) > ROUNDING:
        size = ceil(total)
        return np.append(shares, size - total), size
    if size in {0, len(shares)}:
        return shares, size
    room = shares * (1 - shares)
    return shares + (size - total) * (room / room.sum()), size


def _odds(shares: Floats) -> Floats:
    return shares / (1 - shares)


def _sums(shares: Floats, size: int) -> Floats:
    """The probability of r members among the first i, float64[i, r], r to `size`."""
    table = np.zeros((len(shares) + 1, size + 1))
    table[0, 0] = 1.0
    for number, share in enumerate(shares):
        table[number + 1] = table[number] * (1 - share)
        table[number + 1, 1:] += table[number, :-1] * share
    return table


def _members(shares: Floats, size: int) -> tuple[Floats, float]:
    """Each target's probability among sets of this size, and the probability of the size itself."""
    before, after = _sums(shares, size), _sums(shares[::-1], size)[::-1]
    others = np.einsum("ir,ir->i", before[:-1, :size], after[1:, size - 1 :: -1])
    total = float(before[-1, size])
    return shares * others / total, total


def _entropy_bits(wanted: Floats, shares: Floats, total: float) -> float:
    nats = np.log(total) - (wanted * np.log(shares) + (1 - wanted) * np.log1p(-shares)).sum()
    return float(nats / np.log(2))
