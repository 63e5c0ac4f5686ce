"""The gaps of the last days as a chart: today from the board, the past as counted by the worker or day by day."""

import time
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from anlan.engine.access import Reach
from anlan.queries.board_trend import Trend, TrendDay, is_tallied, trend
from anlan.queries.kept_days import count_next
from anlan.queries.tallies import city_day
from anlan.web import clock
from anlan.web.access import needs, request_reach
from anlan.web.board_counted import counted
from anlan.web.board_filter import BoardFilter, asked
from anlan.web.templatetags.times import figure

LONGEST_S = 1.0
"""So long one request goes on counting days; it always counts one."""


@needs("see-board")
@require_safe
def board_trend(request: HttpRequest) -> HttpResponse:
    """The chart, and for which days the counting is under way; the page asks again until all are there."""
    at = clock.now()
    reach = request_reach(request, "see-board")
    chosen = BoardFilter(request.GET).chosen()
    by_worker = is_tallied(reach)
    if not by_worker:
        _count_some(at)
    found = trend(at, reach, _today(at, reach, chosen), **chosen)
    wall = request.GET.get("wall") == "1"
    context = {
        "trend": found,
        "spec": _spec(found) | {"large": wall},
        "sentence": _sentence(found),
        "waiting": _names(found.waiting),
        "changed": _names(found.changed),
        "counted": len(found.days) - len(found.waiting),
        "wall": wall,
        "again": reverse("board-trend") + asked({**chosen, "wall": "1" if wall else ""}),
        "when": _when(found, by_worker=by_worker),
    }
    return render(request, "board/_trend.html", context)


def _count_some(at: datetime) -> None:
    """Count days for a reach that the worker counts nothing for."""
    until = time.monotonic() + LONGEST_S
    while count_next(at) and time.monotonic() < until:
        pass


def _today(at: datetime, reach: Reach, chosen: dict[str, str]) -> TrendDay:
    """The last column: what the board says just now."""
    board = counted(reach, chosen["district"], chosen["scheme"])
    if not any(board.counts.values()):
        return TrendDay(city_day(at), None, None)
    return TrendDay(city_day(at), board.counts["not-evidenced"], board.counts["overdue"])


def _when(found: Trend, *, by_worker: bool) -> str:
    """When the page asks again, as htmx takes it."""
    if found.waiting:
        return "load delay:10s" if by_worker else "load delay:1s"
    return "load delay:60s" if found.changed else "every 300s"


def _names(days: Iterable[date]) -> str:
    is_english = (translation.get_language() or "").startswith("en")
    return (", " if is_english else "、").join(_day_name(on) for on in days)


def _spec(found: Trend) -> dict[str, Any]:
    """The chart: what was missing at the end of each day, the last column at this moment."""
    return {
        "kind": "stacked",
        "categories": [_name(day, is_now=day is found.days[-1]) for day in found.days],
        "series": [
            {"state": "not-evidenced", "values": [day.not_evidenced for day in found.days]},
            {"state": "overdue", "values": [day.overdue for day in found.days]},
        ],
    }


def _name(day: TrendDay, *, is_now: bool) -> str:
    return _("now") if is_now else _day_name(day.on)


def _day_name(on: date) -> str:
    if (translation.get_language() or "").startswith("en"):
        return f"{on.day} {_MONTHS[on.month - 1]}"
    return f"{on.month}-{on.day}"


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _sentence(found: Trend) -> str:
    """In words what the chart shows: how many gaps there are, against the end of yesterday."""
    now, before = found.days[-1].gaps, found.days[-2].gaps
    if now is None:
        return _("Nothing is owed.")
    gaps = ngettext("%(count)s gap now", "%(count)s gaps now", now) % {"count": figure(now)}
    if before is None:
        return gaps
    if now == before:
        change = _("as many as at the end of yesterday")
    elif now > before:
        change = _("%(count)s more than at the end of yesterday") % {"count": figure(now - before)}
    else:
        change = _("%(count)s fewer than at the end of yesterday") % {"count": figure(before - now)}
    return _("%(gaps)s, %(change)s") % {"gaps": gaps, "change": change}


addresses = [path("board/trend/", board_trend, name="board-trend")]
