"""Erasing who was written to: after the scheme's time a mailing says how many were told how, and no longer where."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import CharField
from django.db.models.functions import Cast

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import Delivery, Mailing, Message

AT_ONCE = 50
"""How many mailings one transaction erases."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many mailings and messages lost their addresses."""

    mailings: int
    messages: int


def erase_addresses(*, at: datetime) -> Erased:
    """Take addresses, links, answers and persons off mailings whose time is over; states and counts stay."""
    mailings = messages = 0
    while True:
        done = _erase_some(at)
        mailings, messages = mailings + done.mailings, messages + done.messages
        if done.mailings < AT_ONCE:
            return Erased(mailings, messages)


@transaction.atomic
def _erase_some(at: datetime) -> Erased:
    due = Mailing.objects.select_for_update().filter(erase_at__lte=at, erased_at=None).order_by("erase_at")
    ids = list(due.values_list("pk", flat=True)[:AT_ONCE])
    if not ids:
        return Erased(0, 0)
    rows = Message.objects.filter(mailing__in=ids)
    rows.filter(state__in=["waiting", "failed"]).update(state="dead", due_at=None, fault="withdrawn")
    rows.filter(receiver_kind__in=["person", "browser"]).update(receiver=Cast("id", CharField()))
    erased = rows.update(address="", link="")
    Delivery.objects.filter(message__mailing__in=ids).exclude(answer="").update(answer="")
    Mailing.objects.filter(pk__in=ids).update(erased_at=at)
    changes = {"mailings": [None, len(ids)], "messages": [None, erased]}
    journal.write(Change("erase-addresses", "message", "", changes=changes), by=None, at=at)
    return Erased(len(ids), erased)
