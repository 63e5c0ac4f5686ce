"""The figures that prove a mix, beside those of the usual ways to walk: reckoned once and kept with the mix."""

from collections.abc import Sequence
from typing import Any

from anlan.engine.facts import Basis, SubjectFacts
from anlan.engine.patrol_game import read_game
from anlan.engine.patrol_shifts import ShiftSpan
from anlan.engine.patrol_windows import at_level
from anlan.engine.policy import Level
from anlan.models import PatrolMix

BESIDE, RECOUNTED = "beside", "recounted"


def proof_of(mix: PatrolMix) -> dict[str, Any]:
    """The figures of a mix; the comparison is made when it is first asked for."""
    from anlan.engine.patrol_comparison import compared

    proof: dict[str, Any] = dict(mix.proof)
    if BESIDE not in proof and mix.rounds:
        proof[BESIDE] = compared(read_game(mix.game["walked"]), mix.rounds, mix.chances)
        mix.proof = proof
        mix.save(update_fields=["proof"])
    return proof


def keep_recount(
    mix: PatrolMix,
    subject: SubjectFacts,
    basis: Basis,
    shift: ShiftSpan,
    shifts: Sequence[ShiftSpan],
    level: Level,
    *,
    draws: int,
) -> None:
    """Have the duties engine recount shifts drawn from a mix, in the first shift that was planned with it."""
    from anlan.engine.patrol_recount import owing, recounted_mix

    if RECOUNTED in mix.proof or mix.infeasible is not None or draws == 0:
        return
    owed = owing(at_level(subject, level), basis, shift, shifts)
    game = read_game(mix.game["walked"])
    found = recounted_mix(owed, game, mix.rounds, mix.chances, start=shift.start, draws=draws)
    about = {"shift": shift.code, "on": shift.on.isoformat(), "level": level}
    mix.proof = {**mix.proof, RECOUNTED: found.as_json() | about}
    mix.save(update_fields=["proof"])
