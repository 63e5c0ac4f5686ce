"""Security games as values: payoffs of a defender who commits and an attacker who watches, then chooses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Kind = Literal["empty", "shape", "not-finite", "negative", "attracts"]

LARGEST = 1e100
"""No payoff is further from zero, so that differences and their inverses stay finite."""

_WORDS: dict[Kind, str] = {
    "empty": "is empty",
    "shape": "is not of the same shape as the others",
    "not-finite": "is not a number that can be used",
    "negative": "is negative",
    "attracts": "is greater than attacker_uncovered: covering a target may not make it more attractive",
}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with the numbers of a game: which member, which kind, and where in it."""

    member: str
    kind: Kind
    at: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.member}{''.join(f'[{number}]' for number in self.at)} {_WORDS[self.kind]}"


class GameError(ValueError):
    """The numbers given are not a game; `mistakes` holds the first mistake of each member."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("; ".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True, eq=False)
class TargetGame:
    """Independent targets: the attacker picks one, the defender covers each with a probability.

    Payoffs are float64[n] in any one unit for each side. At no target may cover be to the attacker's gain. The sum of
    the probabilities is at most `resources`, which need not be whole. Raises GameError.
    """

    defender_covered: Floats
    defender_uncovered: Floats
    attacker_covered: Floats
    attacker_uncovered: Floats
    resources: float

    def __post_init__(self) -> None:
        for name in PAYOFFS:
            object.__setattr__(self, name, _floats(getattr(self, name)))
        object.__setattr__(self, "resources", float(self.resources))
        mistakes = _mistakes_of_targets(self)
        if mistakes:
            raise GameError(mistakes)

    def __len__(self) -> int:
        return len(self.attacker_uncovered)


PAYOFFS = ("defender_covered", "defender_uncovered", "attacker_covered", "attacker_uncovered")


@dataclass(frozen=True, slots=True, eq=False)
class MatrixGame:
    """A leader who commits to a mixture of rows and a follower who answers with a column.

    Both payoffs are float64[rows, columns]. Raises GameError.
    """

    leader: Floats
    follower: Floats

    def __post_init__(self) -> None:
        for name in ("leader", "follower"):
            object.__setattr__(self, name, _floats(getattr(self, name)))
        mistakes = []
        if self.leader.ndim != 2 or not self.leader.size:
            mistakes.append(Mistake("leader", "empty"))
        if self.follower.shape != self.leader.shape:
            mistakes.append(Mistake("follower", "shape"))
        mistakes += [*_unusable("leader", self.leader), *_unusable("follower", self.follower)]
        if mistakes:
            raise GameError(tuple(mistakes))


def _floats(values: ArrayLike) -> Floats:
    return np.ascontiguousarray(values, dtype=np.float64)


def _mistakes_of_targets(game: TargetGame) -> tuple[Mistake, ...]:
    shape = game.attacker_uncovered.shape
    mistakes = []
    if len(shape) != 1 or not game.attacker_uncovered.size:
        mistakes.append(Mistake("attacker_uncovered", "empty"))
    for name in PAYOFFS:
        values = getattr(game, name)
        if values.shape != shape:
            mistakes.append(Mistake(name, "shape"))
        mistakes += _unusable(name, values)
    if not abs(game.resources) <= LARGEST:
        mistakes.append(Mistake("resources", "not-finite"))
    elif game.resources < 0:
        mistakes.append(Mistake("resources", "negative"))
    if not mistakes and (attracts := game.attacker_covered > game.attacker_uncovered).any():
        mistakes.append(Mistake("attacker_covered", "attracts", (int(attracts.argmax()),)))
    return tuple(mistakes)


def _unusable(name: str, values: Floats) -> list[Mistake]:
    """The first value that is not finite or too large; the extremes alone tell whether there is one."""
    if not values.size or (values.min() >= -LARGEST and values.max() <= LARGEST):
        return []
    first = np.argwhere(~(np.abs(values) <= LARGEST))[0]
    return [Mistake(name, "not-finite", tuple(int(number) for number in first))]
