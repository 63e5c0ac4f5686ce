"""A place's duties in words: each with its state, its reasons' address, and what to do about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from anlan.engine.duties import Derived, Duty, Undetermined
from anlan.engine.facts import Basis
from anlan.engine.policy import Scheme, Standing, Text, Within
from anlan.engine.tiers import Tiering
from anlan.models import Department, Place
from anlan.queries.duties import Account
from anlan.queries.vocabulary import Words

URGENCY = ("not-evidenced", "overdue", "due", "upcoming", "cut", "late", "waived", "recorded")
"""In which order the duties of a place are shown."""


@dataclass(frozen=True, slots=True)
class OtherRule:
    """A rule that asks for the same thing, with the page that explains it."""

    title: Text
    scheme: Text
    cadence: Text | None
    url: str


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty as the table shows it; `state` is "" for one that is not owed because a stricter one is."""

    duty: Duty
    scheme: Scheme
    state: str
    start: datetime | None
    end: datetime | None
    deadline: datetime | None
    done: int
    of: int
    had: float | None
    needed: float | None
    who: Text | str
    evidence: Text | str
    why_url: str
    rule_url: str
    record_url: str
    stricter_than: tuple[OtherRule, ...]
    because_of: tuple[OtherRule, ...]

    @property
    def is_standing(self) -> bool:
        return isinstance(self.duty.cadence, Standing)

    @property
    def is_gap(self) -> bool:
        return self.state in ("not-evidenced", "overdue")

    @property
    def waits_for_event(self) -> bool:
        """Whether nothing has happened yet that starts its clock."""
        return isinstance(self.duty.cadence, Within) and self.deadline is None and self.state == "upcoming"

    @property
    def source(self) -> Text | str:
        """Where the rule comes from, in words."""
        known = self.scheme.terms.get("sources", {}).get(self.duty.rule.cites.source)
        return known.title if known else self.duty.rule.cites.source

    @property
    def unit(self) -> Text | str:
        """What the quantity counts."""
        known = self.scheme.terms.get("units", {}).get(self.duty.unit)
        return known.title if known else self.duty.unit


@dataclass(frozen=True, slots=True)
class Unclear:
    """What is missing, and the rules that cannot be decided without it."""

    missing: tuple[tuple[Text, str], ...]
    rules: tuple[tuple[Undetermined, str], ...]


@dataclass(frozen=True, slots=True)
class TierRow:
    """The tier under one scheme: its title in the scheme's words, and what decided it."""

    scheme: Scheme
    tier: str
    title: Text | None
    because: tuple[object, ...]


