"""The journal as people read it: filtered, newest first, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from anlan.engine.access import Reach
from anlan.models import Entry, Place, User
from anlan.queries.reach import entries_within

PAGE = 50


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """What the journal is narrowed to; times from `start` (in) to `end` (out)."""

    place: str = ""
    action: str = ""
    by: str = ""
    start: datetime | None = None
    end: datetime | None = None
    nothing: bool = False


def entries(reach: Reach, wanted: JournalFilter) -> QuerySet[Entry]:
    """Entries within reach that pass the filter, newest first."""
    rows = entries_within(reach, Entry.objects.select_related("by"))
    if wanted.nothing:
        return rows.none()
    if wanted.place:
        rows = rows.filter(place_code=wanted.place)
    if wanted.action:
        rows = rows.filter(action=wanted.action)
    if wanted.by:
        rows = rows.filter(by__in=User.objects.filter(Q(username=wanted.by) | Q(name=wanted.by)).values("pk"))
    if wanted.start is not None:
        rows = rows.filter(at__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.filter(at__lt=wanted.end)
    return rows.order_by("-at", "-id")


def page_of_entries(reach: Reach, wanted: JournalFilter, *, after: str = "") -> tuple[list[Entry], str]:
    """A page of entries and the cursor of the next; one read."""
    rows = entries(reach, wanted)
    position = _position(after)
    if position is not None:
        at, identifier = position
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=identifier))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return shown, _cursor(shown[-1]) if len(found) > PAGE else ""


def all_entries(reach: Reach, wanted: JournalFilter) -> Iterator[Entry]:
    """Every entry that passes the filter, for an export; read in portions."""
    return entries(reach, wanted).iterator(chunk_size=2000)


def place_names(rows: list[Entry]) -> dict[str, Place]:
    """The places that entries are about, by code; one read."""
    codes = {row.place_code for row in rows} - {""}
    return {
        place.code: place for place in Place.objects.filter(code__in=codes).only("code", "name_zh", "name_en")
    }


def _cursor(row: Entry) -> str:
    return f"{row.at.isoformat()}~{row.pk.hex}"


def _position(cursor: str) -> tuple[datetime, UUID] | None:
    """Where a cursor points; nothing for one that was not made here."""
    moment, _between, identifier = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        good = at.tzinfo is not None and 2000 <= at.year < 2200
        return (at, UUID(hex=identifier)) if good else None
    except ValueError:
        return None
