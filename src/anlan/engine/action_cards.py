"""Action cards: what one role does in the first ten minutes at one place, compiled from a plan and the place's points.

A card's version is a digest of everything that stands on it, in both languages. It changes with a word, a number or a
name of an exit, and with nothing else, so that a card whose version is not the present one is outdated.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Final, Literal, get_args

from anlan.engine.durations import duration_text
from anlan.engine.plans import ActionPlan, PlanRole, Question, Shows, Step
from anlan.engine.policy import Scheme, Term, Text

PointKind = Literal[
    "exit",
    "assembly",
    "rendezvous",
    "cut-off-gas",
    "cut-off-power",
    "cut-off-water",
    "hydrant",
    "control-room",
    "aed",
]
POINT_KINDS: Final[tuple[PointKind, ...]] = get_args(PointKind)
KINDS_SHOWN: Final[Mapping[Shows, tuple[PointKind, ...]]] = {
    "exits": ("exit",),
    "assembly": ("assembly",),
    "cut-offs": ("cut-off-gas", "cut-off-power", "cut-off-water"),
    "rendezvous": ("rendezvous",),
    "hydrants": ("hydrant",),
    "aeds": ("aed",),
}
"""Which points of a place stand under a step that shows a sort of them."""
CONTROL_ROOM: Final = "control-room"
NEIGHBOURS: Final = "neighbours"
_VERSION_LENGTH: Final = 12
_NOTHING: Final = Text(zh="", en="")


@dataclass(frozen=True, slots=True)
class Point:
    """Something of the place that a step needs; `number` is the line of a control room."""

    kind: PointKind
    name: Text
    note: Text = _NOTHING
    number: str = ""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A place near by that is told; `number` is its control room's line."""

    name: Text
    number: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The place a card is for, and the scheme's words and numbers that its steps use."""

    place: Text
    calls: Mapping[str, Term]
    roles: Mapping[str, Term]
    points: tuple[Point, ...] = ()
    neighbours: tuple[Neighbour, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody to ring; without a number nobody has stated one, and the card says so."""

    who: Text
    number: str


@dataclass(frozen=True, slots=True)
class CardStep:
    """A step with the numbers it calls and the points it needs; `within` is an ISO 8601 duration."""

    id: str
    number: int
    do: Text
    within: str = ""
    lines: tuple[Line, ...] = ()
    shows: Shows | None = None
    points: tuple[Point, ...] = ()

    @property
    def lacks(self) -> tuple[Literal["number", "points"], ...]:
        """What the register still has to supply for this step."""
        lacking: list[Literal["number", "points"]] = []
        if self.lines and not any(line.number for line in self.lines):
            lacking.append("number")
        if self.shows and not self.points:
            lacking.append("points")
        return tuple(lacking)


@dataclass(frozen=True, slots=True)
class ActionCard:
    """The card of one role for one plan at one place, in both languages."""

    plan: str
    scenario: str
    role: str
    place: Text
    title: Text
    role_title: Text
    triggers: tuple[Text, ...]
    command: Text
    steps: tuple[CardStep, ...]
    never: tuple[Text, ...]
    read_back: tuple[Question, ...]
    version: str = ""

    @property
    def lacking(self) -> tuple[CardStep, ...]:
        """Steps for which the register has no number or no point."""
        return tuple(step for step in self.steps if step.lacks)


def surroundings_of(
    scheme: Scheme, place: Text, points: Sequence[Point] = (), neighbours: Sequence[Neighbour] = ()
) -> Surroundings:
    """What cards of a place need, taken from the scheme and from the place's own points."""
    terms = scheme.terms
    return Surroundings(
        place, terms.get("calls", {}), terms.get("card-roles", {}), tuple(points), tuple(neighbours)
    )


def card(plan: ActionPlan, role: str, surroundings: Surroundings) -> ActionCard:
    """The card of a role for a place. Raises KeyError where the plan gives the role no work."""
    work = plan.role(role)
    if work is None:
        raise KeyError(role)
    whole = ActionCard(
        plan=plan.id,
        scenario=plan.scenario,
        role=role,
        place=surroundings.place,
        title=plan.title,
        role_title=_title(surroundings.roles, role),
        triggers=plan.triggers,
        command=plan.command,
        steps=_steps(work, surroundings),
        never=work.never,
        read_back=work.read_back,
    )
    return replace(whole, version=_version(whole))


def cards(plan: ActionPlan, surroundings: Surroundings) -> tuple[ActionCard, ...]:
    """The cards of all roles of a plan, in the plan's order."""
    return tuple(card(plan, role.role, surroundings) for role in plan.roles)


def right_count(questions: Sequence[Question], given: Sequence[int]) -> int:
    """How many of the answers read back, counted from 1 and in the questions' order, are right."""
    return sum(answer == question.right for question, answer in zip(questions, given, strict=False))


def _steps(work: PlanRole, around: Surroundings) -> tuple[CardStep, ...]:
    return tuple(
        CardStep(
            id=step.id,
            number=number,
            do=step.do,
            within=duration_text(step.within) if step.within else "",
            lines=_lines(step, around),
            shows=step.shows,
            points=_points(step.shows, around.points),
        )
        for number, step in enumerate(work.first, 1)
    )


def _lines(step: Step, around: Surroundings) -> tuple[Line, ...]:
    """Whom a step rings: the scheme's number, the place's control room, or each neighbour."""
    if not step.call:
        return ()
    if step.call == NEIGHBOURS and around.neighbours:
        return tuple(Line(one.name, one.number) for one in around.neighbours)
    who, number = _title(around.calls, step.call), ""
    if term := around.calls.get(step.call):
        number = term.phone
    if step.call == CONTROL_ROOM:
        own = tuple(
            Line(point.name, point.number)
            for point in _in_order(around.points)
            if point.kind == CONTROL_ROOM and point.number
        )
        if own:
            return own
    return (Line(who, number),)


def _points(shows: Shows | None, points: Sequence[Point]) -> tuple[Point, ...]:
    if shows is None:
        return ()
    kinds = KINDS_SHOWN[shows]
    return tuple(point for point in _in_order(points) if point.kind in kinds)


def _in_order(points: Sequence[Point]) -> list[Point]:
    """By kind and name, so that the order of entry never makes another version."""
    return sorted(points, key=lambda point: (point.kind, point.name.zh, point.name.en, point.number))


def _title(terms: Mapping[str, Term], word: str) -> Text:
    term = terms.get(word)
    return term.title if term else Text(zh=word, en=word)


def _version(whole: ActionCard) -> str:
    shown = json.dumps(asdict(whole), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(shown.encode()).hexdigest()[:_VERSION_LENGTH]
