"""The gaps at the end of each of the last days for a reach narrower than districts; counted once and kept.

To count a past day costs as much as a board made anew, so it is done one day at a time. What is kept says for every
place and scheme what was missing, so that everybody is answered within his reach. A day is counted again when
something recorded since may change it: late evidence, a strike, a waiver, the register.
"""

import threading
from dataclasses import dataclass, field
from datetime import date, datetime

import numpy as np
from django.db.models import Min, Q
from numpy.typing import NDArray

from anlan.engine.access import Reach
from anlan.engine.board import CODE
from anlan.models import Entry, Evidence
from anlan.models.ids import earliest_id
from anlan.queries.board import OVERLAP, Board, board, board_as_of, generation
from anlan.queries.board_register import LoadedRegister
from anlan.queries.board_scope import places_within
from anlan.queries.tallies import PATIENCE, end_of, past_days


@dataclass(frozen=True, slots=True)
class KeptDays:
    """Of each day that is counted the gaps not evidenced and overdue, None where nothing was owed.

    The earliest was counted at `counted_at`; those `changed` would be counted anew.
    """

    gaps: dict[date, tuple[int, int] | None]
    counted_at: datetime
    changed: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class _Day:
    """What was missing at the end of a day: place, scheme and state of each gap; `owed` says who owed anything."""

    loaded: LoadedRegister
    counted_at: datetime
    schemes: tuple[str, ...]
    place: NDArray[np.int32]
    scheme: NDArray[np.int8]
    state: NDArray[np.int8]
    owed: NDArray[np.bool_]


@dataclass(slots=True)
class _Kept:
    """What the process keeps between requests."""

    counting: threading.Lock = field(default_factory=threading.Lock)
    guard: threading.RLock = field(default_factory=threading.RLock)
    generation: int = -1
    looked: datetime | None = None
    days: dict[date, _Day] = field(default_factory=dict)
    stale: set[date] = field(default_factory=set)


_KEPT = _Kept()


def days_within(at: datetime, reach: Reach, district: str, scheme: str) -> KeptDays:
    """The gaps of the days before today within somebody's reach, as far as they are counted."""
    city = board(at)
    with _KEPT.guard:
        _look(_KEPT, at)
        kept = {on: day for on in past_days(at) if (day := _KEPT.days.get(on)) is not None}
        changed = tuple(sorted(on for on in _waiting(_KEPT, city, at) if on in kept))
    masks: dict[int, NDArray[np.bool_]] = {}
    gaps = {on: _gaps_of(day, reach, district, scheme, masks) for on, day in kept.items()}
    return KeptDays(gaps, min((day.counted_at for day in kept.values()), default=at), changed)


def count_next(at: datetime) -> bool:
    """Count one day that is not counted, the latest first, or one that may have changed; False when there is none.

    Where another request is counting just now, this one leaves it to that.
    """
    city = board(at)
    if not _KEPT.counting.acquire(blocking=False):
        return False
    try:
        with _KEPT.guard:
            _look(_KEPT, at)
            waiting = _waiting(_KEPT, city, at)
            if not waiting:
                return False
            on = waiting[0]
            _KEPT.stale.discard(on)
        day = _counted(board_as_of(end_of(on), loaded=city.loaded), at)
        with _KEPT.guard:
            past = past_days(at)
            _KEPT.days = {one: kept for one, kept in _KEPT.days.items() if one in past} | {on: day}
        return True
    finally:
        _KEPT.counting.release()


def _waiting(kept: _Kept, city: Board, at: datetime) -> list[date]:
    """The days to count: those never counted, latest first, then those that may have changed."""
    past = past_days(at)[::-1]
    changed = [
        on
        for on in past
        if (day := kept.days.get(on)) is not None
        and (on in kept.stale or day.loaded is not city.loaded)
        and at - day.counted_at >= PATIENCE
    ]
    return [on for on in past if on not in kept.days] + changed


def _look(kept: _Kept, at: datetime) -> None:
    """Mark the days that what was recorded since the last look may have changed; at most two reads."""
    if kept.generation != generation():
        kept.generation, kept.looked = generation(), None
        kept.days.clear()
        kept.stale.clear()
    since, kept.looked = kept.looked, at
    if since is None or not kept.days:
        return
    since -= OVERLAP
    undone = Q(action="strike-evidence") | Q(subject_kind="waiver")
    if Entry.objects.filter(undone, id__gt=earliest_id(since)).exists():
        kept.stale.update(kept.days)
        return
    late = Evidence.objects.filter(recorded_at__gt=since).aggregate(first=Min("effective_at"))["first"]
    if late is not None:
        kept.stale.update(on for on in kept.days if late < end_of(on))


def _counted(city: Board, counted_at: datetime) -> _Day:
    """What is missing on a board, without what only its own moment needs."""
    schemes = tuple(dict.fromkeys(scheme for scheme, _rule in city.compiled.rules))
    of_rule = np.array([schemes.index(scheme) for scheme, _rule in city.compiled.rules], dtype=np.int8)
    of_duty = of_rule[city.compiled.rule]
    owed = np.zeros((len(schemes), len(city.loaded.ids)), dtype=bool)
    owed[of_duty, city.compiled.place] = True
    gap = np.flatnonzero(city.gap)
    return _Day(
        city.loaded,
        counted_at,
        schemes,
        city.compiled.place[gap].astype(np.int32),
        of_duty[gap],
        city.states.state[gap],
        owed,
    )


def _gaps_of(
    day: _Day, reach: Reach, district: str, scheme: str, masks: dict[int, NDArray[np.bool_]]
) -> tuple[int, int] | None:
    mine = masks.get(id(day.loaded))
    if mine is None:
        mine = masks[id(day.loaded)] = places_within(day.loaded, None, reach, district)
    wanted = np.array([not scheme or name == scheme for name in day.schemes], dtype=bool)
    if not (day.owed[wanted] & mine).any():
        return None
    states = day.state[mine[day.place] & wanted[day.scheme]]
    return int((states == CODE["not-evidenced"]).sum()), int((states == CODE["overdue"]).sum())
