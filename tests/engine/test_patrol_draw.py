"""Draws keep the chances of the mix, need nothing but the seed, and never send more spare guards than there are."""

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as some

from anlan.engine.patrol_draw import arrivals, combed, picked, uniform
from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_mix import packed, unpacked


def a_crew(guard: str) -> GameCrew:
    return GameCrew((guard,), ("A", "B"), (1.0, 1.0), ((0, 1), (1, 0)), (1, 1), ((), ()))


def test_the_numbers_of_a_seed_are_those_of_sha_256_and_look_uniform() -> None:
    first = next(uniform(b"\x00" * 16))
    assert first == pytest.approx(0x9D908ECFB6B256DE / 2**64, abs=1e-15), "sha256sum of 24 zero bytes"
    numbers = list(islice(uniform(b"seed"), 20_000))
    assert sum(numbers) / len(numbers) == pytest.approx(0.5, abs=0.01)
    assert Counter(int(number * 10) for number in numbers).most_common()[-1][1] > 1800


def test_a_number_picks_by_the_share_it_falls_into() -> None:
    assert [picked([1, 2, 1], number) for number in (0, 0.24, 0.25, 0.74, 0.75, 0.999)] == [0, 0, 1, 1, 2, 2]


@given(
    some.lists(some.floats(0, 1), min_size=1, max_size=6),
    some.integers(0, 3),
    some.binary(min_size=4, max_size=4),
)
def test_never_more_crews_are_helped_than_there_are_spare_guards(
    shares: list[float], most: int, seed: bytes
) -> None:
    taken = combed(shares, most, uniform(seed))
    assert sum(taken) <= most
    assert not any(got and share == 0 for got, share in zip(taken, shares, strict=True))


def test_each_crew_is_helped_as_often_as_its_mix_says() -> None:
    shares, draws = [0.1, 0.5, 0.9, 0.5], 6000
    got = [0] * 4
    for number in range(draws):
        taken = combed(shares, 2, uniform(number.to_bytes(4, "big")))
        assert sum(taken) == 2
        got = [one + two for one, two in zip(got, taken, strict=True)]
    assert [one / draws for one in got] == pytest.approx(shares, abs=0.02)


def test_drawn_rounds_come_as_often_as_their_chances_and_again_from_the_same_seed() -> None:
    game = Game((a_crew("B1"), a_crew("B2")), ("R1",), 480, 10)
    rounds = [
        {"helped": 2, "columns": packed([[[0, 5, 6]], [[1, 9, 10]], [[0, 5, 6], [1, 7, 8]]])},
        {"helped": 1, "columns": packed([[[0, 1, 2, 1, 3, 4]]])},
    ]
    chances = [[0.2, 0.6, 0.2], [1.0]]
    seen: Counter[str] = Counter()
    for number in range(4000):
        seed = number.to_bytes(16, "big")
        drawn = arrivals(game, rounds, chances, seed)
        assert drawn == arrivals(game, rounds, chances, seed)
        assert drawn[1] == [[(0, 1), (1, 3)]]
        seen[str(drawn[0])] += 1
    assert seen["[[(0, 5)]]"] / 4000 == pytest.approx(0.2, abs=0.03)
    assert seen["[[(1, 9)]]"] / 4000 == pytest.approx(0.6, abs=0.03)
    assert seen["[[(0, 5)], [(1, 7)]]"] / 4000 == pytest.approx(0.2, abs=0.03)


VISITS = some.lists(some.tuples(some.integers(0, 90), some.integers(0, 700), some.integers(0, 9)), max_size=5)


@given(some.lists(some.lists(VISITS, min_size=1, max_size=3), max_size=5))
def test_packed_rounds_come_out_as_they_went_in(drawn: list[list[list[tuple[int, int, int]]]]) -> None:
    columns = [
        [[figure for point, at, stay in walked for figure in (point, at, at + stay)] for walked in column]
        for column in drawn
    ]
    assert [[list(walked) for walked in column] for column in unpacked(packed(columns))] == columns
    assert len(unpacked(packed(columns))) == len(columns)
