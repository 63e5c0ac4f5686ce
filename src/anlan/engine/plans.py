"""Emergency plans: what starts them, who commands, who does what in the first ten minutes and after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, get_args

from anlan.engine.conditions import Verdict, verdict
from anlan.engine.figures import Figures
from anlan.engine.policy import Citation, Condition, Facts, Scheme, Text

Shows = Literal["exits", "assembly", "cut-offs", "rendezvous", "hydrants", "aeds"]
SHOWS: Final[tuple[Shows, ...]] = get_args(Shows)
FIRST_MINUTES: Final = timedelta(minutes=10)
"""How long the first steps of a card may take together; what comes later belongs to a phase."""
GUARD: Final = "guard"
"""The role whose card must say what never to do, and ask for it to be read back."""


@dataclass(frozen=True, slots=True)
class Step:
    """One action of the first ten minutes; `call` is whom to ring, `shows` which points of the place it needs."""

    id: str
    do: Text
    within: timedelta | None = None
    call: str = ""
    shows: Shows | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the read-back; `right` counts from 1."""

    ask: Text
    answers: tuple[Text, ...]
    right: int


@dataclass(frozen=True, slots=True)
class PlanRole:
    """What one role does in the first ten minutes, what it never does, and the questions that show it is known."""

    role: str
    first: tuple[Step, ...]
    never: tuple[Text, ...] = ()
    read_back: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """One action of a later phase and the role that takes it."""

    role: str
    do: Text


@dataclass(frozen=True, slots=True)
class Phase:
    id: str
    title: Text
    until: Text
    steps: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Forces or means that the plan asks for."""

    id: str
    title: Text
    quantity: int


@dataclass(frozen=True, slots=True)
class ActionPlan:
    """One plan for one scenario; `rule` is the rule of kind plan that asks for it, `public` names templates."""

    id: str
    rule: str
    scenario: str
    title: Text
    cites: Citation
    triggers: tuple[Text, ...]
    command: Text
    roles: tuple[PlanRole, ...]
    phases: tuple[Phase, ...]
    stand_down: tuple[Text, ...]
    recovery: tuple[Text, ...]
    where: Condition | None = None
    resources: tuple[Wanted, ...] = ()
    public: tuple[str, ...] = ()
    file: str = ""
    line: int = 0

    def role(self, role: str) -> PlanRole | None:
        return next((one for one in self.roles if one.role == role), None)


def applies(plan: ActionPlan, facts: Facts, figures: Figures) -> Verdict:
    """Whether the plan holds for a place with these facts, and why; None where a fact is missing."""
    return verdict(plan.where, facts, figures)


def phones(scheme: Scheme) -> Mapping[str, str]:
    """The numbers that the scheme states for those whom steps call: police, fire, ambulance."""
    return {call.id: call.phone for call in scheme.terms.get("calls", {}).values() if call.phone}
