"""Linear programs that grow, solved by HiGHS."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The greatest value, the columns' values, and the rows' prices."""

    value: float
    values: Floats
    prices: Floats


class Program:
    """Maximise over columns within bounds, such that each row's sum is within its own."""

    def __init__(self) -> None:
        import highspy

        from anlan.kernels.patrol.solver import quiet_solver

        self._solver = quiet_solver()
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._size = 0

    def columns(self, gain: Sequence[float], low: Sequence[float], high: Sequence[float]) -> int:
        """Add columns that stand in no row yet; the number of the first."""
        first = self._size
        for one, least, most in zip(gain, low, high, strict=True):
            self._solver.addCol(one, least, most, 0, np.zeros(0, np.int32), np.zeros(0))
        self._size += len(gain)
        return first

    def column(
        self, gain: float, low: float, high: float, rows: Sequence[int], parts: Sequence[float]
    ) -> int:
        """Add one column with its parts in the rows there are."""
        self._solver.addCol(gain, low, high, len(rows), np.array(rows, np.int32), np.array(parts, float))
        self._size += 1
        return self._size - 1

    def row(self, columns: Sequence[int], parts: Sequence[float], low: float, high: float) -> None:
        """Add one row."""
        self._solver.addRow(low, high, len(columns), np.array(columns, np.int32), np.array(parts, float))

    def bounds(self, column: int, low: float, high: float) -> None:
        """Change what a column may be."""
        self._solver.changeColBounds(int(column), low, high)

    def maximised(self) -> Solution | None:
        """The best solution; None if there is none."""
        self._solver.run()
        if self._solver.getModelStatus() != self._optimal:
            return None
        solution = self._solver.getSolution()
        value = float(self._solver.getInfo().objective_function_value)
        return Solution(value, np.array(solution.col_value), np.array(solution.row_dual))
