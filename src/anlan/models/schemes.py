"""Schemes as stored: editions whole, which of them the city adopted when, and its own figures."""

from django.db import models

from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.register import Place


class Edition(models.Model):
    """An edition of a scheme, kept whole (file name to text) with its hash, so that it can always be read again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.CharField(max_length=64)
    edition = models.CharField(max_length=64)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, unique=True)
    sources = models.JSONField()
    stored_at = models.DateTimeField()


class Adoption(models.Model):
    """The city works by an edition from `valid_from` (in) to `valid_until` (out)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="adoptions")
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    ended_recorded_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")


class LocalValue(models.Model):
    """A city's own value for a figure of a scheme, for one place or for all, with reason, giver and period."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.CharField(max_length=64)
    parameter = models.CharField(max_length=64)
    place = models.ForeignKey(
        Place, null=True, blank=True, on_delete=models.PROTECT, related_name="local_values"
    )
    value = models.JSONField()
    reason = models.TextField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
