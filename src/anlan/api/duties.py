"""What places and departments owe at a moment, why, in what state; and what would change if."""

from datetime import datetime, timedelta
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from anlan.api.duty_values import (
    AccountOut,
    ChangedDuty,
    ChangeOut,
    duty_out,
    state_out,
    tiers_out,
    undetermined_out,
)
from anlan.api.inputs import Code, Filters, Input, Instant, Optionally, Word
from anlan.api.place_values import Facts
from anlan.api.problems import ProblemError, invalid
from anlan.api.subjects import department_for, place_for
from anlan.api.tokens import Asker, asker_of, needs
from anlan.api.vocabulary import fact_faults, kind_faults, vocabulary
from anlan.engine.policy import FactValue, Level
from anlan.queries.duties import Account, department_account, place_account, what_if

router = Router(tags=["duties"])

AHEAD = timedelta(days=400)
"""How far ahead duties are reckoned; beyond that nothing is owed that anybody could plan for."""


class Moment(Filters):
    """Valid at, and known at."""

    at: Annotated[Instant, Field(description="valid at; default now")] | None = None
    known_at: Annotated[Instant, Field(description="as was known at; default now")] | None = None


class Supposition(Input):
    """What is supposed: other facts, another kind of place, another posture."""

    facts: Facts = {}
    kind: Optionally[Word] = None
    posture: Optionally[Level] = None
    at: Optionally[Instant] = Field(default=None, description="valid at; default now")


@router.get("/places/{code}/duties", response=AccountOut, auth=needs("see-places"))
def place_duties(request: HttpRequest, code: Code, asked: Query[Moment]) -> AccountOut:
    """What a place owes, since when, under which clause and figure, which fact decided, and how it stands."""
    asker = asker_of(request)
    at, known_at = moment_of(asked, asker)
    return _account(place_account(place_for(asker, code), at, known_at))


@router.get("/departments/{code}/duties", response=AccountOut, auth=needs("see-departments"))
def department_duties(request: HttpRequest, code: Code, asked: Query[Moment]) -> AccountOut:
    """What a department owes."""
    asker = asker_of(request)
    at, known_at = moment_of(asked, asker)
    return _account(department_account(department_for(asker, code), at, known_at))


@router.post("/places/{code}/what-if", response=ChangeOut, auth=needs("see-places", reads=True))
def suppose(request: HttpRequest, code: Code, stated: Supposition) -> ChangeOut:
    """How the duties of a place would differ; nothing is stored."""
    asker = asker_of(request)
    place = place_for(asker, code)
    known = vocabulary(asker.at)
    faults = [*(kind_faults(known, stated.kind) if stated.kind else ()), *fact_faults(known, stated.facts)]
    if faults:
        raise ProblemError("invalid", faults=faults)
    at, _known_at = moment_of(Moment(at=stated.at), asker, pointer="#/at")
    facts: dict[str, FactValue] = {**stated.facts, **({"kind": stated.kind} if stated.kind else {})}
    change = what_if(place, facts, at, stated.posture)
    return ChangeOut(
        added=[duty_out(duty) for duty in change.added],
        removed=[duty_out(duty) for duty in change.removed],
        changed=[
            ChangedDuty(before=duty_out(before), after=duty_out(after)) for before, after in change.changed
        ],
        undetermined=[undetermined_out(found) for found in change.undetermined],
        tiers_before=tiers_out(change.tiers_before),
        tiers_after=tiers_out(change.tiers_after),
    )


def moment_of(asked: Moment, asker: Asker, pointer: str = "") -> tuple[datetime, datetime | None]:
    """Valid at and known at; the present where it is not said."""
    at = asked.at or asker.at
    if at > asker.at + AHEAD:
        words = _("Duties are reckoned up to %(days)d days ahead.") % {"days": AHEAD.days}
        raise invalid(words, pointer=pointer, parameter="" if pointer else "at")
    return at, asked.known_at


def _account(account: Account) -> AccountOut:
    return AccountOut(
        subject=account.subject.code,
        at=account.at,
        known_at=account.known_at,
        posture=account.derived.posture,
        tiers=tiers_out(account.derived.tiers),
        duties=[duty_out(duty) for duty in account.derived.duties],
        undetermined=[undetermined_out(found) for found in account.derived.undetermined],
        states=[state_out(state) for state in account.states],
    )
