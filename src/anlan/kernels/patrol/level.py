"""The least value that the attacker can be held to, by Newton's method over the targets that are worth an attack.

With attacker payoffs u (uncovered) and c (covered), a coverage that makes no target worth more than q needs
N(q) = sum of max(0, u - q) / (u - c) over all targets, and q can be no less than any c. N is convex and falls, so
Newton's steps from the left never pass the root; targets whose u lies below q are dropped on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nextafter, sqrt

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.games import Floats

LARGE = 200_000
"""From so many targets on, compiled code is worth loading: several times quicker than NumPy."""

SAMPLE = 8_192
"""About so many targets tell where to begin; the answer is the same from anywhere."""

EXCESS = 1e-12
"""The relative excess over the resources that is taken for rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Reached:
    """The attacker's value and the targets worth it: numbers, u, and 1 / (u - c), or 0 where cover changes nothing."""

    level: float
    target: NDArray[np.int64]
    uncovered: Floats
    weight: Floats

    def coverage(self, level: float) -> Floats:
        """What each of these targets needs, in [0, 1], to be worth no more than `level`."""
        return np.clip((self.uncovered - level) * self.weight, 0.0, 1.0)


def reached(uncovered: Floats, covered: Floats, resources: float, tolerance: float) -> Reached:
    """The least level that the resources allow, and the targets whose u is not more than `tolerance` below it."""
    if len(uncovered) >= LARGE:
        return reached_compiled(uncovered, covered, resources, tolerance)
    return reached_by_numpy(uncovered, covered, resources, tolerance)


def reached_by_numpy(uncovered: Floats, covered: Floats, resources: float, tolerance: float) -> Reached:
    """As `reached`, at once and in one thread."""
    width = uncovered - covered
    matters = width > tolerance
    weights = np.zeros_like(width)
    np.divide(1.0, width, out=weights, where=matters)
    level = float(np.where(matters, covered, uncovered).max())
    target = np.arange(len(uncovered))
    while True:
        kept = uncovered >= level - tolerance
        target, uncovered, weights = target[kept], uncovered[kept], weights[kept]
        above = np.maximum(uncovered - level, 0.0)
        excess = float(above @ weights) - resources
        if excess <= EXCESS * resources:
            return Reached(level, target, uncovered, weights)
        step = excess / float(weights[above > 0].sum())
        level = max(level + step, nextafter(level, inf))


def reached_compiled(uncovered: Floats, covered: Floats, resources: float, tolerance: float) -> Reached:
    """As `reached`, compiled: one pass over all targets, and a few over those that are left."""
    from anlan.kernels.patrol import level_compiled as passes

    lowest = passes.floor(uncovered, covered, tolerance)
    level = max(lowest, _guess(uncovered, covered, resources, tolerance))
    kept, need, slope = passes.survivors(uncovered, covered, level, tolerance)
    if need < resources and level > lowest:
        level = lowest
        kept, need, slope = passes.survivors(uncovered, covered, level, tolerance)
    while need - resources > EXCESS * resources:
        level = max(level + (need - resources) / slope, nextafter(level, inf))
        kept, need, slope = passes.narrowed(kept, level, tolerance)
    return Reached(level, *kept)


def _guess(uncovered: Floats, covered: Floats, resources: float, tolerance: float) -> float:
    """A level that, by a sample of the targets, lies a little below the answer."""
    every = len(uncovered) // SAMPLE + 1
    sample = uncovered[::every], covered[::every]
    share = resources * len(sample[0]) / len(uncovered)
    return reached_by_numpy(*sample, share + 3 * sqrt(share) + 3, tolerance).level
