"""The report that a warning was drafted from: once the warning is issued, the signal rests on record as its basis."""

from datetime import datetime

from anlan.actions.signals import name_warning, raise_signal
from anlan.models import Signal, User, WarningNotice


def name_basis(notice: WarningNotice, *, by: User | None, at: datetime) -> None:
    """Link the signal of a warning that is being issued; one that has its warning, or was dismissed, stays so."""
    if notice.signal_id is None:
        return
    signal = Signal.objects.select_related("linked_to").get(pk=notice.signal_id)
    signal = signal.linked_to or signal
    if not signal.outcome:
        raise_signal(signal, reason=str(notice), by=by, at=at, warning=notice.pk)
    elif signal.outcome == "raised" and signal.warning is None:
        name_warning(signal, notice.pk, by=by, at=at)
