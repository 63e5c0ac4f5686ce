"""Schemes as the API gives them: the parts of an edition in the words of its files."""

from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from anlan.api.inputs import Time
from anlan.engine.durations import duration_text
from anlan.engine.plain import plain_cadence, plain_citation, plain_text
from anlan.engine.policy import All, Case, Condition, Not, Parameter, Quantity, Reference, Rule, Scheme, Test


class Words(BaseModel):
    """The same in both languages."""

    zh: str
    en: str


class Cites(BaseModel):
    """Where a rule or figure comes from."""

    label: str
    clause: str = ""
    source: str = ""


class AdoptionOut(BaseModel):
    """The city works by an edition from `valid_from` (in) to `valid_until` (out)."""

    id: str
    scheme: str
    edition: str
    valid_from: Time
    valid_until: Time | None
    recorded_at: Time
    by: str | None


class EditionOut(BaseModel):
    """An edition as stored, whole, under its hash."""

    scheme: str
    edition: str
    title: Words
    sha256: str
    stored_at: Time
    adoptions: list[AdoptionOut]


class SchemeOut(BaseModel):
    """One edition of a scheme: what it covers, and whether its law is in force."""

    id: str
    edition: str
    title: Words
    valid_from: str
    valid_until: str | None
    in_force: bool
    notice: Words | None
    languages: list[str]
    tiers: list[str]
    kinds: dict[str, Words]
    roles: dict[str, Words]
    facts: dict[str, Words]
    rules: int
    figures: int
    cases: int
    sha256: str


class ChecklistItemOut(BaseModel):
    """One line of an inspection."""

    id: str
    title: Words
    mend_within: str | None


class RuleOut(BaseModel):
    """One rule, in the words of the scheme's files."""

    id: str
    kind: str
    title: Words
    cites: Cites
    subject: str
    where: Any
    who: str
    concern: str
    cadence: Any
    evidence: str
    grace: str
    valid_for: str | None
    quantity: Any
    instructions: Words | None
    items: list[ChecklistItemOut]
    posture: list[str]
    changes: str
    within: str | None
    of: str
    file: str
    line: int


class DatedValueOut(BaseModel):
    valid_from: str
    valid_until: str | None
    value: bool | int | float | str
    cites: Cites


class FigureOut(BaseModel):
    """A figure with the values of its edition, by date."""

    id: str
    title: Words | None
    unit: str
    values: list[DatedValueOut]


class CaseOut(BaseModel):
    """An example with its expected answer."""

    id: str
    title: Words | None
    subject: str
    on: str | None
    posture: str
    facts: dict[str, Any]
    local: dict[str, Any]
    expect: dict[str, Any]


def scheme_out(scheme: Scheme) -> SchemeOut:
    """The edition as a whole."""
    return SchemeOut(
        id=scheme.id,
        edition=scheme.edition,
        title=_words(scheme.title),
        valid_from=scheme.valid_from.isoformat(),
        valid_until=scheme.valid_until.isoformat() if scheme.valid_until else None,
        in_force=scheme.in_force,
        notice=_words(scheme.notice) if scheme.notice else None,
        languages=list(scheme.languages),
        tiers=list(scheme.tiers),
        kinds={term.id: _words(term.title) for term in scheme.places.values()},
        roles={term.id: _words(term.title) for term in scheme.roles.values()},
        facts={fact.id: _words(fact.title) for fact in scheme.facts.values()},
        rules=len(scheme.rules),
        figures=len(scheme.parameters),
        cases=len(scheme.cases),
        sha256=scheme.sha256,
    )


def rule_out(rule: Rule) -> RuleOut:
    """A rule as it stands in its file."""
    return RuleOut(
        id=rule.id,
        kind=rule.kind,
        title=_words(rule.title),
        cites=Cites(**plain_citation(rule.cites)),
        subject=rule.subject,
        where=_condition(rule.where) if rule.where else None,
        who=rule.who,
        concern=rule.concern,
        cadence=plain_cadence(rule.cadence) if rule.cadence is not None else None,
        evidence=rule.evidence,
        grace=_duration(rule.grace) or "",
        valid_for=_duration(rule.valid_for),
        quantity=_quantity(rule.quantity) if rule.quantity else None,
        instructions=_words(rule.instructions) if rule.instructions else None,
        items=[
            ChecklistItemOut(id=item.id, title=_words(item.title), mend_within=_duration(item.mend_within))
            for item in rule.items
        ],
        posture=list(rule.posture),
        changes=rule.changes,
        within=_duration(rule.within),
        of=rule.of,
        file=rule.file,
        line=rule.line,
    )


def figure_out(parameter: Parameter) -> FigureOut:
    """A figure with all its values."""
    return FigureOut(
        id=parameter.id,
        title=_words(parameter.title) if parameter.title else None,
        unit=parameter.unit,
        values=[
            DatedValueOut(
                valid_from=dated.start.isoformat(),
                valid_until=dated.end.isoformat() if dated.end else None,
                value=dated.value,
                cites=Cites(**plain_citation(dated.cites)),
            )
            for dated in parameter.values
        ],
    )


def case_out(case: Case) -> CaseOut:
    """A case as an official reads it."""
    return CaseOut(
        id=case.id,
        title=_words(case.title) if case.title else None,
        subject=case.subject,
        on=case.on.isoformat() if case.on else None,
        posture=case.posture,
        facts=dict(case.facts),
        local=dict(case.local),
        expect={name: _plain(value) for name, value in case.expect.items()},
    )


def _words(text: Any) -> Words:
    return Words(**plain_text(text))


def _condition(condition: Condition) -> dict[str, Any]:
    if isinstance(condition, Test):
        operands = [_operand(operand) for operand in condition.operands]
        single = operands[0] if condition.relation != "in" and len(operands) == 1 else operands
        return {condition.fact: {condition.relation: single}}
    if isinstance(condition, Not):
        return {"not": _condition(condition.of)}
    parts = [_condition(part) for part in condition.of]
    return {"all": parts} if isinstance(condition, All) else {"any": parts}


def _quantity(quantity: Quantity) -> dict[str, Any]:
    if quantity.greatest_of:
        parts: dict[str, Any] = {"greatest_of": [_quantity(part) for part in quantity.greatest_of]}
    else:
        parts = {
            name: _operand(value)
            for name in ("amount", "of", "one_per", "percent", "beyond")
            if (value := getattr(quantity, name)) is not None
        }
    extra = {
        name: _operand(getattr(quantity, name)) for name in ("plus", "at_least") if getattr(quantity, name)
    }
    return {"unit": quantity.unit, **parts, **extra}


def _operand(value: Any) -> Any:
    return f"${value.parameter}" if isinstance(value, Reference) else value


def _duration(value: timedelta | Reference | None) -> str | None:
    if value is None:
        return None
    return f"${value.parameter}" if isinstance(value, Reference) else duration_text(value)


def _plain(value: object) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(part) for part in value]
    if isinstance(value, timedelta):
        return duration_text(value)
    return value if isinstance(value, (bool, int, float, str)) or value is None else str(value)
