"""Schemes: the rules and figures the city works by, where they come from, and how two editions differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from anlan.engine.facts import LocalFigure
from anlan.engine.figures import Figure
from anlan.engine.policy import Case, Reference, Rule, RuleKind, Scheme, Text
from anlan.engine.rule_words import (
    case_expectations,
    case_facts,
    case_title,
    concern_title,
    condition_lines,
    duration_in_words,
    figure_words,
    quantity_words,
    rule_cadence,
    rule_figures,
)
from anlan.engine.scheme_differences import differences
from anlan.models import Adoption, Place
from anlan.queries.reach import within
from anlan.queries.schemes import (
    local_figures,
    planned_adoptions,
    scheme_of,
    schemes_on_disk,
    stored_schemes,
)
from anlan.web import clock, scheme_changes
from anlan.web.access import allowed, needs, request_reach
from anlan.web.people_words import Names
from anlan.web.scheme_frame import figures_now, frame, scheme_crumbs, scheme_or_404
from anlan.web.shell import page
from anlan.web.templatetags.words import say

KINDS: dict[RuleKind, Any] = {
    "tier": gettext_lazy("Tiers"),
    "duty": gettext_lazy("Duties"),
    "standard": gettext_lazy("Quantities"),
    "measure": gettext_lazy("Measures when raised"),
    "clock": gettext_lazy("Clocks"),
    "criterion": gettext_lazy("Criteria"),
    "plan": gettext_lazy("Emergency plans"),
}


class RuleFilter(forms.Form):
    """The filters of the list of rules."""

    q = forms.CharField(label=gettext_lazy("Search rules"), required=False, max_length=64)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("All kinds")), *KINDS.items()]
    )
    label = forms.ChoiceField(
        label=gettext_lazy("Source"),
        required=False,
        choices=[
            ("", gettext_lazy("All sources")),
            ("plan", gettext_lazy("Plan")),
            ("law", gettext_lazy("Law")),
            ("practice", gettext_lazy("Practice")),
        ],
    )


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as the list shows it."""

    rule: Rule
    kind: Any
    cadence: Any
    who: Any


@needs("see-schemes")
@require_safe
def schemes(request: HttpRequest) -> HttpResponse:
    """All schemes: adopted, stored, and those in the folder that could be adopted."""
    at = clock.now()
    stored = stored_schemes(at)
    hashes = {edition.sha256 for one in stored for edition in one.editions if one.is_adopted}
    planned = planned_adoptions(at)
    waiting = [
        (scheme, problems, folder, [one for one in planned if scheme and one.edition.scheme == scheme.id])
        for scheme, problems, folder in (
            schemes_on_disk(settings.SCHEMES) if allowed(request, "adopt-schemes") else []
        )
        if scheme is None or problems or scheme.sha256 not in hashes
    ]
    return page(
        request,
        "schemes/list.html",
        {
            "title": _("Schemes"),
            "stored": [(one, _counts(one.scheme)) for one in stored],
            "waiting": waiting,
            "may_adopt": allowed(request, "adopt-schemes"),
        },
    )


