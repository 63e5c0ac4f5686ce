"""Days at a raised level: how long people have been asked for more, which tires them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from anlan.engine.facts import PostureSpan
from anlan.engine.policy import LEVELS, Level

_A_DAY = timedelta(days=1)


def raised_days(spans: Sequence[PostureSpan], year: int, until: datetime, zone: ZoneInfo) -> dict[Level, int]:
    """The days of a year up to a moment on which a level was in force, each counted once, at its highest level.

    A day counts however short the level was in force on it; days are those of the city's zone.
    """
    highest: dict[date, Level] = {}
    for span in spans:
        end = until if span.end is None else min(span.end, until)
        if span.level == "normal" or span.start >= end:
            continue
        on = max(_local(span.start, zone), date(year, 1, 1))
        while on.year == year and datetime.combine(on, time(), zone).astimezone(UTC) < end:
            highest[on] = max(highest.get(on, "normal"), span.level, key=LEVELS.index)
            on += _A_DAY
    counted = Counter(highest.values())
    return {level: counted[level] for level in reversed(LEVELS) if counted[level]}


def _local(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
