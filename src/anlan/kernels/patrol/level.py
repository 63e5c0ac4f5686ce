"""The least value that the attacker can be held to, by Newton's method over the targets that are worth an attack.

With attacker payoffs u (uncovered) and c (covered), a coverage that makes no target worth more than q needs
N(q) = sum of max(0, u - q) / (u - c) over all targets, and q can be no less than any c. N is convex and falls, so
Newton's steps from the left never pass the root; targets whose u lies below q are dropped on the way.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise, repeat
from math import inf, nextafter, sqrt
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.games import Floats

LARGE = 200_000
"""From so many targets on, compiled code on all cores is worth loading: several times quicker than NumPy."""

SAMPLE = 4096
"""About so many targets tell where to begin; the answer is the same from anywhere."""

EXCESS = 1e-12
"""The relative excess over the resources that is taken for rounding."""

PIECES = 8
"""Shared among the cores; a fixed number, so that sums are taken in the same order everywhere."""


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
    """As `reached`, compiled, on all cores; the answer does not depend on how many there are."""
    from anlan.kernels.patrol import level_compiled as passes

    edges = [len(uncovered) * piece // PIECES for piece in range(PIECES + 1)]
    parts = [slice(*edge) for edge in pairwise(edges)]
    worths, covers = [uncovered[part] for part in parts], [covered[part] for part in parts]
    with ThreadPoolExecutor(min(PIECES, cpu_count() or 1)) as threads:
        lowest = max(threads.map(passes.floor, worths, covers, repeat(tolerance)))
        level = max(lowest, _guess(uncovered, covered, resources, tolerance))
        while True:
            given = repeat(level), repeat(tolerance)
            found = list(threads.map(passes.survivors, worths, covers, edges, *given))
            excess = sum(need for _kept, need, _slope in found) - resources
            if level == lowest or excess >= 0:
                break
            level = lowest
        while excess > EXCESS * resources:
            step = excess / sum(slope for _kept, _need, slope in found)
            level = max(level + step, nextafter(level, inf))
            kept = [piece[0] for piece in found]
            found = list(threads.map(passes.narrowed, kept, repeat(level), repeat(tolerance)))
            excess = sum(need for _kept, need, _slope in found) - resources
    target, worth, weight = map(np.concatenate, zip(*(kept for kept, _, _ in found), strict=True))
    return Reached(level, target, worth, weight)


def _guess(uncovered: Floats, covered: Floats, resources: float, tolerance: float) -> float:
    """A level that, by a sample of the targets, lies a little below the answer."""
    every = len(uncovered) // SAMPLE + 1
    sample = uncovered[::every], covered[::every]
    share = resources * len(sample[0]) / len(uncovered)
    return reached_by_numpy(*sample, share + 4 * sqrt(share) + 4, tolerance).level
