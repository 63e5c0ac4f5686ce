"""Patrols as a supervisor sees them: places that walk rounds, one place now, and calls for help."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.patrol_review import close_call, take_call
from anlan.engine.patrol_matching import LegStanding, LegState
from anlan.engine.standing import WindowState
from anlan.models import Checkpoint, HelpCall, Place, Visit, Walk
from anlan.queries.patrol_live import (
    BeatNow,
    CheckpointNow,
    PatrolNow,
    WalkNow,
    calls_now,
    open_calls,
    patrol_now,
    places_with_rounds,
)
from anlan.queries.patrol_plans import names_of, plans_in_force
from anlan.queries.reach import within
from anlan.web import access, clock
from anlan.web.patrol_app.words import reason_words
from anlan.web.patrol_frame import patrol_frame
from anlan.web.patrol_lost import still_lost
from anlan.web.patrol_pictures import LegMark, ShiftRow, leg_mark, shift_picture
from anlan.web.patrol_plan import MORE_GUARDS, standing_of
from anlan.web.patrol_setup import set_up_context
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of

LEG_WORDS: Final[dict[LegState, Any]] = {
    "walked": gettext_lazy("walked"),
    "passed-over": gettext_lazy("passed over with a reason"),
    "late": gettext_lazy("late"),
    "next": gettext_lazy("next"),
    "later": gettext_lazy("to come"),
}


MOST_BARE: Final = 8
"""So many places are named where patrols could be set up."""


class OutcomeForm(forms.Form):
    """What came of a call for help."""

    outcome = forms.CharField(max_length=300, strip=True)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round of a beat; who walks it is a name only to the place's own people."""

    walk: Walk
    guard: str
    last: Visit | None
    early: str


@dataclass(frozen=True, slots=True)
class BeatRow:
    """A beat as the page shows it; `guard` is who is on the roster while nobody has begun."""

    now: BeatNow
    guard: str
    rounds: tuple[RoundRow, ...]
    late: tuple[tuple[str, LegStanding], ...]
    next_name: str
    is_taken_over: bool


@dataclass(frozen=True, slots=True)
class DutyTile:
    """A duty to scan as it stands in one window, and which window that is."""

    state: WindowState
    window: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A checkpoint passed over, with the reason in words."""

    visit: Visit
    reason: str


@access.needs("see-patrols")
@require_safe
def patrols(request: HttpRequest) -> HttpResponse:
    """The places that walk rounds, those first where somebody waits for a person."""
    reach = access.request_reach(request, "see-patrols")
    listed = places_with_rounds(within(reach, Place.objects.filter(closed_at=None)), clock.now())
    rows = sorted(listed, key=lambda row: (-row.calls, -row.to_review, -row.walking))
    if len(rows) == 1:
        return HttpResponseRedirect(reverse("place-patrols", args=[rows[0].place.code]))
    bare = [] if rows else _to_set_up(request)
    if len(bare) == 1:
        return HttpResponseRedirect(reverse("place-patrols", args=[bare[0].code]))
    places = {row.place.pk for row in rows}
    context = {
        "title": _("Patrols"),
        "subtitle": "",
        "crumbs": [],
        "rows": rows,
        "bare": bare,
        "calls": calls_now(call for call in open_calls() if call.place_id in places),
        "may_answer": access.allowed(request, "answer-help"),
        "may_plan": bool(rows) and access.allowed(request, "plan-patrols"),
    }
    return page(request, "patrols/list.html", context)


def _to_set_up(request: HttpRequest) -> list[Place]:
    """The first few places that the asker may set patrols up at, those with checkpoints first."""
    reach = access.request_reach(request, "plan-patrols")
    places = within(reach, Place.objects.filter(closed_at=None))
    pointed = Exists(Checkpoint.objects.filter(place=OuterRef("pk"), closed_at=None))
    return list(places.annotate(is_pointed=pointed).order_by("-is_pointed", "name_sort", "code")[:MOST_BARE])


@access.needs("see-patrols")
@require_safe
def place_patrols(request: HttpRequest, code: str) -> HttpResponse:
    """The patrols of one place now."""
    place = access.place_or_404(request, code, "see-patrols")
    return page(
        request,
        "patrols/live.html",
        patrol_frame(request, place, "live") | _live(request, place, clock.now()),
    )


@access.needs("see-patrols")
@require_safe
def place_patrols_live(request: HttpRequest, code: str) -> HttpResponse:
    """The inside of the page, asked for every few seconds; 304 while nothing changed."""
    place = access.place_or_404(request, code, "see-patrols")
    context = patrol_frame(request, place, "live") | _live(request, place, clock.now())
    inside = render_to_string("patrols/_live.html", context, request)
    tag = f'"{sha256(_steady(inside).encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(inside, headers={"ETag": tag})


@access.needs("answer-help")
@require_POST
def help_call_take(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Say that somebody is seeing to it."""
    call = _call(request, call_id)
    taken = take_call(call, by=access.user_of(request), at=clock.now())
    if taken.taken_by == access.user_of(request):
        messages.success(request, _("You have taken the call. Say what came of it when it is over."))
    else:
        messages.info(request, _("Somebody has taken this call already."))
    return HttpResponseRedirect(reverse("place-patrols", args=[call.place.code]))


