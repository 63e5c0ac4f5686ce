"""A draft of a warning out of a signal: where, what kind, and in whose words."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.utils import timezone

from anlan.engine.areas import Area, Circle, area_read
from anlan.models import Signal
from anlan.queries.signals import one_signal
from anlan.queries.vocabulary import Words
from anlan.web import access
from anlan.web.warnings_form import where_of

LEAST_RADIUS_M = 200
"""Around a point that nobody gave a radius."""

LONGEST_MATTERS = 2000


def signal_asked(request: HttpRequest) -> Signal | None:
    """The signal that a new warning is to be drafted from, if the address names one within reach."""
    named = request.GET.get("signal", "")
    if not named:
        return None
    try:
        identifier = UUID(named)
    except ValueError:
        raise Http404 from None
    found = one_signal(access.request_reach(request, "triage-signals"), access.user_of(request), identifier)
    if found is None:
        raise Http404
    return found


def filling_of(signal: Signal, known: Words) -> dict[str, Any]:
    """The values that a signal puts into the form; its words are masked already."""
    matters = f"{timezone.localtime(signal.observed_at):%m-%d %H:%M} {signal.observed}".strip()
    category = category_of(signal.kind, known)
    filling: dict[str, Any] = {"matters_zh": matters[:LONGEST_MATTERS], "matters_en": ""}
    if category:
        filling["category"] = category
    return filling | where_of(area_of(signal))


def area_of(signal: Signal) -> Area:
    """Where a warning about a signal would hold: at its place, as drawn, around its point, in its district.

    Nowhere if nobody said where: the form then asks.
    """
    if signal.place is not None:
        return Area(places=frozenset([signal.place.code]))
    if signal.area:
        return area_read(signal.area)
    if signal.longitude is not None and signal.latitude is not None:
        radius = max(signal.radius_m or 0, LEAST_RADIUS_M)
        return Area(circles=(Circle(signal.longitude, signal.latitude, float(radius)),))
    return Area(districts=(signal.district_id,)) if signal.district_id else Area()


def category_of(kind: str, known: Words) -> str:
    """The category of warnings for a kind of signal: called the same, or the same in CAP; none if neither fits."""
    for category in known.warnings:
        if kind == category or kind.startswith(f"{category}-"):
            return category
    term = known.signals.get(kind)
    if term is None or not term.cap:
        return ""
    called = set(term.cap.split())
    return next((name for name, each in known.warnings.items() if called & set(each.cap.split())), "")
