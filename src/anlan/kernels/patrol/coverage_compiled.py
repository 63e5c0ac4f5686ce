"""Which moments of attack a round foils, as intervals; and sums over many rounds at once, compiled."""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.compiling import compiled_alone

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled_alone
def foiled(visits: Ints, attack: int, moments: int, out: Ints) -> int:
    """Fill `out` with (checkpoint, from, to), the disjoint runs of moments at which an attack would be met.

    `visits` holds (checkpoint, arrive, leave) of all guards of a beat. An attack begun at s lasts until s + attack.
    """
    order = np.argsort(visits[:, 0] * (1 << 32) + visits[:, 1])
    number = 0
    for one in range(len(order)):
        place, arrive, leave = visits[order[one], 0], visits[order[one], 1], visits[order[one], 2]
        low, high = max(arrive - attack + 1, 0), min(leave, moments)
        if number > 0 and out[number - 1, 0] == place and low <= out[number - 1, 2]:
            out[number - 1, 2] = max(out[number - 1, 2], high)
            continue
        if low < high:
            out[number, 0], out[number, 1], out[number, 2] = place, low, high
            number += 1
    return number


@compiled_alone
def covered(begins: Ints, runs: Ints, shares: Floats, count: int, moments: int) -> Floats:
    """The probability that an attack on i at moment s is met, when column c is walked with probability `shares[c]`."""
    steps = np.zeros((count, moments + 1))
    for column in range(len(shares)):
        share = shares[column]
        if share == 0.0:
            continue
        for run in range(begins[column], begins[column + 1]):
            steps[runs[run, 0], runs[run, 1]] += share
            steps[runs[run, 0], runs[run, 2]] -= share
    result = np.empty((count, moments))
    for place in range(count):
        total = 0.0
        for moment in range(moments):
            total += steps[place, moment]
            result[place, moment] = total
    return result


@compiled_alone
def summed(weights: Floats) -> Floats:
    """Sums of each row up to, and without, each moment."""
    count, moments = weights.shape
    result = np.zeros((count, moments + 1))
    for place in range(count):
        total = 0.0
        for moment in range(moments):
            total += weights[place, moment]
            result[place, moment + 1] = total
    return result


@compiled_alone
def gains(begins: Ints, runs: Ints, worth: Floats) -> Floats:
    """The weight of attacks that each column meets; `worth` are sums as `summed` makes them."""
    result = np.zeros(len(begins) - 1)
    for column in range(len(result)):
        total = 0.0
        for run in range(begins[column], begins[column + 1]):
            total += worth[runs[run, 0], runs[run, 2]] - worth[runs[run, 0], runs[run, 1]]
        result[column] = total
    return result


@compiled_alone
def without(weights: Floats, runs: Ints) -> Floats:
    """Sums of the weights as `summed` makes them, those moments left out that the runs meet already."""
    left = weights.copy()
    for run in range(len(runs)):
        left[runs[run, 0], runs[run, 1] : runs[run, 2]] = 0.0
    return summed(left)
