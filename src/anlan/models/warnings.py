"""Warnings as they were drafted, proposed, issued and ended, and who acknowledged them."""

from django.db import models

from anlan.engine.policy import LEVELS
from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.register import Place
from anlan.models.signals import Signal


class WarningNotice(models.Model):
    """One version of a warning; nothing of it is edited once it is issued, an update is a notice of its own.

    It states category, level, start, area, matters, measures, issuer and time (Emergency Response Law, art. 64).
    `area` is what was chosen (`engine/areas.py`), narrowed to `tiers` ("scheme:tier") if there are any. `replaces` is
    the version before, `signal` the report it was drafted from. What state it is in follows from these times
    (`engine/warnings.py`).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    signal = models.ForeignKey(Signal, null=True, blank=True, on_delete=models.PROTECT, related_name="drafts")
    category = models.CharField(max_length=64)
    level = models.CharField(max_length=8, choices=[(level, level) for level in LEVELS[1:]])
    area = models.JSONField(default=dict)
    tiers = models.JSONField(default=list, blank=True)
    start = models.DateTimeField(null=True, blank=True)
    expected_end = models.DateTimeField()
    matters_zh = models.TextField()
    matters_en = models.TextField(blank=True)
    measures_zh = models.TextField()
    measures_en = models.TextField(blank=True)
    issuer_zh = models.CharField(max_length=160)
    issuer_en = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    proposed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(null=True, blank=True, db_index=True)
    ratify_by = models.DateTimeField(null=True, blank=True)
    ratified_at = models.DateTimeField(null=True, blank=True)
    ratified_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    end_reason = models.TextField(blank=True)
    place_count = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"],
                condition=models.Q(number__isnull=False),
                name="warning_numbered_once_a_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:03}" if self.number else "-"


class Acknowledgement(models.Model):
    """A place has taken note of a warning; `way` tells how it was said, `by` is set if somebody was signed in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warning = models.ForeignKey(WarningNotice, on_delete=models.PROTECT, related_name="acknowledgements")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    way = models.CharField(
        max_length=8, choices=[("link", "link"), ("page", "page"), ("told", "told"), ("phone", "phone")]
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warning", "place"], name="acknowledged_once_a_place")]


class WarningStep(models.Model):
    """A step of telling a warning was taken, in the transaction that addressed its messages.

    `step` counts the clocks that were over (0: it was issued); OVER: its end was told. Of the `open` places that had
    not acknowledged, `nobody` had no one further to be told. `faults` is how many messages were known to be dead then.
    """

    OVER = 9

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    warning = models.ForeignKey(WarningNotice, on_delete=models.PROTECT, related_name="steps")
    step = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    open = models.PositiveIntegerField(default=0)
    nobody = models.PositiveIntegerField(default=0)
    told = models.JSONField(default=dict, blank=True)
    faults = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warning", "step"], name="warning_step_once")]
