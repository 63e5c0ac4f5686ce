"""Raised postures: a level in force for the city, a district, a place or a drawn area."""

from django.db import models

from anlan.engine.policy import LEVELS
from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.periods import SensitivePeriod
from anlan.models.register import District, Place
from anlan.models.warnings import WarningNotice


class PostureChange(models.Model):
    """A level in force from `start` (in) to `end` (out); no district, place or area means the whole city.

    `area` is one of kinds, districts and shapes together (`engine/areas.py`); `warning` is the warning that raised it,
    `period` the sensitive period.
    `end` may be stated later, at `end_recorded_at`; `planned_end` is what was known before that.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    level = models.CharField(max_length=8, choices=[(level, level) for level in LEVELS])
    district = models.ForeignKey(District, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="postures")
    area = models.JSONField(null=True, blank=True)
    warning = models.ForeignKey(
        WarningNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="postures"
    )
    period = models.ForeignKey(
        SensitivePeriod, null=True, blank=True, on_delete=models.PROTECT, related_name="postures"
    )
    start = models.DateTimeField()
    end = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    end_recorded_at = models.DateTimeField(null=True, blank=True)
    planned_end = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["start", "end"])]
