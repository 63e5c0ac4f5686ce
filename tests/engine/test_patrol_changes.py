"""What a plan no longer goes by, and which windows it gives up."""

from dataclasses import replace

from anlan.engine.patrol_changes import changes_between, windows_given_up
from anlan.engine.patrol_game import Game, GameCrew, Names
from anlan.engine.policy import Text

CREW = GameCrew(
    guards=("B1",),
    checkpoints=("A", "B"),
    worth=(3.0, 3.0),
    walk=((0, 2), (2, 0)),
    dwell=(1, 1),
    windows=(((0, 60), (60, 120)), ((0, 60), (60, 120))),
)
GAME = Game((CREW,), (), 120, 10)


def said(after: Game | None, names: Names | None = None) -> list[str]:
    return [text.en for text in changes_between(GAME, after, names)]


def with_crew(**values: object) -> Game:
    return replace(GAME, crews=(replace(CREW, **values),))  # type: ignore[arg-type]  # (fields by their names)


def test_equal_games_differ_in_nothing() -> None:
    assert said(GAME) == []


def test_each_thing_that_changed_is_named_and_nothing_else() -> None:
    assert said(with_crew(worth=(3.0, 9.0))) == ["worth changed: B"]
    assert said(with_crew(walk=((0, 5), (5, 0)))) == ["walking times changed"]
    assert said(with_crew(dwell=(2, 1))) == ["the stay changed: A"]
    assert said(with_crew(windows=(CREW.windows[0], ((0, 120),)))) == ["windows changed: B"]
    assert said(with_crew(guards=("B1", "B2"))) == ["beats or guards changed"]
    assert said(replace(GAME, attack=15)) == ["the length of the shift or of an attack changed"]
    assert said(None) == ["there are no guards or beats any more"]


def test_checkpoints_are_told_by_name_and_of_many_only_the_first_three() -> None:
    points = tuple(f"C{number}" for number in range(5))
    empty = GameCrew(("B1",), points, (3.0,) * 5, ((0,) * 5,) * 5, (1,) * 5, ((),) * 5)
    before = Game((replace(empty, windows=(((0, 9),),) * 5),), (), 120, 10)
    names = Names(points={"C0": Text("大门", "Gate")})
    [told] = changes_between(before, Game((empty,), (), 120, 10), names)
    assert told.en == "windows changed: Gate, C1, C2 and 2 more"
    assert told.zh == "时间窗变化：大门、C1、C2等 5 个"


def test_a_window_is_given_up_where_nothing_walked_lies_in_it() -> None:
    walked = with_crew(windows=(((3, 4), (60, 120)), ((60, 120),)))
    assert windows_given_up(GAME, walked) == {"B": ((0, 60),)}
    assert windows_given_up(GAME, GAME) == {}
