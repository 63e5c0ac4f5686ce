"""Signals: reports about a place or a thing, where they came from, and what a person made of them."""

from django.db import models

from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.journal import Attachment
from anlan.models.register import Department, District, Place

RELIABILITIES = ("A", "B", "C", "D", "E", "F")
URGENCIES = ("now", "hours", "days")
CHANNELS = ("form", "e-mail", "api", "cap", "goods")
OUTCOMES = ("", "linked", "dismissed", "raised")


class Signal(models.Model):
    """A report about a place or a thing from an organisation; who or what a person is has no field here.

    It is about a place, a district, or all within `radius_m` of a point (with the district it lies in, if known);
    about none of them when nobody said where. `area` holds shapes that were drawn for it (`engine/areas.py`).
    `observed` and `reason` hold no number that leads to a person (`engine/free_text.py`); `masked` counts what was
    taken out, by kind. When the time for keeping is over, `observed` is emptied at `erased_at`. `key_sha256` is the
    digest of the sender's key. `warning` is the id of the warning that rests on it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="signals"
    )
    organisation = models.CharField(max_length=160, blank=True)
    place = models.ForeignKey(Place, null=True, blank=True, on_delete=models.PROTECT, related_name="signals")
    district = models.ForeignKey(
        District, null=True, blank=True, on_delete=models.PROTECT, related_name="signals"
    )
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    radius_m = models.PositiveIntegerField(null=True, blank=True)
    area = models.JSONField(null=True, blank=True)
    kind = models.CharField(max_length=64)
    reliability = models.CharField(max_length=1, choices=[(each, each) for each in RELIABILITIES])
    urgency = models.CharField(max_length=8, choices=[(each, each) for each in URGENCIES])
    observed = models.TextField(blank=True)
    masked = models.JSONField(default=dict, blank=True)
    observed_at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)
    channel = models.CharField(max_length=8, choices=[(each, each) for each in CHANNELS])
    attachments = models.ManyToManyField(Attachment, blank=True, related_name="signals")
    attachment_count = models.PositiveSmallIntegerField(default=0)
    key_sha256 = models.CharField(max_length=64, null=True, blank=True, unique=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=12, blank=True, choices=[(each, each) for each in OUTCOMES], db_index=True
    )
    linked_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="linked"
    )
    warning = models.UUIDField(null=True, blank=True)
    reason = models.TextField(blank=True)
    triaged_at = models.DateTimeField(null=True, blank=True)
    triaged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="signal_number_once_a_year"),
            models.CheckConstraint(
                condition=models.Q(place=None) | models.Q(district=None, longitude=None),
                name="signal_at_a_place_or_in_an_area",
            ),
            models.CheckConstraint(
                condition=models.Q(longitude=None, latitude=None, radius_m=None)
                | models.Q(longitude__isnull=False, latitude__isnull=False, radius_m__isnull=False),
                name="signal_point_is_whole",
            ),
            models.CheckConstraint(
                condition=models.Q(department=None) | models.Q(organisation=""),
                name="signal_has_one_source",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="linked", linked_to__isnull=False)
                | (~models.Q(outcome="linked") & models.Q(linked_to=None)),
                name="signal_linked_to_another",
            ),
        ]
