"""Days at a raised level: each day once, at its highest level, by the city's own midnight."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from anlan.engine.facts import PostureSpan
from anlan.engine.policy import Level
from anlan.engine.raised_days import raised_days

CITY = ZoneInfo("Asia/Shanghai")
LATER = datetime(2026, 12, 1, tzinfo=UTC)


def span(level: Level, start: str, end: str | None) -> PostureSpan:
    """From and until in the city's time."""
    moments = [datetime.fromisoformat(at).replace(tzinfo=CITY) if at else None for at in (start, end)]
    assert moments[0] is not None
    return PostureSpan(moments[0], moments[1], level)


def counted(*spans: PostureSpan, year: int = 2026, until: datetime = LATER) -> dict[Level, int]:
    return raised_days(spans, year, until, CITY)


def test_a_day_counts_once_at_its_highest_level():
    spans = (
        span("yellow", "2026-03-01 00:00", "2026-03-04 00:00"),
        span("orange", "2026-03-02 10:00", "2026-03-02 11:00"),
    )
    assert counted(*spans) == {"orange": 1, "yellow": 2}


def test_the_end_is_out_and_midnight_is_the_citys():
    assert counted(span("blue", "2026-03-01 23:00", "2026-03-02 00:00")) == {"blue": 1}
    assert counted(span("blue", "2026-03-01 23:00", "2026-03-02 00:01")) == {"blue": 2}


def test_only_days_of_the_year_count_and_none_that_is_still_to_come():
    over_new_year = span("red", "2025-12-30 12:00", "2026-01-02 12:00")
    assert counted(over_new_year) == {"red": 2}
    assert counted(over_new_year, year=2025) == {"red": 2}
    open_end = span("blue", "2026-11-29 12:00", None)
    assert counted(open_end, until=datetime(2026, 12, 1, tzinfo=UTC)) == {"blue": 3}


def test_a_normal_level_tires_nobody():
    assert counted(span("normal", "2026-03-01 00:00", None)) == {}
