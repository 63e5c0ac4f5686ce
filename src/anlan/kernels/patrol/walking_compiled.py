"""Rounds walked step by step, compiled: each step drawn among those after which the cadence can still be kept."""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.compiling import compiled_alone

Ints = NDArray[np.int64]
Shorts = NDArray[np.int16]
Floats = NDArray[np.float64]
LONGEST_WAIT = 2
"""Slots that a guard may linger, by choice, so as to arrive when the next windows open."""


@compiled_alone
def walk_leg(
    walk: Ints,
    dwell: Ints,
    slots: int,
    attack: int,
    base: Ints,
    owed_at: Ints,
    offset: Ints,
    first: Ints,
    opens: Ints,
    closes: Ints,
    free: Ints,
    latest: Shorts,
    worth: Floats,
    usual: Floats,
    hour: Floats,
    eager: float,
    loose: float,
    until: int,
    state: Ints,
    seen: Ints,
    visits: Ints,
) -> float:
    """Walk on from `state` (stage, owed, here, now, number of visits) until the guard is free at `until` or later.

    Each step is drawn by what it brings: attacks met, less what the visit would bring on average when it is owed,
    plus the change of spare time. The sum of this is returned; -inf where the cadence can no longer be kept.
    State 0 of the last field after the end: `state[5]` is 1 when nothing more fits into the shift.
    """
    count, stages = len(dwell), len(base)
    moments = worth.shape[1] - 1
    scores = np.empty(2 * count)
    chances = np.empty(2 * count)
    place_of = np.empty(2 * count, np.int64)
    arrive_of = np.empty(2 * count, np.int64)
    stage_of = np.empty(2 * count, np.int64)
    left_of = np.empty(2 * count, np.int64)
    stage, left, here, now, number = state[0], state[1], state[2], state[3], state[4]
    brought = 0.0
    while now < until or number == 0:
        limit = slots
        if here >= 0:
            limit = (
                free[stage, here] if left == 0 else base[stage] + latest[offset[stage] + left * count + here]
            )
            if now > limit:
                return -np.inf
        opening = base[stage + 1] if stage + 1 < stages else slots
        if left == 0:
            spare = max(opening - now, 0) + (hour[stage + 1] if stage + 1 < stages else 0.0)
        else:
            spare = float(limit - now)
        found = 0
        for place in range(count):
            soonest = now + walk[here, place] if here >= 0 else now
            for turn in range(2):
                arrive = soonest
                if turn == 1:
                    if not (left == 0 and stage + 1 < stages and soonest < opening <= soonest + LONGEST_WAIT):
                        break
                    arrive = opening
                then_stage, then_left = stage, left
                if arrive >= opening:
                    if left != 0 or stage + 1 >= stages:
                        break
                    then_stage, then_left = stage + 1, owed_at[stage + 1]
                serves = False
                for bit in range(first[then_stage, place], first[then_stage, place + 1]):
                    if then_left >> bit & 1 and opens[then_stage, bit] <= arrive < closes[then_stage, bit]:
                        then_left &= ~(1 << bit)
                        serves = True
                if place == here and not serves:
                    # To stay where one is, as long as another visit takes.
                    leave = now + dwell[place]
                    if turn == 0 and number > 0 and leave <= limit:
                        gain = worth[place, min(leave, moments)] - worth[place, min(now, moments)]
                        rest = float(max(opening - leave, 0) - max(opening - now, 0))
                        scores[found] = gain + eager * (rest if left == 0 else float(now - leave))
                        place_of[found], arrive_of[found] = -1, now
                        stage_of[found], left_of[found] = stage, left
                        found += 1
                    break
                leave = arrive + dwell[place]
                if then_left == 0:
                    last = free[then_stage, place]
                    after = stages - 1 - then_stage
                    then_opening = base[then_stage + 1] if after > 0 else slots
                    then_spare = max(then_opening - leave, 0) + (hour[then_stage + 1] if after > 0 else 0.0)
                else:
                    last = base[then_stage] + latest[offset[then_stage] + then_left * count + place]
                    then_spare = float(last - leave)
                if leave > last:
                    continue
                low = max(arrive - attack + 1, seen[place], 0)
                high = min(leave, moments)
                gain = worth[place, high] - worth[place, low] if high > low else 0.0
                if serves:
                    gain -= usual[then_stage, place]
                scores[found] = gain + eager * (then_spare - spare)
                place_of[found] = place
                arrive_of[found] = arrive
                stage_of[found] = then_stage
                left_of[found] = then_left
                found += 1
        if found == 0:
            if left == 0 and stage + 1 >= stages:
                state[5] = 1
                if number > 0:
                    visits[number - 1, 2] = max(visits[number - 1, 2], slots)
                break
            now += 1
            if now >= slots:
                return -np.inf
            continue
        best = scores[0]
        for one in range(1, found):
            best = max(best, scores[one])
        total = 0.0
        for one in range(found):
            chances[one] = np.exp((scores[one] - best) / loose)
            total += chances[one]
        mark = np.random.random() * total
        chosen = found - 1
        for one in range(found):
            mark -= chances[one]
            if mark < 0:
                chosen = one
                break
        place, arrive = place_of[chosen], arrive_of[chosen]
        if place < 0:
            brought += scores[chosen]
            now += dwell[here]
            visits[number - 1, 2] = now
            seen[here] = now
            continue
        if number > 0 and here >= 0 and visits[number - 1, 0] == here:
            # Whoever lingers does so where the guard stands, before leaving.
            visits[number - 1, 2] = arrive - walk[here, place]
            seen[here] = visits[number - 1, 2]
        stage, left, here = stage_of[chosen], left_of[chosen], place
        brought += scores[chosen]
        visits[number, 0], visits[number, 1], visits[number, 2] = place, arrive, arrive + dwell[place]
        seen[place] = arrive + dwell[place]
        now = arrive + dwell[place]
        number += 1
    state[0], state[1], state[2], state[3], state[4] = stage, left, here, now, number
    return brought


