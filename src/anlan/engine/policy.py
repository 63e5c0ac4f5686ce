"""The parts a scheme is made of: texts, citations, dated figures, conditions, cadences, quantities, rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from anlan.engine.plans import ActionPlan

Language = Literal["zh", "en"]
Label = Literal["plan", "law", "practice"]
RuleKind = Literal["tier", "duty", "standard", "measure", "clock", "criterion", "plan"]
Relation = Literal["is", "in", "over", "at_least", "under", "at_most", "missing"]
CalendarPeriod = Literal["day", "week", "month", "quarter", "half-year", "year"]
FactType = Literal["number", "flag", "term", "text"]
Level = Literal["normal", "blue", "yellow", "orange", "red"]
Subject = Literal["place", "department"]

LEVELS: tuple[Level, ...] = ("normal", "blue", "yellow", "orange", "red")
"""Posture levels, lowest first; conditions such as `at_least` on `posture` follow this order."""

FactValue = bool | int | float | str | None
"""None stands for a fact that nobody has supplied."""
Facts = Mapping[str, FactValue]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule or figure comes from: the plan, a law, or common practice."""

    label: Label
    clause: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A figure named in a rule, written `$parameter-id` in YAML."""

    parameter: str


Operand = bool | int | float | str | Reference


@dataclass(frozen=True, slots=True)
class Test:
    """One fact compared with one operand (several for `in`)."""

    __test__: ClassVar[bool] = False  # it is no test case, whatever pytest makes of its name

    fact: str
    relation: Relation
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class All:
    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    of: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    of: "Condition"


Condition = Test | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A figure in force from `start` (in) to `end` (out); `end` None means until further notice."""

    start: date
    end: date | None
    value: bool | int | float | str
    cites: Citation


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named, dated, cited figure that a ministry could change."""

    id: str
    values: tuple[DatedValue, ...]
    title: Text | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Every:
    """One visit in each window of `every` within the band, local wall clock. A band may cross midnight.

    `between` None means the whole day. `every` is a duration, or a reference to a figure that holds one.
    """

    every: timedelta | Reference
    between: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Each:
    """Once in each calendar period, in the city's time zone."""

    each: CalendarPeriod


@dataclass(frozen=True, slots=True)
class Within:
    """Within a duration of each occurrence of a kind of event (`place-registered`, `figure-changed`, ...)."""

    within: timedelta | Reference
    of: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A state that has to hold all the time, shown by evidence that has not expired."""


@dataclass(frozen=True, slots=True)
class Once:
    """Done once since the duty began, by a date if there is one."""

    by: date | None = None


Cadence = tuple[Every, ...] | Each | Within | Standing | Once


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much is asked: `amount`, or one per `one_per` of a fact, or a percentage of a fact; rounded up.

    With `beyond`, only what exceeds it is divided. `plus` is added afterwards and `at_least` is the floor.
    `greatest_of` takes the largest of several quantities. Result in units of `unit`.
    """

    unit: str
    amount: float | Reference | None = None
    of: str | None = None
    one_per: float | Reference | None = None
    percent: float | Reference | None = None
    beyond: float | Reference | None = None
    plus: float | Reference = 0
    at_least: float | Reference = 0
    greatest_of: tuple["Quantity", ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a scheme. Which fields are used depends on `kind`; the reader checks that.

    tier: where.  duty: where, who, cadence, evidence, grace.  standard: the same and quantity.
    measure: posture, changes (a rule id) with a new cadence, grace, quantity or `plus`.
    clock: within (a duration) after `of`.  plan: an emergency plan.
    criterion: what a posture stands for (posture), or what is assessed (measures: rule ids, and weight).
    """

    id: str
    kind: RuleKind
    title: Text
    cites: Citation
    file: str = ""
    line: int = 0
    subject: Subject = "place"
    where: Condition | None = None
    who: str = ""
    concern: str = ""
    cadence: Cadence | None = None
    evidence: str = ""
    grace: timedelta | Reference = timedelta(0)
    valid_for: timedelta | Reference | None = None
    quantity: Quantity | None = None
    instructions: Text | None = None
    items: tuple["ChecklistItem", ...] = ()
    posture: tuple[Level, ...] = ()
    changes: str = ""
    plus: float | Reference = 0
    within: timedelta | Reference | None = None
    of: str = ""
    weight: float | Reference | None = None
    measures: tuple[str, ...] = ()
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True)
class ChecklistItem:
    """One line of an inspection; `mend_within` is the time to mend it when it fails."""

    id: str
    title: Text
    mend_within: timedelta | None = None


PublicSays = Literal["instruction", "facts"]
PublicReach = Literal["city", "area"]


@dataclass(frozen=True, slots=True)
class PublicChain:
    """Who approves and who releases what the public is told: life-safety instructions, or facts about an event.

    `approval` are the roles that agree in turn between author and release, each somebody else. `reach` says whether
    the releasing grant holds for the whole city or for the statement's area. With `emergency` the releasing role may
    release its own text alone, to be ratified within `ratify_within`. `items` come on top of the checklist.
    """

    id: str
    title: Text
    says: PublicSays
    release: str
    cites: Citation
    approval: tuple[str, ...] = ()
    reach: PublicReach = "city"
    emergency: bool = False
    ratify_within: timedelta | Reference | None = None
    items: tuple[ChecklistItem, ...] = ()
    file: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """A word the scheme declares: a kind of place, a department role, an evidence kind, an event.

    `cap` and `event_term` are what a warning or a signal of this kind is called in CAP messages: categories of the
    standard with blanks between them, and a code of the OASIS Event Terms List. `phone` is the number of somebody whom
    a step of a plan calls.
    """

    id: str
    title: Text
    group: str = ""
    description: Text | None = None
    cap: str = ""
    event_term: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class FactDeclaration:
    """A fact that conditions may use. `default` (flags only) is what its absence means."""

    id: str
    type: FactType
    title: Text
    unit: str = ""
    default: FactValue = None
    values: tuple[str, ...] = ()
    needs_method: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """An example with its expected answer, readable by an official and run by `anlan scheme check`.

    `local` holds local values of figures taken as in force; `on` None is the edition's first day.
    """

    id: str
    facts: Facts
    expect: Mapping[str, object]
    on: date | None = None
    posture: Level = "normal"
    title: Text | None = None
    file: str = ""
    line: int = 0
    subject: Subject = "place"
    local: Mapping[str, bool | int | float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scheme:
    """One edition of one scheme, as read from its folder."""

    id: str
    edition: str
    title: Text
    valid_from: date
    valid_until: date | None
    in_force: bool
    notice: Text | None
    languages: tuple[str, ...]
    places: Mapping[str, Term]
    roles: Mapping[str, Term]
    tiers: tuple[str, ...]
    terms: Mapping[str, Mapping[str, Term]]
    facts: Mapping[str, FactDeclaration]
    parameters: Mapping[str, Parameter]
    rules: tuple[Rule, ...]
    cases: tuple[Case, ...]
    outside_tiers: str = "none"
    public: tuple[PublicChain, ...] = ()
    plans: "Mapping[str, ActionPlan]" = field(default_factory=dict)
    folder: Path | None = None
    sha256: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    def rule(self, rule_id: str) -> Rule:
        return next(rule for rule in self.rules if rule.id == rule_id)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a scheme's files and how to mend it, in both languages."""

    file: str
    line: int
    rule: str
    message: Text
    mend: Text
