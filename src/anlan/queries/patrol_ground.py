"""What a place's plans rest on, as the engine takes it: checkpoints and their worth, beats, walking times, pace."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from anlan.engine.patrol_ground import BeatFacts, Ground, Pace, Point
from anlan.engine.patrol_windows import SCAN
from anlan.engine.walking_network import Way, ways
from anlan.links.roads import FILE_NAME, kept_network
from anlan.models import Checkpoint, CheckpointWorth, Evidence, PatrolSettings, Place, WalkTime
from anlan.queries.patrol_plans import beats_of, settings_of

ROAD = "road"


def ground_of(place: Place, at: datetime) -> Ground:
    """The ground as it is at a moment; six reads."""
    rows = list(place.checkpoints.order_by("order", "code"))
    chosen = settings_of(place)
    worths: dict[object, CheckpointWorth] = {
        worth.checkpoint_id: worth
        for worth in CheckpointWorth.objects.filter(checkpoint__place=place).order_by("recorded_at", "pk")
    }
    used = {row.code for row in rows if row.opened_at <= at and (row.closed_at is None or row.closed_at > at)}
    return Ground(
        points=tuple(
            Point(
                row.code,
                row.longitude,
                row.latitude,
                worths[row.pk].present if row.pk in worths else None,
                worths[row.pk].consequence if row.pk in worths else None,
            )
            for row in rows
        ),
        beats=tuple(
            BeatFacts(
                beat.code,
                tuple(point.code for point in beat.checkpoints.all() if point.code in used),
                beat.spare,
            )
            for beat in beats_of(place, at)
        ),
        pace=_pace(chosen),
        measured={
            (one, other): seconds
            for one, other, seconds in WalkTime.objects.filter(one__place=place).values_list(
                "one__code", "other__code", "seconds"
            )
        },
        roads=_roads(rows) if chosen.walks_by == ROAD else {},
    )


def walkways() -> Path:
    """Where the walking network is kept: beside the base map, with which it is made."""
    return settings.BASEMAP.with_name(FILE_NAME)


def has_walkways() -> bool:
    """Whether a road network is kept here."""
    return walkways().exists()


def scans_between(place: Place, start: datetime, end: datetime) -> Sequence[tuple[str, datetime]]:
    """The scans of a place that count, by checkpoint and time; one read."""
    rows = Evidence.objects.filter(
        Q(effective_at__gte=start, effective_at__lt=end),
        place=place,
        kind=SCAN,
        checkpoint__isnull=False,
        strike__isnull=True,
    )
    return list(rows.values_list("checkpoint__code", "effective_at").order_by("effective_at"))


def _pace(chosen: PatrolSettings) -> Pace:
    return Pace(chosen.attack_minutes, chosen.metres_a_minute, chosen.detour, chosen.dwell_seconds)


def _roads(rows: Sequence[Checkpoint]) -> Mapping[tuple[str, str], Way]:
    """The ways by road between the checkpoints that have a position."""
    places = tuple(
        (row.code, row.longitude, row.latitude)
        for row in rows
        if row.longitude is not None and row.latitude is not None
    )
    path = walkways()
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return {}
    return _ways_between(path, changed, places)


@lru_cache(maxsize=64)
def _ways_between(
    path: Path, _changed: int, places: tuple[tuple[str, float, float], ...]
) -> Mapping[tuple[str, str], Way]:
    network = kept_network(path)
    if network is None:
        return {}
    found = ways(network, [place[1:] for place in places])
    return {(places[one][0], places[other][0]): way for (one, other), way in found.items()}
