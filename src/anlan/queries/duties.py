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
from anlan.engine.facts import Basis, EvidenceMark, SubjectFacts, WaiverSpan
from anlan.engine.policy import FactValue, Level
from anlan.engine.standing import WindowState
from anlan.models import Department, Place
from anlan.queries.schemes import adoptions, local_figures
from anlan.queries.standing import latest_marks
from anlan.queries.subjects import department_subjects, evidence_marks, place_subject, waiver_spans

ROUND_LOOKBACK = timedelta(days=3)
"""How far back single visits are read: for anything longer the latest record of a rule decides."""


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
    subject = place_subject(place, known_at)
    return _account(subject, Q(place=place), at, known_at, works_by or basis(known_at))


def department_account(
    department: Department, at: datetime, known_at: datetime | None = None, works_by: Basis | None = None
) -> Account:
    """What a department owes at a moment."""
    subject = department_subjects([department], known_at)[0]
    return _account(subject, Q(department=department), at, known_at, works_by or basis(known_at))


def department_accounts(
    departments: Sequence[Department], at: datetime, known_at: datetime | None = None
) -> list[Account]:
    """What many departments owe; a fixed number of reads."""
    works_by = basis(known_at)
    subjects = department_subjects(departments, known_at)
    ids = [department.pk for department in departments]
    of = Q(department__in=ids)
    marks = latest_marks(of, at, known_at)
    spans = waiver_spans(of=of, known_at=known_at)
    return [
        _judge(
            subject,
            [mark for mark in marks if mark.subject == subject.code],
            [span for span in spans if span.subject == subject.code],
            at,
            known_at,
            works_by,
        )
        for subject in subjects
    ]


def what_if(
    place: Place, changes: Mapping[str, FactValue], at: datetime, posture: Level | None = None
) -> rules.Change:
    """How the duties of a place would differ if some of its facts, or its posture, were otherwise."""
    return rules.what_if(place_subject(place), basis(), at, changes, posture)


def year_of_place(place: Place, year: int, at: datetime, duty: str = "") -> Coverage:
    """A year's windows of a place by day and state, as a calendar picture shows them; of one duty if named."""
    zone = timezone.get_default_timezone()
    start = datetime(year, 1, 1, tzinfo=zone) - timedelta(days=1)
    until = min(at, datetime(year + 1, 1, 1, tzinfo=zone) + timedelta(days=40))
    marks = evidence_marks(of=Q(place=place), since=start, until=until)
    waivers = waiver_spans(of=Q(place=place))
    return coverage(place_subject(place), basis(), marks, waivers, year, at, duty)


def windows_of_place(
    place: Place, start: datetime, end: datetime, at: datetime, known_at: datetime | None = None
) -> tuple[WindowState, ...]:
    """Every window of a place in a period, with its state at `at`."""
    marks = evidence_marks(of=Q(place=place), since=start - timedelta(days=400), until=at, known_at=known_at)
    waivers = waiver_spans(of=Q(place=place), known_at=known_at)
    return standing.states(place_subject(place, known_at), basis(known_at), marks, waivers, start, end, at)


def _account(
    subject: SubjectFacts, of: Q, at: datetime, known_at: datetime | None, works_by: Basis
) -> Account:
    derived = rules.derive(subject, works_by, at)
    longest = max(
        (_round(duty) for duty in derived.duties if duty.rule.evidence == "scan"), default=timedelta()
    )
    marks = latest_marks(of, at, known_at)
    recent = evidence_marks(of=of, since=at - max(ROUND_LOOKBACK, longest * 3), until=at, known_at=known_at)
    known = {mark.id for mark in recent}
    marks = [mark for mark in marks if mark.id not in known] + recent
    spans = waiver_spans(of=of, known_at=known_at)
    return _judge(subject, marks, spans, at, known_at, works_by)


def _judge(
    subject: SubjectFacts,
    marks: Sequence[EvidenceMark],
    spans: Sequence[WaiverSpan],
    at: datetime,
    known_at: datetime | None,
    works_by: Basis,
) -> Account:
    return Account(
        subject=subject,
        derived=rules.derive(subject, works_by, at),
        states=standing.state_now(subject, works_by, marks, spans, at),
        at=at,
        known_at=known_at,
    )


def _round(duty: rules.Duty) -> timedelta:
    bands = duty.cadence if isinstance(duty.cadence, tuple) else ()
    lengths = [band.every for band in bands if isinstance(band.every, timedelta)]
    return max(lengths, default=timedelta())
