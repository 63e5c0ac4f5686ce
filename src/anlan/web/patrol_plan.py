"""The plan of patrols: drawn for the coming weeks with one click, looked at shift by shift, never as a whole week."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.patrol_jobs import plan_later
from anlan.actions.patrol_now import plan_now, unplanned_now
from anlan.actions.patrol_planning import Planned
from anlan.engine.policy import Level
from anlan.models import Place
from anlan.queries.patrol_planning import Planned as Ahead
from anlan.queries.patrol_planning import PlanningJob, latest_jobs, planned_ahead
from anlan.queries.patrol_plans import beats_of, names_of, rosters_between
from anlan.queries.reach import within
from anlan.web import access, clock
from anlan.web.patrol_frame import patrol_frame
from anlan.web.patrol_lost import still_lost
from anlan.web.patrol_outlook import LevelOutlook, ShiftOutlook, drawing, outlook
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of, say

WEEKS: Final = 4
DAYS: Final = 7 * WEEKS
SHOWN_DAYS: Final = 7
FURTHEST: Final = timedelta(days=366)

STATE_WORDS: Final[dict[str, tuple[Any, str, str]]] = {
    "drawn": (gettext_lazy("drawn"), "good", "circle-check"),
    "short": (gettext_lazy("drawn, not every window"), "warn", "user-exclamation"),
    "over": (gettext_lazy("over"), "neutral", "history"),
    "stale": (gettext_lazy("to be drawn anew"), "warn", "refresh"),
    "open": (gettext_lazy("not planned yet"), "neutral", "circle-dashed"),
    "nothing-owed": (gettext_lazy("no rounds owed"), "neutral", "circle-minus"),
    "infeasible": (gettext_lazy("not possible"), "bad", "user-exclamation"),
    "unwalked": (gettext_lazy("not possible"), "bad", "route-off"),
    "no-guards": (gettext_lazy("not possible"), "bad", "user-off"),
}
"""What the state of a level is called, with tone and icon."""

CAUSE_WORDS: Final[dict[str, Any]] = {
    "planned": gettext_lazy("regular planning"),
    "posture": gettext_lazy("the level changed"),
    "guard-out": gettext_lazy("a guard fell out"),
    "checkpoint": gettext_lazy("a checkpoint was opened or closed"),
}

MORE_GUARDS: Final = gettext_lazy(
    "Put one more guard on this beat, set up a spare beat, or share its checkpoints out."
)
TO_DO: Final[dict[str, Any]] = {
    "infeasible": MORE_GUARDS,
    "short": MORE_GUARDS,
    "unwalked": gettext_lazy("Put these checkpoints on a beat."),
    "no-guards": gettext_lazy("Set up a beat that is not a spare one."),
    "stale": gettext_lazy("Something changed since it was drawn: plan again."),
}


@dataclass(frozen=True, slots=True)
class LevelRow:
    """A level of a shift in words."""

    look: LevelOutlook
    words: Any
    tone: str
    icon: str
    to_do: Any


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A shift as the table shows it."""

    look: ShiftOutlook
    levels: tuple[LevelRow, ...]
    again: tuple[tuple[Any, str], ...]
    manned: int
    beats: int
    is_on: bool


@access.needs("see-patrols")
@require_safe
def place_patrol_plan(request: HttpRequest, code: str) -> HttpResponse:
    """A week of shifts with the state of their plans."""
    place = access.place_or_404(request, code, "see-patrols")
    at = clock.now()
    today = timezone.localdate(at)
    first = _first_day(request, today)
    looks = [look for look in outlook(place, first, SHOWN_DAYS, at) if first != today or look.shift.end > at]
    if first == today:
        running = [look for look in outlook(place, today - timedelta(days=1), 1, at) if look.shift.end > at]
        looks = running + looks
    context = patrol_frame(request, place, "plan") | standing_of(place, at)
    refused = _refusals(place, looks, at)
    context |= {
        "rows": _rows(place, looks, at),
        "refusals": refused,
        "stale": _stale(looks),
        "first": first,
        "last": first + timedelta(days=SHOWN_DAYS - 1),
        "before": first - timedelta(days=SHOWN_DAYS),
        "after": first + timedelta(days=SHOWN_DAYS),
        "is_present": first == today,
        "weeks": WEEKS,
        "has_beats": bool(beats_of(place, at)),
        "has_shifts": place.shifts.filter(closed_at=None).exists(),
        "unplanned_now": unplanned_now(place, at),
    }
    return page(request, "patrols/plan.html", context)


