"""Places as the API takes and gives them."""

from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from pydantic import BaseModel, Field, model_validator

from anlan.actions.register import Measured, PlaceDraft
from anlan.api.inputs import (
    Code,
    Day,
    DistrictCode,
    FactId,
    FactIn,
    Input,
    Latitude,
    Line,
    Longitude,
    Name,
    Note,
    Optionally,
    Time,
    Word,
)
from anlan.engine.policy import FactValue
from anlan.models import Place
from anlan.queries.subjects import present_facts

Facts = Annotated[
    dict[FactId, FactIn],
    Field(
        max_length=100, description="facts by id, as the adopted schemes declare them; null takes one back"
    ),
]
Email = Annotated[str, Field(max_length=254, pattern=r"^([^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+)?$")]
Phone = Annotated[str, Field(max_length=32, pattern=r"^[0-9+() -]*$")]


class MeasuredIn(Input):
    """How a figure is known, and on which day it was measured."""

    method: Annotated[Line, Field(max_length=120)] = ""
    measured_on: Day | None = None


class PlaceChanges(Input):
    """What may be stated about a place; what is left out stays as it is. Coordinates are WGS-84 degrees."""

    name_zh: Optionally[Name] = None
    name_en: Optionally[Line] = None
    kind: Optionally[Word] = None
    district: Optionally[DistrictCode] = None
    department: Optionally[Code] = Field(default=None, description="code of the responsible department")
    operator: Optionally[Name] = Field(
        default=None, description="code or name of the operator; a new one is made"
    )
    address: Optionally[Line] = None
    longitude: Optionally[Longitude] = None
    latitude: Optionally[Latitude] = None
    hours: Optionally[Annotated[Line, Field(max_length=120)]] = None
    receiver_post: Optionally[Annotated[Line, Field(max_length=80)]] = None
    receiver_name: Optionally[Annotated[Line, Field(max_length=64)]] = None
    receiver_phone: Optionally[Phone] = None
    receiver_email: Optionally[Email] = None
    deputy_post: Optionally[Annotated[Line, Field(max_length=80)]] = None
    deputy_name: Optionally[Annotated[Line, Field(max_length=64)]] = None
    deputy_phone: Optionally[Phone] = None
    deputy_email: Optionally[Email] = None
    facts: Facts = {}
    measured: Annotated[dict[FactId, MeasuredIn], Field(max_length=100)] = {}
    reason: Note = ""

    @model_validator(mode="after")
    def _whole_position(self) -> Self:
        if (self.longitude is None) != (self.latitude is None):
            raise ValueError(_("Give longitude and latitude together."))
        return self

    def measured_facts(self) -> dict[str, Measured]:
        return {
            fact: Measured(method=known.method, measured_on=known.measured_on)
            for fact, known in self.measured.items()
        }


class PlaceIn(PlaceChanges):
    """A new place."""

    code: Code
    name_zh: Name
    kind: Word

    def draft(self) -> PlaceDraft:
        return draft_of(self, code=self.code, name_zh=self.name_zh, kind=self.kind, facts=self.facts)


class PlaceOut(BaseModel):
    """A place with its present facts. Receivers and deputies are null where the asker may not see them."""

    code: str
    id: str
    name_zh: str
    name_en: str
    kind: str
    district: str | None
    department: str | None
    operator: str | None
    address: str
    longitude: float | None
    latitude: float | None
    hours: str
    facts: dict[str, Any]
    receiver_post: str | None
    receiver_name: str | None
    receiver_phone: str | None
    receiver_email: str | None
    deputy_post: str | None
    deputy_name: str | None
    deputy_phone: str | None
    deputy_email: str | None
    source: str
    source_id: str
    registered_at: Time
    changed_at: Time
    closed_at: Time | None
    revision: int


class PlacePage(BaseModel):
    items: list[PlaceOut]
    next: str | None


def draft_of(
    stated: PlaceChanges, *, code: str, name_zh: str, kind: str, facts: dict[str, FactValue]
) -> PlaceDraft:
    """What is stated, as the action takes it."""
    return PlaceDraft(
        code=code,
        name_zh=name_zh,
        kind=kind,
        name_en=stated.name_en,
        district_code=stated.district,
        department_code=stated.department,
        operator=stated.operator,
        address=stated.address,
        longitude=stated.longitude,
        latitude=stated.latitude,
        hours=stated.hours,
        receiver_post=stated.receiver_post,
        receiver_name=stated.receiver_name,
        receiver_phone=stated.receiver_phone,
        receiver_email=stated.receiver_email,
        deputy_post=stated.deputy_post,
        deputy_name=stated.deputy_name,
        deputy_phone=stated.deputy_phone,
        deputy_email=stated.deputy_email,
        facts=facts,
        measured=stated.measured_facts(),
    )


def place_out(place: Place, *, shows_receiver: bool) -> PlaceOut:
    """A place as it is given."""
    facts = present_facts(place)
    facts.pop("kind", None)
    return PlaceOut(
        code=place.code,
        id=str(place.pk),
        name_zh=place.name_zh,
        name_en=place.name_en,
        kind=place.kind,
        district=place.district_id,
        department=place.department.code if place.department else None,
        operator=place.operator.code if place.operator else None,
        address=place.address,
        longitude=place.longitude,
        latitude=place.latitude,
        hours=place.hours,
        facts=facts,
        receiver_post=place.receiver_post if shows_receiver else None,
        receiver_name=place.receiver_name if shows_receiver else None,
        receiver_phone=place.receiver_phone if shows_receiver else None,
        receiver_email=place.receiver_email if shows_receiver else None,
        deputy_post=place.deputy_post if shows_receiver else None,
        deputy_name=place.deputy_name if shows_receiver else None,
        deputy_phone=place.deputy_phone if shows_receiver else None,
        deputy_email=place.deputy_email if shows_receiver else None,
        source=place.source,
        source_id=place.source_id,
        registered_at=place.registered_at,
        changed_at=place.changed_at,
        closed_at=place.closed_at,
        revision=place.revision,
    )
