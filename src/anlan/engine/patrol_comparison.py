"""A mix beside the usual ways to walk, all held against the same attacker, who sees drawn shifts and nothing else.

The usual ways: the same round in each window; the same round begun at a random time of the window; a new random order
in each window, begun at a random time. All walk with the guards, walking times and windows of the mix; spare guards
are put where most checkpoints are.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_kernel import problem_of
from anlan.engine.patrol_mix import unpacked
from anlan.kernels.patrol.attacker import PARTS, Seen, dealt, examined

Ints = NDArray[np.int64]
Shift = tuple[Ints, ...]
"""For each guard of a crew the visits: checkpoint, arrival, leaving."""

Walk = Callable[[GameCrew, int, int, np.random.Generator], Shift]

DRAWS: Final = 1000


def compared(
    game: Game, rounds: Sequence[Any], chances: Sequence[Any], *, draws: int = DRAWS
) -> dict[str, Any]:
    """The mix of a game and the usual ways, by name: gain of the attacker, whole shifts kept, bits a visit.

    Equal games give equal figures. `stake` is what an attack gains where nobody walks.
    """
    random = np.random.default_rng(int(game.sha256[:8], 16))
    ways: dict[str, Walk] = {"fixed-round": _fixed, "jitter": _jittered, "random-order": _shuffled}
    return {
        "stake": max(worth for crew in game.crews for worth in crew.worth),
        "draws": draws,
        "mix": _figures(game, _seen_of_mix(rounds, chances, random, 20 * draws)),
        "ways": {name: _figures(game, _seen(game, walk, random, draws)) for name, walk in ways.items()},
    }


def _figures(game: Game, seen: Seen) -> dict[str, float]:
    found = examined(problem_of(game), seen)
    return {
        "gain": found.exploitability,
        "kept": found.cadence_kept,
        "bits": found.conditional_entropy_bits,
        "draws": found.draws,
    }


def _seen_of_mix(
    rounds: Sequence[Any], chances: Sequence[Any], random: np.random.Generator, draws: int
) -> Seen:
    visits, counts = [], []
    for mix, shares in zip(rounds, chances, strict=True):
        columns = unpacked(mix["columns"])
        visits.append([tuple(_array(walked) for walked in column) for column in columns])
        weights = np.asarray(shares, np.float64) / sum(shares)
        counts.append(random.multinomial(draws // PARTS, weights, size=PARTS).astype(np.int64))
    return Seen(visits, counts)


def _seen(game: Game, walk: Walk, random: np.random.Generator, draws: int) -> Seen:
    guards = _manned(game)
    visits = [
        [walk(crew, many, game.slots, random) for _day in range(draws)]
        for crew, many in zip(game.crews, guards, strict=True)
    ]
    joint = np.repeat(np.arange(draws)[:, None], len(visits), axis=1)
    return Seen(visits, dealt(joint, [draws] * len(visits), min(PARTS, draws)))


def _manned(game: Game) -> list[int]:
    """The guards of each crew, a spare one with those who have the most checkpoints each."""
    guards = [len(crew.guards) for crew in game.crews]
    for _spare in game.spare:
        load = [len(crew.checkpoints) / max(many, 1) for crew, many in zip(game.crews, guards, strict=True)]
        guards[load.index(max(load))] += 1
    return guards


def _array(figures: Sequence[int]) -> Ints:
    return np.asarray(figures, np.int64).reshape(-1, 3)


def _fixed(crew: GameCrew, guards: int, slots: int, _random: np.random.Generator) -> Shift:
    return _in_windows(crew, guards, slots, lambda points: points, lambda _slack: 0)


def _jittered(crew: GameCrew, guards: int, slots: int, random: np.random.Generator) -> Shift:
    return _in_windows(
        crew, guards, slots, lambda points: points, lambda slack: int(random.integers(slack + 1))
    )


def _shuffled(crew: GameCrew, guards: int, slots: int, random: np.random.Generator) -> Shift:
    def order(points: list[int]) -> list[int]:
        return [points[number] for number in random.permutation(len(points))]

    return _in_windows(crew, guards, slots, order, lambda slack: int(random.integers(slack + 1)))


def _in_windows(
    crew: GameCrew,
    guards: int,
    slots: int,
    order: Callable[[list[int]], list[int]],
    begin: Callable[[int], int],
) -> Shift:
    """One round in each window: the checkpoints, shared out among the guards, one after the other."""
    walked: list[list[tuple[int, int, int]]] = [[] for _ in range(guards)]
    for (start, end), points in _windows(crew):
        for guard, own in enumerate(_shared(_nearest_next(crew, points), guards)):
            following = order(own)
            at = start + begin(max(end - start - _length(crew, following), 0))
            for point in following:
                if walked[guard]:
                    last, _arrive, leave = walked[guard][-1]
                    at = max(at, leave + crew.walk[last][point])
                walked[guard].append((point, at, at + crew.dwell[point]))
                at += crew.dwell[point]
    return tuple(_array([n for visit in own if visit[2] <= slots for n in visit]) for own in walked)


def _windows(crew: GameCrew) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """The windows in order of time, each with its checkpoints."""
    found: dict[tuple[int, int], list[int]] = {}
    for point, windows in enumerate(crew.windows):
        for window in windows:
            found.setdefault(window, []).append(point)
    yield from sorted(found.items())


def _nearest_next(crew: GameCrew, points: list[int]) -> list[int]:
    """A round as people lay it out: from the first to the nearest that is left, and so on."""
    left, tour = list(points[1:]), points[:1]
    while left:
        following = min(left, key=lambda point: (crew.walk[tour[-1]][point], point))
        left.remove(following)
        tour.append(following)
    return tour


def _shared(tour: list[int], guards: int) -> list[list[int]]:
    size = -(-len(tour) // guards)
    return [tour[guard * size : (guard + 1) * size] for guard in range(guards)]


def _length(crew: GameCrew, walked: Sequence[int]) -> int:
    """The slots from the first arrival to the last leaving."""
    steps = sum(crew.walk[one][other] for one, other in pairwise(walked))
    return steps + sum(crew.dwell[point] for point in walked)
