"""Raising and ending a posture."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.patrol_jobs import posture_changed
from anlan.engine.areas import Area, area_kept
from anlan.engine.policy import Level
from anlan.models import District, Place, PostureChange, SensitivePeriod, User, WarningNotice

_INSTANT = timedelta(microseconds=1)


@transaction.atomic
def raise_posture(
    level: Level,
    *,
    start: datetime,
    end: datetime | None,
    reason: str,
    by: User | None,
    at: datetime,
    district: District | None = None,
    place: Place | None = None,
    area: Area | None = None,
    warning: WarningNotice | None = None,
    period: SensitivePeriod | None = None,
) -> PostureChange:
    """Put a level in force for the city, a district, a place or a drawn area."""
    change = PostureChange.objects.create(
        level=level, district=district, place=place, area=area_kept(area) if area else None, warning=warning,
        period=period, start=start, end=end, reason=reason, by=by, recorded_at=at, end_recorded_at=at if end else None,
        planned_end=end,
    )  # fmt: skip
    changes = {"level": [None, level], "start": [None, start], "end": [None, end]}
    journal.write(_entry("raise-posture", change, changes, reason), by=by, at=at)
    posture_changed(since=min(start, at) - _INSTANT, at=at)
    return change


@transaction.atomic
def end_posture(change: PostureChange, *, by: User | None, at: datetime, reason: str) -> PostureChange:
    """Stand down: the level is in force no longer; one that has ended stays as it ended."""
    return _end(change, at, "end-posture", by=by, at=at, reason=reason)


@transaction.atomic
def prolong_posture(
    change: PostureChange, end: datetime, *, by: User | None, at: datetime, reason: str
) -> PostureChange:
    """State another end; a level that has ended stays as it ended."""
    return _end(change, end, "prolong-posture", by=by, at=at, reason=reason)


def _end(
    change: PostureChange, end: datetime, action: str, *, by: User | None, at: datetime, reason: str
) -> PostureChange:
    change = PostureChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    before = change.end
    if before is not None and before <= at:
        return change
    change.end = end
    change.end_recorded_at = at
    change.save(update_fields=["end", "end_recorded_at"])
    journal.write(_entry(action, change, {"end": [before, end]}, reason), by=by, at=at)
    posture_changed(since=at - _INSTANT, at=at)
    return change


def _entry(action: str, change: PostureChange, changes: Mapping[str, object], reason: str) -> Change:
    area = change.place or change.district
    return Change(
        action=action,
        subject_kind="posture",
        subject_id=str(change.pk),
        subject_label=str(area) if area else "",
        place_code=change.place.code if change.place else "",
        changes=changes,
        reason=reason,
    )
