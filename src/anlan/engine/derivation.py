"""What one subject owes at an instant, from its facts, its posture and the adopted editions, with the reasons."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from anlan.engine.asking import Asking
from anlan.engine.conditions import fact_title
from anlan.engine.facts import Adoption, Basis, SubjectFacts
from anlan.engine.figures import Figures
from anlan.engine.owed import Derived, Duty, Undetermined
from anlan.engine.periods import in_utc, local_date
from anlan.engine.policy import LEVELS, Facts, FactValue, Level, Scheme, Text
from anlan.engine.tiers import Tiering, in_force, in_validity, tier_of

__all__ = [
    "Derived",
    "Duty",
    "Undetermined",
    "adoptions_at",
    "anchor_of",
    "derive_from",
    "facts_of",
    "posture_of",
]

OWED_KINDS = ("duty", "standard")
NOTHING_KNOWN: Facts = {}


def adoptions_at(basis: Basis, at: datetime) -> tuple[Adoption, ...]:
    """The adopted editions in force at an instant, the latest of each scheme, in order of first adoption."""
    at, chosen = in_utc(at), dict[str, Adoption | None]()
    for adoption in sorted(basis.adoptions, key=lambda adoption: in_utc(adoption.start)):
        chosen.setdefault(adoption.scheme.id, None)
        if in_utc(adoption.start) <= at and (adoption.end is None or at < in_utc(adoption.end)):
            chosen[adoption.scheme.id] = adoption
    return tuple(adoption for adoption in chosen.values() if adoption is not None)


def anchor_of(basis: Basis, scheme_id: str) -> date:
    """The day from which a scheme's intervals of more than a day count: that of its first adoption."""
    starts = [in_utc(adoption.start) for adoption in basis.adoptions if adoption.scheme.id == scheme_id]
    return local_date(min(starts), basis.zone)


def posture_of(subject: SubjectFacts, at: datetime) -> Level:
    """The highest of the levels in force at a subject at an instant."""
    at = in_utc(at)
    levels = [
        span.level
        for span in subject.postures
        if in_utc(span.start) <= at and (span.end is None or at < in_utc(span.end))
    ]
    return max(levels, key=LEVELS.index, default="normal")


def facts_of(subject: SubjectFacts, at: datetime) -> Facts | None:
    """The facts known of a subject at an instant; None before it is registered and after it is closed."""
    at = in_utc(at)
    if at < in_utc(subject.registered) or (subject.closed is not None and at >= in_utc(subject.closed)):
        return None
    for version in subject.versions:
        if in_utc(version.start) <= at and (version.end is None or at < in_utc(version.end)):
            return version.values
    return NOTHING_KNOWN


def derive_from(subject: SubjectFacts, values: Facts, level: Level, basis: Basis, at: datetime) -> Derived:
    """What is owed with these facts at this level, by the editions and figures in force at `at`."""
    duties: list[Duty] = []
    undetermined: list[Undetermined] = []
    tiers: dict[str, Tiering] = {}
    on = local_date(at, basis.zone)
    for adoption in adoptions_at(basis, at):
        scheme = adoption.scheme
        figures = Figures(scheme, on, basis.local, subject.code)
        facts: dict[str, FactValue] = {**values, "posture": level}
        tiers[scheme.id] = tier_of(scheme, facts, figures)
        facts["tier"] = tiers[scheme.id].tier
        if not in_validity(scheme, on):
            continue
        anchor = anchor_of(basis, scheme.id)
        for rule in scheme.rules:
            if rule.kind in OWED_KINDS and rule.subject == subject.subject and in_force(rule, on):
                answer = Asking(scheme, rule, subject.code, facts, figures, level, anchor).answer()
                if isinstance(answer, Duty):
                    duties.append(replace(answer, order=len(duties)))
                elif answer is not None:
                    undetermined.append(answer)
    settled = tuple(stricter_wins(duties))
    return Derived(settled, tuple(undetermined), tiers, level, {**values, "posture": level})


def stricter_wins(duties: list[Duty]) -> Iterator[Duty]:
    """The same duties, of which those of one concern that ask for less are no longer owed."""
    demands = {duty.order: duty.demand() for duty in duties}
    for duty in duties:
        rivals = [
            other
            for other in duties
            if other is not duty and other.rule.concern and other.rule.concern == duty.rule.concern
        ]
        above = [other for other in rivals if demands[other.order].exceeds(demands[duty.order])]
        below = [other for other in rivals if demands[duty.order].exceeds(demands[other.order])]
        yield replace(
            duty,
            owed=not above,
            superseded_by=tuple(other.id for other in above),
            also_asked_by=tuple(other.id for other in below),
        )


def fact_titles(names: list[str], schemes: list[Scheme]) -> tuple[Text, ...]:
    """What the schemes call these facts, each by the first scheme that declares it."""
    return tuple(
        next(
            (fact_title(name, scheme) for scheme in schemes if name in scheme.facts),
            fact_title(name, schemes[0]),
        )
        for name in names
        if schemes
    )
