"""Erasing what signals say: after the set time their words and files are gone, and that they came stays."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from anlan.actions import journal
from anlan.actions.attachments import path_of
from anlan.actions.journal import Change
from anlan.models import Attachment, Signal

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ErasedSignals:
    """How many signals lost their words, and how many files went with them."""

    signals: int
    files: int


def erase_signals(*, at: datetime, days: int | None = None) -> ErasedSignals:
    """Erase words, reasons and files of the signals received more than `days` ago; twice erases nothing more.

    Source, place, kind, times and outcome stay: what is needed to count.
    """
    before = at - timedelta(days=days if days is not None else settings.SIGNAL_TEXT_DAYS)
    signals, files = 0, 0
    while rows := list(Signal.objects.filter(received_at__lt=before, erased_at=None)[:_AT_ONCE]):
        signals += len(rows)
        files += _erase(rows, before, at)
    return ErasedSignals(signals, files)


def _erase(rows: list[Signal], before: datetime, at: datetime) -> int:
    """One batch: rows first, then the contents that no other row names."""
    with transaction.atomic():
        ids = [row.pk for row in rows]
        own = Attachment.objects.filter(signals__in=ids, evidence=None)
        held = list(own.values_list("pk", "sha256").distinct())
        for row in rows:
            row.attachments.clear()
        Attachment.objects.filter(pk__in=[pk for pk, _sha256 in held], signals=None).delete()
        Signal.objects.filter(pk__in=ids).update(observed="", reason="", erased_at=at)
        changes = {"signals": [None, len(rows)], "files": [None, len(held)], "before": [None, before]}
        journal.write(Change("erase-signals", "signal", "", changes=changes), by=None, at=at)
    for sha256 in {sha256 for _pk, sha256 in held}:
        if not Attachment.objects.filter(sha256=sha256).exists():
            path_of(sha256).unlink(missing_ok=True)
    return len(held)
