"""What a guard, a supervisor and an attacker would notice of planned rounds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.kernels.patrol.attacker import prove
from anlan.kernels.patrol.baselines import baselines
from anlan.kernels.patrol.beats import Beats, Infeasible, Role, Visit, Walked
from anlan.kernels.patrol.drawing import columns, draw
from anlan.kernels.patrol.lookahead import lookahead
from anlan.kernels.patrol.planning import Mix, plan
from anlan.kernels.patrol.replanning import replan
from anlan.kernels.patrol.staffing import obligations
from kernels.patrol.walking_builders import beat, corridor, hourly, is_legal

QUICK = settings(
    max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def planned(problem: Beats, *, turns: int = 3, seed: int = 1) -> Mix:
    mix = plan(problem, seed=seed, turns=turns)
    assert isinstance(mix, Mix), mix
    return mix


@pytest.fixture(scope="module")
def night() -> Mix:
    """Two beats of seven checkpoints, three hours with a visit in each hour, a spare guard."""
    beats = tuple(corridor(7, 180, 60, seed=number, name=str(number)) for number in range(2))
    return planned(Beats(beats, 180, 4, spare=1), turns=8)


@QUICK
@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 6),
    every=st.sampled_from([30, 40, 60]),
    attack=st.integers(1, 20),
    guards=st.integers(1, 2),
)
def test_every_drawn_round_keeps_every_window_and_can_be_walked(
    seed: int, count: int, every: int, attack: int, guards: int
) -> None:
    problem = Beats((corridor(count, 120, every, seed=seed, guards=guards),), 120, attack)
    mix = planned(problem, turns=1, seed=seed)
    for shift in range(10):
        (rounds,) = draw(mix, shift).beats
        assert len(rounds) == guards
        assert is_legal(problem.beats[0], rounds, 120)


@QUICK
@given(seed=st.integers(0, 10**6), cut=st.integers(10, 50))
def test_windows_of_unlike_lengths_are_kept_too(seed: int, cut: int) -> None:
    plain = corridor(5, 120, 60, seed=seed)
    windows = ((0, cut), (cut, 120)), ((5, 60), (70, 120)), ((0, 120),), (), hourly(120, 30)
    problem = Beats((replace(plain, windows=windows),), 120, 5)
    mix = planned(problem, turns=1)
    for shift in range(10):
        assert is_legal(problem.beats[0], draw(mix, shift).beats[0], 120)


def test_the_loss_lies_between_the_bound_and_the_greatest_value(night: Mix) -> None:
    assert 0 < night.bound <= night.loss < max(max(one.values) for one in night.problem.beats)


def test_the_attacker_who_only_sees_shifts_finds_what_the_mix_says(night: Mix) -> None:
    proof = prove(night, draws=100_000, seed=7)
    assert proof.cadence_kept == 1.0
    assert proof.windows == 100_000 * 2 * 7 * 3
    assert proof.exploitability == pytest.approx(night.loss, rel=0.01)
    assert proof.exploitability <= proof.seen


def test_an_attacker_who_saw_little_is_not_flattered_by_luck(night: Mix) -> None:
    """With 200 shifts the luckiest moment looks far better than any is; what it then gains does not."""
    proofs = [prove(night, draws=200, seed=seed) for seed in range(20)]
    assert np.mean([one.seen for one in proofs]) > 1.05 * night.loss
    spread = np.mean([one.error for one in proofs]) / 20**0.5
    assert np.mean([one.exploitability for one in proofs]) < night.loss + 3 * spread


def test_a_spare_guard_is_never_in_two_beats_and_in_each_as_often_as_planned(night: Mix) -> None:
    drawn = columns(night, 100_000, 3)
    helped = np.column_stack([drawn[:, place] >= one.helped for place, one in enumerate(night.beats)])
    assert helped.sum(axis=1).max() <= 1
    wanted = [one.help for one in night.beats]
    # Five standard errors of a share among 100,000.
    assert np.abs(helped.mean(axis=0) - wanted).max() < 5 * 0.5 / 100_000**0.5
    helped_guards = {len(one.rounds[column]) for one in night.beats for column in (0, len(one.rounds) - 1)}
    assert helped_guards <= {1, 2}


def test_the_same_seed_draws_the_same_shift_and_makes_the_same_plan(night: Mix) -> None:
    assert draw(night, 5) == draw(night, 5)
    assert draw(night, 5) != draw(night, 6)
    again = plan(night.problem, seed=night.seed, turns=night.turns)
    assert isinstance(again, Mix)
    assert draw(again, 5) == draw(night, 5)
    assert again.loss == night.loss


def test_values_only_set_the_scale() -> None:
    one = corridor(4, 60, 60, seed=4)
    tenfold = replace(one, values=tuple(10 * value for value in one.values))
    small = planned(Beats((one,), 60, 5))
    large = planned(Beats((tenfold,), 60, 5))
    assert large.loss == pytest.approx(10 * small.loss, rel=0.01)
    assert large.bound == pytest.approx(10 * small.bound, rel=0.02)


def test_one_more_guard_does_no_harm() -> None:
    one = corridor(6, 120, 60, seed=5)
    alone, spare = planned(Beats((one,), 120, 8), turns=6), planned(Beats((one,), 120, 8, spare=1), turns=6)
    two = planned(Beats((replace(one, guards=2),), 120, 8), turns=6)
    assert spare.loss < alone.loss
    assert two.loss < alone.loss
    assert spare.bound <= alone.bound


def test_a_mix_is_less_predictable_than_a_fixed_round(night: Mix) -> None:
    proof, usual = prove(night, draws=20_000, seed=8), baselines(night, seed=9, number=100)
    assert usual["fixed"].conditional_entropy_bits == 0
    assert all(one.cadence_kept == 1 for one in usual.values())
    assert proof.conditional_entropy_bits > usual["jitter"].conditional_entropy_bits
    assert all(proof.exploitability < one.exploitability for one in usual.values())


def test_the_usual_ways_leave_in_time_where_nobody_may_rest() -> None:
    """Two checkpoints four slots apart, in turn, with two slots to arrive in: who waits for the window is too late."""
    far = replace(beat(values=(1.0, 2.0), way=4), windows=(((0, 2), (10, 12), (20, 22)), ((5, 7), (15, 17))))
    usual = baselines(planned(Beats((far,), 24, 3), turns=1), seed=1, number=20)
    assert {name: one.cadence_kept for name, one in usual.items()} == dict.fromkeys(usual, 1.0)


def test_an_attack_that_is_always_met_gains_nothing_and_never_less() -> None:
    """The only checkpoint is never left; shares that sum to 1 but for rounding make no gain below nothing."""
    alone = Beats((beat(values=(3.0,), windows=hourly(120, 60)),), 120, 3)
    for seed in range(5):
        mix = planned(alone, seed=seed, turns=1)
        assert 0 <= mix.bound <= mix.loss < 1e-9


def test_windows_that_cannot_be_kept_make_no_tables() -> None:
    """In the last two slots nobody is at both checkpoints."""
    hard = beat(values=(1.0, 1.0), way=4, windows=(*hourly(60, 20), (60, 62)))
    ways = np.array([[0, 4], [4, 0]])
    assert lookahead(Role(obligations(hard)), ways, np.array([1, 1]), 62) is None


def test_a_beat_too_large_for_one_guard_says_how_many_it_takes() -> None:
    # Ten checkpoints three slots apart take 10 + 9 * 3 slots to walk; the windows are 20 long.
    large = beat(name="west", values=(1.0,) * 10, way=3, windows=hourly(60, 20))
    found = plan(Beats((large,), 60, 5), seed=1)
    assert isinstance(found, Infeasible)
    assert (found.needs, found.beat, found.has) == (2, "west", 1)
    assert isinstance(plan(Beats((replace(large, guards=2),), 60, 5), seed=1, turns=1), Mix)


def test_the_cadence_has_the_spare_guard_first() -> None:
    large = beat(name="west", values=(1.0,) * 10, way=3, windows=hourly(60, 20))
    small = beat(name="east", values=(1.0,) * 3, windows=hourly(60, 20))
    mix = planned(Beats((large, small), 60, 5, spare=1), turns=1)
    west, east = draw(mix, 1).beats
    assert (len(west), len(east)) == (2, 1)
    assert is_legal(large, west, 60)


def test_windows_that_nobody_can_keep_are_told_apart_from_too_few_guards() -> None:
    """Two windows of one slot each, one after another, while a visit takes two."""
    one = replace(beat(values=(1.0,), windows=((0, 1), (1, 2))), dwell=(2,))
    found = plan(Beats((one,), 10, 2), seed=1)
    assert isinstance(found, Infeasible)
    assert found.needs == 0


def test_halved_windows_in_the_middle_keep_what_was_walked() -> None:
    problem = Beats((corridor(5, 120, 60, seed=6),), 120, 5)
    rounds = draw(planned(problem, turns=1), 1).beats
    halved = replace(
        problem, beats=(replace(problem.beats[0], windows=((*hourly(60, 60), *hourly(120, 30)[2:]),) * 5),)
    )
    mix = replan(halved, rounds, 60, seed=2, seconds=1)
    assert isinstance(mix, Mix)
    for shift in range(5):
        (guard,) = draw(mix, shift).beats[0]
        begun = tuple(visit for visit in rounds[0][0] if visit.arrive < 60)
        assert [(visit.checkpoint, visit.arrive) for visit in guard[: len(begun)]] == [
            (visit.checkpoint, visit.arrive) for visit in begun
        ]
        assert is_legal(halved.beats[0], (guard,), 120)


def test_a_guard_who_falls_out_leaves_the_rest_to_the_others() -> None:
    problem = Beats((corridor(6, 120, 60, seed=7, guards=2),), 120, 5)
    rounds = draw(planned(problem, turns=1), 1).beats
    alone = replace(problem, beats=(replace(problem.beats[0], guards=1),))
    mix = replan(alone, ((rounds[0][0],),), 60, seed=2, seconds=1)
    assert isinstance(mix, Mix)
    (guard,) = draw(mix, 3).beats[0]
    late = tuple((start, end) for start, end in hourly(120, 60) if start >= 60)
    assert is_legal(replace(problem.beats[0], windows=(late,) * 6), (guard,), 120)


def test_a_guard_begins_where_he_is() -> None:
    one = replace(beat(values=(1.0, 1.0, 1.0), way=4, windows=hourly(60, 30)), starts=(Walked(2, 3),))
    (guard,) = draw(planned(Beats((one,), 60, 5), turns=1), 1).beats[0]
    first = guard[0]
    assert first.arrive >= 3 + (0 if first.checkpoint == 2 else 4)
    assert isinstance(first, Visit)
