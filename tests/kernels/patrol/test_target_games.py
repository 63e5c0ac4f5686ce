"""Coverage of independent targets, held against linear programs, a solver of games, and what must always hold."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from anlan.kernels.patrol.games import PAYOFFS, Floats, GameError, TargetGame
from anlan.kernels.patrol.level import LARGE, SAMPLE, reached_by_numpy, reached_compiled
from anlan.kernels.patrol.target_games import Coverage, best_coverage
from kernels.patrol.other_solvers import zero_sum_value

WHOLE = st.integers(-10, 10)


def a_game(
    uncovered: list[float],
    covered: list[float],
    resources: float,
    *,
    defender_covered: list[float] | None = None,
    defender_uncovered: list[float] | None = None,
) -> TargetGame:
    """A game by the attacker's payoffs; zero-sum where the defender's are not given."""
    return TargetGame(
        defender_covered=np.array(defender_covered or [-value for value in covered]),
        defender_uncovered=np.array(defender_uncovered or [-value for value in uncovered]),
        attacker_covered=np.array(covered),
        attacker_uncovered=np.array(uncovered),
        resources=resources,
    )


def drawn_game(seed: int, targets: int) -> TargetGame:
    random = np.random.default_rng(seed)
    return TargetGame(
        defender_covered=random.uniform(0, 10, targets),
        defender_uncovered=random.uniform(-10, 0, targets),
        attacker_covered=random.uniform(-10, 0, targets),
        attacker_uncovered=random.uniform(0, 10, targets),
        resources=float(random.uniform(0, targets * 1.1)),
    )


@st.composite
def small_games(draw: st.DrawFn, largest: int = 6) -> TargetGame:
    """Whole payoffs with many ties; cover may change nothing for the attacker, and may even harm the defender."""
    pairs = draw(st.lists(st.tuples(WHOLE, WHOLE, WHOLE, WHOLE), min_size=1, max_size=largest))
    return a_game(
        [max(one, other) for one, other, _, _ in pairs],
        [min(one, other) for one, other, _, _ in pairs],
        draw(st.integers(0, 2 * len(pairs))) / 2,
        defender_covered=[one for _, _, one, _ in pairs],
        defender_uncovered=[one for _, _, _, one in pairs],
    )


def value_by_programs(game: TargetGame) -> float:
    """The defender's value by one linear program for each target that could be attacked (Conitzer and Sandholm)."""
    gain = game.attacker_covered - game.attacker_uncovered
    best = -np.inf
    for target in range(len(game)):
        conditions = np.diag(gain)
        conditions[:, target] -= gain[target]
        limits = game.attacker_uncovered[target] - game.attacker_uncovered
        change = np.zeros(len(game))
        change[target] = game.defender_covered[target] - game.defender_uncovered[target]
        found = linprog(
            -change,
            A_ub=np.vstack((conditions, np.ones(len(game)))),
            b_ub=np.append(limits, game.resources),
            bounds=(0, 1),
            method="highs",
            options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
        )
        if found.status == 0:
            best = max(best, game.defender_uncovered[target] - found.fun)
    return float(best)


def worth_to_attacker(game: TargetGame, coverage: Floats) -> Floats:
    return game.attacker_uncovered + coverage * (game.attacker_covered - game.attacker_uncovered)


def hold_together(game: TargetGame, found: Coverage) -> None:
    """The budget is kept, the attacked target is a best one, and both values are those of the coverage."""
    coverage, target = found.coverage, found.attacked_target
    worth = worth_to_attacker(game, coverage)
    assert ((coverage >= 0) & (coverage <= 1)).all()
    assert coverage.sum() <= game.resources * (1 + 1e-11)
    assert worth[target] == pytest.approx(worth.max(), abs=1e-9)
    assert found.attacker_utility == pytest.approx(worth.max(), abs=1e-9)
    covered, uncovered = game.defender_covered[target], game.defender_uncovered[target]
    assert found.defender_utility == pytest.approx(
        uncovered + coverage[target] * (covered - uncovered), abs=1e-9
    )


# ---- known answers ------------------------------------------------------------------------------


def test_the_games_of_the_data_set_have_their_published_values(test_data: Callable[[str], Path]) -> None:
    games = json.loads(test_data("security-games/instances.json").read_text("utf-8"))
    solved = 0
    for game in games:
        if "resources" in game:
            found = best_coverage(TargetGame(*(game[name] for name in PAYOFFS), game["resources"]))
            expected = game["expected_SSE"]
            assert found.defender_utility == pytest.approx(expected["defender_utility"], abs=1e-9)
            assert found.attacker_utility == pytest.approx(expected["attacker_utility"], abs=1e-9)
            solved += 1
    assert solved == 2


