"""The other side: an attacker who sees drawn shifts and nothing else; and what can be foretold from a last visit.

Apart from how a shift is drawn this shares nothing with the planner: presence is counted minute by minute, windows are
counted visit by visit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.beats import Beat, Beats, closed
from anlan.kernels.patrol.drawing import columns
from anlan.kernels.patrol.planning import Mix

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Proof:
    """What the attacker gained and could foretell.

    `exploitability`: the best attack on one half of the drawn shifts, measured on the other half and the other way
    round, so that it is not flattered by chance; `seen` the greatest gain over all of them, which is. `cadence_kept`
    the part of the shifts in which every window had its visit, `windows` how many were counted.
    `conditional_entropy_bits` the uncertainty of the next visit (its checkpoint and `bin_slots` slots of time) for
    somebody who saw the last one (its checkpoint and slot of the shift).
    """

    exploitability: float
    seen: float
    cadence_kept: float
    windows: int
    conditional_entropy_bits: float
    bin_slots: int
    draws: int
    target: tuple[int, int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Drawn shifts as they look: of each beat the distinct ones (checkpoint, arrive, leave), and their counts."""

    visits: list[list[tuple[Ints, ...]]]
    first_half: list[Ints]
    second_half: list[Ints]


def prove(mix: Mix, *, draws: int = 100_000, seed: int, bin_slots: int = 5) -> Proof:
    """Draw so many shifts from a mix and let the attacker at them."""
    drawn = columns(mix, draws, seed)
    half = draws // 2
    sizes = [len(beat.shares) for beat in mix.beats]
    seen = Seen(
        [list(beat.rounds) for beat in mix.beats],
        [np.bincount(drawn[:half, place], minlength=size) for place, size in enumerate(sizes)],
        [np.bincount(drawn[half:, place], minlength=size) for place, size in enumerate(sizes)],
    )
    return examined(mix.problem, seen, bin_slots=bin_slots, joint=drawn)


def examined(problem: Beats, seen: Seen, *, bin_slots: int = 5, joint: Ints | None = None) -> Proof:
    """What the attacker makes of shifts that were seen; on day d beat b walked its shift `joint[d, b]`."""
    first, second = (
        [_gain(problem, place, seen.visits[place], counts) for place, counts in enumerate(half)]
        for half in (seen.first_half, seen.second_half)
    )
    totals = [one + two for one, two in zip(seen.first_half, seen.second_half, strict=True)]
    whole = [_gain(problem, place, seen.visits[place], counts) for place, counts in enumerate(totals)]
    best_first, best_second, best = _best(first), _best(second), _best(whole)
    legal = [
        np.array([_keeps(beat, closed(beat.walk), guards) for guards in visits])
        for beat, visits in zip(problem.beats, seen.visits, strict=True)
    ]
    draws = int(totals[0].sum())
    if joint is None:
        kept = float(
            np.prod([(one * good).sum() / one.sum() for one, good in zip(totals, legal, strict=True)])
        )
    else:
        every = np.ones(len(joint), bool)
        for place, good in enumerate(legal):
            every &= good[joint[:, place]]
        kept = float(every.mean())
    bits = [
        entropy_bits(visits, counts, problem.slots, bin_slots)
        for visits, counts in zip(seen.visits, totals, strict=True)
    ]
    windows = sum(len(windows) for beat in problem.beats for windows in beat.windows)
    return Proof(
        exploitability=0.5 * (_at(second, best_first) + _at(first, best_second)),
        seen=_at(whole, best),
        cadence_kept=kept,
        windows=windows * draws,
        conditional_entropy_bits=min(bits),
        bin_slots=bin_slots,
        draws=draws,
        target=best,
    )


def entropy_bits(visits: Sequence[tuple[Ints, ...]], counts: Ints, slots: int, bin_slots: int) -> float:
    """H(next checkpoint, time until then in bins | last checkpoint, its slot) of one guard of a beat, in bits.

    Each guard's next visit is his own; after a guard's last visit "no more" is an outcome like any other.
    """
    pasts, nexts, weights = [], [], []
    for guards, count in zip(visits, counts, strict=True):
        if count == 0:
            continue
        for one in guards:
            if len(one) == 0:
                continue
            following = np.full(len(one), -1, np.int64)
            following[:-1] = one[1:, 0] * (slots + 1) + (one[1:, 1] - one[:-1, 1]) // bin_slots
            pasts.append(one[:, 0] * (slots + 1) + one[:, 1])
            nexts.append(following)
            weights.append(np.full(len(one), float(count)))
    if not pasts:
        return 0.0
    past, following, weight = np.concatenate(pasts), np.concatenate(nexts), np.concatenate(weights)
    both = _entropy(past * (1 << 40) + following + 1, weight)
    return max(both - _entropy(past, weight), 0.0)


def _entropy(what: Ints, weight: Floats) -> float:
    _, place = np.unique(what, return_inverse=True)
    share = np.bincount(place, weights=weight)
    share = share / share.sum()
    return float(-(share * np.log2(share)).sum())


def _gain(problem: Beats, place: int, visits: Sequence[tuple[Ints, ...]], counts: Ints) -> Floats:
    """The mean gain of an attack on each checkpoint at each moment, by presence in each slot of it."""
    beat = problem.beats[place]
    count, slots, attack = len(beat.values), problem.slots, problem.attack
    met = np.zeros((count, slots - attack + 1))
    for guards, times in zip(visits, counts, strict=True):
        if times == 0:
            continue
        edges = np.zeros((count, slots + 1), np.int64)
        for one in guards:
            np.add.at(edges, (one[:, 0], one[:, 1]), 1)
            np.add.at(edges, (one[:, 0], np.minimum(one[:, 2], slots)), -1)
        present = np.cumsum((np.cumsum(edges, axis=1)[:, :slots] > 0).astype(np.int64), axis=1)
        within = present[:, attack - 1 :].copy()
        within[:, 1:] -= present[:, : slots - attack]
        met += times * (within > 0)
    return np.asarray(np.array(beat.values)[:, None] * (1 - met / counts.sum()))


def _keeps(beat: Beat, ways: Sequence[Sequence[int]], guards: Sequence[Ints]) -> bool:
    """Whether the rounds are walkable and every window has an arrival in it."""
    for one in guards:
        for (here, _arrive, leave), (there, arrive, _leave) in zip(
            one[:-1].tolist(), one[1:].tolist(), strict=True
        ):
            if arrive < leave + ways[here][there]:
                return False
    scans = np.concatenate(guards) if guards else np.zeros((0, 3), np.int64)
    for checkpoint, windows in enumerate(beat.windows):
        at = np.sort(scans[scans[:, 0] == checkpoint, 1])
        for start, end in windows:
            number = np.searchsorted(at, start)
            if number == len(at) or at[number] >= end:
                return False
    return True


def _best(gains: Sequence[Floats]) -> tuple[int, int, int]:
    place = int(np.argmax([float(one.max()) for one in gains]))
    checkpoint, moment = np.unravel_index(int(np.argmax(gains[place])), gains[place].shape)
    return place, int(checkpoint), int(moment)


def _at(gains: Sequence[Floats], target: tuple[int, int, int]) -> float:
    return float(gains[target[0]][target[1], target[2]])
