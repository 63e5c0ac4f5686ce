"""What the adopted schemes declare: kinds of place and facts, against which the register's input is held."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from django.utils.translation import gettext as _

from anlan.api.problems import Fault
from anlan.engine.policy import FactDeclaration, FactValue, Text
from anlan.queries.vocabulary import words

COLUMNS: Final = {
    declared.id: declared
    for declared in (
        FactDeclaration("area_m2", "number", Text("面积", "area"), "m²"),
        FactDeclaration("daily_visitors", "number", Text("日均人流量", "mean daily visitors")),
        FactDeclaration("peak_present", "number", Text("瞬时最大人数", "peak number present")),
        FactDeclaration("critical_facility", "flag", Text("重要设施", "critical facility"), default=False),
        FactDeclaration("public_service", "flag", Text("公共服务", "public service"), default=False),
    )
}
"""Facts that every register has, whatever is adopted."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Kinds, facts and events of the schemes together; kinds and events are empty while there is no scheme."""

    kinds: frozenset[str]
    facts: Mapping[str, FactDeclaration]
    events: frozenset[str]


def vocabulary(at: datetime) -> Vocabulary:
    """What the schemes in force at a moment declare, together."""
    found = words(at)
    return Vocabulary(
        kinds=frozenset(found.kinds), facts=COLUMNS | dict(found.facts), events=frozenset(found.events)
    )


def event_faults(known: Vocabulary, kind: str) -> Iterator[Fault]:
    """An event that no scheme declares."""
    if known.events and kind not in known.events:
        yield Fault(_("No adopted scheme knows this event.") + _near(kind, known.events), "#/kind")


def kind_faults(known: Vocabulary, kind: str, pointer: str = "#/kind") -> Iterator[Fault]:
    """A kind of place that no adopted scheme declares."""
    if known.kinds and kind not in known.kinds:
        yield Fault(_("No adopted scheme knows this kind of place.") + _near(kind, known.kinds), pointer)


def fact_faults(
    known: Vocabulary, facts: Mapping[str, FactValue], pointer: str = "#/facts"
) -> Iterator[Fault]:
    """Facts that no adopted scheme declares, and values of the wrong type."""
    for fact, value in facts.items():
        declared = known.facts.get(fact)
        if fact in ("kind", "tier", "posture"):
            yield Fault(_("This is not stated as a fact."), f"{pointer}/{fact}")
        elif declared is None:
            yield Fault(
                _("No adopted scheme declares this fact.") + _near(fact, known.facts), f"{pointer}/{fact}"
            )
        elif value is not None and (wrong := _wrong(declared, value)):
            yield Fault(wrong, f"{pointer}/{fact}")


def _wrong(declared: FactDeclaration, value: FactValue) -> str:
    if declared.type == "flag" and not isinstance(value, bool):
        return _("This must be true or false.")
    if declared.type == "number" and (isinstance(value, (bool, str)) or value is None):
        return _("This must be a number.")
    if declared.type == "number" and isinstance(value, (int, float)) and value < 0:
        return _("This must be at least {ge}.").format(ge=0)
    if declared.type in ("term", "text") and not isinstance(value, str):
        return _("This must be text.")
    if declared.type == "term" and declared.values and value not in declared.values:
        return _("This must be one of: {expected}.").format(expected=", ".join(declared.values))
    return ""


def _near(word: str, known: Iterable[str]) -> str:
    near = get_close_matches(word, list(known), n=1)
    return " " + _("Did you mean “%(near)s”?") % {"near": near[0]} if near else ""
