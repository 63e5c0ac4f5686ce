"""Files of games: target games and matrix games in JSON, read with everything that is wrong with them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anlan.engine.policy import Text
from anlan.kernels.patrol.games import LARGEST, PAYOFFS, GameError, Kind, MatrixGame, TargetGame

MATRICES = ("leader", "follower")

_WORDS: dict[Kind, Text] = {
    "empty": Text(zh="为空；请至少给出一个数。", en="is empty; give at least one number."),
    "shape": Text(
        zh="与其他数组长度不一；每个目标（或每行每列）都要有一个数。",
        en="differs in length from the others; give one number for each target (or each row and column).",
    ),
    "not-finite": Text(
        zh=f"不是可用的数；请写成绝对值不超过 {LARGEST:g} 的有限数。",
        en=f"cannot be used; write a finite number no further from zero than {LARGEST:g}.",
    ),
    "negative": Text(zh="小于零；请写成零或正数。", en="is less than zero; write zero or more."),
    "attracts": Text(
        zh="大于同一目标的 attacker_uncovered：设防不应使目标对攻击者更有利；请核对两者是否写反。",
        en="is greater than attacker_uncovered of that target: cover may not make a target worth more to the attacker; "
        "see whether the two are exchanged.",
    ),
}


@dataclass(frozen=True, slots=True)
class NamedGame:
    """A game of a file, with its name and the names of its columns where the file gives them."""

    name: str | None
    game: TargetGame | MatrixGame
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GameProblem:
    """What is wrong, and where: `[2].attacker_covered[5]`."""

    where: str
    message: Text


def read_games(path: Path) -> tuple[list[NamedGame], bool, list[GameProblem]]:
    """The games, whether the file is a list of them, and all problems; there are no games where there is one."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        return [], False, [GameProblem("", Text(zh=f"无法读取：{error}", en=f"cannot be read: {error}"))]
    except json.JSONDecodeError as error:
        message = Text(
            zh=f"第 {error.lineno} 行不是有效的 JSON：{error.msg}",
            en=f"line {error.lineno} is not JSON: {error.msg}",
        )
        return [], False, [GameProblem("", message)]
    several = isinstance(document, list)
    games: list[NamedGame] = []
    problems: list[GameProblem] = []
    for number, one in enumerate(document if several else [document]):
        found = _game(one, f"[{number}]" if several else "")
        if isinstance(found, NamedGame):
            games.append(found)
        else:
            problems += found
    return ([] if problems else games), several, problems


def _game(given: Any, where: str) -> NamedGame | list[GameProblem]:
    members: dict[str, Any] = given if isinstance(given, dict) else {}
    kind: type[MatrixGame] | type[TargetGame]
    names: tuple[str, ...]
    if any(name in members for name in MATRICES):
        kind, names = MatrixGame, MATRICES
    elif any(name in members for name in (*PAYOFFS, "resources")):
        kind, names = TargetGame, (*PAYOFFS, "resources")
    else:
        return [_problem(where, f"不是博弈；请给出 {_LISTED}", f"is no game; give {_LISTED}")]
    problems = [problem for name in names for problem in _wrong(members, name, where)]
    if problems:
        return problems
    try:
        game = kind(*(members[name] for name in names))
    except GameError as error:
        return [
            GameProblem(_place(where, mistake.member, *mistake.at), _WORDS[mistake.kind])
            for mistake in error.mistakes
        ]
    name, columns = members.get("name"), members.get("cols", [])
    if (
        not isinstance(columns, list)
        or not isinstance(game, MatrixGame)
        or len(columns) != game.leader.shape[1]
    ):
        columns = []
    return NamedGame(None if name is None else str(name), game, tuple(map(str, columns)))


_LISTED = f"{', '.join((*PAYOFFS, 'resources'))} / {', '.join(MATRICES)}"


def _wrong(members: dict[str, Any], name: str, where: str) -> Iterator[GameProblem]:
    """Members that are missing or of the wrong sort; what their numbers may be is for the game to say."""
    value, place = members.get(name), _place(where, name)
    if value is None:
        yield _problem(place, "缺少，请补上。", "is missing; add it.")
    elif name == "resources":
        if not _is_number(value):
            yield _problem(place, "应是一个数。", "must be a number.")
    elif not isinstance(value, list):
        yield _problem(place, "应是数组。", "must be a list.")
    elif name in PAYOFFS:
        yield from _not_numbers(value, place)
    elif not all(isinstance(row, list) for row in value):
        yield _problem(place, "应是由行组成的数组。", "must be a list of rows.")
    else:
        for number, row in enumerate(value):
            if len(row) != len(value[0]):
                yield GameProblem(f"{place}[{number}]", _WORDS["shape"])
            yield from _not_numbers(row, f"{place}[{number}]")


def _not_numbers(values: list[Any], place: str) -> Iterator[GameProblem]:
    if set(map(type, values)) <= {float}:
        return
    for number, value in enumerate(values):
        if not _is_number(value):
            yield _problem(f"{place}[{number}]", "不是可用的数。", "is not a number that can be used.")


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or abs(value) <= LARGEST


def _problem(where: str, chinese: str, english: str) -> GameProblem:
    return GameProblem(where, Text(zh=chinese, en=english))


def _place(where: str, member: str, *numbers: int) -> str:
    return f"{where}.{member}".removeprefix(".") + "".join(f"[{number}]" for number in numbers)
