"""What a scheme has declared, so that whatever refers to it can be checked while reading."""

from dataclasses import dataclass, field
from datetime import date

from anlan.engine.policy import LEVELS, FactDeclaration, Parameter, Term

ANY = "*"
"""Stands for every name of a group, where it is not known which ones could not be read."""


@dataclass(slots=True)
class Names:
    """What has been declared, so that references can be checked while reading."""

    places: dict[str, Term] = field(default_factory=dict)
    roles: dict[str, Term] = field(default_factory=dict)
    facts: dict[str, FactDeclaration] = field(default_factory=dict)
    terms: dict[str, dict[str, Term]] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    outside_tiers: str = "none"
    first_day: date | None = None
    incomplete: bool = False
    """A file could not be read at all, and nobody knows what it declares."""
    failed: dict[str, set[str]] = field(default_factory=dict)
    """Names whose own declaration was wrong, by group: they are declared, and what refers to them is not to blame."""

    def fail(self, group: str, name: str) -> None:
        if name:
            self.failed.setdefault(group, set()).add(name)

    def is_lost(self, group: str, name: str) -> bool:
        """Whether a name that is not known may have been declared all the same."""
        return bool(group) and (self.incomplete or not {name, ANY}.isdisjoint(self.failed.get(group, ())))

    def tiers(self) -> list[str]:
        return [rule_id for rule_id, kind in self.rules.items() if kind == "tier"]

    def group_of(self, fact: str) -> str:
        """The group of names to which the words of a fact belong, as `is_lost` takes it."""
        return {"kind": "places", "role": "roles", "tier": "rules", "posture": ""}.get(
            fact, f"values of {fact}"
        )

    def words_for(self, fact: str) -> list[str] | None:
        """The words a fact may have, in order; None for a fact that is not a term."""
        if fact == "kind":
            return list(self.places)
        if fact == "role":
            return list(self.roles)
        if fact == "tier":
            return [*self.tiers(), self.outside_tiers, "undetermined"]
        if fact == "posture":
            return list(LEVELS)
        declared = self.facts.get(fact)
        return list(declared.values) if declared and declared.type == "term" and declared.values else None

    def known_facts(self) -> list[str]:
        return ["kind", "tier", "posture", "role", *self.facts]
