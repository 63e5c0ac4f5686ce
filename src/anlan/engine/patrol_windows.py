"""The visits that a shift owes: which checkpoint must be reached in which time, at a posture planned for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from anlan.engine.derivation import derive_from, facts_of
from anlan.engine.facts import Basis, PostureSpan, SubjectFacts
from anlan.engine.marks import Marks
from anlan.engine.owed import Duty
from anlan.engine.patrol_shifts import ShiftSpan, holder
from anlan.engine.periods import Window, in_utc, windows_of_run
from anlan.engine.policy import LEVELS, Each, Level
from anlan.engine.timelines import History, Run

SCAN = "scan"
"""The kind of evidence that is given at each checkpoint."""


@dataclass(frozen=True, slots=True)
class VisitOwed:
    """A visit to `checkpoint` from `start` (in) to `end` (out), for the window [opens, closes) of a duty."""

    checkpoint: str
    start: datetime
    end: datetime
    duty: str
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Rounds:
    """The scan duties of a place at a level, over a time; built once and asked for every shift in it."""

    subject: SubjectFacts
    basis: Basis
    runs: tuple[Run, ...]

    @property
    def duties(self) -> tuple[Duty, ...]:
        """The scan duties, each as it is in its last run."""
        return tuple({run.stretches[-1][1].id: run.stretches[-1][1] for run in self.runs}.values())

    def windows(self, start: datetime, end: datetime) -> list[tuple[Duty, Window]]:
        """The owed windows that overlap [start, end), duty by duty; those that a change closes are not owed."""
        zone, found = self.basis.zone, list[tuple[Duty, Window]]()
        for run in self.runs:
            duty = run.stretches[0][1]
            if not isinstance(duty.cadence, Each | tuple):
                continue
            span = (run.start, run.end)
            for window in windows_of_run(duty.cadence, span, (start, end), zone, duty.anchor):
                if window.owed and not window.closed_by_change:
                    found.append((duty, window))
        return found

    def visits(
        self, shift: ShiftSpan, shifts: Sequence[ShiftSpan], since: datetime | None = None
    ) -> list[VisitOwed]:
        """The visits that one of several shifts owes, cut to the shift and to what is left of it after `since`."""
        begin = max(shift.start, in_utc(since)) if since else shift.start
        points = Marks((), self.subject.checkpoints)
        found: list[VisitOwed] = []
        for duty, window in self.windows(begin, shift.end):
            if window.end is None or holder(window.start, window.end, shifts) != shift:
                continue
            start, end = max(window.start, begin), min(window.end, shift.end)
            found += [
                VisitOwed(code, start, end, duty.id, window.start, window.end)
                for code in sorted(points.walked(window))
                if start < end
            ]
        return found


def rounds_at(
    subject: SubjectFacts, basis: Basis, level: Level, until: datetime, since: datetime | None = None
) -> Rounds:
    """The scan duties up to `until` if the place were at `level` throughout, or from `since` on, its own before."""
    supposed = at_level(subject, level, since)
    runs = (run for run in History(supposed, basis, in_utc(until)).runs() if _is_walked(run))
    return Rounds(subject, basis, tuple(runs))


def at_level(subject: SubjectFacts, level: Level, since: datetime | None = None) -> SubjectFacts:
    """The place as it would be at a level, from `since` on if that is given, else ever since it was registered."""
    begin = in_utc(since) if since else in_utc(subject.registered)
    before = [
        replace(span, end=begin if span.end is None else min(in_utc(span.end), begin))
        for span in subject.postures
        if since is not None and in_utc(span.start) < begin
    ]
    raised = [] if level == "normal" else [PostureSpan(begin, None, level)]
    return replace(subject, postures=(*before, *raised))


def base_levels(subject: SubjectFacts, basis: Basis, at: datetime) -> dict[Level, Level]:
    """For each level the lowest one below it, step by step, at which the same scans are owed in the same windows."""
    found: dict[Level, Level] = {}
    values, below = facts_of(subject, at) or {}, None
    for level in LEVELS:
        duties = derive_from(subject, values, level, basis, in_utc(at)).duties
        asks = [(duty.id, duty.terms) for duty in duties if duty.owed and duty.rule.evidence == SCAN]
        found[level] = found[LEVELS[LEVELS.index(level) - 1]] if asks == below else level
        below = asks
    return found


def still_owed(visits: Iterable[VisitOwed], scans: Collection[tuple[str, datetime]]) -> list[VisitOwed]:
    """Those without a scan (checkpoint and time) in their window."""
    return [
        visit
        for visit in visits
        if not any(point == visit.checkpoint and visit.opens <= at < visit.closes for point, at in scans)
    ]


def apart(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Spans of one checkpoint made to follow one another, so that a visit in each of them is one in each of those.

    One that holds another is met with it; of two that overlap, the later keeps what the earlier leaves.
    """
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(spans), key=lambda span: (span[1], -span[0])):
        if kept and start <= kept[-1][0]:
            continue
        opens = max(start, kept[-1][1]) if kept else start
        if opens < end:
            kept.append((opens, end))
    return tuple(kept)


def unmanned(rounds: Rounds, shifts: Sequence[ShiftSpan], start: datetime, end: datetime) -> timedelta:
    """How long of [start, end) is in an owed window that no shift holds any of."""
    alone = [
        (window.start, window.end)
        for _duty, window in rounds.windows(start, end)
        if window.end is not None and holder(window.start, window.end, shifts) is None
    ]
    total, reached = timedelta(0), start
    for opens, closes in sorted(alone):
        begin, finish = max(opens, reached), min(closes, end)
        if begin < finish:
            total, reached = total + (finish - begin), finish
    return total


def _is_walked(run: Run) -> bool:
    return run.stretches[0][1].rule.evidence == SCAN