@needs("see-schemes")
@require_safe
def scheme(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """One scheme: its rules, filtered."""
    one = scheme_or_404(request, scheme_id)
    figures = figures_now(one)
    form = RuleFilter(request.GET)
    form.is_valid()
    chosen = form.cleaned_data
    rules = [
        rule
        for rule in one.scheme.rules
        if (not chosen.get("kind") or rule.kind == chosen["kind"])
        and (not chosen.get("label") or rule.cites.label == chosen["label"])
        and _mentions(rule, chosen.get("q", ""))
    ]
    rows = [
        RuleRow(rule, KINDS[rule.kind], rule_cadence(rule, figures), _role(one.scheme, rule.who))
        for rule in rules
    ]
    groups = [(title, [row for row in rows if row.rule.kind == kind]) for kind, title in KINDS.items()]
    context = frame(request, one, "rules") | {
        "filter": form,
        "groups": [(title, group) for title, group in groups if group],
        "shown": len(rows),
    }
    return page(request, "schemes/rules.html", context, results="schemes/_rules.html")


@needs("see-schemes")
@require_safe
def rule(request: HttpRequest, scheme_id: str, rule_id: str) -> HttpResponse:
    """One rule with everything it says, and its cases."""
    one = scheme_or_404(request, scheme_id)
    found = next((each for each in one.scheme.rules if each.id == rule_id), None)
    if found is None:
        raise Http404
    figures = figures_now(one)
    measures = [each for each in one.scheme.rules if each.kind == "measure" and each.changes == rule_id]
    cases = [case for case in one.scheme.cases if rule_id in repr(case.expect)]
    context = frame(request, one, "rules") | {
        "title": found.title.in_language(request.LANGUAGE_CODE),
        "rule": found,
        "kind": KINDS[found.kind],
        "conditions": list(condition_lines(found.where, figures)),
        "cadence": rule_cadence(found, figures),
        "quantity": quantity_words(found.quantity, figures),
        "grace": duration_in_words(found.grace, figures) if found.grace else None,
        "valid_for": duration_in_words(found.valid_for, figures),
        "within": duration_in_words(found.within, figures),
        "figures": _figure_rows(rule_figures(found, figures), one.scheme),
        "measures": [(each, rule_cadence(each, figures)) for each in measures],
        "cases": _case_rows(cases, one.scheme),
        "who": _role(one.scheme, found.who),
        "concern": concern_title(found.concern, one.scheme) if found.concern else None,
        "changed": next((each for each in one.scheme.rules if each.id == found.changes), None),
        "evidence": one.scheme.terms.get("evidence", {}).get(found.evidence),
        "crumbs": [*scheme_crumbs(), (say(one.scheme.title), reverse("scheme", args=[scheme_id]))],
    }
    return page(request, "schemes/rule.html", context)


@needs("see-schemes")
@require_safe
def figures(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The figures of a scheme, dated and cited, with the city's own beside them."""
    one = scheme_or_404(request, scheme_id)
    on = timezone.localtime(clock.now()).date()
    local = _seen_by(request, [figure for figure in local_figures() if figure.scheme == scheme_id])
    known = figures_now(one)
    rows = [
        (
            parameter,
            found,
            figure_words(found.value, parameter.unit, one.scheme),
            [
                (own, figure_words(own.value, parameter.unit, one.scheme))
                for own in local
                if own.parameter == parameter.id
            ],
        )
        for parameter in one.scheme.parameters.values()
        for found in [known.value(Reference(parameter.id))]
    ]
    context = frame(request, one, "figures") | {"rows": rows, "on": on}
    return page(request, "schemes/figures.html", context)


def _seen_by(request: HttpRequest, local: list[LocalFigure]) -> list[LocalFigure]:
    """Of the city's own values those for all places, and those for places that the asker sees."""
    places = Place.objects.filter(code__in={figure.place for figure in local if figure.place})
    seen = set(within(request_reach(request, "see-places"), places).values_list("code", flat=True))
    return [figure for figure in local if figure.place is None or figure.place in seen]


@needs("see-schemes")
@require_safe
def cases(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The worked examples of a scheme."""
    one = scheme_or_404(request, scheme_id)
    return page(
        request,
        "schemes/cases.html",
        frame(request, one, "cases") | {"cases": _case_rows(one.scheme.cases, one.scheme)},
    )


@needs("see-schemes")
@require_safe
def editions(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The stored editions of a scheme, when each was adopted, and the difference between two."""
    one = scheme_or_404(request, scheme_id)
    found = Adoption.objects.filter(edition__scheme=scheme_id).select_related("edition", "by")
    names = Names(request)
    hashes = [edition.sha256 for edition in one.editions]
    chosen = [request.GET.get(name, "") for name in ("old", "new")]
    compared = None
    if all(sha in hashes for sha in chosen) and chosen[0] != chosen[1]:
        compared = differences(scheme_of(chosen[0]), scheme_of(chosen[1]))
    context = frame(request, one, "editions") | {
        "editions": one.editions,
        "adoptions": [(each, names.of(each.by) if each.by else "") for each in found.order_by("-valid_from")],
        "old": chosen[0],
        "new": chosen[1],
        "compared": compared,
    }
    return page(request, "schemes/editions.html", context)


def _figure_rows(found: Sequence[Figure], scheme: Scheme) -> list[tuple[Any, Figure, Text]]:
    return [
        (parameter, figure, figure_words(figure.value, parameter.unit if parameter else "", scheme))
        for figure in found
        for parameter in [scheme.parameters.get(figure.parameter)]
    ]


def _case_rows(cases: Sequence[Case], scheme: Scheme) -> list[tuple[Case, Text, Any, Any]]:
    return [
        (case, case_title(case, scheme), case_facts(case, scheme), case_expectations(case, scheme))
        for case in cases
    ]


def _role(scheme: Scheme, who: str) -> Any:
    role = scheme.roles.get(who)
    return role.title if role else who


def _counts(scheme: Scheme) -> list[tuple[Any, int]]:
    counted = [(title, sum(rule.kind == kind for rule in scheme.rules)) for kind, title in KINDS.items()]
    return [(title, count) for title, count in counted if count]


def _mentions(rule: Rule, words: str) -> bool:
    text = f"{rule.id} {rule.title.zh} {rule.title.en} {rule.cites.clause}".lower()
    return all(word in text for word in words.lower().split())


addresses = [
    path("schemes/", schemes, name="schemes"),
    *scheme_changes.addresses,
    path("schemes/<slug:scheme_id>/", scheme, name="scheme"),
    path("schemes/<slug:scheme_id>/figures/", figures, name="scheme-figures"),
    path("schemes/<slug:scheme_id>/cases/", cases, name="scheme-cases"),
    path("schemes/<slug:scheme_id>/editions/", editions, name="scheme-editions"),
    path("schemes/<slug:scheme_id>/rules/<slug:rule_id>/", rule, name="scheme-rule"),
]
