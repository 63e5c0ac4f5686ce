"""The figures that prove a mix, beside those of the usual ways to walk: reckoned once and kept with the mix."""

from typing import Any

from anlan.engine.patrol_game import read_game
from anlan.models import PatrolMix

BESIDE = "beside"


def proof_of(mix: PatrolMix) -> dict[str, Any]:
    """The figures of a mix; the comparison is made when it is first asked for."""
    from anlan.engine.patrol_comparison import compared

    proof: dict[str, Any] = dict(mix.proof)
    if BESIDE not in proof and mix.infeasible is None and mix.rounds:
        proof[BESIDE] = compared(read_game(mix.game["walked"]), mix.rounds, mix.chances)
        mix.proof = proof
        mix.save(update_fields=["proof"])
    return proof
