"""Writing the journal: what every action does last, in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from anlan.models import Entry, User


@dataclass(frozen=True, slots=True)
class Change:
    """One line for the journal: what was done to which subject, and the values before and after."""

    action: str
    subject_kind: str
    subject_id: str
    subject_label: str = ""
    place_code: str = ""
    changes: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def write(change: Change, *, by: User | None, at: datetime) -> Entry:
    """Write one change into the journal."""
    return write_all([change], by=by, at=at)[0]


def write_all(changes: Sequence[Change], *, by: User | None, at: datetime) -> list[Entry]:
    """Write many changes into the journal at once."""
    return Entry.objects.bulk_create(
        [
            Entry(
                at=at,
                by=by,
                action=change.action,
                subject_kind=change.subject_kind,
                subject_id=change.subject_id,
                subject_label=change.subject_label[:200],
                place_code=change.place_code,
                changes=plain(change.changes),
                reason=change.reason,
            )
            for change in changes
        ],
        batch_size=500,
    )


def plain(value: Any) -> Any:
    """A value as JSON can hold it: times in ISO 8601, ids as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
