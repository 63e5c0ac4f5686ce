"""The codes that hang at checkpoints: the address in the QR, the letters to type, and the mark of a turning code.

The letters are Crockford's base 32 (no I, L, O, U, so that nothing is misread); the last of them checks the others by
the Luhn algorithm modulo 32, which finds every single wrong letter and nearly every swap of two neighbours.
"""

import hmac
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TYPED_LENGTH = 8
TURN_SECONDS = 30
"""How long a turning code shows before the next."""

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_ADDRESS = re.compile(
    r"/c/(?P<token>[A-Za-z0-9_-]{16,40})/?(?:\?t=(?P<step>\d{1,12})\.(?P<mark>[0-9a-f]{16}))?$"
)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a QR said: the token of a code and, for a turning code, the step and mark it showed."""

    token: str
    step: int | None = None
    mark: str = ""


def read_scanned(content: str) -> Scanned | None:
    """The code in what a camera read or somebody pasted; None when it is no checkpoint's address."""
    found = _ADDRESS.search(content.strip())
    if found is None:
        return None
    step = found["step"]
    return Scanned(found["token"], int(step) if step else None, found["mark"] or "")


def typed_code(random: bytes) -> str:
    """The letters to type made of at least five random bytes, such as "7Q2M9KX4" with its check letter last."""
    number = int.from_bytes(random[:5], "big")
    letters = "".join(LETTERS[number >> 5 * place & 31] for place in range(TYPED_LENGTH - 1))
    return letters + _check_letter(letters)


def read_typed(text: str) -> str | None:
    """What somebody typed as a code ought to be written, or None when a letter is wrong or missing."""
    plain = unicodedata.normalize("NFKC", text).upper().translate(_MISREAD)
    letters = re.sub(r"[\s\-\u2010-\u2015\u2212]", "", plain)
    if len(letters) != TYPED_LENGTH or any(letter not in LETTERS for letter in letters):
        return None
    return letters if _check_letter(letters[:-1]) == letters[-1] else None


def shown_typed(code: str) -> str:
    """The letters in two groups, as they are printed: "7Q2M-9KX4"."""
    return f"{code[:4]}-{code[4:]}"


def digest(text: str) -> str:
    """The SHA-256 of a token or of typed letters, by which a phone knows a code without holding it."""
    return sha256(text.encode()).hexdigest()


def turn_of(at: datetime) -> int:
    """The number of the turn that a turning code shows at a moment."""
    return int(at.timestamp()) // TURN_SECONDS


def turn_mark(secret: bytes, token: str, step: int) -> str:
    """What proves that a turning code was seen in this turn: 64 bits of an HMAC-SHA-256 in hex."""
    return hmac.new(secret, f"{token}.{step}".encode(), sha256).hexdigest()[:16]


def turn_holds(secret: bytes, scanned: Scanned, at: datetime) -> bool:
    """Whether a turning code showed what was scanned at a moment, one turn early or late allowed."""
    if scanned.step is None or abs(scanned.step - turn_of(at)) > 1:
        return False
    return hmac.compare_digest(turn_mark(secret, scanned.token, scanned.step), scanned.mark)


def _check_letter(letters: str) -> str:
    total = 0
    for position, letter in enumerate(reversed(letters)):
        value = LETTERS.index(letter) * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return LETTERS[-total % 32]
