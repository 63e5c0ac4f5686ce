"""The board's figures, counted once for everybody who sees the same, until something changes."""

from anlan.engine.access import Reach
from anlan.queries.board import revision
from anlan.queries.overview import Overview, overview
from anlan.web import clock

MOST_KEPT = 200
COUNTED: dict[tuple[str, Reach, str, str], Overview] = {}


def counted(reach: Reach, district: str, scheme: str) -> Overview:
    """The figures within a reach, maybe of one district or scheme."""
    at = clock.now()
    key = (revision(at), reach, district, scheme)
    found = COUNTED.get(key)
    if found is None:
        if len(COUNTED) >= MOST_KEPT:
            COUNTED.clear()
        found = COUNTED[key] = overview(at, reach, district=district, scheme=scheme)
    return found
