"""Signals: taken in from other systems, and read."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field, model_validator

from anlan.actions.duties import FutureTimeError
from anlan.actions.signals import (
    LARGEST_RADIUS_M,
    LONGEST_TEXT,
    LinkedToItselfError,
    SignalDraft,
    SignalTriagedError,
    dismiss_signal,
    link_signal,
    raise_signal,
    receive_signal,
    signal_code,
)
from anlan.api import idempotency
from anlan.api.inputs import (
    PARAGRAPH,
    Code,
    DistrictCode,
    Identifier,
    Input,
    Instant,
    Latitude,
    Line,
    Longitude,
    Optionally,
    Time,
    Word,
)
from anlan.api.paging import NEWEST_FIRST, Paged, page_of
from anlan.api.problems import ProblemError, invalid
from anlan.api.subjects import department_for, place_for
from anlan.api.tokens import Asker, asker_of, needs
from anlan.engine import access as rules
from anlan.engine.access import Target
from anlan.models import Department, District, Place, Signal
from anlan.queries.signals import RELATED, signals_within
from anlan.queries.vocabulary import words

router = Router(tags=["signals"])

State = Literal["open", "raised", "linked", "dismissed", "any"]
Reliability = Literal["A", "B", "C", "D", "E", "F"]
Urgency = Literal["now", "hours", "days"]
Channel = Literal["form", "e-mail", "api", "cap", "goods"]


class SignalIn(Input):
    """A report about a place or a thing: describe the place and the thing, not the person.

    It is about a `place`, a `district`, or all within `radius_m` of a point, and comes from a `department` or a named
    `organisation`. Numbers that lead to a person are masked before storing.
    """

    kind: Word = Field(description="a kind of the schemes' vocabulary, such as suspicious-object")
    observed: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, pattern=PARAGRAPH)]
    reliability: Reliability = Field(default="F", description="of the source, by the admiralty code")
    urgency: Urgency
    observed_at: Instant
    department: Optionally[Code] = None
    organisation: Annotated[Line, Field(max_length=160)] = ""
    place: Optionally[Code] = None
    district: Optionally[DistrictCode] = None
    longitude: Optionally[Longitude] = None
    latitude: Optionally[Latitude] = None
    radius_m: Annotated[int, Field(ge=0, le=LARGEST_RADIUS_M)] = 0

    @model_validator(mode="after")
    def _one_source_and_one_area(self) -> "SignalIn":
        if bool(self.department) == bool(self.organisation.strip()):
            raise ValueError(_("Name the department, or else the organisation, that reports this."))
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError(_("A point needs longitude and latitude."))
        if self.longitude is None and self.radius_m:
            raise ValueError(_("A radius needs a point."))
        stated = [self.place is not None, self.district is not None, self.longitude is not None]
        if sum(stated) != 1:
            raise ValueError(_("State one of place, district and point."))
        return self


class SignalOut(BaseModel):
    """A report, and what a person made of it; its words are empty once the time for keeping them is over."""

    id: str
    number: str
    kind: str
    observed: str
    masked: dict[str, int] = Field(description="how many numbers that lead to a person were masked, by kind")
    reliability: Reliability
    urgency: Urgency
    channel: Channel
    department: str | None
    organisation: str
    place: str | None
    district: str | None
    longitude: float | None
    latitude: float | None
    radius_m: int | None
    area: dict[str, Any] | None = Field(
        description="shapes that were drawn for it, in WGS-84 degrees and metres"
    )
    observed_at: Time
    received_at: Time
    attachments: int
    state: Literal["open", "raised", "linked", "dismissed"]
    reason: str
    linked_to: str | None
    warning: str | None
    triaged_at: Time | None
    erased_at: Time | None


class TriageIn(Input):
    """What a person makes of a signal, and why; `other` is the signal that it is linked to."""

    outcome: Literal["raise", "link", "dismiss"]
    other: Optionally[Identifier] = Field(default=None, description="for `link`: the id of the other signal")
    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=PARAGRAPH)]

    @model_validator(mode="after")
    def _another_to_link_to(self) -> "TriageIn":
        if (self.outcome == "link") != (self.other is not None):
            raise ValueError(_("State the other signal to link to, and only then."))
        return self


class SignalPage(BaseModel):
    items: list[SignalOut]
    next: str | None


class SignalFilters(Paged):
    """Which signals; `since` is in the period, `until` is not, both by when they were received."""

    state: State = "any"
    kind: Word | None = None
    place: Code | None = None
    urgency: Urgency | None = None
    channel: Channel | None = None
    since: Instant | None = None
    until: Instant | None = None


@router.get("/signals", response=SignalPage, auth=needs("see-signals"))
def signal_list(request: HttpRequest, asked: Query[SignalFilters]) -> SignalPage:
    """Signals within reach and those one reported oneself, the latest received first."""
    rows = _visible(asker_of(request))
    for name, value in (
        ("kind", asked.kind),
        ("place__code", asked.place),
        ("urgency", asked.urgency),
        ("channel", asked.channel),
        ("received_at__gte", asked.since),
        ("received_at__lt", asked.until),
        ("outcome", {"any": None, "open": ""}.get(asked.state, asked.state)),
    ):
        if value is not None:
            rows = rows.filter(**{name: value})
    found, following = page_of(rows, ["-received_at", "-id"], asked, request, NEWEST_FIRST)
    return SignalPage(items=[signal_out(row) for row in found], next=following)


@router.post("/signals", response={201: SignalOut}, auth=needs("report-signals"))
def receive(request: HttpRequest, stated: SignalIn, key: idempotency.Key = None) -> HttpResponse:
    """Report something about a place or a thing. The same key takes it in once."""
    asker = asker_of(request)
    return idempotency.once(request, asker, key, stated, lambda: (201, _received(asker, stated, key)))


@router.get("/signals/{signal_id}", response=SignalOut, auth=needs("see-signals"))
def signal(request: HttpRequest, signal_id: Identifier) -> SignalOut:
    """One signal."""
    row = _visible(asker_of(request)).filter(pk=signal_id).first()
    if row is None:
        raise ProblemError("not-found")
    return signal_out(row)


@router.post("/signals/{signal_id}/triage", response=SignalOut, auth=needs("triage-signals"))
def triage(
    request: HttpRequest, signal_id: Identifier, stated: TriageIn, key: idempotency.Key = None
) -> HttpResponse:
    """Mark a signal as the basis for a warning, link it to another, or dismiss it."""
    asker = asker_of(request)
    return idempotency.once(request, asker, key, stated, lambda: (200, _triaged(asker, signal_id, stated)))


def signal_out(row: Signal) -> SignalOut:
    """A signal as it is given."""
    return SignalOut.model_validate(
        {
            "id": str(row.pk),
            "number": signal_code(row),
            "kind": row.kind,
            "observed": row.observed,
            "masked": row.masked,
            "reliability": row.reliability,
            "urgency": row.urgency,
            "channel": row.channel,
            "department": row.department.code if row.department else None,
            "organisation": row.organisation,
            "place": row.place.code if row.place else None,
            "district": row.district_id,
            "longitude": row.longitude,
            "latitude": row.latitude,
            "radius_m": row.radius_m,
            "area": row.area,
            "observed_at": row.observed_at,
            "received_at": row.received_at,
            "attachments": row.attachment_count,
            "state": row.outcome or "open",
            "reason": row.reason,
            "linked_to": str(row.linked_to_id) if row.linked_to_id else None,
            "warning": str(row.warning) if row.warning else None,
            "triaged_at": row.triaged_at,
            "erased_at": row.erased_at,
        }
    )


def _visible(asker: Asker) -> QuerySet[Signal]:
    return signals_within(asker.reach("see-signals"), asker.user, Signal.objects.select_related(*RELATED))


def _triaged(asker: Asker, signal_id: UUID, stated: TriageIn) -> SignalOut:
    """Triage through the same actions as the pages; both signals have to be within reach of that."""
    row = _triable(asker, signal_id)
    said: dict[str, Any] = {"reason": stated.reason, "by": asker.user, "at": asker.at}
    try:
        if stated.outcome == "raise":
            raise_signal(row, **said)
        elif stated.other is None:
            dismiss_signal(row, **said)
        else:
            link_signal(row, _other(asker, stated.other), **said)
    except SignalTriagedError:
        raise ProblemError("conflict", _("Somebody has triaged this signal already.")) from None
    except LinkedToItselfError:
        raise invalid(_("That signal is linked to this one already."), pointer="#/other") from None
    return signal_out(Signal.objects.select_related(*RELATED).get(pk=row.pk))


def _triable(asker: Asker, signal_id: UUID) -> Signal:
    rows = signals_within(asker.reach("triage-signals"), asker.user, Signal.objects.filter(pk=signal_id))
    row = rows.first()
    if row is None:
        raise ProblemError("not-found")
    return row


def _other(asker: Asker, signal_id: UUID) -> Signal:
    try:
        return _triable(asker, signal_id)
    except ProblemError as problem:
        raise _none_of(problem, "#/other") from None


def _received(asker: Asker, stated: SignalIn, key: str | None) -> SignalOut:
    """Look everything up, check it, and take it in through the same action as the pages."""
    if stated.kind not in words(asker.at).signals:
        raise invalid(_("No scheme has a signal of this kind."), pointer="#/kind")
    draft = SignalDraft(
        kind=stated.kind,
        observed=stated.observed,
        reliability=stated.reliability,
        urgency=stated.urgency,
        channel="api",
        observed_at=stated.observed_at,
        department=_department(asker, stated.department),
        organisation=stated.organisation,
        place=_place(asker, stated.place),
        district=_district(asker, stated.district),
        longitude=stated.longitude,
        latitude=stated.latitude,
        radius_m=stated.radius_m,
    )
    try:
        row = receive_signal(
            draft, by=asker.user, at=asker.at, key=f"api:{asker.user.pk}:{key}" if key else ""
        )
    except FutureTimeError:
        raise invalid(_("This time is in the future."), pointer="#/observed_at") from None
    return signal_out(row)


def _place(asker: Asker, code: str | None) -> Place | None:
    if code is None:
        return None
    try:
        return place_for(asker, code, "report-signals")
    except ProblemError as problem:
        raise _none_of(problem, "#/place") from None


def _department(asker: Asker, code: str | None) -> Department | None:
    if code is None:
        return None
    try:
        return department_for(asker, code, "report-signals")
    except ProblemError as problem:
        raise _none_of(problem, "#/department") from None


def _district(asker: Asker, code: str | None) -> District | None:
    if code is None:
        return None
    found = District.objects.filter(pk=code).first()
    if found is None or not rules.may(asker.grants, "report-signals", Target(district=code)):
        raise _none_of(ProblemError("not-found"), "#/district")
    return found


def _none_of(problem: ProblemError, pointer: str) -> ProblemError:
    """A code that is not there is a wrong value of the body; any other problem stays what it is."""
    if problem.code != "not-found":
        return problem
    return invalid(_("There is none with this code within your grants."), pointer=pointer)
