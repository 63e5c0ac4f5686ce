"""Walking patrols: five beats of twenty checkpoints, eight night hours with a visit in each hour, one guard to spare.

Peer: the relaxation over time and place that holds the windows on average, as one linear program by HiGHS, for one of
the beats and two hours. It gives a bound and marginals, no rounds; ours gives legal rounds and a bound.
"""

import json
import sys
from dataclasses import replace
from importlib.metadata import version
from typing import Any

import numpy as np

from anlan.kernels.patrol.attacker import prove
from anlan.kernels.patrol.beats import Beat, Beats
from anlan.kernels.patrol.drawing import draw
from anlan.kernels.patrol.planning import Mix, plan
from anlan.kernels.patrol.replanning import replan
from benchmarks.measuring import peak_mb, tell, timed
from benchmarks.patrol_place import night_recount

SECONDS = 50.0
SLOTS, EVERY, ATTACK = 480, 60, 10
DRAWS = 100_000
PEER_SLOTS = 120


def beats(number: int, checkpoints: int, *, plane: bool, seed: int) -> tuple[Beat, ...]:
    """Checkpoints 1 to 3 minutes apart: drawn for each pair, or by distance where they lie in a plane."""
    random = np.random.default_rng(seed)
    made = []
    for beat in range(number):
        if plane:
            points = random.uniform(0, 1, (checkpoints, 2))
            apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
            ways = np.maximum(np.ceil(3 * apart / apart.max()), 1).astype(int)
        else:
            ways = random.integers(1, 4, (checkpoints, checkpoints))
            ways = np.minimum(ways, ways.T)
        np.fill_diagonal(ways, 0)
        made.append(
            Beat(
                name=f"beat {beat + 1}",
                values=tuple(random.uniform(1, 3, checkpoints).round(2).tolist()),
                walk=tuple(tuple(row) for row in ways.tolist()),
                dwell=(1,) * checkpoints,
                windows=(tuple((start, start + EVERY) for start in range(0, SLOTS, EVERY)),) * checkpoints,
            )
        )
    return tuple(made)


def run(seconds: float = SECONDS) -> list[dict[str, Any]]:
    """The job's figures, for both kinds of ways between checkpoints."""
    return [_job("ways drawn", False, seconds), _job("in a plane", True, seconds), _small_places()]


def _job(kind: str, plane: bool, seconds: float) -> dict[str, Any]:
    problem = Beats(beats(5, 20, plane=plane, seed=1), SLOTS, ATTACK, spare=1)
    tell(f"loading compiled loops, then planning: {kind}")
    plan(Beats(problem.beats[:1], SLOTS, ATTACK), seed=1, turns=1)
    ours_s, mix = timed(lambda: plan(problem, seed=1, seconds=seconds))
    if not isinstance(mix, Mix):
        raise SystemExit(f"{mix}")
    tell(
        f"loss {mix.loss:.4f}, bound {mix.bound:.4f}, gap {mix.gap:.2%}, {mix.turns} turns in {ours_s:.1f} s"
    )
    proof_s, proof = timed(lambda: prove(mix, draws=DRAWS, seed=2))
    tell(
        f"attacker {proof.exploitability / mix.loss - 1:+.2%} of the loss, standard error "
        f"{proof.error / mix.loss:.2%}; flattered {proof.seen / mix.loss - 1:+.2%}; in {proof_s:.0f} s"
    )
    if proof.cadence_kept < 1:
        raise SystemExit("a drawn round misses a window")
    recount_s, recount = timed(lambda: night_recount(mix, DRAWS, seed=2))
    tell(f"duties engine: {recount.kept:,} of {recount.draws:,} shifts, {recount.rounds:,} different rounds")
    if recount.kept < recount.draws or recount.visits * DRAWS != proof.windows:
        raise SystemExit(f"the duties engine misses windows: {recount.missed}")
    halved = tuple(
        Beat(one.name, one.values, one.walk, one.dwell,
             (tuple((s, e) for s, e in one.windows[0] if e <= 240)
              + tuple((s, s + 30) for s in range(240, SLOTS, 30)),) * 20, 2)
        for one in problem.beats
    )  # fmt: skip
    rounds = draw(mix, 1).beats
    replanned_s, again = timed(lambda: replan(problem, rounds, 245, seed=3, seconds=2))
    red_s, red = timed(lambda: replan(Beats(halved, SLOTS, ATTACK), rounds, 240, seed=3, seconds=2))
    return {
        "job": "patrol",
        "size": f"5 beats of 20 checkpoints ({kind}), 5 + 1 guards, 8 h, hourly windows",
        "ours_s": round(ours_s, 2),
        "loss": round(mix.loss, 4),
        "bound": round(mix.bound, 4),
        "gap": round(mix.gap, 4),
        "exploitability": round(proof.exploitability, 4),
        "exploitability_error": round(proof.error, 4),
        "seen": round(proof.seen, 4),
        "proof_s": round(proof_s, 2),
        "cadence_kept": proof.cadence_kept,
        "recounted": recount.kept,
        "recounted_rounds": recount.rounds,
        "recount_s": round(recount_s, 2),
        "conditional_entropy_bits": round(proof.conditional_entropy_bits, 2),
        "replan_s": round(replanned_s, 2),
        "replan_kept": isinstance(again, Mix),
        "halved_s": round(red_s, 2),
        "halved_kept": isinstance(red, Mix),
        "turns": mix.turns,
        "peers": [_peer(problem, ours_s)],
        "memory_mb": round(peak_mb()),
    }