@access.needs("plan-patrols")
@require_POST
def place_patrol_plan_draw(request: HttpRequest, code: str) -> HttpResponse:
    """Have the coming weeks planned; while that is under way a second click changes nothing."""
    place = access.place_or_404(request, code, "plan-patrols")
    if place.closed_at is None and _plan([place], request):
        messages.success(request, _("The coming %(weeks)s weeks are being planned.") % {"weeks": WEEKS})
    else:
        messages.info(request, _("The plan is being drawn already."))
    return HttpResponseRedirect(reverse("place-patrol-plan", args=[code]))


@access.needs("plan-patrols")
@require_POST
def place_patrol_plan_now(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the rest of the shift that is on, at once; its other levels and the rest of its day follow."""
    place = access.place_or_404(request, code, "plan-patrols")
    at, by = clock.now(), access.user_of(request)
    found = Planned() if place.closed_at else plan_now(place, by=by, at=at)
    if found.drawn:
        messages.success(request, _("The rest of this shift is planned; its other levels follow."))
        if not standing_of(place, at)["is_under_way"]:
            plan_later(place, min(outcome.on for outcome in found.outcomes), 1, by=by)
    elif not found.refused:
        messages.info(request, _("There is nothing to plan now: no shift is on, or it has its plan."))
    for outcome in found.refused:
        if outcome.says is not None:
            messages.warning(request, say(outcome.says))
    return HttpResponseRedirect(reverse("place-patrols", args=[code]))


@access.needs("see-patrols")
@require_safe
def place_patrol_plan_progress(request: HttpRequest, code: str) -> HttpResponse:
    """How far the drawing is; the whole page is turned once it is over."""
    place = access.place_or_404(request, code, "see-patrols")
    standing = standing_of(place, clock.now())
    if not standing["is_under_way"]:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "patrols/_planning.html", standing | {"place": place})


@access.needs("plan-patrols")
@require_safe
def patrol_plans(request: HttpRequest) -> HttpResponse:
    """The places in reach with how far they are planned, and one button for all of them."""
    at = clock.now()
    places = _plannable(request)
    ahead = planned_ahead(places, timezone.localdate(at), DAYS, at)
    jobs = latest_jobs(places)
    places.sort(key=lambda place: (ahead[place.pk].is_whole, name_of(place)))
    rows = [{"place": place, "ahead": ahead[place.pk], "job": jobs.get(place.pk)} for place in places]
    context = {
        "title": _("Plan patrols"),
        "subtitle": _("The coming %(weeks)s weeks") % {"weeks": WEEKS},
        "crumbs": [(_("Patrols"), reverse("patrols"))],
        "rows": rows,
        "shifts": sum(one.shifts for one in ahead.values()),
        "planned": sum(one.planned for one in ahead.values()),
        "under_way": sum(job.is_under_way for job in jobs.values()),
    }
    if request.headers.get("HX-Request") and not context["under_way"]:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return page(request, "patrols/plans.html", context, results="patrols/_plans.html")


@access.needs("plan-patrols")
@require_POST
def patrol_plans_draw(request: HttpRequest) -> HttpResponse:
    """Have every place in reach planned that is not being planned already."""
    count = _plan(_plannable(request), request)
    if count:
        words = ngettext("%(count)s place is being planned.", "%(count)s places are being planned.", count)
        messages.success(request, words % {"count": count})
    else:
        messages.info(request, _("The plan is being drawn already."))
    return HttpResponseRedirect(reverse("patrol-plans"))


def _plannable(request: HttpRequest) -> list[Place]:
    reach = access.request_reach(request, "plan-patrols")
    places = within(reach, Place.objects.filter(closed_at=None, beats__closed_at=None, beats__isnull=False))
    return list(places.select_related("district").distinct().order_by("name_sort", "code"))


def _plan(places: Sequence[Place], request: HttpRequest) -> int:
    """Queue the planning of those places that no job is at; how many."""
    jobs = latest_jobs(places)
    idle = [place for place in places if place.pk not in jobs or not jobs[place.pk].is_under_way]
    today = timezone.localdate(clock.now())
    for place in idle:
        plan_later(place, today, DAYS, by=access.user_of(request))
    return len(idle)


def standing_of(place: Place, at: datetime) -> dict[str, Any]:
    """How far the planning of a place is, and whether the worker is at it."""
    job: PlanningJob | None = latest_jobs([place]).get(place.pk)
    ahead: Ahead = planned_ahead([place], timezone.localdate(at), DAYS, at)[place.pk]
    under_way = job is not None and job.is_under_way
    done = drawing(place, job.first, job.days, at) if job is not None and under_way else None
    return {"job": job, "ahead": ahead, "is_under_way": under_way, "drawing": done}


def _first_day(request: HttpRequest, today: date) -> date:
    try:
        asked = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return today
    return min(max(asked, today - FURTHEST), today + FURTHEST)


def _rows(place: Place, looks: Sequence[ShiftOutlook], at: datetime) -> list[ShiftRow]:
    if not looks:
        return []
    lines = rosters_between(place, looks[0].shift.on, looks[-1].shift.on)
    manned: dict[tuple[str, date], int] = {}
    for line in lines:
        if line.beat_id and line.guard_id:
            manned[line.shift.code, line.on] = manned.get((line.shift.code, line.on), 0) + 1
    beats = sum(not beat.spare for beat in beats_of(place, at))
    return [
        ShiftRow(
            look=look,
            levels=tuple(_level_row(level) for level in look.levels),
            again=tuple((plan, str(CAUSE_WORDS.get(plan.cause, plan.cause))) for plan in look.again),
            manned=manned.get((look.shift.shift.code, look.shift.on), 0),
            beats=beats,
            is_on=look.shift.runs_at(at),
        )
        for look in looks
    ]


def _level_row(look: LevelOutlook) -> LevelRow:
    words, tone, icon = STATE_WORDS[look.state]
    return LevelRow(look, words, tone, icon, TO_DO.get(look.state, ""))


def _stale(looks: Sequence[ShiftOutlook]) -> list[dict[str, Any]]:
    """What changed since plans were drawn, once for each change, with how many plans it is about."""
    counts = Counter(level.changed for look in looks for level in look.levels if level.state == "stale")
    return [{"changed": changed, "count": count} for changed, count in counts.most_common()]


def _refusals(place: Place, looks: Sequence[ShiftOutlook], at: datetime) -> list[dict[str, Any]]:
    """What cannot be kept, once for each reason, with the levels and the first shift it is about."""
    found: dict[str, dict[str, Any]] = {}
    names = names_of(place)
    for look in looks:
        said = [
            (level.level, level.says, level.state, level.plan) for level in look.levels if level.is_refused
        ]
        said += [(cast("Level", plan.level), still_lost(plan, names, at), "short", plan) for plan in look.again[-1:]
                 if look.shift.end > at]  # fmt: skip
        for level, says, state, plan in said:
            if says is None:
                continue
            row = found.setdefault(
                says.en,
                {"says": says, "levels": list[Level](), "shifts": set[str](), "to_do": TO_DO[state],
                 "is_walked": state == "short", "plan": plan,
                 "first": f"{name_of(look.shift.shift)} · {exact(look.shift.start)}"},
            )  # fmt: skip
            if level not in row["levels"]:
                row["levels"].append(level)
            row["shifts"].add(name_of(look.shift.shift))
    return [row | {"shifts": sorted(row["shifts"])} for row in found.values()]


addresses = [
    path("patrols/plan/", patrol_plans, name="patrol-plans"),
    path("patrols/plan/draw/", patrol_plans_draw, name="patrol-plans-draw"),
    path("places/<str:code>/patrols/plan/", place_patrol_plan, name="place-patrol-plan"),
    path("places/<str:code>/patrols/plan/draw/", place_patrol_plan_draw, name="place-patrol-plan-draw"),
    path("places/<str:code>/patrols/plan/now/", place_patrol_plan_now, name="place-patrol-plan-now"),
    path(
        "places/<str:code>/patrols/plan/progress/",
        place_patrol_plan_progress,
        name="place-patrol-plan-progress",
    ),
]
