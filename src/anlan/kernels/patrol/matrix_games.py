"""Commitment in small games given as two matrices, one linear program for each answer of the follower.

Conitzer and Sandholm, "Computing the optimal strategy to commit to", EC 2006: for each column, find the mixture of rows
that is best for the leader among those to which the column is a best answer; the best of them all is the commitment.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from anlan.kernels.patrol.games import Floats, MatrixGame
from anlan.kernels.patrol.solver import quiet_solver


@dataclass(frozen=True, slots=True, eq=False)
class Commitment:
    """A mixture of rows, float64[rows] with sum 1, the column that answers it (from 0), and what both have of it."""

    mixture: Floats
    response: int
    leader_value: float
    follower_value: float


def best_commitment(game: MatrixGame) -> Commitment:
    """The mixture that serves the leader best, the follower breaking ties in the leader's favour."""
    follower = _scaled(game.follower)
    best: Commitment | None = None
    for column in range(game.leader.shape[1]):
        mixture = _mixture_for(column, _scaled(game.leader), follower)
        if mixture is None:
            continue
        value = float(mixture @ game.leader[:, column])
        if best is None or value > best.leader_value:
            best = Commitment(mixture, column, value, float(mixture @ game.follower[:, column]))
    if best is None:
        raise ArithmeticError("no answer of the follower was found to be best")
    return best


def _scaled(payoffs: Floats) -> Floats:
    """The payoffs moved and stretched to [0, 1]: the same game, in numbers that suit the solver."""
    lowest, highest = float(payoffs.min()), float(payoffs.max())
    scaled: Floats = (payoffs - lowest) / ((highest - lowest) or 1.0)
    return scaled


def _mixture_for(column: int, leader: Floats, follower: Floats) -> Floats | None:
    """The leader's best mixture among those to which `column` is a best answer; None where there is none."""
    rows, columns = leader.shape
    conditions = np.vstack((np.ones(rows), (follower[:, [column]] - follower).T))
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = rows, columns + 1
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = leader[:, column].copy()
    program.col_lower_, program.col_upper_ = np.zeros(rows), np.ones(rows)
    program.row_lower_ = np.concatenate(([1.0], np.zeros(columns)))
    program.row_upper_ = np.concatenate(([1.0], np.full(columns, highspy.kHighsInf)))
    program.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    program.a_matrix_.start_ = np.arange(rows + 1) * (columns + 1)
    program.a_matrix_.index_ = np.tile(np.arange(columns + 1), rows)
    program.a_matrix_.value_ = conditions.T.ravel()
    solver = quiet_solver(precision=1e-10)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    mixture: Floats = np.clip(np.array(solver.getSolution().col_value), 0.0, None)
    mixture /= mixture.sum()
    return mixture
