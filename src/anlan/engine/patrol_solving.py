"""Solving a place's game with the guards there are: as manned, or shared out otherwise where that is not enough."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any, Final

from anlan.engine import patrol_kernel as kernel
from anlan.engine.patrol_effort import GivenUp, Short, best_effort, least_guards
from anlan.engine.patrol_game import SLOT, Game, Names, Standpoint, game_of
from anlan.engine.patrol_ground import Ground, Manning, mannings
from anlan.engine.patrol_kernel import Solved
from anlan.engine.patrol_windows import VisitOwed
from anlan.engine.policy import Facts, Text

EFFORT: Final = 0.3
"""The part of the time that may go into finding what to give up."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be solved: the visits owed on a ground from start to end, with whom, from where."""

    ground: Ground
    facts: Facts
    visits: tuple[VisitOwed, ...]
    span: tuple[datetime, datetime]
    without: frozenset[str] = frozenset()
    standpoints: tuple[Standpoint, ...] = ()

    def game(self, manning: Manning) -> Game:
        return game_of(self.ground, self.facts, self.visits, manning, self.span, self.standpoints)

    def first_game(self) -> Game | None:
        """The game with the least disturbing manning; None where there are no guards at all."""
        manning = next(mannings(self.ground, self.without), None)
        return self.game(manning) if manning else None


@dataclass(frozen=True, slots=True)
class Answer:
    """The game as it is walked with its mix; where not every window can be kept, what is given up."""

    game: Game
    solved: Solved | None
    given_up: GivenUp | None = None


def solved(asked: Asked, *, seconds: float, draws: int = 0, bounded: bool = True) -> Answer | None:
    """The first manning that keeps every window, solved; else the one that gives up least. None without any guards.

    The kernel's seed comes from the game, so that an equal game gives an equal mix.
    """
    games: list[Game] = []
    until = perf_counter() + seconds
    for manning in mannings(asked.ground, asked.without):
        game = asked.game(manning)
        games.append(game)
        left = max(until - perf_counter(), seconds / 10)
        if not _is_hopeless(game):
            found = kernel.solve(game, seed=_seed(game), seconds=left, draws=draws, bounded=bounded)
            if isinstance(found, Solved):
                return Answer(game, found)
    if not games:
        return None
    efforts = [best_effort(game, EFFORT * seconds / len(games)) for game in games]
    effort = min(efforts, key=lambda one: one.given_up.windows)
    left = max(until - perf_counter(), seconds / 2)
    for game in (effort.game, effort.fixed):
        found = kernel.solve(game, seed=_seed(game), seconds=left, draws=draws, bounded=bounded)
        if isinstance(found, Solved):
            return Answer(game, found, effort.given_up)
    return Answer(effort.game, None, effort.given_up)


def _seed(game: Game) -> int:
    return int(game.sha256[:8], 16)


def _is_hopeless(game: Game) -> bool:
    """Whether the work alone shows that there are too few guards, so that nobody need search."""
    return any(least_guards(crew) > len(crew.guards) + len(game.spare) for crew in game.crews)


def given_up_text(given: GivenUp, names: Names | None = None) -> Text:
    """What is missed and why, in words: how many guards it takes, how many windows of an hour go by."""
    called = names or Names()
    if given.open_only:
        points = _called(sorted(code for code, _missed, _owed in given.checkpoints), called.points)
        return Text(
            f"当前时间窗内来不及到达{points.zh}，其余照常。",
            f"The windows open now leave no time for {points.en}; all later ones are kept.",
        )
    zh = "；".join(_short_zh(one, called) for one in given.short)
    en = "; ".join(_short_en(one, called) for one in given.short)
    hours = given.slots * SLOT / timedelta(hours=1)
    missed, owed = given.windows / hours, given.of / hours
    if missed >= 1 and hours >= 2:
        return Text(
            f"{zh}。平均每小时 {owed:.0f} 个时间窗中约有 {missed:.0f} 个到不了"
            f"（本次计划共 {given.of} 个，缺 {given.windows} 个）。",
            f"{en}. About {missed:.0f} of {owed:.0f} windows an hour will be missed "
            f"({given.windows} of {given.of} in this plan).",
        )
    return Text(
        f"{zh}。本次计划共 {given.of} 个时间窗，有 {given.windows} 个到不了。",
        f"{en}. {given.windows} of {given.of} windows of this plan will be missed.",
    )


def given_up_kept(given: GivenUp) -> dict[str, Any]:
    """The same as a mix keeps it."""
    text = given_up_text(given)
    return {"zh": text.zh, "en": text.en, **asdict(given)}


def given_up_read(kept: Mapping[str, Any]) -> GivenUp:
    """What a mix keeps of it, read back."""
    return GivenUp(
        kept["windows"],
        kept["of"],
        kept["slots"],
        kept["open_only"],
        tuple((code, missed, owed) for code, missed, owed in kept["checkpoints"]),
        tuple(
            Short(tuple(one["beats"]), one["checkpoints"], one["needs"], one["has"]) for one in kept["short"]
        ),
    )


def _called(codes: Sequence[str], names: Mapping[str, Text]) -> Text:
    found = [names.get(code) or Text(code, code) for code in codes]
    return Text("、".join(one.zh for one in found), ", ".join(one.en for one in found))


def _short_zh(one: Short, names: Names) -> str:
    called = "" if names.beats else "线路 "
    beats = f"{called}{_called(one.beats, names.beats).zh}（{one.checkpoints} 个巡查点）"
    if not one.needs:
        return f"{beats}无论多少保安员都无法按频次巡查"
    return f"{beats}按频次巡查需要 {one.needs} 名保安员，现有 {one.has} 名"


def _short_en(one: Short, names: Names) -> str:
    called = "" if names.beats else "Beat "
    beats = f"{called}{_called(one.beats, names.beats).en} ({one.checkpoints} checkpoints)"
    if not one.needs:
        return f"{beats} cannot keep its windows with any number of guards"
    return f"{beats} needs {one.needs} guards and has {one.has}"
