"""How the shifts of a place stand with their plans: drawn, to be drawn anew, or not possible and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Literal

from anlan.actions.patrol_planning import Planning, given_up, why_not_planned
from anlan.engine.patrol_changes import changes_between
from anlan.engine.patrol_game import Game, read_game
from anlan.engine.patrol_shifts import ShiftSpan
from anlan.engine.patrol_windows import Rounds, rounds_at
from anlan.engine.policy import LEVELS, Level, Text
from anlan.models import PatrolMix, PatrolPlan, Place
from anlan.queries.patrol_plans import ShiftOn, plans_between, shifts_between

State = Literal[
    "drawn", "short", "stale", "open", "nothing-owed", "infeasible", "unwalked", "no-guards", "over"
]
DAY = timedelta(days=1)
A_GAME = timedelta(seconds=25)
"""About how long the worker takes for a game that is new, its proof included."""


@dataclass(frozen=True, slots=True)
class LevelOutlook:
    """One level of one shift: its plan and what it gives up, or why there is none.

    Levels that owe what the one below owes are left out. `changed` is what a stale plan no longer goes by; `game` the
    game still to be solved, "" where it is known.
    """

    level: Level
    state: State
    plan: PatrolPlan | None = None
    says: Text | None = None
    mix: PatrolMix | None = None
    changed: tuple[Text, ...] = ()
    game: str = ""

    @property
    def is_refused(self) -> bool:
        return self.state in ("short", "infeasible", "unwalked", "no-guards")


@dataclass(frozen=True, slots=True)
class ShiftOutlook:
    """A shift on one day, level by level; `again` are the plans that replaced others in its middle."""

    shift: ShiftOn
    levels: tuple[LevelOutlook, ...]
    again: tuple[PatrolPlan, ...]


def outlook(place: Place, first: date, days: int, at: datetime) -> list[ShiftOutlook]:
    """The shifts that start on `days` days from `first` on, in order of time."""
    last = first + timedelta(days=days - 1)
    around = shifts_between(place, first - DAY, last + DAY)
    chosen = [shift for shift in around if first <= shift.on <= last]
    if not chosen:
        return []
    start, end = chosen[0].start, max(shift.end for shift in chosen)
    plans: dict[tuple[str, date], list[PatrolPlan]] = {}
    for plan in plans_between(place, start, end):
        plans.setdefault((plan.shift.code, plan.on), []).append(plan)
    looking = _Looking(place, at, [shift.span for shift in around], end)
    return [looking.shift(shift, plans.get((shift.shift.code, shift.on), [])) for shift in chosen]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How far the drawing of some shifts is: those with every plan, and games that nobody solved yet."""

    shifts: int
    ready: int
    games: int

    @property
    def minutes(self) -> int:
        """About how long the games take that are still to be solved."""
        return ceil(self.games * A_GAME / timedelta(minutes=1))


def drawing(place: Place, first: date, days: int, at: datetime) -> Drawing:
    """How far the shifts that start on `days` days from `first` on, and are not over, are drawn."""
    looks = [look for look in outlook(place, first, days, at) if look.shift.end > at]
    to_draw = [level for look in looks for level in look.levels if level.state in ("open", "stale")]
    ready = sum(all(level.state not in ("open", "stale") for level in look.levels) for look in looks)
    return Drawing(len(looks), ready, len({level.game for level in to_draw if level.game}))


@dataclass(slots=True)
class _Looking:
    """What is read once for all shifts; games are reckoned once for equal visits."""

    place: Place
    at: datetime
    spans: Sequence[ShiftSpan]
    until: datetime
    planning: Planning = field(init=False)
    whys: dict[tuple[Any, str], tuple[Text, ...]] = field(default_factory=dict)
    rounds: dict[Level, Rounds] = field(init=False)
    known: dict[Any, tuple[State, Text | None, PatrolMix | None, Game | None]] = field(init=False)

    def __post_init__(self) -> None:
        self.planning = Planning(self.place, None, self.at, 0)
        subject, basis = self.planning.subject, self.planning.basis
        self.rounds = {level: rounds_at(subject, basis, level, self.until) for level in LEVELS}
        self.known = {}

    def shift(self, shift: ShiftOn, plans: Sequence[PatrolPlan]) -> ShiftOutlook:
        first = {plan.level: plan for plan in plans if plan.replaces_id is None}
        again = tuple(plan for plan in plans if plan.replaces_id is not None)
        if shift.end <= self.at:
            levels = [LevelOutlook(level, "over", first[level]) for level in LEVELS if level in first]
            return ShiftOutlook(shift, tuple(levels), again)
        levels, before = [], None
        for level in LEVELS:
            visits = tuple(self.rounds[level].visits(shift.span, self.spans))
            asks = tuple((one.checkpoint, one.start - shift.start, one.end - shift.start) for one in visits)
            if asks == before:
                continue
            before = asks
            levels.append(self._level(shift, level, asks, first.get(level)))
        return ShiftOutlook(shift, tuple(levels), again)

    def _level(self, shift: ShiftOn, level: Level, asks: Any, plan: PatrolPlan | None) -> LevelOutlook:
        key = (asks, shift.end - shift.start)
        if key not in self.known:
            self.known[key] = self._game(shift, level)
        state, says, mix, game = self.known[key]
        digest = game.sha256 if game else ""
        if plan is not None and (plan.mix.game_sha256 == digest or shift.start <= self.at):
            lost = given_up(plan.mix, self.planning.names)
            return LevelOutlook(level, "short" if lost else "drawn", plan, lost, plan.mix)
        if plan is not None and says is None:
            changed = self._changed(plan.mix, game)
            return LevelOutlook(
                level, "stale", plan, mix=plan.mix, changed=changed, game="" if mix else digest
            )
        return LevelOutlook(level, state, None, says, mix, game="" if mix else digest)

    def _changed(self, mix: PatrolMix, game: Game | None) -> tuple[Text, ...]:
        key = (mix.pk, game.sha256 if game else "")
        if key not in self.whys:
            self.whys[key] = changes_between(read_game(mix.game["asked"]), game, self.planning.names)
        return self.whys[key]

    def _game(self, shift: ShiftOn, level: Level) -> tuple[State, Text | None, PatrolMix | None, Game | None]:
        asked = self.planning.asked(self.rounds[level], shift, self.spans)
        reason = why_not_planned(asked, self.planning.names)
        if reason is not None:
            state = reason[0]
            return ("nothing-owed" if state == "nothing-owed" else _refused(state)), reason[1], None, None
        game = asked.first_game()
        if game is None:
            return "no-guards", None, None, None
        known = PatrolMix.objects.filter(place=self.place, game_sha256=game.sha256)
        mix = known.defer("game", "rounds").first()
        if mix is not None and not mix.chances:
            return "infeasible", given_up(mix, self.planning.names), mix, game
        return "open", None, mix, game


def _refused(state: str) -> State:
    return "unwalked" if state == "unwalked" else "no-guards"
