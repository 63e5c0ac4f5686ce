"""How many gaps there were at the end of each of the last days, as known now.

Who sees the city or whole districts reads what the worker counted (GapTally), in one read however large the city is.
A narrower reach is counted in the process, a day at a time (kept_days).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, Sum

from anlan.engine.access import Reach
from anlan.models import GapDay
from anlan.queries.districts import with_parts
from anlan.queries.kept_days import days_within
from anlan.queries.tallies import past_days


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
    """The last days in order; `waiting` are not counted yet, `changed` are to be counted again.

    The days are as known at `counted_at`, some of them later.
    """

    days: tuple[TrendDay, ...]
    counted_at: datetime
    waiting: tuple[date, ...] = ()
    changed: tuple[date, ...] = ()

    @property
    def is_whole(self) -> bool:
        return not self.waiting


def is_tallied(reach: Reach) -> bool:
    """Whether the tallies tell the days within this reach: the city, or whole districts."""
    return reach.everywhere or not (reach.departments or reach.places)


def trend(at: datetime, reach: Reach, today: TrendDay, *, district: str = "", scheme: str = "") -> Trend:
    """The gaps of the last days within somebody's reach, as far as they are counted, and today's."""
    past = past_days(at)
    if is_tallied(reach):
        return _of_tallies(past, at, _meant(reach, district, scheme), today)
    kept = days_within(at, reach, district, scheme)
    days = [TrendDay(on, *(kept.gaps.get(on) or (None, None))) for on in past]
    waiting = tuple(on for on in past if on not in kept.gaps)
    return Trend((*days, today), kept.counted_at, waiting, kept.changed)


def _of_tallies(past: list[date], at: datetime, meant: Q, today: TrendDay) -> Trend:
    rows = {
        row.on: row
        for row in GapDay.objects.filter(on__in=past).annotate(
            rules=Count("tallies", filter=meant),
            not_evidenced=Sum("tallies__not_evidenced", filter=meant),
            overdue=Sum("tallies__overdue", filter=meant),
        )
    }
    days = [
        TrendDay(on, row.not_evidenced, row.overdue)
        if (row := rows.get(on)) is not None and row.rules
        else TrendDay(on, None, None)
        for on in past
    ]
    return Trend(
        (*days, today),
        min((row.counted_at for row in rows.values()), default=at),
        tuple(on for on in past if on not in rows),
        tuple(on for on in past if on in rows and rows[on].changed),
    )


def _meant(reach: Reach, district: str, scheme: str) -> Q:
    """The tallies within reach, maybe of one district with its parts, or of one scheme."""
    meant = Q(tallies__scheme=scheme) if scheme else Q(tallies__isnull=False)
    districts = None if reach.everywhere else reach.districts
    if district:
        parts = with_parts(district)
        districts = parts if districts is None else districts & parts
    return meant if districts is None else meant & Q(tallies__district__in=sorted(districts))
