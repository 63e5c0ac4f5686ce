"""Keeping many visits at once: their flags, the evidence they give, the projection and the journal."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from anlan.actions.journal import Change
from anlan.actions.standing import note_evidence
from anlan.engine.patrol_codes import read_scanned, turn_holds
from anlan.engine.patrol_flags import CodeState, Point, Scan, flags_of
from anlan.models import CheckpointCode, Device, Evidence, Visit
from anlan.models.ids import new_id
from anlan.queries.patrol_phone import OwedScans, ground_of, scans_near, turning_secret


@dataclass(frozen=True, slots=True)
class Arrival:
    """When something was done: by the phone, by the phone corrected, as it counts; and when it came in.

    `drift` is how far the phone's clock moved against ours between the record and its sending.
    """

    device_at: datetime
    said_at: datetime
    effective: datetime
    received: datetime
    skew: timedelta
    drift: timedelta
    elapsed: timedelta | None


def keep_visits(
    visits: Sequence[Visit],
    arrivals: Mapping[UUID, Arrival],
    contents: Mapping[UUID, str],
    *,
    device: Device | None,
    at: datetime,
) -> list[Change]:
    """Write visits with flags and evidence; the lines for the journal. Their walks are loaded with them."""
    for walk_visits in _by_walk(visits).values():
        _flag(walk_visits, arrivals, contents, device)
    Visit.objects.bulk_create(visits, batch_size=500)
    given = evidence_of(visits, at=at)
    return _entries(visits, given)


def evidence_of(
    visits: Sequence[Visit], *, at: datetime, accepted: bool = False
) -> dict[UUID, list[Evidence]]:
    """Record the evidence that visits give, for every scan duty their place owed at that moment.

    `accepted` visits count although their code did not: a person has looked at them.
    """
    owed = OwedScans(at)
    given: dict[UUID, list[Evidence]] = {}
    for visit in visits:
        if not (accepted or counts(visit)):
            continue
        place, point = visit.walk.place, visit.checkpoint
        given[visit.pk] = [
            Evidence(
                id=new_id(), scheme=scheme, rule=rule, place=place, checkpoint=point, kind="scan",
                effective_at=visit.effective_at, recorded_at=at,
                post=visit.walk.beat.post if visit.walk.beat else None,
            )
            for scheme, rule in owed.rules_at(place, visit.effective_at)
        ]  # fmt: skip
    records = [record for found in given.values() for record in found]
    Evidence.objects.bulk_create(records, batch_size=500)
    through = Visit.evidence.through
    through.objects.bulk_create(
        [
            through(visit_id=visit, evidence_id=record.pk)
            for visit, found in given.items()
            for record in found
        ],
        batch_size=500,
    )
    if records:
        note_evidence(records, at=at)
    return given


def counts(visit: Visit) -> bool:
    """Whether a visit is evidence by itself: a scan of a code of the place that held at that moment."""
    if visit.kind != "scan" or visit.checkpoint is None or visit.code is None:
        return False
    if visit.checkpoint.place_id != visit.walk.place_id or "stale-code" in visit.flags:
        return False
    return not _void(visit.code, visit.effective_at)


def _void(code: CheckpointCode, effective: datetime) -> bool:
    return code.void_at is not None and effective >= code.void_at


def _flag(
    visits: Sequence[Visit],
    arrivals: Mapping[UUID, Arrival],
    contents: Mapping[UUID, str],
    device: Device | None,
) -> None:
    """Set the flags of new scans of one walk, seen beside the scans that are there already."""
    scans = [visit for visit in visits if visit.kind == "scan"]
    if not scans:
        return
    walk = scans[0].walk
    times = [visit.effective_at for visit in scans]
    numbers = [visit.number for visit in scans]
    before = [
        _scan(visit, None, "good", same_device=True)
        for visit in scans_near(walk.pk, min(times), max(times), (min(numbers), max(numbers)))
        if visit.pk not in arrivals
    ]
    same_device = device is None or walk.device_id is None or walk.device_id == device.pk
    new = [
        _scan(visit, arrivals[visit.pk], _code_state(visit, contents[visit.pk]), same_device=same_device)
        for visit in scans
    ]
    flags = flags_of([*before, *new], ground_of(walk.place))
    for visit in scans:
        visit.flags = list(flags[str(visit.pk)])


def _code_state(visit: Visit, content: str) -> CodeState:
    if visit.code is None:
        return "unknown"
    if _void(visit.code, visit.effective_at):
        return "void"
    return "good" if turning_code_holds(visit.code, content, visit.effective_at) else "stale"


def turning_code_holds(code: CheckpointCode, content: str, effective: datetime) -> bool:
    """Whether a code that turns was seen in its turn; a printed one does not turn, nor do the letters to type."""
    scanned = read_scanned(content)
    if not code.turning or scanned is None:
        return True
    return turn_holds(turning_secret(), scanned, effective)


def _scan(visit: Visit, arrival: Arrival | None, code: CodeState, *, same_device: bool) -> Scan:
    offset = timedelta(seconds=visit.clock_offset_s)
    position = None
    if visit.longitude is not None and visit.latitude is not None:
        position = Point(visit.longitude, visit.latitude)
    return Scan(
        id=str(visit.pk),
        number=visit.number,
        checkpoint=str(visit.checkpoint_id or ""),
        device_at=visit.device_at,
        said_at=arrival.said_at if arrival else visit.effective_at,
        effective=visit.effective_at,
        received=visit.received_at,
        code=code,
        offset=offset,
        drift=_drift(visit, arrival) if arrival else timedelta(),
        typed=visit.way == "typed",
        same_place=visit.checkpoint is None or visit.checkpoint.place_id == visit.walk.place_id,
        same_device=same_device,
        position=position,
        accuracy_m=visit.accuracy_m,
    )


def _drift(visit: Visit, arrival: Arrival) -> timedelta:
    """How far the phone's clock was moved since the scan, or moved back since the walk began."""
    moved_back = timedelta()
    if arrival.elapsed is not None:
        moved_back = max(visit.walk.started_at + arrival.elapsed - arrival.said_at, timedelta())
    return max(arrival.drift, moved_back, key=abs)


