"""Which known word somebody probably meant: the one that is most like what was written."""

from collections.abc import Iterable
from difflib import SequenceMatcher

_LONGEST = 60
"""What follows in a longer word is not compared."""
_ALIKE, _ALIKE_IN_CHINESE = 0.65, 0.45
"""From here on two words are alike; Chinese ones are short, and one character is much of them."""


def most_alike(word: str, known: Iterable[str]) -> str:
    """The most alike of known words, both without spaces and signs; empty where none is like it."""
    written = word[:_LONGEST]
    alike, found = max(((_likeness(written, one), one) for one in known), default=(0, ""))
    return found if alike >= (_ALIKE if written.isascii() else _ALIKE_IN_CHINESE) else ""


def _likeness(word: str, known: str) -> float:
    """How alike two words are, from 0 to 1; most of all where one holds the other whole."""
    ratio = SequenceMatcher(None, word, known, autojunk=False).ratio()
    shorter, longer = sorted((word, known), key=len)
    holds = shorter in longer and len(shorter) >= (3 if shorter.isascii() else 2)
    return 0.8 + 0.2 * ratio if holds else 0.95 * ratio
