"""Sensitive periods: days known beforehand on which a level is in force."""

from django.db import models

from anlan.engine.policy import LEVELS
from anlan.models.accounts import User
from anlan.models.ids import new_id


class SensitivePeriod(models.Model):
    """A level for an area on days that are known beforehand, such as holidays and large events.

    `spans` are pairs of days, the first and the last; each is a posture once the period is adopted. Orange and red are
    adopted when a second person confirms. A change is a period of its own that `replaces` the one before.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=8, choices=[(level, level) for level in LEVELS[1:]])
    area = models.JSONField(default=dict)
    tiers = models.JSONField(default=list, blank=True)
    spans = models.JSONField(default=list)
    source = models.CharField(max_length=300)
    reason = models.CharField(max_length=500, blank=True)
    place_count = models.PositiveIntegerField(null=True, blank=True)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    adopted_at = models.DateTimeField(null=True, blank=True)
    adopted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawal_reason = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name_zh
