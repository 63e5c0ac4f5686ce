"""Drawing the plans of patrols: each shift's game solved once, a plan drawn for each level by a sealed seed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from anlan.actions.patrol_planning import NOBODY, Outcome, Planned, Planning, given_up, why_not_planned
from anlan.actions.patrol_proofs import keep_recount
from anlan.actions.patrol_rest import draw_rest, planned
from anlan.actions.turns import take_turn
from anlan.engine.patrol_game import Game
from anlan.engine.patrol_shifts import ShiftSpan
from anlan.engine.patrol_solving import Asked
from anlan.engine.patrol_windows import Rounds, rounds_at
from anlan.engine.policy import LEVELS, Level
from anlan.models import PatrolPlan, Place, User
from anlan.queries.patrol_plans import ShiftOn, shifts_between

SECONDS = 20.0
"""How long the solver may take for one game."""

DRAWS = 100_000
"""How many drawn shifts the attacker of the proof sees."""

Progress = Callable[[int, int], None]


def plan_place(
    place: Place,
    start_day: date,
    days: int,
    *,
    by: User | None,
    at: datetime,
    levels: Sequence[Level] = LEVELS,
    seconds: float = SECONDS,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Planned:
    """Draw a plan for each shift that starts on `days` days from `start_day` on and is not over, for each level.

    Doing it twice keeps what is there, unless its game changed and it has not begun. `levels` narrows what is planned.
    """
    planning = Planning(place, by, at, seconds, draws)
    last = start_day + timedelta(days=days - 1)
    around = shifts_between(place, start_day - timedelta(days=1), last + timedelta(days=1))
    chosen = [shift for shift in around if start_day <= shift.on <= last and shift.end > at]
    if not chosen:
        return Planned()
    spans = [shift.span for shift in around]
    until = max(shift.end for shift in chosen)
    rounds = {level: rounds_at(planning.subject, planning.basis, level, until) for level in levels}
    outcomes: list[Outcome] = []
    for number, shift in enumerate(chosen):
        outcomes += _plan_shift(planning, shift, spans, rounds)
        if progress is not None:
            progress(number + 1, len(chosen))
    return Planned(tuple(outcomes), planning.games)


def _plan_shift(
    planning: Planning, shift: ShiftOn, spans: Sequence[ShiftSpan], rounds: dict[Level, Rounds]
) -> list[Outcome]:
    """The plans of one shift; a level whose game equals that of the level before it walks by the same plan."""
    outcomes: list[Outcome] = []
    before: Game | None = None
    for level in rounds:
        asked = planning.asked(rounds[level], shift, spans)
        game = asked.first_game()
        if game is not None and game == before:
            _cancel(planning, shift, level)
            continue
        before = game
        reason = why_not_planned(asked, planning.names)
        if reason is not None or game is None:
            state, says = reason or ("no-guards", NOBODY)
            _cancel(planning, shift, level)
            outcomes.append(Outcome(shift.shift.code, shift.on, level, state, says=says))
        else:
            outcomes.append(_plan_level(planning, shift, spans, level, asked))
    return outcomes


def _plan_level(
    planning: Planning, shift: ShiftOn, spans: Sequence[ShiftSpan], level: Level, asked: Asked
) -> Outcome:
    name = (shift.shift.code, shift.on, level)
    there = planned(shift, level)
    if there is not None and min(there.starts, shift.start) <= planning.at:
        return Outcome(*name, "begun", str(there.pk), given_up(there.mix))
    if shift.start < planning.at:
        return draw_rest(planning, shift, spans, level, cause="planned", replaces=None)
    mix = planning.mix_of(asked)
    subject, basis = planning.subject, planning.basis
    keep_recount(mix, subject, basis, shift.span, spans, level, draws=planning.draws)
    with transaction.atomic():
        take_turn(f"patrol-plans/{planning.place.pk}")
        there = planned(shift, level)
        if there is not None and there.mix_id == mix.pk:
            return Outcome(*name, "kept", str(there.pk), given_up(mix))
        _cancel(planning, shift, level)
        if not mix.rounds:
            return Outcome(*name, "infeasible", says=given_up(mix))
        plan = planning.draw(mix, shift.shift, shift.on, level, (shift.start, shift.end))
    return Outcome(*name, "redrawn" if there else "drawn", str(plan.pk), given_up(mix))


def _cancel(planning: Planning, shift: ShiftOn, level: Level) -> None:
    """Take back a plan that has not begun."""
    rows = PatrolPlan.objects.filter(
        place=planning.place, shift=shift.shift, on=shift.on, level=level, cause="planned", cancelled_at=None
    )
    rows.filter(starts__gt=planning.at).update(cancelled_at=planning.at)
