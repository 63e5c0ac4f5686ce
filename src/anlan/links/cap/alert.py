"""A CAP 1.2 alert as values: all that the standard has a place for, in its order, under its names.

`None` stands for an element that is absent, an empty text for one that is there and empty. Times are aware.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SIGNATURES = "http://www.w3.org/2000/09/xmldsig#"
DEFAULT_LANGUAGE = "en-US"
EVENT_TERMS = "OET:v1.2"
"""The name under which event codes of the OASIS Event Terms List are given; their values look like OET-081."""

Status = Literal["Actual", "Exercise", "System", "Test", "Draft"]
MessageType = Literal["Alert", "Update", "Cancel", "Ack", "Error"]
Scope = Literal["Public", "Restricted", "Private"]
Category = Literal[
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"
]  # fmt: skip
ResponseType = Literal[
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"
]
Urgency = Literal["Immediate", "Expected", "Future", "Past", "Unknown"]
Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
Certainty = Literal["Observed", "Likely", "Possible", "Unlikely", "Unknown"]

VALUES: dict[str, tuple[str, ...]] = {
    "status": get_args(Status),
    "msgType": get_args(MessageType),
    "scope": get_args(Scope),
    "category": get_args(Category),
    "responseType": get_args(ResponseType),
    "urgency": get_args(Urgency),
    "severity": get_args(Severity),
    "certainty": get_args(Certainty),
}
"""The words that the standard allows, by element."""

Point = tuple[float, float]
"""Latitude and longitude in degrees of WGS 84, in this order."""


@dataclass(frozen=True, slots=True)
class NamedValue:
    """A value with the name of the list it comes from: an event code, a parameter, a geocode."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier message, by the three things that name it."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Polygon:
    """A ring of points; in a valid alert at least four, the last the same as the first."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """A point and a radius in kilometres; without a radius `as_written` keeps what stood there instead."""

    centre: Point
    radius_km: float | None
    as_written: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Where: in words, as shapes, by codes; altitude and ceiling in feet above mean sea level."""

    description: str
    polygons: tuple[Polygon, ...] = ()
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[NamedValue, ...] = ()
    altitude_ft: float | None = None
    ceiling_ft: float | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that belongs to the words: an address, or the content itself in base 64."""

    description: str
    mime_type: str
    size: int | None = None
    uri: str | None = None
    content: str | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Info:
    """What is to be known and done, in one language."""

    categories: tuple[Category, ...]
    event: str
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    language: str | None = None
    response_types: tuple[ResponseType, ...] = ()
    audience: str | None = None
    event_codes: tuple[NamedValue, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str | None = None
    headline: str | None = None
    description: str | None = None
    instruction: str | None = None
    web: str | None = None
    contact: str | None = None
    parameters: tuple[NamedValue, ...] = ()
    resources: tuple[Resource, ...] = ()
    areas: tuple[Area, ...] = ()

    @property
    def spoken(self) -> str:
        """The language of the words; what says nothing is in American English."""
        return (self.language or "").strip() or DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Alert:
    """One message."""

    identifier: str
    sender: str
    sent: datetime
    status: Status
    message_type: MessageType
    scope: Scope
    source: str | None = None
    restriction: str | None = None
    addresses: str | None = None
    codes: tuple[str, ...] = ()
    note: str | None = None
    references: tuple[Reference, ...] | None = None
    incidents: str | None = None
    infos: tuple[Info, ...] = ()

    def __post_init__(self) -> None:
        if self.sent.tzinfo is None:
            raise ValueError("a time without an offset says nothing")

    @property
    def reference(self) -> Reference:
        """How a later message names this one."""
        return Reference(self.sender, self.identifier, self.sent)
