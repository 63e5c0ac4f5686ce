"""What changes on the ground: places closed or restricted by somebody's authority, and what is drawn on the map."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from anlan.actions import journal
from anlan.actions.incident_log import Saying, held, require, write
from anlan.actions.journal import Change
from anlan.models import Incident, MapMark, Measure, User


@dataclass(frozen=True, slots=True)
class MeasureDraft:
    """What is closed or restricted, where, until when, and on whose authority (Counter-Terrorism Law, art. 61)."""

    text: str
    where: str
    authority: str
    begins_at: datetime
    until: datetime


@transaction.atomic
def order_measure(incident: Incident, draft: MeasureDraft, *, by: User | None, at: datetime) -> Measure:
    """Order a measure."""
    incident = held(incident)
    require(draft.until > max(draft.begins_at, at), "ends-too-soon")
    measure = Measure.objects.create(
        incident=incident,
        text=draft.text.strip(),
        where=draft.where.strip(),
        authority=draft.authority,
        begins_at=draft.begins_at,
        until=draft.until,
    )
    _say(incident, measure, "ordered", by=by, at=at)
    return measure


@transaction.atomic
def end_measure(measure: Measure, reason: str, *, by: User | None, at: datetime) -> Measure:
    """End a measure before its time, or because the incident is over."""
    incident = held(measure.incident)
    measure = Measure.objects.get(pk=measure.pk)
    require(measure.ended_at is None, "done-already")
    measure.ended_at, measure.end_reason = at, reason.strip()
    measure.save(update_fields=["ended_at", "end_reason"])
    _say(incident, measure, "ended", by=by, at=at)
    return measure


@transaction.atomic
def draw_mark(
    incident: Incident, kind: str, shape: dict[str, Any], label: str, *, by: User | None, at: datetime
) -> MapMark:
    """Draw something on the map; `shape` is a GeoJSON geometry in WGS-84."""
    incident = held(incident)
    mark = MapMark.objects.create(incident=incident, kind=kind, shape=shape, label=label.strip(), drawn_at=at)
    data = {"step": "drawn", "mark": mark.pk, "mark_kind": kind}
    write(incident, Saying("mark", text=mark.label, data=data), by=by, at=at)
    return mark


@transaction.atomic
def remove_mark(mark: MapMark, *, by: User | None, at: datetime) -> MapMark:
    """Take something off the map; the log keeps that it was there."""
    incident = held(mark.incident)
    mark = MapMark.objects.get(pk=mark.pk)
    require(mark.removed_at is None, "done-already")
    mark.removed_at = at
    mark.save(update_fields=["removed_at"])
    data = {"step": "removed", "mark": mark.pk, "mark_kind": mark.kind}
    write(incident, Saying("mark", text=mark.label, data=data), by=by, at=at)
    return mark


def _say(incident: Incident, measure: Measure, step: str, *, by: User | None, at: datetime) -> None:
    data = {
        "step": step,
        "measure": measure.pk,
        "where": measure.where,
        "authority": measure.authority,
        "until": measure.until,
        "reason": measure.end_reason,
    }
    write(incident, Saying("measure", text=measure.text, due_at=measure.until, data=data), by=by, at=at)
    action = "order-measure" if step == "ordered" else "end-measure"
    changes = {
        "area": [None, measure.where],
        "until": [None, measure.until],
        "authority": [None, measure.authority],
    }
    journal.write(
        Change(
            action, "incident", str(incident.pk), str(incident), changes=changes, reason=measure.end_reason
        ),
        by=by,
        at=at,
    )
