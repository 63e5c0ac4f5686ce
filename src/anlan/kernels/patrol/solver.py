"""The one door to HiGHS: linear programs on one core, without a word on standard output."""

from highspy._core import _Highs  # `highspy.Highs` adds callbacks, and prints a banner when it is made

Solver = _Highs


def quiet_solver(precision: float = 1e-7) -> Solver:
    """A solver that says nothing, uses one core, and misses no condition by more than `precision` (1e-10 at best)."""
    solver = Solver()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("primal_feasibility_tolerance", precision)
    solver.setOptionValue("dual_feasibility_tolerance", precision)
    return solver
