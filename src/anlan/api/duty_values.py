"""Duties, their reasons and their states as the API gives them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from pydantic import BaseModel

from anlan.api.inputs import Time
from anlan.api.scheme_values import Cites, Words
from anlan.engine.conditions import Reason
from anlan.engine.durations import duration_text
from anlan.engine.owed import Duty, Undetermined
from anlan.engine.plain import plain_cadence, plain_citation, plain_reason, plain_state, plain_text
from anlan.engine.standing import WindowState
from anlan.engine.tiers import Tiering


class ReasonOut(BaseModel):
    """One comparison that decided: the fact, its value, the limit and where that comes from."""

    fact: str
    value: Any
    relation: str
    limit: Any
    holds: bool | None
    parameter: str | None
    local: dict[str, Any] | None
    cites: Cites | None
    text: Words


class MeasureOut(BaseModel):
    """A measure that the posture puts on a duty."""

    rule: str
    changed: Words


class DutyOut(BaseModel):
    """A duty with its reasons; not `owed` when a stricter one in `superseded_by` takes its place."""

    scheme: str
    edition: str
    rule: str
    title: Words
    who: str
    concern: str
    owed: bool
    cadence: Any
    cadence_text: Words
    quantity: float | None
    unit: str
    evidence: str
    grace: str
    since: Time | None
    since_because: Words | None
    cites: list[Cites]
    because: list[ReasonOut]
    measures: list[MeasureOut]
    superseded_by: list[str]
    also_asked_by: list[str]


class UndeterminedOut(BaseModel):
    """A rule that cannot be judged, and the facts it lacks."""

    scheme: str
    rule: str
    title: Words
    missing: list[str]
    because: list[ReasonOut]


class StateOut(BaseModel):
    """How one window of a duty stands."""

    key: str
    scheme: str
    rule: str
    state: str
    start: str | None
    end: str | None
    deadline: str | None
    done: int
    of: int
    had: float | None
    needed: float | None
    evidence: list[str]


class TierOut(BaseModel):
    """The tier under one scheme, and what decided it."""

    tier: str
    because: list[ReasonOut]


class AccountOut(BaseModel):
    """What a place or department owes at `at` as known at `known_at` (null: now), and how it stands."""

    subject: str
    at: Time
    known_at: Time | None
    posture: str
    tiers: dict[str, TierOut]
    duties: list[DutyOut]
    undetermined: list[UndeterminedOut]
    states: list[StateOut]


class ChangedDuty(BaseModel):
    before: DutyOut
    after: DutyOut


class ChangeOut(BaseModel):
    """The difference that other facts or another posture would make."""

    added: list[DutyOut]
    removed: list[DutyOut]
    changed: list[ChangedDuty]
    undetermined: list[UndeterminedOut]
    tiers_before: dict[str, TierOut]
    tiers_after: dict[str, TierOut]


def duty_out(duty: Duty) -> DutyOut:
    """A duty with its reasons."""
    return DutyOut(
        scheme=duty.scheme,
        edition=duty.edition,
        rule=duty.rule.id,
        title=Words(**plain_text(duty.rule.title)),
        who=duty.rule.who,
        concern=duty.rule.concern,
        owed=duty.owed,
        cadence=plain_cadence(duty.cadence),
        cadence_text=Words(**plain_text(duty.cadence_text())),
        quantity=duty.quantity,
        unit=duty.unit,
        evidence=duty.rule.evidence,
        grace=duration_text(duty.grace),
        since=duty.since,
        since_because=Words(**plain_text(duty.since_cause.text())) if duty.since_cause else None,
        cites=[Cites(**plain_citation(citation)) for citation in duty.cites],
        because=_reasons(duty.because),
        measures=[
            MeasureOut(rule=measure.rule.id, changed=Words(**plain_text(measure.changed)))
            for measure in duty.measures
        ],
        superseded_by=list(duty.superseded_by),
        also_asked_by=list(duty.also_asked_by),
    )


def undetermined_out(found: Undetermined) -> UndeterminedOut:
    """A rule that cannot be judged."""
    return UndeterminedOut(
        scheme=found.scheme,
        rule=found.rule.id,
        title=Words(**plain_text(found.rule.title)),
        missing=list(found.missing),
        because=_reasons(found.because),
    )


def state_out(state: WindowState) -> StateOut:
    """How one window stands, in the city's time."""
    return StateOut(**plain_state(state, timezone.get_default_timezone()))


def tiers_out(tiers: Mapping[str, Tiering]) -> dict[str, TierOut]:
    """The tiers by scheme."""
    return {
        scheme: TierOut(tier=tiering.tier, because=_reasons(tiering.because))
        for scheme, tiering in tiers.items()
    }


def city_time(value: datetime) -> str:
    """A time in the city's zone with its offset."""
    return timezone.localtime(value, timezone.get_default_timezone()).isoformat()


def _reasons(reasons: tuple[Reason, ...]) -> list[ReasonOut]:
    return [ReasonOut.model_validate(plain_reason(reason)) for reason in reasons]
