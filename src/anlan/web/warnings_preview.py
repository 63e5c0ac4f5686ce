"""What a level would change in an area, shown beside a form and before somebody confirms."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from anlan.engine.areas import Area, area_read
from anlan.engine.policy import Level, Scheme, Text
from anlan.engine.sensitive_periods import next_days
from anlan.models import SensitivePeriod
from anlan.queries.contact_tests import dead_places
from anlan.queries.vocabulary import Words, words
from anlan.queries.warnings import DutyShift, Preview, codes_within, preview
from anlan.queries.warnings_shown import codes_reached, outside
from anlan.web import access, clock
from anlan.web.sensitive_periods import period_or_404
from anlan.web.warnings import notice_or_404
from anlan.web.warnings_form import WarningForm, WhereForm
from anlan.web.warnings_words import tier_titles


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One duty that a level changes, in words."""

    shift: DutyShift
    scheme: Scheme | None

    @property
    def only_more(self) -> bool:
        """Whether nothing but the quantity changes: how many it is then differs from place to place."""
        before, after = self.shift.before, self.shift.after
        return (
            before is not None
            and after is not None
            and before.cadence == after.cadence
            and bool(self.shift.more)
        )

    @property
    def more_words(self) -> str:
        return f"{self.shift.more:+g}"

    @property
    def unit(self) -> Text | str:
        known = self.scheme.terms.get("units", {}).get(self.shift.duty.unit) if self.scheme else None
        return known.title if known else self.shift.duty.unit


@dataclass(frozen=True, slots=True)
class TierGroup:
    """What changes at the places of one tier, and what it costs for `hours`."""

    tier: str
    title: Text | None
    places: int
    shifts: list[ShiftRow]
    guards: float
    hours: float

    @property
    def people(self) -> int:
        return round(self.guards)

    @property
    def guard_hours(self) -> int:
        return round(round(self.guards) * self.hours)


@access.needs("issue-warnings")
@require_safe
def warning_preview(request: HttpRequest) -> HttpResponse:
    """What the level would change in the area that the form states now."""
    at = clock.now()
    known = words(at)
    if request.GET.get("of"):
        return _preview_of(request, known, at)
    if request.GET.get("period"):
        return _preview_of_period(request, known, at)
    form = WhereForm(request.GET, known)
    context: dict[str, Any] = {"form": form, "is_said": False}
    if form.is_valid():
        tiers = form.tiers_chosen
        found = preview(form.area, tiers, form.level_chosen, at)
        reached = codes_reached(access.request_reach(request, "issue-warnings"))
        beyond = 0 if reached is None else outside(codes_within(form.area, tiers, at), reached)
        hours = _hours(request, at)
        context |= preview_context(found, known, hours) | {
            "is_said": True,
            "level": form.level_chosen,
            "outside": beyond,
            "unreached": _unreached(form.area, tiers, at),
            "hours": hours,
        }
        context["guard_hours"] = round(round(found.guards) * hours) if hours else None
    return render(request, "warnings/_preview.html", context)


def _preview_of(request: HttpRequest, known: Words, at: datetime) -> HttpResponse:
    """What a draft would change if it were issued now; the second person reads it before confirming."""
    try:
        notice = notice_or_404(request, UUID(request.GET["of"]), "issue-warnings", at)
    except ValueError:
        raise Http404 from None
    level = cast("Level", notice.level)
    found = preview(area_read(notice.area), tuple(notice.tiers), level, at, without=notice.replaces)
    hours = max((notice.expected_end - max(notice.start or at, at)) / timedelta(hours=1), 0)
    context = preview_context(found, known, hours)
    context |= {"is_said": True, "level": level, "hours": round(hours, 1)}
    context["unreached"] = _unreached(area_read(notice.area), tuple(notice.tiers), at)
    context["guard_hours"] = round(round(found.guards) * hours)
    return render(request, "warnings/_preview.html", context)


def _unreached(area: Area, tiers: Collection[str], at: datetime) -> int:
    """At how many of the places an address did not take the last test."""
    dead = dead_places()
    return len(dead.intersection(codes_within(area, tiers, at))) if dead else 0


def _preview_of_period(request: HttpRequest, known: Words, at: datetime) -> HttpResponse:
    """What the level of a sensitive period would change when it begins, as far as is known now."""
    try:
        period = period_or_404(request, UUID(request.GET["period"]), "issue-warnings", at)
    except ValueError:
        raise Http404 from None
    level = cast("Level", period.level)
    found = preview(area_read(period.area), tuple(period.tiers), level, at, when=_begins(period, at))
    context = preview_context(found, known) | {"is_said": True, "level": level}
    return render(request, "warnings/_preview.html", context)


def _begins(period: SensitivePeriod, at: datetime) -> datetime:
    """The first moment of its next days; this one if it is on."""
    zone = ZoneInfo(timezone.get_default_timezone_name())
    days = next_days(period.spans, at, zone)
    return max(days.moments(zone)[0], at) if days else at


def preview_context(found: Preview, known: Words, hours: float | None = None) -> dict[str, Any]:
    """The shifts under their tiers, in the order of the tiers."""
    schemes = {scheme.id: scheme for scheme in known.schemes}
    titles = tier_titles(known)
    counts = dict(found.tiers)
    rows: dict[str, list[ShiftRow]] = {tier: [] for tier in counts}
    for shift in found.shifts:
        rows.setdefault(shift.tier, []).append(ShiftRow(shift, schemes.get(shift.duty.scheme)))
    groups = [
        TierGroup(
            tier=tier.partition(":")[2],
            title=titles.get(tier),
            places=counts.get(tier, 0),
            shifts=shifts,
            guards=found.guards_of.get(tier, 0.0),
            hours=hours or 0.0,
        )
        for tier, shifts in sorted(rows.items())
    ]
    return {"preview": found, "groups": groups, "sampled": found.worked_out < found.places}


def _hours(request: HttpRequest, at: datetime) -> float | None:
    """How long the warning would last by what the form says, in hours."""
    form = WarningForm(request.GET, words(at), at=at)
    form.is_valid()
    end = form.cleaned_data.get("expected_end")
    if end is None:
        return None
    begins = max(form.cleaned_data.get("start") or at, at)
    return round((end - begins) / timedelta(hours=1), 1) or None


addresses = [path("warnings/preview/", warning_preview, name="warning-preview")]
