"""A loss that no mix can press an attacker below: so that a plan can say how far it is from the best there is.

Any attack drawn by chance gains, undisturbed, its weights' sum, less what the best round meets. That best round is
bounded by the best *relaxed* walk: it keeps to time and place, but its windows are paid for by prices instead of
demanded, and what it visited is remembered only for the neighbourhood (as the ng-routes of Baldacci, Mingozzi and
Roberti 2011). All legal rounds are relaxed walks, so the bound holds at every weight and price; the best ones are
sought by cutting planes (Kelley 1960) in a box around the best so far, for attacks equally likely at all moments, and
for attacks at even intervals.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.crews import Crew
from anlan.kernels.patrol.programs import Program

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REMEMBERED = 2
"""Neighbours that a relaxed walk remembers having visited."""

FEW = 40
"""Up to so many checkpoints attacks at all moments are tried too; with more they were never the better ones."""

CLOSE = 0.004
"""The bound is as good as weights and prices can make it when the model promises no more than this part above it."""


@dataclass(frozen=True, slots=True, eq=False)
class _Relaxed:
    """What one beat's relaxed walks need, and how many guards keep its windows together."""

    crew: Crew
    window: Ints
    changes: Ints
    number: Ints
    near: Ints
    carried: Ints
    steps: Ints

    def best(self, weights: Floats, prices: Floats, guards: int) -> tuple[float, Floats, Floats]:
        """The most that a walk brings, the moments it meets and the windows it keeps at each checkpoint."""
        from anlan.kernels.patrol import bound_compiled as loops

        crew = self.crew
        visits, met = np.zeros(len(crew.dwell), np.int64), np.zeros(len(crew.dwell), np.int64)
        start = crew.beat.starts[0] if guards == 1 and crew.beat.starts else None
        value = loops.relaxed_walk(
            weights, self.steps, prices, self.window, self.changes, crew.walk, crew.dwell, crew.slots, crew.attack,
            self.near, self.carried,
            -1 if start is None else start.checkpoint, 0 if start is None else start.ready, visits, met,
        )  # fmt: skip
        return float(value), met.astype(float), visits.astype(float)


def least_loss(
    crews: Sequence[Crew],
    spare: int,
    *,
    begin: Sequence[Floats] | None = None,
    turns: int = 60,
    workers: ThreadPoolExecutor | None = None,
    until: float = float("inf"),
) -> float:
    """The loss that no mix of legal rounds goes below, with `spare` guards who may each help one beat.

    `begin` are weights of attack by checkpoint to start from; the search ends at `until` by the clock. Two guards of a
    beat may share its windows as they like.
    Attacks at even intervals and, of few checkpoints, attacks at all moments are tried: who keeps coming back within an
    attack is paid twice by the former, a visit at the edge of the shift counts less for the latter.
    """
    return max(
        _least_loss([_relaxed(crew, even) for crew in crews], spare, begin, turns, workers, until)
        for even in ((True, False) if sum(len(crew.dwell) for crew in crews) <= FEW else (True,))
    )


def _least_loss(
    relaxed: Sequence[_Relaxed],
    spare: int,
    begin: Sequence[Floats] | None,
    turns: int,
    workers: ThreadPoolExecutor | None,
    until: float,
) -> float:
    crews = [one.crew for one in relaxed]
    sizes = [len(crew.dwell) for crew in crews]
    # One or more guards: the same weights, prices of their own.
    jobs = [
        (beat, len(crew.guards) + more)
        for beat, crew in enumerate(crews)
        for more in range(2 if spare else 1)
    ]
    program, weight_at, price_at, load_at = _model(relaxed, jobs, spare)
    weights = [
        np.ones(size) if begin is None else np.maximum(one, 1e-3 * one.max() + 1e-12)
        for size, one in zip(sizes, begin or [np.ones(size) for size in sizes], strict=True)
    ]
    shares = [_per_value(one, crew) for one, crew in zip(weights, crews, strict=True)]
    total = sum(float(one.sum()) * int(beat.steps[-1]) for one, beat in zip(shares, relaxed, strict=True))
    weights = [one * crew.values / total for one, crew in zip(shares, crews, strict=True)]
    prices = [_first_price(relaxed[beat], weights[beat]) for beat, _ in jobs]
    best, centre, reach = -np.inf, (weights, prices), 1.0
    for _turn in range(turns):
        loads, cuts = _walk(relaxed, jobs, weights, prices, workers)
        value = _value(relaxed, jobs, weights, loads, spare)
        for number, (_brought, met, visits) in enumerate(cuts):
            beat, guards = jobs[number]
            places = range(sizes[beat])
            program.row(
                [load_at[number], *weight_at[beat], *price_at[number]],
                [1.0, *(-guards * met[place] for place in places),
                 *(float(relaxed[beat].number[place]) - guards * visits[place] for place in places)],
                0.0, np.inf,
            )  # fmt: skip
        if value > best:
            best, centre = value, (weights, prices)
            reach = min(reach * 1.5, 4.0)
        else:
            reach *= 0.7
        if perf_counter() > until:
            break
        scale = max(float(one.max()) for one in centre[0])
        for beat, size in enumerate(sizes):
            for place in range(size):
                if crews[beat].values[place] > 0:
                    about = centre[0][beat][place]
                    program.bounds(
                        weight_at[beat][place], max(about - reach * scale, 0.0), about + reach * scale
                    )
        a_visit = 2 * scale
        for number, (beat, _guards) in enumerate(jobs):
            for place in range(sizes[beat]):
                if relaxed[beat].number[place]:
                    about = centre[1][number][place]
                    program.bounds(
                        price_at[number][place], max(about - reach * a_visit, 0.0), about + reach * a_visit
                    )
        solution = program.maximised()
        if solution is None:
            break
        if solution.value <= best + CLOSE * abs(best):
            if reach >= 1.0:
                break
            reach = min(2 * reach, 1.0)
        weights = [solution.values[one] for one in weight_at]
        prices = [solution.values[one] for one in price_at]
    return max(best, 0.0)


