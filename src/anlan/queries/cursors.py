"""Cursors of lists that are ordered by a moment and an id: where the next page begins."""

from datetime import datetime
from uuid import UUID

_FIRST_YEAR, _LAST_YEAR = 2000, 2199


def cursor_of(at: datetime, identifier: UUID) -> str:
    """The cursor that stands for a row."""
    return f"{at.isoformat()}~{identifier.hex}"


def position_of(cursor: str) -> tuple[datetime, UUID] | None:
    """Where a cursor points; nothing for one that was not made here."""
    moment, _between, identifier = cursor.partition("~")
    try:
        at = datetime.fromisoformat(moment)
        good = at.tzinfo is not None and _FIRST_YEAR <= at.year <= _LAST_YEAR
        return (at, UUID(hex=identifier)) if good else None
    except ValueError:
        return None
