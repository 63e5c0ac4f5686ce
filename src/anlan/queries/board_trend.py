"""How many gaps there were at the end of each of the last days, as known now; counted once and kept.

To count a past day costs as much as a board made anew, so it is done apart from any page, one day at a time. What
is kept says for every place and scheme what was missing, so that everybody is answered within his reach. A day is
counted again when something recorded since may change it: late evidence, a strike, a waiver, the register.
"""

import threading
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Min, Q
from django.utils import timezone
from numpy.typing import NDArray

from anlan.engine.access import Reach
from anlan.engine.board import CODE
from anlan.engine.periods import midnight
from anlan.models import Entry, Evidence
from anlan.models.ids import earliest_id
from anlan.queries.board import OVERLAP, Board, board, board_as_of, generation
from anlan.queries.board_register import LoadedRegister
from anlan.queries.board_scope import places_within

DAYS = 14
"""So many days, today's moment among them."""

PATIENCE = timedelta(minutes=10)
"""A day counted is not counted again sooner, however much is recorded late."""


@dataclass(frozen=True, slots=True)
class TrendDay:
    """The gaps at the end of a day, today at this moment; None where nothing was owed or nothing is counted yet."""

    on: date
    not_evidenced: int | None
    overdue: int | None

    @property
    def gaps(self) -> int | None:
        return (
            None if self.not_evidenced is None or self.overdue is None else self.not_evidenced + self.overdue
        )


@dataclass(frozen=True, slots=True)
class Trend:
    """The last days in order; `counted` of them are, the earliest at `counted_at`; `due` would be counted anew."""

    days: tuple[TrendDay, ...]
    counted: int
    counted_at: datetime
    due: int

    @property
    def is_whole(self) -> bool:
        return self.counted == len(self.days)


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


def trend(at: datetime, reach: Reach, *, district: str = "", scheme: str = "") -> Trend:
    """The gaps of the last days within somebody's reach, as far as they are counted."""
    city = board(at)
    past = _past_days(at)
    with _KEPT.guard:
        _look(_KEPT, at)
        kept = dict(_KEPT.days)
        waiting = _waiting(_KEPT, city, at)
    masks: dict[int, NDArray[np.bool_]] = {}
    days = [_day_of(on, kept.get(on), reach, district, scheme, masks) for on in past]
    known = [kept[on].counted_at for on in past if on in kept]
    days.append(_day_of(_today(at), _counted(city, at), reach, district, scheme, masks))
    return Trend(tuple(days), len(known) + 1, min(known, default=at), len(waiting))


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
        day = _counted(board_as_of(_end_of(on), loaded=city.loaded), at)
        with _KEPT.guard:
            past = _past_days(at)
            _KEPT.days = {one: kept for one, kept in _KEPT.days.items() if one in past} | {on: day}
        return True
    finally:
        _KEPT.counting.release()


def _past_days(at: datetime) -> list[date]:
    today = _today(at)
    return [today - timedelta(days=back) for back in range(DAYS - 1, 0, -1)]


def _today(at: datetime) -> date:
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def _end_of(on: date) -> datetime:
    return midnight(on + timedelta(days=1), timezone.get_default_timezone())


def _waiting(kept: _Kept, city: Board, at: datetime) -> list[date]:
    """The days to count: those never counted, latest first, then those that may have changed."""
    past = _past_days(at)[::-1]
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
        kept.stale.update(on for on in kept.days if late < _end_of(on))


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


def _day_of(
    on: date, day: _Day | None, reach: Reach, district: str, scheme: str, masks: dict[int, NDArray[np.bool_]]
) -> TrendDay:
    if day is None:
        return TrendDay(on, None, None)
    mine = masks.get(id(day.loaded))
    if mine is None:
        mine = masks[id(day.loaded)] = places_within(day.loaded, None, reach, district)
    wanted = np.array([not scheme or name == scheme for name in day.schemes], dtype=bool)
    if not (day.owed[wanted] & mine).any():
        return TrendDay(on, None, None)
    states = day.state[mine[day.place] & wanted[day.scheme]]
    return TrendDay(on, int((states == CODE["not-evidenced"]).sum()), int((states == CODE["overdue"]).sum()))
