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
    ways = np.empty((count, count), np.int16)
    for place in range(count):
        table[place] = after[place]
        for other in range(count):
            ways[place, other] = walk[other, place]
    for owed in range(1, 1 << bits):
        row = table[owed * count : (owed + 1) * count]
        for bit in range(bits):
            if owed >> bit & 1:
                place = places[bit]
                then = table[(owed & ~(1 << bit)) * count + place]
                if then == NEVER:
                    continue
                at = min(closes[bit] - 1, then - dwell[place])
                if at < opens[bit]:
                    continue
                way = ways[place]
                latest = np.int16(at)
                for other in range(count):
                    leave = np.int16(latest - way[other])
                    row[other] = max(row[other], leave)
    return table
