"""The one door to the kernel of walking patrols: a game in, a mix as JSON keeps it out, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_mix import packed
from anlan.kernels.patrol.beats import Beat, Beats, Infeasible, Role, Walked

if TYPE_CHECKING:
    from anlan.kernels.patrol.planning import Mix

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Solved:
    """A mix as JSON holds it, crew by crew, and the solver's own figures.

    `rounds` are {"helped", "columns"}, the columns packed (`engine/patrol_mix.py`); in those from number `helped` on
    a spare guard walks too. `chances` go with them.
    """

    rounds: list[Any]
    chances: list[Any]
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CannotKeep:
    """The windows cannot all be kept: crew number `crew` has `has` guards and needs `needs`."""

    crew: int
    needs: int
    has: int
    reason: str
    window: tuple[int, int] | None = None


def problem_of(game: Game) -> Beats:
    """The game as the kernel takes it; crews are named by their numbers."""
    return Beats(
        beats=tuple(_beat(number, crew) for number, crew in enumerate(game.crews)),
        slots=game.slots,
        attack=game.attack,
        spare=len(game.spare),
    )


def _beat(number: int, crew: GameCrew) -> Beat:
    return Beat(
        name=str(number),
        values=crew.worth,
        walk=crew.walk,
        dwell=crew.dwell,
        windows=crew.windows,
        guards=len(crew.guards),
        starts=tuple(Walked(point, ready) for point, ready in crew.starts),
    )


def guards_needed(crew: GameCrew, slots: int, least: int = 1) -> int:
    """How many guards, `least` or more, keep every window of a crew; 0 where no number does."""
    from anlan.kernels.patrol.staffing import staffed

    beat = replace(_beat(0, crew), guards=least)
    found = staffed(Beats((beat,), slots, 1, spare=len(crew.checkpoints)))
    return 0 if isinstance(found, Infeasible) else len(found[0][0][0].guards)


def keeps(crew: GameCrew, slots: int) -> bool:
    """Whether a crew as it is keeps every window: certain for one guard, for several if a split of them is found."""
    from anlan.kernels.patrol.crews import arrays, guard
    from anlan.kernels.patrol.lookahead import can_start
    from anlan.kernels.patrol.staffing import obligations, staffed

    beat = _beat(0, crew)
    if len(crew.guards) > 1:
        return not isinstance(staffed(Beats((beat,), slots, 1)), Infeasible)
    role = Role(obligations(beat), beat.starts[0] if beat.starts else None)
    walk, dwell = arrays(beat)
    made = guard(role, walk, dwell, slots)
    return made is not None and can_start(made.table, role, dwell)


def solve(
    game: Game, *, seed: int, seconds: float, draws: int = 0, bounded: bool = True
) -> Solved | CannotKeep:
    """The best mix found within about `seconds`, or which crew cannot keep its windows.

    With `draws` an attacker who sees so many drawn shifts and nothing else says what he gains and can foretell. Not
    `bounded`: in a hurry, with a bound of 0 for unknown.
    """
    from anlan.kernels.patrol.planning import plan

    found = plan(problem_of(game), seed=seed, seconds=seconds, bounded=bounded)
    if isinstance(found, Infeasible):
        return CannotKeep(int(found.beat), found.needs, found.has, found.reason, found.window)
    figures: dict[str, Any] = {
        "loss": found.loss,
        "bound": found.bound,
        "turns": found.turns,
        "seed": found.seed,
        "rounds": [len(beat.rounds) for beat in found.beats],
        "stake": max(worth for crew in game.crews for worth in crew.worth),
    }
    if draws:
        figures["attacker"] = _attacked(game, found, draws, seed)
        figures |= _beside(figures, found, seed)
    return Solved(
        rounds=[
            {
                "helped": beat.helped,
                "columns": packed([[_flat(guard) for guard in column] for column in beat.rounds]),
            }
            for beat in found.beats
        ],
        chances=[[float(f"{share:.9g}") for share in beat.shares] for beat in found.beats],
        figures=figures,
    )


def _attacked(game: Game, mix: Mix, draws: int, seed: int) -> dict[str, Any]:
    from anlan.kernels.patrol.attacker import prove

    proof = prove(mix, draws=draws, seed=seed + 1)
    crew, checkpoint, slot = proof.target
    return {
        "exploitability": proof.exploitability,
        "seen": proof.seen,
        "cadence_kept": proof.cadence_kept,
        "windows": proof.windows,
        "conditional_entropy_bits": proof.conditional_entropy_bits,
        "bin_minutes": proof.bin_slots * game.slot_seconds // 60,
        "draws": proof.draws,
        "checkpoint": game.crews[crew].checkpoints[checkpoint],
        "slot": slot,
    }


def _beside(figures: dict[str, Any], mix: Mix, seed: int) -> dict[str, Any]:
    """The same figures for the usual ways to walk, with the same guards, times and windows."""
    from anlan.kernels.patrol.baselines import DRAWN, baselines

    usual = baselines(mix, seed=seed + 2)
    attacker = figures["attacker"]
    names = {"fixed": "fixed-round", "jitter": "jitter", "random_order": "random-order"}
    beside = {
        "stake": figures["stake"],
        "draws": DRAWN,
        "mix": {
            "gain": attacker["exploitability"],
            "kept": attacker["cadence_kept"],
            "bits": attacker["conditional_entropy_bits"],
            "draws": attacker["draws"],
        },
        "ways": {
            names[name]: {
                "gain": proof.exploitability,
                "kept": proof.cadence_kept,
                "bits": proof.conditional_entropy_bits,
                "draws": proof.draws,
            }
            for name, proof in usual.items()
        },
    }
    return {"beside": beside}


def _flat(visits: Ints) -> list[int]:
    return [int(number) for number in visits.reshape(-1)]
