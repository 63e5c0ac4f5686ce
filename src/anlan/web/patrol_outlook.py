"""How the shifts of a place stand with their plans: drawn, to be drawn anew, or not possible and why."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from anlan.actions.patrol_planning import Planning, given_up, why_not_planned
from anlan.engine.patrol_shifts import ShiftSpan
from anlan.engine.patrol_windows import Rounds, rounds_at
from anlan.engine.policy import LEVELS, Level, Text
from anlan.models import PatrolMix, PatrolPlan, Place
from anlan.queries.patrol_plans import ShiftOn, plans_between, shifts_between

State = Literal[
    "drawn", "short", "stale", "open", "nothing-owed", "infeasible", "unwalked", "no-guards", "over"
]
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class LevelOutlook:
    """One level of one shift: its plan and what it gives up, or why there is none.

    Levels that owe what the one below owes are left out.
    """

    level: Level
    state: State
    plan: PatrolPlan | None = None
    says: Text | None = None
    mix: PatrolMix | None = None

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


@dataclass(slots=True)
class _Looking:
    """What is read once for all shifts; games are reckoned once for equal visits."""

    place: Place
    at: datetime
    spans: Sequence[ShiftSpan]
    until: datetime
    planning: Planning = field(init=False)
    rounds: dict[Level, Rounds] = field(init=False)
    known: dict[Any, tuple[State, Text | None, PatrolMix | None, str]] = field(init=False)

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
        if plan is not None and (plan.mix.game_sha256 == game or plan.starts <= self.at):
            lost = given_up(plan.mix)
            return LevelOutlook(level, "short" if lost else "drawn", plan, lost, plan.mix)
        if plan is not None and says is None:
            return LevelOutlook(level, "stale", plan, mix=plan.mix)
        return LevelOutlook(level, state, None, says, mix)

    def _game(self, shift: ShiftOn, level: Level) -> tuple[State, Text | None, PatrolMix | None, str]:
        asked = self.planning.asked(self.rounds[level], shift, self.spans)
        reason = why_not_planned(asked)
        if reason is not None:
            state = reason[0]
            return ("nothing-owed" if state == "nothing-owed" else _refused(state)), reason[1], None, ""
        game = asked.first_game()
        if game is None:
            return "no-guards", None, None, ""
        digest = game.sha256
        known = PatrolMix.objects.filter(place=self.place, game_sha256=digest)
        mix = known.defer("game", "rounds").first()
        if mix is not None and not mix.chances:
            return "infeasible", given_up(mix), mix, digest
        return "open", None, mix, digest


def _refused(state: str) -> State:
    return "unwalked" if state == "unwalked" else "no-guards"
