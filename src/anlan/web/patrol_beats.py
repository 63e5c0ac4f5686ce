"""What patrols are planned from: beats, shifts, how the place walks, what checkpoints are worth, walking times."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions import patrol_register as register
from anlan.engine.derivation import facts_of
from anlan.engine.patrol_ground import (
    Ground,
    How,
    Point,
    Worth,
    how_known,
    walks,
    worth_made,
    worth_of,
)
from anlan.models import Beat, Checkpoint, CheckpointWorth, Place, Shift
from anlan.queries.patrol_ground import ROAD, ground_of, has_walkways
from anlan.queries.patrol_plans import beats_of, settings_of
from anlan.queries.subjects import place_subject
from anlan.web import access, clock
from anlan.web.patrol_forms import (
    WEEKDAYS,
    BeatForm,
    SettingsForm,
    ShiftForm,
    WorthForm,
    guards_of,
)
from anlan.web.patrol_frame import form_frame, patrol_frame
from anlan.web.place_parts import ReasonForm
from anlan.web.shell import page
from anlan.web.templatetags.times import figure
from anlan.web.templatetags.words import name_of

HOW_WORDS: Final[dict[How, Any]] = {
    "measured": gettext_lazy("measured"),
    "road": gettext_lazy("by the road network"),
    "line": gettext_lazy("by the straight line"),
    "assumed": gettext_lazy("assumed"),
}
GET_OR_POST = ["GET", "HEAD", "POST"]


@access.needs("plan-patrols")
@require_safe
def place_beats(request: HttpRequest, code: str) -> HttpResponse:
    """Everything that the plans of a place rest on."""
    place = access.place_or_404(request, code, "plan-patrols")
    at = clock.now()
    ground, beats, chosen = ground_of(place, at), beats_of(place, at), settings_of(place)
    shifts = list(place.shifts.filter(closed_at=None).order_by("starts", "code"))
    points = list(place.checkpoints.filter(closed_at=None).order_by("order", "code"))
    on_beats = ground.walked
    known, names = walks(ground, [point.code for point in points]), {p.code: name_of(p) for p in points}
    context = patrol_frame(request, place, "beats") | {
        "beats": beats,
        "shifts": [(shift, _days(shift)) for shift in shifts],
        "settings": chosen,
        "worths": _worths(place, points, ground, at),
        "known": how_known(known),
        "walks": [
            (names[one], names[other], walk.seconds, HOW_WORDS[walk.how])
            for one, other, walk in sorted(known, key=lambda pair: pair[2].seconds)
        ],
        "lacks_roads": chosen.walks_by == ROAD and not has_walkways(),
        "unwalked": [point for point in points if point.code not in on_beats] if beats else [],
        "points": points,
        "is_bare": not beats and not shifts,
        "has_guards": guards_of(place, at).exists(),
    }
    return page(request, "patrols/beats.html", context)


@access.needs("plan-patrols")
@require_POST
def place_patrols_set_up(request: HttpRequest, code: str) -> HttpResponse:
    """Begin with what is usual: three shifts of eight hours, one beat of all checkpoints."""
    place = _open_place(request, code)
    if register.set_up_patrols(place, by=access.user_of(request), at=clock.now()):
        messages.success(request, _("Patrols are set up: look at shifts and beats, then plan."))
    else:
        messages.warning(
            request, _("The shifts are set up. A beat needs checkpoints: add them to the file first.")
        )
    return _to_beats(code)


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_beat_new(request: HttpRequest, code: str) -> HttpResponse:
    """One more beat."""
    place = _open_place(request, code)
    form = BeatForm(request.POST or None, place)
    if request.method == "POST" and form.is_valid():
        register.add_beat(place, **form.cleaned_data, by=access.user_of(request), at=clock.now())
        messages.success(request, _("The beat is set up. Plan again so that it is walked."))
        return _to_beats(code)
    return _form(request, place, form, _("New beat"))


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_beat(request: HttpRequest, code: str, beat: str) -> HttpResponse:
    """Other checkpoints, names, post or part for a beat."""
    place = _open_place(request, code)
    found = _beat(place, beat)
    form = BeatForm(request.POST or None, place, found)
    if request.method == "POST" and form.is_valid():
        register.change_beat(found, **form.cleaned_data, by=access.user_of(request), at=clock.now())
        messages.success(request, _("The beat is changed. Plan again so that it is walked."))
        return _to_beats(code)
    return _form(request, place, form, _("Beat %(name)s") % {"name": name_of(found)})


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_beat_close(request: HttpRequest, code: str, beat: str) -> HttpResponse:
    """A beat that is not walked any more."""
    place = _open_place(request, code)
    found = _beat(place, beat)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by, at = access.user_of(request), clock.now()
        register.close_beat(found, by=by, at=at, reason=form.cleaned_data["reason"])
        messages.success(request, _("The beat is closed; what was walked stays."))
        return _to_beats(code)
    return _form(request, place, form, _("Close beat %(name)s") % {"name": name_of(found)}, _("Close it"))


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_shift_new(request: HttpRequest, code: str) -> HttpResponse:
    """One more shift."""
    place = _open_place(request, code)
    form = ShiftForm(request.POST or None, place)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data | {"days": "".join(sorted(form.cleaned_data["days"]))}
        register.add_shift(place, **values, by=access.user_of(request), at=clock.now())
        messages.success(request, _("The shift is set up."))
        return _to_beats(code)
    return _form(request, place, form, _("New shift"))


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_shift_close(request: HttpRequest, code: str, shift: str) -> HttpResponse:
    """A shift that does not begin any more."""
    place = _open_place(request, code)
    found = place.shifts.filter(code=shift, closed_at=None).first()
    if found is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by, at = access.user_of(request), clock.now()
        register.close_shift(found, by=by, at=at, reason=form.cleaned_data["reason"])
        messages.success(request, _("The shift is closed; it does not begin any more."))
        return _to_beats(code)
    return _form(request, place, form, _("Close shift %(name)s") % {"name": name_of(found)}, _("Close it"))


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_patrol_settings(request: HttpRequest, code: str) -> HttpResponse:
    """How the place walks its rounds."""
    place = _open_place(request, code)
    form = SettingsForm(request.POST or None, settings_of(place))
    if request.method == "POST" and form.is_valid():
        register.set_settings(place, form.cleaned_data, by=access.user_of(request), at=clock.now())
        messages.success(request, _("Saved. Plans drawn from now on go by it."))
        return _to_beats(code)
    return _form(request, place, form, _("How rounds are walked"))


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_worth(request: HttpRequest, code: str, checkpoint: UUID) -> HttpResponse:
    """What an attack at a checkpoint would cost, by hand and with its reason."""
    place = _open_place(request, code)
    point = place.checkpoints.filter(pk=checkpoint, closed_at=None).first()
    if point is None:
        raise Http404
    worth = point.worths.order_by("-recorded_at", "-pk").first()
    form = WorthForm(request.POST or None, worth, _present(place, point))
    if request.method == "POST" and form.is_valid():
        register.set_worth(point, **form.cleaned_data, by=access.user_of(request), at=clock.now())
        messages.success(request, _("Saved. Plans drawn from now on go by it."))
        return _to_beats(code)
    return _form(request, place, form, _("Worth of %(name)s") % {"name": name_of(point)})


def _worths(place: Place, points: list[Checkpoint], ground: Ground, at: datetime) -> list[dict[str, Any]]:
    """Each checkpoint with what it counts, and the reason where it was set by hand."""
    facts = facts_of(place_subject(place), at) or {}
    count = len(ground.walked) or len(points)
    latest = {
        worth.checkpoint_id: worth
        for worth in CheckpointWorth.objects.filter(checkpoint__in=points).order_by("recorded_at", "pk")
    }
    rows = []
    for point in points:
        made = worth_made(ground.point(point.code), facts, count)
        by_hand = latest.get(point.pk)
        reason = by_hand.reason if by_hand else ""
        rows.append({"point": point, "worth": made, "made": _made_of(made), "reason": reason})
    return rows


def _made_of(worth: Worth) -> list[str]:
    """Where the people and the consequence of a checkpoint's worth come from, in words."""
    said = {
        "present": figure(round(worth.present, 1)),
        "counted": figure(worth.counted),
        "count": worth.count,
    }
    people = {
        "by-hand": _("%(present)s people usually near it: entered by hand"),
        "peak": _(
            "%(present)s people: the place's peak of %(counted)s shared out over %(count)s checkpoints"
        ),
        "daily": _(
            "%(present)s people: 15%% of the place's %(counted)s visitors a day, taken to be there at once, "
            "shared out over %(count)s checkpoints"
        ),
        "nobody": _("1 person: neither a peak nor visitors a day stand in the register"),
    }[worth.present_from]
    if worth.consequence_by_hand:
        consequence = _("consequence %(consequence)s of 5: entered by hand")
    elif worth.critical:
        consequence = _("consequence %(consequence)s of 5: the register says that it is a critical facility")
    else:
        consequence = _("consequence %(consequence)s of 5: usual where nobody entered another")
    return [
        people % said,
        consequence % {"consequence": worth.consequence},
        _("%(present)s × %(consequence)s = %(worth)s")
        % {
            "present": said["present"],
            "consequence": worth.consequence,
            "worth": figure(round(worth.value, 1)),
        },
    ]


