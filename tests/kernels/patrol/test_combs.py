"""Draws: each target exactly as often as asked, always the number of guards there are, and hard to predict."""

from fractions import Fraction
from itertools import permutations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernels.patrol.combs import Comb, Numbers, comb, drawn, drawn_often
from anlan.kernels.patrol.games import Floats, TargetGame
from anlan.kernels.patrol.least_predictable import drawn_least_predictably, entropy_bits, least_predictable
from anlan.kernels.patrol.target_games import best_coverage

ONE = 2**64


@st.composite
def coverages(draw: st.DrawFn) -> Floats:
    """Probabilities of up to eight targets, some always or never covered, scaled to a whole sum where possible."""
    shares = np.array(
        draw(st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0, 0.1])), min_size=1, max_size=8))
    )
    guards = draw(st.integers(0, len(shares)))
    for _round in range(60):
        free = (shares > 0) & (shares < 1)
        if free.any():
            left = max(guards - shares[~free].sum(), 0.0)
            shares[free] = np.clip(shares[free] * left / shares[free].sum(), 0.0, 1.0)
    return shares


def lengths_of_offsets(ready: Comb, order: Numbers) -> tuple[list[Fraction], set[int]]:
    """The exact length of the offsets at which each target is touched, and the numbers touched at any offset.

    The choice changes only where a target begins, so it is asked once between each two beginnings.
    """
    starts = np.cumsum(ready.ticks[order], dtype=np.uint64) - ready.ticks[order]
    edges = sorted({0, *(int(start) for start in starts)})
    length = [0] * len(ready.sometimes)
    numbers = set()
    for low, high in zip(edges, [*edges[1:], ONE], strict=True):
        for offset in {low, high - 1}:
            touched = ready.touched(order[np.newaxis], np.array([offset], np.uint64))[0]
            numbers.add(int(touched.sum()) + len(ready.always))
        for place in np.flatnonzero(touched):
            length[order[place]] += high - low
    return [Fraction(one, ONE) for one in length], numbers


@settings(deadline=None)
@given(coverages(), st.randoms(use_true_random=False))
def test_over_all_offsets_each_target_is_touched_exactly_as_often_as_its_length(
    coverage: Floats, random: Random
) -> None:
    ready = comb(coverage)
    order = np.array(random.sample(range(len(ready.sometimes)), len(ready.sometimes)), dtype=np.int64)
    lengths, _numbers = lengths_of_offsets(ready, order)
    assert lengths == [Fraction(int(ticks), ONE) for ticks in ready.ticks]


@pytest.mark.parametrize("seed", range(20))
def test_lengths_are_the_probabilities_to_the_last_bit(seed: int) -> None:
    coverage = np.random.default_rng(seed).uniform(1 / 2048, 1, 7)
    ready = comb(coverage)
    assert [Fraction(int(ticks), ONE) for ticks in ready.ticks] == [Fraction(share) for share in coverage]


@settings(deadline=None)
@given(coverages())
def test_where_the_sum_is_whole_every_offset_covers_that_many(coverage: Floats) -> None:
    total, rounding = float(coverage.sum()), 1e-10
    if abs(total - round(total)) > rounding:
        return
    ready = comb(coverage)
    changed = np.ldexp(ready.ticks.astype(np.float64), -64) - coverage[ready.sometimes]
    if int(ready.ticks.sum(dtype=np.uint64)) != 0:  # nothing but crumbs: no room for the rounding
        assert coverage[ready.sometimes].sum() < 1e-9 or (1 - coverage[ready.sometimes]).sum() < 1e-9
        return
    assert np.abs(changed).max(initial=0.0) <= rounding
    _lengths, numbers = lengths_of_offsets(ready, np.arange(len(ready.sometimes)))
    assert numbers == {round(total)}


@given(st.lists(st.floats(0.01, 0.99), min_size=2, max_size=9))
@settings(deadline=None)
def test_where_the_sum_is_not_whole_it_is_rounded_down_or_up(shares: list[float]) -> None:
    total = sum(shares)
    if abs(total - round(total)) < 1e-6:
        return
    _lengths, numbers = lengths_of_offsets(comb(np.array(shares)), np.arange(len(shares)))
    assert numbers == {int(total), int(total) + 1}


def test_a_hundred_thousand_draws_cover_as_asked() -> None:
    coverage = np.array([0.9, 0.05, 0.5, 0.55, 1.0, 0.0, 0.3, 0.7])
    draws = drawn_often(comb(coverage), 100_000, seed=5)
    deviation = 5 * np.sqrt(coverage * (1 - coverage) / len(draws))
    assert set(draws.sum(axis=1)) == {4}
    assert (np.abs(draws.mean(axis=0) - coverage) <= deviation).all()


def test_no_pair_is_left_out_for_being_neighbours() -> None:
    # in a fixed order two neighbours of 0.4 would never be covered together
    draws = drawn_often(comb(np.full(5, 0.4)), 20_000, seed=1)
    together = draws.T.astype(int) @ draws.astype(int)
    pairs = together[np.triu_indices(5, 1)] / len(draws)
    assert pairs == pytest.approx(np.full(10, 0.1), abs=0.015)  # one of ten pairs each time


def test_one_large_draw_has_the_number_of_guards_and_each_target_once() -> None:
    shares = np.random.default_rng(2).random(100_000)
    shares *= 2_000 / shares.sum()
    found = drawn(comb(shares), seed=9)
    assert len(found) == len(set(found.tolist())) == 2_000
    assert (np.diff(found) > 0).all()


