"""Messages to the people and places that must know: what is sent to whom by which channel, and each attempt."""

from django.db import models
from django.db.models import Q

from anlan.engine.messages import CHANNELS, STATES
from anlan.models.accounts import User
from anlan.models.ids import new_id


class Mailing(models.Model):
    """One round of messages about one thing; a reminder about the same thing has the next number.

    `about_kind` and `about_id` name the thing without pointing to it: this room stands left of all that send messages.
    After `erase_at` the addresses of its messages are erased.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    about_kind = models.CharField(max_length=32)
    about_id = models.CharField(max_length=64)
    number = models.PositiveIntegerField(default=1)
    label = models.CharField(max_length=200, blank=True)
    addressed_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    erase_at = models.DateTimeField(db_index=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["about_kind", "about_id", "number"], name="mailing_once"),
        ]


class MessageText(models.Model):
    """What messages of a mailing say, in both languages; kept once for all receivers that read the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mailing = models.ForeignKey(Mailing, on_delete=models.PROTECT, related_name="texts")
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    body_zh = models.TextField()
    body_en = models.TextField(blank=True)


class Message(models.Model):
    """One message to one receiver by one channel.

    `receiver_kind` is place, department, operator, district, role or person, `receiver` its code or id. `link` is the
    receiver's own page. `due_at` is empty while it is sent and when there is nothing more to do; every state but
    waiting, sending and sent has its `fault`. The database does not check `mailing` and `text` row by row: that takes
    longer than writing a million rows, and the one action that writes them makes both in the same transaction.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mailing = models.ForeignKey(
        Mailing, on_delete=models.PROTECT, related_name="messages", db_constraint=False, db_index=False
    )
    text = models.ForeignKey(
        MessageText, on_delete=models.PROTECT, related_name="messages", db_constraint=False, db_index=False
    )
    receiver_kind = models.CharField(max_length=16)
    receiver = models.CharField(max_length=64)
    channel = models.CharField(max_length=16, choices=[(channel, channel) for channel in CHANNELS])
    address = models.CharField(max_length=1000, blank=True)
    language = models.CharField(max_length=8, default="zh")
    link = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=16, choices=[(state, state) for state in STATES], default="waiting")
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    fault = models.CharField(max_length=32, blank=True)
    taken_by = models.CharField(max_length=64, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["mailing", "receiver", "receiver_kind", "channel"], name="message_once"
            ),
        ]
        # Their conditions are the cheapest there are: they are judged for each of a million new rows.
        indexes = [
            models.Index(fields=["due_at"], name="message_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["leased_until"], name="message_leased", condition=Q(leased_until__isnull=False)
            ),
            models.Index(fields=["state", "id"], name="message_faulty", condition=Q(fault__gt="")),
        ]


class Delivery(models.Model):
    """One attempt at a message. A row without an end was begun and never heard of again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    through = models.CharField(max_length=32)
    result = models.CharField(max_length=16, blank=True)
    fault = models.CharField(max_length=32, blank=True)
    answer = models.CharField(max_length=500, blank=True)
