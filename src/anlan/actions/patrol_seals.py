"""Seeds of drawn plans: sealed until the shift is over, then opened so that anybody can draw the same again.

The commitment, published at once, is the SHA-256 of the seed: whoever changed the seed afterwards would be found out.
The seed is sealed with the installation's secret, so that it is not to be read in the database either.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from anlan.engine.patrol_draw import arrivals
from anlan.engine.patrol_game import digest_of, legs_of, read_game
from anlan.engine.patrol_legs import leg_kept
from anlan.models import PatrolMix, PatrolPlan

SEED_BYTES = 16


@dataclass(frozen=True, slots=True)
class Sealed:
    """A fresh seed, sealed, with its commitment; `seed` is for the draw only and kept nowhere else."""

    seed: bytes
    sealed: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What came out when a plan was drawn again from its opened seed."""

    seed: str
    seed_is_the_committed: bool
    game_is_unchanged: bool
    legs_are_the_drawn: bool

    @property
    def holds(self) -> bool:
        """Whether the plan was drawn, not chosen."""
        return self.seed_is_the_committed and self.game_is_unchanged and self.legs_are_the_drawn


def fresh_seal() -> Sealed:
    """A seed nobody chose."""
    seed = secrets.token_bytes(SEED_BYTES)
    return Sealed(seed, _fernet().encrypt(seed).decode(), hashlib.sha256(seed).hexdigest())


def open_seed(plan: PatrolPlan, at: datetime) -> bytes | None:
    """The seed of a plan once its shift is over; None before, and where it cannot be unsealed any more."""
    if at < plan.ends:
        return None
    try:
        return _fernet().decrypt(plan.sealed_seed.encode())
    except InvalidToken:
        return None


def audit(plan: PatrolPlan, at: datetime) -> Audit | None:
    """Draw a plan again from its seed and compare; None while the seed is sealed."""
    if at < plan.ends:
        return None
    seed = open_seed(plan, at)
    if seed is None:
        return Audit("", seed_is_the_committed=False, game_is_unchanged=False, legs_are_the_drawn=False)
    mix = plan.mix
    return Audit(
        seed=seed.hex(),
        seed_is_the_committed=hashlib.sha256(seed).hexdigest() == plan.commitment,
        game_is_unchanged=digest_of(mix.game["asked"]) == mix.game_sha256,
        legs_are_the_drawn=drawn_legs(mix, seed, plan.starts) == plan.legs,
    )


def drawn_legs(mix: PatrolMix, seed: bytes, starts: datetime) -> list[dict[str, str]]:
    """The legs that a seed draws from a mix, for a game that begins at `starts`."""
    walked = read_game(mix.game["walked"])
    drawn = arrivals(walked, mix.rounds, mix.chances, seed)
    return [leg_kept(leg) for leg in legs_of(walked, drawn, starts)]


def _fernet() -> Fernet:
    key = hashlib.sha256(b"anlan patrol seed " + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
