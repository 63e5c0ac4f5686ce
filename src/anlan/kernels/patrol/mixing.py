"""How often to walk each column: the mix that leaves an attacker who knows it the least, and is the least predictable.

A zero-sum game between a mix of whole rounds and a moment of attack. Solved by the accelerated mirror descent of
Tseng (2008) on the smoothed maximum of Nesterov (2005), with entropy as the distance, so that of nearly equal mixes
the wider one is found; the spare guards' shares are kept within their number by one price for all beats.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.crews import Columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """The columns of one beat, packed; from column `helped` on a spare guard is with them."""

    values: Floats
    moments: int
    begins: Ints
    runs: Ints
    helped: int
    periods: int = 1

    @property
    def size(self) -> int:
        return len(self.begins) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """Shares of the columns by beat, what an attacker gains at best, and where (weights sum to 1 over all beats)."""

    shares: list[Floats]
    loss: float
    weights: list[Floats]


def pooled(values: Floats, moments: int, alone: Columns, helped: Columns | None, periods: int = 1) -> Pool:
    both = Columns(alone.visits, alone.runs) if helped is None else Columns([], alone.runs + helped.runs)
    begins, runs = both.packed()
    return Pool(values, moments, begins, runs, len(alone.runs), periods)


def losses(pool: Pool, shares: Floats) -> Floats:
    """What an attack on each checkpoint at each moment gains on average."""
    from anlan.kernels.patrol import coverage_compiled as cover

    met = cover.covered(pool.begins, pool.runs, shares, len(pool.values), pool.moments)
    return np.asarray(pool.values[:, None] * (1.0 - met / pool.periods))


def projected(pools: Sequence[Pool], raw: Sequence[Floats], spare: float) -> list[Floats]:
    """Shares that sum to one in each beat, those with a spare guard to at most `spare` in all (by entropy nearest)."""
    alone = [float(one[: pool.helped].sum()) for pool, one in zip(pools, raw, strict=True)]
    helped = [float(one[pool.helped :].sum()) for pool, one in zip(pools, raw, strict=True)]

    def used(price: float) -> float:
        return sum(
            two * price / (one + two * price) for one, two in zip(alone, helped, strict=True) if two > 0
        )

    price = 1.0
    if used(1.0) > spare:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if used(middle) <= spare else (low, middle)
        price = low
    result = []
    for pool, one, single, double in zip(pools, raw, alone, helped, strict=True):
        shares = one.copy()
        shares[pool.helped :] *= price
        result.append(shares / (single + double * price))
    return result


def solve(
    pools: Sequence[Pool],
    begin: Sequence[Floats],
    spare: float,
    *,
    smooth: float,
    turns: int,
    until: float = float("inf"),
    workers: ThreadPoolExecutor | None = None,
) -> Solved:
    """The best mix found in `turns` steps or until the clock says `until`; `smooth` is relative to the loss."""

    def each(call: Callable[[int], Floats]) -> list[Floats]:
        numbers = range(len(pools))
        return (
            list(workers.map(call, numbers)) if workers and len(pools) > 1 else [call(one) for one in numbers]
        )

    def lost(shares: Sequence[Floats]) -> list[Floats]:
        return each(lambda one: losses(pools[one], shares[one]))

    current = projected(pools, begin, spare)
    mirror = [one.copy() for one in current]
    at_current = lost(current)
    at_mirror = at_current
    best, best_loss = current, max(float(one.max()) for one in at_current)
    # Where nothing is left to lose, nothing is left to smooth.
    width = smooth * max(best_loss, 1e-6 * max(float(pool.values.max()) for pool in pools))
    if width <= 0:
        return Solved(best, best_loss, [np.full(one.shape, 1 / one.size) for one in at_current])
    steep = 1.0 / width * max(float(pool.values.max()) for pool in pools) ** 2 / 64
    theta = 1.0
    average = [np.zeros_like(one) for one in at_current]
    weight_sum = 0.0
    previous = float("inf")
    for _turn in range(turns):
        mixed = [(1 - theta) * one + theta * two for one, two in zip(at_current, at_mirror, strict=True)]
        value, weights = _soft(mixed, width)
        slopes = each(lambda one: _slope(pools[one], weights[one]))  # noqa: B023  # used in this turn only
        while True:
            raw = []
            for one, slope in zip(mirror, slopes, strict=True):
                power = -slope / (theta * steep)
                raw.append(np.maximum(one, 1e-300) * np.exp(power - power.max()))
            ahead = projected(pools, raw, spare)
            at_ahead = lost(ahead)
            at_next = [(1 - theta) * one + theta * two for one, two in zip(at_current, at_ahead, strict=True)]
            reached, _ = _soft(at_next, width)
            step = sum(
                float(slope @ (two - one)) for slope, one, two in zip(slopes, mirror, ahead, strict=True)
            )
            apart = max(float(np.abs(two - one).sum()) for one, two in zip(mirror, ahead, strict=True))
            allowed = value + theta * step + steep / 2 * (theta * apart) ** 2
            if reached <= allowed + 1e-12 * abs(value) or steep > 1e12:
                break
            steep *= 2
        current = [(1 - theta) * one + theta * two for one, two in zip(current, ahead, strict=True)]
        at_current, mirror, at_mirror = at_next, ahead, at_ahead
        loss = max(float(one.max()) for one in at_current)
        for total, one in zip(average, weights, strict=True):
            total += one / theta
        weight_sum += 1 / theta
        if loss < best_loss:
            best, best_loss = [one.copy() for one in current], loss
        if reached > previous:
            theta, mirror, at_mirror = 1.0, [one.copy() for one in current], at_current
            previous = float("inf")
        else:
            previous = reached
            theta = 2 / (1 + np.sqrt(1 + 4 / theta**2))
        steep *= 0.9
        if perf_counter() > until:
            break
    return Solved(
        best, best_loss, [one / weight_sum for one in average] if weight_sum else _soft(lost(best), width)[1]
    )


def _slope(pool: Pool, weights: Floats) -> Floats:
    from anlan.kernels.patrol import coverage_compiled as cover

    return np.asarray(
        -cover.gains(pool.begins, pool.runs, cover.summed(weights * pool.values[:, None])) / pool.periods
    )


def _soft(lost: Sequence[Floats], width: float) -> tuple[float, list[Floats]]:
    """The smoothed maximum over all beats and moments, and its weights."""
    most = max(float(one.max()) for one in lost)
    parts = [np.exp((one - most) / width) for one in lost]
    total = sum(float(part.sum()) for part in parts)
    return most + width * float(np.log(total)), [part / total for part in parts]
