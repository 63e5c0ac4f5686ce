"""Which records of evidence count towards a window of a duty, and which waivers excuse it."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.engine.facts import CheckpointSpan, EvidenceMark, SubjectFacts, WaiverSpan
from anlan.engine.owed import Duty
from anlan.engine.periods import Window, in_utc


@dataclass(frozen=True, slots=True)
class Marks:
    """Evidence of one duty in order of its effective time; `points` are the checkpoints it walks, if it walks any."""

    ordered: tuple[EvidenceMark, ...] = ()
    points: tuple[CheckpointSpan, ...] = ()
    times: tuple[datetime, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", tuple(in_utc(mark.effective) for mark in self.ordered))

    def counting_for(self, duty: Duty, subject: SubjectFacts) -> "Marks":
        """Those with the quantity that the duty asks, and the checkpoints that it walks."""
        enough = tuple(mark for mark in self.ordered if suffices(mark, duty))
        return Marks(enough, subject.checkpoints if duty.rule.evidence == "scan" else ())

    def walked(self, window: Window) -> frozenset[str]:
        """The checkpoints that a window asks for: those in use for the whole of it."""
        return frozenset(
            point.code
            for point in self.points
            if (point.opened is None or in_utc(point.opened) <= window.start)
            and (point.closed is None or (window.end is not None and window.end <= in_utc(point.closed)))
        )

    def inside(self, window: Window, until: datetime) -> tuple[EvidenceMark, ...]:
        """Those from the start of a window to `until` that count for it."""
        found = self.ordered[bisect_left(self.times, window.start) : bisect_left(self.times, until)]
        points = self.walked(window)
        return tuple(mark for mark in found if mark.checkpoint in points) if points else found

    def meet(self, window: Window, until: datetime) -> bool:
        """Whether a window is met by `until`: by one record, or by one at each checkpoint."""
        inside = self.inside(window, until)
        return bool(inside) and len({mark.checkpoint for mark in inside}) >= len(self.walked(window))

    def latest(self, at: datetime) -> EvidenceMark | None:
        """The latest record effective by `at`, at a checkpoint in use then if there are any."""
        until = bisect_left(self.times, at + timedelta(microseconds=1))
        points = self.walked(Window(at, at + timedelta(microseconds=1)))
        found = (mark for mark in reversed(self.ordered[:until]) if not points or mark.checkpoint in points)
        return next(found, None)


def marks_by_duty(evidence: Iterable[EvidenceMark], subject: SubjectFacts, at: datetime) -> dict[str, Marks]:
    """The subject's evidence effective by `at`, by scheme/rule."""
    found: dict[str, list[EvidenceMark]] = {}
    for mark in evidence:
        if mark.subject == subject.code and in_utc(mark.effective) <= at:
            found.setdefault(f"{mark.scheme}/{mark.rule}", []).append(mark)
    return {name: Marks(tuple(sorted(marks, key=_in_order))) for name, marks in found.items()}


def _in_order(mark: EvidenceMark) -> tuple[datetime, datetime, str]:
    return in_utc(mark.effective), in_utc(mark.recorded), mark.id


def suffices(mark: EvidenceMark, duty: Duty) -> bool:
    """Whether a record holds the quantity that the duty asks, if it asks one."""
    if duty.quantity is None:
        return True
    return mark.quantity is not None and mark.quantity >= duty.quantity


def stands_until(mark: EvidenceMark, valid_for: timedelta | None) -> datetime | None:
    """When a proof runs out: the earlier of its own expiry and the rule's term; None: never."""
    ends = [in_utc(mark.expires)] if mark.expires is not None else []
    if valid_for is not None:
        ends.append(in_utc(mark.effective) + valid_for)
    return min(ends, default=None)


def waivers_of(waivers: Sequence[WaiverSpan], duty: str, subject: SubjectFacts) -> list[WaiverSpan]:
    """Those that excuse the subject from one duty, named scheme/rule."""
    own = (waiver for waiver in waivers if waiver.subject == subject.code)
    return [waiver for waiver in own if f"{waiver.scheme}/{waiver.rule}" == duty]


def waived(waivers: Iterable[WaiverSpan], moment: datetime | None) -> bool:
    """Whether a waiver covers this deadline: after its start, up to its end. No deadline is never covered."""
    if moment is None:
        return False
    return any(in_utc(waiver.start) < moment <= in_utc(waiver.end) for waiver in waivers)
