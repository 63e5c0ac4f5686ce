"""Whether people can be reached: tests of the addresses of places, and the browsers that take pushes."""

from django.db import models

from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.register import Place


class ContactTest(models.Model):
    """A round of test messages to the receivers of places; the messages are a mailing about it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    started_at = models.DateTimeField(db_index=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    messages = models.PositiveIntegerField(default=0)
    without_address = models.PositiveIntegerField(default=0)


class ContactAnswer(models.Model):
    """Somebody pressed the button of a test message: this way to this place works. Who it was is not kept."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    test = models.ForeignKey(ContactTest, on_delete=models.PROTECT, related_name="answers")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    channel = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["test", "place", "kind", "channel"], name="contact_answered_once"
            ),
        ]


class PushSubscription(models.Model):
    """A browser that somebody asked for pushes in; deleted when it, its push service or the account ends."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="pushes")
    digest = models.CharField(max_length=64, unique=True)
    subscription = models.TextField()
    made_at = models.DateTimeField()
