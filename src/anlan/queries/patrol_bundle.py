"""All that a guard's phone needs to walk a whole shift without network, in one value."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch
from django.utils import timezone

from anlan.engine.derivation import posture_of
from anlan.engine.patrol_codes import digest
from anlan.engine.patrol_legs import in_force
from anlan.engine.patrol_windows import rounds_at
from anlan.engine.policy import LEVELS, Level, Text
from anlan.models import Beat, Checkpoint, CheckpointCode, PatrolPlan, Place, Post, RosterLine, User
from anlan.queries.duties import basis
from anlan.queries.patrol_plans import (
    ShiftOn,
    beats_of,
    drawn,
    plans_of_shift,
    roster_of,
    settings_of,
    shifts_between,
)
from anlan.queries.subjects import place_subject

AHEAD = timedelta(hours=16)
"""How long before it begins a shift may be loaded."""

VOIDED_KEPT = timedelta(days=30)
"""How long the phone still knows a voided code, so that it can say that it was replaced."""


@dataclass(frozen=True, slots=True)
class CodeDigest:
    """A code that the phone recognises without holding it: SHA-256 of the QR's token and of the typed letters."""

    id: str
    token_sha256: str
    typed_sha256: str
    turning: bool
    void: bool


@dataclass(frozen=True, slots=True)
class BundleCheckpoint:
    """A checkpoint with its codes."""

    id: str
    code: str
    name: Text
    longitude: float | None
    latitude: float | None
    codes: tuple[CodeDigest, ...]


@dataclass(frozen=True, slots=True)
class BundleBeat:
    """A beat that could be walked; `own` if the roster names this guard, `free` if it names nobody."""

    id: str
    code: str
    name: Text
    post: Text | None
    spare: bool
    own: bool
    free: bool
    checkpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BundleLeg:
    """The next place to be: beat and checkpoint by their codes."""

    beat: str
    checkpoint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BundleWindow:
    """A visit owed at a checkpoint from `start` to `end`; `grace` after it, it is late rather than missing."""

    checkpoint: str
    start: datetime
    end: datetime
    grace: timedelta
    duty: str


@dataclass(frozen=True, slots=True)
class BundleLevel:
    """What holds at a level: the plan to walk by, from now or as soon as one begins (None: none), and the windows."""

    level: Level
    plan: str | None
    plan_level: Level | None
    legs: tuple[BundleLeg, ...]
    windows: tuple[BundleWindow, ...]


@dataclass(frozen=True, slots=True)
class ShiftBundle:
    """A shift to be walked offline. `levels` has one entry for each posture level, lowest first."""

    at: datetime
    place_id: str
    place_code: str
    place_name: Text
    shift_id: str
    shift_code: str
    shift_name: Text
    on: str
    start: datetime
    end: datetime
    level: Level
    beats: tuple[BundleBeat, ...]
    checkpoints: tuple[BundleCheckpoint, ...]
    levels: tuple[BundleLevel, ...]
    instructions: tuple[Text, ...]
    dwell_seconds: int
    attack_minutes: int
    asks_position: bool
    asks_photo: bool

    def of_level(self, level: Level) -> BundleLevel:
        """What holds at a level."""
        return next(one for one in self.levels if one.level == level)


