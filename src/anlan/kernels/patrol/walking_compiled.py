"""Whole rounds searched in breadth, compiled: by steps after which the cadence can still be kept.

A beam search (Lowerre 1976) over time: of the ways to be free at a slot only the `width` most promising are walked on.
"""

import numpy as np
from numpy.typing import NDArray

from anlan.kernels.patrol.compiling import compiled_alone

Ints = NDArray[np.int64]
Shorts = NDArray[np.int16]
Floats = NDArray[np.float64]
LONGEST_WAIT = 2
"""Slots that a guard may linger, by choice, so as to arrive when the next windows open."""

STAGE, LEFT, HERE, BEFORE, RANK, ARRIVE = 0, 1, 2, 3, 4, 5
"""A way: its stage, the visits owed, the checkpoint, from which slot and rank it came, and the arrival."""

STOOD, UNMET = -1, -2
"""Instead of an arrival: the guard stood there on, or has not visited anything yet."""


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
    width: int,
    visits: Ints,
    numbers: Ints,
) -> None:
    """One legal round for each seed into `visits[r]` (checkpoint, arrive, leave) and `numbers[r]`, -1 if there is none.

    `worth[i, s]` is the sum of the attacker's weights on i before moment s, `usual[k, i]` what a first visit in
    stage k brings on average, `hour[k]` the spare time that stage k begins with. A way is worth the attacks it met,
    less what the visits it owed bring on average, plus `eager` for each slot of spare time; and for each arrival
    chance adds as much as `loose` says, so that each seed has a round of its own.
    """
    count = len(dwell)
    ways = np.zeros((slots + 1, width, 6), np.int64)
    score = np.zeros((slots + 1, width))
    alike = np.zeros((slots + 1, width), np.int64)
    held = np.zeros(slots + 1, np.int64)
    floor = np.zeros(slots + 1)
    chances = count * (slots + 1)
    luck = np.empty(2 * chances)
    seen = np.zeros(count, np.int64)
    end = np.zeros(2, np.int64)
    np.random.seed(seeds[0])
    for chance in range(chances):
        luck[chance] = -np.log(np.random.exponential(1.0) + 1e-300)
    luck[chances:] = luck[:chances]
    for one in range(len(seeds)):
        held[:] = 0
        floor[:] = -np.inf
        # The same chances for all, each round begins elsewhere among them.
        own = luck[seeds[one] % chances :]
        if readies[one] <= slots:
            ways[readies[one], 0, STAGE], ways[readies[one], 0, LEFT] = 0, 0
            ways[readies[one], 0, HERE], ways[readies[one], 0, BEFORE] = starts[one], -1
            ways[readies[one], 0, ARRIVE] = UNMET
            score[readies[one], 0] = 0.0
            held[readies[one]] = 1
        best, end[0] = -np.inf, -1
        for now in range(readies[one], slots + 1):
            for rank in range(held[now]):
                best = _walked_on(
                    walk, dwell, slots, attack, base, owed_at, offset, first, opens, closes, free, latest,
                    worth, usual, hour, eager[one], loose[one], own, now, rank,
                    ways, score, alike, held, floor, seen, best, end,
                )  # fmt: skip
        numbers[one] = _told(walk, slots, ways, end, visits[one])


