"""Schemes: the rules and figures the city works by, where they come from, and how two editions differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions import schemes as actions
from anlan.engine.durations import duration_of
from anlan.engine.figures import Figure, Figures, suits
from anlan.engine.policy import Case, Parameter, Reference, Rule, RuleKind, Scheme, Text
from anlan.engine.rule_words import (
    case_expectations,
    case_facts,
    condition_lines,
    duration_in_words,
    figure_words,
    quantity_words,
    rule_cadence,
    rule_figures,
)
from anlan.engine.scheme_differences import differences
from anlan.models import Adoption
from anlan.queries.schemes import (
    AdoptedScheme,
    local_figures,
    scheme_of,
    schemes_on_disk,
    stored_scheme,
    stored_schemes,
)
from anlan.web import clock
from anlan.web.access import allowed, needs, user_of
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


FLAGS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
"""How a flag may be written."""


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
    waiting = [
        (scheme, problems, folder)
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
    one = _scheme_or_404(request, scheme_id)
    figures = _figures(one)
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
    context = _frame(request, one, "rules") | {
        "filter": form,
        "groups": [(title, group) for title, group in groups if group],
        "shown": len(rows),
    }
    return page(request, "schemes/rules.html", context, results="schemes/_rules.html")


@needs("see-schemes")
@require_safe
def rule(request: HttpRequest, scheme_id: str, rule_id: str) -> HttpResponse:
    """One rule with everything it says, and its cases."""
    one = _scheme_or_404(request, scheme_id)
    found = next((each for each in one.scheme.rules if each.id == rule_id), None)
    if found is None:
        raise Http404
    figures = _figures(one)
    measures = [each for each in one.scheme.rules if each.kind == "measure" and each.changes == rule_id]
    cases = [case for case in one.scheme.cases if rule_id in repr(case.expect)]
    context = _frame(request, one, "rules") | {
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
        "evidence": one.scheme.terms.get("evidence", {}).get(found.evidence),
        "crumbs": [*_crumbs(), (say(one.scheme.title), reverse("scheme", args=[scheme_id]))],
    }
    return page(request, "schemes/rule.html", context)


@needs("see-schemes")
@require_safe
def figures(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The figures of a scheme, dated and cited, with the city's own beside them."""
    one = _scheme_or_404(request, scheme_id)
    on = timezone.localtime(clock.now()).date()
    local = [figure for figure in local_figures() if figure.scheme == scheme_id]
    known = _figures(one)
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
    context = _frame(request, one, "figures") | {"rows": rows, "on": on}
    return page(request, "schemes/figures.html", context)


