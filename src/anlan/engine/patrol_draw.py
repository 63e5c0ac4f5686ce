"""Drawing rounds from a mix by a seed, so that anybody can draw the same again, with any version of any library.

Chance comes from SHA-256 of the seed and a counter alone. Which crews get a spare guard is drawn by a comb (systematic
sampling, Tsai et al. 2010) laid over the crews in random order: each is helped as often as its mix says, and never
more of them than there are spare guards.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate
from typing import Any

from anlan.engine.patrol_game import Game
from anlan.engine.patrol_mix import Columns, unpacked

Arrivals = list[list[list[tuple[int, int]]]]
"""For each crew, for each of its guards, a spare one last: the arrivals as (checkpoint, slot)."""


@dataclass(frozen=True, slots=True, eq=False)
class Lot:
    """A mix made ready for drawing: the chances of each crew's rounds summed up, without and with a spare guard."""

    columns: list[Columns]
    helped: list[int]
    sums: list[tuple[list[float], list[float]]]
    wanted: list[float]
    most: int

    def numbers(self, seed: bytes) -> list[int]:
        """Which round of each crew a seed draws."""
        numbers = uniform(seed)
        drawn = []
        with_help = combed(self.wanted, self.most, numbers)
        for first, sums, is_helped in zip(self.helped, self.sums, with_help, strict=True):
            place = _reached(sums[is_helped], next(numbers))
            drawn.append(first + place if is_helped else place)
        return drawn


def lot(game: Game, rounds: Sequence[Any], chances: Sequence[Sequence[float]]) -> Lot:
    """The mix of a game, to draw from once or a hundred thousand times.

    Where the cadence needs more guards than a crew has, every round of it holds a spare one already.
    """
    columns = [unpacked(mix["columns"]) for mix in rounds]
    helped = [mix["helped"] for mix in rounds]
    always = sum(len(own[0]) - len(crew.guards) for own, crew in zip(columns, game.crews, strict=True))
    return Lot(
        columns=columns,
        helped=helped,
        sums=[
            (list(accumulate(own[:first])), list(accumulate(own[first:])))
            for first, own in zip(helped, chances, strict=True)
        ],
        wanted=[sum(own[first:]) / sum(own) for first, own in zip(helped, chances, strict=True)],
        most=len(game.spare) - always,
    )


def arrivals(game: Game, rounds: Sequence[Any], chances: Sequence[Sequence[float]], seed: bytes) -> Arrivals:
    """The rounds that a seed draws: whole rounds of each crew with the chances of the mix."""
    ready = lot(game, rounds, chances)
    drawn = zip(ready.columns, ready.numbers(seed), strict=True)
    return [
        [list(zip(walked[::3], walked[1::3], strict=True)) for walked in known[number]]
        for known, number in drawn
    ]


def uniform(seed: bytes) -> Iterator[float]:
    """Numbers from 0 (in) to 1 (out): the first 53 bits of SHA-256 of the seed and 0, 1, 2 and so on."""
    counter = 0
    while True:
        block = sha256(seed + counter.to_bytes(8, "big")).digest()
        yield (int.from_bytes(block[:8], "big") >> 11) / 2**53
        counter += 1


def picked(chances: Sequence[float], number: float) -> int:
    """Which of several is drawn by a number from 0 to 1, each as often as its share of the chances."""
    return _reached(list(accumulate(chances)), number)


def _reached(sums: Sequence[float], number: float) -> int:
    return min(bisect_right(sums, number * sums[-1]), len(sums) - 1)


def combed(shares: Sequence[float], most: int, numbers: Iterator[float]) -> list[bool]:
    """Draw each with its share, at most `most` of them; shares that sum to more by rounding are pressed together."""
    order = sorted(range(len(shares)), key=[next(numbers) for _ in shares].__getitem__)
    total = sum(shares)
    scale = min(1.0, most / total) if total > 0 else 0.0
    tooth, reached, taken = next(numbers), 0.0, [False] * len(shares)
    for index in order:
        before, reached = reached, reached + min(shares[index] * scale, 1.0)
        taken[index] = sum(taken) < most and int(reached - tooth + 1) > int(before - tooth + 1)
    return taken