def test_two_equal_targets_share_one_guard() -> None:
    found = best_coverage(a_game([1, 1], [-1, -1], 1))
    assert found.coverage == pytest.approx([0.5, 0.5])
    assert (found.attacked_target, found.defender_utility) == (0, pytest.approx(0))


def test_a_target_worth_little_is_not_covered_until_the_others_are_worth_no_more() -> None:
    # 10 (1 - 2 x) = 1 at x = 9/20: up to there one guard stays with the first target
    assert best_coverage(a_game([10, 1], [-10, -1], 0.45)).coverage == pytest.approx([0.45, 0])
    assert best_coverage(a_game([10, 1], [-10, -1], 0.5)).coverage[1] > 0


def test_ties_of_the_attacker_are_broken_for_the_defender() -> None:
    # both are worth 3 to the attacker; the second costs the defender less
    found = best_coverage(a_game([3, 3], [0, 0], 0, defender_covered=[0, 0], defender_uncovered=[-9, -1]))
    assert (found.attacked_target, found.defender_utility) == (1, -1)


def test_without_guards_the_best_target_is_attacked_uncovered() -> None:
    found = best_coverage(a_game([1, 7, 3], [0, 0, 0], 0))
    assert (found.attacked_target, found.attacker_utility, found.coverage.tolist()) == (1, 7, [0, 0, 0])


def test_more_guards_than_targets_cover_no_more_than_is_of_use() -> None:
    found = best_coverage(a_game([5, 5, 1], [-5, -2, -4], 100))
    # the attacker has at least -2, the covered value of the second; less cover elsewhere suffices for that
    assert found.attacker_utility == -2
    assert found.coverage == pytest.approx([0.7, 1, 0.6])


def test_where_cover_changes_nothing_for_the_attacker_the_guards_left_over_go_there() -> None:
    # an attacker who gets 4 whatever is done chooses the first; 0.25 of a guard holds the second at 4
    game = a_game([4, 5], [4, 1], 1, defender_covered=[10, 0], defender_uncovered=[-10, -50])
    found = best_coverage(game)
    assert found.coverage == pytest.approx([0.75, 0.25])
    assert (found.attacked_target, found.defender_utility) == (0, pytest.approx(5))


def test_where_cover_harms_the_defender_the_target_is_left_uncovered() -> None:
    game = a_game([6, 8], [0, 0], 1, defender_covered=[-5, 0], defender_uncovered=[5, -9])
    found = best_coverage(game)
    assert found.coverage == pytest.approx([0, 0.25])
    assert (found.attacked_target, found.defender_utility, found.attacker_utility) == (0, 5, 6)


# ---- other solvers ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_the_value_is_that_of_the_linear_programs(seed: int) -> None:
    game = drawn_game(seed, targets=2 + seed % 11)
    found = best_coverage(game)
    hold_together(game, found)
    assert found.defender_utility == pytest.approx(value_by_programs(game), abs=1e-9)


@settings(deadline=None)
@given(small_games())
def test_the_value_is_that_of_the_linear_programs_where_payoffs_tie(game: TargetGame) -> None:
    found = best_coverage(game)
    hold_together(game, found)
    assert found.defender_utility == pytest.approx(value_by_programs(game), abs=1e-7)


@pytest.mark.parametrize("seed", range(8))
def test_zero_sum_games_have_the_value_that_another_solver_of_games_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    covered, gain = random.integers(-9, 1, 4), random.integers(1, 12, 4)
    uncovered = covered + gain
    pairs = [(one, other) for one in range(4) for other in range(one)]
    attacker = np.array(
        [[covered[target] if target in pair else uncovered[target] for target in range(4)] for pair in pairs]
    )
    found = best_coverage(a_game(uncovered.tolist(), covered.tolist(), 2))

    assert found.defender_utility == pytest.approx(zero_sum_value(-attacker), abs=1e-9)


@pytest.mark.parametrize("resources", [0.0, 3.5, 2_000.0, 90_000.0, 1e6])
def test_the_compiled_passes_find_what_numpy_finds(resources: float) -> None:
    random = np.random.default_rng(3)
    uncovered = np.round(random.uniform(0, 10, LARGE), 3)
    covered = np.minimum(uncovered, np.round(random.uniform(-10, 5, LARGE), 3))
    for given_order in (np.arange(LARGE), np.argsort(uncovered), np.argsort(-uncovered)):
        arrays = uncovered[given_order], covered[given_order]
        quick = reached_compiled(*arrays, resources, 1e-10)
        plain = reached_by_numpy(*arrays, resources, 1e-10)
        assert quick.level == pytest.approx(plain.level, abs=1e-11)
        assert quick.target.tolist() == plain.target.tolist()


