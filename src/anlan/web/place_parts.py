"""Small changes to a place: checkpoints, posts, zones, points, events, waivers, and its closing."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.actions.duties import give_waiver, withdraw_waiver
from anlan.actions.place_parts import add_checkpoint, add_post, add_zone, close_checkpoint, record_occurrence
from anlan.actions.place_points import close_point
from anlan.actions.register import close_place
from anlan.models import Checkpoint, Place, PlacePoint, User, Waiver, Zone
from anlan.queries.duties import place_account
from anlan.queries.vocabulary import words
from anlan.web import access, clock, place_points
from anlan.web.moments import LAST_YEAR
from anlan.web.place_forms import CODE
from anlan.web.place_frame import small_frame
from anlan.web.record_words import rule_title
from anlan.web.shell import page
from anlan.web.templatetags.words import name_of, say
from anlan.web.undo import undoable

GET_OR_POST = ["GET", "HEAD", "POST"]


def moment_field(label: Any, **options: Any) -> forms.DateTimeField:
    """A moment as browsers pick it, in the city's time zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
    return forms.DateTimeField(label=label, widget=widget, input_formats=formats, **options)


class PartForm(forms.Form):
    """What every part of a place has: a code and a name."""

    code = forms.RegexField(
        rf"^{CODE.pattern}$",
        label=gettext_lazy("Code"),
        max_length=64,
        error_messages={
            "invalid": gettext_lazy("Use letters, digits, Chinese characters and . _ : - only, no spaces.")
        },
    )
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=120, required=False)

    def __init__(self, data: Any, place: Place) -> None:
        super().__init__(data)
        self.place = place


class PostForm(PartForm):
    mobile = forms.BooleanField(label=gettext_lazy("Mobile, such as a patrol"), required=False)


class CheckpointForm(PartForm):
    zone = forms.ModelChoiceField(
        label=gettext_lazy("Zone"), queryset=Zone.objects.none(), required=False, empty_label="—"
    )

    def __init__(self, data: Any, place: Place) -> None:
        super().__init__(data, place)
        field: Any = self.fields["zone"]
        field.queryset, field.label_from_instance = place.zones.order_by("code"), name_of


