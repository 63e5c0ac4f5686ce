"""Warnings as a list: narrowed by filters, within reach, page by page."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from anlan.models import Place, WarningNotice
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.districts import with_parts
from anlan.queries.warnings import notices
from anlan.queries.warnings_shown import codes_of, with_acknowledged

PAGE = 40
STATES = ("now", "open", "past", "any")
_NUMBER = re.compile(r"(?:(20\d\d)[-\s]+)?0*(\d{1,6})")


@dataclass(frozen=True, slots=True)
class WarningFilter:
    """What the list is narrowed to; empty means all. `start` and `end` cut out those in force in between."""

    state: str = "now"
    level: str = ""
    category: str = ""
    district: str = ""
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None


def warnings_listed(
    wanted: WarningFilter, reached: Collection[str] | None, at: datetime, *, drafts: bool = True
) -> Iterator[WarningNotice]:
    """All warnings that pass the filter and bear on places within reach (None: all), the latest drafted first."""
    yield from _held(_narrowed(wanted, at, drafts=drafts), wanted, reached, at)


def warnings_page(
    wanted: WarningFilter,
    reached: Collection[str] | None,
    at: datetime,
    *,
    drafts: bool = True,
    after: str = "",
) -> tuple[list[WarningNotice], str]:
    """A page of them, and the cursor of the next."""
    rows = _narrowed(wanted, at, drafts=drafts)
    position = position_of(after)
    if position is not None:
        drafted, identifier = position
        rows = rows.filter(Q(drafted_at__lt=drafted) | Q(drafted_at=drafted, id__lt=identifier))
    found: list[WarningNotice] = []
    for notice in _held(rows, wanted, reached, at):
        if len(found) == PAGE:
            return found, cursor_of(found[-1].drafted_at, found[-1].pk)
        found.append(notice)
    return found, ""


def _narrowed(wanted: WarningFilter, at: datetime, *, drafts: bool) -> QuerySet[WarningNotice]:
    rows = with_acknowledged(notices(at, state="" if wanted.state == "any" else wanted.state))
    if not drafts:
        rows = rows.filter(issued_at__isnull=False)
    stated = {"level": wanted.level, "category": wanted.category}
    rows = rows.filter(**{name: value for name, value in stated.items() if value})
    begins, ends = Coalesce("start", "drafted_at"), Coalesce("ended_at", "expected_end")
    if wanted.start is not None:
        rows = rows.annotate(over=ends).filter(over__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.annotate(begins=begins).filter(begins__lt=wanted.end)
    if number := _NUMBER.fullmatch(wanted.text.strip()):
        rows = rows.filter(number=int(number[2]))
        return rows.filter(year=int(number[1])) if number[1] else rows
    for word in wanted.text.split():
        rows = rows.filter(
            Q(matters_zh__icontains=word)
            | Q(matters_en__icontains=word)
            | Q(measures_zh__icontains=word)
            | Q(issuer_zh__icontains=word)
            | Q(issuer_en__icontains=word)
        )
    return rows.order_by(F("drafted_at").desc(), "-id")


def _held(
    rows: QuerySet[WarningNotice], wanted: WarningFilter, reached: Collection[str] | None, at: datetime
) -> Iterator[WarningNotice]:
    """Those that bear on places within reach, and on the district asked for."""
    there: set[str] | None = None
    if wanted.district:
        inside = Place.objects.filter(district__in=with_parts(wanted.district))
        there = set(inside.values_list("code", flat=True))
    for notice in rows.iterator(chunk_size=PAGE):
        if reached is None and there is None:
            yield notice
            continue
        codes = set(codes_of(notice, at))
        if (reached is None or not codes.isdisjoint(reached)) and (
            there is None or not codes.isdisjoint(there)
        ):
            yield notice
