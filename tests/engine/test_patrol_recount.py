"""The duties engine counts drawn rounds itself: a visit out of its window is caught, whatever the planner says."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

import numpy as np
import pytest

from anlan.engine.facts import Adoption, Basis, EvidenceMark, PostureSpan, SubjectFacts
from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_mix import packed
from anlan.engine.patrol_recount import Recount, ShiftOwing, owing, recounted, recounted_mix
from anlan.engine.patrol_shifts import ShiftSpan, ShiftTimes, spans_between
from anlan.engine.policy import Level
from anlan.engine.schemes import read_scheme
from anlan.engine.standing import states
from engine.duty_builders import HOUR, at, place

SCHEMES = Path(__file__).parents[2] / "schemes"
SHIFTS = (
    ShiftTimes("S1", time(6), time(14)),
    ShiftTimes("S2", time(14), time(22)),
    ShiftTimes("S3", time(22), time(6)),
)
FIRST, SECOND = ("A1", "A2", "A3"), ("B1", "B2")
HOURS = range(8)
AFTER = timedelta(days=2)

Walked = list[int]


@pytest.fixture(scope="module")
def basis() -> Basis:
    """The city's own plan, as it ships: every hour by night at each checkpoint of a place of the second tier."""
    scheme, _problems = read_scheme(SCHEMES / "city-plan-2026")
    assert scheme is not None
    return Basis((Adoption(scheme, datetime(2026, 2, 1, tzinfo=UTC)),))


def mall(level: Level = "normal", *more: str) -> SubjectFacts:
    registered = datetime(2026, 2, 1, tzinfo=UTC)
    made = place(
        {"kind": "mall", "daily_visitors": 3000, "area_m2": 900},
        registered=registered,
        checkpoints=[*FIRST, *SECOND, *more],
    )
    raised = () if level == "normal" else (PostureSpan(registered, None, level),)
    return replace(made, postures=raised)


def night(basis: Basis) -> tuple[ShiftSpan, list[ShiftSpan]]:
    spans = spans_between(SHIFTS, date(2026, 3, 8), date(2026, 3, 10), basis.zone)
    [found] = [span for span in spans if span.code == "S3" and span.on == date(2026, 3, 9)]
    return found, spans


def owed_at_night(basis: Basis, level: Level = "normal", *more: str) -> ShiftOwing:
    return owing(mall(level, *more), basis, *night(basis))


def rounds_of(points: int, seed: int = 0) -> Walked:
    """One guard at each point at a random minute of each hour; how far they walk is not for the duties to judge."""
    random = Random(seed)
    visits = sorted((60 * hour + random.randrange(60), point) for hour in HOURS for point in range(points))
    return [figure for minute, point in visits for figure in (point, minute, minute + 1)]


def moved(walked: Walked, visit: int, by: int) -> Walked:
    changed = list(walked)
    changed[3 * visit + 1] += by
    changed[3 * visit + 2] += by
    return changed


def judged(
    owed: ShiftOwing, basis: Basis, first: list[Walked], second: list[Walked], drawn: list[list[int]]
) -> Recount:
    rounds = [[[one] for one in first], [[one] for one in second]]
    return recounted([owed], [FIRST, SECOND], rounds, np.array(drawn), start=night(basis)[0].start)


def test_the_windows_are_those_of_the_citys_plan_and_not_of_a_game(basis: Basis) -> None:
    owed = owed_at_night(basis)
    assert [(window.start, window.end) for _duty, window in owed.windows] == [
        (at("2026-03-09T22:00") + hour * HOUR, at("2026-03-09T23:00") + hour * HOUR) for hour in HOURS
    ]
    assert {duty.id for duty, _window in owed.windows} == {"city-plan-2026/mobile-patrol"}
    assert owed.visits() == 8 * 5
    assert len(owed_at_night(basis, "red").windows) == 24, "every 20 minutes"


def test_rounds_with_a_visit_in_every_hour_are_kept_and_equal_rounds_are_judged_once(basis: Basis) -> None:
    found = judged(
        owed_at_night(basis), basis, [rounds_of(3, 1), rounds_of(3, 2)], [rounds_of(2, 3)],
        [[0, 0], [1, 0], [1, 0], [0, 0], [0, 0]],
    )  # fmt: skip
    assert (found.draws, found.kept, found.rounds, found.missed) == (5, 5, 3, ())


