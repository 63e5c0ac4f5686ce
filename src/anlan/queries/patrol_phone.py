"""What the intake of a guard's phone looks up: the device, the rights of its holder, what a scan is evidence of."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing
from django.db.models import Max, Q
from django.utils import timezone

from anlan.engine import access as rules
from anlan.engine.access import GrantFacts, Target
from anlan.engine.facts import Basis
from anlan.engine.patrol_codes import read_scanned, read_typed
from anlan.engine.patrol_flags import TYPED_RUN, Ground, Point
from anlan.engine.periods import midnight
from anlan.engine.policy import LEVELS, Level
from anlan.engine.timelines import History
from anlan.models import Checkpoint, CheckpointCode, Device, Grant, PatrolPlan, Place, User, Visit, WalkTime
from anlan.queries.duties import basis
from anlan.queries.people import grants_in_force, in_force
from anlan.queries.subjects import PostureSpans, place_subject

AFTER_THE_END = timedelta(days=30)
"""How long a phone whose holder has left may still send in what was recorded before."""


@dataclass(frozen=True, slots=True)
class Holder:
    """An enrolled phone, its holder, and the moment from which records of it no longer count."""

    device: Device
    user: User
    ended_at: datetime | None


def holder_of(digest: str, at: datetime) -> Holder | None:
    """The phone whose token has this digest, if it may still send."""
    if not digest:
        return None
    device = Device.objects.select_related("user").filter(digest=digest).first()
    if device is None:
        return None
    ends = [device.ended_at] if device.ended_at else []
    if device.user.expires_on is not None:
        day_after = device.user.expires_on + timedelta(days=1)
        ends.append(midnight(day_after, timezone.get_default_timezone()))
    ended_at = min(ends, default=None)
    if ended_at is not None and ended_at <= at:
        return Holder(device, device.user, ended_at) if at < ended_at + AFTER_THE_END else None
    return Holder(device, device.user, None)


def may_walk(user: User, place: Place, at: datetime, now: datetime) -> bool:
    """Whether somebody may walk the rounds of a place, at the moment it was done or now."""
    target = Target(
        district=place.district_id or "",
        department=place.department.code if place.department else "",
        place=place.code,
    )
    facts = [*grants_in_force(user, now), *_grants_then(user, at)]
    return rules.may(facts, "walk-patrols", target)


def codes_read(contents: Iterable[str]) -> dict[str, CheckpointCode]:
    """The codes in what cameras read and thumbs typed, by that text; one read, texts that are no code left out."""
    tokens: dict[str, str] = {}
    typed: dict[str, str] = {}
    for content in set(contents):
        scanned = read_scanned(content)
        if scanned is not None:
            tokens[content] = scanned.token
        elif letters := read_typed(content):
            typed[content] = letters
    codes = CheckpointCode.objects.select_related("checkpoint__place")
    by_token = {code.token: code for code in codes.filter(token__in=set(tokens.values()))} if tokens else {}
    by_letters = {code.typed: code for code in codes.filter(typed__in=set(typed.values()))} if typed else {}
    found = {content: by_token[token] for content, token in tokens.items() if token in by_token}
    return found | {
        content: by_letters[letters] for content, letters in typed.items() if letters in by_letters
    }


def turning_secret() -> bytes:
    """The secret of this installation by which turning codes are marked."""
    return signing.Signer(salt="anlan.turning-code").signature("turning").encode()


def ground_of(place: Place) -> Ground:
    """Where a place's checkpoints are, and the walking times that were measured."""
    checkpoints = Checkpoint.objects.filter(place=place, longitude__isnull=False, latitude__isnull=False)
    points = {
        str(pk): Point(longitude, latitude)
        for pk, longitude, latitude in checkpoints.values_list("pk", "longitude", "latitude")
        if longitude is not None and latitude is not None
    }
    measured = WalkTime.objects.filter(one__place=place).values_list("one_id", "other_id", "seconds")
    return Ground(points, {frozenset({str(one), str(other)}): float(s) for one, other, s in measured})


def scans_near(walk: UUID, first: datetime, last: datetime, numbers: tuple[int, int]) -> list[Visit]:
    """The scans of a walk that are recorded already and lie near in time or in number; flags compare with them."""
    span = timedelta(minutes=10)
    visits = Visit.objects.filter(walk=walk, kind="scan").select_related("checkpoint")
    in_time = Q(effective_at__gte=first - span, effective_at__lte=last + span)
    before = visits.filter(number__lt=numbers[0]).order_by("-number").values("pk")[:TYPED_RUN]
    after = visits.filter(number__gt=numbers[1]).order_by("number").values("pk")[:TYPED_RUN]
    beside = [row["pk"] for row in (*before, *after)]
    return list(visits.filter(in_time | Q(pk__in=beside)))


@dataclass(slots=True)
class OwedScans:
    """Which rules a scan at a place is evidence of, at any moment up to `until`."""

    until: datetime
    works_by: Basis = field(default_factory=basis)
    _known: dict[UUID, "_History"] = field(default_factory=dict)

    def rules_at(self, place: Place, at: datetime) -> tuple[tuple[str, str], ...]:
        """Scheme and rule of every scan duty that the place owed at a moment."""
        if place.pk not in self._known:
            self._known[place.pk] = _History(History(place_subject(place), self.works_by, self.until))
        return self._known[place.pk].rules_at(at)


@dataclass(slots=True)
class _History:
    """The scan duties of one place, reckoned once for each stretch in which nothing that bears on them changes."""

    history: History
    _moments: list[datetime] = field(default_factory=list)
    _rules: dict[int, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._moments = self.history.moments()

    def rules_at(self, at: datetime) -> tuple[tuple[str, str], ...]:
        number = bisect_right(self._moments, at)
        if number not in self._rules:
            duties = self.history.derived_at(at).duties
            self._rules[number] = tuple(
                (duty.scheme, duty.rule.id) for duty in duties if duty.owed and duty.rule.evidence == "scan"
            )
        return self._rules[number]


def level_at(place: Place, at: datetime) -> Level:
    """The level in force at a place, in one or two reads."""
    spans = PostureSpans().of_place(place)
    levels = [span.level for span in spans if span.start <= at and (span.end is None or at < span.end)]
    return max(levels, key=LEVELS.index, default="normal")


def changed_at(place: Place, at: datetime) -> datetime | None:
    """When a plan of the place that is not over, or one of its codes, last changed: phones then load the shift anew."""
    plans = PatrolPlan.objects.filter(place=place, ends__gt=at)
    codes = CheckpointCode.objects.filter(checkpoint__place=place)
    drawn = plans.aggregate(drawn=Max("drawn_at"), cancelled=Max("cancelled_at"))
    issued = codes.aggregate(issued=Max("issued_at"), void=Max("void_at"))
    return max((one for one in (*drawn.values(), *issued.values()) if one is not None), default=None)


def _grants_then(user: User, at: datetime) -> list[GrantFacts]:
    """What somebody's grants were at a moment, though the account may be closed now."""
    rows = in_force(Grant.objects.filter(user=user, role__in=("guard", "venue-manager")), at)
    return [
        GrantFacts(
            role="guard", district=row.district_code, department=row.department_code, place=row.place_code
        )
        for row in rows
    ]
