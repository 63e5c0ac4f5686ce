"""The latest evidence for each rule, subject and checkpoint, from the evidence itself."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber

from anlan.engine.facts import EvidenceMark
from anlan.models import Evidence
from anlan.queries.subjects import counted, marks


def latest_evidence() -> Iterator[Evidence]:
    """The latest evidence of each rule, subject and checkpoint, with those it names; struck evidence is left out."""
    rows = _latest(counted(Evidence.objects.all(), None))
    return rows.select_related("place", "department", "checkpoint").iterator(chunk_size=5000)


def latest_marks(of: Q, at: datetime, known_at: datetime | None = None) -> list[EvidenceMark]:
    """The latest evidence of each rule and checkpoint of some subjects, effective by `at`, known by `known_at`."""
    return marks(_latest(counted(Evidence.objects.filter(of, effective_at__lte=at), known_at)))


def _latest(rows: QuerySet[Evidence]) -> QuerySet[Evidence]:
    """Of two with the same effective time, the one with the later id is the later."""
    newest_first = Window(
        RowNumber(),
        partition_by=["scheme", "rule", "place", "department", "checkpoint"],
        order_by=["-effective_at", "-id"],
    )
    return rows.annotate(rank=newest_first).filter(rank=1)
