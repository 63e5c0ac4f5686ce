"""Registering a place, and changing what is stated of one."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from anlan.actions.codes import CodeTakenError
from anlan.actions.register import change_facts, register_places
from anlan.models import Place
from anlan.queries.place_records import facts_on, later_versions
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.place_fields import name_of_field
from anlan.web.place_forms import EditPlaceForm, NewPlaceForm, PlaceForm
from anlan.web.place_frame import small_frame
from anlan.web.place_supposed import difference
from anlan.web.shell import page


@access.needs("register-places")
@require_http_methods(["GET", "HEAD", "POST"])
def place_new(request: HttpRequest) -> HttpResponse:
    """A new place in the register."""
    known = words(clock.now())
    form = NewPlaceForm(request.POST or None, request, known, kind=request.GET.get("kind", "")[:64])
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if not access.allowed(request, "register-places", form.target(code)):
            form.add_error(
                None, _("Your grant does not reach this district or department; choose one it reaches.")
            )
        elif _register(request, form, code):
            messages.success(request, _("The place is registered. What it owes follows from the schemes."))
            return HttpResponseRedirect(reverse("place", args=[code]))
    context = {
        "title": _("New place"),
        "subtitle": _("What is not known stays empty; nothing is guessed."),
        "crumbs": [(_("Places"), reverse("places"))],
        "form": form,
        "facts_url": reverse("place-new"),
    }
    return page(request, "places/form.html", context, status=422 if form.errors else 200)


@access.needs("edit-places")
@require_http_methods(["GET", "HEAD", "POST"])
def place_edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is stated of a place; on request it is shown first what that would change."""
    place = access.place_or_404(request, code, "edit-places")
    at = clock.now()
    known, rows = words(at), facts_on(place, at)
    posted = request.POST if request.method == "POST" else None
    chosen = request.GET.get("kind", "")[:64]
    form = EditPlaceForm(posted, request, known, place=place, rows=rows)
    if posted is None and chosen in known.kinds:
        form.initial["kind"] = chosen
    previewed = None
    if posted is not None and form.is_valid() and _may_save(request, form, place):
        if "preview" in posted:
            previewed = difference(place, _supposed(form, place), known)
        else:
            _save(request, form, place)
            messages.success(request, _("Saved. Duties follow the new facts."))
            return HttpResponseRedirect(reverse("place", args=[code]))
    context = small_frame(place, _("Edit the place")) | {
        "form": form,
        "difference": previewed,
        "facts_url": reverse("place-edit", args=[code]),
        "latitude": place.latitude,
        "longitude": place.longitude,
    }
    return page(request, "places/form.html", context, status=422 if form.errors else 200)


def _register(request: HttpRequest, form: NewPlaceForm, code: str) -> bool:
    """Whether the place could be registered; somebody else may have taken the code meanwhile."""
    known = {fact: value for fact, value in form.facts().items() if value is not None}
    draft = replace(form.draft(code), facts=known, measured=form.measured())
    try:
        register_places(
            [draft],
            by=access.user_of(request),
            at=clock.now(),
            valid_from=form.since(),
            reason=form.cleaned_data["reason"],
            only_new=True,
        )
    except CodeTakenError:
        form.add_error("code", _("Another place has this code already."))
        return False
    return True


def _may_save(request: HttpRequest, form: EditPlaceForm, place: Place) -> bool:
    """Whether nothing stands against saving; what does is put into the form."""
    if place.closed_at is not None:
        form.add_error(None, _("This place is closed; its records stay as they are."))
    elif form.cleaned_data["revision"] != place.revision:
        form.add_error(
            None,
            _("Somebody changed this place meanwhile. Open the page anew and state your changes again."),
        )
    elif {"district", "department"} & set(form.changed_data):
        target = form.target("")
        if not access.allowed(request, "edit-places", target):
            form.add_error("district", _("Your grant does not reach this district or department."))
    since = form.since()
    if since is not None:
        for fact, later in later_versions(place, form.changed_facts(place), since).items():
            words_ = _("This was stated anew on %(day)s; choose that day or a later one.") % {
                "day": later.date().isoformat()
            }
            form.add_error(name_of_field(fact) if name_of_field(fact) in form.fields else "kind", words_)
    return not form.errors


def _supposed(form: PlaceForm, place: Place) -> dict[str, Any]:
    changes: dict[str, Any] = dict(form.changed_facts(place))
    if form.cleaned_data["kind"] != place.kind:
        changes["kind"] = form.cleaned_data["kind"]
    return changes


def _save(request: HttpRequest, form: EditPlaceForm, place: Place) -> None:
    at, by, reason = clock.now(), access.user_of(request), form.cleaned_data["reason"]
    with transaction.atomic():
        register_places([form.draft(place.code)], by=by, at=at, valid_from=form.since(), reason=reason)
        change_facts(
            place,
            form.facts(),
            by=by,
            at=at,
            valid_from=form.since(),
            measured=form.measured(),
            reason=reason,
        )


addresses = [
    path("places/new/", place_new, name="place-new"),
    path("places/<str:code>/edit/", place_edit, name="place-edit"),
]