def _by_walk(visits: Sequence[Visit]) -> dict[UUID, list[Visit]]:
    grouped: dict[UUID, list[Visit]] = defaultdict(list)
    for visit in visits:
        grouped[visit.walk_id].append(visit)
    return grouped


def _entries(visits: Sequence[Visit], given: Mapping[UUID, Sequence[Evidence]]) -> list[Change]:
    """A line for each record of evidence, and for each visit that gave none; they name the round's alias."""
    entries = []
    for visit in visits:
        where = visit.checkpoint.name_zh if visit.checkpoint else ""
        changes: dict[str, object] = {
            "walk": [None, visit.walk.alias],
            "effective_at": [None, visit.effective_at],
            "checkpoint": [None, visit.checkpoint.code if visit.checkpoint else None],
        }
        for record in given.get(visit.pk, ()):
            rule = {"rule": [None, f"{record.scheme}/{record.rule}"]}
            entries.append(_entry(visit, "record-evidence", "evidence", record.pk, where, changes | rule))
        if visit.pk not in given:
            action = "miss-checkpoint" if visit.kind == "missed" else "record-visit"
            entries.append(_entry(visit, action, "visit", visit.pk, where, changes))
    return entries


def _entry(
    visit: Visit, action: str, kind: str, subject: object, where: str, changes: Mapping[str, object]
) -> Change:
    return Change(
        action=action,
        subject_kind=kind,
        subject_id=str(subject),
        subject_label=f"{visit.walk.place.name_zh} · {where}".strip(" ·"),
        place_code=visit.walk.place.code,
        changes=changes,
        reason=visit.reason,
    )