def _present(place: Place, point: Checkpoint) -> float:
    """The people taken to be near a checkpoint where nobody counted them there."""
    facts = facts_of(place_subject(place), clock.now()) or {}
    count = place.checkpoints.filter(closed_at=None).count()
    return worth_of(Point(point.code, consequence=1), facts, count)


def _days(shift: Shift) -> str:
    if len(shift.days) == 7:
        return _("every day")
    return _(", ").join(str(words) for day, words in WEEKDAYS if day in shift.days)


def _open_place(request: HttpRequest, code: str) -> Place:
    place = access.place_or_404(request, code, "plan-patrols")
    if place.closed_at is not None:
        raise Http404
    return place


def _beat(place: Place, code: str) -> Beat:
    found = place.beats.filter(code=code, closed_at=None).first()
    if found is None:
        raise Http404
    return found


def _form(request: HttpRequest, place: Place, form: Any, title: str, danger: str = "") -> HttpResponse:
    context = form_frame(place, title, reverse("place-beats", args=[place.code])) | {
        "form": form,
        "danger": danger,
    }
    return page(request, "patrols/beat.html", context, status=422 if form.errors else 200)


def _to_beats(code: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("place-beats", args=[code]))


_AT = "places/<str:code>/patrols/"
addresses = [
    path(_AT + "beats/", place_beats, name="place-beats"),
    path(_AT + "beats/set-up/", place_patrols_set_up, name="place-patrols-set-up"),
    path(_AT + "beats/new/", place_beat_new, name="place-beat-new"),
    path(_AT + "beats/<str:beat>/edit/", place_beat, name="place-beat"),
    path(_AT + "beats/<str:beat>/close/", place_beat_close, name="place-beat-close"),
    path(_AT + "shifts/new/", place_shift_new, name="place-shift-new"),
    path(_AT + "shifts/<str:shift>/close/", place_shift_close, name="place-shift-close"),
    path(_AT + "settings/", place_patrol_settings, name="place-patrol-settings"),
    path(_AT + "worth/<uuid:checkpoint>/", place_worth, name="place-worth"),
]
