"""What a phone on a round is told with each answer: the level, changes of the plan, what others walked, its call."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.engine.policy import Level
from anlan.models import Evidence, HelpCall, Place, User, Walk
from anlan.queries.patrol_phone import changed_at, level_at

LOOK_BACK = timedelta(hours=4)
"""How long before the round began a scan may have been made and still serve a window that is open."""

MOST_SERVED = 300
MOST_WALKS = 3


@dataclass(frozen=True, slots=True)
class Served:
    """A scan of somebody else's that counts: the code of the checkpoint, and when."""

    checkpoint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RoundNews:
    """What is new for a round; `call` is its guard's latest call for help on it."""

    place: str
    level: Level
    changed: datetime | None
    served: tuple[Served, ...]
    call: HelpCall | None


def news_for(user: User, at: datetime) -> list[RoundNews]:
    """The news of each place where somebody is on a round; about six reads a place."""
    walks = Walk.objects.filter(guard=user, ended_at__isnull=True).select_related("place")
    found: dict[str, RoundNews] = {}
    for walk in walks.order_by("-started_at")[:MOST_WALKS]:
        place = walk.place
        if place.code not in found:
            found[place.code] = RoundNews(
                place=place.code,
                level=level_at(place, at),
                changed=changed_at(place, at),
                served=served_by_others(place, walk, at),
                call=HelpCall.objects.filter(walk=walk).order_by("-made_at").first(),
            )
    return list(found.values())


def served_by_others(place: Place, walk: Walk, at: datetime) -> tuple[Served, ...]:
    """The scans at a place that count and were not made on this round, latest first."""
    since = min(walk.started_at, at) - LOOK_BACK
    rows = Evidence.objects.filter(
        place=place, kind="scan", checkpoint__isnull=False, strike=None, effective_at__range=(since, at)
    ).exclude(visits__walk=walk)
    pairs = rows.order_by("-effective_at").values_list("checkpoint__code", "effective_at").distinct()
    return tuple(Served(code, moment) for code, moment in pairs[:MOST_SERVED])
