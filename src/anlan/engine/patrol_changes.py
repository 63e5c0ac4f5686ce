"""What differs between two games: why a plan is drawn anew, and which windows a plan gives up."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from anlan.engine.patrol_game import Game, GameCrew, Names
from anlan.engine.policy import Text

NAMED: Final = 3
"""So many checkpoints are named; of more it is said how many."""

Span = tuple[int, int]


def changes_between(before: Game, after: Game | None, names: Names | None = None) -> tuple[Text, ...]:
    """What the later of two games has otherwise, in words; nothing where they are equal."""
    if after is None:
        return (Text("已无保安员或线路", "there are no guards or beats any more"),)
    called = (names or Names()).points
    old, new = _by_point(before, _worth), _by_point(after, _worth)
    found: list[Text] = []
    if added := sorted(set(new) - set(old)):
        found.append(_said("新增巡查点", "checkpoints added", added, called))
    if gone := sorted(set(old) - set(new)):
        found.append(_said("减少巡查点", "checkpoints taken out", gone, called))
    kept = set(old) & set(new)
    if (before.slots, before.attack) != (after.slots, after.attack):
        found.append(Text("班次或攻击时长变化", "the length of the shift or of an attack changed"))
    if _guards(before) != _guards(after):
        found.append(Text("线路或保安员变化", "beats or guards changed"))
    parts: tuple[tuple[Callable[[GameCrew, int], object], str, str], ...] = (
        (_windows, "时间窗变化", "windows changed"),
        (_worth, "点位权重变化", "worth changed"),
        (_dwell, "停留时间变化", "the stay changed"),
    )
    for part, zh, en in parts:
        first, second = _by_point(before, part), _by_point(after, part)
        if differing := sorted(code for code in kept if first[code] != second[code]):
            found.append(_said(zh, en, differing, called))
    ways, later = _ways(before), _ways(after)
    if any(later[pair] != ways[pair] for pair in ways.keys() & later.keys()):
        found.append(Text("步行时间变化", "walking times changed"))
    return tuple(found)


def windows_given_up(asked: Game, walked: Game) -> dict[str, tuple[Span, ...]]:
    """The windows of a game that the one walked in its stead has no visit in, by checkpoint, in slots."""
    kept: dict[str, list[Span]] = {}
    for crew in walked.crews:
        for number, code in enumerate(crew.checkpoints):
            kept.setdefault(code, []).extend(crew.windows[number])
    found: dict[str, tuple[Span, ...]] = {}
    for crew in asked.crews:
        for number, code in enumerate(crew.checkpoints):
            lost = tuple(span for span in crew.windows[number] if not _met(span, kept.get(code, ())))
            if lost:
                found[code] = lost
    return found


def _met(span: Span, kept: Iterable[Span]) -> bool:
    return any(span[0] <= opens and closes <= span[1] for opens, closes in kept)


def _by_point(game: Game, part: Callable[[GameCrew, int], Any]) -> dict[str, Any]:
    return {
        code: part(crew, number)
        for crew in game.crews
        for number, code in enumerate(crew.checkpoints[: len(crew.checkpoints) - crew.beside])
    }


def _worth(crew: GameCrew, number: int) -> object:
    return crew.worth[number]


def _dwell(crew: GameCrew, number: int) -> object:
    return crew.dwell[number]


def _windows(crew: GameCrew, number: int) -> object:
    return crew.windows[number]


def _guards(game: Game) -> object:
    return sorted(crew.guards for crew in game.crews), game.spare


def _ways(game: Game) -> dict[tuple[str, str], int]:
    return {
        (one, other): crew.walk[first][second]
        for crew in game.crews
        for first, one in enumerate(crew.checkpoints)
        for second, other in enumerate(crew.checkpoints)
    }


def _said(zh: str, en: str, codes: list[str], names: Mapping[str, Text]) -> Text:
    called = [names.get(code) or Text(code, code) for code in codes[:NAMED]]
    more = len(codes) - NAMED
    and_zh, and_en = (f"等 {len(codes)} 个", f" and {more} more") if more > 0 else ("", "")
    return Text(
        f"{zh}：{'、'.join(one.zh for one in called)}{and_zh}",
        f"{en}: {', '.join(one.en for one in called)}{and_en}",
    )