@pytest.mark.parametrize("visit", [0, 11, 23])
def test_one_visit_moved_out_of_its_window_is_caught_and_counted_as_often_as_it_was_drawn(
    basis: Basis, visit: int
) -> None:
    good = rounds_of(3, 1)
    point, minute = good[3 * visit], good[3 * visit + 1]
    hour = minute // 60
    by = 60 * (hour + 1) - minute if hour < 7 else 60 * hour - 1 - minute
    drawn = [[0, 0]] * 7 + [[1, 0]] * 3
    found = judged(owed_at_night(basis), basis, [good, moved(good, visit, by)], [rounds_of(2, 3)], drawn)
    assert (found.draws, found.kept) == (10, 7)
    [missed] = found.missed
    assert (missed.crew, missed.round, missed.checkpoints) == (0, 1, (FIRST[point],))
    assert missed.opens == at("2026-03-09T22:00") + hour * HOUR


def test_the_last_minute_of_a_window_counts_and_the_first_after_it_does_not(basis: Basis) -> None:
    edge = [
        figure for hour in HOURS for point in range(2) for figure in (point, 60 * hour + 59, 60 * hour + 60)
    ]
    late = moved(edge, 0, 1)
    first = [rounds_of(3, 1)]
    assert judged(owed_at_night(basis), basis, first, [edge], [[0, 0]]).kept == 1
    assert judged(owed_at_night(basis), basis, first, [late], [[0, 0]]).kept == 0, "late is not recorded"


def test_rounds_drawn_for_the_normal_level_do_not_keep_red(basis: Basis) -> None:
    found = judged(owed_at_night(basis, "red"), basis, [rounds_of(3)], [rounds_of(2)], [[0, 0]])
    assert found.kept == 0
    assert found.missed


def test_a_checkpoint_that_no_crew_walks_is_missed_in_every_shift(basis: Basis) -> None:
    found = judged(owed_at_night(basis, "normal", "X9"), basis, [rounds_of(3)], [rounds_of(2)], [[0, 0]] * 4)
    assert (found.draws, found.kept) == (4, 0)
    assert {missed.checkpoints for missed in found.missed} == {("X9",)}


@pytest.mark.parametrize("seed", range(6))
def test_judging_crew_by_crew_says_what_the_whole_place_says(basis: Basis, seed: int) -> None:
    """Against the states of the place's duties, from all scans of the shift together, some visits left out."""
    random = Random(seed)
    walks = [rounds_of(3, seed), rounds_of(2, seed + 100)]
    for number, walked in enumerate(walks):
        lost = random.randrange(len(walked) // 3) if random.random() < 0.5 else None
        walks[number] = walked if lost is None else walked[: 3 * lost] + walked[3 * lost + 3 :]
    shift, _spans = night(basis)
    scans = [
        EvidenceMark("city-plan-2026", "mobile-patrol", "P1", moment, moment, codes[walked[step]])
        for codes, walked in zip((FIRST, SECOND), walks, strict=True)
        for step in range(0, len(walked), 3)
        for moment in [shift.start + timedelta(minutes=walked[step + 1])]
    ]
    whole = states(mall(), basis, scans, (), shift.start, shift.end, shift.end + AFTER)
    patrols = [state.state for state in whole if state.duty.rule.id == "mobile-patrol"]
    found = judged(owed_at_night(basis), basis, walks[:1], walks[1:], [[0, 0]])
    assert len(patrols) == 8
    # A round that misses a window may still be "late" there, which is not what a plan promises.
    assert (found.kept == 1) == (set(patrols) == {"recorded"})


def test_a_mix_is_drawn_as_plans_are_and_a_bad_round_costs_its_share(basis: Basis) -> None:
    good = [rounds_of(5, seed) for seed in range(4)]
    bad = moved(good[0], 0, 60)
    crew = GameCrew(
        ("G1",), (*FIRST, *SECOND), (1.0,) * 5, ((0,) * 5,) * 5, (1,) * 5,
        (tuple((60 * hour, 60 * hour + 60) for hour in HOURS),) * 5,
    )  # fmt: skip
    game = Game((crew,), (), 480, 10)
    rounds = [{"helped": 5, "columns": packed([[one] for one in (*good, bad)])}]
    owed, start = owed_at_night(basis), night(basis)[0].start
    found = recounted_mix(owed, game, rounds, [[0.2] * 5], start=start, draws=2000)
    assert found.rounds == 5
    assert found.kept / found.draws == pytest.approx(0.8, abs=0.04), "four standard deviations"
    assert recounted_mix(owed, game, rounds, [[0.25] * 4 + [0.0]], start=start, draws=500).kept == 500
