"""Sensitive periods as actions: adopted by one or two, in force on their days, changed before, withdrawn."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from anlan.actions.sensitive_periods import (
    PeriodDraft,
    PeriodRefusedError,
    add_period,
    adopt_period,
    withdraw_period,
)
from anlan.engine.areas import Area
from anlan.engine.derivation import posture_of
from anlan.engine.policy import Level
from anlan.engine.raised_days import raised_days
from anlan.engine.sensitive_periods import Days
from anlan.models import Entry, Place, PostureChange, SensitivePeriod
from anlan.queries.duties import basis
from anlan.queries.sensitive_periods import next_period, periods_of_year
from anlan.queries.subjects import place_subject
from builders import a_place, a_user, adopt_plan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)
HOLIDAY = Days(date(2026, 10, 1), date(2026, 10, 7))
CITY = ZoneInfo("Asia/Shanghai")


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(datetime(2026, 1, 1, tzinfo=UTC))
    a_place("M-1", daily_visitors=9000, area_m2=9000)
    a_place("S-1", kind="school", pupils=900)


def draft(level: Level = "yellow", **changed: Any) -> PeriodDraft:
    given = {
        "name": ("国庆假期", "National Day"),
        "level": level,
        "area": Area(kinds=("mall",)),
        "days": [HOLIDAY],
        "source": "年度安排",
        **changed,
    }
    return PeriodDraft(**given)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY)


def level_at(text: str, code: str = "M-1") -> Level:
    return posture_of(place_subject(Place.objects.get(code=code)), local(text))


def test_a_yellow_period_is_in_force_on_its_days_and_at_its_places_alone() -> None:
    period = add_period(draft(), by=a_user(), at=NOW)
    assert period.place_count == 1
    days = ("2026-09-30T23:59", "2026-10-01T00:00", "2026-10-07T23:59", "2026-10-08T00:00")
    assert [level_at(day) for day in days] == ["normal", "yellow", "yellow", "normal"]
    assert level_at("2026-10-03T12:00", "S-1") == "normal"


def test_an_orange_period_changes_nothing_until_somebody_else_adopts_it() -> None:
    officer, second = a_user(), a_user()
    period = add_period(draft("orange"), by=officer, at=NOW)
    assert level_at("2026-10-03T12:00") == "normal"
    with pytest.raises(PeriodRefusedError) as refused:
        adopt_period(period, by=officer, at=NOW)
    assert refused.value.obstacle == "same-person"
    adopt_period(period, by=second, at=NOW)
    assert level_at("2026-10-03T12:00") == "orange"


def test_of_a_period_and_another_the_stricter_holds() -> None:
    add_period(draft(), by=a_user(), at=NOW)
    days = [Days(date(2026, 10, 3), date(2026, 10, 3))]
    period = add_period(draft("orange", name=("庆典", ""), days=days), by=a_user(), at=NOW)
    adopt_period(period, by=a_user(), at=NOW)
    assert [level_at(f"2026-10-0{day}T12:00") for day in (2, 3, 4)] == ["yellow", "orange", "yellow"]


def test_the_days_of_a_period_count_as_raised_days() -> None:
    add_period(draft(), by=a_user(), at=NOW)
    spans = place_subject(Place.objects.get(code="M-1")).postures
    assert raised_days(spans, 2026, local("2026-12-01T00:00"), basis().zone) == {"yellow": 7}


def test_a_change_replaces_the_days_to_come_once_it_is_adopted() -> None:
    officer, second = a_user(), a_user()
    old = add_period(draft(), by=officer, at=NOW)
    moved = [Days(date(2026, 10, 2), date(2026, 10, 4))]
    new = add_period(draft("orange", days=moved, reason="按新通知"), by=officer, at=NOW, replaces=old)
    assert level_at("2026-10-01T12:00") == "yellow"
    adopt_period(new, by=second, at=NOW)
    assert [level_at(f"2026-10-0{day}T12:00") for day in (1, 2, 5)] == ["normal", "orange", "normal"]
    rows = {row.pk: row for row in periods_of_year(2026)}
    assert rows[old.pk].is_replaced


def test_a_change_that_is_given_up_leaves_the_period_open_to_another() -> None:
    old = add_period(draft(), by=a_user(), at=NOW)
    change = add_period(draft("red", reason="拟提高"), by=a_user(), at=NOW, replaces=old)
    with pytest.raises(PeriodRefusedError):
        add_period(draft(reason="另改"), by=a_user(), at=NOW, replaces=old)
    withdraw_period(change, reason="不再需要", by=a_user(), at=NOW)
    add_period(draft("blue", reason="另改"), by=a_user(), at=NOW, replaces=old)
    assert level_at("2026-10-03T12:00") == "blue"


def test_a_period_that_is_on_is_not_changed_but_withdrawn_with_a_reason() -> None:
    during = local("2026-10-03T12:00")
    period = add_period(draft(), by=a_user(), at=NOW)
    with pytest.raises(PeriodRefusedError) as refused:
        add_period(draft(reason="改"), by=a_user(), at=during, replaces=period)
    assert refused.value.obstacle == "begun"
    with pytest.raises(PeriodRefusedError) as refused:
        withdraw_period(period, reason=" ", by=a_user(), at=during)
    assert refused.value.obstacle == "no-reason"
    withdraw_period(period, reason="活动取消", by=a_user(), at=during)
    assert [level_at(f"2026-10-0{day}T12:00") for day in (2, 4)] == ["yellow", "normal"]
    assert Entry.objects.get(action="withdraw-period").reason == "活动取消"


def test_days_that_have_passed_are_refused_and_one_that_is_on_begins_now() -> None:
    with pytest.raises(PeriodRefusedError) as refused:
        add_period(draft(), by=a_user(), at=local("2026-10-08T00:00"))
    assert refused.value.obstacle == "over"
    during = local("2026-10-03T12:00")
    add_period(draft(), by=a_user(), at=during)
    assert PostureChange.objects.get().start == during


def test_a_refused_period_leaves_nothing_behind() -> None:
    with pytest.raises(PeriodRefusedError):
        add_period(draft(area=Area(kinds=("airport",))), by=a_user(), at=NOW)
    assert not SensitivePeriod.objects.exists()


def test_the_next_period_is_the_first_to_begin_within_reach() -> None:
    add_period(draft(), by=a_user(), at=NOW)
    add_period(
        draft(days=[Days(date(2026, 9, 20), date(2026, 9, 20))], area=Area(kinds=("school",))),
        by=None,
        at=NOW,
    )
    everywhere, mall = next_period(NOW, None), next_period(NOW, {"M-1"})
    assert [row.start for row in (everywhere, mall) if row] == [
        local("2026-09-20T00:00"),
        local("2026-10-01T00:00"),
    ]
    assert next_period(NOW + timedelta(days=60), None) is None
