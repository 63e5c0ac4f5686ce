"""Patrols of a place as they stand: its beats and their legs, its checkpoints, calls for help, records to review."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet

from anlan.engine.patrol_legs import Leg
from anlan.engine.patrol_matching import LegStanding, VisitMade, legs_standing
from anlan.engine.standing import WindowState
from anlan.models import Beat, Checkpoint, Evidence, HelpCall, Place, RosterLine, Visit, Walk
from anlan.queries.duties import Account, place_account
from anlan.queries.patrol_cases import cases_to_review, waiting_cases
from anlan.queries.patrol_month import scan_windows
from anlan.queries.patrol_plans import (
    PlannedLeg,
    ShiftOn,
    beats_of,
    legs_of_shift,
    next_shift,
    roster_of,
    shifts_at,
)

LOOK_BACK = timedelta(hours=14)
"""How far back the reasons for passing over and the last visits of a checkpoint are shown."""

LONGEST_WALK = timedelta(hours=16)
"""A round that began longer ago is no longer under way, whatever its phone has not said."""


@dataclass(frozen=True, slots=True)
class WalkNow:
    """A round of the shift that is on, and its last scan."""

    walk: Walk
    last: Visit | None


@dataclass(frozen=True, slots=True)
class CallNow:
    """A call for help that is open, and the last scan of its round: where the guard probably is."""

    call: HelpCall
    last: Visit | None

    @property
    def seen(self) -> tuple[Checkpoint, datetime] | None:
        """The checkpoint scanned last and when: as the scans say that came in, or, if it knew of a later, the call."""
        call, last = self.call, self.last
        if (
            call.last_checkpoint
            and call.last_scan_at
            and not (last and last.effective_at >= call.last_scan_at)
        ):
            return call.last_checkpoint, call.last_scan_at
        return (last.checkpoint, last.effective_at) if last and last.checkpoint else None


@dataclass(frozen=True, slots=True)
class BeatNow:
    """One beat in the shift that is on: who is on the roster, the rounds on it, what became of the legs.

    Rounds that go on come before those that have ended; `beat` is None for rounds that follow no beat.
    """

    beat: Beat | None
    line: RosterLine | None
    walks: tuple[WalkNow, ...]
    legs: tuple[LegStanding, ...]

    @property
    def walked(self) -> int:
        return sum(leg.state == "walked" for leg in self.legs)

    @property
    def late(self) -> tuple[LegStanding, ...]:
        return tuple(leg for leg in self.legs if leg.state == "late")

    @property
    def next(self) -> LegStanding | None:
        return next((leg for leg in self.legs if leg.state == "next"), None)


@dataclass(frozen=True, slots=True)
class CheckpointNow:
    """A checkpoint, its last scan, and whether it is scanned in the window that is open (None: nothing is owed)."""

    checkpoint: Checkpoint
    last_at: datetime | None
    scanned: bool | None
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class PatrolNow:
    """All that the page of a place shows about its patrols at a moment."""

    account: Account
    shift: ShiftOn | None
    following: ShiftOn | None
    beats: tuple[BeatNow, ...]
    checkpoints: tuple[CheckpointNow, ...]
    duties: tuple[WindowState, ...]
    open_now: tuple[WindowState, ...]
    passed_over: tuple[Visit, ...]
    calls: tuple[CallNow, ...]
    to_review: int

    @property
    def planned(self) -> int:
        return sum(len(beat.legs) for beat in self.beats)

    @property
    def walked(self) -> int:
        return sum(beat.walked for beat in self.beats)

    @property
    def late(self) -> int:
        return sum(len(beat.late) for beat in self.beats)


def patrol_now(place: Place, at: datetime) -> PatrolNow:
    """The patrols of one place; a fixed number of reads for each shift that is on."""
    account = place_account(place, at)
    on = shifts_at(place, at)
    shift = on[0] if on else None
    since = min(at - LOOK_BACK, shift.start) if shift else at - LOOK_BACK
    visits = list(visits_between(place, since - timedelta(hours=1), at))
    duties = tuple(state for state in account.states if state.duty.rule.evidence == "scan")
    open_now = scan_windows(place, account.subject, at, at + timedelta(seconds=1), at)
    return PatrolNow(
        account=account,
        shift=shift,
        following=next_shift(place, at) if shift is None else None,
        beats=tuple(_beats(place, shift, visits, at, account)) if shift else (),
        checkpoints=tuple(_checkpoints(place, since, open_now, at)),
        duties=duties,
        open_now=open_now,
        passed_over=tuple(
            visit for visit in visits if visit.kind == "missed" and visit.effective_at >= since
        )[:20],
        calls=tuple(calls_now(open_calls(place))),
        to_review=len(cases_to_review(place)),
    )


def visits_between(place: Place, start: datetime, end: datetime) -> QuerySet[Visit]:
    """The visits to a place from `start` to `end` (in), latest first."""
    rows = Visit.objects.filter(walk__place=place, effective_at__range=(start, end))
    return rows.select_related("walk", "checkpoint").order_by("-effective_at", "-number")


def open_calls(place: Place | None = None) -> QuerySet[HelpCall]:
    """Calls for help that are not closed yet, oldest first; of one place or of all."""
    rows = HelpCall.objects.filter(closed_at=None)
    rows = rows if place is None else rows.filter(place=place)
    return rows.select_related(
        "place", "walk__beat", "walk__guard", "checkpoint", "last_checkpoint", "taken_by"
    ).order_by("made_at")


def calls_now(calls: Iterable[HelpCall]) -> list[CallNow]:
    """Calls with the last scan of each one's round, as far as it has come in; one more read."""
    listed = list(calls)
    walks = {call.walk_id for call in listed if call.walk_id}
    scans = Visit.objects.filter(walk__in=walks, kind="scan", checkpoint__isnull=False)
    last = {
        visit.walk_id: visit
        for visit in scans.select_related("checkpoint").order_by("effective_at", "number")
    }
    return [CallNow(call, last.get(call.walk_id) if call.walk_id else None) for call in listed]


