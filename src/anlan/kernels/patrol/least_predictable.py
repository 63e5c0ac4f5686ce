"""The draws that are hardest to predict among all that cover each target as often as asked.

Of all ways to draw a set of fixed size with given probabilities of its members, the one of greatest entropy draws each
target on its own and keeps only sets of that size (conditional Poisson sampling). Its odds are found by iteration:
Chen, Dempster and Liu, "Weighted finite population sampling to maximize entropy", Biometrika 81 (1994).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.combs import comb
from anlan.kernels.patrol.games import Floats

EXACT = 1e-12
"""The probabilities are met to this."""

ROUNDS = 500


@dataclass(frozen=True, slots=True, eq=False)
class LeastPredictable:
    """Draws of `size` of the `sometimes` targets, each at first on its own with `odds_share`; `always` come on top.

    Where the probabilities do not sum to a whole number, the last of `odds_share` stands for a guard who stays away.
    """

    targets: int
    always: NDArray[np.int64]
    sometimes: NDArray[np.int64]
    shares: Floats
    size: int
    entropy_bits: float


def least_predictable(coverage: Floats) -> LeastPredictable:
    """The draw of greatest entropy that covers as float64[n] asks, to 1e-12; work grows with targets times size.

    Raises ValueError where a probability is not from 0 to 1, ArithmeticError where some are too close to 0 or 1.
    """
    ready = comb(coverage)
    wanted = np.ldexp(ready.ticks.astype(np.float64), -64)
    size = round(wanted.sum())
    if abs(wanted.sum() - size) > 1e-9:
        size = int(np.ceil(wanted.sum()))
        wanted = np.append(wanted, size - wanted.sum())
    shares = wanted.copy()
    for _round in range(ROUNDS):
        met, total = _members(shares, size)
        if np.abs(met - wanted).max(initial=0.0) <= EXACT:
            return LeastPredictable(
                ready.targets,
                ready.always,
                ready.sometimes,
                shares,
                size,
                _entropy_bits(wanted, shares, total),
            )
        odds = shares / (1 - shares) * (wanted / (1 - wanted)) / (met / (1 - met))
        shares = odds / (1 + odds)
    raise ArithmeticError("the odds of the draw were not found: some probabilities are too close to 0 or 1")


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
    if not size:
        return np.zeros_like(shares), float(np.prod(1 - shares))
    before, after = _sums(shares, size), _sums(shares[::-1], size)[::-1]
    others = np.einsum("ir,ir->i", before[:-1, :size], after[1:, size - 1 :: -1])
    total = float(before[-1, size])
    return shares * others / total, total


def _entropy_bits(wanted: Floats, shares: Floats, total: float) -> float:
    nats = np.log(total) - (wanted * np.log(shares) + (1 - wanted) * np.log1p(-shares)).sum()
    return float(nats / np.log(2))
