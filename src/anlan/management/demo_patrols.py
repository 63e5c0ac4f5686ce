"""Patrols of the demo city: beats, shifts, rosters, codes, and a week of visits made of the scans there are.

Plans are drawn by the worker once it runs, so that loading stays quick: first the shifts that are on at a dozen places,
then the coming week of each.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from anlan.actions.patrol_codes import issue_codes
from anlan.actions.patrol_jobs import plan_later, plan_now_later
from anlan.actions.patrol_register import add_beat, set_roster, set_up_patrols, set_worth
from anlan.engine.patrol_codes import LETTERS
from anlan.management.demo_city.values import DemoCity
from anlan.models import Beat, CheckpointCode, Evidence, Place, User, Visit, Walk
from anlan.queries.patrol_plans import ShiftOn, shifts_between

PLACES, LARGE, DAYS, PAST = 12, 8, 8, timedelta(days=7)
"""How many places are planned, from how many checkpoints on two guards walk, for how many days, visits of how long."""

SECONDS = 3.0
"""How long the worker may solve each game, so that a new demo city has its plans within a few minutes."""

_BATCH = 1500
_NAMES = (("巡查线路一", "Beat 1"), ("巡查线路二", "Beat 2"))


def load_patrols(city: DemoCity, users: dict[str, User], *, office: User, at: datetime) -> None:
    """Set up the places that patrol most, own mall first, and have the worker plan them."""
    rows = {place.code: place for place in Place.objects.filter(code__in=_patrolled(city))}
    own = next(account.place for account in city.accounts if account.role == "guard" and account.place)
    first = at - PAST
    for code in _patrolled(city):
        place = rows[code]
        beats = _beats(place, spare=code == own, by=office, at=place.registered_at)
        set_up_patrols(place, by=office, at=place.registered_at)
        issue_codes(place, by=office, at=place.registered_at)
        if code == own:
            _own_place(place, beats, users["guard"], office, at)
        _visits(place, beats, first, at)
        plan_now_later(place, by=office)
    for code in _patrolled(city):
        plan_later(rows[code], at.date(), DAYS, by=office, seconds=SECONDS)


def _patrolled(city: DemoCity) -> list[str]:
    """The places of which scans are recorded, those with the most checkpoints first."""
    scanned = {item.place for item in city.evidence if item.kind == "scan" and item.checkpoint}
    places = [place for place in city.places if place.code in scanned]
    return [place.code for place in sorted(places, key=lambda each: (-len(each.checkpoints), each.code))][
        :PLACES
    ]


def _beats(place: Place, *, spare: bool, by: User, at: datetime) -> list[Beat]:
    """One guard walks a small place; a large one is walked by two, each one half of the ring of checkpoints."""
    points = list(place.checkpoints.order_by("order", "code"))
    post = place.posts.filter(mobile=True).order_by("code").first()
    half = (len(points) + 1) // 2 if len(points) >= LARGE else len(points)
    parts = [part for part in (points[:half], points[half:]) if part]
    beats = [
        add_beat(
            place, code=f"B{number + 1}", name_zh=zh, name_en=en, checkpoints=part, post=post, by=by, at=at
        )
        for number, (part, (zh, en)) in enumerate(zip(parts, _NAMES, strict=False))
    ]
    if spare:
        add_beat(
            place,
            code="R1",
            name_zh="机动保安",
            name_en="Spare guard",
            checkpoints=points,
            spare=True,
            by=by,
            at=at,
        )
    return beats


def _own_place(place: Place, beats: Sequence[Beat], guard: User, office: User, at: datetime) -> None:
    """The place of the demo accounts: its guard is on the roster of every shift, so that there is always a round."""
    today = at.date()
    for shift in shifts_between(place, today - timedelta(days=1), today + timedelta(days=DAYS)):
        set_roster(shift.shift, shift.on, beat=beats[0], guard=guard, by=office, at=at)
        for beat in beats[1:]:
            set_roster(shift.shift, shift.on, beat=beat, guard=None, by=office, at=at)
    for order, (present, consequence, reason) in enumerate(
        ((120, 4, "节假日入口人流计数"), (80, 3, "入口人流计数"), (300, 5, "大厅为人员最密集处"))
    ):
        point = place.checkpoints.get(order=order)
        set_worth(point, present=present, consequence=consequence, reason=reason, by=office, at=at)


def _visits(place: Place, beats: Sequence[Beat], since: datetime, at: datetime) -> None:
    """Each shift's scans as the walks of its beats."""
    shifts = shifts_between(place, since.date() - timedelta(days=1), at.date())
    beat_of: dict[UUID | None, Beat] = {point.pk: beat for beat in beats for point in beat.checkpoints.all()}
    codes: dict[UUID | None, UUID] = dict(
        CheckpointCode.objects.filter(checkpoint__place=place).values_list("checkpoint", "pk")
    )
    scans = Evidence.objects.filter(
        place=place, kind="scan", checkpoint__isnull=False, effective_at__range=(since, at), strike=None
    ).order_by("effective_at")
    walks: list[Walk] = []
    visits: list[Visit] = []
    proofs: list[Visit.evidence.through] = []  # type: ignore[name-defined]  # made by Django
    grouped = sorted(
        ((_shift_of(scan.effective_at, shifts), beat_of[scan.checkpoint_id].code, scan) for scan in scans),
        key=lambda one: (one[0].start, one[1], one[2].effective_at),
    )
    for (_start, code), found in groupby(grouped, key=lambda one: (one[0].start, one[1])):
        own = list(found)
        shift, first, last = own[0][0], own[0][2], own[-1][2]
        walk = Walk(
            place=place,
            beat=next(beat for beat in beats if beat.code == code),
            guard_id=first.by_id,
            alias=_alias(len(walks), place),
            started_at=min(shift.start, first.effective_at),
            ended_at=max(shift.end, last.effective_at) if shift.end <= at else None,
            received_at=first.recorded_at,
        )
        walks.append(walk)
        for number, (_shift, _code, scan) in enumerate(own, start=1):
            visit = Visit(
                walk=walk, checkpoint_id=scan.checkpoint_id, kind="scan", way="qr",
                code_id=codes.get(scan.checkpoint_id), number=number, device_at=scan.effective_at,
                effective_at=scan.effective_at, received_at=scan.recorded_at,
            )  # fmt: skip
            visits.append(visit)
            proofs.append(Visit.evidence.through(visit=visit, evidence=scan))
    Walk.objects.bulk_create(walks, batch_size=_BATCH)
    Visit.objects.bulk_create(visits, batch_size=_BATCH)
    Visit.evidence.through.objects.bulk_create(proofs, batch_size=_BATCH)


def _shift_of(at: datetime, shifts: Sequence[ShiftOn]) -> ShiftOn:
    return next(shift for shift in shifts if shift.start <= at < shift.end)


def _alias(number: int, place: Place) -> str:
    """A made-up name of a round, the same whenever the demo city is loaded with the same seed."""
    mixed = (number + 1) * 7919 + sum(map(ord, place.code)) * 104_729
    return "G-" + "".join(LETTERS[mixed >> 5 * step & 31] for step in range(5))