@dataclass(frozen=True, slots=True)
class PlaceRounds:
    """A place in the list of patrols: rounds under way, and what waits for a person (a burst of scans once)."""

    place: Place
    walking: int
    calls: int
    to_review: int


def places_with_rounds(places: QuerySet[Place], at: datetime) -> list[PlaceRounds]:
    """The places of a reach that have beats, with what is going on there; a fixed number of reads.

    A round that began longer ago than any shift lasts is not under way, only not ended.
    """
    rows = list(places.filter(beats__isnull=False).distinct().order_by("name_sort", "code"))
    ids = [row.pk for row in rows]
    under_way = Walk.objects.filter(place__in=ids, ended_at=None, started_at__gt=at - LONGEST_WALK)
    walking = _counts(under_way)
    calls = _counts(HelpCall.objects.filter(place__in=ids, closed_at=None))
    waiting = waiting_cases(ids)
    return [
        PlaceRounds(row, walking.get(row.pk, 0), calls.get(row.pk, 0), waiting.get(row.pk, 0)) for row in rows
    ]


def _counts(rows: QuerySet[Walk] | QuerySet[HelpCall]) -> dict[UUID, int]:
    return dict(rows.values_list("place").annotate(Count("pk")))


def _beats(
    place: Place, shift: ShiftOn, visits: Sequence[Visit], at: datetime, account: Account
) -> list[BeatNow]:
    legs: dict[str, list[PlannedLeg]] = defaultdict(list)
    for leg in legs_of_shift(shift.shift, shift.on, shift.start, shift.end, account.subject):
        legs[leg.beat].append(leg)
    lines = {line.beat_id: line for line in roster_of(shift.shift, shift.on) if line.beat_id}
    walks = _walks(place, shift, visits)
    found = []
    for beat in beats_of(place, at):
        own = [visit for visit in visits if visit.walk.beat_id == beat.pk]
        planned = [Leg(leg.beat, leg.checkpoint, leg.at) for leg in legs[beat.code]]
        standing = legs_standing(planned, [_made(visit) for visit in own if visit.checkpoint], at)
        if beat.spare and not planned and beat.pk not in walks and beat.pk not in lines:
            continue
        found.append(
            BeatNow(
                beat=beat,
                line=lines.get(beat.pk),
                walks=tuple(walks[beat.pk]) if beat.pk in walks else (),
                legs=tuple(standing),
            )
        )
    if None in walks:
        found.append(BeatNow(beat=None, line=None, walks=tuple(walks[None]), legs=()))
    return found


def _walks(place: Place, shift: ShiftOn, visits: Sequence[Visit]) -> dict[UUID | None, list[WalkNow]]:
    """The rounds of a shift by beat, those that go on first, then the latest; visits are there latest first."""
    rows = Walk.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=shift.start),
        place=place,
        started_at__gte=shift.start - timedelta(hours=1),
        started_at__lt=shift.end,
    ).select_related("guard")
    last = {visit.walk_id: visit for visit in reversed(visits) if visit.kind == "scan"}
    found: dict[UUID | None, list[WalkNow]] = defaultdict(list)
    for walk in sorted(rows.order_by("-started_at"), key=lambda walk: walk.ended_at is not None):
        found[walk.beat_id].append(WalkNow(walk, last.get(walk.pk)))
    return found


def _made(visit: Visit) -> VisitMade:
    code = visit.checkpoint.code if visit.checkpoint else ""
    return VisitMade(str(visit.pk), code, visit.effective_at, visit.kind == "scan")


def _checkpoints(
    place: Place, since: datetime, open_now: Sequence[WindowState], at: datetime
) -> list[CheckpointNow]:
    last = dict(
        Evidence.objects.filter(
            place=place, kind="scan", checkpoint__isnull=False, strike=None, effective_at__range=(since, at)
        )
        .values_list("checkpoint")
        .annotate(Max("effective_at"))
    )
    opened = max((state.window.start for state in open_now), default=None)
    deadline = min((state.deadline for state in open_now if state.deadline), default=None)
    rows = place.checkpoints.filter(closed_at=None).select_related("zone").order_by("order", "code")
    return [
        CheckpointNow(
            checkpoint=row,
            last_at=last.get(row.pk),
            scanned=None if opened is None else row.pk in last and last[row.pk] >= opened,
            deadline=deadline,
        )
        for row in rows
    ]
