"""The gaps of the last days as a chart; counted day by day, so that no request takes long."""

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from anlan.queries.board_trend import Trend, TrendDay, count_next, trend
from anlan.web import clock
from anlan.web.access import needs, request_reach
from anlan.web.board_filter import BoardFilter, asked
from anlan.web.templatetags.times import figure

LONGEST_S = 1.0
"""So long one request goes on counting days; it always counts one."""


@needs("see-board")
@require_safe
def board_trend(request: HttpRequest) -> HttpResponse:
    """The chart, or how far the counting is; the page asks again until all days are there."""
    at = clock.now()
    chosen = BoardFilter(request.GET).chosen()
    until = time.monotonic() + LONGEST_S
    while count_next(at) and time.monotonic() < until:
        pass
    found = trend(at, request_reach(request, "see-board"), **chosen)
    wall = request.GET.get("wall") == "1"
    context = {
        "trend": found,
        "spec": _spec(found) | {"large": wall},
        "sentence": _sentence(found),
        "wall": wall,
        "again": reverse("board-trend") + asked({**chosen, "wall": "1" if wall else ""}),
        "is_last": not found.due,
    }
    return render(request, "board/_trend.html", context)


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
    if is_now:
        return _("now")
    if (translation.get_language() or "").startswith("en"):
        return f"{day.on.day} {_MONTHS[day.on.month - 1]}"
    return f"{day.on.month}-{day.on.day}"


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
