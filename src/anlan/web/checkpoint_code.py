"""The page behind the printed code of a checkpoint: any camera opens it, and a guard records the visit there."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.actions.patrol_scans import take_scan
from anlan.models import CheckpointCode, Visit
from anlan.models.ids import new_id
from anlan.queries.patrol_codes import code_of
from anlan.web import access, clock
from anlan.web.patrol_app.words import FLAG_WORDS
from anlan.web.templatetags.words import name_of

WAY = "link"
"""How such a visit was made: by the address in the code, without the guard's page."""


class VisitForm(forms.Form):
    """What a guard may add to a visit; `id` keeps a second press from recording twice."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("Short note"),
        help_text=gettext_lazy("Describe the place and the thing, not the person."),
        required=False,
        max_length=500,
    )


@access.open_to_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def checkpoint_code(request: HttpRequest, token: str) -> HttpResponse:
    """What a code leads to; opening it records nothing, pressing the button does."""
    code = code_of(token)
    if code is None:
        return _plain(request, "unknown", _("This code is not known"), status=404)
    if not request.user.is_authenticated:
        sign_in = f"{reverse('sign-in')}?{urlencode({'next': request.get_full_path()})}"
        return _plain(request, "stranger", _("A checkpoint's code"), sign_in=sign_in)
    if not access.allowed(request, "walk-patrols", code.checkpoint.place):
        return _plain(request, "refused", _("A checkpoint's code"), status=403)
    form = VisitForm(request.POST if request.method == "POST" else None, initial={"id": new_id()})
    if request.method == "POST" and form.is_valid():
        return _recorded(request, code, form.cleaned_data)
    return _plain(
        request,
        "form",
        name_of(code.checkpoint),
        status=422 if form.errors else 200,
        form=form,
        code=code,
        done=_done(request, code),
    )


def _recorded(request: HttpRequest, code: CheckpointCode, values: dict[str, Any]) -> HttpResponse:
    visit = take_scan(
        request.build_absolute_uri(),
        place=code.checkpoint.place,
        user=access.user_of(request),
        at=clock.now(),
        id=values["id"],
        way=WAY,
        note=values["note"],
    )
    return HttpResponseRedirect(f"{request.path}?{urlencode({'done': str(visit.pk)})}")


def _done(request: HttpRequest, code: CheckpointCode) -> dict[str, Any] | None:
    """The visit that was just recorded, for the guard who recorded it."""
    try:
        visit_id = UUID(request.GET.get("done", ""))
    except ValueError:
        return None
    visit = Visit.objects.filter(
        pk=visit_id, checkpoint=code.checkpoint, walk__guard=access.user_of(request)
    ).first()
    if visit is None:
        return None
    return {"visit": visit, "flags": [FLAG_WORDS[flag] for flag in visit.flags if flag in FLAG_WORDS]}


def _plain(
    request: HttpRequest, state: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    response = render(
        request,
        "patrols/checkpoint.html",
        {"title": title, "subtitle": "", "state": state, **context},
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


addresses = [path("c/<str:token>/", checkpoint_code, name="checkpoint-code")]
