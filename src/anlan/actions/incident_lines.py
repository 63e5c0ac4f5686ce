"""Taking in lines typed into the log, also those that waited on a device: in order, each once, none refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from anlan.actions.incident_log import IncidentRefusedError, Saying, held, write
from anlan.actions.incident_units import move_unit
from anlan.actions.incidents import change_level
from anlan.engine.incident_lines import Line, Setting, read_line
from anlan.engine.policy import Text
from anlan.models import Incident, LogEntry, User

MOST_LINES = 200
"""Lines taken at once."""


@dataclass(frozen=True, slots=True)
class TypedLine:
    """A line as a device sends it: the id that it gave, and when it was typed by our clock as the device knows it."""

    id: UUID
    text: str
    typed_at: datetime
    lane: str = ""


def take_lines(
    incident: Incident, lines: Sequence[TypedLine], *, by: User | None, at: datetime
) -> list[LogEntry]:
    """Write lines in the order given; one that is known already is answered with its entry and not written again.

    Raises IncidentRefusedError: `closed`, or `known-elsewhere` for an id that another incident has.
    """
    taken: list[LogEntry] = []
    for line in lines:
        with transaction.atomic():
            now = held(incident, open_only=False)
            known = LogEntry.objects.filter(pk=line.id).first()
            if known is None:
                if now.closed_at is not None:
                    raise IncidentRefusedError("closed")
                known = _take(now, line, by=by, at=at)
            elif known.incident_id != incident.pk:
                raise IncidentRefusedError("known-elsewhere")
            taken.append(known)
    return taken


def _take(incident: Incident, typed: TypedLine, *, by: User | None, at: datetime) -> LogEntry:
    """Do what a line says; where that cannot be, keep it as a note with the reason."""
    typed_at = min(typed.typed_at, at)
    units = {unit.callsign: unit for unit in incident.units.all()}
    line = read_line(typed.text, Setting(typed_at, timezone.get_current_timezone(), tuple(units)))
    happened_at = line.happened_at or typed_at
    try:
        with transaction.atomic():
            if line.kind == "unit" and line.unit_state:
                saying = Saying("unit", id=typed.id, happened_at=happened_at)
                move_unit(units[line.said_by], line.unit_state, by=by, at=at, saying=saying)
            elif line.kind == "level" and line.level:
                change_level(incident, line.level, line.text, by=by, at=at, entry=typed.id)
            else:
                return _note(incident, typed, line, happened_at, by=by, at=at)
        return LogEntry.objects.get(pk=typed.id)
    except IncidentRefusedError as refused:
        plain = Line(text=" ".join(typed.text.split()), problem=_WHY.get(refused.obstacle, _WHY["closed"]))
        now = held(incident)
        return _note(now, typed, plain, happened_at, by=by, at=at)


def _note(
    incident: Incident, typed: TypedLine, line: Line, happened_at: datetime, *, by: User | None, at: datetime
) -> LogEntry:
    about, problem, kind = None, line.problem, line.kind
    if line.about is not None:
        about = incident.entries.filter(seq=line.about).first()
        problem = _obstacle(about, kind)
        if problem is not None:
            kind, about = "note", None
    text = line.text if problem is None else " ".join(typed.text.split())
    saying = Saying(
        kind,
        text,
        line.said_by,
        line.said_to,
        typed.lane,
        happened_at,
        about,
        line.due_at,
        problem,
        id=typed.id,
    )
    return write(incident, saying, by=by, at=at)


def _obstacle(about: LogEntry | None, kind: str) -> Text | None:
    """Why an entry cannot be struck or settled."""
    if about is None:
        return _WHY["no-such-entry"]
    if kind == "strike" and (about.kind == "strike" or about.followed_by.filter(kind="strike").exists()):
        return _WHY["struck-already"]
    if kind == "done":
        is_open = about.kind in ("todo", "contact") and not about.followed_by.filter(kind="done").exists()
        return None if is_open else _WHY["not-to-be-settled"]
    return None


_WHY = {
    "closed": Text("事件已关闭，未执行。", "The incident is closed; this was not done."),
    "no-such-entry": Text("没有这个编号的条目。", "There is no entry of this number."),
    "struck-already": Text(
        "该条目已划掉，或本身就是划掉的记录。", "That entry is struck already, or strikes one itself."
    ),
    "not-to-be-settled": Text(
        "该条目不是待办或联络，或已办结。", "That entry is nothing to be done, or is done already."
    ),
    "no-such-move": Text(
        "该力量目前不能转入这一状态。", "The unit cannot go into this state from its present one."
    ),
    "same-level": Text("响应级别已是这一级。", "The level of response is this one already."),
    "no-reason": Text("请写明原因。", "Give the reason."),
}
"""Why a command was kept as a note and not carried out."""
