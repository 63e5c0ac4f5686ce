"""Incidents: reported by METHANE, raised and lowered in level, stood down and closed."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from anlan.actions import journal
from anlan.actions.incident_log import Saying, held, require, write
from anlan.actions.journal import Change
from anlan.actions.turns import take_turn
from anlan.engine import free_text
from anlan.models import Incident, Place, User, WarningNotice
from anlan.models.ids import new_id


@dataclass(frozen=True, slots=True)
class Report:
    """A first report by METHANE (JESIP Joint Doctrine, ed. 3, 2021); casualties is a count."""

    major: bool = False
    location: str = ""
    hazards: str = ""
    access: str = ""
    casualties: int | None = None
    services: str = ""

    def columns(self) -> dict[str, object]:
        """The report as the table keeps it, without anything that leads to a person."""
        return {
            name: free_text.masked(value).text.strip() if isinstance(value, str) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, slots=True)
class IncidentDraft:
    """What happened, where and when."""

    scenario: str
    title: tuple[str, str]
    happened_at: datetime
    report: Report
    place: Place | None = None
    longitude: float | None = None
    latitude: float | None = None
    warning: WarningNotice | None = None
    exercise: bool = False
    level: int = 4


@transaction.atomic
def open_incident(
    draft: IncidentDraft, *, by: User | None, at: datetime, key: UUID | None = None
) -> Incident:
    """Open an incident with its first report; `key` becomes its id, and the same key again gives the same incident."""
    known = Incident.objects.filter(pk=key).first() if key else None
    if known is not None:
        return known
    take_turn("incident-number")
    year = timezone.localtime(at).year
    last = Incident.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    where = (draft.longitude, draft.latitude)
    if draft.place is not None and draft.longitude is None:
        where = (draft.place.longitude, draft.place.latitude)
    incident = Incident.objects.create(
        id=key or new_id(),
        year=year,
        number=last + 1,
        exercise=draft.exercise,
        scenario=draft.scenario,
        title_zh=draft.title[0].strip(),
        title_en=draft.title[1].strip(),
        place=draft.place,
        warning=draft.warning,
        longitude=where[0],
        latitude=where[1],
        level=draft.level,
        happened_at=min(draft.happened_at, at),
        opened_at=at,
        opened_by=by,
        **draft.report.columns(),
    )
    data = {"scenario": incident.scenario, "level": incident.level, "report": draft.report.columns()}
    write(incident, Saying("opened", happened_at=incident.happened_at, data=data), by=by, at=at)
    _journal(incident, "open-incident", {"scenario": [None, incident.scenario]}, by=by, at=at)
    return incident


@transaction.atomic
def report_again(incident: Incident, report: Report, *, by: User | None, at: datetime) -> Incident:
    """Bring the report up to date; what it said before stays in the log."""
    incident = held(incident)
    columns = report.columns()
    before = {name: getattr(incident, name) for name in columns}
    changed = {name: [before[name], value] for name, value in columns.items() if before[name] != value}
    for name, value in columns.items():
        setattr(incident, name, value)
    incident.save(update_fields=list(columns))
    if changed:
        write(incident, Saying("report", data={"changes": changed}), by=by, at=at)
    return incident


@transaction.atomic
def change_level(
    incident: Incident, level: int, reason: str, *, by: User | None, at: datetime, entry: UUID | None = None
) -> Incident:
    """Raise or lower the level of response, with the reason; `entry` is the id of the line that said so."""
    incident = held(incident)
    require(incident.level != level, "same-level")
    require(bool(reason.strip()), "no-reason")
    before, incident.level = incident.level, level
    incident.save(update_fields=["level"])
    write(incident, Saying("level", text=reason, data={"level": [before, level]}, id=entry), by=by, at=at)
    _journal(incident, "change-response-level", {"level": [before, level]}, by=by, at=at, reason=reason)
    return incident


@transaction.atomic
def stand_down(incident: Incident, reason: str, *, by: User | None, at: datetime) -> Incident:
    """Say that the danger is over; what is still out, closed or undone is settled before the incident is closed."""
    incident = held(incident)
    require(incident.stood_down_at is None, "done-already")
    require(bool(reason.strip()), "no-reason")
    incident.stood_down_at = at
    incident.save(update_fields=["stood_down_at"])
    write(incident, Saying("stand-down", text=reason), by=by, at=at)
    _journal(incident, "stand-down-incident", {}, by=by, at=at, reason=reason)
    return incident


@transaction.atomic
def close_incident(incident: Incident, handed_to: str, *, by: User | None, at: datetime) -> Incident:
    """Close the log and hand over to recovery; nothing may be out, closed off or undone any more."""
    incident = held(incident)
    require(incident.stood_down_at is not None and not still_open(incident), "still-open")
    incident.closed_at, incident.closed_by = at, by
    incident.save(update_fields=["closed_at", "closed_by"])
    incident.links.filter(ended_at__isnull=True).update(ended_at=at)
    incident.commands.filter(ends_at__isnull=True).update(ends_at=at)
    incident.activations.filter(ended_at__isnull=True).update(ended_at=at)
    write(incident, Saying("closed", text=handed_to), by=by, at=at)
    _journal(incident, "close-incident", {}, by=by, at=at, reason=handed_to)
    return incident


def still_open(incident: Incident) -> dict[str, int]:
    """What keeps an incident from being closed, counted by kind; nothing when it may be."""
    counts = {
        "units": incident.units.exclude(state__in=("released", "available")).count(),
        "measures": incident.measures.filter(ended_at__isnull=True).count(),
        "assignments": incident.assignments.filter(done_at__isnull=True, dropped_at__isnull=True).count(),
    }
    return {kind: count for kind, count in counts.items() if count}


def _journal(
    incident: Incident,
    action: str,
    changes: dict[str, object],
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    place = incident.place.code if incident.place else ""
    journal.write(
        Change(action, "incident", str(incident.pk), str(incident), place, changes, reason), by=by, at=at
    )
