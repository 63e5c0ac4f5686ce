"""Coverage of a million independent targets in closed form, beside the loop as it was published.

Peer: ORIGAMI, algorithm 1 of Kiekintveld et al., AAMAS 2009, each of its steps over all targets in one NumPy call;
it is run once. Second row: a linear program for such a game with fewer targets by HiGHS, which gives the same value.
"""

import json
import sys
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.games import TargetGame
from anlan.kernels.patrol.solver import quiet_solver
from anlan.kernels.patrol.target_games import Coverage, best_coverage
from benchmarks.measuring import peak_mb, tell, timed

TARGETS, RESOURCES = 1_000_000, 10_000
FEWER, FEWER_RESOURCES = 10_000, 100
RUNS = 9
Floats = NDArray[np.float64]


def run(targets: int = TARGETS, resources: int = RESOURCES) -> list[dict[str, Any]]:
    """The job's figures; raises SystemExit where the answers differ."""
    return [
        _beside_the_loop(drawn_game(targets, resources)),
        _beside_the_program(drawn_game(FEWER, FEWER_RESOURCES)),
    ]


def drawn_game(targets: int, resources: int) -> TargetGame:
    """Payoffs drawn evenly: up to 10 for whom it favours, down to -10 for the other."""
    random = np.random.default_rng(1)
    gains, losses = random.uniform(0, 10, (2, targets)), random.uniform(-10, 0, (2, targets))
    return TargetGame(gains[0], losses[0], losses[1], gains[1], resources)


def _beside_the_loop(game: TargetGame) -> dict[str, Any]:
    ours_s, ours = _ours(game)
    tell(f"ours {ours_s * 1000:.1f} ms (median of {RUNS}); the published loop, once, takes a minute or two")
    peer_s, theirs = timed(lambda: published(game))
    difference = float(np.abs(ours.coverage - theirs).max())
    if not difference <= 1e-9:
        raise SystemExit(f"the published loop covers differently, by {difference}")
    return _row(game, ours_s, "ORIGAMI as published, NumPy", version("numpy"), peer_s)


def _beside_the_program(game: TargetGame) -> dict[str, Any]:
    ours_s, ours = _ours(game)
    tell(f"a linear program of {len(game)} targets")
    peer_s, value = timed(lambda: value_by_program(game))
    if not abs(ours.attacker_utility - value) <= 1e-9:
        raise SystemExit(f"the linear program finds {value}, we find {ours.attacker_utility}")
    return _row(game, ours_s, "linear program, HiGHS", version("highspy"), peer_s)


def _ours(game: TargetGame) -> tuple[float, Coverage]:
    best_coverage(game)  # compiles, or loads what was compiled
    return timed(lambda: best_coverage(game), runs=RUNS)


def _row(game: TargetGame, ours_s: float, name: str, release: str, peer_s: float) -> dict[str, Any]:
    return {
        "job": "origami",
        "size": f"{len(game)} targets, {game.resources:g} resources",
        "ours_s": round(ours_s, 5),
        "peers": [
            {
                "name": name,
                "version": release,
                "seconds": round(peer_s, 2),
                "ratio": round(peer_s / ours_s, 1),
            }
        ],
        "memory_mb": round(peak_mb()),
    }


def published(game: TargetGame) -> Floats:
    """The coverage by the loop as published: one target more is made as attractive as the others in each turn."""
    order = np.argsort(-game.attacker_uncovered, kind="stable")
    uncovered, covered = game.attacker_uncovered[order], game.attacker_covered[order]
    width = uncovered - covered
    coverage, left, bound, following = np.zeros(len(order)), game.resources, -np.inf, 1
    while following < len(order):
        added = (uncovered[:following] - uncovered[following]) / width[:following] - coverage[:following]
        full = coverage[:following] + added >= 1
        if full.any():
            bound = max(bound, float(covered[:following][full].max()))
        if bound > -np.inf or added.sum() > left:
            break
        coverage[:following] += added
        left -= float(added.sum())
        following += 1
    inside = slice(0, following)
    ratio = 1 / width[inside]
    coverage[inside] += ratio * left / ratio.sum()
    full = coverage[inside] >= 1
    if full.any():
        bound = max(bound, float(covered[inside][full].max()))
    if bound > -np.inf:
        coverage[inside] = (uncovered[inside] - bound) / width[inside]
    answer = np.zeros(len(order))
    answer[order] = coverage
    return answer


def value_by_program(game: TargetGame) -> float:
    """The least value that the attacker can be held to: variables are the coverage and that value, a row a target."""
    targets = len(game)
    solver = quiet_solver(precision=1e-10)
    every = np.arange(targets, dtype=np.int32)
    width = game.attacker_uncovered - game.attacker_covered
    none = np.array([], np.int32), np.array([], np.float64)
    solver.addCols(
        targets, np.zeros(targets), np.zeros(targets), np.ones(targets), 0, np.zeros(targets, np.int32), *none
    )
    solver.addCol(1.0, -1e30, 1e30, 0, *none)
    starts = np.arange(targets, dtype=np.int32) * 2
    members = np.column_stack((every, np.full(targets, targets, np.int32))).ravel()
    factors = np.column_stack((width, np.ones(targets))).ravel()
    solver.addRows(
        targets, game.attacker_uncovered, np.full(targets, 1e30), 2 * targets, starts, members, factors
    )
    solver.addRow(-1e30, game.resources, targets, every, np.ones(targets))
    solver.run()
    return float(solver.getInfo().objective_function_value)


if __name__ == "__main__":
    json.dump(run(), sys.stdout)
