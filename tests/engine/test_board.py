"""The array engine says of all places what the explaining engine says of each, and it keeps its pace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.engine.board import (
    BoardRegister,
    MarkRows,
    WaiverRows,
    align,
    compile_duties,
    instant_of,
    realign,
    resolved,
    states_at,
)
from anlan.engine.duties import derive
from anlan.engine.facts import (
    Adoption,
    Basis,
    EvidenceMark,
    SubjectFacts,
    WaiverSpan,
)
from anlan.engine.policy import (
    LEVELS,
    Each,
    FactValue,
    Standing,
)
from anlan.engine.schemes import read_scheme
from anlan.engine.standing import STATES, bears_from
from engine.board_builders import (
    board_of,
    by_the_board,
    distinct,
    latest_of,
    one_by_one,
    register_of,
    rows_of,
    waiver_rows,
)
from engine.duty_builders import (
    DAY,
    DAY_AND_NIGHT,
    HOUR,
    START,
    at,
    basis,
    mark,
    place,
    rule,
    scheme,
)
from engine.random_cities import busy_nights, changing_rounds, cities, moments, records_of

SCHEMES = Path(__file__).parents[2] / "schemes"


@settings(derandomize=True, deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_two_engines_agree_on_every_state_and_window(data: st.DataObject) -> None:
    places, city, register = data.draw(cities())
    marks, waivers = data.draw(records_of(places, city))
    marks = distinct(marks)
    asked = data.draw(moments)
    compiled, states = board_of(places, city, marks, waivers, asked, register)
    expected = one_by_one(places, city, marks, waivers, asked)
    assert by_the_board(places, compiled, states) == expected


@settings(derandomize=True, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_duties_compiled_once_hold_until_something_changes(data: st.DataObject) -> None:
    places, city, register = data.draw(cities())
    marks, waivers = data.draw(records_of(places, city))
    marks = distinct(marks)
    first = data.draw(moments)
    compiled = compile_duties(register, city, first)
    latest = min(compiled.valid_until, instant_of(first.astimezone(UTC)) + 30 * 86_400_000_000)
    share = data.draw(st.integers(0, 99))
    later = first.astimezone(UTC) + timedelta(
        microseconds=(latest - instant_of(first.astimezone(UTC)) - 1) * share // 99
    )
    aligned = align(compiled, rows_of(compiled, places, latest_of(marks, later)))
    excused = waiver_rows(compiled, places, waivers)
    states = states_at(compiled, aligned, excused, later)
    all_records = rows_of(compiled, places, [one for one in marks if one.effective <= later])
    states = resolved(compiled, states, aligned, excused, all_records)
    assert by_the_board(places, compiled, states) == one_by_one(places, city, marks, waivers, later)


@settings(derandomize=True, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_two_engines_agree_on_tiers_quantities_and_what_is_undetermined(data: st.DataObject) -> None:
    places, city, register = data.draw(cities())
    asked = data.draw(moments)
    compiled = compile_duties(register, city, asked)
    undetermined: dict[tuple[str, str], int] = {}
    for number, one in enumerate(places):
        derived = derive(one, city, asked)
        for found in derived.undetermined:
            name = (found.scheme, found.rule.id)
            undetermined[name] = undetermined.get(name, 0) + 1
        for scheme_id, tiering in derived.tiers.items():
            code = compiled.tiers[scheme_id][number]
            word = "undetermined" if code < 0 else compiled.tier_words[scheme_id][code]
            assert word == tiering.tier
        for duty in derived.duties:
            index = int(compiled.numbers[compiled.rule_number[duty.scheme, duty.rule.id], number])
            assert (index >= 0) is duty.owed
            if duty.owed:
                asked_here = compiled.duties.quantity[index]
                assert (None if np.isnan(asked_here) else asked_here) == duty.quantity
    counted = {name: count for name, count in compiled.undetermined.items() if count}
    assert {name: count for name, count in undetermined.items() if name in counted} == counted


@settings(derandomize=True, deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
@given(busy_nights())
def test_the_two_engines_agree_where_postures_change_on_the_hour(
    night: tuple[list[SubjectFacts], Basis, list[EvidenceMark], datetime, BoardRegister],
) -> None:
    places, city, visits, asked, register = night
    compiled, states = board_of(places, city, visits, [], asked, register)
    assert by_the_board(places, compiled, states) == one_by_one(places, city, visits, [], asked)


@settings(derandomize=True, deadline=None, max_examples=400, suppress_health_check=list(HealthCheck))
@given(changing_rounds())
def test_the_two_engines_agree_while_checkpoints_are_opened_and_closed(
    walk: tuple[list[SubjectFacts], Basis, list[EvidenceMark], datetime, BoardRegister],
) -> None:
    places, city, visits, asked, register = walk
    compiled, states = board_of(places, city, visits, [], asked, register)
    assert by_the_board(places, compiled, states) == one_by_one(places, city, visits, [], asked)


def _told_apart(
    marks: Sequence[EvidenceMark], one: SubjectFacts, city: Basis, asked: datetime
) -> list[EvidenceMark]:
    since = bears_from(one, city, asked)
    return [m for m in marks if since.get(f"{m.scheme}/{m.rule}", asked + DAY) <= m.effective <= asked]


@settings(derandomize=True, deadline=None, max_examples=200, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_latest_records_and_those_that_bear_on_now_tell_as_much_as_all(data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        places, city, drawn, asked, _ = data.draw(changing_rounds())
        waivers: list[WaiverSpan] = []
    else:
        places, city, _ = data.draw(cities())
        drawn, waivers = data.draw(records_of(places, city))
        asked = data.draw(moments)
    marks = distinct(drawn)
    few = {
        m.id + m.subject + str(m.effective): m for one in places for m in _told_apart(marks, one, city, asked)
    }
    few |= {m.id + m.subject + str(m.effective): m for m in latest_of(marks, asked)}
    assert one_by_one(places, city, list(few.values()), waivers, asked) == one_by_one(
        places, city, marks, waivers, asked
    )


def test_a_round_half_walked_is_settled_from_its_single_records() -> None:
    city = basis(scheme("plan", rule("walk", DAY_AND_NIGHT, evidence="scan", grace=timedelta(minutes=10))))
    one = place(checkpoints=("A", "B"), code="P1")
    asked = at("2026-03-05T09:00")
    before = [mark("walk", at("2026-03-05T07:00"), checkpoint=point) for point in "AB"]
    again = mark("walk", at("2026-03-05T08:50"), checkpoint="A")
    for marks, state in (([*before, again], "due"), ([before[1], again], "not-evidenced")):
        register = register_of([one])
        compiled = compile_duties(register, city, asked)
        aligned = align(compiled, rows_of(compiled, [one], latest_of(marks, asked)))
        states = states_at(compiled, aligned, WaiverRows.none(), asked)
        assert states.undecided.tolist() == [0]
        settled = resolved(compiled, states, aligned, WaiverRows.none(), rows_of(compiled, [one], marks))
        assert STATES[settled.state[0]] == state


def test_what_is_recorded_between_two_requests_needs_no_new_compilation() -> None:
    city = basis(scheme("plan", rule("walk", DAY_AND_NIGHT)))
    places = [place(code=code) for code in ("P1", "P2")]
    asked = at("2026-03-05T09:00")
    compiled = compile_duties(register_of(places), city, asked)
    empty = align(compiled, MarkRows.none())
    visit = mark("walk", at("2026-03-05T08:30"))
    now = realign(compiled, empty, rows_of(compiled, places, [visit]))
    words = [
        [STATES[code] for code in states_at(compiled, marks, WaiverRows.none(), asked).state]
        for marks in (empty, now)
    ]
    assert words == [["not-evidenced", "not-evidenced"], ["recorded", "not-evidenced"]]
    counts = states_at(compiled, now, WaiverRows.none(), asked).counts(compiled, "plan")
    assert counts.shape == (2, 2, 1, len(STATES))
    assert counts[0, 0, 0, STATES.index("recorded")] == 1
    assert counts[1, 0, 0, STATES.index("not-evidenced")] == 1
    assert counts.sum() == 2


def test_states_outside_the_time_compiled_for_are_refused() -> None:
    city = basis(scheme("plan", rule("walk", Each("month"))))
    one = place(code="P1", versions=[(at("2026-03-06"), {})])
    compiled = compile_duties(register_of([one]), city, at("2026-03-05"))
    marks = align(compiled, MarkRows.none())
    states_at(compiled, marks, WaiverRows.none(), at("2026-03-05T23:59"))
    for moment in ("2026-03-04", "2026-03-06"):
        with pytest.raises(ValueError, match="not compiled"):
            states_at(compiled, marks, WaiverRows.none(), at(moment))


def test_rows_out_of_order_are_refused() -> None:
    good = register_of([place(code="P1", versions=[(at("2026-03-06"), {})])])
    with pytest.raises(ValueError, match="not sorted"):
        replace(good, row_start=good.row_start[::-1])
    with pytest.raises(ValueError, match="at least one row"):
        replace(good, codes=["P1", "P2"], district=np.zeros(2), registered=np.zeros(2), closed=np.zeros(2))  # fmt: skip


def test_what_falls_due_soonest_comes_first() -> None:
    rules = (
        rule("month", Each("month")),
        rule("day", Each("day")),
        rule("proof", Standing(), valid_for=10 * DAY),
    )
    city = basis(scheme("plan", *rules))
    places = [place(code="P1", registered=at("2026-03-01"))]
    asked = at("2026-03-05T09:00")
    compiled = compile_duties(register_of(places), city, asked)
    marks = [mark("day", at("2026-03-04T08:30")), mark("proof", at("2026-02-23T10:00"))]
    states = states_at(compiled, align(compiled, rows_of(compiled, places, marks)), WaiverRows.none(), asked)
    for until, names in (("2026-03-05T23:59", ["proof"]), ("2026-03-31T23:59", ["proof", "day"])):
        found = states.falling_due(compiled, at(until))
        assert [compiled.rules[compiled.rule[duty]][1] for duty in found] == names


def test_the_two_engines_agree_on_the_schemes_that_come_with_anlan() -> None:
    random = Random(7)
    adoptions = []
    for name in ("city-plan-2026", "uk-premises-2025"):
        plan, _ = read_scheme(SCHEMES / name, SCHEMES / "vocabulary")
        assert plan is not None
        adoptions.append(Adoption(plan, START))
    city = Basis(tuple(adoptions))
    asked = at("2026-08-14T09:20")
    places = [_drawn_place(random, city, number, asked) for number in range(60)]
    marks = _drawn_marks(random, city, places, asked)
    compiled, states = board_of(places, city, marks, [], asked, register_of(places))
    expected = one_by_one(places, city, marks, [], asked)
    assert by_the_board(places, compiled, states) == expected
    assert len(expected) > 300
    assert {state for state, _, _ in expected.values()} >= {"recorded", "due", "not-evidenced"}


def _drawn_place(random: Random, city: Basis, number: int, asked: datetime) -> SubjectFacts:
    def facts() -> dict[str, FactValue]:
        drawn: dict[str, FactValue] = {}
        for adoption in city.adoptions:
            drawn["kind"] = random.choice([*adoption.scheme.places])
            for name, fact in adoption.scheme.facts.items():
                if fact.type == "number":
                    drawn[name] = random.choice([None, 0, 90, 199, 200, 799, 800, 2000, 5000, 5001, 30000])
                elif fact.type == "flag":
                    drawn[name] = random.choice([None, True, False])
                elif fact.values:
                    drawn[name] = random.choice([None, *fact.values])
        return drawn

    raised = asked - random.choice([20, 80, 300, 3000]) * HOUR / 60
    return place(
        facts(),
        versions=[(asked - random.randint(1, 100) * DAY, facts())] if number % 4 == 0 else (),
        postures=[(raised, None, random.choice(LEVELS[1:]))] if number % 3 == 0 else (),
        checkpoints=("A", "B", "C")[: random.randint(0, 3)],
        code=f"P{number}",
    )


def _drawn_marks(
    random: Random, city: Basis, places: Sequence[SubjectFacts], asked: datetime
) -> list[EvidenceMark]:
    names = [(a.scheme.id, one) for a in city.adoptions for one in a.scheme.rules if one.evidence]
    marks: list[EvidenceMark] = []
    for one in places:
        for scheme_id, asks in names:
            for _ in range(random.randint(0, 4)):
                point = (
                    random.choice([None, *(p.code for p in one.checkpoints)])
                    if asks.evidence == "scan"
                    else None
                )
                ago = random.choice([20, 100, 200, 3000, 60000]) * random.random() * HOUR / 60
                made = mark(asks.id, asked - ago, scheme_id, checkpoint=point)
                quantity = random.choice([None, 2.0, 100.0])
                marks.append(replace(made, subject=one.code, quantity=quantity, id=str(len(marks))))
    return distinct(marks)
