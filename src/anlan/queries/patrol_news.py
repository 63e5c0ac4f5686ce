"""What a phone is told of a round: level, changes of plan, what others walked, its call; and of rounds elsewhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anlan.engine.policy import Level
from anlan.models import Evidence, HelpCall, Place, User, Visit, Walk
from anlan.queries.patrol_phone import changed_at, level_at

LOOK_BACK = timedelta(hours=4)
"""How long before the round began a scan may have been made and still serve a window that is open."""

LONGEST_WALK = timedelta(hours=16)
"""A round that began longer ago is not gone on with: its end was forgotten."""

CARRIED_ON = "carried-on"
"""Why a round ended that its guard went on with on another phone; the page gives this reason, nobody chooses it."""

MOST_SERVED = 300
MOST_WALKS = 3


@dataclass(frozen=True, slots=True)
class Served:
    """A scan of somebody else's that counts: the code of the checkpoint, and when."""

    checkpoint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoundNews:
    """What is new for a round; `ended`: when it was, and `carried_on`: from another phone; `call`: the latest on it."""

    place: str
    walk: UUID
    ended: datetime | None
    carried_on: bool
    level: Level
    changed: datetime | None
    served: tuple[Served, ...]
    call: HelpCall | None


@dataclass(frozen=True, slots=True)
class RunningRound:
    """A round of somebody's that has not ended; `by_page`: begun on a phone's page, not by scanning a label alone."""

    walk: Walk
    by_page: bool
    last: Visit | None


def news_for(user: User, at: datetime, on: UUID | None = None) -> list[RoundNews]:
    """The news of each place where somebody is on a round; about six reads a place.

    Of several rounds at a place, that of the asking phone (`on`), be it ended or not; else the latest.
    """
    own = Walk.objects.filter(guard=user).select_related("place")
    asking = list(own.filter(pk=on)) if on else []
    walks = asking + list(own.filter(ended_at__isnull=True).order_by("-started_at")[:MOST_WALKS])
    found: dict[str, RoundNews] = {}
    for walk in walks:
        place = walk.place
        if place.code not in found:
            found[place.code] = RoundNews(
                place=place.code,
                walk=walk.pk,
                ended=walk.ended_at,
                carried_on=walk.early_reason == CARRIED_ON,
                level=level_at(place, at),
                changed=changed_at(place, at),
                served=served_since(place, walk.started_at, at, besides=walk),
                call=HelpCall.objects.filter(walk=walk).order_by("-made_at").first(),
            )
    return list(found.values())


def rounds_running(user: User, place: Place, at: datetime) -> QuerySet[Walk]:
    """The rounds of somebody at a place that go on, the latest first."""
    rows = Walk.objects.filter(guard=user, place=place, ended_at=None, started_at__gt=at - LONGEST_WALK)
    return rows.order_by("-started_at")


def running_rounds(user: User, place: Place, at: datetime) -> list[RunningRound]:
    """The same with the last scan of each, for a phone that is about to begin another; a read for each and one."""
    rows = rounds_running(user, place, at).select_related("beat")[:MOST_WALKS]
    return [
        RunningRound(
            walk,
            walk.device_id is not None,
            walk.visits.filter(kind="scan", checkpoint__isnull=False)
            .select_related("checkpoint")
            .order_by("-effective_at")
            .first(),
        )
        for walk in rows
    ]


def served_since(
    place: Place, began: datetime, at: datetime, *, besides: Walk | None = None
) -> tuple[Served, ...]:
    """The scans at a place that count for a round that began then and were not made on it, latest first."""
    since = min(began, at) - LOOK_BACK
    rows = Evidence.objects.filter(
        place=place, kind="scan", checkpoint__isnull=False, strike=None, effective_at__range=(since, at)
    )
    if besides is not None:
        rows = rows.exclude(visits__walk=besides)
    pairs = rows.order_by("-effective_at").values_list("checkpoint__code", "effective_at").distinct()
    return tuple(Served(code, moment) for code, moment in pairs[:MOST_SERVED])
