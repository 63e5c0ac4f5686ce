"""The passes of `level.py` over the targets, compiled; imported only for many targets."""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.compiling import compiled_alone
from anlan.kernels.patrol.games import Floats

Survivors = tuple[NDArray[np.int64], Floats, Floats]
"""Targets (numbers in the game), their u, and their 1 / (u - c), or 0 where cover changes nothing."""


@compiled_alone
def floor(uncovered: Floats, covered: Floats, tolerance: float) -> float:
    """What the attacker has at the least: the greatest c, or u where cover changes nothing."""
    most = -np.inf
    for number in range(len(uncovered)):
        matters = uncovered[number] - covered[number] > tolerance
        most = max(most, covered[number] if matters else uncovered[number])
    return most


@compiled_alone
def survivors(
    uncovered: Floats, covered: Floats, level: float, tolerance: float
) -> tuple[Survivors, float, float]:
    """Those worth at least `level`, what they need to be held to it, and how much less a higher level would need."""
    target, worths = np.empty(len(uncovered), np.int64), np.empty(len(uncovered))
    weights = np.empty(len(uncovered))
    free, need, slope = 0, 0.0, 0.0
    for number in range(len(uncovered)):
        worth = uncovered[number]
        if worth >= level - tolerance:
            width = worth - covered[number]
            weight = 1.0 / width if width > tolerance else 0.0
            target[free], worths[free], weights[free] = number, worth, weight
            free += 1
            if worth > level:
                need += (worth - level) * weight
                slope += weight
    return (target[:free], worths[:free], weights[:free]), need, slope


@compiled_alone
def narrowed(before: Survivors, level: float, tolerance: float) -> tuple[Survivors, float, float]:
    """The survivors of a higher level, in the same memory, with what they need and the slope."""
    target, worths, weights = before
    free, need, slope = 0, 0.0, 0.0
    for number in range(len(target)):
        worth, weight = worths[number], weights[number]
        if worth >= level - tolerance:
            target[free], worths[free], weights[free] = target[number], worth, weight
            free += 1
            if worth > level:
                need += (worth - level) * weight
                slope += weight
    return (target[:free], worths[:free], weights[:free]), need, slope
