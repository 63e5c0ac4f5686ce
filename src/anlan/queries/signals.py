"""Signals: the list with its filters, one signal with all that happened to it, and counts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from django.db.models import Count, Q, QuerySet
from shapely.geometry import shape

from anlan.engine.access import Reach
from anlan.models import Attachment, District, Entry, Signal, User
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.districts import with_parts

PAGE = 40
CANDIDATES = 30
"""How many signals are offered to link another to."""

RELATED = ("department", "place", "place__district", "district", "linked_to", "by", "triaged_by")
_NUMBER = re.compile(r"(?:SG|信号)?[-\s]*[〔\[(（]?(20\d\d)[〕\])）]?[-\s]*0*(\d{1,7})\s*号?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """What the list is narrowed to; empty means all. `state` is open, linked, dismissed, raised or any."""

    state: str = "open"
    kind: str = ""
    urgency: str = ""
    district: str = ""
    channel: str = ""
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignalCounts:
    """How many signals there are within reach, by what was made of them."""

    open: int
    linked: int
    dismissed: int
    raised: int

    @property
    def any(self) -> int:
        return self.open + self.linked + self.dismissed + self.raised


def signals_within(reach: Reach, user: User, signals: QuerySet[Signal]) -> QuerySet[Signal]:
    """Of these signals those within reach, and those that the person reported.

    A grant for one place reaches none but one's own: what others report about a place is the office's to pass on.
    """
    if reach.everywhere:
        return signals
    found = Q(by=user)
    if reach.districts:
        found |= Q(place__district__in=reach.districts) | Q(place=None, district__in=reach.districts)
    if reach.departments:
        found |= Q(department__code__in=reach.departments) | Q(place__department__code__in=reach.departments)
    return signals.filter(found)


def signals_page(
    reach: Reach, user: User, wanted: SignalFilter, *, after: str = ""
) -> tuple[list[Signal], str]:
    """A page of signals, the latest received first, and the cursor of the next."""
    rows = all_signals(reach, user, wanted)
    position = position_of(after)
    if position is not None:
        at, identifier = position
        rows = rows.filter(Q(received_at__lt=at) | Q(received_at=at, id__lt=identifier))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return shown, cursor_of(shown[-1].received_at, shown[-1].pk) if len(found) > PAGE else ""


def all_signals(reach: Reach, user: User, wanted: SignalFilter) -> QuerySet[Signal]:
    """All signals that pass the filter, the latest received first."""
    rows = signals_within(reach, user, Signal.objects.select_related(*RELATED))
    rows = _narrowed(rows, wanted)
    if wanted.state != "any":
        rows = rows.filter(outcome="" if wanted.state == "open" else wanted.state)
    return rows.order_by("-received_at", "-id")


def counts_of_signals(reach: Reach, user: User, wanted: SignalFilter) -> SignalCounts:
    """How many signals pass the filter in each state; one read."""
    rows = _narrowed(signals_within(reach, user, Signal.objects.all()), wanted)
    found = rows.aggregate(
        open=Count("id", filter=Q(outcome="")),
        **{name: Count("id", filter=Q(outcome=name)) for name in ("linked", "dismissed", "raised")},
    )
    return SignalCounts(**found)


def one_signal(reach: Reach, user: User, identifier: UUID) -> Signal | None:
    """One signal within reach, with all it names."""
    rows = signals_within(reach, user, Signal.objects.select_related(*RELATED))
    return rows.filter(pk=identifier).prefetch_related("attachments").first()


def others_like(reach: Reach, user: User, signal: Signal) -> list[Signal]:
    """The signals that one may be linked to: those about the same place or district first, then the latest."""
    rows = signals_within(reach, user, Signal.objects.select_related(*RELATED))
    rows = rows.filter(linked_to=None).exclude(pk=signal.pk).order_by("-received_at", "-id")
    near = Q(pk__in=())
    if signal.place_id:
        near |= Q(place=signal.place_id)
    if signal.district_id:
        near |= Q(district=signal.district_id) | Q(place__district=signal.district_id)
    first = list(rows.filter(near)[:CANDIDATES])
    known = {row.pk for row in first}
    return [*first, *(row for row in rows[:CANDIDATES] if row.pk not in known)][:CANDIDATES]


def heads_within(reach: Reach, user: User) -> list[Signal]:
    """The latest signals that others may be linked to: not linked themselves, and not dismissed."""
    rows = signals_within(reach, user, Signal.objects.select_related(*RELATED))
    rows = rows.filter(linked_to=None).exclude(outcome="dismissed").order_by("-received_at", "-id")
    return list(rows[: 2 * CANDIDATES])


def linked_signals(reach: Reach, user: User, signal: Signal) -> list[Signal]:
    """The signals that report the same as this one, in order of receipt."""
    rows = signals_within(reach, user, Signal.objects.select_related(*RELATED).filter(linked_to=signal))
    return list(rows.order_by("received_at", "id"))


def entries_of_signal(signal: Signal) -> list[Entry]:
    """What the journal says about a signal, the latest first."""
    rows = Entry.objects.filter(subject_kind="signal", subject_id=str(signal.pk)).select_related("by")
    return list(rows.order_by("-at", "-id"))


def signal_file(reach: Reach, user: User, identifier: UUID) -> Attachment | None:
    """A file of a signal within reach."""
    rows = signals_within(reach, user, Signal.objects.all())
    return Attachment.objects.filter(pk=identifier, signals__in=rows.values("pk")).first()


def district_at(longitude: float, latitude: float) -> District | None:
    """The district whose boundary holds a point, the smallest first; none where no boundary is known."""
    point = shapely.Point(longitude, latitude)
    found: list[tuple[float, District]] = []
    for district in District.objects.exclude(boundary=None):
        outline = shape(district.boundary or {})
        if outline.covers(point):
            found.append((outline.area, district))
    return min(found, key=lambda pair: pair[0], default=(0.0, None))[1]


def _narrowed(rows: QuerySet[Signal], wanted: SignalFilter) -> QuerySet[Signal]:
    stated: dict[str, Any] = {"kind": wanted.kind, "urgency": wanted.urgency, "channel": wanted.channel}
    rows = rows.filter(**{name: value for name, value in stated.items() if value})
    if wanted.district:
        parts = with_parts(wanted.district)
        rows = rows.filter(Q(place__district__in=parts) | Q(place=None, district__in=parts))
    if wanted.start is not None:
        rows = rows.filter(received_at__gte=wanted.start)
    if wanted.end is not None:
        rows = rows.filter(received_at__lt=wanted.end)
    number = _NUMBER.fullmatch(wanted.text.strip())
    if number:
        return rows.filter(year=int(number[1]), number=int(number[2]))
    return _worded(rows, wanted.text.split())


def _worded(rows: QuerySet[Signal], words: Sequence[str]) -> QuerySet[Signal]:
    for word in words:
        rows = rows.filter(
            Q(observed__icontains=word)
            | Q(organisation__icontains=word)
            | Q(department__name_zh__icontains=word)
            | Q(department__name_en__icontains=word)
            | Q(place__name_zh__icontains=word)
            | Q(place__name_sort__icontains=word.lower())
            | Q(place__code__iexact=word)
        )
    return rows
