"""Days at a raised level of many places at once: which of them were asked for more the longest."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board_register import BoardPosture
from anlan.models import Place
from anlan.queries.board import Board, board
from anlan.queries.duties import basis

MOST_NAMED = 5
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Fatigue:
    """Raised days of a year at some places: the fewest, the middle one, the most, and the places with the most."""

    year: int
    places: int
    fewest: int
    middle: int
    most: int
    longest: tuple[tuple[Place, int], ...]


def raised_days_at(codes: Collection[str], year: int, at: datetime) -> Fatigue | None:
    """How many days of a year up to a moment a level was in force at each of these places; none without places."""
    city = board(at)
    wanted = set(codes)
    numbers = np.array(
        [number for number, code in enumerate(city.loaded.register.codes) if code in wanted], dtype=np.int64
    )
    if not numbers.size:
        return None
    days = _days(city, year, at)[numbers]
    order = np.argsort(-days, kind="stable")[:MOST_NAMED]
    named = {city.loaded.register.codes[int(numbers[place])]: int(days[place]) for place in order}
    rows = Place.objects.in_bulk(list(named), field_name="code")
    return Fatigue(
        year=year,
        places=len(numbers),
        fewest=int(days.min()),
        middle=int(np.median(days)),
        most=int(days.max()),
        longest=tuple((rows[code], count) for code, count in named.items() if code in rows and count),
    )


def _days(city: Board, year: int, at: datetime) -> NDArray[np.int64]:
    """For each place of the board the number of days on which any level was in force."""
    zone, first = basis().zone, date(year, 1, 1)
    length = (date(year + 1, 1, 1) - first).days
    raised = np.zeros((length, len(city.loaded.ids)), dtype=bool)
    for posture in city.loaded.register.postures:
        begins, ends = _span(posture, at, zone)
        low, high = max((begins - first).days, 0), min((ends - first).days + 1, length)
        if low < high:
            rows = raised[low:high]
            if posture.places is None:
                rows[:] = True
            else:
                rows[:, posture.places] = True
    counted: NDArray[np.int64] = raised.sum(axis=0, dtype=np.int64)
    return counted


def _span(posture: BoardPosture, at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day of a level, up to a moment; in the wrong order if there is none."""
    start, end = posture.start, min(posture.end, at.timestamp())
    if posture.level == "normal" or start >= end:
        return date.max, date.min
    last = datetime.fromtimestamp(end, UTC) - _INSTANT
    return datetime.fromtimestamp(start, UTC).astimezone(zone).date(), last.astimezone(zone).date()
