"""How what a subject owes changes in time: the moments of change, and the runs between them in the same terms."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from anlan.engine.derivation import adoptions_at, derive_from, fact_titles, facts_of, posture_of
from anlan.engine.facts import Basis, SubjectFacts
from anlan.engine.owed import Cause, Derived, Duty
from anlan.engine.periods import in_utc, local_date, midnight


@dataclass(frozen=True, slots=True)
class Segment:
    """What is owed from `start` (in) to `end` (out), in which nothing that bears on it changes."""

    start: datetime
    end: datetime | None
    derived: Derived

    @property
    def duties(self) -> tuple[Duty, ...]:
        return self.derived.duties


@dataclass(frozen=True, slots=True)
class Run:
    """A time in which one duty is owed in the same cadence and quantity.

    `stretches` hold the duty as it is from each moment at which a lesser thing (grace, reasons) changes.
    `joins` is true when the duty was owed, in other terms, right up to `start`.
    """

    start: datetime
    end: datetime | None
    since: datetime
    joins: bool
    stretches: tuple[tuple[datetime, Duty], ...]

    def duty_at(self, at: datetime) -> Duty:
        """The duty as it is at an instant of the run, or at its end."""
        begun = [duty for start, duty in self.stretches if start <= at]
        return begun[-1] if begun else self.stretches[0][1]


@dataclass(slots=True)
class History:
    """Everything that changes for a subject up to `until`, each state of things derived once."""

    subject: SubjectFacts
    basis: Basis
    until: datetime
    _known: dict[tuple[int, str, datetime], Derived] = field(default_factory=dict)
    _eras: list[datetime] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._eras = moments_of_basis(self.basis, self.subject.code)

    def derived_at(self, at: datetime) -> Derived:
        values = facts_of(self.subject, at)
        if values is None:
            return Derived()
        level = posture_of(self.subject, at)
        era = max((moment for moment in self._eras if moment <= at), default=in_utc(self.subject.registered))
        key = (id(values), level, era)
        if key not in self._known:
            self._known[key] = derive_from(self.subject, values, level, self.basis, at)
        return self._known[key]

    def moments(self) -> list[datetime]:
        """The moments from registration to `until` at which something that bears on duties may change."""
        subject = self.subject
        first = in_utc(subject.registered)
        moments = {first, *self._eras}
        moments.update(in_utc(version.start) for version in subject.versions)
        moments.update(in_utc(version.end) for version in subject.versions if version.end)
        for span in subject.postures:
            moments.update(in_utc(edge) for edge in (span.start, span.end) if edge)
        if subject.closed:
            moments.add(in_utc(subject.closed))
        return sorted(moment for moment in moments if first <= moment <= self.until)

    def segments(self) -> Iterator[Segment]:
        moments = self.moments()
        for start, end in zip(moments, [*moments[1:], None], strict=False):
            yield Segment(start, end, self.derived_at(start))

    def runs(self) -> tuple[Run, ...]:
        """The runs of every duty that was ever owed, by duty in order of time."""
        open_runs: dict[str, Run] = {}
        closed: dict[str, list[Run]] = {}
        for segment in self.segments():
            owed = {duty.id: duty for duty in segment.duties if duty.owed}
            for name in [name for name in open_runs if name not in owed]:
                closed.setdefault(name, []).append(replace(open_runs.pop(name), end=segment.start))
            for name, duty in owed.items():
                before = open_runs.get(name)
                if before is not None and before.stretches[-1][1].terms == duty.terms:
                    stretches = (*before.stretches, (segment.start, duty))
                    open_runs[name] = replace(before, stretches=stretches)
                    continue
                since = before.since if before else segment.start
                if before is not None:
                    closed.setdefault(name, []).append(replace(before, end=segment.start))
                open_runs[name] = Run(
                    segment.start, None, since, before is not None, ((segment.start, duty),)
                )
        for name, run in open_runs.items():
            closed.setdefault(name, []).append(run)
        return tuple(self._dated(run) for runs in closed.values() for run in runs)

    def cause_at(self, moment: datetime, scheme_id: str, rule_id: str) -> Cause:
        """What changed at the moment from which a duty is owed."""
        if moment <= in_utc(self.subject.registered):
            return Cause("registered")
        moments = self.moments()
        before = max((earlier for earlier in moments if earlier < moment), default=moment)
        old, new = (
            {adoption.scheme.id: adoption.scheme for adoption in adoptions_at(self.basis, at)}
            for at in (before, moment)
        )
        if scheme_id not in old:
            return Cause("adopted")
        if old[scheme_id].sha256 != new[scheme_id].sha256 or old[scheme_id].edition != new[scheme_id].edition:
            return Cause("edition")
        zone = self.basis.zone
        if local_date(before, zone) < new[scheme_id].valid_from <= local_date(moment, zone):
            return Cause("begun")
        facts_before, facts_now = facts_of(self.subject, before) or {}, facts_of(self.subject, moment) or {}
        names = [
            name for name in {**facts_now, **facts_before} if facts_before.get(name) != facts_now.get(name)
        ]
        if names:
            return Cause("facts", fact_titles(names, list(new.values())))
        if posture_of(self.subject, before) != posture_of(self.subject, moment):
            return Cause("posture")
        rule = next((rule for rule in new[scheme_id].rules if rule.id == rule_id), None)
        if rule is not None and rule.start == local_date(moment, zone):
            return Cause("rule")
        return Cause("figure")

    def _dated(self, run: Run) -> Run:
        first = run.stretches[0][1]
        cause = self.cause_at(run.since, first.scheme, first.rule.id)
        stretches = tuple(
            (start, replace(duty, since=run.since, since_cause=cause, terms_since=run.start))
            for start, duty in run.stretches
        )
        return replace(run, stretches=stretches)


def moments_of_basis(basis: Basis, place: str | None) -> list[datetime]:
    """The moments at which editions, their dated rules and figures, or the city's own figures change."""
    moments: set[datetime] = set()
    days: set[date | None] = set()
    for adoption in basis.adoptions:
        moments.update(in_utc(edge) for edge in (adoption.start, adoption.end) if edge)
        scheme = adoption.scheme
        days.update((scheme.valid_from, scheme.valid_until))
        days.update(day for rule in scheme.rules for day in (rule.start, rule.end))
        dated = (value for parameter in scheme.parameters.values() for value in parameter.values)
        days.update(day for value in dated for day in (value.start, value.end))
    for local in basis.local:
        if local.place in (None, place):
            days.update((local.start, local.end))
    moments.update(midnight(day, basis.zone) for day in days if day is not None)
    return sorted(moments)


def timeline(subject: SubjectFacts, basis: Basis, start: datetime, end: datetime) -> tuple[Segment, ...]:
    """What is owed from `start` to `end`, in segments between which what is owed, or how much, differs."""
    start, end = in_utc(start), in_utc(end)
    segments: list[Segment] = []
    for segment in History(subject, basis, end).segments():
        if segment.start >= end or (segment.end is not None and segment.end <= start):
            continue
        opens = max(segment.start, start)
        closes = end if segment.end is None else min(segment.end, end)
        if segments and _same(segments[-1].duties, segment.duties):
            segments[-1] = replace(segments[-1], end=closes)
        else:
            segments.append(Segment(opens, closes, segment.derived))
    return tuple(segments)


def _same(one: tuple[Duty, ...], other: tuple[Duty, ...]) -> bool:
    return [(duty.id, duty.terms, duty.grace, duty.valid_for) for duty in one] == [
        (duty.id, duty.terms, duty.grace, duty.valid_for) for duty in other
    ]


def runs(subject: SubjectFacts, basis: Basis, until: datetime) -> tuple[Run, ...]:
    """The runs of every duty that the subject owed up to `until`, later changes left out."""
    return History(subject, basis, in_utc(until)).runs()
