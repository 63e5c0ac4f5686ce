"""The other side: an attacker who sees drawn shifts and nothing else; and what can be foretold from a last visit.

Apart from how a shift is drawn this shares nothing with the planner: presence is counted minute by minute, windows are
counted visit by visit.

**Two figures, one on each side of the loss.** The attacker takes the best of thousands of cells (checkpoint, moment),
each a mean over the shifts that he saw. The greatest of noisy means is too high, for the cell that was lucky is the one
chosen: `seen`, over all shifts, is that figure; its expectation is never below the mix's loss. What the chosen attack
gains on shifts that had no part in choosing it is not flattered; its expectation is never above the loss:
`exploitability`, for which the shifts are dealt into parts, and the attack chosen on all parts but one is measured on
that one, each in turn. This is what such an attacker really gains, and the figure to quote. There are ten parts rather
than two, so that he learns from nine tenths of what he sees.
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

    `exploitability`: the best attack on all parts of the drawn shifts but one, measured on that one, on average over
    the parts, so that it is not flattered by chance, with its standard `error`; `seen` the greatest gain over all of
    them, which is. `cadence_kept` the part of the shifts in which every window had its visit, `windows` how many were
    counted. `conditional_entropy_bits` the uncertainty of the next visit (its checkpoint and `bin_slots` slots of time)
    for somebody who saw the last one (its checkpoint and slot of the shift).
    """

    exploitability: float
    error: float
    seen: float
    cadence_kept: float
    windows: int
    conditional_entropy_bits: float
    bin_slots: int
    draws: int
    target: tuple[int, int, int]


PARTS = 10
"""Into so many parts drawn shifts are dealt; the attacker learns from all but one."""

BLOCK = 256
"""Columns whose presence is held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Drawn shifts as they look: of each beat the distinct ones (checkpoint, arrive, leave), and counts [part, shift].

    What happened on one day belongs to one part.
    """

    visits: list[list[tuple[Ints, ...]]]
    counts: list[Ints]


def dealt(joint: Ints, sizes: Sequence[int], parts: int = PARTS) -> list[Ints]:
    """The counts by beat: day d, on which beat b walked its shift `joint[d, b]`, belongs to part d modulo `parts`."""
    part = np.arange(len(joint)) % parts
    return [
        np.bincount(part * size + joint[:, place], minlength=parts * size).reshape(parts, size)
        for place, size in enumerate(sizes)
    ]


def prove(mix: Mix, *, draws: int = 100_000, seed: int, bin_slots: int = 5) -> Proof:
    """Draw so many shifts from a mix and let the attacker at them."""
    drawn = columns(mix, draws, seed)
    seen = Seen(
        [list(beat.rounds) for beat in mix.beats], dealt(drawn, [len(beat.shares) for beat in mix.beats])
    )
    return examined(mix.problem, seen, bin_slots=bin_slots, joint=drawn)


def examined(problem: Beats, seen: Seen, *, bin_slots: int = 5, joint: Ints | None = None) -> Proof:
    """What the attacker makes of shifts that were seen; on day d beat b walked its shift `joint[d, b]`."""
    totals = [counts.sum(axis=0) for counts in seen.counts]
    days = seen.counts[0].sum(axis=1)
    draws = int(days.sum())
    met = [_met(problem, place, seen.visits[place], counts) for place, counts in enumerate(seen.counts)]
    values = [np.array(beat.values)[:, None] for beat in problem.beats]
    measured = variance = 0.0
    for part, left_out in enumerate(days.tolist()):
        learnt = [
            value * (1 - (one.sum(axis=0) - one[part]) / (draws - left_out))
            for value, one in zip(values, met, strict=True)
        ]
        beat, checkpoint, moment = _best(learnt)
        stake = float(values[beat][checkpoint, 0])
        gain = stake * (1 - float(met[beat][part, checkpoint, moment]) / left_out)
        measured += gain * left_out / draws
        variance += gain * (stake - gain) * left_out / draws**2
    whole = [value * (1 - one.sum(axis=0) / draws) for value, one in zip(values, met, strict=True)]
    best = _best(whole)
    legal = [_legal(beat, visits) for beat, visits in zip(problem.beats, seen.visits, strict=True)]
    if joint is None:
        kept = float(np.prod([(one * good).sum() / draws for one, good in zip(totals, legal, strict=True)]))
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
        exploitability=measured,
        error=variance**0.5,
        seen=float(whole[best[0]][best[1], best[2]]),
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


def _met(problem: Beats, place: int, visits: Sequence[tuple[Ints, ...]], counts: Ints) -> Floats:
    """On how many days of each part an attack on each checkpoint at each moment is met, by presence in each slot."""
    count, slots, attack = len(problem.beats[place].values), problem.slots, problem.attack
    met = np.zeros((len(counts), count * problem.moments))
    walked = np.flatnonzero(counts.sum(axis=0))
    for begin in range(0, len(walked), BLOCK):
        block = walked[begin : begin + BLOCK]
        inside = np.empty((len(block), count, problem.moments))
        for row, column in enumerate(block.tolist()):
            edges = np.zeros((count, slots + 1), np.int64)
            for one in visits[column]:
                np.add.at(edges, (one[:, 0], one[:, 1]), 1)
                np.add.at(edges, (one[:, 0], np.minimum(one[:, 2], slots)), -1)
            present = np.zeros((count, slots + 1), np.int64)
            np.cumsum(np.cumsum(edges[:, :slots], axis=1) > 0, axis=1, out=present[:, 1:])
            inside[row] = present[:, attack:] > present[:, : slots - attack + 1]
        met += counts[:, block] @ inside.reshape(len(block), -1)
    return met.reshape(len(counts), count, -1)


def _legal(beat: Beat, visits: Sequence[tuple[Ints, ...]]) -> NDArray[np.bool_]:
    """Which of a beat's shifts are walkable and miss no window."""
    ways = np.array(closed(beat.walk), np.int64)
    return np.array([_keeps(beat, ways, guards) for guards in visits], bool)


def _keeps(beat: Beat, ways: Ints, guards: Sequence[Ints]) -> bool:
    """Whether the rounds are walkable and every window has an arrival in it."""
    for one in guards:
        if (one[1:, 1] < one[:-1, 2] + ways[one[:-1, 0], one[1:, 0]]).any():
            return False
    scans = np.concatenate(guards) if guards else np.zeros((0, 3), np.int64)
    for checkpoint, windows in enumerate(beat.windows):
        if windows:
            at = np.sort(scans[scans[:, 0] == checkpoint, 1])
            starts, ends = np.array(windows).T
            if (np.searchsorted(at, starts) == np.searchsorted(at, ends)).any():
                return False
    return True


def _best(gains: Sequence[Floats]) -> tuple[int, int, int]:
    place = int(np.argmax([float(one.max()) for one in gains]))
    checkpoint, moment = np.unravel_index(int(np.argmax(gains[place])), gains[place].shape)
    return place, int(checkpoint), int(moment)
