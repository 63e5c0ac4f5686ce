"""The words the city works with: kinds of place, facts, events and roles, as its schemes declare them together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from anlan.engine.conditions import BUILT_IN_TITLES
from anlan.engine.policy import FactDeclaration, FactValue, Scheme, Term, Text
from anlan.engine.schemes import shared_terms
from anlan.queries.schemes import adoptions, stored_schemes

Word = TypeVar("Word")


@dataclass(frozen=True, slots=True)
class Words:
    """What the schemes declare, each word by the first scheme that does; empty while there is no scheme."""

    schemes: tuple[Scheme, ...] = ()
    kinds: Mapping[str, Term] = field(default_factory=dict)
    groups: Mapping[str, Term] = field(default_factory=dict)
    facts: Mapping[str, FactDeclaration] = field(default_factory=dict)
    events: Mapping[str, Term] = field(default_factory=dict)
    roles: Mapping[str, Term] = field(default_factory=dict)
    signals: Mapping[str, Term] = field(default_factory=dict)
    warnings: Mapping[str, Term] = field(default_factory=dict)
    scenarios: Mapping[str, Term] = field(default_factory=dict)

    @property
    def tiers(self) -> dict[str, Text]:
        """The titles of the tiers of the schemes in force, written scheme:tier."""
        return {
            f"{scheme.id}:{rule.id}": rule.title
            for scheme in self.schemes
            if scheme.in_force
            for rule in scheme.rules
            if rule.kind == "tier"
        }

    def kind(self, kind: str) -> Text:
        """What a kind of place is called; its own id where no scheme knows it."""
        return self.kinds[kind].title if kind in self.kinds else Text(kind, kind)

    def fact(self, fact: str) -> Text:
        """What a fact is called."""
        if fact in self.facts:
            return self.facts[fact].title
        return BUILT_IN_TITLES.get(fact, Text(fact, fact))

    def signal(self, kind: str) -> Text:
        """What a signal is about; its own id where no scheme knows it."""
        return self.signals[kind].title if kind in self.signals else Text(kind, kind)

    def scenario(self, scenario: str) -> Text:
        """What a kind of incident is called; its own id where no scheme knows it."""
        return self.scenarios[scenario].title if scenario in self.scenarios else Text(scenario, scenario)

    def value(self, fact: str, value: FactValue) -> Text | None:
        """What a fact's value is called, if it is a term with a title."""
        if not isinstance(value, str):
            return None
        if fact == "kind":
            return self.kinds[value].title if value in self.kinds else None
        found = (scheme.terms.get(fact, {}).get(value) for scheme in self.schemes)
        return next((term.title for term in found if term is not None), None)


def words(at: datetime) -> Words:
    """The words of the schemes in force at a moment; of all stored ones while none is in force."""
    running = [
        adoption.scheme
        for adoption in adoptions()
        if adoption.start <= at and (adoption.end is None or adoption.end > at)
    ]
    schemes = tuple(running) or tuple(one.scheme for one in stored_schemes(at))
    return Words(
        schemes=schemes,
        kinds=_joined(scheme.places for scheme in schemes),
        groups=_joined(scheme.terms.get("groups", {}) for scheme in schemes),
        facts=_joined(scheme.facts for scheme in schemes),
        events=_joined(scheme.terms.get("events", {}) for scheme in schemes),
        roles=_joined(scheme.roles for scheme in schemes),
        signals=_joined(scheme.terms.get("signals", {}) for scheme in schemes) or shared_terms("signals"),
        warnings=_joined(scheme.terms.get("warnings", {}) for scheme in schemes) or shared_terms("warnings"),
        scenarios=_joined(scheme.terms.get("scenarios", {}) for scheme in schemes)
        or shared_terms("scenarios"),
    )


def _joined(parts: Iterable[Mapping[str, Word]]) -> dict[str, Word]:
    joined: dict[str, Word] = {}
    for part in parts:
        for name, word in part.items():
            joined.setdefault(name, word)
    return joined
