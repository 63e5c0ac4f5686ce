"""CAP messages as they went out and came in, and the feeds that they are fetched from."""

from django.db import models
from django.db.models import Q

from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.signals import Signal
from anlan.models.warnings import WarningNotice

DIRECTIONS = ("in", "out")
OUTCOMES = ("accepted", "refused")
SOURCES = ("warning", "file", "api", "command", "feed")
SIGNATURES = ("none", "valid", "invalid", "unsupported")


class CapSubscription(models.Model):
    """A feed or a single message at an address, fetched again and again until it is ended.

    `certificate` (PEM) is whose signature its messages must bear; empty means that none is asked for. `seen` holds the
    entries of the feed that were taken, by address, with the time that the feed gives them. `fault` is a word that the
    page explains, `fault_detail` what the other side said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    url = models.CharField(max_length=1000)
    minutes = models.PositiveIntegerField(default=10)
    certificate = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=32, blank=True)
    fault_detail = models.CharField(max_length=300, blank=True)
    found = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=80, blank=True)
    seen = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class CapMessage(models.Model):
    """One message, exactly as it was written or as it came.

    `sha256` is the digest of `content`; the same bytes with the same outcome are one message. `content` is emptied at
    `erased_at`. What is wrong with it or to be known stands in `problems`, in both languages. Of one that was refused
    only that is known which could be read. `references` are triples of sender, identifier and time sent. `notice` is
    the warning that an own message tells of, `step` which of its steps; `signal` what a foreign one became, or the one
    that an own acknowledgement answers.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    direction = models.CharField(max_length=3, choices=[(each, each) for each in DIRECTIONS])
    outcome = models.CharField(max_length=8, choices=[(each, each) for each in OUTCOMES])
    source = models.CharField(max_length=8, choices=[(each, each) for each in SOURCES])
    subscription = models.ForeignKey(
        CapSubscription, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    identifier = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=300, blank=True)
    sent = models.DateTimeField(null=True, blank=True)
    message_type = models.CharField(max_length=8, blank=True)
    status = models.CharField(max_length=8, blank=True)
    scope = models.CharField(max_length=10, blank=True)
    event = models.CharField(max_length=200, blank=True)
    headline_zh = models.CharField(max_length=300, blank=True)
    headline_en = models.CharField(max_length=300, blank=True)
    expires = models.DateTimeField(null=True, blank=True)
    references = models.JSONField(default=list, blank=True)
    content = models.BinaryField(default=bytes, blank=True)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    signature = models.CharField(max_length=12, choices=[(each, each) for each in SIGNATURES], default="none")
    trusted = models.BooleanField(default=False)
    signer = models.CharField(max_length=300, blank=True)
    problems = models.JSONField(default=list, blank=True)
    remark_count = models.PositiveSmallIntegerField(default=0)
    notice = models.ForeignKey(
        WarningNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="cap_messages"
    )
    step = models.CharField(max_length=10, blank=True)
    signal = models.ForeignKey(
        Signal, null=True, blank=True, on_delete=models.PROTECT, related_name="cap_messages"
    )
    at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["direction", "sha256", "outcome"], name="cap_message_once"),
            models.UniqueConstraint(
                fields=["identifier"], condition=Q(direction="out"), name="cap_identifier_once"
            ),
        ]
        indexes = [models.Index(fields=["sender", "identifier"], name="cap_message_named")]

    def __str__(self) -> str:
        return self.identifier or self.sha256[:12]
