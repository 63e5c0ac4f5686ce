"""What was done about duties: evidence, findings, waivers, and the projections Standing and GapTally.

Duties themselves have no table: they follow from scheme, register, posture and time.
"""

from django.db import models

from anlan.models.accounts import Device, User
from anlan.models.ids import new_id
from anlan.models.journal import Attachment
from anlan.models.register import Checkpoint, Department, Operator, Place, Post


class Evidence(models.Model):
    """A record that something was done. Append-only; a mistake is struck through, never edited.

    `effective_at` is when it was done, `recorded_at` when Anlan learnt of it. `quantity` counts what the rule asks
    for. `answers` are the items of an inspection: item id to {"passed": bool, "note": text}.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    checkpoint = models.ForeignKey(
        Checkpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=32)
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    quantity = models.FloatField(null=True, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="evidence")

    class Meta:
        indexes = [
            models.Index(fields=["place", "scheme", "rule", "effective_at"]),
            models.Index(fields=["department", "scheme", "rule", "effective_at"]),
            models.Index(fields=["effective_at"]),
            models.Index(fields=["recorded_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(place__isnull=False) ^ models.Q(department__isnull=False),
                name="evidence_has_one_subject",
            )
        ]


class Strike(models.Model):
    """A record of evidence struck through: still readable, no longer counted."""

    evidence = models.OneToOneField(
        Evidence, primary_key=True, on_delete=models.PROTECT, related_name="strike"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()


class Finding(models.Model):
    """Something an inspection found wrong, who mends it by when; closed only by evidence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    number = models.PositiveIntegerField()
    year = models.PositiveSmallIntegerField()
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="findings")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="findings")
    scheme = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    item = models.CharField(max_length=64)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    operator = models.ForeignKey(
        Operator, null=True, blank=True, on_delete=models.PROTECT, related_name="findings"
    )
    opened_at = models.DateTimeField(db_index=True)
    deadline = models.DateTimeField(db_index=True)
    closed_by = models.ForeignKey(
        Evidence, null=True, blank=True, on_delete=models.PROTECT, related_name="closes"
    )
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["year", "number"], name="finding_number_once_a_year")]


class Waiver(models.Model):
    """A place excused from a rule for a period, with reason and giver."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="waivers")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="waivers"
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = models.TextField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(place__isnull=False) ^ models.Q(department__isnull=False),
                name="waiver_has_one_subject",
            )
        ]


class Standing(models.Model):
    """The latest evidence for each rule, subject and checkpoint: a projection, rebuilt by `anlan rebuild standing`.

    `key` is scheme/rule/subject code/checkpoint code. Times are seconds since 1970 (UTC), so that a city's worth is
    read as plain numbers.
    """

    key = models.CharField(max_length=280, primary_key=True)
    scheme = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    checkpoint = models.ForeignKey(
        Checkpoint, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    effective_s = models.FloatField()
    expires_s = models.FloatField(null=True, blank=True)
    quantity = models.FloatField(null=True, blank=True)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="+")
    changed_at = models.DateTimeField(db_index=True)


class GapDay(models.Model):
    """A past day whose gaps are counted at its end: a projection, rebuilt by `anlan rebuild tallies`.

    What was known at `counted_at` is counted. `changed` says that something recorded since, up to `looked_at`, may
    make another count of it.
    """

    on = models.DateField(primary_key=True)
    counted_at = models.DateTimeField()
    looked_at = models.DateTimeField()
    changed = models.BooleanField(default=False)


class GapTally(models.Model):
    """The gaps of one rule in one district ("": places without one) at the end of a day; no row where none owed it."""

    day = models.ForeignKey(GapDay, on_delete=models.CASCADE, related_name="tallies")
    district = models.CharField(max_length=12, blank=True)
    scheme = models.CharField(max_length=64)
    rule = models.CharField(max_length=64)
    not_evidenced = models.PositiveIntegerField()
    overdue = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "district", "scheme", "rule"], name="one_tally_a_rule")
        ]
