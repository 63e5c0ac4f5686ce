"""The gaps at the end of past days: what a day comes to by district and rule, and which days wait to be counted.

A day counted once is counted again when something recorded since may change it: late evidence, a strike, a waiver,
the register, schemes, postures.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db.models import Min, Q
from django.utils import timezone
from numpy.typing import NDArray

from anlan.engine.board import CODE
from anlan.engine.periods import midnight
from anlan.models import Entry, Evidence, GapDay
from anlan.models.ids import earliest_id
from anlan.queries.board import COMPILING, OVERLAP, Board

DAYS = 14
"""So many days, today's moment among them."""

PATIENCE = timedelta(minutes=10)
"""Yesterday is not counted again sooner than this, however much is recorded late."""

LONG_PATIENCE = timedelta(hours=1)
"""The same of the days before."""

_UNDOING = Q(action="strike-evidence") | Q(subject_kind="waiver")


@dataclass(frozen=True, slots=True)
class Tally:
    """The gaps of one rule in one district."""

    district: str
    scheme: str
    rule: str
    not_evidenced: int
    overdue: int


def city_day(at: datetime) -> date:
    """The day it is in the city."""
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def past_days(at: datetime) -> list[date]:
    """The days before today, in order."""
    today = city_day(at)
    return [today - timedelta(days=back) for back in range(DAYS - 1, 0, -1)]


def end_of(on: date) -> datetime:
    """The midnight at which a day of the city ends."""
    return midnight(on + timedelta(days=1), timezone.get_default_timezone())


def tallies_of(city: Board) -> list[Tally]:
    """The gaps of a board for each district and rule that owes anything."""
    rules, districts = city.compiled.rules, city.loaded.districts
    group = city.loaded.register.district[city.compiled.place].astype(np.int64) * len(rules)
    group += city.compiled.rule
    size = len(rules) * len(districts)

    def counted(duties: NDArray[np.bool_] | slice) -> NDArray[np.int64]:
        return np.bincount(group[duties], minlength=size)

    missing = counted(city.states.state == CODE["not-evidenced"])
    overdue = counted(city.states.state == CODE["overdue"])
    return [
        Tally(
            districts[number // len(rules)],
            *rules[number % len(rules)],
            int(missing[number]),
            int(overdue[number]),
        )
        for number in np.flatnonzero(counted(slice(None))).tolist()
    ]


def changed_from(since: datetime) -> datetime | None:
    """From when on what was recorded since a moment may have changed the gaps; None: nothing was; two reads."""
    since -= OVERLAP
    whole = _UNDOING | Q(subject_kind__in=COMPILING)
    if Entry.objects.filter(whole, id__gt=earliest_id(since)).exists():
        return datetime.min.replace(tzinfo=since.tzinfo)
    late = Evidence.objects.filter(recorded_at__gt=since, place__isnull=False)
    first: datetime | None = late.aggregate(first=Min("effective_at"))["first"]
    return first


def waiting_days(at: datetime) -> list[date]:
    """The days to count: those never counted, latest first, then those that may have changed; one read."""
    past = past_days(at)[::-1]
    known = GapDay.objects.in_bulk(past)
    changed = [on for on in past if on in known and known[on].changed]
    patient = {on: PATIENCE if on == past[0] else LONG_PATIENCE for on in changed}
    return [on for on in past if on not in known] + [
        on for on in changed if at - known[on].counted_at >= patient[on]
    ]
