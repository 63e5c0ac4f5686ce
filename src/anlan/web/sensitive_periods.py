"""Sensitive periods: the calendar of a year, one period, and entering, changing, adopting and withdrawing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions.sensitive_periods import (
    Obstacle,
    PeriodRefusedError,
    add_period,
    adopt_period,
    withdraw_period,
)
from anlan.engine.access import Action
from anlan.engine.policy import Text
from anlan.engine.sensitive_periods import Days, State, days_of, next_days, period_state
from anlan.models import SensitivePeriod
from anlan.queries.duties import basis
from anlan.queries.sensitive_periods import codes_of_period, periods, periods_of_year
from anlan.queries.vocabulary import Words, words
from anlan.queries.warnings import codes_within
from anlan.queries.warnings_shown import codes_reached, outside
from anlan.web import access, clock
from anlan.web.moments import FIRST_YEAR, LAST_YEAR
from anlan.web.people_words import Names
from anlan.web.sensitive_periods_form import PeriodForm, initial_of
from anlan.web.shell import page
from anlan.web.templatetags.words import say
from anlan.web.warnings_draft import criteria_at
from anlan.web.warnings_rows import may_issue_at
from anlan.web.warnings_words import OBSTACLES as WARNING_OBSTACLES
from anlan.web.warnings_words import Said, area_words

STATES: Final[dict[State, tuple[Said, str, str]]] = {
    "proposed": (gettext_lazy("Waits for a second person"), "warn", "user-question"),
    "coming": (gettext_lazy("Begins later"), "info", "calendar"),
    "in-force": (gettext_lazy("On now"), "bad", "speakerphone"),
    "over": (gettext_lazy("Over"), "neutral", "clock-off"),
    "replaced": (gettext_lazy("Changed"), "neutral", "replace"),
    "withdrawn": (gettext_lazy("Withdrawn"), "neutral", "file-off"),
}
OBSTACLES: Final[dict[Obstacle, Said]] = {
    "not-open": gettext_lazy("Somebody else was quicker. Open the period again to see how it stands."),
    "same-person": gettext_lazy("The second person must be somebody else than who entered the period."),
    "no-places": WARNING_OBSTACLES["no-places"],
    "over": gettext_lazy("These days have passed. State days to come."),
    "begun": gettext_lazy("This period is on. Withdraw it, or issue a warning for what has changed."),
    "no-reason": WARNING_OBSTACLES["no-reason"],
}
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """Days of a period in the strip of a year, counted from 1 January."""

    x: int
    width: int


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """A period as pages show it."""

    period: SensitivePeriod
    state: State
    days: Sequence[Days]
    next: Days | None
    area: Sequence[str]
    bars: Sequence[Bar] = ()

    @property
    def name(self) -> Text:
        return Text(self.period.name_zh, self.period.name_en or self.period.name_zh)

    @property
    def badge(self) -> tuple[Said, str, str]:
        return STATES[self.state]

    @property
    def is_open(self) -> bool:
        return self.state in ("proposed", "coming", "in-force")


@access.needs("see-warnings")
@require_safe
def periods_page(request: HttpRequest) -> HttpResponse:
    """The sensitive periods of a year: a list, and a strip of the months."""
    at = clock.now()
    today = timezone.localtime(at).date()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else today.year
    year = min(max(year, FIRST_YEAR), LAST_YEAR)
    known = words(at)
    may_issue = access.allowed(request, "issue-warnings")
    found = [
        row
        for row in periods_of_year(year)
        if (row.adopted_at or may_issue) and _is_seen(request, row, "see-warnings", at)
    ]
    context = {
        "title": _("Sensitive periods"),
        "subtitle": _("Days known beforehand on which a level is in force by itself"),
        "crumbs": [(_("Warnings"), reverse("warnings"))],
        "year": year,
        "years": (year - 1, year + 1),
        "days_in_year": _days_in(year),
        "months": [Bar((date(year, month, 1) - date(year, 1, 1)).days, 1) for month in range(1, 13)],
        "month_names": [date(year, month, 1) for month in range(1, 13)],
        "today_x": (today - date(year, 1, 1)).days if today.year == year else None,
        "rows": [_row(row, known, at, year) for row in found],
        "may_issue": may_issue,
    }
    return page(request, "periods/list.html", context)


@access.needs("see-warnings")
@require_safe
def period(request: HttpRequest, period_id: UUID) -> HttpResponse:
    """One period: what it states, its days, and the steps that it can take."""
    return _period_page(request, period_or_404(request, period_id, "see-warnings", clock.now()))


@access.needs("issue-warnings")
@require_http_methods(["GET", "HEAD", "POST"])
def period_new(request: HttpRequest) -> HttpResponse:
    """Enter a period."""
    return _entered(request, None)


@access.needs("issue-warnings")
@require_http_methods(["GET", "HEAD", "POST"])
def period_change(request: HttpRequest, period_id: UUID) -> HttpResponse:
    """Change a period that has not begun; what it was stays on record."""
    at = clock.now()
    old = period_or_404(request, period_id, "issue-warnings", at)
    state = period_state(old, at, basis().zone)
    if state != "coming":
        messages.error(request, str(OBSTACLES["begun" if state == "in-force" else "not-open"]))
        return HttpResponseRedirect(reverse("period", args=[old.pk]))
    waiting = SensitivePeriod.objects.filter(replaces=old).first()
    if waiting is not None:
        messages.info(request, _("A change of this period waits already; here it is."))
        return HttpResponseRedirect(reverse("period", args=[waiting.pk]))
    return _entered(request, old)


@access.needs("issue-warnings")
@require_POST
def period_act(request: HttpRequest, period_id: UUID, act: str) -> HttpResponse:
    """Adopt a period as the second person, or withdraw it with a reason."""
    at, by = clock.now(), access.user_of(request)
    if act not in ("adopt", "withdraw"):
        raise Http404
    found = period_or_404(request, period_id, "issue-warnings", at)
    if not may_issue_at(request, codes_of_period(found, at)):
        raise PermissionDenied
    try:
        if act == "adopt":
            adopt_period(found, by=by, at=at)
            messages.success(request, _("Adopted. The level comes into force by itself on these days."))
        else:
            withdraw_period(found, reason=request.POST.get("reason", "").strip()[:500], by=by, at=at)
            messages.success(request, _("Withdrawn."))
    except PeriodRefusedError as refused:
        messages.error(request, str(OBSTACLES[refused.obstacle]))
    return HttpResponseRedirect(reverse("period", args=[found.pk]))


def _entered(request: HttpRequest, old: SensitivePeriod | None) -> HttpResponse:
    """The form of a new period, or of one that changes `old`; sent, it is kept."""
    at = clock.now()
    known, today = words(at), timezone.localtime(at).date()
    if request.method != "POST":
        initial = initial_of(old, today) if old else _first(request)
        form = PeriodForm(None, known, today=today, is_change=old is not None, initial=initial)
        return _form_page(request, form, known, at, old)
    form = PeriodForm(request.POST, known, today=today, is_change=old is not None)
    if not form.is_valid() or not _is_covered(request, form, at):
        return _form_page(request, form, known, at, old, status=422)
    try:
        kept = add_period(form.draft(), by=access.user_of(request), at=at, replaces=old)
    except PeriodRefusedError as refused:
        form.add_error(None, str(OBSTACLES[refused.obstacle]))
        return _form_page(request, form, known, at, old, status=422)
    if kept.adopted_at is not None:
        messages.success(request, _("Adopted. The level comes into force by itself on these days."))
    else:
        messages.success(
            request, _("Entered. Ask a second person to adopt it; until then it changes nothing.")
        )
    return HttpResponseRedirect(reverse("period", args=[kept.pk]))


def _form_page(
    request: HttpRequest,
    form: PeriodForm,
    known: Words,
    at: datetime,
    old: SensitivePeriod | None,
    *,
    status: int = 200,
) -> HttpResponse:
    crumbs = [(_("Warnings"), reverse("warnings")), (_("Sensitive periods"), reverse("periods"))]
    context = {
        "title": _("Change the period") if old else _("New sensitive period"),
        "subtitle": _("The level comes into force and falls back by itself, on whole days."),
        "crumbs": crumbs,
        "form": form,
        "criteria": criteria_at(known, at),
        "old": old,
        "cancel": reverse("period", args=[old.pk]) if old else reverse("periods"),
    }
    return page(request, "periods/form.html", context, status=status)


def _period_page(request: HttpRequest, found: SensitivePeriod) -> HttpResponse:
    at = clock.now()
    row = _row(found, words(at), at)
    codes = codes_of_period(found, at)
    names = Names(request)
    may_issue = may_issue_at(request, codes)
    steps = [
        (found.entered_at, found.entered_by, _("Entered"), "file-alert", found.reason),
        (found.adopted_at, found.adopted_by, _("Adopted"), "checks", ""),
        (found.withdrawn_at, found.withdrawn_by, row.badge[0], "file-off", found.withdrawal_reason),
    ]
    change = SensitivePeriod.objects.filter(replaces=found).first()
    context = {
        "title": say(row.name),
        "subtitle": "",
        "crumbs": [(_("Warnings"), reverse("warnings")), (_("Sensitive periods"), reverse("periods"))],
        "row": row,
        "period": found,
        "places": len(codes),
        "change": change if change and (change.adopted_at or may_issue) else None,
        "may_issue": may_issue,
        "is_same_person": request.user.pk == found.entered_by_id,
        "people": [
            {"at": when, "title": said, "by": names.of(who) if who else "", "icon": icon, "text": text}
            for when, who, said, icon, text in steps
            if when is not None
        ],
    }
    return page(request, "periods/period.html", context)


def _first(request: HttpRequest) -> dict[str, Any]:
    """How an empty form begins: yellow, in the whole reach of the asker."""
    reach = access.request_reach(request, "issue-warnings")
    if reach.everywhere:
        return {"level": "yellow", "scope": "city"}
    return {
        "level": "yellow",
        "scope": "chosen",
        "districts": sorted(reach.districts),
        "places": "\n".join(reach.places),
    }


def _row(found: SensitivePeriod, known: Words, at: datetime, year: int | None = None) -> PeriodRow:
    zone = basis().zone
    replaced = bool(getattr(found, "is_replaced", False))
    days = days_of(found.spans)
    state = period_state(found, at, zone, replaced=replaced)
    return PeriodRow(
        period=found,
        state=state,
        days=days,
        next=next_days(found.spans, at, zone) if state != "withdrawn" else None,
        area=area_words(found.area, found.tiers, known),
        bars=[bar for one in days if year and (bar := _bar(one, year))],
    )


def _bar(days: Days, year: int) -> Bar | None:
    begins, ends = date(year, 1, 1), date(year, 12, 31)
    first, last = max(days.first, begins), min(days.last, ends)
    return Bar((first - begins).days, (last - first).days + 1) if first <= last else None


def _days_in(year: int) -> int:
    return (date(year, 12, 31) - date(year, 1, 1) + _A_DAY).days


def period_or_404(request: HttpRequest, period_id: UUID, action: Action, at: datetime) -> SensitivePeriod:
    """A period that bears on the asker's places; what is not adopted is the issuers'."""
    found = periods().filter(pk=period_id).first()
    if found is None or not _is_seen(request, found, action, at):
        raise Http404
    if found.adopted_at is None and not access.allowed(request, "issue-warnings"):
        raise Http404
    return found


def _is_seen(request: HttpRequest, found: SensitivePeriod, action: Action, at: datetime) -> bool:
    reached = codes_reached(access.request_reach(request, action))
    if reached is None or found.entered_by == request.user:
        return True
    codes = codes_of_period(found, at)
    beyond = outside(codes, reached)
    return beyond == 0 if action == "issue-warnings" else beyond < len(codes)


def _is_covered(request: HttpRequest, form: PeriodForm, at: datetime) -> bool:
    codes = codes_within(form.area, form.tiers_chosen, at)
    if not codes:
        form.add_error("scope", str(OBSTACLES["no-places"]))
    elif not may_issue_at(request, codes):
        form.add_error(
            "scope", _("Some of these places are not yours to warn. Choose your own districts or places.")
        )
    return not form.errors


addresses = [
    path("warnings/periods/", periods_page, name="periods"),
    path("warnings/periods/new/", period_new, name="period-new"),
    path("warnings/periods/<uuid:period_id>/", period, name="period"),
    path("warnings/periods/<uuid:period_id>/change/", period_change, name="period-change"),
    path("warnings/periods/<uuid:period_id>/steps/<slug:act>/", period_act, name="period-act"),
]
