"""Who mans which beat in which shift: the coming two weeks as a grid, last week copied, a guard who falls out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions.patrol_register import set_roster
from anlan.actions.patrol_replans import guard_out
from anlan.models import Beat, Place, RosterLine, User
from anlan.queries.patrol_plans import ShiftOn, beats_of, rosters_between, shifts_between
from anlan.web import access, clock
from anlan.web.patrol_forms import GuardOutForm, guards_of
from anlan.web.patrol_frame import form_frame, patrol_frame
from anlan.web.shell import page
from anlan.web.templatetags.words import name_of, say

GET_OR_POST = ["GET", "HEAD", "POST"]
DAYS: Final = 14
WEEK: Final = timedelta(days=7)

Lines = Mapping[tuple[str, date, UUID], RosterLine]


@dataclass(frozen=True, slots=True)
class Cell:
    """One beat in one shift; `name` is its field in the form."""

    name: str
    beat: Beat
    guard: User | None
    is_doubled: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One shift of the grid."""

    shift: ShiftOn
    cells: tuple[Cell, ...]
    is_on: bool


@access.needs("plan-patrols")
@require_safe
def place_roster(request: HttpRequest, code: str) -> HttpResponse:
    """The coming two weeks; names only to the place's own people, others see whether a beat is manned."""
    place = access.place_or_404(request, code, "plan-patrols")
    at = clock.now()
    rows = _rows(place)
    context = patrol_frame(request, place, "beats") | {
        "rows": rows,
        "beats": beats_of(place, at),
        "guards": list(guards_of(place, at)),
        "empty": sum(cell.guard is None and not cell.beat.spare for row in rows for cell in row.cells),
        "doubled": [row for row in rows if any(cell.is_doubled for cell in row.cells)],
        "days": DAYS,
    }
    return page(request, "patrols/roster.html", context)


@access.needs("plan-patrols")
@require_POST
def place_roster_save(request: HttpRequest, code: str) -> HttpResponse:
    """Take down the cells of the grid that were changed."""
    place = access.place_or_404(request, code, "plan-patrols")
    if not _may_fill(request, place):
        return _to_roster(code)
    at, by = clock.now(), access.user_of(request)
    guards = {str(guard.pk): guard for guard in guards_of(place, at)}
    changed = 0
    with transaction.atomic():
        for row in _rows(place):
            for cell in row.cells:
                chosen = request.POST.get(cell.name)
                if chosen is None or chosen == (str(cell.guard.pk) if cell.guard else ""):
                    continue
                if chosen and chosen not in guards:
                    continue
                guard = guards.get(chosen)
                set_roster(row.shift.shift, row.shift.on, guard=guard, beat=cell.beat, by=by, at=at)
                changed += 1
    if changed:
        words = ngettext(
            "%(count)s line of the roster is changed.", "%(count)s lines of the roster are changed.", changed
        )
        messages.success(request, words % {"count": changed})
    else:
        messages.info(request, _("Nothing was changed."))
    return _to_roster(code)


@access.needs("plan-patrols")
@require_POST
def place_roster_copy(request: HttpRequest, code: str) -> HttpResponse:
    """Fill what is empty with who manned the same beat in the same shift a week before."""
    place = access.place_or_404(request, code, "plan-patrols")
    if not _may_fill(request, place):
        return _to_roster(code)
    at, by = clock.now(), access.user_of(request)
    present = set(guards_of(place, at).values_list("pk", flat=True))
    today = timezone.localdate(at)
    lines = _lines(place, today - WEEK, today + timedelta(days=DAYS))
    known = {key: line.guard for key, line in lines.items() if line.guard_id in present}
    copied = 0
    with transaction.atomic():
        for row in _rows(place):
            for cell in row.cells:
                key = (row.shift.shift.code, row.shift.on, cell.beat.pk)
                before = known.get((key[0], key[1] - WEEK, key[2]))
                if cell.guard is None and before is not None and not row.is_on:
                    set_roster(row.shift.shift, row.shift.on, guard=before, beat=cell.beat, by=by, at=at)
                    known[key] = before
                    copied += 1
    if copied:
        words = ngettext(
            "%(count)s line is copied from the week before.",
            "%(count)s lines are copied from the week before.",
            copied,
        )
        messages.success(request, words % {"count": copied})
    else:
        messages.info(request, _("There is nothing to copy: no empty line was manned a week before."))
    return _to_roster(code)


