"""Solving a place's game with the guards there are: as manned, or shared out otherwise where that is not enough."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from anlan.engine import patrol_kernel as kernel
from anlan.engine.patrol_game import Game, Standpoint, game_of
from anlan.engine.patrol_ground import Ground, Manning, mannings
from anlan.engine.patrol_kernel import CannotKeep, Solved
from anlan.engine.patrol_windows import VisitOwed
from anlan.engine.policy import Facts, Text


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
    """The game as it is walked with its mix, or why the cadence cannot be kept."""

    game: Game
    solved: Solved | None
    cannot: CannotKeep | None = None


def solved(asked: Asked, *, seconds: float, draws: int = 0) -> Answer | None:
    """The first manning that keeps every window, solved; else the first one's reason. None without any guards.

    The kernel's seed comes from the game, so that an equal game gives an equal mix.
    """
    first: Answer | None = None
    until = perf_counter() + seconds
    for manning in mannings(asked.ground, asked.without):
        game = asked.game(manning)
        left = max(until - perf_counter(), seconds / 10)
        found = kernel.solve(game, seed=int(game.sha256[:8], 16), seconds=left, draws=draws)
        if isinstance(found, Solved):
            return Answer(game, found)
        first = first or Answer(game, None, found)
    return first


def without_running(visits: Sequence[VisitOwed], at: datetime) -> tuple[VisitOwed, ...]:
    """The visits of windows that open from a moment on, those already open given up."""
    return tuple(visit for visit in visits if visit.opens >= at)


def cannot_text(game: Game, cannot: CannotKeep) -> Text:
    """Why the cadence cannot be kept, in words: "infeasible: needs N guards"."""
    crew = game.crews[cannot.crew]
    beats_zh, beats_en = "、".join(crew.guards), ", ".join(crew.guards)
    count = len(crew.checkpoints) - crew.beside
    return Text(
        f"无法按频次巡查：线路 {beats_zh}（{count} 个巡查点）至少需要 {cannot.needs} 名保安员，现有 {cannot.has} 名。",
        f"Infeasible: beat {beats_en} ({count} checkpoints) needs {cannot.needs} guards and has {cannot.has}.",
    )


def cannot_kept(game: Game, cannot: CannotKeep) -> dict[str, Any]:
    """The same as a mix keeps it; the window is in slots from the beginning of the game."""
    crew, text = game.crews[cannot.crew], cannot_text(game, cannot)
    return {
        "beats": list(crew.guards),
        "needs": cannot.needs,
        "has": cannot.has,
        "window": list(cannot.window) if cannot.window else None,
        "zh": text.zh,
        "en": text.en,
        "reason": cannot.reason,
    }
