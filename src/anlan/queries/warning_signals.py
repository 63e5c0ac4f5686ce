"""Signals and warnings, from one to the other."""

from uuid import UUID

from django.db.models import Q

from anlan.engine.access import Reach
from anlan.models import Signal, User, WarningNotice
from anlan.queries.signals import RELATED, signals_within


def warning_of(signal: Signal) -> WarningNotice | None:
    """The warning that rests on a signal, in its version of today."""
    if signal.warning is None:
        return None
    notice = WarningNotice.objects.filter(pk=signal.warning).first()
    while notice is not None:
        newer = WarningNotice.objects.filter(replaces=notice, issued_at__isnull=False).first()
        if newer is None:
            return notice
        notice = newer
    return None


def drafts_of(signal: Signal) -> list[WarningNotice]:
    """The drafts of warnings that somebody began from a signal and that still wait."""
    rows = WarningNotice.objects.filter(signal=signal, issued_at=None, withdrawn_at=None)
    return list(rows.order_by("drafted_at", "id"))


def signals_of(reach: Reach, user: User, notice: WarningNotice) -> list[Signal]:
    """The signals within reach that a warning, or a version of it before, rests on or was drafted from."""
    versions: list[UUID] = []
    one: WarningNotice | None = notice
    while one is not None:
        versions.append(one.pk)
        one = one.replaces
    rows = signals_within(reach, user, Signal.objects.select_related(*RELATED))
    return list(rows.filter(Q(warning__in=versions) | Q(pk=notice.signal_id)).order_by("received_at", "id"))