def shift_bundle(user: User, place: Place, at: datetime) -> ShiftBundle | None:
    """The shift that a guard would walk at a place: the one that is on, else the next within 16 hours; else None.

    Of several at once, the one whose roster names the guard. About 20 reads.
    """
    chosen = _shift_for(user, place, at)
    if chosen is None:
        return None
    subject, works_by = place_subject(place), basis()
    settings = settings_of(place)
    plans = plans_of_shift(chosen.shift, chosen.on)
    spans = [
        one.span
        for one in shifts_between(place, chosen.on - timedelta(days=1), chosen.on + timedelta(days=1))
    ]
    levels: list[BundleLevel] = []
    instructions: dict[str, Text] = {}
    now = max(at, chosen.start)
    for level in LEVELS:
        rounds = rounds_at(subject, works_by, level, chosen.end)
        grace = {duty.id: duty.grace for duty in rounds.duties}
        for duty in rounds.duties:
            if duty.rule.instructions is not None:
                instructions.setdefault(duty.id, duty.rule.instructions)
        windows = tuple(
            BundleWindow(visit.checkpoint, visit.start, visit.end, grace[visit.duty], visit.duty)
            for visit in rounds.visits(chosen.span, spans)
        )
        levels.append(_level(level, plans, now, windows))
    return ShiftBundle(
        at=at,
        place_id=str(place.pk),
        place_code=place.code,
        place_name=Text(place.name_zh, place.name_en or place.name_zh),
        shift_id=str(chosen.shift.pk),
        shift_code=chosen.shift.code,
        shift_name=Text(chosen.shift.name_zh, chosen.shift.name_en or chosen.shift.name_zh),
        on=chosen.on.isoformat(),
        start=chosen.start,
        end=chosen.end,
        level=posture_of(subject, now),
        beats=tuple(_beats(user, place, chosen, at)),
        checkpoints=tuple(_checkpoints(place, chosen, at)),
        levels=tuple(levels),
        instructions=tuple(instructions.values()),
        dwell_seconds=settings.dwell_seconds,
        attack_minutes=settings.attack_minutes,
        asks_position=settings.asks_position,
        asks_photo=settings.asks_photo,
    )


def _shift_for(user: User, place: Place, at: datetime) -> ShiftOn | None:
    """The first of those that are on or begin soon whose roster names the guard, else the first of them."""
    today = timezone.localdate(at)
    near = shifts_between(place, today - timedelta(days=1), today + timedelta(days=1))
    found = [one for one in near if one.end > at and one.start <= at + AHEAD]
    own = set(RosterLine.objects.filter(guard=user, shift__place=place).values_list("shift", "on"))
    return next((one for one in found if (one.shift.pk, one.on) in own), found[0] if found else None)


def _level(
    level: Level, plans: Sequence[PatrolPlan], now: datetime, windows: tuple[BundleWindow, ...]
) -> BundleLevel:
    all_drawn = [drawn(plan) for plan in plans]
    begins = sorted(plan.starts for plan in all_drawn if plan.starts > now)
    chosen = next(filter(None, (in_force(all_drawn, level, moment) for moment in (now, *begins))), None)
    if chosen is None:
        return BundleLevel(level, None, None, (), windows)
    legs = tuple(BundleLeg(leg.beat, leg.checkpoint, leg.at) for leg in chosen.legs)
    return BundleLevel(level, chosen.id, chosen.level, legs, windows)


def _beats(user: User, place: Place, chosen: ShiftOn, at: datetime) -> list[BundleBeat]:
    lines = {line.beat_id: line for line in roster_of(chosen.shift, chosen.on) if line.beat_id}
    found = []
    for beat in beats_of(place, max(at, chosen.start)):
        line = lines.get(beat.pk)
        found.append(
            BundleBeat(
                id=str(beat.pk),
                code=beat.code,
                name=_name(beat),
                post=_name(beat.post) if beat.post else None,
                spare=beat.spare,
                own=line is not None and line.guard_id == user.pk,
                free=line is None or line.guard_id is None,
                checkpoints=tuple(point.code for point in beat.checkpoints.all() if point.closed_at is None),
            )
        )
    return sorted(found, key=lambda beat: (not beat.own, beat.spare, beat.code))


def _checkpoints(place: Place, chosen: ShiftOn, at: datetime) -> list[BundleCheckpoint]:
    codes = Prefetch("codes", CheckpointCode.objects.order_by("-number"))
    rows = (
        place.checkpoints.filter(opened_at__lt=chosen.end).prefetch_related(codes).order_by("order", "code")
    )
    return [
        BundleCheckpoint(
            id=str(row.pk),
            code=row.code,
            name=_name(row),
            longitude=row.longitude,
            latitude=row.latitude,
            codes=tuple(
                CodeDigest(
                    str(code.pk),
                    digest(code.token),
                    digest(code.typed),
                    code.turning,
                    code.void_at is not None,
                )
                for code in row.codes.all()
                if code.void_at is None or code.void_at > at - VOIDED_KEPT
            ),
        )
        for row in rows
        if row.closed_at is None or row.closed_at > at
    ]


def _name(row: Beat | Checkpoint | Post) -> Text:
    return Text(row.name_zh, row.name_en or row.name_zh)
