"""Registering places, changing their facts, and the history that stays behind."""

from datetime import timedelta

import pytest
from tests.builders import LONG_AGO, a_place, a_user

from anlan.actions.register import Measured, PlaceDraft, change_facts, close_place, register_places
from anlan.models import Entry, Operator, Place, PlaceFact
from anlan.queries.subjects import place_subject

pytestmark = pytest.mark.django_db
LATER = LONG_AGO + timedelta(days=30)


def test_registering_the_same_places_twice_changes_nothing() -> None:
    drafts = [
        PlaceDraft(
            code=f"M-{number}", name_zh="商场", kind="mall", operator="某公司", facts={"daily_visitors": 3000}
        )
        for number in range(3)
    ]
    first = register_places(drafts, by=None, at=LONG_AGO)
    again = register_places(drafts, by=None, at=LATER)
    assert first.created == ("M-0", "M-1", "M-2")
    assert again.unchanged == ("M-0", "M-1", "M-2")
    assert Place.objects.count() == 3
    assert Operator.objects.count() == 1
    assert not Entry.objects.filter(at=LATER).exists()


def test_a_draft_that_leaves_a_figure_out_keeps_what_is_known() -> None:
    a_place("M-1", daily_visitors=3000, area_m2=900)
    register_places([PlaceDraft(code="M-1", name_zh="新名", kind="mall")], by=None, at=LATER)
    place = Place.objects.get(code="M-1")
    assert (place.name_zh, place.daily_visitors, place.area_m2) == ("新名", 3000, 900)


def test_a_changed_figure_keeps_the_old_one_for_the_time_before() -> None:
    place = a_place("M-1", daily_visitors=3000)
    measured = {"daily_visitors": Measured("门禁计数", LATER.date())}
    change_facts(place, {"daily_visitors": 6000}, by=a_user(), at=LATER, measured=measured, reason="复核")
    before, after = place_subject(Place.objects.get(code="M-1")).versions
    assert (before.values["daily_visitors"], after.values["daily_visitors"]) == (3000, 6000)
    assert (before.end, after.start) == (LATER, LATER)
    assert PlaceFact.objects.get(value=6000).method == "门禁计数"


def test_what_was_known_last_week_does_not_change_when_a_figure_is_corrected_backwards() -> None:
    place = a_place("M-1", daily_visitors=3000)
    change_facts(place, {"daily_visitors": 6000}, by=None, at=LATER, valid_from=LONG_AGO + timedelta(days=1))
    place.refresh_from_db()
    then = place_subject(place, known_at=LATER - timedelta(days=1))
    now = place_subject(place)
    assert [version.values["daily_visitors"] for version in then.versions] == [3000]
    assert [version.values["daily_visitors"] for version in now.versions] == [3000, 6000]


def test_a_fact_that_only_a_scheme_declares_is_kept_like_any_other() -> None:
    place = a_place("S-1", kind="school", pupils=1200)
    change_facts(place, {"pupils": None}, by=None, at=LATER)
    place.refresh_from_db()
    before, after = place_subject(place).versions
    assert before.values["pupils"] == 1200
    assert after.values["pupils"] is None
    assert "pupils" not in place.facts


def test_a_change_is_in_the_journal_with_the_values_before_and_after() -> None:
    office = a_user()
    place = a_place("M-1", daily_visitors=3000)
    change_facts(place, {"daily_visitors": 6000}, by=office, at=LATER, reason="年度复核")
    entry = Entry.objects.get(action="change-place")
    assert (entry.by, entry.at, entry.reason) == (office, LATER, "年度复核")
    assert entry.changes == {"daily_visitors": [3000, 6000]}
    assert entry.place_code == "M-1"


def test_a_closed_place_stays_in_the_register() -> None:
    place = a_place("M-1")
    close_place(place, by=None, at=LATER, reason="歇业")
    assert Place.objects.get(code="M-1").closed_at == LATER
    assert place_subject(Place.objects.get(code="M-1")).closed == LATER


def test_a_place_is_found_by_pinyin_and_by_initials() -> None:
    a_place("H-1", kind="hospital", name_zh="安澜医院")
    assert Place.objects.filter(name_sort__contains="anlanyiyuan").exists()
    assert Place.objects.filter(name_sort__contains="alyy").exists()
