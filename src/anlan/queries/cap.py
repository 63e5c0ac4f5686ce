"""CAP messages: the list with its filters, what of it somebody may see, and the feed of our own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anlan.engine.access import Reach
from anlan.models import CapMessage, CapSubscription, Signal, User, WarningNotice
from anlan.queries.cursors import cursor_of, position_of
from anlan.queries.signals import signals_within
from anlan.queries.warnings_shown import codes_of, codes_reached

PAGE = 40
FEED_PAGE = 50
MOST_LOOKED_AT = 200
"""For somebody who sees a part of the city so many of the latest warnings are looked at."""

RELATED = ("notice", "signal", "subscription", "by")


@dataclass(frozen=True, slots=True)
class CapFilter:
    """What the list is narrowed to; empty means all. `state` is in, out, refused or remarks."""

    state: str = ""
    status: str = ""
    message_type: str = ""
    signature: str = ""
    subscription: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Seer:
    """Who looks: how far they see warnings and signals."""

    user: User
    warnings: Reach
    signals: Reach


@dataclass(frozen=True, slots=True)
class CapCounts:
    """How many messages there are within reach, by tab."""

    all: int
    received: int
    sent: int
    refused: int
    remarks: int


def cap_within(seer: Seer, rows: QuerySet[CapMessage], at: datetime) -> QuerySet[CapMessage]:
    """Of these messages those that somebody may see.

    Who sees the warnings of the whole city sees all of them. Others see messages of warnings that bear on their places,
    of signals within their reach, and what they brought themselves.
    """
    if seer.warnings.everywhere:
        return rows
    visible = signals_within(seer.signals, seer.user, Signal.objects.all())
    reached = [] if seer.warnings.nowhere else _notices_reached(seer.warnings, at)
    return rows.filter(
        Q(direction="in", by=seer.user)
        | Q(direction="in", signal__in=visible.values("pk"))
        | Q(direction="out", notice__in=reached)
    )


def cap_page(seer: Seer, wanted: CapFilter, at: datetime, *, after: str = "") -> tuple[list[CapMessage], str]:
    """A page of messages, the latest first, and the cursor of the next."""
    rows = all_cap(seer, wanted, at)
    position = position_of(after)
    if position is not None:
        moment, identifier = position
        rows = rows.filter(Q(at__lt=moment) | Q(at=moment, id__lt=identifier))
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return shown, cursor_of(shown[-1].at, shown[-1].pk) if len(found) > PAGE else ""


def all_cap(seer: Seer, wanted: CapFilter, at: datetime) -> QuerySet[CapMessage]:
    """All messages that pass the filter, the latest first, without their bytes."""
    rows = CapMessage.objects.select_related(*RELATED).defer("content")
    rows = _narrowed(cap_within(seer, rows, at), wanted).filter(_TABS.get(wanted.state, Q()))
    return rows.order_by("-at", "-id")


def counts_of_cap(seer: Seer, wanted: CapFilter, at: datetime) -> CapCounts:
    """How many messages pass the filter, by tab; one read."""
    rows = _narrowed(cap_within(seer, CapMessage.objects.all(), at), wanted)
    return CapCounts(
        **rows.aggregate(
            all=Count("id"),
            received=Count("id", filter=_TABS["in"]),
            sent=Count("id", filter=_TABS["out"]),
            refused=Count("id", filter=_TABS["refused"]),
            remarks=Count("id", filter=_TABS["remarks"]),
        )
    )


def one_cap(seer: Seer, identifier: UUID, at: datetime) -> CapMessage | None:
    """One message within reach."""
    rows = CapMessage.objects.select_related(*RELATED)
    return cap_within(seer, rows, at).filter(pk=identifier).first()


def related_cap(seer: Seer, row: CapMessage, at: datetime) -> list[CapMessage]:
    """Messages that this one refers to or that refer to it, within reach, in the order in which they were sent."""
    named = Q(pk__in=())
    for sender, identifier, _sent in row.references[:20]:
        named |= Q(sender=sender, identifier=identifier)
    if row.notice_id:
        named |= Q(notice=row.notice_id)
    if row.identifier:
        named |= Q(references__icontains=row.identifier, sender=row.sender)
    rows = CapMessage.objects.defer("content").filter(named).exclude(pk=row.pk).exclude(outcome="refused")
    return list(cap_within(seer, rows, at).order_by("sent", "id")[:20])


def own_messages(seer: Seer, at: datetime) -> QuerySet[CapMessage]:
    """What we have sent that somebody may see, the latest first."""
    rows = CapMessage.objects.filter(direction="out", outcome="accepted")
    return cap_within(seer, rows, at).order_by("-at", "-id")


def subscriptions(*, ended: bool = False) -> QuerySet[CapSubscription]:
    """What is subscribed to, by name."""
    rows = CapSubscription.objects.select_related("created_by", "ended_by").defer("seen")
    return rows.filter(ended_at__isnull=not ended).order_by("name", "id")


def subscription(identifier: UUID) -> CapSubscription | None:
    return CapSubscription.objects.filter(pk=identifier).first()


_TABS = {
    "in": Q(direction="in"),
    "out": Q(direction="out"),
    "refused": Q(outcome="refused"),
    "remarks": Q(outcome="accepted", remark_count__gt=0),
}


def _narrowed(rows: QuerySet[CapMessage], wanted: CapFilter) -> QuerySet[CapMessage]:
    stated = {
        "status": wanted.status,
        "message_type": wanted.message_type,
        "signature": wanted.signature,
        "subscription": wanted.subscription,
    }
    rows = rows.filter(**{name: value for name, value in stated.items() if value})
    for word in wanted.text.split():
        rows = rows.filter(
            Q(identifier__icontains=word)
            | Q(sender__icontains=word)
            | Q(event__icontains=word)
            | Q(headline_zh__icontains=word)
            | Q(headline_en__icontains=word)
        )
    return rows


def _notices_reached(reach: Reach, at: datetime) -> list[UUID]:
    """The latest issued warnings that bear on a place within reach."""
    reached = codes_reached(reach) or frozenset()
    latest = WarningNotice.objects.filter(issued_at__isnull=False).order_by("-issued_at")[:MOST_LOOKED_AT]
    return [notice.pk for notice in latest if not reached.isdisjoint(codes_of(notice, at))]
