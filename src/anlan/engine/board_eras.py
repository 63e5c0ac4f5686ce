"""Times in which editions, figures and the city's posture stay the same, and the rules that belong together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.engine.board_figures import facts_named, mentions_posture, references_of_rule
from anlan.engine.board_forms import Member, RuleName
from anlan.engine.board_register import BoardPosture, instant_of, instants, moment_of
from anlan.engine.derivation import OWED_KINDS, adoptions_at
from anlan.engine.facts import Basis
from anlan.engine.figures import Figures
from anlan.engine.periods import in_utc, local_date
from anlan.engine.policy import LEVELS, Reference, Rule, Scheme
from anlan.engine.tiers import in_force, in_validity
from anlan.engine.timelines import moments_of_basis


@dataclass(frozen=True, slots=True)
class Era:
    """Microseconds from `start` (in) to `end` (out) with one set of editions and figures and one city level."""

    start: int
    end: int
    level: int


def eras_until(basis: Basis, postures: Sequence[BoardPosture], at: datetime) -> list[Era]:
    """The eras from the first adoption to just after `at`, which the last one holds."""
    until = instant_of(in_utc(at)) + 1
    first = min((instant_of(in_utc(adoption.start)) for adoption in basis.adoptions), default=until)
    whole = [(*instants([span.start, span.end]), span.level) for span in postures if span.places is None]
    edges = {instant_of(moment) for moment in moments_of_basis(basis, None)}
    edges.update(int(edge) for start, end, _ in whole for edge in (start, end))
    starts = sorted({first, *(edge for edge in edges if first < edge < until)})
    return [
        Era(
            start,
            end,
            max(
                (LEVELS.index(level) for opened, ended, level in whole if opened <= start < ended), default=0
            ),
        )
        for start, end in zip(starts, [*starts[1:], until], strict=True)
        if start < end
    ]


def members_in(basis: Basis, era: Era) -> Iterator[Member]:
    """The rules that ask something of places in an era, in the order of the schemes, with their measures."""
    moment, order = moment_of(era.start), 0
    on = local_date(moment, basis.zone)
    city = tuple(local for local in basis.local if local.place is None)
    for adoption in adoptions_at(basis, moment):
        scheme = adoption.scheme
        if not in_validity(scheme, on):
            continue
        figures = Figures(scheme, on, city)
        for rule in scheme.rules:
            if rule.kind in OWED_KINDS and rule.subject == "place" and in_force(rule, on):
                measures = (
                    other for other in scheme.rules if other.kind == "measure" and other.changes == rule.id
                )
                active = tuple(measure for measure in measures if in_force(measure, on))
                yield Member(scheme, rule, order, active, figures)
                order += 1


def groups_of(basis: Basis) -> list[frozenset[RuleName]]:
    """Rules that are compared with one another in any edition, each group together; most stand alone."""
    group: dict[RuleName, set[RuleName]] = {}
    by_concern: dict[str, RuleName] = {}
    for adoption in basis.adoptions:
        for rule in adoption.scheme.rules:
            name = (adoption.scheme.id, rule.id)
            group.setdefault(name, {name})
            if rule.concern:
                other = by_concern.setdefault(rule.concern, name)
                if group[other] is not group[name]:
                    group[other] |= group[name]
                    for one in group[other]:
                        group[one] = group[other]
    distinct = {id(names): names for names in group.values()}
    return [frozenset(names) for names in distinct.values()]


def depends_on_posture(members: Iterable[Member]) -> bool:
    return any(member.measures or mentions_posture(member.scheme, member.rule) for member in members)


def needs_tier(member: Member) -> bool:
    rules = (member.rule, *member.measures)
    return any("tier" in facts_named(rule.where) for rule in rules)


def signature(members: Sequence[Member], era: Era) -> object:
    """What an era means to a group of rules; neighbouring eras with equal signatures are one."""
    return tuple((_meaning(member), _posture_meaning(member, era)) for member in members)


def _posture_meaning(member: Member, era: Era) -> object:
    """What the city's level means to a rule at each level that a place may have of its own."""
    if mentions_posture(member.scheme, member.rule):
        return era.level
    together = [LEVELS[max(own, era.level)] for own in range(len(LEVELS))]
    if any(mentions_posture(member.scheme, measure) for measure in member.measures):
        return era.level
    return tuple(tuple(level in measure.posture for level in together) for measure in member.measures)


def _meaning(member: Member) -> object:
    rules: tuple[Rule, ...] = (member.rule, *member.measures)
    if needs_tier(member):
        rules += tuple(rule for rule in _tiers_in_force(member.scheme, member.figures))
    named = sorted(frozenset().union(*(references_of_rule(rule) for rule in rules)))
    values = tuple(
        (type(value), value) for value in (member.figures.value(Reference(n)).value for n in named)
    )
    return id(member.scheme), tuple(rule.id for rule in rules), values


def _tiers_in_force(scheme: Scheme, figures: Figures) -> Iterator[Rule]:
    return (rule for rule in scheme.rules if rule.kind == "tier" and in_force(rule, figures.on))
