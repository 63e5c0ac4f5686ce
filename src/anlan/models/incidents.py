"""Incidents: the first report, one log, who commands, the forces, what is to be done, what is closed, what is drawn.

The log is the record: every change of the other tables is an entry of it, written in the same transaction, and no entry
is ever changed or taken away. Casualties are counts.
"""

from django.db import models

from anlan.engine.incident_words import (
    ASSIGNMENT_KINDS,
    AUTHORITIES,
    ENTRY_KINDS,
    LANES,
    MARK_KINDS,
    UNIT_KINDS,
    UNIT_STATES,
)
from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.journal import Attachment
from anlan.models.register import Department, Place
from anlan.models.warnings import WarningNotice


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class Incident(models.Model):
    """One event, and what is known of it by METHANE: major, exact location, type, hazards, access, number, services.

    `scenario` is a term of the schemes. `casualties` is a count, None while nobody has counted. `last_seq` numbers the
    latest entry of the log; `level` is the level of response from 4 to 1, the highest. An `exercise` touches nothing
    outside itself.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    exercise = models.BooleanField(default=False)
    scenario = models.CharField(max_length=64)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200, blank=True)
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    warning = models.ForeignKey(
        WarningNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="incidents"
    )
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    major = models.BooleanField(default=False)
    location = models.CharField(max_length=400, blank=True)
    hazards = models.CharField(max_length=400, blank=True)
    access = models.CharField(max_length=400, blank=True)
    casualties = models.PositiveIntegerField(null=True, blank=True)
    services = models.CharField(max_length=400, blank=True)
    level = models.PositiveSmallIntegerField(default=4)
    last_seq = models.PositiveIntegerField(default=0)
    happened_at = models.DateTimeField()
    opened_at = models.DateTimeField(db_index=True)
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    stood_down_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="incident_numbered_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year}-I{self.number:03}"


class LogEntry(models.Model):
    """An entry of the log. `id` is made where it was typed, so that sending it twice writes it once.

    `seq` counts without gaps within the incident, in the order of writing. `about` is the entry that it strikes or
    settles; `due_at` is when contact is expected or something has to be done; `unread` says why a command was not
    understood. `data` holds the values of a change, as its kind needs them.
    """

    id = models.UUIDField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=_choices(ENTRY_KINDS))
    text = models.TextField(blank=True)
    said_by = models.CharField(max_length=24, blank=True)
    said_to = models.CharField(max_length=24, blank=True)
    lane = models.CharField(max_length=12, blank=True, choices=_choices(LANES))
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    unread = models.JSONField(default=dict, blank=True)
    data = models.JSONField(default=dict, blank=True)
    attachment = models.ForeignKey(
        Attachment, null=True, blank=True, on_delete=models.PROTECT, related_name="log_entries"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "seq"], name="log_entry_numbered_once")]


class Unit(models.Model):
    """A force or post under its callsign; `people` counts them, `rank` orders who commands until one is named."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="units")
    callsign = models.CharField(max_length=24)
    kind = models.CharField(max_length=16, choices=_choices(UNIT_KINDS))
    organisation = models.CharField(max_length=160, blank=True)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    people = models.PositiveSmallIntegerField(default=0)
    rank = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=_choices(UNIT_STATES))
    state_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True, blank=True)
    called_people = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "callsign"], name="callsign_once")]


class Command(models.Model):
    """Who commanded from when; `named` tells a commander who was named from the highest-ranking on scene.

    `offered_to` is the unit to which command was offered and has not been taken over yet.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="commands")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="commands")
    post = models.CharField(max_length=160)
    named = models.BooleanField(default=False)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    offered_to = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    offered_post = models.CharField(max_length=160, blank=True)
    offered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=models.Q(ends_at__isnull=True), name="one_commander"
            )
        ]


class Activation(models.Model):
    """A plan in use: its text as it stood when it was activated is kept whole."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="activations")
    scheme = models.CharField(max_length=64)
    edition = models.CharField(max_length=64)
    plan = models.CharField(max_length=64)
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=200, blank=True)
    content = models.JSONField(default=dict)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "plan"], name="plan_activated_once")]


class StepDone(models.Model):
    """A step of a card was done; made where it was ticked, so that ticking it twice counts once."""

    id = models.UUIDField(primary_key=True)
    activation = models.ForeignKey(Activation, on_delete=models.PROTECT, related_name="steps")
    role = models.CharField(max_length=32)
    step = models.CharField(max_length=64)
    done_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activation", "role", "step"], name="step_done_once")]


class Assignment(models.Model):
    """An objective, a task of a lane, or a need; a need is met when `sent` has reached its `quantity`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="assignments")
    kind = models.CharField(max_length=12, choices=_choices(ASSIGNMENT_KINDS))
    lane = models.CharField(max_length=12, choices=_choices(LANES))
    text = models.CharField(max_length=400)
    unit = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="assignments"
    )
    quantity = models.PositiveIntegerField(null=True, blank=True)
    sent = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=400, blank=True)


class Measure(models.Model):
    """Something closed or restricted: where, from when to when, by whose authority (Counter-Terrorism Law, art. 61)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="measures")
    text = models.CharField(max_length=400)
    where = models.CharField(max_length=400)
    authority = models.CharField(max_length=12, choices=_choices(AUTHORITIES))
    begins_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=400, blank=True)


class MapMark(models.Model):
    """Something drawn on the map of an incident; `shape` is a GeoJSON geometry in WGS-84."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=16, choices=_choices(MARK_KINDS))
    label = models.CharField(max_length=120, blank=True)
    shape = models.JSONField()
    drawn_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)


class JointLink(models.Model):
    """A link by which another organisation sees the parts it needs until it expires; its token is kept as a digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    organisation = models.CharField(max_length=160)
    parts = models.JSONField(default=list)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    opened = models.PositiveIntegerField(default=0)
