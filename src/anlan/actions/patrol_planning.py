"""What planning patrols works with: a place read once, its games solved once each, plans drawn by sealed seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.patrol_seals import drawn_legs, fresh_seal
from anlan.engine.derivation import facts_of
from anlan.engine.facts import Basis, SubjectFacts
from anlan.engine.patrol_game import Names, unwalked
from anlan.engine.patrol_ground import Ground, mannings
from anlan.engine.patrol_shifts import ShiftSpan
from anlan.engine.patrol_solving import Asked, given_up_kept, given_up_read, given_up_text, solved
from anlan.engine.patrol_windows import Rounds
from anlan.engine.policy import Level, Text
from anlan.models import PatrolMix, PatrolPlan, Place, Shift, User
from anlan.queries.duties import basis
from anlan.queries.patrol_ground import ground_of
from anlan.queries.patrol_plans import ShiftOn, names_of
from anlan.queries.subjects import place_subject

State = Literal["drawn", "redrawn", "kept", "begun", "nothing-owed", "infeasible", "unwalked", "no-guards"]
NOBODY = Text("没有可用的巡查线路或保安员。", "There is no beat, or no guard to walk one.")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one shift at one level; `says` tells why there is no plan, or which windows it gives up."""

    shift: str
    on: date
    level: Level
    state: State
    plan: str = ""
    says: Text | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """What became of planning a place; levels that owe what the one below owes have no outcome of their own."""

    outcomes: tuple[Outcome, ...] = ()
    games: int = 0

    @property
    def drawn(self) -> int:
        return sum(outcome.state in ("drawn", "redrawn") for outcome in self.outcomes)

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The shifts and levels that cannot be kept whole, each with its reason."""
        return tuple(outcome for outcome in self.outcomes if outcome.says is not None)


@dataclass(slots=True)
class Planning:
    """A place with everything its plans rest on, read once; mixes are solved once for equal games."""

    place: Place
    by: User | None
    at: datetime
    seconds: float
    draws: int = 0
    subject: SubjectFacts = field(init=False)
    basis: Basis = field(init=False)
    ground: Ground = field(init=False)
    names: Names = field(init=False)
    games: int = 0

    def __post_init__(self) -> None:
        self.subject, self.basis = place_subject(self.place), basis()
        self.ground = ground_of(self.place, self.at)
        self.names = names_of(self.place)

    def asked(self, rounds: Rounds, shift: ShiftOn, spans: Sequence[ShiftSpan]) -> Asked:
        """The game of a whole shift."""
        visits = tuple(rounds.visits(shift.span, spans))
        facts = facts_of(self.subject, shift.start) or {}
        return Asked(self.ground, facts, visits, (shift.start, shift.end))

    def mix_of(self, asked: Asked) -> PatrolMix:
        """The mix of a game: the one that was found before, else solved now and kept."""
        game = asked.first_game()
        if game is None:
            raise ValueError("a game without guards is not solved")
        known = PatrolMix.objects.filter(place=self.place, game_sha256=game.sha256).first()
        if known is not None and known.rounds:
            return known
        answer = solved(asked, seconds=self.seconds, draws=self.draws, bounded=self.draws > 0)
        self.games += 1
        if answer is None:
            raise ValueError("a game without guards is not solved")
        found = answer.solved
        mix, _is_new = PatrolMix.objects.update_or_create(
            place=self.place,
            game_sha256=game.sha256,
            defaults={
                "game": {"asked": game.as_json(), "walked": answer.game.as_json()},
                "rounds": found.rounds if found else [],
                "chances": found.chances if found else [],
                "proof": found.figures if found else {},
                "infeasible": given_up_kept(answer.given_up) if answer.given_up else None,
                "made_at": self.at,
            },
        )
        return mix

    def draw(
        self,
        mix: PatrolMix,
        shift: Shift,
        on: date,
        level: Level,
        span: tuple[datetime, datetime],
        *,
        cause: str = "planned",
        replaces: PatrolPlan | None = None,
    ) -> PatrolPlan:
        """A plan drawn from a mix by a fresh seed, sealed."""
        seal = fresh_seal()
        plan = PatrolPlan.objects.create(
            place=self.place, shift=shift, on=on, level=level, starts=span[0], ends=span[1], mix=mix,
            legs=drawn_legs(mix, seal.seed, span[0]),
            sealed_seed=seal.sealed, commitment=seal.commitment, cause=cause, replaces=replaces,
            drawn_at=self.at, by=self.by,
        )  # fmt: skip
        changes = {
            "shift": [None, f"{shift.code} {on}"],
            "level": [None, level],
            "cause": [None, cause],
            "commitment": [None, seal.commitment],
        }
        entry = Change(
            "draw-patrol-plan", "patrol-plan", str(plan.pk), self.place.name_zh, self.place.code, changes
        )
        journal.write(entry, by=self.by, at=self.at)
        return plan


def given_up(mix: PatrolMix, names: Names | None = None) -> Text | None:
    """What a mix cannot keep, in words; None where it keeps every window. `names` saves looking them up."""
    kept: Mapping[str, Any] | None = mix.infeasible
    if not kept:
        return None
    if "short" not in kept:
        return Text(kept["zh"], kept["en"])
    return given_up_text(given_up_read(kept), names_of(mix.place) if names is None else names)


def why_not_planned(asked: Asked, names: Names | None = None) -> tuple[State, Text | None] | None:
    """Why a shift is not planned at a level: nothing is owed, or no beat walks what is owed."""
    if not asked.visits:
        return "nothing-owed", None
    if next(mannings(asked.ground, asked.without), None) is None or not asked.ground.walked:
        return "no-guards", NOBODY
    missing = unwalked(asked.ground, asked.visits)
    return ("unwalked", missing.text(names.points if names else None)) if missing else None
