"""The city's own figures in place of a scheme's, with reason, giver and period."""

from datetime import date
from typing import Annotated, Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, BeforeValidator, Field, WithJsonSchema

from anlan.actions.schemes import set_local_value, withdraw_local_value
from anlan.api import idempotency
from anlan.api.inputs import (
    GREATEST,
    Code,
    Day,
    FactIn,
    Flag,
    Identifier,
    Input,
    Optionally,
    Reason,
    Reasoned,
    Time,
    Word,
)
from anlan.api.paging import NEWEST_FIRST, Paged, page_of
from anlan.api.problems import Fault, ProblemError
from anlan.api.subjects import named_subject
from anlan.api.tokens import Asker, asker_of, needs
from anlan.engine.durations import duration_of
from anlan.engine.policy import Parameter
from anlan.models import LocalValue, Place
from anlan.queries.reach import within
from anlan.queries.schemes import adoptions

router = Router(tags=["schemes"])


def _known(value: Any) -> Any:
    if value is None:
        raise ValueError(_("This value is required."))
    return value


FigureIn = Annotated[
    FactIn,
    BeforeValidator(_known),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "boolean"},
                {"type": "number", "minimum": 0, "maximum": GREATEST},
                {"type": "string", "minLength": 1, "maxLength": 200},
            ]
        }
    ),
]


class LocalValueIn(Input):
    """A figure of an adopted scheme as the city sets it, for one place or for all."""

    scheme: Word
    parameter: Word
    value: FigureIn
    place: Optionally[Code] = Field(
        default=None, description="code of the place; without it for the whole city"
    )
    valid_from: Day
    valid_until: Optionally[Day] = Field(
        default=None, description="the first day on which it no longer holds"
    )
    reason: Reason


class LocalValueOut(BaseModel):
    """A city's own value for a figure."""

    id: str
    scheme: str
    parameter: str
    value: bool | int | float | str
    place: str | None
    valid_from: date
    valid_until: date | None
    reason: str
    by: str | None
    recorded_at: Time
    withdrawn_at: Time | None


class LocalValuePage(BaseModel):
    items: list[LocalValueOut]
    next: str | None


class LocalValueFilters(Paged):
    scheme: Word | None = None
    parameter: Word | None = None
    place: Code | None = None
    withdrawn: Flag = False


@router.get("/local-values", response=LocalValuePage, auth=needs("see-schemes"))
def local_values(request: HttpRequest, asked: Query[LocalValueFilters]) -> LocalValuePage:
    """The city's own figures, the latest first; those for one place only where that place is within reach."""
    rows = _visible(asker_of(request)).select_related("place", "by")
    for name, value in (
        ("scheme", asked.scheme),
        ("parameter", asked.parameter),
        ("place__code", asked.place),
    ):
        if value is not None:
            rows = rows.filter(**{name: value})
    if not asked.withdrawn:
        rows = rows.filter(withdrawn_at__isnull=True)
    found, following = page_of(rows, ["-recorded_at", "-id"], asked, request, NEWEST_FIRST)
    return LocalValuePage(items=[_shown(row) for row in found], next=following)


@router.post("/local-values", response={201: LocalValueOut}, auth=needs("set-local-values"))
def create_local_value(
    request: HttpRequest, stated: LocalValueIn, key: idempotency.Key = None
) -> HttpResponse:
    """Set a figure locally, with the reason for it."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        place = named_subject(asker, "set-local-values", stated.place, None)[0] if stated.place else None
        if place is None and not asker.reach("set-local-values").everywhere:
            raise ProblemError("refused")
        _check(stated)
        local = set_local_value(
            scheme=stated.scheme,
            parameter=stated.parameter,
            value=stated.value,
            reason=stated.reason,
            valid_from=stated.valid_from,
            valid_until=stated.valid_until,
            place=place,
            by=asker.user,
            at=asker.at,
        )
        return 201, _shown(local)

    return idempotency.once(request, asker, key, stated, act)


@router.post(
    "/local-values/{local_value_id}/withdraw", response=LocalValueOut, auth=needs("set-local-values")
)
def end_local_value(request: HttpRequest, local_value_id: Identifier, stated: Reasoned) -> LocalValueOut:
    """Take a local value back: it was never right. To end a right one, set another from a date on."""
    asker = asker_of(request)
    with transaction.atomic():
        rows = _visible(asker).select_for_update(of=("self",)).select_related("place", "by")
        found = rows.filter(pk=local_value_id).first()
        if found is None:
            raise ProblemError("not-found")
        reach = asker.reach("set-local-values")
        if found.place is None:
            may = reach.everywhere
        else:
            may = within(reach, Place.objects.filter(pk=found.place.pk)).exists()
        if not may:
            raise ProblemError("refused")
        if found.withdrawn_at is not None:
            raise ProblemError("conflict", _("This value was withdrawn already."))
        return _shown(withdraw_local_value(found, by=asker.user, at=asker.at, reason=stated.reason))


def _visible(asker: Asker) -> QuerySet[LocalValue]:
    reach = asker.reach("see-places")
    if reach.everywhere:
        return LocalValue.objects.all()
    theirs = LocalValue.objects.filter(place__in=within(reach, Place.objects.all()))
    return LocalValue.objects.filter(place__isnull=True) | theirs


def _check(stated: LocalValueIn) -> None:
    schemes = {adoption.scheme.id: adoption.scheme for adoption in adoptions()}
    faults: list[Fault] = []
    scheme = schemes.get(stated.scheme)
    parameter = scheme.parameters.get(stated.parameter) if scheme else None
    if scheme is None:
        faults.append(Fault(_("No adopted scheme has this id."), "#/scheme"))
    elif parameter is None:
        faults.append(Fault(_("The scheme has no figure with this id."), "#/parameter"))
    elif wrong := _wrong(parameter, stated.value):
        faults.append(Fault(wrong, "#/value"))
    if stated.valid_until is not None and stated.valid_until <= stated.valid_from:
        faults.append(Fault(_("The end must be after the start."), "#/valid_until"))
    if faults:
        raise ProblemError("invalid", faults=faults)


def _wrong(parameter: Parameter, value: object) -> str:
    """Why a value cannot stand in for those of the scheme: it is of another type, or a duration of nothing."""
    example = parameter.values[0].value if parameter.values else value
    if isinstance(example, bool):
        return "" if isinstance(value, bool) else _("This must be true or false.")
    if isinstance(example, (int, float)):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return _("This must be a number.")
        return "" if value >= 0 else _("This must be at least {ge}.").format(ge=0)
    if not isinstance(value, str):
        return _("This must be text.")
    return (
        ""
        if not _is_duration(str(example)) or _is_duration(value)
        else _("Write a duration like PT2H or P30D.")
    )


def _is_duration(text: str) -> bool:
    try:
        return text.startswith("P") and duration_of(text).total_seconds() >= 60
    except ValueError:
        return False


def _shown(row: LocalValue) -> LocalValueOut:
    return LocalValueOut(
        id=str(row.pk),
        scheme=row.scheme,
        parameter=row.parameter,
        value=row.value,
        place=row.place.code if row.place else None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        reason=row.reason,
        by=row.by.name if row.by else None,
        recorded_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at,
    )
