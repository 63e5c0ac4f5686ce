"""What each subject of the demo city owes, asked of the engine once for all that are alike."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from anlan.engine.derivation import derive_from, facts_of, posture_of
from anlan.engine.facts import Basis, SubjectFacts
from anlan.engine.owed import Duty
from anlan.engine.policy import All, AnyOf, Condition, Facts, Not, Quantity, Reference, Scheme, Test

_BORDERS = ("over", "at_least", "under", "at_most")
Likeness = tuple[object, ...]


class OwedDuties:
    """Duties by what decides them: two places on the same side of every border owe the same.

    Only quantities reckoned from a fact differ; places that owe one are asked about one by one.
    """

    def __init__(self, basis: Basis, on: date) -> None:
        schemes = [adoption.scheme for adoption in basis.adoptions]
        self._basis = basis
        self._borders, self._terms = _borders(schemes, on), _terms(schemes)
        self._turns = _turns(basis)
        self._own = {figure.place for figure in basis.local if figure.place}
        self._known: dict[Likeness, tuple[Duty, ...]] = {}

    def at(self, subject: SubjectFacts, at: datetime, exact: bool = False) -> tuple[Duty, ...]:
        """What the subject owes at an instant, without what a stricter duty covers.

        Quantities reckoned from a fact are right only when asked `exact`; otherwise they may be a lookalike's.
        """
        facts = facts_of(subject, at)
        if facts is None:
            return ()
        own = subject.code if subject.code in self._own else ""
        era = sum(turn <= at.date() for turn in self._turns)
        key: Likeness = (subject.subject, posture_of(subject, at), own, era, *self._sides(facts))
        if key not in self._known:
            self._known[key] = self._asked(subject, facts, at)
        elif exact and any(duty.rule.quantity and _reckoned(duty.rule.quantity) for duty in self._known[key]):
            return self._asked(subject, facts, at)
        return self._known[key]

    def _asked(self, subject: SubjectFacts, facts: Facts, at: datetime) -> tuple[Duty, ...]:
        derived = derive_from(subject, facts, posture_of(subject, at), self._basis, at)
        return tuple(duty for duty in derived.duties if duty.owed)

    def _sides(self, facts: Facts) -> Iterator[object]:
        for fact in sorted(facts):
            value = facts[fact]
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                yield fact, *((value > border, value >= border) for border in self._borders.get(fact, ()))
            elif value in self._terms.get(fact, ()) or isinstance(value, bool) or value is None:
                yield fact, value


def asks_for_missing(condition: Condition | None) -> bool:
    """Whether a rule exists to have a missing figure supplied."""
    if isinstance(condition, Test):
        return condition.relation == "missing"
    if isinstance(condition, (All, AnyOf)):
        return any(asks_for_missing(part) for part in condition.of)
    return False


def _reckoned(quantity: Quantity) -> bool:
    return quantity.of is not None or any(_reckoned(part) for part in quantity.greatest_of)


def _borders(schemes: list[Scheme], on: date) -> Mapping[str, tuple[float, ...]]:
    found: dict[str, set[float]] = {}
    for scheme in schemes:
        for rule in scheme.rules:
            for test in _tests(rule.where):
                if test.relation in _BORDERS:
                    values = [_number(operand, scheme, on) for operand in test.operands]
                    found.setdefault(test.fact, set()).update(value for value in values if value is not None)
    return {fact: tuple(sorted(values)) for fact, values in found.items()}


def _terms(schemes: list[Scheme]) -> Mapping[str, set[object]]:
    """The words that some rule asks about, by fact; a kind that no rule names is like any other such kind."""
    found: dict[str, set[object]] = {}
    for scheme in schemes:
        for rule in scheme.rules:
            for test in _tests(rule.where):
                found.setdefault(test.fact, set()).update(test.operands)
    return found


def _turns(basis: Basis) -> list[date]:
    """The days on which what is asked of everybody changes."""
    days = {figure.start for figure in basis.local} | {figure.end for figure in basis.local if figure.end}
    for adoption in basis.adoptions:
        days.add(adoption.start.date())
        for parameter in adoption.scheme.parameters.values():
            days |= {each.start for each in parameter.values}
        for rule in adoption.scheme.rules:
            days |= {day for day in (rule.start, rule.end) if day}
    return sorted(days)


def _tests(condition: Condition | None) -> Iterator[Test]:
    if isinstance(condition, Test):
        yield condition
    elif isinstance(condition, Not):
        yield from _tests(condition.of)
    elif condition is not None:
        for part in condition.of:
            yield from _tests(part)


def _number(operand: object, scheme: Scheme, on: date) -> float | None:
    if isinstance(operand, Reference):
        values = scheme.parameters[operand.parameter].values
        operand = next(
            (each.value for each in values if each.start <= on and (not each.end or on < each.end)), None
        )
    return float(operand) if isinstance(operand, (int, float)) else None
