"""A year of one subject as a calendar picture: states by day and quarter, and the longest gap between visits."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.engine.facts import Basis, CheckpointSpan, EvidenceMark, SubjectFacts, WaiverSpan
from anlan.engine.marks import Marks, marks_by_duty
from anlan.engine.periods import in_utc, local_date, longest_gap, midnight
from anlan.engine.policy import Each, Standing
from anlan.engine.standing import STATES, State, WindowState, chains, states
from anlan.engine.strictness import DAY
from anlan.engine.timelines import History

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the windows of a year stand.

    A window counts on the day of its deadline, a standing duty on every day with its worst state of that day.
    `quarters` is keyed by duty and quarter (1 to 4), `longest_gaps` holds recurring duties only.
    """

    days: Mapping[date, Mapping[State, int]]
    quarters: Mapping[tuple[str, int], Mapping[State, int]]
    longest_gaps: Mapping[str, timedelta]


def coverage(
    subject: SubjectFacts,
    basis: Basis,
    evidence: Sequence[EvidenceMark],
    waivers: Sequence[WaiverSpan],
    year: int,
    at: datetime,
    only: str = "",
) -> Coverage:
    """The windows of a year whose deadline is not after the day of `at`, counted by day and by quarter.

    `only` counts those of one duty (scheme/rule).
    """
    start, end = (midnight(date(y, 1, 1), basis.zone) for y in (year, year + 1))
    until = max(start, min(end, midnight(local_date(at, basis.zone) + DAY, basis.zone)))
    days: dict[date, Counter[State]] = {}
    quarters: dict[tuple[str, int], Counter[State]] = {}
    judged = states(subject, basis, evidence, waivers, start, until, at)
    if only:
        judged = tuple(state for state in judged if state.duty.id == only)
    for duty, day, state in _by_day(judged, basis, (start, until)):
        days.setdefault(day, Counter())[state] += 1
        quarters.setdefault((duty, (day.month + 2) // 3), Counter())[state] += 1
    gaps = dict(_gaps(subject, basis, evidence, start, min(until, in_utc(at))))
    return Coverage(days, quarters, gaps)


def _by_day(
    judged: Sequence[WindowState], basis: Basis, span: tuple[datetime, datetime]
) -> Iterator[tuple[str, date, State]]:
    worst: dict[tuple[str, date], State] = {}
    for state in judged:
        if isinstance(state.duty.cadence, Standing):
            for day in _days(state, basis, span):
                known = worst.get((state.duty.id, day), state.state)
                worst[state.duty.id, day] = max(known, state.state, key=_badness)
        elif state.window.end is not None and state.window.end <= span[1]:
            yield state.duty.id, local_date(state.window.end - INSTANT, basis.zone), state.state
    for (duty, day), word in worst.items():
        yield duty, day, word


def _days(state: WindowState, basis: Basis, span: tuple[datetime, datetime]) -> Iterator[date]:
    start = max(state.window.start, span[0])
    end = span[1] if state.window.end is None else min(state.window.end, span[1])
    day, last = local_date(start, basis.zone), local_date(end - INSTANT, basis.zone)
    while day <= last:
        yield day
        day += DAY


def _badness(state: State) -> int:
    order: Sequence[State] = (
        "recorded",
        "late",
        "upcoming",
        "waived",
        "cut",
        "due",
        "overdue",
        "not-evidenced",
    )
    return order.index(state) if state in STATES else 0


def _gaps(
    subject: SubjectFacts, basis: Basis, evidence: Sequence[EvidenceMark], start: datetime, until: datetime
) -> Iterator[tuple[str, timedelta]]:
    """The longest time without a visit while a recurring duty was owed, at the checkpoint that waited longest."""
    longest: dict[str, timedelta] = {}
    marks = marks_by_duty(evidence, subject, until)
    for chain in chains(History(subject, basis, until).runs()):
        duty = chain[0].stretches[0][1]
        begin, end = max(chain[0].start, start), min(chain[-1].end or until, until)
        if begin >= end or not isinstance(duty.cadence, Each | tuple):
            continue
        visits = marks.get(duty.id, Marks()).counting_for(duty, subject)
        for point in visits.points or (None,):
            opened, closed = _walked_between(point, begin, end)
            if opened < closed:
                at_point = (mark for mark in visits.ordered if point is None or mark.checkpoint == point.code)
                gap = longest_gap((mark.effective for mark in at_point), opened, closed)
                longest[duty.id] = max(gap, longest.get(duty.id, gap))
    yield from longest.items()


def _walked_between(
    point: CheckpointSpan | None, begin: datetime, end: datetime
) -> tuple[datetime, datetime]:
    """The part of a time in which a checkpoint is in use; all of it for none in particular."""
    if point is None:
        return begin, end
    opened = max(begin, in_utc(point.opened)) if point.opened else begin
    return opened, min(end, in_utc(point.closed)) if point.closed else end