class OccurrenceForm(forms.Form):
    """Something that happened and may start a clock."""

    kind = forms.ChoiceField(label=gettext_lazy("What happened"))
    happened_at = moment_field(gettext_lazy("When"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any, _place: Place) -> None:
        super().__init__(data, initial={"happened_at": clock.now()})
        field: Any = self.fields["kind"]
        field.choices = [(event, say(term.title)) for event, term in words(clock.now()).events.items()]

    def clean_happened_at(self) -> datetime:
        at: datetime = self.cleaned_data["happened_at"]
        if at > clock.now():
            raise forms.ValidationError(_("This time is in the future."))
        if at.year < 1990:
            raise forms.ValidationError(_("The year must be 1990 or later."))
        return at


class ReasonForm(forms.Form):
    """Why something is closed or taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class WaiverForm(ReasonForm):
    """From which duty the place is excused, for how long and why."""

    duty = forms.ChoiceField(label=gettext_lazy("Duty"))
    start = moment_field(gettext_lazy("From"))
    end = moment_field(gettext_lazy("Until"))
    field_order = ("duty", "start", "end", "reason")

    def __init__(self, data: Any, place: Place, chosen: str = "") -> None:
        super().__init__(data, initial={"duty": chosen, "start": clock.now()})
        account = place_account(place, clock.now())
        field: Any = self.fields["duty"]
        field.choices = [(duty.id, say(duty.rule.title)) for duty in account.derived.duties if duty.owed]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("start"), values.get("end")
        if start and end and end <= start:
            self.add_error("end", _("The end must be after the start."))
        elif end and end.year > LAST_YEAR:
            self.add_error("end", _("This year is too far away."))
        elif start and start.year < 1990:
            self.add_error("start", _("The year must be 1990 or later."))
        return values


Adder = Callable[[Place, dict[str, Any], User, datetime], object]


def _add_checkpoint(place: Place, values: dict[str, Any], by: User, at: datetime) -> object:
    return add_checkpoint(place, **values, by=by, at=at)


def _add_post(place: Place, values: dict[str, Any], by: User, at: datetime) -> object:
    return add_post(place, **values, by=by, at=at)


def _add_zone(place: Place, values: dict[str, Any], by: User, at: datetime) -> object:
    return add_zone(place, **values, by=by, at=at)


def _add_occurrence(place: Place, values: dict[str, Any], by: User, at: datetime) -> object:
    return record_occurrence(place, **values, by=by, at=at)


PARTS: dict[str, tuple[Any, Any, Adder]] = {
    "checkpoint": (gettext_lazy("Add a checkpoint"), CheckpointForm, _add_checkpoint),
    "post": (gettext_lazy("Add a post"), PostForm, _add_post),
    "zone": (gettext_lazy("Add a zone"), PartForm, _add_zone),
    "point": (gettext_lazy("Add a point for action cards"), place_points.PointForm, place_points.add),
    "occurrence": (gettext_lazy("Record an event"), OccurrenceForm, _add_occurrence),
}


@access.needs("edit-places")
@require_http_methods(GET_OR_POST)
def place_part_new(request: HttpRequest, code: str, part: str) -> HttpResponse:
    """Add a checkpoint, post, zone or point for action cards, or record an event."""
    place = _open_place(request, code, "edit-places")
    if part not in PARTS:
        raise Http404
    title, shape, add = PARTS[part]
    form = shape(request.POST or None, place)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                add(place, form.cleaned_data, access.user_of(request), clock.now())
        except IntegrityError:
            form.add_error("code", _("This place has one with this code already."))
        else:
            messages.success(request, _("Recorded."))
            return _to_file(place)
    return _form_page(request, place, form, title, reverse("place-file", args=[code]))


@access.needs("edit-places")
@require_http_methods(GET_OR_POST)
def place_checkpoint_close(request: HttpRequest, code: str, checkpoint: str) -> HttpResponse:
    """Take a checkpoint off the rounds."""
    place = _open_place(request, code, "edit-places")
    found = Checkpoint.objects.filter(place=place, code=checkpoint, closed_at=None).first()
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        close_checkpoint(
            found, by=access.user_of(request), at=clock.now(), reason=form.cleaned_data["reason"]
        )
        messages.success(request, _("The checkpoint is off the rounds; what was scanned there stays."))
        return _to_file(place)
    title = _("Close checkpoint %(name)s") % {"name": name_of(found)}
    return _form_page(request, place, form, title, reverse("place-file", args=[code]), danger=_("Close it"))


@access.needs("edit-places")
@require_http_methods(GET_OR_POST)
def place_point_close(request: HttpRequest, code: str, point: UUID) -> HttpResponse:
    """Take an exit, a cut-off or another point off the action cards."""
    place = _open_place(request, code, "edit-places")
    found = PlacePoint.objects.filter(place=place, pk=point, closed_at=None).first()
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        close_point(found, by=access.user_of(request), at=clock.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("The point is off the cards. Cards that showed it have a new version."))
        return _to_file(place)
    title = _("Close the point %(name)s") % {"name": name_of(found)}
    return _form_page(request, place, form, title, reverse("place-file", args=[code]), danger=_("Close it"))


@access.needs("edit-places")
@require_http_methods(GET_OR_POST)
def place_close(request: HttpRequest, code: str) -> HttpResponse:
    """Close a place for good: it owes nothing from now on, its records stay."""
    place = _open_place(request, code, "edit-places")
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        close_place(place, by=access.user_of(request), at=clock.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("The place is closed. It owes nothing any more; its records stay."))
        return HttpResponseRedirect(reverse("place", args=[code]))
    return _form_page(
        request,
        place,
        form,
        _("Close the place"),
        reverse("place", args=[code]),
        danger=_("Close the place"),
        typed=place.code,
    )


@access.needs("give-waivers")
@require_http_methods(GET_OR_POST)
def place_waiver_new(request: HttpRequest, code: str) -> HttpResponse:
    """Excuse the place from a duty for a period."""
    place = _open_place(request, code, "give-waivers")
    form = WaiverForm(request.POST or None, place, request.GET.get("duty", "")[:130])
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        scheme, _slash, rule = values["duty"].partition("/")
        given = give_waiver(
            scheme=scheme,
            rule=rule,
            start=values["start"],
            end=values["end"],
            reason=values["reason"],
            by=access.user_of(request),
            at=clock.now(),
            place=place,
        )
        said = _("The waiver is given. It covers deadlines within its period only.")
        undoable(request, said, "waiver-given", waiver=str(given.pk))
        return HttpResponseRedirect(reverse("place-evidence", args=[code]) + "#waivers")
    return _form_page(request, place, form, _("Give a waiver"), reverse("place-evidence", args=[code]))


@access.needs("give-waivers")
@require_http_methods(GET_OR_POST)
def place_waiver_withdraw(request: HttpRequest, code: str, waiver_id: UUID) -> HttpResponse:
    """Take a waiver back."""
    place = access.place_or_404(request, code, "give-waivers")
    waiver = Waiver.objects.filter(pk=waiver_id, place=place, withdrawn_at=None).first()
    if waiver is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        withdraw_waiver(
            waiver, by=access.user_of(request), at=clock.now(), reason=form.cleaned_data["reason"]
        )
        undoable(request, _("The waiver is withdrawn."), "waiver-withdrawn", waiver=str(waiver.pk))
        return HttpResponseRedirect(reverse("place-evidence", args=[code]) + "#waivers")
    named = say(rule_title(words(clock.now()), waiver.scheme, waiver.rule))
    title = _("Withdraw the waiver: %(duty)s") % {"duty": named}
    back = reverse("place-evidence", args=[code])
    return _form_page(request, place, form, title, back, danger=_("Withdraw"))


def _open_place(request: HttpRequest, code: str, action: Any) -> Place:
    """A place within reach that is not closed."""
    place = access.place_or_404(request, code, action)
    if place.closed_at is not None:
        raise Http404
    return place


def _form_page(
    request: HttpRequest,
    place: Place,
    form: forms.Form,
    title: Any,
    back: str,
    *,
    danger: str = "",
    typed: str = "",
) -> HttpResponse:
    context = small_frame(place, str(title)) | {
        "form": form,
        "back": back,
        "danger": danger,
        "typed": typed,
    }
    return page(request, "places/part.html", context, status=422 if form.errors else 200)


def _to_file(place: Place) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("place-file", args=[place.code]))


addresses = [
    path("places/<str:code>/add/<slug:part>/", place_part_new, name="place-part-new"),
    path(
        "places/<str:code>/checkpoints/<str:checkpoint>/close/",
        place_checkpoint_close,
        name="place-checkpoint-close",
    ),
    path("places/<str:code>/points/<uuid:point>/close/", place_point_close, name="place-point-close"),
    path("places/<str:code>/close/", place_close, name="place-close"),
    path("places/<str:code>/waivers/new/", place_waiver_new, name="place-waiver-new"),
    path(
        "places/<str:code>/waivers/<uuid:waiver_id>/withdraw/",
        place_waiver_withdraw,
        name="place-waiver-withdraw",
    ),
]