def _small_places() -> dict[str, Any]:
    """A place of eight checkpoints, one guard: a city has a thousand of them."""
    problem = Beats(beats(1, 8, plane=True, seed=3), SLOTS, ATTACK)
    plan(problem, seed=1, turns=1)
    ours_s, mix = timed(lambda: plan(problem, seed=1, turns=5), runs=5)
    if not isinstance(mix, Mix):
        raise SystemExit(f"{mix}")
    return {
        "job": "patrol",
        "size": "1 place of 8 checkpoints, 1 guard, 8 h, hourly windows (5 turns)",
        "ours_s": round(ours_s, 2),
        "loss": round(mix.loss, 4),
        "bound": round(mix.bound, 4),
        "gap": round(mix.gap, 4),
        "peers": [],
        "memory_mb": round(peak_mb()),
    }


def _peer(problem: Beats, ours_s: float) -> dict[str, Any]:
    """The relaxation of the first beat alone for two hours, scaled evenly, which is kind to it."""
    tell("peer: the linear program over time and place, one beat, two hours")
    first = problem.beats[0]
    short = tuple(tuple(window for window in windows if window[1] <= PEER_SLOTS) for windows in first.windows)
    peer_s, _value = timed(lambda: flow_bound(Beats((replace(first, windows=short),), PEER_SLOTS, ATTACK)))
    seconds = peer_s * len(problem.beats) * SLOTS / PEER_SLOTS
    return {
        "name": "flow over time and place, one beat and two hours measured and scaled; a bound without rounds",
        "version": version("highspy"),
        "seconds": round(seconds, 1),
        "ratio": round(seconds / ours_s, 2),
    }


def flow_bound(problem: Beats) -> float:
    """The loss that the flow relaxation of a single guard reaches (as Yin et al. 2012)."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    (beat,) = problem.beats
    count, slots, attack, moments = len(beat.values), problem.slots, problem.attack, problem.moments
    steps = [
        (here, now, place, now + beat.walk[here][place])
        for now in range(slots)
        for here in range(count)
        for place in range(count)
        if now + beat.walk[here][place] + beat.dwell[place] <= slots and place != here
    ]
    # Columns: steps, then beginnings at slot 0, then the loss.
    number = len(steps) + count
    arrive = [(place, at, column) for column, (_h, _n, place, at) in enumerate(steps)]
    arrive += [(place, 0, len(steps) + place) for place in range(count)]
    keep_rows, keep_columns, keep_parts = [], [], []
    for place, at, column in arrive:
        ready = at + beat.dwell[place]
        if ready < slots:
            keep_rows.append(place * slots + ready)
            keep_columns.append(column)
            keep_parts.append(1.0)
    for column, (here, now, _place, _at) in enumerate(steps):
        keep_rows.append(here * slots + now)
        keep_columns.append(column)
        keep_parts.append(-1.0)
    above_rows, above_columns, above_parts, limits = [], [], [], []
    for place, at, column in arrive:
        for moment in range(max(at - attack + 1, 0), min(at + beat.dwell[place], moments)):
            above_rows.append(place * moments + moment)
            above_columns.append(column)
            above_parts.append(-beat.values[place])
    for place in range(count):
        for moment in range(moments):
            above_rows.append(place * moments + moment)
            above_columns.append(number)
            above_parts.append(-1.0)
            limits.append(-beat.values[place])
    row = count * moments
    for place, windows in enumerate(beat.windows):
        for start, end in windows:
            for of, at, column in arrive:
                if of == place and start <= at < end:
                    above_rows.append(row)
                    above_columns.append(column)
                    above_parts.append(-1.0)
            limits.append(-1.0)
            row += 1
    # Flow may end anywhere (<= 0), one guard begins.
    ends = coo_array((keep_parts, (keep_rows, keep_columns)), shape=(count * slots, number + 1))
    above = coo_array((above_parts, (above_rows, above_columns)), shape=(row, number + 1))
    from scipy.sparse import vstack

    begin = np.zeros(number + 1)
    begin[len(steps) : number] = 1.0
    answer = linprog(
        np.append(np.zeros(number), 1.0),
        A_ub=vstack([above, -ends]).tocsr(),
        b_ub=np.concatenate((limits, np.zeros(count * slots))),
        A_eq=begin[None, :],
        b_eq=[1.0],
        method="highs-ipm",
    )
    return float(answer.fun)


if __name__ == "__main__":
    json.dump(run(), sys.stdout)
