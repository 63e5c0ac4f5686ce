"""A place's rounds over a month against the cadence in force at each moment, and a shift walked again."""

from datetime import date, datetime, time, timedelta
from math import cos, radians
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from anlan.actions.patrol_review import end_walk
from anlan.models import Checkpoint, Place, Visit, Walk
from anlan.queries.patrol_live import LONGEST_WALK
from anlan.queries.patrol_month import MonthOfRounds, month_of_rounds, walks_between
from anlan.queries.patrol_replay import Step, StepKind, steps_of
from anlan.web import access, clock
from anlan.web.patrol_app.words import FLAG_WORDS, reason_words
from anlan.web.patrol_frame import form_frame, patrol_frame
from anlan.web.patrol_pictures import Span, levels_of, month_picture
from anlan.web.shell import page
from anlan.web.templatetags.looks import STATES
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of, say

WAYS = {
    "qr": gettext_lazy("scanned"),
    "nfc": gettext_lazy("tag"),
    "typed": gettext_lazy("typed"),
    "link": gettext_lazy("any camera"),
}
STEP_WORDS: Final[dict[StepKind, Any]] = {
    "scanned": gettext_lazy("scanned"),
    "passed-over": gettext_lazy("passed over with a reason"),
    "not-walked": gettext_lazy("planned and not walked"),
}
EARLIEST = date(2000, 1, 1)


