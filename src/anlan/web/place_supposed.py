"""What if: the duties of a place side by side with those it would have if its facts or the posture were others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from anlan.engine.duties import Change, Duty
from anlan.engine.policy import LEVELS, FactValue, Level, Scheme, Text
from anlan.models import Place
from anlan.queries.duties import what_if
from anlan.queries.subjects import present_facts
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock
from anlan.web.place_fields import declared_facts, fields_for, grouped, initial_of, name_of_field, stated
from anlan.web.place_frame import small_frame
from anlan.web.place_kinds import kinds_by_group
from anlan.web.place_words import fact_words, tier_title, why_url
from anlan.web.shell import page
from anlan.web.templatetags.looks import POSTURES


@dataclass(frozen=True, slots=True)
class TierChange:
    """The tier under one scheme before and after."""

    scheme: Scheme
    before: str
    before_title: Text | None
    after: str
    after_title: Text | None

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True, slots=True)
class DutyChange:
    """One duty before and after; None where it is not owed."""

    before: Duty | None
    after: Duty | None
    scheme: Scheme
    url: str

    @property
    def duty(self) -> Duty:
        duty = self.after or self.before
        assert duty is not None
        return duty

    @property
    def unit(self) -> Text | str:
        """What the quantity counts."""
        known = self.scheme.terms.get("units", {}).get(self.duty.unit)
        return known.title if known else self.duty.unit


@dataclass(frozen=True, slots=True)
class Difference:
    """What a supposition changes, ready to be shown."""

    supposed: tuple[tuple[Text, Any, Any], ...]
    tiers: tuple[TierChange, ...]
    duties: tuple[tuple[str, str, tuple[DutyChange, ...]], ...]
    undetermined: int

    @property
    def is_nothing(self) -> bool:
        return not any(rows for _kind, _title, rows in self.duties) and all(row.is_same for row in self.tiers)


class SuppositionForm(forms.Form):
    """Kind, posture and facts, filled in with what is; left as they are, they change nothing."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind of place"), required=False)
    posture = forms.ChoiceField(
        label=gettext_lazy("Posture"),
        required=False,
        choices=[("", gettext_lazy("as it is"))] + [(level, POSTURES[level].words) for level in LEVELS],
    )

    def __init__(self, data: Any, place: Place, known: Words) -> None:
        facts = present_facts(place)
        initial = {"kind": place.kind, **initial_of(facts, {})}
        super().__init__(_completed(data, initial), initial=initial)
        self.known, self.declared, self.facts = known, declared_facts(known), facts
        fields: Any = self.fields
        fields["kind"].choices = _with_own(kinds_by_group(known), place.kind)
        for fact, declared in self.declared.items():
            for name, field in fields_for(fact, declared, known).items():
                if not name.endswith(("-method", "-on")):
                    self.fields[name] = field
        groups = grouped(known, place.kind)
        self.matter = [self[name_of_field(fact)] for fact in groups.matter]
        self.further = [self[name_of_field(fact)] for fact in groups.further]

    def changes(self) -> dict[str, FactValue]:
        """The facts that are supposed to be others than they are."""
        supposed: dict[str, FactValue] = {
            fact: value
            for fact, value in stated(self.cleaned_data, self.declared).items()
            if value != self.facts.get(fact) and not (value is False and fact not in self.facts)
        }
        kind = self.cleaned_data.get("kind")
        if kind and kind != self.facts["kind"]:
            supposed["kind"] = kind
        return supposed

    @property
    def level(self) -> Level | None:
        return cast("Level | None", self.cleaned_data.get("posture") or None)


@access.needs("see-places")
@require_safe
def place_what_if(request: HttpRequest, code: str) -> HttpResponse:
    """What would be owed if; nothing is stored."""
    place = access.place_or_404(request, code, "see-places")
    at = clock.now()
    known = words(at)
    form = SuppositionForm(request.GET or None, place, known)
    found = None
    if form.is_bound and form.is_valid():
        found = difference(place, form.changes(), known, form.level)
    context = small_frame(place, _("What if")) | {
        "form": form,
        "difference": found,
        "is_asked": form.is_bound,
    }
    return page(request, "places/what_if.html", context, status=422 if form.errors else 200)


def difference(
    place: Place, changes: Mapping[str, FactValue], known: Words, level: Level | None = None
) -> Difference:
    """What other facts would change, in words."""
    change = what_if(place, changes, clock.now(), level)
    schemes = {scheme.id: scheme for scheme in known.schemes}
    facts = present_facts(place)
    supposed = [
        (known.fact(fact), fact_words(fact, facts.get(fact), known), fact_words(fact, value, known))
        for fact, value in changes.items()
    ]
    if level:
        supposed.append((known.fact("posture"), "", str(POSTURES[level].words)))
    return Difference(
        tuple(supposed), _tiers(change, schemes), _duties(change, schemes, place), len(change.undetermined)
    )


def _tiers(change: Change, schemes: Mapping[str, Scheme]) -> tuple[TierChange, ...]:
    rows = []
    for name, scheme in schemes.items():
        before, after = change.tiers_before.get(name), change.tiers_after.get(name)
        if before is not None and after is not None:
            rows.append(
                TierChange(
                    scheme,
                    before.tier,
                    tier_title(scheme, before.tier),
                    after.tier,
                    tier_title(scheme, after.tier),
                )
            )
    return tuple(rows)


def _duties(
    change: Change, schemes: Mapping[str, Scheme], place: Place
) -> tuple[tuple[str, str, tuple[DutyChange, ...]], ...]:
    def row(before: Duty | None, after: Duty | None) -> DutyChange:
        duty = after or before
        assert duty is not None
        return DutyChange(before, after, schemes[duty.scheme], why_url(place, duty.scheme, duty.rule.id))

    def of(pairs: Sequence[tuple[Duty | None, Duty | None]]) -> tuple[DutyChange, ...]:
        known = [pair for pair in pairs if (pair[1] or pair[0]) and _scheme_of(pair) in schemes]
        return tuple(row(before, after) for before, after in known)

    return (
        ("added", _("Owed in addition"), of([(None, duty) for duty in change.added])),
        ("changed", _("Owed otherwise"), of([pair for pair in change.changed if _asks_otherwise(pair)])),
        ("removed", _("No longer owed"), of([(duty, None) for duty in change.removed])),
    )


def _scheme_of(pair: tuple[Duty | None, Duty | None]) -> str:
    duty = pair[1] or pair[0]
    return duty.scheme if duty else ""


def _completed(data: QueryDict | None, initial: Mapping[str, Any]) -> QueryDict | None:
    """What the address states, and for everything it leaves out what is."""
    if data is None:
        return None
    completed = data.copy()
    for name, value in initial.items():
        if name not in completed and value is not None:
            completed[name] = str(value)
    return completed


def _asks_otherwise(pair: tuple[Duty, Duty]) -> bool:
    """Whether the duty itself differs, not only which rules it stands for."""
    before, after = pair
    return (before.cadence, before.quantity, before.grace, before.valid_for) != (
        after.cadence,
        after.quantity,
        after.grace,
        after.valid_for,
    )


def _with_own(groups: list[Any], kind: str) -> list[Any]:
    """The choices, with the place's own kind though no scheme knows it."""
    known = any(value == kind for _group, kinds in groups for value, _title in kinds)
    return groups if known else [*groups, (kind, kind)]


addresses = [path("places/<str:code>/what-if/", place_what_if, name="place-what-if")]
