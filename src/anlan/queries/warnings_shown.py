"""Which places warnings cover, and which of them are within somebody's reach."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from anlan.engine.access import Reach
from anlan.engine.areas import area_read
from anlan.models import Acknowledgement, Place, WarningNotice
from anlan.queries.reach import within
from anlan.queries.warnings import codes_within


def codes_of(notice: WarningNotice, at: datetime) -> list[str]:
    """The codes of the places that a warning covers: as it was issued, or as its draft would now."""
    posture = notice.postures.first() if notice.issued_at else None
    if posture is not None and posture.area is not None:
        return codes_within(area_read(posture.area), (), at)
    return codes_within(area_read(notice.area), () if posture is not None else tuple(notice.tiers), at)


def codes_reached(reach: Reach) -> frozenset[str] | None:
    """The codes of the places within reach; None means all there are."""
    if reach.everywhere:
        return None
    return frozenset(within(reach, Place.objects.all()).values_list("code", flat=True))


def outside(codes: Iterable[str], reached: Collection[str] | None) -> int:
    """How many of some places are out of reach."""
    return 0 if reached is None else sum(code not in reached for code in codes)


def with_acknowledged(rows: QuerySet[WarningNotice]) -> QuerySet[WarningNotice]:
    """Warnings with `acknowledged`: how many places have taken note."""
    taken = Acknowledgement.objects.filter(warning=OuterRef("pk")).order_by().values("warning")
    counted = Subquery(taken.annotate(n=Count("pk")).values("n"))
    return rows.annotate(acknowledged=Coalesce(counted, 0))
