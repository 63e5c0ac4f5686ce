"""Walking times that were measured: entered in a grid, or pasted from a spreadsheet."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from anlan.actions.patrol_register import set_walk_times
from anlan.engine.patrol_ground import walks
from anlan.models import Checkpoint, Place, WalkTime
from anlan.queries.patrol_ground import ground_of
from anlan.queries.patrol_plans import beats_of
from anlan.web import access, clock
from anlan.web.patrol_frame import form_frame
from anlan.web.patrol_walk_table import Pair, WalkTable, read_walks, written_walks
from anlan.web.shell import page
from anlan.web.templatetags.words import name_of

MOST_IN_GRID: Final = 16
"""A grid of more checkpoints than this is no form any more; its beats are shown one by one."""

FIELD: Final = "walk"


@access.needs("plan-patrols")
@require_http_methods(["GET", "HEAD", "POST"])
def place_walk_time(request: HttpRequest, code: str) -> HttpResponse:
    """The grid of one beat or of all checkpoints, and a box to paste a table into."""
    place = access.place_or_404(request, code, "plan-patrols")
    if place.closed_at is not None:
        raise Http404
    points = list(place.checkpoints.filter(closed_at=None).order_by("order", "code"))
    read = WalkTable()
    if request.method == "POST":
        read = _pasted(request, points) if "table" in request.POST else _filled(request, points)
        if not read.problems:
            return _save(request, place, points, read.times)
    beats = [beat for beat in beats_of(place, clock.now()) if not beat.spare]
    chosen = next((beat for beat in beats if beat.code == request.GET.get("beat")), None)
    if chosen is None and len(points) > MOST_IN_GRID and beats:
        chosen = beats[0]
    on_beat = {point.pk for point in chosen.checkpoints.all()} if chosen else {point.pk for point in points}
    shown = [point for point in points if point.pk in on_beat]
    measured = _measured(place)
    title = _("Measured walking times")
    context = form_frame(place, title, reverse("place-beats", args=[code])) | {
        "problems": read.problems,
        "columns": [name_of(point) for point in shown[1:]],
        "rows": _grid(place, shown, measured, request.POST) if len(shown) <= MOST_IN_GRID else [],
        "beats": [(beat.code, name_of(beat), beat == chosen) for beat in beats] if len(beats) > 1 else [],
        "all_fit": len(points) <= MOST_IN_GRID,
        "is_all": chosen is None,
        "pasted": request.POST.get("table", ""),
        "as_table": written_walks([(point.code, name_of(point)) for point in shown], measured),
    }
    return page(request, "patrols/walks.html", context, status=422 if read.problems else 200)


def _save(
    request: HttpRequest, place: Place, points: Sequence[Checkpoint], times: Mapping[Pair, int | None]
) -> HttpResponse:
    by_code = {point.code: point for point in points}
    wanted = {(by_code[one], by_code[other]): seconds for (one, other), seconds in times.items()}
    changed = set_walk_times(place, wanted, by=access.user_of(request), at=clock.now())
    if changed:
        words = ngettext(
            "%(count)s walking time is saved. Plans drawn from now on go by it.",
            "%(count)s walking times are saved. Plans drawn from now on go by them.",
            changed,
        )
        messages.success(request, words % {"count": changed})
    else:
        messages.info(request, _("Nothing was changed."))
    return HttpResponseRedirect(reverse("place-beats", args=[place.code]))


def _pasted(request: HttpRequest, points: Sequence[Checkpoint]) -> WalkTable:
    names = {
        name: point.code for point in points for name in (point.name_en, point.name_zh, point.code) if name
    }
    return read_walks(request.POST["table"], names)


def _filled(request: HttpRequest, points: Sequence[Checkpoint]) -> WalkTable:
    """The fields of the grid; one that was emptied takes its time back."""
    found, names = WalkTable(), {point.code: name_of(point) for point in points}
    for name in request.POST:
        parts = name.split("|")
        if len(parts) != 3 or parts[0] != FIELD or parts[1] not in names or parts[2] not in names:
            continue
        where = f"{names[parts[1]]} ↔ {names[parts[2]]}"
        found.put(parts[1], parts[2], request.POST[name].strip() or "-", where)
    return found


def _measured(place: Place) -> dict[Pair, int]:
    rows = WalkTime.objects.filter(one__place=place, one__closed_at=None, other__closed_at=None)
    return {
        (min(one, other), max(one, other)): seconds
        for one, other, seconds in rows.values_list("one__code", "other__code", "seconds")
    }


def _grid(
    place: Place, points: Sequence[Checkpoint], measured: Mapping[Pair, int], sent: Mapping[str, str]
) -> list[dict[str, Any]]:
    """A row for each checkpoint with a field for each that comes after it; the other half is the same way back."""
    ground = ground_of(place, clock.now())
    known = {
        (min(one, other), max(one, other)): walk.seconds
        for one, other, walk in walks(ground, [point.code for point in points])
    }
    rows = []
    for number, point in enumerate(points[:-1]):
        cells: list[dict[str, Any] | None] = [None] * number
        for other in points[number + 1 :]:
            pair = (min(point.code, other.code), max(point.code, other.code))
            name = f"{FIELD}|{point.code}|{other.code}"
            value = sent.get(name, measured.get(pair, ""))
            label = f"{name_of(point)} ↔ {name_of(other)}"
            cells.append({"name": name, "value": value, "guess": known[pair], "label": label})
        rows.append({"name": name_of(point), "cells": cells})
    return rows


addresses = [
    path("places/<str:code>/patrols/walking-times/", place_walk_time, name="place-walk-time"),
]