@needs("see-schemes")
@require_safe
def cases(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The worked examples of a scheme."""
    one = _scheme_or_404(request, scheme_id)
    return page(
        request,
        "schemes/cases.html",
        _frame(request, one, "cases") | {"cases": _case_rows(one.scheme.cases, one.scheme)},
    )


@needs("see-schemes")
@require_safe
def editions(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """The stored editions of a scheme, when each was adopted, and the difference between two."""
    one = _scheme_or_404(request, scheme_id)
    adoptions = Adoption.objects.filter(edition__scheme=scheme_id).select_related("edition", "by")
    hashes = [edition.sha256 for edition in one.editions]
    chosen = [request.GET.get(name, "") for name in ("old", "new")]
    compared = None
    if all(sha in hashes for sha in chosen) and chosen[0] != chosen[1]:
        compared = differences(scheme_of(chosen[0]), scheme_of(chosen[1]))
    context = _frame(request, one, "editions") | {
        "editions": one.editions,
        "adoptions": adoptions.order_by("-valid_from"),
        "old": chosen[0],
        "new": chosen[1],
        "compared": compared,
    }
    return page(request, "schemes/editions.html", context)


class LocalValueForm(forms.Form):
    """The city's own value for a figure."""

    value = forms.CharField(label=gettext_lazy("Our value"), max_length=64)
    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    valid_from = forms.DateField(
        label=gettext_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=gettext_lazy("Until (not included)"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, parameter: Parameter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parameter = parameter
        if str(parameter.values[-1].value).startswith("P"):
            self.fields["value"].help_text = _(
                "A length of time: PT30M is 30 minutes, PT2H 2 hours, P7D 7 days."
            )

    def clean_value(self) -> bool | int | float | str:
        text = str(self.cleaned_data["value"]).strip()
        own = self.parameter.values[-1].value
        if isinstance(own, bool):
            if text.lower() not in FLAGS:
                raise forms.ValidationError(_("This figure is yes or no; write true or false."))
            return FLAGS[text.lower()]
        if not isinstance(own, int | float):
            if not suits(self.parameter, text) or _is_nothing(own, text):
                raise forms.ValidationError(
                    _("This figure is written like %(own)s; a length of time as PT30M, PT2H or P7D.")
                    % {"own": own}
                )
            return text
        try:
            number = float(text.replace(",", ""))
        except ValueError:
            raise forms.ValidationError(
                _("This figure is a number; write it with digits, such as 5000.")
            ) from None
        if number < 0 or number > 1e12 or number != number:
            raise forms.ValidationError(_("Write a number that is not below zero."))
        return int(number) if number == int(number) else number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if start and end and end <= start:
            self.add_error("valid_until", _("The end must be after the start."))
        return cleaned


def _is_nothing(own: object, text: str) -> bool:
    """Whether a length of time is written that is shorter than a minute: no window could be that short."""
    return str(own).startswith("P") and duration_of(text) < timedelta(minutes=1)


@needs("set-local-values")
def local_value(request: HttpRequest, scheme_id: str, parameter_id: str) -> HttpResponse:
    """State the city's own value for a figure, with its reason and period."""
    one = _scheme_or_404(request, scheme_id)
    parameter = one.scheme.parameters.get(parameter_id)
    if parameter is None:
        raise Http404
    form = LocalValueForm(
        request.POST or None,
        parameter=parameter,
        initial={"valid_from": timezone.localtime(clock.now()).date()},
    )
    if request.method == "POST" and form.is_valid():
        actions.set_local_value(
            scheme=scheme_id, parameter=parameter_id, by=user_of(request), at=clock.now(), **form.cleaned_data
        )
        messages.success(request, _("Recorded. It holds for all places from its first day."))
        return HttpResponseRedirect(reverse("scheme-figures", args=[scheme_id]))
    context = _frame(request, one, "figures") | {
        "form": form,
        "parameter": parameter,
        "now_in_force": (found := _figures(one).value(Reference(parameter_id))),
        "in_words": figure_words(found.value, parameter.unit, one.scheme),
    }
    return page(request, "schemes/local_value.html", context, status=422 if form.errors else 200)


@needs("adopt-schemes")
@require_POST
def scheme_adopt(request: HttpRequest) -> HttpResponse:
    """Adopt the edition in one of the folders of the installation, from now on."""
    name = request.POST.get("folder", "")
    folder = next((path for _s, _p, path in schemes_on_disk(settings.SCHEMES) if path.name == name), None)
    if folder is None:
        raise Http404
    at = clock.now()
    edition, problems = actions.store_folder(folder, by=user_of(request), at=at)
    if edition is None:
        messages.error(request, problems[0].message.in_language(request.LANGUAGE_CODE))
    else:
        actions.adopt(edition, valid_from=at, by=user_of(request), at=at)
        messages.success(request, _("Adopted. Duties follow it from this moment."))
    return HttpResponseRedirect(reverse("schemes"))


@needs("adopt-schemes")
@require_POST
def scheme_end(request: HttpRequest, scheme_id: str) -> HttpResponse:
    """Stop working by a scheme, from now on."""
    one = _scheme_or_404(request, scheme_id)
    reason = request.POST.get("reason", "").strip()
    if one.adoption is None or not reason:
        messages.error(request, _("Say why the scheme ends; nothing was changed."))
    else:
        actions.end_adoption(one.adoption, by=user_of(request), at=clock.now(), reason=reason[:2000])
        messages.success(request, _("Ended. Its duties are owed no longer; what was recorded stays."))
    return HttpResponseRedirect(reverse("scheme", args=[scheme_id]))


def _scheme_or_404(request: HttpRequest, scheme_id: str) -> AdoptedScheme:
    one = stored_scheme(scheme_id, clock.now(), request.GET.get("edition", "")[:64])
    if one is None:
        raise Http404
    return one


def _frame(request: HttpRequest, one: AdoptedScheme, tab: str) -> dict[str, Any]:
    """What every page of a scheme shows around its content."""
    names = [
        ("rules", _("Rules"), "scheme", len(one.scheme.rules)),
        ("figures", _("Figures"), "scheme-figures", len(one.scheme.parameters)),
        ("cases", _("Cases"), "scheme-cases", len(one.scheme.cases)),
        ("editions", _("Editions"), "scheme-editions", len(one.editions)),
    ]
    return {
        "title": one.scheme.title.in_language(request.LANGUAGE_CODE),
        "crumbs": _crumbs(),
        "one": one,
        "scheme": one.scheme,
        "may_adopt": allowed(request, "adopt-schemes"),
        "may_set": allowed(request, "set-local-values"),
        "tabs": [
            {"label": label, "url": reverse(name, args=[one.scheme.id]), "active": key == tab, "count": count}
            for key, label, name, count in names
        ],
    }


def _crumbs() -> list[tuple[Any, str]]:
    return [(_("Schemes"), reverse("schemes"))]


def _figures(one: AdoptedScheme) -> Figures:
    on = max(timezone.localtime(clock.now()).date(), one.scheme.valid_from)
    return Figures(one.scheme, on, local_figures())


def _figure_rows(found: Sequence[Figure], scheme: Scheme) -> list[tuple[Any, Figure, Text]]:
    return [
        (parameter, figure, figure_words(figure.value, parameter.unit if parameter else "", scheme))
        for figure in found
        for parameter in [scheme.parameters.get(figure.parameter)]
    ]


def _case_rows(cases: Sequence[Case], scheme: Scheme) -> list[tuple[Case, Any, Any]]:
    return [(case, case_facts(case, scheme), case_expectations(case, scheme)) for case in cases]


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
    path("schemes/adopt/", scheme_adopt, name="scheme-adopt"),
    path("schemes/<slug:scheme_id>/", scheme, name="scheme"),
    path("schemes/<slug:scheme_id>/figures/", figures, name="scheme-figures"),
    path("schemes/<slug:scheme_id>/figures/<slug:parameter_id>/", local_value, name="scheme-local-value"),
    path("schemes/<slug:scheme_id>/cases/", cases, name="scheme-cases"),
    path("schemes/<slug:scheme_id>/editions/", editions, name="scheme-editions"),
    path("schemes/<slug:scheme_id>/end/", scheme_end, name="scheme-end"),
    path("schemes/<slug:scheme_id>/rules/<slug:rule_id>/", rule, name="scheme-rule"),
]
