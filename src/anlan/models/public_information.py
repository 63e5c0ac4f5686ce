"""What the city tells the public: who wrote, approved and released it, and the messages that went out signed."""

from django.db import models

from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.warnings import WarningNotice

KINDS = ("leave", "stay-in", "avoid", "all-clear", "facts")


class PublicStatement(models.Model):
    """One version of a statement; nothing of it is edited once it is released, a correction is one of its own.

    `area` is what was chosen (`engine/areas.py`), `where_zh` and `where_en` are the words for it that the public reads.
    `replaces` is the version before. `checklist` names the items that the author ticked, `chain` is the chain of
    approval as it stood when the author asked for it. `round` counts how often that was: approvals belong to a round.
    `change` numbers what the public was shown, one by one, so that the newest number says whether anything is new.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    kind = models.CharField(max_length=12, choices=[(kind, kind) for kind in KINDS])
    warning = models.ForeignKey(
        WarningNotice, null=True, blank=True, on_delete=models.PROTECT, related_name="public_statements"
    )
    replaces = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    area = models.JSONField(default=dict)
    where_zh = models.CharField(max_length=120)
    where_en = models.CharField(max_length=200)
    title_zh = models.CharField(max_length=60)
    title_en = models.CharField(max_length=120)
    body_zh = models.TextField()
    body_en = models.TextField()
    valid_until = models.DateTimeField()
    checklist = models.JSONField(default=list, blank=True)
    chain = models.JSONField(default=dict, blank=True)
    round = models.PositiveSmallIntegerField(default=0)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    return_reason = models.CharField(max_length=500, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    released_at = models.DateTimeField(null=True, blank=True, db_index=True)
    released_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    emergency_reason = models.CharField(max_length=500, blank=True)
    ratify_by = models.DateTimeField(null=True, blank=True)
    ratified_at = models.DateTimeField(null=True, blank=True)
    ratified_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdraw_reason = models.CharField(max_length=500, blank=True)
    change = models.PositiveIntegerField(default=0, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["year", "number"],
                condition=models.Q(number__isnull=False),
                name="public_statement_numbered_once_a_year",
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}-P{self.number:03}" if self.number else "-"


class PublicApproval(models.Model):
    """A step between the author and the release: somebody who holds the role agreed in this round."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(PublicStatement, on_delete=models.PROTECT, related_name="approvals")
    round = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=100)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "round", "role"], name="public_step_taken_once")
        ]


class PublicMessage(models.Model):
    """A statement as a signed CAP message: its release, or its withdrawal; written once and never again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    statement = models.ForeignKey(PublicStatement, on_delete=models.PROTECT, related_name="messages")
    type = models.CharField(max_length=8)
    sender = models.CharField(max_length=200)
    sent = models.DateTimeField(db_index=True)
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "type"], name="public_message_once")]
