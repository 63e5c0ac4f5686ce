"""Who commands: until somebody is named the highest-ranking force on scene; then by transfer, offered and taken."""

from datetime import datetime

from django.db import transaction

from anlan.actions import journal
from anlan.actions.incident_log import Saying, held, require, write
from anlan.actions.journal import Change
from anlan.models import Command, Incident, Unit, User


def commander(incident: Incident) -> Command | None:
    """Who commands now."""
    return incident.commands.filter(ends_at__isnull=True).select_related("unit", "offered_to").first()


@transaction.atomic
def name_commander(incident: Incident, unit: Unit, post: str, *, by: User | None, at: datetime) -> Command:
    """Name the commander; who commanded by rank until now reports to them."""
    incident = held(incident)
    now = commander(incident)
    require(now is None or not (now.named and now.unit_id == unit.pk), "commands-already")
    return _take_over(incident, now, unit, post.strip(), named=True, by=by, at=at)


@transaction.atomic
def command_by_rank(incident: Incident, *, by: User | None, at: datetime) -> Command | None:
    """Let the highest-ranking force on scene command while nobody is named; equals: who was there first."""
    incident = held(incident)
    now = commander(incident)
    first = incident.units.filter(state="on-scene", rank__gt=0).order_by("-rank", "state_at", "pk").first()
    if first is None or (now is not None and (now.named or now.unit.rank >= first.rank)):
        return now
    return _take_over(incident, now, first, "", named=False, by=by, at=at)


@transaction.atomic
def offer_command(incident: Incident, unit: Unit, post: str, *, by: User | None, at: datetime) -> Command:
    """Give notice that command is to pass to another force; it passes when that one takes it over."""
    incident = held(incident)
    now = commander(incident)
    require(now is not None, "no-commander")
    assert now is not None
    require(now.unit_id != unit.pk, "commands-already")
    now.offered_to, now.offered_post, now.offered_at = unit, post.strip(), at
    now.save(update_fields=["offered_to", "offered_post", "offered_at"])
    data = {"step": "offered"}
    saying = Saying(
        "command", said_by=now.unit.callsign, said_to=unit.callsign, text=now.offered_post, data=data
    )
    write(incident, saying, by=by, at=at)
    return now


@transaction.atomic
def take_command(incident: Incident, *, by: User | None, at: datetime) -> Command:
    """Take over the command that was offered."""
    incident = held(incident)
    now = commander(incident)
    require(now is not None and now.offered_to is not None, "not-offered")
    assert now is not None
    assert now.offered_to is not None
    return _take_over(incident, now, now.offered_to, now.offered_post, named=True, by=by, at=at)


def _take_over(
    incident: Incident,
    before: Command | None,
    unit: Unit,
    post: str,
    *,
    named: bool,
    by: User | None,
    at: datetime,
) -> Command:
    if before is not None:
        before.ends_at = at
        before.save(update_fields=["ends_at"])
    command = Command.objects.create(incident=incident, unit=unit, post=post, named=named, begins_at=at)
    said_by = before.unit.callsign if before is not None else ""
    data = {"step": "named" if named else "by-rank"}
    write(
        incident,
        Saying("command", said_by=said_by, said_to=unit.callsign, text=post, data=data),
        by=by,
        at=at,
    )
    changes = {"commander": [said_by or None, unit.callsign]}
    journal.write(
        Change("pass-command", "incident", str(incident.pk), str(incident), changes=changes), by=by, at=at
    )
    return command