def test_the_seed_decides_the_draw_and_nothing_else_does() -> None:
    ready = comb(np.full(40, 0.25))
    assert drawn(ready, seed=7).tolist() == drawn(ready, seed=7).tolist()
    assert len({tuple(drawn(ready, seed=seed).tolist()) for seed in range(50)}) == 50
    assert (drawn_often(ready, 9, seed=7) == drawn_often(ready, 9, seed=7)).all()


def test_nothing_to_cover_is_an_empty_draw() -> None:
    assert drawn(comb(np.zeros(3)), seed=1).tolist() == []
    assert drawn(comb(np.ones(3)), seed=1).tolist() == [0, 1, 2]
    assert drawn_often(comb(np.zeros(0)), 2, seed=1).shape == (2, 0)


@pytest.mark.parametrize("shares", [[0.5, 1.2], [-0.1], [float("nan")]])
def test_what_is_no_probability_is_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        comb(np.array(shares))


# ---- the least predictable ----------------------------------------------------------------------


def test_with_equal_probabilities_every_set_is_equally_likely() -> None:
    draw = least_predictable(np.full(6, 0.5))
    assert draw.entropy_bits == pytest.approx(np.log2(20))  # 20 sets of three among six
    draws = drawn_least_predictably(draw, 40_000, seed=3)
    _sets, seen = np.unique(draws, axis=0, return_counts=True)
    assert len(seen) == 20
    assert seen / len(draws) == pytest.approx(np.full(20, 0.05), abs=0.006)


@pytest.mark.parametrize(
    "coverage", [[0.9, 0.05, 0.5, 0.55, 1.0, 0.0, 0.3, 0.7], [0.2, 0.7, 0.9], [0.3, 0.3]]
)
def test_the_least_predictable_draws_cover_as_asked_too(coverage: list[float]) -> None:
    asked = np.array(coverage)
    draws = drawn_least_predictably(least_predictable(asked), 100_000, seed=4)
    deviation = 5 * np.sqrt(asked * (1 - asked) / len(draws))
    assert set(draws.sum(axis=1)) == {int(np.floor(asked.sum() + 1e-9)), int(np.ceil(asked.sum() - 1e-9))}
    assert (np.abs(draws.mean(axis=0) - asked) <= deviation).all()


@pytest.mark.parametrize(
    ("coverage", "numbers"),
    [
        ([1e-10], {0}),
        ([1 - 1e-10], {1}),
        ([1e-15, 1 - 1e-15], {1}),
        ([0.5, 0.5, 1e-300], {1}),
        ([0.01], {0, 1}),
        ([], {0}),
    ],
)
def test_probabilities_next_to_never_and_always_are_drawn_too(
    coverage: list[float], numbers: set[int]
) -> None:
    draws = drawn_least_predictably(least_predictable(np.array(coverage)), 2_000, seed=1)
    assert set(draws.sum(axis=1)) == numbers


@pytest.mark.parametrize("seed", range(20))
def test_the_coverage_of_a_game_can_always_be_drawn(seed: int) -> None:
    random = np.random.default_rng(seed)
    targets = int(random.integers(1, 60))
    gains, losses = random.uniform(0, 10, (2, targets)), -(random.uniform(0, 10, (2, targets)) ** 3)
    found = best_coverage(
        TargetGame(gains[0], losses[0], losses[1], gains[1], float(random.uniform(0, targets)))
    )
    total = float(found.coverage.sum())
    numbers = {int(np.floor(total + 1e-9)), int(np.ceil(total - 1e-9))}
    assert set(drawn_often(comb(found.coverage), 500, seed=seed).sum(axis=1)) <= numbers
    assert (
        set(drawn_least_predictably(least_predictable(found.coverage), 500, seed=seed).sum(axis=1)) <= numbers
    )


def entropy_of_combs(coverage: Floats) -> tuple[float, float]:
    """The exact entropy of a comb over a fixed order, and over all orders, in bits."""
    ready = comb(coverage)
    fixed = 0.0
    chance: dict[tuple[int, ...], float] = {}
    orders = [np.array(order) for order in permutations(range(len(ready.sometimes)))]
    for number, order in enumerate(orders):
        starts = np.cumsum(ready.ticks[order], dtype=np.uint64) - ready.ticks[order]
        edges = sorted({0, *(int(start) for start in starts)})
        for low, high in zip(edges, [*edges[1:], ONE], strict=True):
            touched = ready.touched(order[np.newaxis], np.array([low], np.uint64))[0]
            key = tuple(sorted(order[touched].tolist()))
            chance[key] = chance.get(key, 0.0) + (high - low) / ONE
        if not number:
            fixed = -sum(share * np.log2(share) for share in chance.values())
    shares = np.array(list(chance.values())) / len(orders)
    return float(fixed), float(-(shares * np.log2(shares)).sum())


@pytest.mark.parametrize("coverage", [[0.5] * 6, [0.9, 0.4, 0.5, 0.2, 0.6, 0.4], [0.1, 0.2, 0.3, 0.4]])
def test_an_order_for_each_draw_is_less_predictable_than_a_fixed_one_and_none_beats_the_greatest_entropy(
    coverage: list[float],
) -> None:
    fixed, mixed = entropy_of_combs(np.array(coverage))
    most = least_predictable(np.array(coverage)).entropy_bits
    assert fixed < mixed + 1e-9
    assert mixed <= most + 1e-9
    seen = entropy_bits(drawn_often(comb(np.array(coverage)), 100_000, seed=1))
    assert seen == pytest.approx(mixed, abs=0.01)
