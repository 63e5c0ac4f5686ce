"""What is owed, as values: a duty with its reasons, the measures on it, and rules that cannot be decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from anlan.engine.conditions import Reason
from anlan.engine.figures import Figure
from anlan.engine.policy import Citation, Facts, Level, Rule, Text
from anlan.engine.strictness import Demand, ResolvedCadence, cadence_words, family, pace
from anlan.engine.tiers import Tiering

CauseKind = Literal["registered", "adopted", "begun", "edition", "facts", "posture", "rule", "figure"]

_CAUSES: dict[CauseKind, Text] = {
    "registered": Text("登记入册", "it was registered"),
    "adopted": Text("方案开始采用", "the scheme was adopted"),
    "begun": Text("方案开始施行", "the scheme came into force"),
    "edition": Text("采用了新版本", "another edition was adopted"),
    "facts": Text("登记信息变化", "its facts changed"),
    "posture": Text("防范等级变化", "the posture changed"),
    "rule": Text("规则起止日期", "the rule's own dates"),
    "figure": Text("指标数值变化", "a figure changed"),
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What happened at the moment from which a duty is owed; `facts` are the titles of those that changed."""

    kind: CauseKind
    facts: tuple[Text, ...] = ()

    def text(self) -> Text:
        cause = _CAUSES[self.kind]
        if not self.facts:
            return cause
        zh, en = "、".join(fact.zh for fact in self.facts), ", ".join(fact.en for fact in self.facts)
        return Text(f"{cause.zh}：{zh}", f"{cause.en}: {en}")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure in force that bears on a duty, why it applies, and what it made of it."""

    rule: Rule
    because: tuple[Reason, ...]
    changed: Text


@dataclass(frozen=True, slots=True)
class Duty:
    """What one rule asks of one subject, figures resolved and measures applied, with the reasons.

    `owed` False: `superseded_by` (as scheme/rule) asks for more of the same. `since` is from when it has been
    owed without a break, `terms_since` from when in its present cadence and quantity.
    """

    scheme: str
    edition: str
    rule: Rule
    subject: str
    cadence: ResolvedCadence
    anchor: date
    quantity: float | None
    unit: str
    grace: timedelta
    valid_for: timedelta | None
    because: tuple[Reason, ...]
    measures: tuple[Measure, ...]
    posture: Level
    cites: tuple[Citation, ...]
    figures: tuple[Figure, ...]
    order: int = 0
    owed: bool = True
    superseded_by: tuple[str, ...] = ()
    also_asked_by: tuple[str, ...] = ()
    since: datetime | None = None
    since_cause: Cause | None = None
    terms_since: datetime | None = None

    @property
    def id(self) -> str:
        """The duty's name beside others of the subject: scheme/rule."""
        return f"{self.scheme}/{self.rule.id}"

    @property
    def terms(self) -> tuple[ResolvedCadence, float | None, bool]:
        """What makes a window run on unchanged; a change of it closes the running window."""
        return self.cadence, self.quantity, self.owed

    def demand(self) -> Demand:
        """What it asks, to be compared within its concern."""
        unit = self.unit if self.quantity is not None else ""
        return Demand(
            family(self.cadence), unit, pace(self.cadence), self.quantity or 0, self.grace, self.order
        )

    def key(self, start: datetime, zone: ZoneInfo) -> str:
        """The name of one of its periods: scheme/rule/subject/period-start."""
        return f"{self.id}/{self.subject}/{start.astimezone(zone).isoformat()}"

    def cadence_text(self) -> Text:
        return cadence_words(self.cadence)


@dataclass(frozen=True, slots=True)
class Undetermined:
    """A rule of which it cannot be said whether it is owed, and the facts or `$figures` that are missing."""

    scheme: str
    edition: str
    rule: Rule
    subject: str
    missing: tuple[str, ...]
    because: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Derived:
    """All that is owed by a subject at an instant; superseded duties are among `duties`, marked as such."""

    duties: tuple[Duty, ...] = ()
    undetermined: tuple[Undetermined, ...] = ()
    tiers: Mapping[str, Tiering] = field(default_factory=dict)
    posture: Level = "normal"
    facts: Facts = field(default_factory=dict)
