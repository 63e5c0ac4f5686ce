"""A scheme written by a stranger, with kinds, facts, tiers, figures and cadences that Anlan's own do not have."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from anlan.engine.derivation import derive_from
from anlan.engine.facts import Adoption, Basis, SubjectFacts
from anlan.engine.owed import Derived
from anlan.engine.policy import Each, Every, Facts, Level, Once, Scheme, Subject, Within
from anlan.engine.schemes import read_scheme, run_cases

VOCABULARY = Path(__file__).parents[2] / "schemes" / "vocabulary"
START = datetime(2026, 1, 1, tzinfo=UTC)


def third() -> Scheme:
    scheme, problems = read_scheme(Path(__file__).parent / "third", VOCABULARY)
    assert problems == ()
    assert scheme is not None
    return scheme


def derived(
    facts: Facts, at: str = "2026-07-01", posture: Level = "normal", subject: Subject = "place"
) -> Derived:
    instant = datetime.combine(date.fromisoformat(at), time(4), UTC)
    asked = SubjectFacts("x", subject, "x", "", START, None, ())
    return derive_from(asked, facts, posture, Basis((Adoption(third(), START),)), instant)


def owed(
    facts: Facts, at: str = "2026-07-01", posture: Level = "normal", subject: Subject = "place"
) -> set[str]:
    return {duty.rule.id for duty in derived(facts, at, posture, subject).duties if duty.owed}


def test_it_is_read_and_its_cases_hold() -> None:
    assert [problem.message.en for problem in run_cases(third())] == []


@pytest.mark.parametrize(
    ("facts", "at", "tier"),
    [
        ({"kind": "pier", "berths": 40}, "2026-05-01", "class-a"),
        ({"kind": "pier", "berths": 40}, "2026-04-30", "unlisted"),
        ({"kind": "pier", "berths": 40}, "2027-05-01", "unlisted"),
        ({"kind": "pier", "berths": 25}, "2026-10-31", "class-b"),
        ({"kind": "pier", "berths": 25}, "2026-11-01", "class-a"),
        ({"kind": "pier"}, "2026-07-01", "undetermined"),
        ({"kind": "cable-car", "wind-class": "calm"}, "2026-07-01", "class-b"),
        ({"kind": "cable-car", "wind-class": "exposed"}, "2026-07-01", "class-a"),
        ({"kind": "night-market", "stalls": 30}, "2026-07-01", "class-c"),
        ({"kind": "night-market", "stalls": 29}, "2026-07-01", "unlisted"),
        ({"kind": "night-market"}, "2026-07-01", "undetermined"),
        ({"kind": "mall", "daily_visitors": 90000}, "2026-07-01", "unlisted"),
    ],
)
def test_tiers_follow_its_own_facts_and_dated_figures(facts: Facts, at: str, tier: str) -> None:
    assert derived(facts, at).tiers["lake-resort"].tier == tier


def test_the_reason_names_its_fact_figure_and_law() -> None:
    facts: Facts = {"kind": "pier", "berths": 39}
    because = derived(facts).tiers["lake-resort"].because
    berths = next(reason for reason in because if reason.fact == "berths")
    assert berths.text().zh == "泊位数 39 未达到 40"
    assert berths.text().en == "berths 39 is below 40"
    assert (berths.parameter, berths.cites.source if berths.cites else "") == ("big-pier", "Lake Act")


def test_cadences_are_what_the_file_says() -> None:
    piers = {duty.rule.id: duty for duty in derived({"kind": "pier", "berths": 50}).duties}
    assert piers["mooring-round"].cadence == (
        Every(timedelta(minutes=90), (time(5, 30), time(20, 30))),
        Every(timedelta(hours=3), (time(20, 30), time(5, 30))),
    )
    assert piers["after-storm"].cadence == Within(timedelta(hours=36), "storm-passed")
    assert piers["any-pier-round"].cadence == Each("day")
    assert piers["any-pier-round"].superseded_by == ("lake-resort/mooring-round",)
    cars = {
        duty.rule.id: duty
        for duty in derived({"kind": "cable-car", "wind-class": "calm", "cabins": 60}).duties
    }
    assert cars["rope-check"].cadence == (Every(timedelta(days=10)),)
    assert cars["rope-check"].rule.items[0].mend_within == timedelta(hours=12)


@pytest.mark.parametrize(("cabins", "attendants"), [(60, 6), (63, 7), (5, 3), (0, 3)])
def test_its_quantity_is_one_for_each_twelve_and_a_half_cabins_and_one_more(
    cabins: int, attendants: int
) -> None:
    facts: Facts = {"kind": "cable-car", "wind-class": "calm", "cabins": cabins}
    quantity = {duty.rule.id: duty.quantity for duty in derived(facts).duties}["attendants"]
    assert quantity == attendants


def test_its_measures_begin_at_the_levels_it_lists() -> None:
    pier: Facts = {"kind": "pier", "berths": 50}
    rounds = {
        level: {duty.rule.id: duty.cadence for duty in derived(pier, posture=level).duties}["mooring-round"]
        for level in ("blue", "yellow")
    }
    assert len(rounds["blue"]) == 2  # type: ignore[arg-type]  # bands of the day
    assert rounds["yellow"] == (Every(timedelta(hours=1)),)
    car: Facts = {"kind": "cable-car", "wind-class": "calm", "cabins": 60}
    guards = [
        {duty.rule.id: duty.quantity for duty in derived(car, posture=level).duties}["attendants"]
        for level in ("orange", "red")
    ]
    assert guards == [6, 8]


def test_a_rule_begins_on_its_own_day_and_a_missing_figure_is_owed() -> None:
    market: Facts = {"kind": "night-market", "stalls": 50}
    assert owed(market, "2026-05-31") == set()
    assert owed(market, "2026-06-01") == {"stall-lights"}
    assert owed({**market, "floodlit": True}, "2026-06-01") == set()
    assert owed({"kind": "night-market"}) == {"count-stalls"}
    lights = next(duty for duty in derived(market).duties if duty.rule.id == "stall-lights")
    assert lights.cadence == Once(date(2026, 12, 31))


def test_its_department_owes_its_weekly_report() -> None:
    assert owed({"role": "lake-office"}, subject="department") == {"weekly-report"}
    assert owed({"role": "health"}, subject="department") == set()
