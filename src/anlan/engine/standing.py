"""How the duties of one subject stand: every window of a period, one state for now, what falls due next."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from anlan.engine.facts import Basis, EvidenceMark, SubjectFacts, WaiverSpan
from anlan.engine.judging import Judge
from anlan.engine.marks import Marks, marks_by_duty, waivers_of
from anlan.engine.periods import in_utc
from anlan.engine.policy import Standing
from anlan.engine.states import GAPS, STATES, State, WindowState
from anlan.engine.timelines import History, Run

__all__ = [
    "GAPS",
    "STATES",
    "State",
    "WindowState",
    "bears_from",
    "falls_due_next",
    "missed",
    "state_now",
    "states",
]


def states(
    subject: SubjectFacts,
    basis: Basis,
    evidence: Iterable[EvidenceMark],
    waivers: Sequence[WaiverSpan],
    start: datetime,
    end: datetime,
    at: datetime,
) -> tuple[WindowState, ...]:
    """Every window that overlaps [start, end) and how it stands at `at`, duty by duty, in order of time.

    A standing duty comes in stretches of one state each, none of them after `at`.
    """
    span, at = (in_utc(start), in_utc(end)), in_utc(at)
    all_runs = History(subject, basis, max(span[1], at)).runs()
    judged = [
        state
        for chain, judge in _judges(all_runs, subject, basis, evidence, waivers, at)
        for state in judge.windows(chain, span)
    ]
    return tuple(judged)


def missed(
    subject: SubjectFacts,
    basis: Basis,
    evidence: Iterable[EvidenceMark],
    waivers: Sequence[WaiverSpan],
    start: datetime,
    end: datetime,
    at: datetime,
) -> tuple[WindowState, ...]:
    """The windows of a period that are overdue or not evidenced at `at`."""
    return tuple(state for state in states(subject, basis, evidence, waivers, start, end, at) if state.is_gap)


def state_now(
    subject: SubjectFacts,
    basis: Basis,
    evidence: Iterable[EvidenceMark],
    waivers: Sequence[WaiverSpan],
    at: datetime,
) -> tuple[WindowState, ...]:
    """One state for each duty owed at `at`, in the order of the schemes.

    A window that is recorded or waived speaks for itself; else a gap in the one that closed before it goes first.
    """
    at = in_utc(at)
    all_runs = History(subject, basis, at).runs()
    judged = [
        judge.now(chain)
        for chain, judge in _judges(all_runs, subject, basis, evidence, waivers, at)
        if chain[-1].end is None
    ]
    return tuple(sorted(judged, key=lambda state: state.duty.order))


def bears_from(subject: SubjectFacts, basis: Basis, at: datetime) -> dict[str, datetime]:
    """From when on single records bear on the state now, for the duties that the latest ones do not settle.

    Those are the duties that ask a quantity, of which an earlier record may hold more, and rounds of checkpoints.
    """
    at = in_utc(at)
    found = {
        chain[0].stretches[0][1].id: judge.bears_from(chain)
        for chain, judge in _judges(History(subject, basis, at).runs(), subject, basis, (), (), at)
        if chain[-1].end is None and _asks_more(chain, subject)
    }
    return {name: since for name, since in found.items() if since is not None}


def _asks_more(chain: list[Run], subject: SubjectFacts) -> bool:
    duties = [duty for run in chain for _, duty in run.stretches]
    walks = bool(subject.checkpoints) and any(duty.rule.evidence == "scan" for duty in duties)
    return walks or any(duty.quantity is not None for duty in duties)


def falls_due_next(now: Iterable[WindowState], until: datetime) -> tuple[WindowState, ...]:
    """Of the states now, those whose deadline comes by `until`, and standing proofs that run out by then."""
    until = in_utc(until)
    waiting = [
        (state.deadline, state)
        for state in now
        if state.deadline is not None and state.deadline <= until and _still_to_come(state)
    ]
    return tuple(state for _, state in sorted(waiting, key=lambda pair: pair[0]))


def _still_to_come(state: WindowState) -> bool:
    if state.state in ("due", "upcoming"):
        return True
    return state.state == "recorded" and isinstance(state.duty.cadence, Standing)


def chains(all_runs: Iterable[Run]) -> Iterator[list[Run]]:
    """The runs of each duty, grouped into times in which it was owed without a break."""
    chain: list[Run] = []
    for run in all_runs:
        if chain and not run.joins:
            yield chain
            chain = []
        chain.append(run)
    if chain:
        yield chain


def _judges(
    all_runs: Iterable[Run],
    subject: SubjectFacts,
    basis: Basis,
    evidence: Iterable[EvidenceMark],
    waivers: Sequence[WaiverSpan],
    at: datetime,
) -> Iterator[tuple[list[Run], Judge]]:
    marks = marks_by_duty(evidence, subject, at)
    for chain in chains(all_runs):
        name = chain[0].stretches[0][1].id
        own = waivers_of(waivers, name, subject)
        yield chain, Judge(subject, basis, marks.get(name, Marks()), own, at)