def link(name: str, *arguments: object) -> str:
    """The address of a named page, or nothing while there is no such page."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def schemes_at(works_by: Basis, at: datetime) -> dict[str, Scheme]:
    """The schemes in force at a moment, by id."""
    return {
        adoption.scheme.id: adoption.scheme
        for adoption in works_by.adoptions
        if adoption.start <= at and (adoption.end is None or adoption.end > at)
    }


def duty_rows(
    account: Account, subject: Place | Department, schemes: Mapping[str, Scheme], *, may_record: bool
) -> tuple[list[DutyRow], list[DutyRow]]:
    """The duties owed, the most urgent first; and those that a stricter one stands for."""
    known = {duty.id: duty for duty in account.derived.duties}
    rows = [
        _row(duty, account, subject, schemes, known, may_record=may_record)
        for duty in account.derived.duties
        if duty.scheme in schemes
    ]
    owed = [row for row in rows if row.duty.owed]
    owed.sort(key=_urgency)
    return owed, [row for row in rows if not row.duty.owed]


def _urgency(row: DutyRow) -> tuple[int, float, int]:
    rank = URGENCY.index(row.state) if row.state in URGENCY else len(URGENCY)
    return rank, row.deadline.timestamp() if row.deadline else float("inf"), row.duty.order


def _row(
    duty: Duty,
    account: Account,
    subject: Place | Department,
    schemes: Mapping[str, Scheme],
    known: Mapping[str, Duty],
    *,
    may_record: bool,
) -> DutyRow:
    scheme, found = schemes[duty.scheme], account.state_of(duty.id)
    role, kind = scheme.roles.get(duty.rule.who), scheme.terms.get("evidence", {}).get(duty.rule.evidence)
    return DutyRow(
        duty=duty,
        scheme=scheme,
        state=found.state if found else "",
        start=found.window.start if found else None,
        end=found.window.end if found else None,
        deadline=found.deadline if found else None,
        done=found.done if found else 0,
        of=found.of if found else 0,
        had=found.had if found else None,
        needed=found.needed if found and found.needed is not None else duty.quantity,
        who=role.title if role else duty.rule.who,
        evidence=kind.title if kind else duty.rule.evidence,
        why_url=why_url(subject, duty.scheme, duty.rule.id),
        rule_url=link("scheme-rule", duty.scheme, duty.rule.id),
        record_url=record_url(subject, duty) if may_record and duty.owed else "",
        stricter_than=_others(duty.also_asked_by, subject, schemes, known),
        because_of=_others(duty.superseded_by, subject, schemes, known),
    )


def _others(
    names: Iterable[str],
    subject: Place | Department,
    schemes: Mapping[str, Scheme],
    known: Mapping[str, Duty],
) -> tuple[OtherRule, ...]:
    return tuple(
        OtherRule(
            title=known[name].rule.title,
            scheme=schemes[known[name].scheme].title,
            cadence=known[name].cadence_text(),
            url=why_url(subject, known[name].scheme, known[name].rule.id),
        )
        for name in names
        if name in known and known[name].scheme in schemes
    )


def why_url(subject: Place | Department, scheme: str, rule: str) -> str:
    """The page that explains one duty."""
    name = "place-why" if isinstance(subject, Place) else "department-why"
    return link(name, subject.code, scheme, rule)


def record_url(subject: Place | Department, duty: Duty) -> str:
    """The form on which a duty is recorded, filled in as far as known."""
    form = link("evidence-new")
    whose = "place" if isinstance(subject, Place) else "department"
    query = {whose: subject.code, "scheme": duty.scheme, "rule": duty.rule.id}
    return f"{form}?{urlencode(query)}" if form else ""


def unclear(derived: Derived, schemes: Mapping[str, Scheme], words: Words, subject: Place) -> list[Unclear]:
    """Rules that cannot be decided, under the figures that are missing."""
    grouped: dict[tuple[str, ...], list[Undetermined]] = {}
    for found in derived.undetermined:
        missing = dict.fromkeys(
            name
            for fact in found.missing
            for name in (_behind(derived.tiers.get(found.scheme)) if fact == "tier" else (fact,))
        )
        grouped.setdefault(tuple(missing), []).append(found)
    return [
        Unclear(
            missing=tuple((_title(name, words, schemes), _supply(name, subject, rules[0])) for name in names),
            rules=tuple((rule, why_url(subject, rule.scheme, rule.rule.id)) for rule in rules),
        )
        for names, rules in grouped.items()
    ]


def _behind(tiering: Tiering | None) -> tuple[str, ...]:
    """The facts for lack of which the tier is undetermined."""
    reasons = tiering.because if tiering else ()
    found = dict.fromkeys(reason.fact for reason in reasons if reason.holds is None)
    return tuple(found) or ("tier",)


def _title(name: str, words: Words, schemes: Mapping[str, Scheme]) -> Text:
    if not name.startswith("$"):
        return words.fact(name)
    parameters = (scheme.parameters.get(name[1:]) for scheme in schemes.values())
    titled = next((found.title for found in parameters if found and found.title), None)
    return titled or Text(name[1:], name[1:])


def _supply(name: str, subject: Place, found: Undetermined) -> str:
    if name.startswith("$"):
        return link("scheme-figures", found.scheme)
    form = link("place-edit", subject.code)
    return f"{form}#id_fact-{name}" if form else ""


def tier_rows(tiers: Mapping[str, Tiering], schemes: Mapping[str, Scheme]) -> list[TierRow]:
    """The tier under each scheme, with its title and reasons."""
    return [
        TierRow(schemes[name], found.tier, tier_title(schemes[name], found.tier), tuple(found.because))
        for name, found in tiers.items()
        if name in schemes
    ]


def tier_title(scheme: Scheme, tier: str) -> Text | None:
    """What a scheme calls a tier; None for the words every scheme shares."""
    return next((rule.title for rule in scheme.rules if rule.kind == "tier" and rule.id == tier), None)


def fact_words(fact: str, value: object, words: Words) -> str | Text:
    """A fact's value in words, with its unit; what is assumed where nobody stated it."""
    if value is None:
        declared = words.facts.get(fact)
        if declared is not None and isinstance(declared.default, bool):
            return _("not stated, taken as: %s") % (_("yes") if declared.default else _("no"))
        return _("not stated")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        unit = words.facts[fact].unit if fact in words.facts else ""
        return f"{value:,.10g} {unit}".strip()
    return words.value(fact, str(value)) or str(value)


def notices_of(schemes: Iterable[Scheme]) -> list[Scheme]:
    """The schemes that are not in force as law, of which the page says so."""
    return [scheme for scheme in schemes if not scheme.in_force]


def counts_by_state(rows: Sequence[DutyRow]) -> dict[str, int]:
    """How many duties stand in each state."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state] = counts.get(row.state, 0) + 1
    return counts
