"""What patrols are planned from: shifts, beats, what checkpoints are worth, walking times, and who mans what."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import (
    Beat,
    Checkpoint,
    CheckpointWorth,
    PatrolSettings,
    Place,
    Post,
    RosterLine,
    Shift,
    User,
    WalkTime,
)

USUAL_SHIFTS: tuple[tuple[str, str, str, time, time], ...] = (
    ("S1", "早班", "Morning shift", time(6), time(14)),
    ("S2", "中班", "Afternoon shift", time(14), time(22)),
    ("S3", "夜班", "Night shift", time(22), time(6)),
)
"""Eight hours each, as a place begins with: code, names, start, end."""

SETTINGS = (
    "attack_minutes",
    "metres_a_minute",
    "detour",
    "walks_by",
    "dwell_seconds",
    "asks_position",
    "asks_photo",
)


@transaction.atomic
def set_settings(place: Place, values: Mapping[str, Any], *, by: User | None, at: datetime) -> PatrolSettings:
    """State how a place walks its rounds; what is not among `values` stays."""
    row, _is_new = PatrolSettings.objects.select_for_update().get_or_create(
        place=place, defaults={"changed_at": at}
    )
    changes = {
        name: [getattr(row, name), values[name]]
        for name in SETTINGS
        if name in values and getattr(row, name) != values[name]
    }
    if changes:
        for name in changes:
            setattr(row, name, values[name])
        row.changed_at = at
        row.save()
        journal.write(_entry("change-patrol-settings", place, changes), by=by, at=at)
    return row


@transaction.atomic
def set_worth(
    checkpoint: Checkpoint, *, present: float, consequence: int, reason: str, by: User | None, at: datetime
) -> CheckpointWorth:
    """State by hand what an attack at a checkpoint would cost, and why."""
    before = checkpoint.worths.order_by("-recorded_at", "-id").first()
    row = CheckpointWorth.objects.create(
        checkpoint=checkpoint, present=present, consequence=consequence, reason=reason, by=by, recorded_at=at
    )
    changes = {
        "checkpoint": [checkpoint.code, checkpoint.code],
        "present": [before.present if before else None, present],
        "consequence": [before.consequence if before else None, consequence],
    }
    journal.write(_entry("set-checkpoint-worth", checkpoint.place, changes, reason), by=by, at=at)
    return row


@transaction.atomic
def set_walk_time(
    one: Checkpoint, other: Checkpoint, seconds: int | None, *, by: User | None, at: datetime
) -> WalkTime | None:
    """State a walking time that was measured, in both directions; None takes it back."""
    first, second = sorted((one, other), key=lambda point: point.pk)
    before = WalkTime.objects.filter(one=first, other=second).first()
    row = None
    if seconds is None:
        WalkTime.objects.filter(one=first, other=second).delete()
    else:
        row, _is_new = WalkTime.objects.update_or_create(
            one=first, other=second, defaults={"seconds": seconds, "by": by, "recorded_at": at}
        )
    if (before.seconds if before else None) != seconds:
        changes = {
            "checkpoints": [None, [one.code, other.code]],
            "walk_seconds": [before.seconds if before else None, seconds],
        }
        journal.write(_entry("set-walk-time", one.place, changes), by=by, at=at)
    return row


@transaction.atomic
def set_walk_times(
    place: Place,
    times: Mapping[tuple[Checkpoint, Checkpoint], int | None],
    *,
    by: User | None,
    at: datetime,
) -> int:
    """State many measured walking times of a place at once; how many were not as they are."""
    rows = WalkTime.objects.filter(one__place=place).values_list("one", "other", "seconds")
    known = {frozenset((one, other)): seconds for one, other, seconds in rows}
    changed = 0
    for (one, other), seconds in times.items():
        if known.get(frozenset((one.pk, other.pk))) != seconds:
            set_walk_time(one, other, seconds, by=by, at=at)
            changed += 1
    return changed


@transaction.atomic
def add_shift(
    place: Place,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    starts: time,
    ends: time,
    by: User | None,
    at: datetime,
    days: str = "1234567",
) -> Shift:
    """A span of the day in which the place is manned; one that ends no later than it starts runs into the next."""
    shift = Shift.objects.create(
        place=place,
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        starts=starts,
        ends=ends,
        days=days,
        opened_at=at,
    )
    hours = f"{starts:%H:%M}-{ends:%H:%M}"
    journal.write(
        _entry("add-shift", place, {"shift": [None, code], "shift_hours": [None, hours]}), by=by, at=at
    )
    return shift


@transaction.atomic
def close_shift(shift: Shift, *, by: User | None, at: datetime, reason: str) -> Shift:
    """The shift does not begin any more; one that is closed stays closed since then."""
    shift = Shift.objects.select_for_update(of=("self",)).get(pk=shift.pk)
    if shift.closed_at is None:
        shift.closed_at = at
        shift.save(update_fields=["closed_at"])
        journal.write(_entry("close-shift", shift.place, {"shift": [shift.code, None]}, reason), by=by, at=at)
    return shift


@transaction.atomic
def add_beat(
    place: Place,
    *,
    code: str,
    name_zh: str,
    name_en: str,
    checkpoints: Iterable[Checkpoint],
    by: User | None,
    at: datetime,
    post: Post | None = None,
    spare: bool = False,
) -> Beat:
    """The checkpoints that one guard walks; a spare one helps where the plan sends it."""
    beat = Beat.objects.create(
        place=place, code=code, name_zh=name_zh, name_en=name_en, post=post, spare=spare, opened_at=at
    )
    points = list(checkpoints)
    beat.checkpoints.set(points)
    changes = {"beat": [None, code], "checkpoints": [None, [point.code for point in points]]}
    journal.write(_entry("add-beat", place, changes), by=by, at=at)
    return beat


@transaction.atomic
def change_beat(
    beat: Beat, *, checkpoints: Iterable[Checkpoint], by: User | None, at: datetime, **values: Any
) -> Beat:
    """Other checkpoints, names, post or part as spare for a beat; plans not begun are drawn anew by planning."""
    beat = Beat.objects.select_for_update(of=("self",)).get(pk=beat.pk)
    before = sorted(beat.checkpoints.values_list("code", flat=True))
    points = list(checkpoints)
    after = sorted(point.code for point in points)
    changes: dict[str, Any] = {"checkpoints": [before, after]} if before != after else {}
    for name in ("name_zh", "name_en", "post", "spare"):
        if name in values and getattr(beat, name) != values[name]:
            was, now = getattr(beat, name), values[name]
            changes[name] = (
                [was.code if was else None, now.code if now else None] if name == "post" else [was, now]
            )
            setattr(beat, name, values[name])
    if changes:
        beat.save()
        beat.checkpoints.set(points)
        journal.write(
            _entry("change-beat", beat.place, {"beat": [beat.code, beat.code], **changes}), by=by, at=at
        )
    return beat


@transaction.atomic
def close_beat(beat: Beat, *, by: User | None, at: datetime, reason: str) -> Beat:
    """The beat is not walked any more; one that is closed stays closed since then."""
    beat = Beat.objects.select_for_update(of=("self",)).get(pk=beat.pk)
    if beat.closed_at is None:
        beat.closed_at = at
        beat.save(update_fields=["closed_at"])
        journal.write(_entry("close-beat", beat.place, {"beat": [beat.code, None]}, reason), by=by, at=at)
    return beat


@transaction.atomic
def set_roster(
    shift: Shift,
    on: date,
    *,
    guard: User | None,
    by: User | None,
    at: datetime,
    beat: Beat | None = None,
    post: Post | None = None,
) -> RosterLine:
    """Say who mans a beat or a fixed post in one shift; None: still to be filled, or nobody any more.

    The journal, which is never erased, says that it was filled, and not by whom.
    """
    line = (
        RosterLine.objects.select_for_update(of=("self",))
        .filter(shift=shift, on=on, beat=beat, post=post)
        .first()
    )
    before = line.guard_id if line else None
    if line is None:
        line = RosterLine(shift=shift, on=on, beat=beat, post=post)
    elif before == (guard.pk if guard else None):
        return line
    line.guard, line.changed_at = guard, at
    line.save()
    changes = {
        "shift": [None, f"{shift.code} {on}"],
        **({"beat": [None, beat.code]} if beat else {}),
        **({"post": [None, post.code]} if post else {}),
        "manned": [before is not None, guard is not None],
    }
    journal.write(_entry("change-roster", shift.place, changes), by=by, at=at)
    return line


@transaction.atomic
def set_up_patrols(place: Place, *, by: User | None, at: datetime) -> list[Beat]:
    """Begin with what is usual where there is nothing yet: three shifts of eight hours, one beat of all checkpoints."""
    if not place.shifts.filter(closed_at=None).exists():
        for code, name_zh, name_en, starts, ends in USUAL_SHIFTS:
            add_shift(
                place, code=code, name_zh=name_zh, name_en=name_en, starts=starts, ends=ends, by=by, at=at
            )
    beats = list(place.beats.filter(closed_at=None))
    points = list(place.checkpoints.filter(closed_at=None).order_by("order", "code"))
    if beats or not points:
        return beats
    post = place.posts.filter(mobile=True).order_by("code").first()
    beat = add_beat(
        place, code="B1", name_zh="巡查线路一", name_en="Beat 1", checkpoints=points, post=post, by=by, at=at
    )
    return [beat]


def _entry(action: str, place: Place, changes: Mapping[str, Any], reason: str = "") -> Change:
    return Change(
        action=action,
        subject_kind="place",
        subject_id=str(place.pk),
        subject_label=place.name_zh,
        place_code=place.code,
        changes=changes,
        reason=reason,
    )