@compiled_alone
def walk_rounds(
    seeds: Ints,
    walk: Ints,
    dwell: Ints,
    slots: int,
    attack: int,
    base: Ints,
    owed_at: Ints,
    offset: Ints,
    first: Ints,
    opens: Ints,
    closes: Ints,
    free: Ints,
    latest: Shorts,
    starts: Ints,
    readies: Ints,
    worth: Floats,
    usual: Floats,
    hour: Floats,
    eager: Floats,
    loose: Floats,
    leg: int,
    tries: int,
    visits: Ints,
    numbers: Ints,
) -> None:
    """One legal round for each seed into `visits[r]` (checkpoint, arrive, leave) and `numbers[r]`, -1 if there is none.

    `worth[i, s]` is the sum of the attacker's weights on i before moment s, `usual[k, i]` what a first visit in
    stage k brings on average, `hour[k]` the spare time that stage k begins with. `eager` is what a slot of spare time
    is worth, `loose` the temperature of the draw. Of every `leg` slots the best of `tries` ways is kept.
    """
    count = len(dwell)
    most = visits.shape[1]
    state, trial, kept = np.zeros(6, np.int64), np.zeros(6, np.int64), np.zeros(6, np.int64)
    seen, trial_seen, kept_seen = (
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
    )
    sketch, chosen = np.zeros((most, 3), np.int64), np.zeros((most, 3), np.int64)
    for one in range(len(seeds)):
        np.random.seed(seeds[one])
        state[:] = 0
        seen[:] = 0
        state[2], state[3] = starts[one], readies[one]
        while state[5] == 0:
            until = state[3] + leg
            best = -np.inf
            since = max(state[4] - 1, 0)
            for _turn in range(tries):
                trial[:] = state
                trial_seen[:] = seen
                if state[4] > 0:
                    sketch[since] = visits[one, since]
                brought = walk_leg(
                    walk, dwell, slots, attack, base, owed_at, offset, first, opens, closes, free, latest,
                    worth, usual, hour, eager[one], loose[one], until, trial, trial_seen, sketch,
                )  # fmt: skip
                if brought > best:
                    best = brought
                    kept[:] = trial
                    kept_seen[:] = trial_seen
                    chosen[since : trial[4]] = sketch[since : trial[4]]
            if best == -np.inf:
                state[4] = -1
                break
            visits[one, since : kept[4]] = chosen[since : kept[4]]
            state[:] = kept
            seen[:] = kept_seen
        numbers[one] = state[4]
