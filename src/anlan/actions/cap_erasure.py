"""Erasing what foreign CAP messages say: refused ones soon, accepted ones when the words of signals are erased."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import CapMessage


@transaction.atomic
def erase_cap(*, at: datetime) -> int:
    """Erase bytes and headlines whose time is over; that a message came, from whom and what became of it stays."""
    incoming = CapMessage.objects.filter(direction="in", erased_at=None)
    refused = incoming.filter(outcome="refused", at__lt=at - timedelta(days=settings.CAP_REFUSED_DAYS))
    accepted = incoming.filter(outcome="accepted", at__lt=at - timedelta(days=settings.SIGNAL_TEXT_DAYS))
    emptied = {"content": b"", "event": "", "headline_zh": "", "headline_en": "", "erased_at": at}
    count = refused.update(**emptied) + accepted.update(**emptied)
    if count:
        changes = {"messages": [None, count]}
        journal.write(Change("erase-cap-messages", "cap-message", "", changes=changes), by=None, at=at)
    return count