def test_a_sample_that_misleads_costs_time_and_nothing_else() -> None:
    uncovered = np.zeros(LARGE)
    uncovered[:: LARGE // SAMPLE + 1] = 10.0  # just what the sample looks at
    found = reached_compiled(uncovered, uncovered - 1.0, 4_000.0, 1e-10)
    assert found.level == pytest.approx(reached_by_numpy(uncovered, uncovered - 1.0, 4_000.0, 1e-10).level)


# ---- what must always hold ----------------------------------------------------------------------


@settings(deadline=None)
@given(small_games(), st.floats(0, 3))
def test_more_guards_never_harm_the_defender_where_cover_helps(game: TargetGame, more: float) -> None:
    covered = np.maximum(game.defender_covered, game.defender_uncovered)
    payoffs = (covered, game.defender_uncovered, game.attacker_covered, game.attacker_uncovered)
    before = best_coverage(TargetGame(*payoffs, game.resources))
    after = best_coverage(TargetGame(*payoffs, game.resources + more))
    assert after.defender_utility >= before.defender_utility - 1e-9
    assert after.attacker_utility <= before.attacker_utility + 1e-9


@settings(deadline=None)
@given(small_games(), st.integers(-50, 50), st.integers(1, 40), st.integers(-50, 50), st.integers(1, 40))
def test_moving_and_stretching_payoffs_changes_no_coverage(
    game: TargetGame, shift: int, scale: int, other_shift: int, other_scale: int
) -> None:
    moved = TargetGame(
        game.defender_covered * scale + shift,
        game.defender_uncovered * scale + shift,
        game.attacker_covered * other_scale + other_shift,
        game.attacker_uncovered * other_scale + other_shift,
        game.resources,
    )
    found, other = best_coverage(game), best_coverage(moved)
    assert other.coverage == pytest.approx(found.coverage, abs=1e-9)
    assert other.defender_utility == pytest.approx(found.defender_utility * scale + shift, abs=1e-7)
    assert other.attacker_utility == pytest.approx(
        found.attacker_utility * other_scale + other_shift, abs=1e-7
    )


@settings(deadline=None)
@given(small_games(), st.randoms(use_true_random=False))
def test_the_order_of_targets_changes_no_value(game: TargetGame, random: Any) -> None:
    order = list(range(len(game)))
    random.shuffle(order)
    turned = TargetGame(*(getattr(game, name)[order] for name in PAYOFFS), game.resources)
    found, other = best_coverage(game), best_coverage(turned)
    assert other.defender_utility == pytest.approx(found.defender_utility, abs=1e-9)
    assert other.attacker_utility == pytest.approx(found.attacker_utility, abs=1e-9)


@settings(deadline=None)
@given(small_games(largest=4))
def test_no_other_coverage_serves_the_defender_better(game: TargetGame) -> None:
    found = best_coverage(game)
    random = np.random.default_rng(0)
    for _attempt in range(50):
        coverage = random.random(len(game)) ** random.integers(1, 4)
        coverage *= min(1.0, game.resources / max(coverage.sum(), 1e-9))
        worth = worth_to_attacker(game, coverage)
        best = worth >= worth.max()
        gains = game.defender_uncovered + coverage * (game.defender_covered - game.defender_uncovered)
        assert gains[best].max() <= found.defender_utility + 1e-7


@pytest.mark.parametrize("scale", [1e-90, 1e90])
def test_payoffs_of_any_size_are_the_same_game(scale: float) -> None:
    found = best_coverage(a_game([10 * scale, 1 * scale], [-10 * scale, -1 * scale], 0.6))
    assert found.coverage == pytest.approx(best_coverage(a_game([10, 1], [-10, -1], 0.6)).coverage, abs=1e-9)


def test_payoffs_far_from_zero_are_told_apart_as_well() -> None:
    # the second is worth a hundredth less to the attacker, who therefore leaves it, however kind it would be
    game = a_game(
        [1e9, 1e9 - 0.01], [1e9 - 1, 1e9 - 1], 0, defender_covered=[0, 0], defender_uncovered=[-9, 5]
    )
    assert best_coverage(game).attacked_target == 0


# ---- what is not a game -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("uncovered", "covered", "resources", "said"),
    [
        ([], [], 1, "attacker_uncovered is empty"),
        ([1, 2], [0], 1, "attacker_covered is not of the same shape"),
        ([1, float("nan")], [0, 0], 1, "attacker_uncovered[1] is not a number"),
        ([1, float("inf")], [0, 0], 1, "attacker_uncovered[1] is not a number"),
        ([1, 1], [0, 3], 1, "attacker_covered[1] is greater than attacker_uncovered"),
        ([1, 1], [0, 0], -0.5, "resources is negative"),
        ([1, 1], [0, 0], float("nan"), "resources is not a number"),
    ],
)
def test_what_is_not_a_game_is_refused_with_the_place(
    uncovered: list[float], covered: list[float], resources: float, said: str
) -> None:
    with pytest.raises(GameError) as refused:
        a_game(uncovered, covered, resources)
    assert said in str(refused.value)
