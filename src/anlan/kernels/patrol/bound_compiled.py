"""The relaxed walk of the bound, compiled: dynamic programming over time, place and a short memory."""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.compiling import compiled_alone

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@compiled_alone
def relaxed_walk(
    weights: Floats,
    steps: Ints,
    extra: Floats,
    window: Ints,
    changes: Ints,
    walk: Ints,
    dwell: Ints,
    slots: int,
    attack: int,
    near: Ints,
    carried: Ints,
    start: int,
    ready: int,
    visits: Ints,
    met: Ints,
) -> float:
    """The most that one guard can bring; `visits[i]` first visits of i, `met[i]` of the chosen moments met there.

    An attack on i is worth `weights[i]` at each chosen moment; `steps[s]` counts those before moment s. `extra[i]` is
    paid for the first visit, as far as is remembered, in a window of i. `window[i, t]` numbers the windows of i (-1:
    none at t), `changes[t]` counts their edges until t. `near[i]` are the checkpoints remembered at i,
    `carried[j, i, m]` what is left at i of memory m of j. Remembered are those visits, and the checkpoint before the
    last one with its time, so that going back and forth meets no attack twice.
    """
    count, memory = len(dwell), near.shape[1]
    masks = 1 << memory
    moments = len(steps) - 1
    worth = weights.reshape(-1, 1) * steps.reshape(1, -1)
    value = np.full((slots + 1, count, masks, 2), -np.inf)
    came = np.full((slots + 1, count, masks, 2), -2, np.int64)
    origin = np.full((slots + 1, count, masks, 2), -1, np.int64)
    own = np.zeros(count, np.int64)
    for place in range(count):
        for bit in range(memory):
            if near[place, bit] == place:
                own[place] = bit
    if start >= 0:
        value[ready, start, 0, 0] = 0.0
        came[ready, start, 0, 0] = -1
    else:
        for place in range(count):
            until = dwell[place]
            if until > slots:
                continue
            gain = worth[place, min(until, moments)]
            mask = 0
            if window[place, 0] >= 0:
                gain += extra[place]
                if window[place, until - 1] == window[place, 0] and (
                    until >= slots or window[place, until] == window[place, 0]
                ):
                    mask = 1 << own[place]
            value[until, place, mask, 0] = gain
            came[until, place, mask, 0] = -1
    best, best_at = -np.inf, -1
    for now in range(slots + 1):
        for here in range(count):
            for mask in range(masks):
                first = value[now, here, mask, 0]
                if first == -np.inf:
                    continue
                if now == slots:
                    if first > best:
                        best, best_at = first, (here * masks + mask) * 2
                    continue
                for label in range(2):
                    brought = value[now, here, mask, label]
                    if brought == -np.inf:
                        break
                    before = came[now, here, mask, label]
                    code = ((now * count + here) * masks + mask) * 2 + label
                    # Stay one slot longer; what was before the last checkpoint is forgotten.
                    gain = worth[here, min(now + 1, moments)] - worth[here, min(now, moments)]
                    left = mask
                    if changes[now + 1] != changes[now]:
                        for bit in range(memory):
                            if (
                                left >> bit & 1
                                and window[near[here, bit], now + 1] != window[near[here, bit], now]
                            ):
                                left &= ~(1 << bit)
                    _keep(value, came, origin, now + 1, here, left, brought + gain, -1, code)
                    for place in range(count):
                        arrive = now + walk[here, place]
                        leave = arrive + dwell[place]
                        if leave > slots:
                            continue
                        low = max(arrive - attack + 1, 0)
                        if place == here:
                            if window[place, arrive] < 0:
                                continue
                            low = max(low, now)
                        elif place == before:
                            low = max(low, now - dwell[here] - walk[place, here])
                        high = min(leave, moments)
                        gain = worth[place, high] - worth[place, low] if high > low else 0.0
                        # The memory is of the windows open at `now`.
                        known = False
                        for bit in range(memory):
                            if near[here, bit] == place and mask >> bit & 1:
                                known = window[place, arrive] == window[place, now]
                        if window[place, arrive] >= 0 and not known:
                            gain += extra[place]
                        left = carried[here, place, mask]
                        if changes[leave] != changes[now]:
                            for bit in range(memory):
                                if (
                                    left >> bit & 1
                                    and window[near[place, bit], leave] != window[near[place, bit], now]
                                ):
                                    left &= ~(1 << bit)
                        if window[place, arrive] >= 0 and window[place, leave] == window[place, arrive]:
                            left |= 1 << own[place]
                        _keep(value, came, origin, leave, place, left, brought + gain, here, code)
    visits[:] = 0
    met[:] = 0
    if best_at < 0:
        return best
    code = slots * count * masks * 2 + best_at
    while code >= 0:
        label = code % 2
        mask = code // 2 % masks
        here = code // 2 // masks % count
        now = code // 2 // masks // count
        earlier = origin[now, here, mask, label]
        if earlier < 0:
            if start < 0:
                met[here] += steps[min(now, moments)]
                if window[here, 0] >= 0:
                    visits[here] += 1
            break
        before = earlier % 2
        remembered = earlier // 2 % masks
        at = earlier // 2 // masks % count
        was = earlier // 2 // masks // count
        if came[now, here, mask, label] == -1:
            met[here] += steps[min(now, moments)] - steps[min(was, moments)]
        else:
            arrive = now - dwell[here]
            low = max(arrive - attack + 1, 0)
            if at == here:
                low = max(low, was)
            elif came[was, at, remembered, before] == here:
                low = max(low, was - dwell[at] - walk[here, at])
            met[here] += max(steps[min(now, moments)] - steps[min(low, moments)], 0)
            if window[here, arrive] >= 0:
                known = False
                for bit in range(memory):
                    if near[at, bit] == here and remembered >> bit & 1:
                        known = window[here, arrive] == window[here, was]
                if not known:
                    visits[here] += 1
        code = earlier
    return best


@compiled_alone
def _keep(
    value: Floats,
    came: Ints,
    origin: Ints,
    at: int,
    place: int,
    mask: int,
    brought: float,
    before: int,
    code: int,
) -> None:
    """Keep the best label of a state, and the best of those that came from elsewhere."""
    if brought > value[at, place, mask, 0]:
        if came[at, place, mask, 0] != before:
            value[at, place, mask, 1] = value[at, place, mask, 0]
            came[at, place, mask, 1] = came[at, place, mask, 0]
            origin[at, place, mask, 1] = origin[at, place, mask, 0]
        value[at, place, mask, 0] = brought
        came[at, place, mask, 0] = before
        origin[at, place, mask, 0] = code
    elif brought > value[at, place, mask, 1] and came[at, place, mask, 0] != before:
        value[at, place, mask, 1] = brought
        came[at, place, mask, 1] = before
        origin[at, place, mask, 1] = code
