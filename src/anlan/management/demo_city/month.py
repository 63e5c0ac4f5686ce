"""A month of evidence for the whole city, drawn from what the engine says is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np

from anlan.engine.facts import Adoption, Basis, LocalFigure, SubjectFacts
from anlan.engine.owed import Duty
from anlan.engine.policy import Scheme
from anlan.management.demo_city.conduct import GOOD, OFFICE, conduct_of
from anlan.management.demo_city.equipment import equipped
from anlan.management.demo_city.evidence import Drawing, Segment
from anlan.management.demo_city.findings import findings, renumbered
from anlan.management.demo_city.owed_duties import OwedDuties
from anlan.management.demo_city.people import recorder
from anlan.management.demo_city.records import Records
from anlan.management.demo_city.story import local_values, postures, waivers
from anlan.management.demo_city.subjects import department_subject, midnight, place_subject
from anlan.management.demo_city.values import (
    DemoDepartment,
    DemoEvidence,
    DemoFinding,
    DemoLocalValue,
    DemoPlace,
    DemoPosture,
    DemoWaiver,
)

_DAYS = 30
_SHOWCASE_KINDS = ("hospital", "bus-station", "metro-station", "service-hall")
_KINDS_OF_EVIDENCE = ("attestation", "inspection", "document", "count", "roster", "minutes", "scan")


@dataclass(frozen=True, slots=True)
class Month:
    """What the month adds to the register."""

    own_place: str
    places: tuple[DemoPlace, ...]
    evidence: tuple[DemoEvidence, ...]
    findings: tuple[DemoFinding, ...]
    waivers: tuple[DemoWaiver, ...]
    local_values: tuple[DemoLocalValue, ...]
    postures: tuple[DemoPosture, ...]


def month(
    places: Sequence[DemoPlace],
    departments: Sequence[DemoDepartment],
    schemes: Sequence[Scheme],
    until: datetime,
    zone: ZoneInfo,
    rng: np.random.Generator,
) -> Month:
    """Thirty days up to `until` under schemes adopted at the turn of the year, or when they began."""
    today = until.astimezone(zone).date()
    plotting, placing, behaving, drawing, closing = rng.spawn(5)
    raised = postures(places, today, zone, plotting)
    own_values = local_values(schemes, places, today)
    year = today.replace(month=1, day=1)
    adoptions = tuple(
        Adoption(scheme, midnight(max(year, scheme.valid_from), zone))
        for scheme in schemes
        if scheme.valid_from <= today
    )
    basis = Basis(adoptions, tuple(_figure(value) for value in own_values), zone)
    owed = OwedDuties(basis, today)
    now = {place.code: owed.at(place_subject(place, raised, zone), until, exact=True) for place in places}
    shown = _showcase(places, now)
    furnished = [_furnished(place, now[place.code], shown, placing) for place in places]
    excused = waivers(now, today, zone, plotting, shown[0])
    records = Records(until)
    begin = until - timedelta(days=_DAYS)
    adopted = min((adoption.start for adoption in adoptions), default=until)
    pen = Drawing(records, excused, zone, begin, until, drawing)
    for place in furnished:
        subject = place_subject(place, raised, zone)
        conduct = GOOD if place.code in shown else conduct_of(place, behaving)
        by = {kind: recorder(kind, place.district, place.code, shown[0]) for kind in _KINDS_OF_EVIDENCE}
        pen.subject(subject, _segments(subject, owed, begin, until), conduct, by, adopted)
    registered = min((midnight(place.registered, zone) for place in places), default=until)
    for department in departments:
        subject = department_subject(department, registered, raised)
        by = dict.fromkeys(_KINDS_OF_EVIDENCE, "liaison" if department.role == "education" else "office")
        never = _missing_report(department, adoptions)
        pen.subject(subject, _segments(subject, owed, begin, until), OFFICE, by, adopted, never)
    known = {place.code: place for place in furnished}
    bodies = {department.code: department for department in departments}
    wrong = findings(pen.failed, records, known, bodies, closing)
    evidence, numbers = records.numbered()
    return Month(
        shown[0], tuple(furnished), evidence, renumbered(wrong, numbers), excused, own_values, raised
    )


def _figure(value: DemoLocalValue) -> LocalFigure:
    return LocalFigure(
        value.scheme,
        value.parameter,
        value.value,
        value.reason_zh,
        value.by,
        value.start,
        value.end,
        value.place or None,
    )


def _segments(subject: SubjectFacts, owed: OwedDuties, begin: datetime, until: datetime) -> list[Segment]:
    """The stretches of the month in which facts and posture stayed the same, with what was owed in each."""
    changes = {version.start for version in subject.versions}
    for span in subject.postures:
        changes |= {span.start} | ({span.end} if span.end else set())
    start = max(begin, subject.registered)
    cuts = sorted({start, until, *(change for change in changes if start < change < until)})
    if len(cuts) == 1:
        return [(start, until, owed.at(subject, until, exact=True))]
    return [(a, b, owed.at(subject, a, exact=b == until)) for a, b in pairwise(cuts)]


def _showcase(places: Sequence[DemoPlace], owed: Mapping[str, Sequence[Duty]]) -> list[str]:
    """The mall of the demo accounts first, then one patrolled place of some other kinds."""
    patrolled = [
        place
        for place in places
        if _scanned(owed[place.code]) and place.kind not in ("school", "kindergarten")
    ]
    malls = [place.code for place in patrolled if place.kind == "mall" and place.district == "990101"]
    malls += [place.code for place in patrolled if place.kind == "mall"]
    malls += [place.code for place in places if place.kind == "mall"]
    others = [next((place.code for place in patrolled if place.kind == kind), "") for kind in _SHOWCASE_KINDS]
    return [malls[0], *(code for code in others if code)]


def _scanned(duties: Sequence[Duty]) -> bool:
    return any(duty.rule.evidence == "scan" for duty in duties)


def _furnished(
    place: DemoPlace, duties: Sequence[Duty], shown: Sequence[str], rng: np.random.Generator
) -> DemoPlace:
    """Checkpoints: many at showcase places, one or two where patrols are scanned, several at guarded places."""
    if place.code in shown:
        return equipped(place, int(rng.integers(10, 13)), rng)
    if place.kind in ("school", "kindergarten"):
        return place
    if _scanned(duties):
        return equipped(place, 1 + int(rng.random() < 0.5), rng)
    if any(duty.rule.kind == "standard" and duty.unit == "guards" for duty in duties):
        return equipped(place, int(rng.integers(6, 11)), rng)
    return place


def _missing_report(department: DemoDepartment, adoptions: Sequence[Adoption]) -> frozenset[str]:
    """The commerce bureau's half-yearly report has never come."""
    if department.role != "commerce":
        return frozenset()
    return frozenset(
        f"{adoption.scheme.id}/{rule.id}"
        for adoption in adoptions
        for rule in adoption.scheme.rules
        if rule.subject == "department"
        and rule.cadence is not None
        and getattr(rule.cadence, "each", "") == "half-year"
    )
