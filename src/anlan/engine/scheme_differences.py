"""What differs between two editions of a scheme: rules, figures, words and cases, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import zip_longest
from typing import Literal

from anlan.engine.durations import duration_text
from anlan.engine.plans import ActionPlan
from anlan.engine.policy import (
    All,
    AnyOf,
    Citation,
    DatedValue,
    Each,
    Every,
    Not,
    Once,
    Parameter,
    Quantity,
    Reference,
    Rule,
    Scheme,
    Standing,
    Term,
    Test,
    Text,
    Within,
)

Part = Literal["scheme", "rule", "parameter", "term", "fact", "case", "public", "plan"]
Change = Literal["added", "removed", "changed"]
_PLACES_IN_FILES = {"file", "line"}


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; `field` is empty where a whole part was added or removed.

    `before` and `after` are written much as in YAML, empty where there is nothing.
    """

    part: Part
    id: str
    change: Change
    field: str
    before: str
    after: str
    title: Text | None = None


def differences(old: Scheme, new: Scheme) -> tuple[Difference, ...]:
    """Every difference from `old` to `new`, rules and figures first."""
    return (
        *_head(old, new),
        *_parts("rule", {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}),
        *_parts("parameter", old.parameters, new.parameters),
        *_parts("fact", old.facts, new.facts),
        *_parts("term", _words(old), _words(new)),
        *_parts("public", {one.id: one for one in old.public}, {one.id: one for one in new.public}),
        *_plans(old.plans, new.plans),
        *_parts("case", {case.id: case for case in old.cases}, {case.id: case for case in new.cases}),
    )


def _head(old: Scheme, new: Scheme) -> Iterator[Difference]:
    for name in ("edition", "title", "valid_from", "valid_until", "in_force", "notice", "outside_tiers"):
        before, after = written(getattr(old, name)), written(getattr(new, name))
        if before != after:
            yield Difference("scheme", new.id, "changed", name, before, after, new.title)


def _words(scheme: Scheme) -> Mapping[str, Term]:
    groups = {"places": scheme.places, "roles": scheme.roles, **scheme.terms}
    return {f"{group}/{word}": term for group, terms in groups.items() for word, term in terms.items()}


def _parts(part: Part, old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Difference]:
    for name, mine in old.items():
        if name not in new:
            yield Difference(part, name, "removed", "", _summary(mine), "", _title(mine))
    for name, theirs in new.items():
        if name not in old:
            yield Difference(part, name, "added", "", "", _summary(theirs), _title(theirs))
        elif old[name] != theirs:
            yield from _fields(part, name, old[name], theirs)


def _fields(part: Part, name: str, old: object, new: object) -> Iterator[Difference]:
    for field in fields(new):  # type: ignore[arg-type]  # every part is a dataclass
        if field.name in _PLACES_IN_FILES:
            continue
        before, after = written(getattr(old, field.name)), written(getattr(new, field.name))
        if before != after:
            yield Difference(part, name, "changed", field.name, before, after, _title(new))


def _plans(old: Mapping[str, ActionPlan], new: Mapping[str, ActionPlan]) -> Iterator[Difference]:
    """Plans step by step, so that a changed word is found among two hundred lines."""
    both = old.keys() & new.keys()
    kept = ({name: plan for name, plan in plans.items() if name not in both} for plans in (old, new))
    yield from _parts("plan", *kept)
    for name in (name for name in new if name in both):
        before, after = _lines(old[name]), _lines(new[name])
        for field in dict.fromkeys((*before, *after)):
            mine, theirs = before.get(field, ()), after.get(field, ())
            gone, come = (
                [one for one in mine if one not in theirs],
                [one for one in theirs if one not in mine],
            )
            if not gone and not come and mine != theirs:
                gone, come = [", ".join(mine)], [", ".join(theirs)]
            for lost, won in zip_longest(gone, come, fillvalue=""):
                yield Difference("plan", name, "changed", field, lost, won, new[name].title)


