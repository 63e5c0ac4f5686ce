"""Marked scans put together as a person looks at them: one burst is one case, any other mark is its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.engine.patrol_flags import BURST_SPAN


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked record of a walk: when it was made, and whether it is part of a burst."""

    id: str
    walk: str
    at: datetime
    burst: bool


def cases(marked: Sequence[Marked]) -> list[tuple[str, ...]]:
    """The ids of each case in order of time, the case with the latest record first.

    Scans of one walk that follow one another within the span of a burst belong together.
    """
    found: list[list[Marked]] = []
    running: dict[str, list[Marked]] = {}
    for one in sorted(marked, key=lambda one: one.at):
        case = running.get(one.walk) if one.burst else None
        if case is not None and one.at - case[-1].at <= BURST_SPAN:
            case.append(one)
            continue
        found.append([one])
        if one.burst:
            running[one.walk] = found[-1]
    found.sort(key=lambda case: case[-1].at, reverse=True)
    return [tuple(one.id for one in case) for case in found]