@access.needs("plan-patrols")
@require_http_methods(GET_OR_POST)
def place_guard_out(request: HttpRequest, code: str, beat: str) -> HttpResponse:
    """A guard of the shift that is on cannot go on: somebody stands in, or the rest is drawn without."""
    place = access.place_or_404(request, code, "plan-patrols")
    at, by = clock.now(), access.user_of(request)
    running = next((row for row in _rows(place) if row.is_on), None)
    found = next((cell for cell in running.cells if cell.beat.code == beat), None) if running else None
    if running is None or found is None:
        raise Http404
    candidates = guards_of(place, at) if access.shows_names(request, place) else User.objects.none()
    if found.guard is not None:
        candidates = candidates.exclude(pk=found.guard.pk)
    form = GuardOutForm(request.POST or None, candidates)
    if request.method == "POST" and form.is_valid():
        line = set_roster(
            running.shift.shift, running.shift.on, guard=found.guard, beat=found.beat, by=by, at=at
        )
        outcome = guard_out(line, stand_in=form.cleaned_data["stand_in"], by=by, at=at)
        refused = [say(one.says) for one in outcome.refused]
        stood_in = form.cleaned_data["stand_in"] is not None
        _tell(request, stood_in=stood_in, refused=refused, drawn=outcome.drawn)
        return HttpResponseRedirect(reverse("place-patrols", args=[code]))
    title = _("The guard of %(beat)s falls out") % {"beat": name_of(found.beat)}
    context = form_frame(place, title, reverse("place-roster", args=[code])) | {
        "form": form,
        "danger": _("Guard falls out"),
    }
    return page(request, "patrols/beat.html", context, status=422 if form.errors else 200)


def _tell(request: HttpRequest, *, stood_in: bool, refused: list[str], drawn: int) -> None:
    if stood_in:
        messages.success(request, _("The stand-in takes the beat over; the plan stays as it is."))
    elif drawn:
        messages.success(request, _("The rest of the shift is drawn anew for the guards who are left."))
    elif not refused:
        messages.info(request, _("There was no plan to draw anew."))
    for words in refused:
        messages.warning(request, words)


def _rows(place: Place) -> list[Row]:
    """The shifts of the coming days with the beats walked now; one that is on comes first."""
    at = clock.now()
    today = timezone.localdate(at)
    shifts = shifts_between(place, today - timedelta(days=1), today + timedelta(days=DAYS - 1))
    lines = _lines(place, today - timedelta(days=1), today + timedelta(days=DAYS))
    beats = beats_of(place, at)
    return [Row(shift, _cells(shift, beats, lines), shift.runs_at(at)) for shift in shifts if shift.end > at]


def _cells(shift: ShiftOn, beats: Sequence[Beat], lines: Lines) -> tuple[Cell, ...]:
    """The beats of one shift; a guard who is on two of them walks only one, and both say so."""
    code, on = shift.shift.code, shift.on
    guards = [line.guard if (line := lines.get((code, on, beat.pk))) else None for beat in beats]
    return tuple(
        Cell(f"{code}|{on}|{beat.code}", beat, guard, guard is not None and guards.count(guard) > 1)
        for beat, guard in zip(beats, guards, strict=True)
    )


def _lines(place: Place, first: date, last: date) -> Lines:
    return {
        (line.shift.code, line.on, line.beat_id): line
        for line in rosters_between(place, first, last)
        if line.beat_id is not None
    }


def _may_fill(request: HttpRequest, place: Place) -> bool:
    """Whether the asker may know the place's guards by name, which who fills its roster must; says so if not."""
    if place.closed_at is not None:
        raise Http404
    if access.shows_names(request, place):
        return True
    messages.error(
        request, _("Only the place itself fills its roster: nobody else knows its guards by name.")
    )
    return False


def _to_roster(code: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("place-roster", args=[code]))


_AT = "places/<str:code>/patrols/roster/"
addresses = [
    path(_AT, place_roster, name="place-roster"),
    path(_AT + "save/", place_roster_save, name="place-roster-save"),
    path(_AT + "copy/", place_roster_copy, name="place-roster-copy"),
    path(_AT + "out/<str:beat>/", place_guard_out, name="place-guard-out"),
]
