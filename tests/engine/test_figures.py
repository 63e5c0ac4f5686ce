"""Figures: which value is in force, local values over it, durations, and quantities reckoned from facts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from anlan.engine.durations import duration_of, duration_text, duration_words
from anlan.engine.facts import LocalFigure
from anlan.engine.figures import Figures, suits
from anlan.engine.policy import (
    Citation,
    DatedValue,
    FactDeclaration,
    FactValue,
    Parameter,
    Quantity,
    Reference,
    Scheme,
    Text,
)
from anlan.engine.quantities import Asked, quantity_asked

LAW, PRACTICE = Citation("law", "32"), Citation("practice")
SCHEME = Scheme(
    id="s",
    edition="1",
    title=Text("方案", "Scheme"),
    valid_from=date(2026, 1, 1),
    valid_until=None,
    in_force=True,
    notice=None,
    languages=("zh", "en"),
    places={},
    roles={},
    tiers=(),
    terms={},
    facts={"area_m2": FactDeclaration("area_m2", "number", Text("面积", "area"))},
    parameters={
        "area": Parameter(
            "area",
            (
                DatedValue(date(2026, 1, 1), date(2026, 7, 1), 100, PRACTICE),
                DatedValue(date(2026, 7, 1), None, 80, LAW),
            ),
        ),
        "interval": Parameter("interval", (DatedValue(date(2026, 1, 1), None, "PT2H", PRACTICE),)),
    },
    rules=(),
    cases=(),
)


def local(value: float | str, start: date, end: date | None = None, place: str | None = None) -> LocalFigure:
    return LocalFigure("s", "area", value, "reason", "office", start, end, place)


def area_on(day: date, *locals_: LocalFigure, place: str | None = None) -> FactValue:
    return Figures(SCHEME, day, locals_, place).value(Reference("area")).value


def test_a_value_is_in_force_from_its_first_day_up_to_the_first_day_of_the_next() -> None:
    assert area_on(date(2026, 6, 30)) == 100
    assert area_on(date(2026, 7, 1)) == 80
    assert area_on(date(2025, 12, 31)) is None


def test_a_value_says_since_when_and_by_which_citation_it_is_in_force() -> None:
    figure = Figures(SCHEME, date(2026, 8, 1)).value(Reference("area"))
    assert (figure.parameter, figure.since, figure.cites) == ("area", date(2026, 7, 1), LAW)


def test_a_plain_number_stands_for_itself() -> None:
    assert Figures(SCHEME, date(2026, 8, 1)).value(7).value == 7


def test_a_local_value_holds_in_its_own_period_only() -> None:
    ours = local(50, date(2026, 2, 1), date(2026, 3, 1))
    assert [area_on(day, ours) for day in (date(2026, 1, 31), date(2026, 2, 1), date(2026, 3, 1))] == [
        100,
        50,
        100,
    ]


def test_a_places_own_local_value_beats_the_citys_whichever_was_recorded_later() -> None:
    city, place = local(50, date(2026, 1, 1)), local(70, date(2026, 1, 1), place="p-1")
    for order in ((city, place), (place, city)):
        assert area_on(date(2026, 2, 1), *order, place="p-1") == 70
        assert area_on(date(2026, 2, 1), *order, place="p-2") == 50
        assert area_on(date(2026, 2, 1), *order) == 50


def test_between_local_values_of_the_same_reach_the_later_recorded_wins() -> None:
    assert area_on(date(2026, 2, 1), local(50, date(2026, 1, 1)), local(60, date(2026, 1, 1))) == 60


def test_a_local_value_of_another_scheme_or_figure_changes_nothing() -> None:
    elsewhere = replace(local(1, date(2026, 1, 1)), scheme="other")
    other_figure = replace(local(1, date(2026, 1, 1)), parameter="interval")
    assert area_on(date(2026, 2, 1), elsewhere, other_figure) == 100


def test_durations_and_numbers_are_read_from_figures_and_wrong_ones_are_none() -> None:
    figures = Figures(SCHEME, date(2026, 2, 1))
    assert figures.duration(Reference("interval")) == timedelta(hours=2)
    assert figures.duration(Reference("area")) is None
    assert figures.number(Reference("interval")) is None
    assert figures.number(Reference("nowhere")) is None


def test_a_local_value_has_to_be_of_the_same_sort_as_the_schemes() -> None:
    area, interval = SCHEME.parameters["area"], SCHEME.parameters["interval"]
    assert suits(area, 12.5)
    assert not suits(area, "12")
    assert not suits(area, True)
    assert suits(interval, "PT30M")
    assert not suits(interval, "often")
    assert not suits(interval, 30)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("PT2H", timedelta(hours=2)),
        ("pt30m", timedelta(minutes=30)),
        ("P1DT12H", timedelta(hours=36)),
        ("P2W", timedelta(days=14)),
        ("P1Y", timedelta(days=365)),
        ("P3M", timedelta(days=90)),
    ],
)
def test_iso_durations_are_read(text: str, duration: timedelta) -> None:
    assert duration_of(text) == duration


@pytest.mark.parametrize("text", ["2h", "", "P", "PT", "two hours", "P99999999999Y", "P1,5M", "１"])
def test_anything_else_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError):
        duration_of(text)


def test_durations_are_written_and_said() -> None:
    assert duration_text(timedelta(minutes=90)) == "PT1H30M"
    assert duration_words(timedelta(minutes=90)) == Text("1 小时 30 分钟", "1 hour 30 minutes")
    assert duration_words(timedelta(0)) == Text("0 分钟", "0 minutes")


def asked(quantity: Quantity, facts: Mapping[str, FactValue], plus: float = 0) -> Asked:
    return quantity_asked(quantity, facts, Figures(SCHEME, date(2026, 2, 1)), plus)


PER_AREA = Quantity(unit="guards", of="area_m2", one_per=Reference("area"), at_least=1)


@pytest.mark.parametrize(("area", "guards"), [(100_000, 1000), (100, 1), (101, 2), (99, 1), (0, 1)])
def test_one_guard_per_hundred_square_metres_is_rounded_up(area: float, guards: float) -> None:
    assert asked(PER_AREA, {"area_m2": area}).amount == guards


def test_a_measures_extra_comes_on_top() -> None:
    assert asked(PER_AREA, {"area_m2": 250}, plus=1).amount == 4


def test_a_missing_fact_leaves_the_quantity_unknown_and_says_which() -> None:
    answer = asked(PER_AREA, {})
    assert answer.amount is None
    assert [reason.text().en for reason in answer.because] == ["area is missing"]


def test_a_quantity_names_the_figure_it_divides_by() -> None:
    (reason,) = asked(PER_AREA, {"area_m2": 250}).because
    assert (reason.fact, reason.value, reason.parameter, reason.cites) == ("area_m2", 250, "area", PRACTICE)


@pytest.mark.parametrize(("pupils", "guards"), [(1000, 3), (1001, 4), (1500, 4), (1501, 5)])
def test_what_is_beyond_a_number_is_divided_and_the_rest_added(pupils: int, guards: int) -> None:
    schools = Quantity(unit="guards", of="pupils", one_per=500, beyond=1000, plus=3)
    assert asked(schools, {"pupils": pupils}).amount == guards


def test_the_greatest_of_several_is_taken() -> None:
    hospital = Quantity(
        unit="guards",
        greatest_of=(
            Quantity(unit="guards", of="staff", percent=3),
            Quantity(unit="guards", of="beds", one_per=20),
            Quantity(unit="guards", of="outpatients", percent=0.3),
        ),
    )
    assert asked(hospital, {"staff": 1000, "beds": 100, "outpatients": 100}).amount == 30
    assert asked(hospital, {"staff": 10, "beds": 800, "outpatients": 100}).amount == 40
    assert asked(hospital, {"staff": 10, "beds": 20, "outpatients": 7000}).amount == 21
    assert asked(hospital, {"staff": 10, "beds": 20}).amount is None


def test_percentages_are_exact_at_the_border() -> None:
    assert asked(Quantity(unit="x", of="n", percent=0.3), {"n": 1000}).amount == 3
    assert asked(Quantity(unit="x", of="n", percent=1.1), {"n": 1000}).amount == 11


def test_a_plain_amount_may_come_from_a_figure() -> None:
    assert asked(Quantity(unit="m2", amount=Reference("area")), {}).amount == 100
