"""The latest evidence for each rule, subject and checkpoint, from the evidence itself."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet

from anlan.models import Evidence


def latest_evidence(at: datetime | None = None, known_at: datetime | None = None) -> Iterator[Evidence]:
    """The latest evidence of each rule, subject and checkpoint, effective by `at` and known by `known_at`.

    Of two with the same effective time the one with the later id. Struck evidence does not count.
    """
    rows = _counted(known_at)
    if at is not None:
        rows = rows.filter(effective_at__lte=at)
    rows = rows.select_related("place", "department", "checkpoint").order_by(
        "scheme", "rule", "place", "department", "checkpoint", "-effective_at", "-id"
    )
    last: tuple[object, ...] | None = None
    for record in rows.iterator(chunk_size=5000):
        key = (record.scheme, record.rule, record.place_id, record.department_id, record.checkpoint_id)
        if key != last:
            yield record
        last = key


def _counted(known_at: datetime | None) -> QuerySet[Evidence]:
    if known_at is None:
        return Evidence.objects.filter(strike__isnull=True)
    known = Evidence.objects.filter(recorded_at__lte=known_at)
    return known.filter(Q(strike__isnull=True) | Q(strike__at__gt=known_at))
