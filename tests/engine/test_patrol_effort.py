"""The best that can be walked where no plan keeps every window: little given up, all of it told, nobody forgotten."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from anlan.engine import patrol_kernel as kernel
from anlan.engine.patrol_effort import Effort, best_effort, least_guards
from anlan.engine.patrol_game import Game, GameCrew
from anlan.engine.patrol_routes import Window, windows_of

SECONDS = 5.0
"""Ample: these games are small, so that what comes out does not hang on how busy the machine is."""


def every(slots: int, length: int) -> tuple[tuple[int, int], ...]:
    return tuple((start, start + length) for start in range(0, slots, length))


def a_crew(
    count: int,
    windows: tuple[tuple[int, int], ...],
    *,
    way: int = 1,
    guards: int = 1,
    worth: tuple[float, ...] | None = None,
    starts: tuple[tuple[int, int], ...] = (),
    name: str = "B",
) -> GameCrew:
    """Checkpoints in a row, `way` slots between neighbours, a visit takes one slot, all with the same windows."""
    walk = tuple(tuple(way * abs(one - other) for other in range(count)) for one in range(count))
    return GameCrew(
        guards=tuple(f"{name}{number + 1}" for number in range(guards)),
        checkpoints=tuple(f"{name}C{number}" for number in range(count)),
        worth=worth or (1.0,) * count,
        walk=walk,
        dwell=(1,) * count,
        windows=(windows,) * count,
        starts=starts,
    )


def effort(*crews: GameCrew, slots: int, spare: tuple[str, ...] = ()) -> Effort:
    return best_effort(Game(crews, spare, slots, 5), SECONDS)


def kept(found: Effort) -> dict[str, tuple[tuple[int, int], ...]]:
    return {
        code: windows
        for crew in found.game.crews
        for code, windows in zip(crew.checkpoints, crew.windows, strict=True)
        if windows
    }


def most_that_one_guard_reaches(crew: GameCrew, slots: int) -> int:
    """By trying every order in which one guard can go."""

    def onward(place: int | None, free: int, left: frozenset[Window]) -> int:
        best = 0
        for one in left:
            way = 0 if place is None else crew.walk[place][one[0]]
            arrive = max(free + way, one[1])
            if arrive < one[2] and arrive + 1 <= slots:
                best = max(best, 1 + onward(one[0], arrive + 1, left - {one}))
        return best

    return onward(None, 0, frozenset(windows_of(crew)))


@given(count=some.integers(3, 5), length=some.integers(2, 7), way=some.integers(1, 2))
@settings(max_examples=25, deadline=None)
def test_at_most_one_window_more_is_given_up_than_any_order_would_have_to(
    count: int, length: int, way: int
) -> None:
    crew = a_crew(count, every(length, length), way=way)
    found = effort(crew, slots=length)
    least = len(windows_of(crew)) - most_that_one_guard_reaches(crew, length)
    assert least <= found.given_up.windows <= least + 1


@pytest.mark.parametrize("starts", [(), ((0, 0),)])
def test_everything_but_what_is_given_up_can_be_kept_and_nothing_of_it_besides(
    starts: tuple[tuple[int, int], ...],
) -> None:
    crew = a_crew(6, every(40, 8), starts=starts)
    found = effort(crew, slots=40)
    (walked,) = found.game.crews
    assert found.given_up.windows + len(windows_of(walked)) == found.given_up.of == 30
    assert isinstance(kernel.solve(found.game, seed=1, seconds=0.2, bounded=False), kernel.Solved)
    for place, windows in enumerate(crew.windows):
        for window in set(windows) - set(walked.windows[place]):
            more = list(walked.windows)
            more[place] = tuple(sorted((*walked.windows[place], window)))
            assert not kernel.keeps(replace(walked, windows=tuple(more)), 40)


def test_it_is_told_how_many_guards_it_would_take_and_which_checkpoints_are_missed_how_often() -> None:
    found = effort(a_crew(12, every(80, 20)), slots=80).given_up
    assert [(short.needs, short.has, short.checkpoints) for short in found.short] == [(2, 1, 12)]
    # Of 12 visits a minute each and a minute apart 10 fit between the first and the last arrival of 20 minutes.
    assert 8 <= found.windows <= 12
    assert found.of == 48
    assert sum(missed for _code, missed, _owed in found.checkpoints) == found.windows
    assert {owed for _code, _missed, owed in found.checkpoints} == {4}
    assert not found.open_only


def test_where_the_later_windows_can_be_kept_only_open_ones_are_given_up_and_no_more_than_must_be() -> None:
    crew = replace(
        a_crew(6, ((0, 5), (5, 40)), starts=((0, 0),)),
        windows=(((0, 5), (5, 40)),) * 6,
    )
    found = effort(crew, slots=40)
    assert found.given_up.open_only
    # From checkpoint 0 at once: arrivals at 0, 2 and 4.
    assert found.given_up.windows == 3
    assert all((5, 40) in windows for windows in kept(found).values())


def test_a_checkpoint_worth_a_hundredth_of_the_others_is_still_seen_in_its_turn() -> None:
    worth = (1.0, *(100.0,) * 7)
    found = effort(a_crew(8, every(80, 8), way=1, worth=worth), slots=80)
    windows = kept(found)["BC0"]
    opens = [-8, *(start for start, _end in windows), 80]
    assert max(later - earlier for earlier, later in pairwise(opens)) <= 6 * 8
    busiest = max(len(windows) for windows in kept(found).values())
    assert len(windows) < busiest


def test_several_guards_each_have_their_own_checkpoints() -> None:
    found = effort(a_crew(16, every(40, 10), guards=2), slots=40)
    assert found.given_up.windows > 0
    assert len(found.game.crews) == 2
    assert {crew.guards for crew in found.game.crews} == {("B1",), ("B2",)}
    first, second = (set(crew.checkpoints) for crew in found.game.crews)
    assert not first & second
    assert len(first | second) == 16
    assert isinstance(kernel.solve(found.game, seed=1, seconds=0.2, bounded=False), kernel.Solved)


def test_a_spare_guard_goes_where_he_makes_the_cadence_possible() -> None:
    hopeless, nearly = a_crew(30, every(40, 10), name="X"), a_crew(8, every(40, 10), name="Y")
    found = effort(hopeless, nearly, slots=40, spare=("R1",))
    assert [crew.guards for crew in found.game.crews if "YC0" in crew.checkpoints] == [("Y1", "R1")]
    assert [short.beats for short in found.given_up.short] == [("X1",)]
    assert not found.game.spare


def test_a_guard_who_comes_from_elsewhere_keeps_to_where_he_stands() -> None:
    crew = replace(
        a_crew(7, every(30, 6), guards=2, starts=((0, 2), (6, 4))),
        worth=(0.0, *(1.0,) * 6),
    )
    found = effort(crew, slots=30)
    for walked, place in zip(found.game.crews, ("BC0", "BC6"), strict=True):
        assert walked.checkpoints[walked.starts[0][0]] == place


@given(count=some.integers(2, 7), length=some.integers(3, 14), way=some.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_the_least_number_of_guards_by_the_work_alone_is_never_too_many(
    count: int, length: int, way: int
) -> None:
    crew = a_crew(count, every(2 * length, length), way=way)
    assert least_guards(crew) <= kernel.guards_needed(crew, 2 * length)