@compiled_alone
def _walked_on(
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
    luck: Floats,
    now: int,
    rank: int,
    ways: Ints,
    score: Floats,
    alike: Ints,
    held: Ints,
    floor: Floats,
    seen: Ints,
    best: float,
    end: Ints,
) -> float:
    """Offer every step from one way to the slots in which it ends; the best whole round so far is told by `end`."""
    count, stages = len(dwell), len(base)
    moments = worth.shape[1] - 1
    stage, left, here = ways[now, rank, STAGE], ways[now, rank, LEFT], ways[now, rank, HERE]
    so_far = score[now, rank]
    limit = slots
    if here >= 0:
        limit = free[stage, here] if left == 0 else base[stage] + latest[offset[stage] + left * count + here]
        if now > limit:
            return best
    unmet = ways[now, rank, ARRIVE] == UNMET
    _remember(walk, attack, now, rank, ways, seen)
    opening = base[stage + 1] if stage + 1 < stages else slots
    last_stage = stage + 1 >= stages
    if left == 0:
        spare = max(opening - now, 0) + (0.0 if last_stage else hour[stage + 1])
    else:
        spare = float(limit - now)
    if left == 0 and last_stage:
        stood = 0.0 if unmet else worth[here, moments] - worth[here, min(now, moments)]
        if so_far + stood - eager * spare > best:
            best = so_far + stood - eager * spare
            end[0], end[1] = now, rank
    found = False
    for place in range(count):
        soonest = now + walk[here, place] if here >= 0 else now
        for turn in range(2):
            arrive = soonest
            if turn == 1:
                if last_stage or left != 0 or not soonest < opening <= soonest + LONGEST_WAIT:
                    break
                arrive = opening
            then_stage, then_left = stage, left
            if arrive >= opening:
                if left != 0 or last_stage:
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
                if turn == 0 and not unmet and leave <= limit:
                    gain = worth[place, min(leave, moments)] - worth[place, min(now, moments)]
                    rest = float(max(opening - leave, 0) - max(opening - now, 0))
                    gain += eager * (rest if left == 0 else float(now - leave))
                    if so_far + gain > floor[leave]:
                        value = so_far + gain
                        _offer(
                            ways, score, alike, held, floor, leave, value, stage, left, here, now, rank, STOOD,
                        )  # fmt: skip
                    found = True
                break
            leave = arrive + dwell[place]
            if then_left == 0:
                last = free[then_stage, place]
                then_last = then_stage + 1 >= stages
                then_opening = slots if then_last else base[then_stage + 1]
                then_spare = max(then_opening - leave, 0) + (0.0 if then_last else hour[then_stage + 1])
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
            gain += eager * (then_spare - spare) + loose * luck[place * (slots + 1) + arrive]
            found = True
            if so_far + gain > floor[leave]:
                value = so_far + gain
                _offer(
                    ways, score, alike, held, floor, leave, value, then_stage, then_left, place, now, rank, arrive,
                )  # fmt: skip
    if not found and not (left == 0 and last_stage) and now + 1 <= limit and so_far > floor[now + 1]:
        # Nothing is open yet.
        then = UNMET if unmet else STOOD
        _offer(ways, score, alike, held, floor, now + 1, so_far, stage, left, here, now, rank, then)
    return best


@compiled_alone
def _remember(walk: Ints, attack: int, now: int, rank: int, ways: Ints, seen: Ints) -> None:
    """Until when each checkpoint is met already, as far back as it matters."""
    seen[:] = 0
    at, of, until = now, rank, now
    while at >= 0 and until > now - attack:
        place, arrive = ways[at, of, HERE], ways[at, of, ARRIVE]
        if arrive == UNMET:
            return
        seen[place] = max(seen[place], until)
        at, of = ways[at, of, BEFORE], ways[at, of, RANK]
        if arrive >= 0 and at >= 0 and ways[at, of, HERE] >= 0:
            until = arrive - walk[ways[at, of, HERE], place]


@compiled_alone
def _offer(
    ways: Ints,
    score: Floats,
    alike: Ints,
    held: Ints,
    floor: Floats,
    at: int,
    value: float,
    stage: int,
    left: int,
    here: int,
    before: int,
    rank: int,
    arrive: int,
) -> None:
    """Keep the way if it is among the best of its slot; of two that owe the same at the same place, the better one."""
    width = score.shape[1]
    like = (stage << 32 | left) << 16 | here & 65535
    chosen = -1
    for other in range(held[at]):
        if alike[at, other] == like:
            chosen = other
            break
    if chosen >= 0:
        if value <= score[at, chosen]:
            return
    elif held[at] < width:
        chosen = held[at]
        held[at] += 1
    else:
        chosen = int(np.argmin(score[at]))
    score[at, chosen] = value
    alike[at, chosen] = like
    ways[at, chosen, STAGE], ways[at, chosen, LEFT], ways[at, chosen, HERE] = stage, left, here
    ways[at, chosen, BEFORE], ways[at, chosen, RANK], ways[at, chosen, ARRIVE] = before, rank, arrive
    if held[at] == width:
        floor[at] = score[at].min()


@compiled_alone
def _told(walk: Ints, slots: int, ways: Ints, end: Ints, visits: Ints) -> int:
    """The visits of the round that ends as `end` says, in order; who lingers does so where the guard stands."""
    if end[0] < 0:
        return -1
    number = 0
    at, rank = end[0], end[1]
    while at >= 0:
        if ways[at, rank, ARRIVE] >= 0:
            visits[number, 0], visits[number, 1] = ways[at, rank, HERE], ways[at, rank, ARRIVE]
            number += 1
        at, rank = ways[at, rank, BEFORE], ways[at, rank, RANK]
    for low in range(number // 2):
        high = number - 1 - low
        for field in range(2):
            visits[low, field], visits[high, field] = visits[high, field], visits[low, field]
    for one in range(number - 1):
        visits[one, 2] = visits[one + 1, 1] - walk[visits[one, 0], visits[one + 1, 0]]
    if number > 0:
        visits[number - 1, 2] = slots
    return number
