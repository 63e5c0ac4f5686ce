"""Who owes what at an instant, since when and why, and what would change if the facts were others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from anlan.engine.derivation import derive_from, facts_of, posture_of
from anlan.engine.facts import Basis, SubjectFacts
from anlan.engine.owed import Cause, Derived, Duty, Measure, Undetermined
from anlan.engine.periods import in_utc
from anlan.engine.policy import FactValue, Level
from anlan.engine.tiers import Tiering
from anlan.engine.timelines import History

__all__ = [
    "Cause",
    "Change",
    "Derived",
    "Duty",
    "Measure",
    "Undetermined",
    "derive",
    "duties_for",
    "tiers_for",
    "what_if",
]


@dataclass(frozen=True, slots=True)
class Change:
    """The difference that other facts or another posture would make; `changed` holds before and after."""

    added: tuple[Duty, ...]
    removed: tuple[Duty, ...]
    changed: tuple[tuple[Duty, Duty], ...]
    undetermined: tuple[Undetermined, ...]
    tiers_before: Mapping[str, Tiering]
    tiers_after: Mapping[str, Tiering]


def derive(subject: SubjectFacts, basis: Basis, at: datetime) -> Derived:
    """Everything that is owed, or cannot be decided, at an instant; owed duties say since when and why."""
    history = History(subject, basis, in_utc(at))
    derived = history.derived_at(in_utc(at))
    running = {run.stretches[-1][1].id: run.stretches[-1][1] for run in history.runs() if run.end is None}
    return replace(derived, duties=tuple(_dated(duty, running.get(duty.id)) for duty in derived.duties))


def duties_for(subject: SubjectFacts, basis: Basis, at: datetime) -> tuple[Duty, ...]:
    """The duties of a subject at an instant, those superseded by a stricter one among them."""
    return derive(subject, basis, at).duties


def tiers_for(subject: SubjectFacts, basis: Basis, at: datetime) -> Mapping[str, Tiering]:
    """The tier of a subject at an instant under each adopted scheme, and why."""
    return _derive_now(subject, basis, at).tiers


def what_if(
    subject: SubjectFacts,
    basis: Basis,
    at: datetime,
    changes: Mapping[str, FactValue],
    posture: Level | None = None,
) -> Change:
    """What would be owed at `at` if these facts, or the posture, were others."""
    at = in_utc(at)
    before = _derive_now(subject, basis, at)
    supposed = {**(facts_of(subject, at) or {}), **changes}
    after = derive_from(subject, supposed, posture or posture_of(subject, at), basis, at)
    old, new = ({duty.id: duty for duty in derived.duties if duty.owed} for derived in (before, after))
    return Change(
        added=tuple(duty for name, duty in new.items() if name not in old),
        removed=tuple(duty for name, duty in old.items() if name not in new),
        changed=tuple(
            (old[name], duty) for name, duty in new.items() if name in old and _asks(old[name]) != _asks(duty)
        ),
        undetermined=after.undetermined,
        tiers_before=before.tiers,
        tiers_after=after.tiers,
    )


def _derive_now(subject: SubjectFacts, basis: Basis, at: datetime) -> Derived:
    at = in_utc(at)
    values = facts_of(subject, at)
    return Derived() if values is None else derive_from(subject, values, posture_of(subject, at), basis, at)


def _dated(duty: Duty, running: Duty | None) -> Duty:
    if running is None or not duty.owed:
        return duty
    return replace(
        duty, since=running.since, since_cause=running.since_cause, terms_since=running.terms_since
    )


def _asks(duty: Duty) -> object:
    return duty.terms, duty.grace, duty.valid_for, duty.superseded_by, duty.also_asked_by
