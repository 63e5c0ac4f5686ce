"""What an action card shows of a place, and which cards its posts hold."""

from django.db import models

from anlan.engine.action_cards import POINT_KINDS
from anlan.models.ids import new_id
from anlan.models.register import Place


class PlacePoint(models.Model):
    """Something of a place that matters in the first ten minutes; `call_number` is the line of a control room."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="points")
    kind = models.CharField(max_length=16, choices=[(kind, kind) for kind in POINT_KINDS])
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=200, blank=True)
    note_zh = models.CharField(max_length=200, blank=True)
    note_en = models.CharField(max_length=300, blank=True)
    call_number = models.CharField(max_length=32, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)


class CardHeld(models.Model):
    """A post holds an action card in a version, on paper or on a device, until a newer one takes its place.

    Five questions were read back at `read_back_at`, `right_count` of them rightly. It belongs to the post's role.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="cards_held")
    scheme = models.CharField(max_length=64)
    plan = models.CharField(max_length=64)
    role = models.CharField(max_length=32)
    version = models.CharField(max_length=16)
    way = models.CharField(max_length=8, choices=[("page", "page"), ("print", "print")])
    held_at = models.DateTimeField()
    read_back_at = models.DateTimeField(null=True, blank=True)
    right_count = models.PositiveSmallIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "scheme", "plan", "role"],
                condition=models.Q(ended_at__isnull=True),
                name="card_held_once",
            )
        ]
