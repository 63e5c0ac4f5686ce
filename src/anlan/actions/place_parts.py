"""Changes to what belongs to a place: checkpoints, posts, zones, and what happened there."""

from datetime import datetime

from django.db import transaction

from anlan.actions import journal
from anlan.actions.patrol_jobs import checkpoints_changed
from anlan.actions.register import place_entry
from anlan.models import Checkpoint, Occurrence, Place, Post, User, Zone


@transaction.atomic
def add_checkpoint(
    place: Place,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    by: User | None,
    at: datetime,
    zone: Zone | None = None,
) -> Checkpoint:
    """A further point to visit on every round, from now on."""
    checkpoint = Checkpoint.objects.create(
        place=place, code=code, name_zh=name_zh, name_en=name_en, zone=zone, opened_at=at,
        order=place.checkpoints.count(),
    )  # fmt: skip
    Place.objects.filter(pk=place.pk).update(changed_at=at)
    journal.write(place_entry("add-checkpoint", place, {"checkpoint": [None, code]}, ""), by=by, at=at)
    checkpoints_changed(place, at=at)
    return checkpoint


@transaction.atomic
def close_checkpoint(checkpoint: Checkpoint, *, by: User | None, at: datetime, reason: str) -> Checkpoint:
    """The point is not visited any more; one that is closed stays closed since then."""
    checkpoint = Checkpoint.objects.select_for_update(of=("self",)).get(pk=checkpoint.pk)
    if checkpoint.closed_at is not None:
        return checkpoint
    checkpoint.closed_at = at
    checkpoint.save(update_fields=["closed_at"])
    Place.objects.filter(pk=checkpoint.place_id).update(changed_at=at)
    entry = place_entry("close-checkpoint", checkpoint.place, {"checkpoint": [checkpoint.code, None]}, reason)
    journal.write(entry, by=by, at=at)
    checkpoints_changed(checkpoint.place, at=at)
    return checkpoint


@transaction.atomic
def add_post(
    place: Place, *, code: str, name_zh: str, name_en: str, mobile: bool, by: User | None, at: datetime
) -> Post:
    """A post of a place, fixed or mobile."""
    post = Post.objects.create(place=place, code=code, name_zh=name_zh, name_en=name_en, mobile=mobile)
    journal.write(place_entry("add-post", place, {"post": [None, code]}, ""), by=by, at=at)
    return post


@transaction.atomic
def add_zone(place: Place, *, code: str, name_zh: str, name_en: str, by: User | None, at: datetime) -> Zone:
    """A part of a place that checkpoints may lie in."""
    zone = Zone.objects.create(place=place, code=code, name_zh=name_zh, name_en=name_en)
    journal.write(place_entry("add-zone", place, {"zone": [None, code]}, ""), by=by, at=at)
    return zone


@transaction.atomic
def record_occurrence(
    place: Place, *, kind: str, happened_at: datetime, note: str, by: User | None, at: datetime
) -> Occurrence:
    """Something happened to a place that starts a clock."""
    occurrence = Occurrence.objects.create(
        place=place, kind=kind, at=happened_at, recorded_at=at, by=by, note=note
    )
    Place.objects.filter(pk=place.pk).update(changed_at=at)
    journal.write(
        place_entry("record-occurrence", place, {"kind": kind, "at": happened_at}, note), by=by, at=at
    )
    return occurrence
