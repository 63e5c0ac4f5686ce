"""Compile the kernel of patrols beforehand, into the cache on disk, so that the first plan of an installation is quick.

Run as a program it does so with the least priority: pages and jobs go first.
"""

import os
import sys
from dataclasses import replace

from anlan.engine.patrol_effort import best_effort
from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_kernel import solve

SECONDS, DRAWS = 0.3, 200


def warm() -> None:
    """Solve small games of every kind: one guard and several, helped, proved, in a hurry, and with too much asked."""
    one, several = _crew("A", 3, 1), _crew("B", 9, 2)
    games = (
        Game((one,), (), 60, 5),
        Game((one, several), ("R",), 60, 5),
        Game((_crew("A", 6, 1),), (), 60, 5),
        Game((replace(_crew("A", 6, 1), starts=((2, 3),)),), (), 60, 5),
    )
    for game in games:
        solve(game, seed=1, seconds=SECONDS, draws=DRAWS)
        solve(game, seed=1, seconds=SECONDS, bounded=False)
    best_effort(Game((_crew("C", 12, 1, window=15),), (), 60, 5), SECONDS)


def _crew(name: str, count: int, guards: int, window: int = 30) -> GameCrew:
    windows = tuple((start, start + window) for start in range(0, 60, window))
    return GameCrew(
        guards=tuple(f"{name}{number}" for number in range(guards)),
        checkpoints=tuple(f"{name}C{number}" for number in range(count)),
        worth=tuple(float(number + 1) for number in range(count)),
        walk=tuple(tuple(abs(one - other) for other in range(count)) for one in range(count)),
        dwell=(1,) * count,
        windows=(windows,) * count,
    )


if __name__ == "__main__":
    if sys.platform != "win32":
        os.nice(19)
    warm()
