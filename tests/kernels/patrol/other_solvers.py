"""Answers of solvers that are not ours, for the tests alone."""

from typing import Any

import numpy as np
import pygambit  # an oracle: nothing under src may import it
from numpy.typing import NDArray


def zero_sum_value(row_payoffs: NDArray[np.int64]) -> float:
    """The value of a zero-sum game to the player of the rows, by an independent solver in rational numbers."""
    game: Any = pygambit.StrategicGame.from_arrays(row_payoffs, -row_payoffs)
    found: Any = pygambit.nash.lp_solve(game).equilibrium
    return float(found.payoffs[next(iter(game.players))])
