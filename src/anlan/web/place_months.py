"""How a place did month by month: windows missed, and the share recorded in time, for charts beside the year."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

from anlan.engine.states import GAPS, State
from anlan.web.templatetags.yearpicture import month_name

CLOSED: tuple[State, ...] = ("recorded", "late", *GAPS)
"""The states of windows whose time is over; waived and cut ones count for nobody."""


def month_charts(days: Mapping[date, Mapping[State, int]]) -> dict[str, Any]:
    """The specs of both charts, and the months in them: from the first to the last in which something was owed."""
    counted: dict[int, Counter[State]] = {}
    for on, counts in days.items():
        counted.setdefault(on.month, Counter()).update(counts)
    owed = [month for month, counts in counted.items() if any(counts[state] for state in CLOSED)]
    months = list(range(min(owed), max(owed) + 1)) if owed else []
    names = [month_name(month) for month in months]
    in_month = [counted.get(month, Counter[State]()) for month in months]
    missed: tuple[State, ...] = ("not-evidenced", "overdue")
    return {
        "months": names,
        "missed": {
            "kind": "stacked",
            "categories": names,
            "series": [
                {
                    "state": state,
                    "values": [counts[state] if _closed(counts) else None for counts in in_month],
                }
                for state in missed
            ],
        },
        "recorded": {
            "kind": "bars",
            "unit": "%",
            "most": 100,
            "categories": names,
            "series": [{"state": "recorded", "values": [_share(counts) for counts in in_month]}],
        },
    }


def _closed(counts: Counter[State]) -> int:
    return sum(counts[state] for state in CLOSED)


def _share(counts: Counter[State]) -> float | None:
    """The windows recorded in time, in percent of those whose time is over; None where there were none."""
    closed = _closed(counts)
    return round(100 * counts["recorded"] / closed, 1) if closed else None
