"""The one door to HiGHS: linear programs on one core, without a word on standard output."""

from highspy._core import (
    _Highs as Solver,  # `highspy.Highs` adds callbacks, and prints a banner when it is made
)

PRECISION = 1e-10
"""How far a condition may be missed where payoffs are scaled to about 1; the finest that HiGHS takes."""


def quiet_solver() -> Solver:
    """A solver that says nothing, uses one core and keeps conditions to PRECISION."""
    solver = Solver()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("primal_feasibility_tolerance", PRECISION)
    solver.setOptionValue("dual_feasibility_tolerance", PRECISION)
    return solver
