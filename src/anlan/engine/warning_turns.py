"""Whose turn it is to be told of a warning: the next who can be reached at all, one for each clock that is over."""

from collections.abc import Sequence
from typing import Literal, get_args

Party = Literal["receiver", "deputy", "operator", "district", "office"]
PARTIES: tuple[Party, ...] = get_args(Party)

AT_THE_PLACE: frozenset[Party] = frozenset({"receiver", "deputy"})
"""Parties of one place, who are sent its own signed page; the others are told how many places have not answered."""


def turn(reachable: Sequence[Party], step: int) -> Party | None:
    """Who is told when `step` clocks are over, of those who can be reached in order; None once all of them were.

    Who cannot be reached takes no time: the turn is at once the next one's.
    """
    return reachable[step] if step < len(reachable) else None
