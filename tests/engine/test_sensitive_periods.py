"""Days of sensitive periods: every year, in order, and how far a period is."""

from datetime import date

import pytest

from anlan.engine.sensitive_periods import Days, days_of, each_year, overlap


def test_a_period_over_new_year_keeps_its_length_every_year() -> None:
    days = Days(date(2026, 12, 30), date(2027, 1, 2))
    assert each_year(days, 2028) == (
        days,
        Days(date(2027, 12, 30), date(2028, 1, 2)),
        Days(date(2028, 12, 30), date(2029, 1, 2)),
    )


def test_the_29th_of_february_comes_back_in_leap_years_alone() -> None:
    day = Days(date(2028, 2, 29), date(2028, 2, 29))
    assert [one.first.year for one in each_year(day, 2033)] == [2028, 2032]


def test_days_are_in_order_however_they_were_kept() -> None:
    kept = [["2027-02-05", "2027-02-12"], ["2026-10-01", "2026-10-07"]]
    assert [one.first.year for one in days_of(kept)] == [2026, 2027]


def test_two_that_share_a_day_overlap_and_two_that_touch_do_not() -> None:
    one, touching = Days(date(2026, 10, 1), date(2026, 10, 7)), Days(date(2026, 10, 8), date(2026, 10, 9))
    assert overlap([touching, one]) is None
    assert overlap([Days(date(2026, 10, 7), date(2026, 10, 7)), one]) is not None


def test_days_that_end_before_they_begin_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="before"):
        Days(date(2026, 10, 2), date(2026, 10, 1))
