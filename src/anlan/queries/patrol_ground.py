"""What a place's plans rest on, as the engine takes it: checkpoints and their worth, beats, walking times, pace."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from anlan.engine.patrol_ground import BeatFacts, Ground, Pace, Point
from anlan.engine.patrol_windows import SCAN
from anlan.models import CheckpointWorth, Evidence, Place, WalkTime
from anlan.queries.patrol_plans import beats_of, settings_of


def ground_of(place: Place, at: datetime) -> Ground:
    """The ground as it is at a moment; six reads."""
    rows = list(place.checkpoints.order_by("order", "code"))
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
        pace=_pace(place),
        measured={
            (one, other): seconds
            for one, other, seconds in WalkTime.objects.filter(one__place=place).values_list(
                "one__code", "other__code", "seconds"
            )
        },
    )


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


def _pace(place: Place) -> Pace:
    settings = settings_of(place)
    return Pace(settings.attack_minutes, settings.metres_a_minute, settings.detour, settings.dwell_seconds)
