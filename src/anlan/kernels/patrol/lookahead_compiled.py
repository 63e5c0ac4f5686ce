"""The inner loop of lookahead, compiled."""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.compiling import compiled_alone

Ints = NDArray[np.int64]
NEVER = -(2**14)


@compiled_alone
def latest_table(
    places: Ints, opens: Ints, closes: Ints, after: Ints, walk: Ints, dwell: Ints
) -> NDArray[np.int16]:
    """Latest departures for every set owed and every checkpoint, flat; NEVER where it cannot be done."""
    count, bits = len(dwell), len(places)
    table = np.full((1 << bits) * count, NEVER, np.int16)
    for place in range(count):
        table[place] = after[place]
    arrive = np.empty(bits, np.int64)
    where = np.empty(bits, np.int64)
    for owed in range(1, 1 << bits):
        found = 0
        for bit in range(bits):
            if owed >> bit & 1:
                place = places[bit]
                then = table[(owed & ~(1 << bit)) * count + place]
                if then == NEVER:
                    continue
                at = min(closes[bit] - 1, then - dwell[place])
                if at >= opens[bit]:
                    arrive[found] = at
                    where[found] = place
                    found += 1
        if found == 0:
            continue
        for place in range(count):
            best = NEVER
            for one in range(found):
                best = max(best, arrive[one] - walk[place, where[one]])
            table[owed * count + place] = best
    return table
