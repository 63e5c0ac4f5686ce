"""What a key of a scheme's files is: the shape of its value, the section it stands in, which rules may have it."""

from dataclasses import dataclass
from typing import Literal

from anlan.engine.policy import RuleKind

Shape = Literal[
    "id",
    "words",
    "text",
    "flag",
    "value",
    "date",
    "validity",
    "status",
    "languages",
    "term-list",
    "fact-list",
    "fact-type",
    "fact-default",
    "fact-values",
    "value-list",
    "citation",
    "label",
    "rule-kind",
    "subject",
    "condition",
    "role",
    "evidence",
    "event",
    "cadence",
    "duration",
    "duration-or-figure",
    "number-or-figure",
    "quantity",
    "quantity-list",
    "quantity-fact",
    "levels",
    "level",
    "rule-id",
    "rule-ids",
    "item-list",
    "case-facts",
    "local-figures",
    "expectation",
    "terms",
    "parameter-list",
    "rule-list",
    "case-list",
    "public-says",
    "public-reach",
    "role-list",
    "public-list",
    "plan-list",
    "plan-rule",
    "scenario",
    "card-role",
    "call",
    "shows",
    "step-time",
    "answer-number",
    "whole-number",
    "name-list",
    "text-list",
    "never-list",
    "answer-list",
    "plan-roles",
    "plan-steps",
    "plan-questions",
    "plan-phases",
    "plan-tasks",
    "plan-resources",
]
Section = Literal[
    "scheme",
    "file",
    "terms",
    "term",
    "fact",
    "citation",
    "parameter",
    "value",
    "rule",
    "item",
    "quantity",
    "case",
    "public",
    "plan",
    "plan-role",
    "plan-step",
    "plan-question",
    "plan-phase",
    "plan-task",
    "plan-resource",
]

RULE_KINDS: tuple[RuleKind, ...] = ("tier", "duty", "standard", "measure", "clock", "criterion", "plan")


@dataclass(frozen=True, slots=True)
class Field:
    """One key. `needed` and `kinds` name the rule kinds that must or may have it (rules only).

    `attribute` is the name it has in policy.py where that differs from the key.
    """

    key: str
    shape: Shape
    meaning: str
    required: bool = False
    kinds: tuple[RuleKind, ...] = RULE_KINDS
    needed: tuple[RuleKind, ...] = ()
    aliases: tuple[str, ...] = ()
    attribute: str = ""

    @property
    def name(self) -> str:
        return self.attribute or self.key.replace("-", "_")

    @property
    def spellings(self) -> tuple[str, ...]:
        """The key, its aliases, and each with hyphens and underscores exchanged."""
        written = (self.key, *self.aliases)
        return tuple(dict.fromkeys(s for w in written for s in (w, w.replace("-", "_"), w.replace("_", "-"))))
