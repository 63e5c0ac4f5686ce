"""The fields of forms for facts that schemes declare: figures with method and date, flags, terms, texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.register import Measured
from anlan.engine.policy import FactDeclaration, FactValue, Text
from anlan.engine.relevance import facts_that_matter
from anlan.models import PlaceFact
from anlan.queries.subjects import FLAGS
from anlan.queries.vocabulary import Words
from anlan.web.templatetags.words import say

GREATEST = 1e12
FIGURES = ("daily_visitors", "area_m2", "peak_present")
"""Figures that every register has, whatever the schemes declare."""

_COLUMNS: Mapping[str, FactDeclaration] = {
    "daily_visitors": FactDeclaration(
        "daily_visitors", "number", Text("日均客流", "daily visitors"), needs_method=True
    ),
    "area_m2": FactDeclaration("area_m2", "number", Text("建筑面积", "area"), "m²", needs_method=True),
    "peak_present": FactDeclaration(
        "peak_present",
        "number",
        Text("同时在场最多人数", "largest number present at once"),
        needs_method=True,
    ),
    "critical_facility": FactDeclaration("critical_facility", "flag", Text("重要设施", "critical facility")),
    "public_service": FactDeclaration(
        "public_service", "flag", Text("一般公共服务场所", "ordinary public service")
    ),
}


def day_field(label: Any, **options: Any) -> forms.DateField:
    """A date as browsers pick it."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **options)


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts that bear on a kind of place, and the others."""

    matter: tuple[str, ...]
    further: tuple[str, ...]


def declared_facts(known: Words) -> dict[str, FactDeclaration]:
    """All facts that may be stated of a place."""
    return {**_COLUMNS, **known.facts}


def grouped(known: Words, kind: str) -> FactGroup:
    """The facts to ask for first, and the rest."""
    declared = declared_facts(known)
    asked = [fact for scheme in known.schemes for fact in facts_that_matter(scheme, kind)]
    matter = tuple(dict.fromkeys([*FIGURES, *(fact for fact in asked if fact in declared)]))
    return FactGroup(matter, tuple(fact for fact in declared if fact not in matter))


def name_of_field(fact: str) -> str:
    return f"fact-{fact}"


def fields_for(fact: str, declared: FactDeclaration, known: Words) -> dict[str, forms.Field]:
    """The fields by which one fact is stated; empty means that it is not known."""
    name, label = name_of_field(fact), _capital(say(declared.title))
    if declared.type == "number":
        fields: dict[str, forms.Field] = {
            name: forms.FloatField(label=label, required=False, min_value=0, max_value=GREATEST)
        }
        fields[name].widget.attrs |= {"step": "any", "inputmode": "decimal"}
        if declared.needs_method:
            fields[f"{name}-method"] = forms.CharField(
                label=_("How it was found"),
                required=False,
                max_length=120,
                widget=forms.TextInput(attrs={"placeholder": _("Such as gate count, estimate")}),
            )
            fields[f"{name}-on"] = day_field(_("On which day"), required=False)
        return fields
    if declared.type == "flag":
        return {name: forms.ChoiceField(label=label, required=False, choices=_flag_choices(fact, declared))}
    if declared.values:
        choices = [("", _("not stated"))] + [
            (value, say(known.value(fact, value)) or value) for value in declared.values
        ]
        return {name: forms.ChoiceField(label=label, required=False, choices=choices)}
    return {name: forms.CharField(label=label, required=False, max_length=200)}


def initial_of(facts: Mapping[str, FactValue], rows: Mapping[str, PlaceFact]) -> dict[str, Any]:
    """What the fields hold to begin with: the facts as they are, with their method and date."""
    initial: dict[str, Any] = {}
    for fact, value in facts.items():
        name = name_of_field(fact)
        initial[name] = ("yes" if value else "no") if isinstance(value, bool) else _plain(value)
        if fact in rows:
            initial |= {f"{name}-method": rows[fact].method, f"{name}-on": rows[fact].measured_on}
    return initial


def stated(values: Mapping[str, Any], declared: Mapping[str, FactDeclaration]) -> dict[str, FactValue]:
    """The facts that a valid form states; None for those left empty."""
    return {fact: _value(fact, each, values.get(name_of_field(fact))) for fact, each in declared.items()}


def measured(values: Mapping[str, Any], facts: Sequence[str]) -> dict[str, Measured]:
    """How and when the figures were found."""
    found: dict[str, Measured] = {}
    for fact in facts:
        method, on = (values.get(f"{name_of_field(fact)}-{part}") for part in ("method", "on"))
        if method or on:
            found[fact] = Measured(method or "", on if isinstance(on, date) else None)
    return found


def _value(fact: str, declared: FactDeclaration, value: Any) -> FactValue:
    if declared.type == "flag":
        if fact in FLAGS:
            return bool(value == "yes")
        return {"yes": True, "no": False}.get(value)
    if value in ("", None):
        return None
    if declared.type == "number":
        return float(value)
    return str(value)


def _flag_choices(fact: str, declared: FactDeclaration) -> list[tuple[str, Any]]:
    if fact in FLAGS:
        return [("no", _("no")), ("yes", _("yes"))]
    assumed = _("yes") if declared.default else _("no")
    empty = _("not stated") if declared.default is None else _("not stated, taken as: %s") % assumed
    return [("", empty), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]


def _plain(value: FactValue) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
