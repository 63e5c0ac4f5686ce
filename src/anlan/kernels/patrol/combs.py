"""Draws that cover each target exactly as often as asked, for any number of targets.

Comb sampling: Tsai, Yin, Kwak, Kempe, Kiekintveld and Tambe, "Urban security: game-theoretic resource allocation in
networked physical domains", AAAI 2010. The targets are laid end to end, each as long as its probability; a comb with
teeth one apart is laid over them at a random offset, and what a tooth touches is covered. Whatever the order of the
targets, each is touched with exactly its probability. In a fixed order neighbours exclude one another, which a watcher
learns; so every draw lays the targets in an order of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.games import Floats

Numbers = NDArray[np.int64]
Ticks = NDArray[np.uint64]
"""Lengths and positions in 1 / 2**64. They wrap around at 1: only how a tooth stands to its neighbours' gap matters."""

ROUNDING = 1e-9
"""A sum that is so close to a whole number is that number."""

BLOCK = 1_000_000
"""Places of targets that are laid out at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Comb:
    """Probabilities made ready: targets that are always covered, those sometimes, and the lengths of the latter.

    A length is the float64 probability to its last bit from 1/2048 up, and less than 1 / 2**64 off below.
    """

    targets: int
    always: Numbers
    sometimes: Numbers
    ticks: Ticks

    def touched(self, order: Numbers, offset: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of `sometimes[order]` a tooth touches; int64[draws, k] orders, uint64[draws] offsets / 2**64."""
        lengths = self.ticks[order]
        starts = np.cumsum(lengths, axis=1, dtype=np.uint64) - lengths
        return np.less(offset[:, np.newaxis] - starts, lengths)  # the difference wraps around on purpose


def comb(coverage: Floats) -> Comb:
    """Make float64[n] probabilities ready; raises ValueError where one is not from 0 to 1.

    If they sum to a whole number but for rounding, the rounding is spread over all, and every draw has exactly that
    many targets. Otherwise a draw has the sum rounded down or up, as often as keeps the probabilities.
    """
    shares = probabilities(coverage)
    sometimes = np.flatnonzero((shares > 0) & (shares < 1))
    ticks = np.ldexp(shares[sometimes], 64).astype(np.uint64)
    return Comb(len(shares), np.flatnonzero(shares == 1), sometimes, _whole(ticks))


def probabilities(coverage: Floats) -> Floats:
    """The same as float64[n]; raises ValueError where one is not from 0 to 1."""
    shares = np.asarray(coverage, dtype=np.float64)
    if shares.ndim != 1 or not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError("coverage must be one list of probabilities, each from 0 to 1")
    return shares


def drawn(coverage: Comb, *, seed: int) -> Numbers:
    """One draw: the targets covered, ascending."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(coverage.sometimes))
    touched = coverage.touched(order[np.newaxis], _offsets(random, 1))[0]
    return np.sort(np.concatenate((coverage.always, coverage.sometimes[order[touched]])))


def drawn_often(coverage: Comb, count: int, *, seed: int) -> NDArray[np.bool_]:
    """Independent draws, each in an order of its own: bool[count, n]."""
    random = np.random.default_rng(seed)
    many = len(coverage.sometimes)
    covered = np.zeros((count, coverage.targets), dtype=np.bool_)
    covered[:, coverage.always] = True
    rows = max(1, BLOCK // max(1, many))
    for first in range(0, count, rows):
        size = min(rows, count - first)
        order = np.argsort(random.random((size, many)), axis=1)
        draw, place = np.nonzero(coverage.touched(order, _offsets(random, size)))
        covered[first + draw, coverage.sometimes[order[draw, place]]] = True
    return covered


def _offsets(random: np.random.Generator, count: int) -> Ticks:
    offsets: Ticks = random.integers(0, 2**64 - 1, size=count, dtype=np.uint64, endpoint=True)
    return offsets


def _whole(ticks: Ticks) -> Ticks:
    """The lengths with their sum made whole where only rounding is missing, each changed in keeping with its room."""
    excess = int(ticks.sum(dtype=np.uint64))
    excess -= 2**64 if excess >= 2**63 else 0
    room = np.minimum(ticks, ~ticks).astype(np.float64)
    if not excess or not 2 * abs(excess) < min(room.sum(), ROUNDING * 2**65):
        return ticks
    change = np.floor(excess * (room / room.sum())).astype(np.int64)
    change[room.argmax()] += excess - int(change.sum())
    ticks -= change.astype(np.uint64)
    return ticks
