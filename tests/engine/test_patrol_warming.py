"""After warming up, the first plan of a place has nothing left to compile."""

import subprocess
import sys

PROGRAM = """
import gc
from numba.core.registry import CPUDispatcher
from anlan.engine.patrol_effort import best_effort
from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_kernel import solve
from anlan.engine.patrol_warming import warm

def compiled():
    return {one.py_func.__name__: len(one.signatures) for one in gc.get_objects() if isinstance(one, CPUDispatcher)
            and one.py_func.__module__.startswith("anlan.")}

def crew(count, guards, length, starts=()):
    walk = tuple(tuple(2 * abs(one - other) for other in range(count)) for one in range(count))
    windows = tuple((start, start + length) for start in range(0, 240, length))
    return GameCrew(tuple(f"G{n}" for n in range(guards)), tuple(f"C{n}" for n in range(count)),
                    (5.0,) * count, walk, (1,) * count, (windows,) * count, starts)

warm()
before = compiled()
for game in (Game((crew(6, 1, 60),), (), 240, 10), Game((crew(4, 1, 40), crew(9, 2, 60)), ("R",), 240, 10),
             Game((crew(6, 1, 60, ((2, 3),)),), (), 240, 10)):
    solve(game, seed=2, seconds=0.3, draws=500)
    solve(game, seed=2, seconds=0.3, bounded=False)
solve(best_effort(Game((crew(10, 1, 20, ((0, 0),)),), (), 240, 10), 0.2).game, seed=2, seconds=0.3, bounded=False)
after = compiled()
assert before and after == before, {name: (before.get(name), many) for name, many in after.items()
                                    if before.get(name) != many}
"""


def test_the_first_plan_after_warming_up_compiles_nothing() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