def _model(
    relaxed: Sequence[_Relaxed], jobs: Sequence[tuple[int, int]], spare: int
) -> tuple[Program, list[Ints], list[Ints], list[int]]:
    program = Program()
    weight_at, share = [], []
    for one in relaxed:
        values, moments = one.crew.values, float(one.steps[-1])
        first = program.columns([moments if value > 0 else 0.0 for value in values],
                                [0.0] * len(values), [np.inf if value > 0 else 0.0 for value in values])  # fmt: skip
        weight_at.append(np.arange(first, first + len(values)))
        share += [moments / value if value > 0 else 0.0 for value in values]
    program.row(np.concatenate(weight_at).tolist(), share, 1.0, 1.0)
    load_at, price_at = [], []
    first_load: dict[int, int] = {}
    for beat, guards in jobs:
        alone = guards == len(relaxed[beat].crew.guards)
        load_at.append(program.columns([-1.0 if alone else 0.0], [-np.inf], [np.inf]))
        if alone:
            first_load[beat] = load_at[-1]
        count = len(relaxed[beat].number)
        top = [np.inf if owed else 0.0 for owed in relaxed[beat].number]
        begin = program.columns([0.0] * count, [0.0] * count, top)
        price_at.append(np.arange(begin, begin + count))
    more = program.columns([-float(spare)], [0.0], [np.inf])
    for number, (beat, guards) in enumerate(jobs):
        if guards > len(relaxed[beat].crew.guards):
            program.row([more, load_at[number], first_load[beat]], [1.0, -1.0, 1.0], 0.0, np.inf)
    return program, weight_at, price_at, load_at


def _walk(
    relaxed: Sequence[_Relaxed],
    jobs: Sequence[tuple[int, int]],
    weights: Sequence[Floats],
    prices: Sequence[Floats],
    workers: ThreadPoolExecutor | None,
) -> tuple[list[float], list[tuple[float, Floats, Floats]]]:
    def one(number: int) -> tuple[float, Floats, Floats]:
        beat, guards = jobs[number]
        return relaxed[beat].best(weights[beat], prices[number], guards)

    numbers = range(len(jobs))
    cuts = list(workers.map(one, numbers)) if workers else [one(number) for number in numbers]
    loads = [
        guards * cuts[number][0] - float(prices[number] @ relaxed[beat].number)
        for number, (beat, guards) in enumerate(jobs)
    ]
    return loads, cuts


def _value(
    relaxed: Sequence[_Relaxed],
    jobs: Sequence[tuple[int, int]],
    weights: Sequence[Floats],
    loads: Sequence[float],
    spare: int,
) -> float:
    undisturbed = sum(
        float(one.sum()) * int(beat.steps[-1]) for one, beat in zip(weights, relaxed, strict=True)
    )
    alone, more = 0.0, []
    for number, (beat, guards) in enumerate(jobs):
        if guards == len(relaxed[beat].crew.guards):
            alone += loads[number]
        else:
            more.append(max(loads[number] - loads[number - 1], 0.0))
    return undisturbed - alone - sum(sorted(more, reverse=True)[:spare])


def _per_value(weights: Floats, crew: Crew) -> Floats:
    """Chances of attack that have these weights, up to a factor; none where nothing can be gained."""
    return np.divide(weights, crew.values, out=np.zeros(len(weights)), where=crew.values > 0)


def _first_price(one: _Relaxed, weights: Floats) -> Floats:
    # As if a visit met one of the chosen moments: only to begin with.
    return np.where(one.number > 0, np.maximum(0.8 * weights.max() - weights, 0.0), 0.0)


def _relaxed(crew: Crew, even: bool) -> _Relaxed:
    count = len(crew.dwell)
    window = np.full((count, crew.slots + 1), -1, np.int64)
    edges = np.zeros(crew.slots + 2, np.int64)
    number = np.zeros(count, np.int64)
    for place, windows in enumerate(crew.beat.windows):
        number[place] = len(windows)
        for index, (start, end) in enumerate(windows):
            window[place, start:end] = index
            edges[start] += 1
            edges[end] += 1
    near, carried = _memory(crew.walk, min(REMEMBERED, count))
    return _Relaxed(crew, window, np.cumsum(edges), number, near, carried, _steps(crew, even))


def _steps(crew: Crew, even: bool) -> Ints:
    """How many moments of attack come before each: all, or `even` ones as far apart as the shortest visit meets one.

    With these no visit at the beginning or the end of the shift is worth less than another.
    """
    apart = crew.attack + int(crew.dwell.min()) - 1 if even else 1
    chosen = np.arange(crew.moments) % apart == 0
    return np.concatenate(([0], np.cumsum(chosen)))


def _memory(walk: Ints, remembered: int) -> tuple[Ints, Ints]:
    count = len(walk)
    near = np.argsort(walk - np.eye(count, dtype=np.int64), axis=1, kind="stable")[:, :remembered]
    carried = np.zeros((count, count, 1 << remembered), np.int64)
    for here in range(count):
        for place in range(count):
            kept = [
                (bit, int(np.flatnonzero(near[place] == other)[0]))
                for bit, other in enumerate(near[here])
                if other in near[place]
            ]
            for mask in range(1 << remembered):
                carried[here, place, mask] = sum(1 << to for bit, to in kept if mask >> bit & 1)
    return near.astype(np.int64), carried
