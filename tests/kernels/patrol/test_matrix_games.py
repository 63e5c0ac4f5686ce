"""Commitment in matrix games, held against the textbook example, other solvers and brute force."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernels.patrol.games import Floats, GameError, MatrixGame
from anlan.kernels.patrol.matrix_games import Commitment, best_commitment
from kernels.patrol.other_solvers import zero_sum_value


@st.composite
def matrix_games(draw: st.DrawFn) -> MatrixGame:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    payoffs = st.lists(st.integers(-9, 9), min_size=rows * columns, max_size=rows * columns)
    leader, follower = (np.array(draw(payoffs)).reshape(rows, columns) for _side in range(2))
    return MatrixGame(leader, follower)


def value_of(game: MatrixGame, mixture: Floats) -> float:
    """What the leader has of a mixture, the follower breaking ties in the leader's favour."""
    worth = mixture @ game.follower
    return float((mixture @ game.leader)[worth >= worth.max() - 1e-9].max())


def hold_together(game: MatrixGame, found: Commitment) -> None:
    worth = found.mixture @ game.follower
    assert found.mixture.min() >= 0
    assert found.mixture.sum() == pytest.approx(1)
    assert worth[found.response] == pytest.approx(worth.max(), abs=1e-8)
    assert found.leader_value == pytest.approx((found.mixture @ game.leader)[found.response])


def test_the_example_of_the_literature_has_its_known_commitment(test_data: Callable[[str], Path]) -> None:
    games = json.loads(test_data("security-games/instances.json").read_text("utf-8"))
    game = next(one for one in games if "leader" in one)
    expected = game["expected"]["optimal_mixed"]
    found = best_commitment(MatrixGame(game["leader"], game["follower"]))
    assert found.mixture == pytest.approx([expected["a"], expected["b"]], abs=1e-6)
    assert game["cols"][found.response] == expected["follower"]
    assert found.leader_value == pytest.approx(expected["leader"], abs=1e-6)


def test_to_commit_to_two_thirds_earns_more_than_any_row_alone() -> None:
    # Conitzer and Sandholm's game: at 2/3 the follower is indifferent, and answers for the leader: 11/3
    found = best_commitment(
        MatrixGame(np.array([[2.0, 4.0], [1.0, 3.0]]), np.array([[1.0, 0.0], [0.0, 2.0]]))
    )
    assert found.mixture == pytest.approx([2 / 3, 1 / 3])
    assert (found.response, found.leader_value) == (1, pytest.approx(11 / 3))


@pytest.mark.parametrize("seed", range(8))
def test_in_zero_sum_games_the_value_is_that_of_another_solver_of_games(seed: int) -> None:
    leader = np.random.default_rng(seed).integers(-9, 10, (4, 5))
    found = best_commitment(MatrixGame(leader, -leader))
    assert found.leader_value == pytest.approx(zero_sum_value(leader), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(matrix_games())
def test_no_mixture_that_is_tried_serves_the_leader_better(game: MatrixGame) -> None:
    found = best_commitment(game)
    hold_together(game, found)
    rows = game.leader.shape[0]
    tried = [*np.eye(rows), *np.random.default_rng(0).dirichlet(np.full(rows, 0.7), 100)]
    assert max(value_of(game, mixture) for mixture in tried) <= found.leader_value + 1e-7


@settings(max_examples=40, deadline=None)
@given(matrix_games(), st.integers(-30, 30), st.integers(1, 20), st.integers(-30, 30), st.integers(1, 20))
def test_moving_and_stretching_payoffs_moves_and_stretches_the_value(
    game: MatrixGame, shift: int, scale: int, other_shift: int, other_scale: int
) -> None:
    moved = MatrixGame(game.leader * scale + shift, game.follower * other_scale + other_shift)
    expected = best_commitment(game).leader_value * scale + shift
    assert best_commitment(moved).leader_value == pytest.approx(expected, abs=1e-6)


def test_matrices_of_different_shape_are_no_game() -> None:
    with pytest.raises(GameError, match="follower is not of the same shape"):
        MatrixGame(np.ones((2, 2)), np.ones((2, 3)))


def test_the_solver_says_nothing_on_standard_output() -> None:
    program = (
        "import numpy as np\nfrom anlan.kernels.patrol.games import MatrixGame\n"
        "from anlan.kernels.patrol.matrix_games import best_commitment\n"
        "best_commitment(MatrixGame(np.eye(3), np.eye(3)))"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stdout) == (0, ""), outcome.stderr
