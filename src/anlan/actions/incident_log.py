"""The log of an incident: every change of an incident ends here, in its own transaction, as the next entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from anlan.actions import journal
from anlan.engine import free_text
from anlan.engine.incident_words import EntryKind
from anlan.engine.policy import Text
from anlan.models import Attachment, Incident, LogEntry, User
from anlan.models.ids import new_id

Obstacle = Literal[
    "closed",
    "no-such-entry",
    "struck-already",
    "not-to-be-settled",
    "no-such-unit",
    "no-such-step",
    "callsign-taken",
    "no-such-move",
    "same-level",
    "no-commander",
    "not-offered",
    "commands-already",
    "done-already",
    "ends-too-soon",
    "no-reason",
    "still-open",
    "known-elsewhere",
]


class IncidentRefusedError(ValueError):
    """A step that an incident cannot take as it stands; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle: Obstacle = obstacle


@dataclass(frozen=True, slots=True)
class Saying:
    """An entry as it is to be written. What leads to a person in `text` is masked before it is stored."""

    kind: EntryKind
    text: str = ""
    said_by: str = ""
    said_to: str = ""
    lane: str = ""
    happened_at: datetime | None = None
    about: LogEntry | None = None
    due_at: datetime | None = None
    unread: Text | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    attachment: Attachment | None = None
    id: UUID | None = None


def held(incident: Incident, *, open_only: bool = True) -> Incident:
    """The incident as it is now, held until the transaction ends, so that entries are numbered one after the other."""
    now = Incident.objects.select_for_update(of=("self",)).get(pk=incident.pk)
    if open_only and now.closed_at is not None:
        raise IncidentRefusedError("closed")
    return now


def write(incident: Incident, saying: Saying, *, by: User | None, at: datetime) -> LogEntry:
    """Write the next entry of an incident that is held."""
    incident.last_seq += 1
    entry = LogEntry.objects.create(
        id=saying.id or new_id(),
        incident=incident,
        seq=incident.last_seq,
        kind=saying.kind,
        text=free_text.masked(saying.text).text,
        said_by=saying.said_by,
        said_to=saying.said_to,
        lane=saying.lane,
        happened_at=min(saying.happened_at or at, at),
        recorded_at=at,
        by=by,
        about=saying.about,
        due_at=saying.due_at,
        unread={"zh": saying.unread.zh, "en": saying.unread.en} if saying.unread else {},
        data=journal.plain(saying.data),
        attachment=saying.attachment,
    )
    incident.save(update_fields=["last_seq"])
    return entry


def require(holds: bool, obstacle: Obstacle) -> None:
    """Refuse the step unless a condition holds."""
    if not holds:
        raise IncidentRefusedError(obstacle)