def _lines(plan: ActionPlan) -> Mapping[str, tuple[str, ...]]:
    """What a plan says, by where it says it; lists that have no ids as several lines of one field."""
    whole = ("rule", "scenario", "title", "cites", "where", "command", "public")
    lines: dict[str, tuple[str, ...]] = {field: (written(getattr(plan, field)),) for field in whole}
    for field in ("triggers", "stand_down", "recovery"):
        lines[field.replace("_", "-")] = tuple(written(line) for line in getattr(plan, field))
    for role in plan.roles:
        lines[f"{role.role}.first"] = (", ".join(step.id for step in role.first),)
        lines |= {f"{role.role}.first.{step.id}": (written(step),) for step in role.first}
        lines[f"{role.role}.never"] = tuple(written(line) for line in role.never)
        lines[f"{role.role}.read-back"] = tuple(written(question) for question in role.read_back)
    for phase in plan.phases:
        lines |= {f"{phase.id}.{word}": (written(getattr(phase, word)),) for word in ("title", "until")}
        lines[f"{phase.id}.steps"] = tuple(f"{task.role}: {written(task.do)}" for task in phase.steps)
    lines |= {f"resources.{one.id}": (f"{one.quantity} {written(one.title)}",) for one in plan.resources}
    return lines


def _title(part: object) -> Text | None:
    title = getattr(part, "title", None)
    return title if isinstance(title, Text) else None


def _summary(part: object) -> str:
    if isinstance(part, Rule):
        return f"{part.kind}, {written(part.cites)}"
    if isinstance(part, Parameter):
        return written(part.values)
    title = _title(part)
    return written(title) if title else ""


def written(value: object) -> str:
    """A part of a scheme in one line, as a person would write it in YAML."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return duration_text(value)
    if isinstance(value, date | int | float | str):
        return f"{value:.10g}" if isinstance(value, float) else str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {written(item)}" for key, item in value.items())
    if isinstance(value, tuple):
        joint = "; " if any(isinstance(item, DatedValue | Every) for item in value) else ", "
        return joint.join(written(item) for item in value)
    return _part_written(value)


def _part_written(value: object) -> str:
    if isinstance(value, Text):
        return f"{value.zh} / {value.en}"
    if isinstance(value, Reference):
        return f"${value.parameter}"
    if isinstance(value, Citation):
        return " ".join(word for word in (value.label, value.clause, value.source) if word)
    if isinstance(value, DatedValue):
        until = f" until {value.end}" if value.end else ""
        return f"{written(value.value)} from {value.start}{until} ({written(value.cites)})"
    if isinstance(value, Test | All | AnyOf | Not):
        return _condition_written(value)
    if isinstance(value, Every | Each | Within | Standing | Once):
        return _cadence_written(value)
    if isinstance(value, Quantity):
        shown = ((field.name, getattr(value, field.name)) for field in fields(value))
        return ", ".join(f"{name}: {written(item)}" for name, item in shown if item not in (None, 0, ()))
    names = [field.name for field in fields(value)]  # type: ignore[arg-type]  # only dataclasses are left
    return ", ".join(f"{name}: {text}" for name in names if (text := written(getattr(value, name))))


def _condition_written(condition: Test | All | AnyOf | Not) -> str:
    if isinstance(condition, Test):
        operands = written(condition.operands)
        return f"{condition.fact} {condition.relation} {f'[{operands}]' if condition.relation == 'in' else operands}"
    if isinstance(condition, Not):
        return f"not ({written(condition.of)})"
    joint = " and " if isinstance(condition, All) else " or "
    return joint.join(
        f"({written(part)})" if isinstance(part, All | AnyOf) else written(part) for part in condition.of
    )


def _cadence_written(cadence: Every | Each | Within | Standing | Once) -> str:
    if isinstance(cadence, Every):
        if cadence.between is None:
            return f"every {written(cadence.every)}"
        start, end = cadence.between
        return f"every {written(cadence.every)} {start:%H:%M}-{end:%H:%M}"
    if isinstance(cadence, Each):
        return f"each {cadence.each}"
    if isinstance(cadence, Within):
        return f"within {written(cadence.within)} of {cadence.of}"
    if isinstance(cadence, Standing):
        return "standing"
    return f"once by {cadence.by}" if cadence.by else "once"