@access.needs("answer-help")
@require_POST
def help_call_close(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """End a call for help with what came of it."""
    call = _call(request, call_id)
    form = OutcomeForm(request.POST)
    if form.is_valid():
        close_call(call, outcome=form.cleaned_data["outcome"], by=access.user_of(request), at=clock.now())
        messages.success(request, _("The call is closed."))
    else:
        messages.error(
            request, _("Say in up to 300 characters what came of the call; it stays open until then.")
        )
    return HttpResponseRedirect(reverse("place-patrols", args=[call.place.code]))


def _call(request: HttpRequest, call_id: UUID) -> HelpCall:
    call = HelpCall.objects.select_related("place__department").filter(pk=call_id).first()
    if call is None or not access.allowed(request, "answer-help", call.place):
        raise Http404
    return call


def _live(request: HttpRequest, place: Place, at: datetime) -> dict[str, Any]:
    now = patrol_now(place, at)
    names = {point.checkpoint.code: name_of(point.checkpoint) for point in now.checkpoints}
    sees_ahead = access.allowed(request, "plan-patrols", place)
    people = Names(request)
    planless = now.shift is not None and not now.planned
    called = names_of(place)
    met = {point.checkpoint.code for point in now.checkpoints if point.scanned}
    plans = plans_in_force(place, at, now.account.subject)
    lost = [(plan, still_lost(plan, called, at, met)) for plan in plans]
    may_plan = place.closed_at is None and sees_ahead
    return (
        (standing_of(place, at) if planless else {})
        | (set_up_context(place, at) if may_plan else {})
        | {
            "lost": [(plan, says) for plan, says in lost if says],
            "duties": _duty_tiles(now, at),
            "more_guards": MORE_GUARDS,
            "patrol": now,
            "level": now.account.derived.posture,
            "beats": [
                _beat_row(beat, place, names, people, is_planned=now.planned > 0) for beat in now.beats
            ],
            "sees_ahead": sees_ahead,
            "picture": _picture(now, names, at, sees_ahead=sees_ahead),
            "legend": [(leg_mark(state), LEG_WORDS[state]) for state in LEG_WORDS],
            "passed_over": [PassedOver(visit, reason_words(visit.reason)) for visit in now.passed_over],
            "calls": now.calls,
            "may_answer": access.allowed(request, "answer-help", place),
            "unscanned": sum(point.scanned is False for point in now.checkpoints),
            "points": _points(now.checkpoints),
        }
    )


def _duty_tiles(now: PatrolNow, at: datetime) -> list[DutyTile]:
    """How each duty to scan stands, and by which window: one that is over and was missed goes beside the open one."""
    tiles = []
    opened = {state.duty.id: state for state in now.open_now}
    for state in now.duties:
        current = opened.get(state.duty.id)
        tiles.append(_duty_tile(state, at))
        if current is not None and current.window.start != state.window.start:
            tiles.append(_duty_tile(current, at))
    return tiles


def _duty_tile(state: WindowState, at: datetime) -> DutyTile:
    start, end = state.window.start, state.window.end
    if end is None:
        return DutyTile(state, "")
    span = {"from": f"{timezone.localtime(start):%H:%M}", "until": f"{timezone.localtime(end):%H:%M}"}
    words = _("Window %(from)s–%(until)s, over") if end <= at else _("Window %(from)s–%(until)s, open")
    return DutyTile(state, words % span)


def _points(points: tuple[CheckpointNow, ...]) -> list[tuple[CheckpointNow, str]]:
    """Each checkpoint with the word for its state: scanned in the window that is open, or still due."""
    words = {True: "recorded", False: "due", None: ""}
    return [(point, words[point.scanned]) for point in points]


def _beat_row(
    beat: BeatNow, place: Place, names: dict[str, str], people: Names, *, is_planned: bool
) -> BeatRow:
    following = beat.next
    is_spare = beat.beat is None or beat.beat.spare
    expected = beat.line.guard if beat.line else None
    return BeatRow(
        now=beat,
        guard=people.of(expected, place) if expected and not beat.walks else "",
        rounds=tuple(_round_row(one, place, people) for one in beat.walks),
        late=tuple((names.get(leg.leg.checkpoint, leg.leg.checkpoint), leg) for leg in beat.late),
        next_name=names.get(following.leg.checkpoint, following.leg.checkpoint) if following else "",
        is_taken_over=is_planned and not beat.legs and not is_spare,
    )


def _round_row(now: WalkNow, place: Place, people: Names) -> RoundRow:
    walk = now.walk
    named = walk.guard is not None and not people.hides(walk.guard, place.code)
    return RoundRow(
        walk=walk,
        guard=str(walk.guard) if named else walk.alias,
        last=now.last,
        early=reason_words(walk.early_reason) if walk.early_reason else "",
    )


def _picture(now: PatrolNow, names: dict[str, str], at: datetime, *, sees_ahead: bool) -> SafeString | str:
    if now.shift is None or not now.planned:
        return ""
    rows = [
        ShiftRow(
            name_of(beat.beat),
            tuple(
                LegMark(leg.leg.at, leg.state, _leg_words(leg, names))
                for leg in beat.legs
                if sees_ahead or leg.state not in ("next", "later")
            ),
        )
        for beat in now.beats
        if beat.beat is not None
    ]
    label = _("%(walked)s of %(planned)s legs walked, %(late)s late") % {
        "walked": now.walked,
        "planned": now.planned,
        "late": now.late,
    }
    zone: Any = timezone.get_default_timezone()
    return shift_picture(rows, now.shift.start, now.shift.end, at, label=label, zone=zone)


def _leg_words(leg: LegStanding, names: dict[str, str]) -> str:
    words = [names.get(leg.leg.checkpoint, leg.leg.checkpoint), exact(leg.leg.at), str(LEG_WORDS[leg.state])]
    if leg.visit is not None:
        words.append(exact(leg.visit.at))
    return " · ".join(words)


def _steady(inside: str) -> str:
    """The part without what changes with every draw, such as the token of its forms."""
    return "".join(line for line in inside.splitlines() if "csrfmiddlewaretoken" not in line)


addresses = [
    path("patrols/", patrols, name="patrols"),
    path("places/<str:code>/patrols/", place_patrols, name="place-patrols"),
    path("places/<str:code>/patrols/live/", place_patrols_live, name="place-patrols-live"),
    path("help-calls/<uuid:call_id>/take/", help_call_take, name="help-call-take"),
    path("help-calls/<uuid:call_id>/close/", help_call_close, name="help-call-close"),
]
