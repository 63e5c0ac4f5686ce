"""The journal: every change of state, who made it, when and what changed; and the files that belong to records."""

from django.db import models

from anlan.models.accounts import User
from anlan.models.ids import new_id


class Entry(models.Model):
    """One change of state. Never edited, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=48)
    subject_kind = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    subject_label = models.CharField(max_length=200, blank=True)
    place_code = models.CharField(max_length=64, blank=True)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"]),
            models.Index(fields=["place_code", "-at"]),
            models.Index(fields=["action", "-at"]),
        ]


class Attachment(models.Model):
    """A file kept for a record, named by the hash of its content."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    bytes = models.PositiveBigIntegerField()
    captured_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    place_code = models.CharField(max_length=64, blank=True)


class IdempotencyKey(models.Model):
    """A request that was carried out once, and the answer it got, so that a repeat gets the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]
