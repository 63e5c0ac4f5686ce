"""Coverage of independent targets: the closed form behind ORIGAMI, for a million targets in milliseconds.

Kiekintveld, Jain, Tsai, Pita, Ordonez and Tambe, "Computing optimal randomized resource allocations for massive
security games", AAMAS 2009: it is best for the defender to make as many targets as possible equally attractive, at
the least value q that the resources allow. They find q target by target; here it is the root of a convex function
(level.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from anlan.kernels.patrol.games import Floats, TargetGame
from anlan.kernels.patrol.level import Reached, reached

TIE = 1e-11
"""Values of the attacker that differ by less, relative to the width of his payoffs, are the same to him."""

ROUNDING = 1e-15
"""What a number may be off, relative to itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """How often each target is covered, and what both sides have of it (a strong Stackelberg equilibrium).

    `coverage` is float64[n] in [0, 1] with a sum of at most the resources. Among the targets that are worth most to the
    attacker, `attacked_target` (counted from 0) is the first of those best for the defender.
    """

    coverage: Floats
    attacked_target: int
    defender_utility: float
    attacker_utility: float


def best_coverage(game: TargetGame) -> Coverage:
    """The coverage that serves the defender best against an attacker who knows it.

    Less is needed nowhere: resources that could not change anything are left over.
    """
    tolerance = _tolerance(game)
    found = reached(game.attacker_uncovered, game.attacker_covered, game.resources, tolerance)
    chosen, level, share = _best_for_defender(game, found)
    coverage = np.zeros(len(game))
    coverage[found.target] = found.coverage(level)
    target = int(found.target[chosen])
    coverage[target] = share
    uncovered, covered = game.defender_uncovered[target], game.defender_covered[target]
    return Coverage(coverage, target, float(uncovered + share * (covered - uncovered)), level)


def _tolerance(game: TargetGame) -> float:
    lowest, highest = float(game.attacker_covered.min()), float(game.attacker_uncovered.max())
    return max(TIE * (highest - lowest), ROUNDING * max(-lowest, highest), 1e-200)


def _best_for_defender(game: TargetGame, found: Reached) -> tuple[int, float, float]:
    """Which of the targets worth an attack suits the defender best, at which level, and how far it is covered.

    Where cover changes nothing for the attacker, what is left of the resources goes to the target. Where cover harms
    the defender, the target is best attacked uncovered, and the others need no more than its value.
    What is equally good for the defender is chosen so that the attacker has least.
    """
    uncovered, covered = game.defender_uncovered[found.target], game.defender_covered[found.target]
    shares = found.coverage(found.level)
    left = min(1.0, max(0.0, game.resources - float(shares.sum())))
    shares[found.weight == 0] = left
    shares[covered < uncovered] = 0.0
    utility = uncovered + shares * (covered - uncovered)
    largest = float(max(np.abs(uncovered).max(), np.abs(covered).max()))
    best = np.flatnonzero(utility >= utility.max() - 10 * ROUNDING * largest)
    levels = np.where(
        (covered < uncovered)[best], np.maximum(found.uncovered[best], found.level), found.level
    )
    chosen, level = int(best[levels.argmin()]), float(levels.min())
    return chosen, level, float(shares[chosen])
