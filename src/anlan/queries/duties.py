"""What one place or department owes at a moment, in what state that is, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from anlan.engine import duties as rules
from anlan.engine import standing
from anlan.engine.coverage import Coverage, coverage
from anlan.engine.duties import Derived
from anlan.engine.facts import Basis, EvidenceMark, SubjectFacts
from anlan.engine.policy import FactValue, Level
from anlan.engine.standing import WindowState
from anlan.models import Department, Place
from anlan.queries.schemes import adoptions, local_figures
from anlan.queries.standing import latest_marks
from anlan.queries.subjects import (
    by_subject,
    department_subjects,
    evidence_marks,
    place_subject,
    place_subjects,
    waiver_spans,
)


@dataclass(frozen=True, slots=True)
class Account:
    """What a subject owes at `at` as known at `known_at` (None: now): duties with reasons, and their states."""

    subject: SubjectFacts
    derived: Derived
    states: tuple[WindowState, ...]
    at: datetime
    known_at: datetime | None

    @property
    def gaps(self) -> tuple[WindowState, ...]:
        return tuple(state for state in self.states if state.is_gap)

    def state_of(self, duty_id: str) -> WindowState | None:
        """The state of the duty with this id (scheme/rule), None where it is not owed."""
        return next((state for state in self.states if state.duty.id == duty_id), None)


def basis(known_at: datetime | None = None) -> Basis:
    """What the city works by: schemes, its own figures, its time zone."""
    return Basis(
        adoptions=tuple(adoptions(known_at)),
        local=tuple(local_figures(known_at)),
        zone=timezone.get_default_timezone(),
    )


def place_account(
    place: Place, at: datetime, known_at: datetime | None = None, works_by: Basis | None = None
) -> Account:
    """What a place owes at a moment."""
    return place_accounts([place], at, known_at, works_by)[0]


def place_accounts(
    places: Sequence[Place], at: datetime, known_at: datetime | None = None, works_by: Basis | None = None
) -> list[Account]:
    """What some places owe; a fixed number of reads."""
    of = Q(place__in=[place.pk for place in places])
    return _accounts(place_subjects(places, known_at), of, at, known_at, works_by or basis(known_at))


def department_account(
    department: Department, at: datetime, known_at: datetime | None = None, works_by: Basis | None = None
) -> Account:
    """What a department owes at a moment."""
    return department_accounts([department], at, known_at, works_by)[0]


def department_accounts(
    departments: Sequence[Department],
    at: datetime,
    known_at: datetime | None = None,
    works_by: Basis | None = None,
) -> list[Account]:
    """What some departments owe; a fixed number of reads."""
    of = Q(department__in=[department.pk for department in departments])
    subjects = department_subjects(departments, known_at)
    return _accounts(subjects, of, at, known_at, works_by or basis(known_at))


def what_if(
    place: Place, changes: Mapping[str, FactValue], at: datetime, posture: Level | None = None
) -> rules.Change:
    """How the duties of a place would differ if some of its facts, or its posture, were otherwise."""
    return rules.what_if(place_subject(place), basis(), at, changes, posture)


def year_of_place(place: Place, year: int, at: datetime, duty: str = "") -> Coverage:
    """A year's windows of a place by day and state, as a calendar picture shows them; of one duty if named."""
    start = datetime(year, 1, 1, tzinfo=timezone.get_default_timezone())
    until = min(at, datetime(year + 1, 1, 1, tzinfo=start.tzinfo) + timedelta(days=40))
    marks = _marks_between(Q(place=place), start, until, at)
    waivers = waiver_spans(of=Q(place=place))
    return coverage(place_subject(place), basis(), marks, waivers, year, at, duty)


def windows_of_place(
    place: Place, start: datetime, end: datetime, at: datetime, known_at: datetime | None = None
) -> tuple[WindowState, ...]:
    """Every window of a place in a period, with its state at `at`."""
    marks = _marks_between(Q(place=place), start, at, at, known_at)
    waivers = waiver_spans(of=Q(place=place), known_at=known_at)
    return standing.states(place_subject(place, known_at), basis(known_at), marks, waivers, start, end, at)


def _marks_between(
    of: Q, start: datetime, until: datetime, at: datetime, known_at: datetime | None = None
) -> list[EvidenceMark]:
    """The records that bear on windows of a period: all in it and in the year before, and the latest of all.

    What stood at the start may be older than that year, and what was owed once may have been done after `until`.
    """
    since = start - timedelta(days=370)
    found = [
        *latest_marks(of, since, known_at),
        *evidence_marks(of=of, since=since, until=until, known_at=known_at),
        *latest_marks(of, at, known_at),
    ]
    return list({mark.id: mark for mark in found}.values())


def standings_of(
    subjects: Sequence[SubjectFacts],
    of: Q,
    at: datetime,
    known_at: datetime | None = None,
    works_by: Basis | None = None,
) -> list[tuple[WindowState, ...]]:
    """How the duties of some subjects stand now, subject by subject, without reasons; a fixed number of reads."""
    works_by = works_by or basis(known_at)
    marks = by_subject(_marks_for_now(subjects, of, at, known_at, works_by))
    spans = by_subject(waiver_spans(of=of, known_at=known_at))
    return [
        standing.state_now(subject, works_by, marks[subject.code], spans[subject.code], at)
        for subject in subjects
    ]


def _accounts(
    subjects: Sequence[SubjectFacts], of: Q, at: datetime, known_at: datetime | None, works_by: Basis
) -> list[Account]:
    found = standings_of(subjects, of, at, known_at, works_by)
    return [
        Account(subject, rules.derive(subject, works_by, at), states, at, known_at)
        for subject, states in zip(subjects, found, strict=True)
    ]


def _marks_for_now(
    subjects: Sequence[SubjectFacts], of: Q, at: datetime, known_at: datetime | None, works_by: Basis
) -> list[EvidenceMark]:
    """The latest records of each rule and checkpoint, and those single ones that they hide and that bear on now."""
    latest = latest_marks(of, at, known_at)
    since: dict[str, datetime] = {}
    for subject in subjects:
        for duty, start in standing.bears_from(subject, works_by, at).items():
            since[duty] = min(start, since.get(duty, start))
    if not since:
        return latest
    single = Q()
    for duty, start in since.items():
        scheme, rule = duty.split("/", 1)
        single |= Q(scheme=scheme, rule=rule, effective_at__gte=start)
    records = evidence_marks(of=of & single, until=at, known_at=known_at)
    known = {mark.id for mark in records}
    return [mark for mark in latest if mark.id not in known] + records
