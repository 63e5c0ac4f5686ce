"""Which tier a place has under a scheme, and why."""

from dataclasses import dataclass
from datetime import date

from anlan.engine.conditions import UNDETERMINED, Reason, verdict
from anlan.engine.figures import Figures
from anlan.engine.policy import Facts, Rule, Scheme


@dataclass(frozen=True, slots=True)
class Tiering:
    """A tier's id, the scheme's word for outside all tiers, or `undetermined`; and what decided it."""

    tier: str
    because: tuple[Reason, ...]


def tier_of(scheme: Scheme, facts: Facts, figures: Figures) -> Tiering:
    """The first tier, in file order, whose condition holds; `undetermined` if one before it is unknown.

    Outside the edition's dates, and where no tier's condition holds, it is `scheme.outside_tiers`.
    """
    if not in_validity(scheme, figures.on):
        return Tiering(scheme.outside_tiers, ())
    because: list[Reason] = []
    for rule in scheme.rules:
        if rule.kind != "tier" or not in_force(rule, figures.on):
            continue
        answer = verdict(rule.where, facts, figures)
        if answer.holds is None:
            return Tiering(UNDETERMINED, answer.because)
        because.extend(answer.because)
        if answer.holds:
            return Tiering(rule.id, tuple(dict.fromkeys(because)))
    return Tiering(scheme.outside_tiers, tuple(dict.fromkeys(because)))


def in_validity(scheme: Scheme, on: date) -> bool:
    """Whether the date lies within the dates of the edition."""
    return scheme.valid_from <= on and (scheme.valid_until is None or on < scheme.valid_until)


def in_force(rule: Rule, on: date) -> bool:
    """Whether the date lies within the rule's own dates; a rule without dates is in force all along."""
    return (rule.start is None or rule.start <= on) and (rule.end is None or on < rule.end)
