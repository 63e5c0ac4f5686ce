"""Changing what the city works by: adopting an edition, ending it, and the city's own figures."""

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from anlan.actions import schemes as actions
from anlan.engine.durations import duration_of
from anlan.engine.figures import suits
from anlan.engine.policy import Parameter, Reference
from anlan.engine.rule_words import figure_words
from anlan.queries.schemes import schemes_on_disk
from anlan.web import clock
from anlan.web.access import needs, request_reach, user_of
from anlan.web.scheme_frame import figures_now, frame, scheme_or_404
from anlan.web.shell import page
from anlan.web.undo import undoable

FLAGS = {"true": True, "yes": True, "是": True, "false": False, "no": False, "否": False}
"""How a flag may be written."""


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
    if not request_reach(request, "set-local-values").everywhere:
        raise PermissionDenied
    one = scheme_or_404(request, scheme_id)
    parameter = one.scheme.parameters.get(parameter_id)
    if parameter is None:
        raise Http404
    form = LocalValueForm(
        request.POST or None,
        parameter=parameter,
        initial={"valid_from": timezone.localtime(clock.now()).date()},
    )
    if request.method == "POST" and form.is_valid():
        stated = actions.set_local_value(
            scheme=scheme_id, parameter=parameter_id, by=user_of(request), at=clock.now(), **form.cleaned_data
        )
        said = _("Recorded. It holds for all places from its first day.")
        undoable(request, said, "local-value-set", value=str(stated.pk))
        return HttpResponseRedirect(reverse("scheme-figures", args=[scheme_id]))
    around = frame(request, one, "figures")
    context = around | {
        "title": parameter.title.in_language(request.LANGUAGE_CODE) if parameter.title else parameter.id,
        "crumbs": [*around["crumbs"], (around["title"], reverse("scheme-figures", args=[scheme_id]))],
        "form": form,
        "parameter": parameter,
        "now_in_force": (found := figures_now(one).value(Reference(parameter_id))),
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
    one = scheme_or_404(request, scheme_id)
    reason = request.POST.get("reason", "").strip()
    if one.adoption is None or not reason:
        messages.error(request, _("Say why the scheme ends; nothing was changed."))
    else:
        actions.end_adoption(one.adoption, by=user_of(request), at=clock.now(), reason=reason[:2000])
        messages.success(request, _("Ended. Its duties are owed no longer; what was recorded stays."))
    return HttpResponseRedirect(reverse("scheme", args=[scheme_id]))


addresses = [
    path("schemes/adopt/", scheme_adopt, name="scheme-adopt"),
    path("schemes/<slug:scheme_id>/figures/<slug:parameter_id>/", local_value, name="scheme-local-value"),
    path("schemes/<slug:scheme_id>/end/", scheme_end, name="scheme-end"),
]
