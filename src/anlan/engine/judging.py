"""One duty of one subject judged at one instant: each family of cadences by its own rule."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from anlan.engine.facts import Basis, SubjectFacts, WaiverSpan
from anlan.engine.marks import Marks, stands_until, suffices, waived
from anlan.engine.owed import Duty
from anlan.engine.periods import (
    Recurring,
    Terms,
    Window,
    cut_to_run,
    in_utc,
    last_closed,
    midnight,
    window_after,
    window_at,
    windows_of_run,
)
from anlan.engine.policy import Each, Once, Standing, Within
from anlan.engine.states import State, WindowState
from anlan.engine.strictness import DAY, duration
from anlan.engine.timelines import Run

INSTANT = timedelta(microseconds=1)


@dataclass(slots=True)
class Judge:
    """The evidence and waivers of one duty; a `chain` is its runs in a time without a break."""

    subject: SubjectFacts
    basis: Basis
    marks: Marks
    waivers: list[WaiverSpan]
    at: datetime
    _counted: dict[tuple[float | None, str], Marks] = field(default_factory=dict)

    def windows(self, chain: list[Run], span: tuple[datetime, datetime]) -> Iterator[WindowState]:
        """The windows of the chain that overlap `span`, each with its state."""
        cadence = chain[0].stretches[0][1].cadence
        if isinstance(cadence, Once):
            yield from _overlapping(span, [self._once(chain)])
        elif isinstance(cadence, Within):
            yield from _overlapping(span, self._each_occurrence(chain))
        else:
            for run in chain:
                yield from self._windows_of(run, span)

    def now(self, chain: list[Run]) -> WindowState:
        """The one state in which the duty is at `at`; the chain's last run must still be open."""
        duty = chain[-1].duty_at(self.at)
        if isinstance(duty.cadence, Standing):
            return self._standing(chain[-1], self.at)
        if isinstance(duty.cadence, Once):
            return _met_is_met(self._once(chain))
        if isinstance(duty.cadence, Within):
            return self._occurrence_now(chain, duty)
        return self._recurring_now(chain, duty, duty.cadence)

    def bears_from(self, chain: list[Run]) -> datetime | None:
        """From when on single records bear on `now`; None where the latest one alone decides."""
        duty = chain[-1].duty_at(self.at)
        if isinstance(duty.cadence, Standing):
            return None
        if isinstance(duty.cadence, Once | Within):
            return chain[0].start
        aligned = window_at(duty.cadence, self.at, self.basis.zone, duty.anchor)
        closed = last_closed(_terms(chain), self.at, self.basis.zone, duty.anchor)
        return min((window.start for window in (aligned, closed) if window is not None), default=None)

    def _windows_of(self, run: Run, span: tuple[datetime, datetime]) -> Iterator[WindowState]:
        duty = run.stretches[0][1]
        if isinstance(duty.cadence, Standing):
            yield from self._standing_stretches(run, span)
        elif isinstance(duty.cadence, Each | tuple):
            period = (run.start, run.end)
            for window in windows_of_run(duty.cadence, period, span, self.basis.zone, duty.anchor):
                yield self._recurring(run, window)

    def _recurring_now(self, chain: list[Run], duty: Duty, cadence: Recurring) -> WindowState:
        run, zone = chain[-1], self.basis.zone
        aligned = window_at(cadence, self.at, zone, duty.anchor)
        current = self._recurring(run, cut_to_run(aligned, run.start, None)) if aligned else None
        if current is not None and current.state in ("recorded", "waived"):
            return current
        closed = last_closed(_terms(chain), self.at, zone, duty.anchor)
        if closed is not None:
            owner = next(run for run in reversed(chain) if run.start <= closed.start)
            before = self._recurring(owner, closed)
            if before.is_gap:
                return before
        if current is not None and current.window.owed:
            return current
        following = window_after(cadence, self.at, zone, duty.anchor)
        window = Window(following.start, following.end) if following else Window(self.at, None)
        return self._state(duty, window, "upcoming", window.end, self._counting(duty), self.at)

    def _recurring(self, run: Run, window: Window) -> WindowState:
        end = window.end or self.at + INSTANT
        duty = run.duty_at(end - INSTANT)
        counted = self._counting(duty)
        reach = end
        if self.at < window.start:
            state: State = "upcoming"
        elif counted.meet(window, end):
            state = "recorded"
        elif self.at >= end and (window.closed_by_change or not window.owed):
            state = "cut"
        elif not window.owed:
            state = "upcoming"
        elif not window.closed_by_change and counted.meet(window, end + duty.grace):
            state, reach = "late", end + duty.grace
        elif waived(self.waivers, end):
            state = "waived"
        else:
            state = self._open_or_missed(end, duty.grace)
        return self._state(duty, window, state, end, counted, reach)

    def _open_or_missed(self, deadline: datetime, grace: timedelta) -> State:
        if self.at < deadline:
            return "due"
        return "overdue" if self.at < deadline + grace else "not-evidenced"

    def _once(self, chain: list[Run]) -> WindowState:
        """By its date if that is still to come when the duty begins, else within the grace, else at any time."""
        since, duty = chain[0].start, chain[-1].duty_at(self.at)
        grace = chain[0].stretches[0][1].grace
        by = duty.cadence.by if isinstance(duty.cadence, Once) else None
        deadline = midnight(by + DAY, self.basis.zone) if by else None
        if deadline is None or deadline <= since:
            deadline, grace = (since + grace if grace else None), timedelta(0)
        return self._single(duty, Window(since, deadline), grace, chain[-1].end)

    def _each_occurrence(self, chain: list[Run]) -> Iterator[WindowState]:
        for occurrence in sorted(self.subject.occurrences, key=lambda occurrence: in_utc(occurrence.at)):
            happened = in_utc(occurrence.at)
            run = next((run for run in reversed(chain) if run.start <= happened), None)
            if run is None or (run.end is not None and happened >= run.end) or happened > self.at:
                continue
            duty = run.duty_at(happened)
            if isinstance(duty.cadence, Within) and duty.cadence.of == occurrence.kind:
                window = Window(happened, happened + duration(duty.cadence.within))
                yield self._single(duty, window, duty.grace, chain[-1].end)

    def _single(self, duty: Duty, window: Window, grace: timedelta, ended: datetime | None) -> WindowState:
        """A window that comes once: what is recorded after it, however late, is late and no longer missing."""
        counted, deadline, now = self._counting(duty), window.end, self.at + INSTANT
        if counted.meet(window, min(deadline, now) if deadline else now):
            state: State = "recorded"
        elif counted.meet(window, now):
            state = "late"
        elif ended is not None and ended <= self.at and (deadline is None or ended < deadline):
            state, window = "cut", replace(window, end=ended, closed_by_change=True)
        elif waived(self.waivers, deadline):
            state = "waived"
        else:
            state = "due" if deadline is None else self._open_or_missed(deadline, grace)
        return self._state(duty, window, state, deadline, counted, now)

    def _occurrence_now(self, chain: list[Run], duty: Duty) -> WindowState:
        """The first occurrence that is neither answered nor waived; without one, the last of all."""
        found = list(self._each_occurrence(chain))
        if not found:
            nothing = Window(chain[0].start, None)
            return self._state(duty, nothing, "upcoming", None, self._counting(duty), self.at)
        unanswered = [state for state in found if state.state not in ("recorded", "late")]
        if not unanswered:
            return _met_is_met(found[-1])
        return next((state for state in unanswered if state.state != "waived"), unanswered[-1])

    def _standing(self, run: Run, instant: datetime) -> WindowState:
        duty = run.duty_at(instant)
        latest = Marks(self.marks.ordered, self._counting(duty).points).latest(instant)
        limit = run.start + run.stretches[0][1].grace
        expires = stands_until(latest, duty.valid_for) if latest else None
        stands = latest is not None and suffices(latest, duty) and (expires is None or instant < expires)
        if stands:
            state: State = "recorded"
        elif waived(self.waivers, instant):
            state = "waived"
        else:
            state = "due" if instant < limit else "not-evidenced"
        shown = Marks((latest,) if latest else ())
        since = in_utc(latest.effective) if latest else run.start
        judged = self._state(
            duty, Window(since, None), state, expires if stands else limit, shown, instant + INSTANT
        )
        return replace(judged, window=Window(run.start, None), key=duty.key(run.start, self.basis.zone))

    def _standing_stretches(self, run: Run, span: tuple[datetime, datetime]) -> Iterator[WindowState]:
        """A standing duty in stretches of one state each, up to the instant that is asked about."""
        begin = max(run.start, span[0])
        end = min(moment for moment in (run.end, span[1], self.at + INSTANT) if moment is not None)
        edges = {run.start + run.stretches[0][1].grace, *(start for start, _ in run.stretches)}
        edges.update(in_utc(edge) + INSTANT for waiver in self.waivers for edge in (waiver.start, waiver.end))
        for mark in self.marks.ordered:
            edges.add(in_utc(mark.effective))
            edges.update(
                stop for _, duty in run.stretches if (stop := stands_until(mark, duty.valid_for)) is not None
            )
        moments = [begin, *sorted(edge for edge in edges if begin < edge < end)] if begin < end else []
        stretch: WindowState | None = None
        for moment in moments:
            judged = self._standing(run, moment)
            judged = replace(
                judged, window=Window(moment, None), key=judged.duty.key(moment, self.basis.zone)
            )
            if stretch is not None and stretch.state != judged.state:
                yield replace(stretch, window=replace(stretch.window, end=moment))
            if stretch is None or stretch.state != judged.state:
                stretch = judged
        if stretch is not None:
            ended = run.end if run.end is not None and run.end <= self.at else None
            yield replace(stretch, window=replace(stretch.window, end=ended))

    def _counting(self, duty: Duty) -> Marks:
        key = duty.quantity, duty.rule.evidence
        if key not in self._counted:
            self._counted[key] = self.marks.counting_for(duty, self.subject)
        return self._counted[key]

    def _state(
        self,
        duty: Duty,
        window: Window,
        state: State,
        deadline: datetime | None,
        counted: Marks,
        reach: datetime,
    ) -> WindowState:
        inside = counted.inside(window, reach)
        every = self.marks.inside(window, reach) if duty.quantity is not None else ()
        points = counted.walked(window)
        quantities = [mark.quantity for mark in every if mark.quantity is not None]
        return WindowState(
            key=duty.key(window.start, self.basis.zone),
            duty=duty,
            window=window,
            state=state,
            deadline=deadline,
            done=len({mark.checkpoint for mark in inside}) if points else 0,
            of=len(points),
            had=max(quantities, default=None),
            needed=duty.quantity,
            evidence=tuple(mark.id for mark in inside if mark.id),
        )


def _terms(chain: list[Run]) -> list[Terms]:
    held = ((run, run.stretches[0][1].cadence) for run in chain)
    return [Terms(cadence, run.start, run.end) for run, cadence in held if isinstance(cadence, Each | tuple)]


def _overlapping(
    span: tuple[datetime, datetime], found: Iterator[WindowState] | list[WindowState]
) -> Iterator[WindowState]:
    for state in found:
        if state.window.start < span[1] and (state.window.end is None or state.window.end > span[0]):
            yield state


def _met_is_met(state: WindowState) -> WindowState:
    """What came late is done: now it stands as recorded, and only the list of windows says late."""
    return replace(state, state="recorded") if state.state == "late" else state
