"""Warnings as pages show them: the places they cover, within somebody's reach, and how far their receivers are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from django.db.models import Count, QuerySet

from anlan.engine.access import Reach
from anlan.engine.areas import area_read
from anlan.engine.policy import Level
from anlan.engine.warnings import clocks_at, end_of
from anlan.models import Acknowledgement, Place, WarningNotice
from anlan.queries.duties import basis
from anlan.queries.reach import within
from anlan.queries.warnings import Receipt, codes_within, receipts

Show = Literal["all", "late", "waiting", "acknowledged"]


@dataclass(frozen=True, slots=True)
class Told:
    """How far the receivers of a warning are: counts over all places, and the first of those asked for."""

    places: int
    acknowledged: int
    late: int
    waiting: int
    rows: tuple[Receipt, ...]
    more: int
    deadline: datetime | None

    @property
    def open(self) -> int:
        return self.places - self.acknowledged


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


def told(
    notice: WarningNotice, codes: Collection[str], at: datetime, *, show: Show = "all", limit: int = 100
) -> Told:
    """How far the receivers at some places are with an issued warning; after its end, as it stood then."""
    if notice.issued_at is None:
        return Told(len(codes), 0, 0, 0, (), 0, None)
    seen_at = min(at, end_of(notice))
    level = cast("Level", notice.level)
    deadline = clocks_at(basis(), notice.issued_at).deadline(level, notice.issued_at)
    taken = Acknowledgement.objects.filter(warning=notice).values_list("place__code", flat=True)
    known = set(codes) & set(taken)
    unanswered = len(codes) - len(known)
    late = unanswered if seen_at >= deadline else 0
    wanted = _wanted(codes, known, show, is_late=bool(late))
    rows = list(Place.objects.filter(code__in=wanted[:limit]).select_related("district", "department"))
    shown = receipts(notice, seen_at, rows)
    return Told(
        len(codes), len(known), late, unanswered - late, shown.rows, max(len(wanted) - limit, 0), deadline
    )


def with_acknowledged(rows: QuerySet[WarningNotice]) -> QuerySet[WarningNotice]:
    """Warnings with `acknowledged`: how many places have taken note."""
    return rows.annotate(acknowledged=Count("acknowledgements"))


def _wanted(codes: Collection[str], known: Collection[str], show: Show, *, is_late: bool) -> list[str]:
    unanswered = [code for code in codes if code not in known]
    answered = [code for code in codes if code in known]
    if show == "acknowledged":
        return answered
    if show in ("late", "waiting"):
        return unanswered if is_late == (show == "late") else []
    return unanswered + answered
