"""What state a warning is in, from when it was drafted, proposed, issued and ended, and which clocks run for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol

from anlan.engine.derivation import adoptions_at
from anlan.engine.facts import Basis
from anlan.engine.figures import Figures
from anlan.engine.periods import local_date
from anlan.engine.policy import LEVELS, Level

State = Literal[
    "draft", "proposed", "withdrawn", "coming", "in-force", "replaced", "ended", "expired", "lapsed"
]

SECOND_PERSON: frozenset[Level] = frozenset({"orange", "red"})
"""Levels that a second person confirms before they are issued."""

STEPS = ("receiver", "deputy", "operator", "district", "office")
"""Who is asked in turn to take note; each has as long as the one before. Who cannot be reached takes no time."""

ACKNOWLEDGE: dict[Level, timedelta] = {
    "red": timedelta(minutes=5),
    "orange": timedelta(minutes=15),
    "yellow": timedelta(minutes=60),
    "blue": timedelta(minutes=240),
}
SECOND_PERSON_TIME = timedelta(minutes=5)
RATIFICATION_TIME = timedelta(hours=1)
ASK_BEFORE = timedelta(minutes=30)
"""How long before its end a warning asks to be extended, or it ends by itself."""


class Notice(Protocol):
    """The times of a warning that decide what state it is in."""

    level: str
    start: datetime | None
    expected_end: datetime
    proposed_at: datetime | None
    issued_at: datetime | None
    ratify_by: datetime | None
    ratified_at: datetime | None
    withdrawn_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long people have, by the schemes in force; what none states is as the defaults say."""

    acknowledge: Mapping[Level, timedelta] = field(default_factory=lambda: dict(ACKNOWLEDGE))
    second_person: timedelta = SECOND_PERSON_TIME
    ratification: timedelta = RATIFICATION_TIME
    ask_before: timedelta = ASK_BEFORE

    def deadline(self, level: Level, issued_at: datetime, step: int = 0) -> datetime:
        """Until when the step's turn lasts."""
        return issued_at + (step + 1) * self.acknowledge[level]

    def step_at(self, level: Level, issued_at: datetime, at: datetime) -> int:
        """Whose turn it is at a moment; the last one's does not end."""
        return min(max((at - issued_at) // self.acknowledge[level], 0), len(STEPS) - 1)


def needs_second_person(level: Level) -> bool:
    """Whether a level is issued only once a second person has confirmed it, or as an emergency."""
    return level in SECOND_PERSON


def end_of(notice: Notice) -> datetime:
    """When an issued warning ends, as known now: the earliest of what was expected, said, or not ratified."""
    ends = [notice.expected_end]
    if notice.ended_at is not None:
        ends.append(notice.ended_at)
    if notice.ratify_by is not None and notice.ratified_at is None:
        ends.append(notice.ratify_by)
    return min(ends)


def state_at(notice: Notice, at: datetime, *, replaced: bool = False) -> State:
    """The state at a moment; `replaced` if an issued update stands in its place."""
    if notice.issued_at is None:
        if notice.withdrawn_at is not None:
            return "withdrawn"
        return "draft" if notice.proposed_at is None else "proposed"
    if at >= end_of(notice):
        return _how_ended(notice, replaced=replaced)
    return "coming" if notice.start is not None and at < notice.start else "in-force"


def is_unratified(notice: Notice, at: datetime) -> bool:
    """Whether it was issued as an emergency and still waits for the second person."""
    return notice.ratify_by is not None and notice.ratified_at is None and at < end_of(notice)


def clocks_at(basis: Basis, at: datetime) -> Clocks:
    """The clocks of the schemes in force; of several, the shortest."""
    acknowledge: dict[Level, timedelta] = {}
    named: dict[str, timedelta] = {}
    on = local_date(at, basis.zone)
    for adoption in adoptions_at(basis, at):
        figures = Figures(adoption.scheme, on, basis.local)
        for rule in adoption.scheme.rules:
            within = figures.duration(rule.within) if rule.kind == "clock" and rule.within else None
            if within is None:
                continue
            named[rule.of] = min(within, named.get(rule.of, within))
            if rule.of == "warning-issued" and rule.who == "receiver":
                acknowledge.update(_shorter(acknowledge, rule.posture, within))
    return Clocks(
        {**ACKNOWLEDGE, **acknowledge},
        named.get("emergency-issue", SECOND_PERSON_TIME),
        named.get("emergency-issued", RATIFICATION_TIME),
        named.get("warning-ending", ASK_BEFORE),
    )


def strictest(levels: Iterable[Level]) -> Level:
    """Of several levels on one place the one that holds."""
    return max(levels, key=LEVELS.index, default="normal")


def _how_ended(notice: Notice, *, replaced: bool) -> State:
    end = end_of(notice)
    if replaced and end == notice.ended_at:
        return "replaced"
    if end == notice.ended_at:
        return "ended"
    return "lapsed" if end == notice.ratify_by and notice.ratified_at is None else "expired"


def _shorter(
    known: Mapping[Level, timedelta], levels: Iterable[Level], within: timedelta
) -> dict[Level, timedelta]:
    return {level: min(within, known.get(level, within)) for level in levels}
