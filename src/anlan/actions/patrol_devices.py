"""Enrolling a guard's phone: a token with which it sends in what it recorded, and does nothing else."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from anlan.actions import journal
from anlan.actions.accounts import digest_of
from anlan.actions.journal import Change
from anlan.models import Device, User

SEEN_EVERY = timedelta(minutes=5)


@transaction.atomic
def enrol_device(user: User, *, label: str, at: datetime) -> tuple[Device, str]:
    """A phone of a member of staff and its secret, which stays on that phone: only the SHA-256 digest is kept."""
    secret = "anlan-phone-" + secrets.token_urlsafe(32)
    device = Device.objects.create(user=user, label=label[:64], digest=digest_of(secret), enrolled_at=at)
    change = Change(
        action="enrol-device",
        subject_kind="device",
        subject_id=str(device.pk),
        subject_label=user.username,
        changes={"device": [None, device.label]},
    )
    journal.write(change, by=user, at=at)
    return device, secret


def note_seen(device: Device, *, at: datetime) -> None:
    """Note that a phone was heard of, once in a few minutes."""
    if device.seen_at is None or at - device.seen_at >= SEEN_EVERY:
        Device.objects.filter(pk=device.pk).update(seen_at=at)