class EndForm(forms.Form):
    """Why a round is ended by somebody who does not walk it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Such as: phone lost, guard taken ill. The journal keeps it."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@access.needs("see-patrols")
@require_safe
def place_patrol_month(request: HttpRequest, code: str) -> HttpResponse:
    """Every window of a month and what became of it."""
    place = access.place_or_404(request, code, "see-patrols")
    now = clock.now()
    today = timezone.localdate(now)
    first, problem = _month(request.GET.get("month", ""), today)
    month = month_of_rounds(place, first, now)
    start = timezone.make_aware(datetime.combine(month.first, time()))
    end = timezone.make_aware(datetime.combine(month.last + timedelta(days=1), time()))
    context = patrol_frame(request, place, "month") | {
        "month": month,
        "problem": problem,
        "before": f"{(first - timedelta(days=1)):%Y-%m}",
        "after": f"{month.last + timedelta(days=1):%Y-%m}" if month.last < today else "",
        "named": f"{first:%Y-%m}",
        "picture": _picture(month, now) if month.windows else "",
        "legend": [(state, look.words) for state, look in STATES.items() if state != "upcoming"],
        "walks": list(walks_between(place, start, end)[:60]),
        "silent_before": now - LONGEST_WALK,
    }
    return page(request, "patrols/month.html", context, status=400 if problem else 200)


@access.needs("see-patrols")
@require_safe
def place_walk(request: HttpRequest, code: str, walk_id: UUID) -> HttpResponse:
    """A walk again, visit by visit, without a name."""
    place = access.place_or_404(request, code, "see-patrols")
    walk = Walk.objects.select_related("place", "beat", "plan__shift").filter(pk=walk_id, place=place).first()
    if walk is None:
        raise Http404
    now = clock.now()
    steps = steps_of(walk, now)
    title = _("Round of %(day)s") % {"day": f"{timezone.localtime(walk.started_at):%Y-%m-%d %H:%M}"}
    context = patrol_frame(request, place, "month", title) | {
        "walk": walk,
        "early": reason_words(walk.early_reason) if walk.early_reason else "",
        "steps": [_step_row(step) for step in steps],
        "sketch": _sketch(place, steps),
        "kinds": [
            (kind, words) for kind, words in STEP_WORDS.items() if any(step.kind == kind for step in steps)
        ],
        "back": reverse("place-patrol-month", args=[code]),
        "is_silent": walk.ended_at is None and walk.started_at < now - LONGEST_WALK,
        "may_end": walk.ended_at is None and access.allowed(request, "review-patrols", place),
    }
    return page(request, "patrols/walk.html", context)


@access.needs("review-patrols")
@require_http_methods(["GET", "HEAD", "POST"])
def place_walk_end(request: HttpRequest, code: str, walk_id: UUID) -> HttpResponse:
    """End a round whose phone is lost or whose guard is gone."""
    place = access.place_or_404(request, code, "review-patrols")
    walk = Walk.objects.select_related("place").filter(pk=walk_id, place=place).first()
    if walk is None:
        raise Http404
    back = reverse("place-walk", args=[code, walk.pk])
    if walk.ended_at is not None:
        messages.info(request, _("This round has ended already."))
        return HttpResponseRedirect(back)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        end_walk(walk, reason=form.cleaned_data["reason"], by=access.user_of(request), at=clock.now())
        messages.success(request, _("The round is ended. What its phone still sends is kept."))
        return HttpResponseRedirect(back)
    title = _("End the round of %(alias)s") % {"alias": walk.alias}
    context = form_frame(place, title, back) | {
        "form": form,
        "danger": _("End the round"),
        "note": _(
            "For a phone that is lost or dead, or a guard who is gone. What was sent stays; what the phone "
            "still sends later comes in and counts from the time it was made. A guard who is out there walking "
            "goes on as before. To have the rest of the shift walked by others, let the guard fall out on the roster."
        ),
    }
    return page(request, "patrols/beat.html", context, status=422 if form.errors else 200)


def _month(asked: str, today: date) -> tuple[date, str]:
    """The first day of the month in the address, this month when there is none or it cannot be read."""
    this = today.replace(day=1)
    if not asked:
        return this, ""
    try:
        first = date.fromisoformat(f"{asked}-01")
    except ValueError:
        return this, _("A month is written like 2026-11; this month is shown.")
    if not EARLIEST <= first <= this:
        return this, _("There is nothing to show for that month yet; this month is shown.")
    return first, ""


def _picture(month: MonthOfRounds, now: datetime) -> Any:
    spans = [
        Span(
            state.window.start,
            min(state.window.end or now, now),
            state.state,
            f"{say(state.duty.rule.title)} · {exact(state.window.start)} – "
            f"{timezone.localtime(state.window.end or now):%H:%M} · {STATES[state.state].words}"
            + (f" · {state.done}/{state.of}" if state.of else ""),
        )
        for state in month.windows
    ]
    label = _("%(kept)s of %(owed)s windows kept in time, %(late)s late, %(missed)s missed") % {
        "kept": month.kept,
        "owed": month.owed,
        "late": month.late,
        "missed": month.missed,
    }
    zone: Any = timezone.get_default_timezone()
    last = min(month.last, timezone.localdate(now))
    return month_picture(spans, levels_of(month.levels, now), month.first, last, label=label, zone=zone)


def _step_row(step: Step) -> dict[str, Any]:
    return {"step": step, "words": STEP_WORDS[step.kind], **(_visit_row(step.visit) if step.visit else {})}


def _visit_row(visit: Visit) -> dict[str, Any]:
    return {
        "visit": visit,
        "way": WAYS.get(visit.way, ""),
        "reason": reason_words(visit.reason) if visit.reason else "",
        "flags": [FLAG_WORDS[flag] for flag in visit.flags if flag in FLAG_WORDS],
        "late": visit.received_at - visit.effective_at > timedelta(minutes=5),
    }


def _sketch(place: Place, steps: list[Step]) -> dict[str, Any] | None:
    """The checkpoints where they lie, as a drawing of 100 by 60, and the order in which they were visited."""
    points = list(
        Checkpoint.objects.filter(place=place, longitude__isnull=False, latitude__isnull=False).order_by(
            "order"
        )
    )
    seen = {step.checkpoint.pk for step in steps if step.checkpoint}
    points = [point for point in points if point.closed_at is None or point.pk in seen]
    if len(points) < 2:
        return None
    wide = cos(radians(points[0].latitude or 0))
    wests = [(point.longitude or 0) * wide for point in points]
    souths = [point.latitude or 0 for point in points]
    across = max(max(wests) - min(wests), (max(souths) - min(souths)) * 1.85, 1e-6)
    placed = {
        point.pk: (
            round(8 + 84 * ((point.longitude or 0) * wide - min(wests)) / across, 1),
            round(50 - 84 * ((point.latitude or 0) - min(souths)) / across, 1),
        )
        for point in points
    }
    return {
        "points": [(point, *placed[point.pk]) for point in points],
        "steps": [
            {
                "kind": step.kind,
                "words": _step_words(step),
                "spot": placed.get(step.checkpoint.pk) if step.checkpoint else None,
            }
            for step in steps
        ],
    }


def _step_words(step: Step) -> str:
    """When, where, and, where nothing was scanned, what was instead."""
    words = [exact(step.at), name_of(step.checkpoint) if step.checkpoint else _("Checkpoint not known")]
    if step.kind != "scanned":
        words.append(str(STEP_WORDS[step.kind]))
    if step.visit is not None and step.visit.reason:
        words.append(reason_words(step.visit.reason))
    return " · ".join(words)


addresses = [
    path("places/<str:code>/patrols/month/", place_patrol_month, name="place-patrol-month"),
    path("places/<str:code>/patrols/walks/<uuid:walk_id>/", place_walk, name="place-walk"),
    path("places/<str:code>/patrols/walks/<uuid:walk_id>/end/", place_walk_end, name="place-walk-end"),
]
