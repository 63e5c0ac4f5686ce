"""Sensitive periods as pages show them: those of a year, the next one, and the places of each."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from anlan.engine.areas import area_read
from anlan.models import PostureChange, SensitivePeriod
from anlan.queries.warnings import codes_within

_RELATED = ("entered_by", "adopted_by", "withdrawn_by", "replaces")


def periods() -> QuerySet[SensitivePeriod]:
    """All periods, with `is_replaced`: whether an adopted change stands in their place."""
    changed = SensitivePeriod.objects.filter(replaces=OuterRef("pk"), adopted_at__isnull=False)
    return SensitivePeriod.objects.select_related(*_RELATED).annotate(is_replaced=Exists(changed))


def periods_of_year(year: int) -> list[SensitivePeriod]:
    """The periods with a day in a year, by their first day in it; withdrawn ones come last."""
    first, last = date(year, 1, 1).isoformat(), date(year, 12, 31).isoformat()
    found = [
        (min(begins), row)
        for row in periods()
        if (begins := [span[0] for span in row.spans if span[0] <= last and span[1] >= first])
    ]
    found.sort(key=lambda pair: (pair[1].withdrawn_at is not None, pair[0], str(pair[1].pk)))
    return [row for _begins, row in found]


def next_period(at: datetime, reached: Collection[str] | None) -> PostureChange | None:
    """The sensitive period that begins next at places within reach (None: all there are)."""
    rows = PostureChange.objects.filter(period__isnull=False, start__gt=at, end__gt=at)
    for row in rows.select_related("period").order_by("start", "id")[:20]:
        if row.end is not None and row.end > row.start and is_reached(row, reached, at):
            return row
    return None


def is_reached(row: PostureChange, reached: Collection[str] | None, at: datetime) -> bool:
    """Whether a posture bears on places within reach."""
    if reached is None:
        return True
    codes = codes_within(area_read(row.area or {"city": True}), (), at)
    return any(code in reached for code in codes)


def codes_of_period(period: SensitivePeriod, at: datetime) -> list[str]:
    """The codes of the places of a period: as it was adopted, or as it would be now."""
    posture = period.postures.first()
    if posture is not None:
        return codes_within(area_read(posture.area or {"city": True}), (), at)
    return codes_within(area_read(period.area), tuple(period.tiers), at)
