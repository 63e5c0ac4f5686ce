"""A warning of the city as a CAP alert: one info in Chinese and one in English, the same area and codes in both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shapely.geometry.base import BaseGeometry

from anlan.engine.policy import Text
from anlan.links.cap.alert import (
    EVENT_TERMS,
    Alert,
    Area,
    Category,
    Certainty,
    Circle,
    Info,
    MessageType,
    NamedValue,
    Reference,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from anlan.links.cap.checks import alert_problems
from anlan.links.cap.outlines import outlines
from anlan.links.cap.problems import Problem
from anlan.links.cap.signatures import signed
from anlan.links.cap.signing_keys import SigningKey
from anlan.links.cap.writing import written

SEVERITIES: Mapping[str, Severity] = {
    "red": "Extreme",
    "orange": "Severe",
    "yellow": "Moderate",
    "blue": "Minor",
    "normal": "Minor",
}
"""The four levels as China's weather service writes them in CAP; a caller may say otherwise."""
LANGUAGES = ("zh-CN", "en")
LEVEL = "anlan:level"
"""The parameter that carries the level in our own word."""


@dataclass(frozen=True, slots=True)
class WarningArea:
    """Where a warning holds; `shape` has longitude as x and latitude as y in degrees of WGS 84."""

    description: Text
    shape: BaseGeometry | None = None
    circles: tuple[Circle, ...] = ()
    geocodes: tuple[NamedValue, ...] = ()


@dataclass(frozen=True, slots=True)
class CityWarning:
    """What a message says, in both languages. Times are aware; parts of a second are left out.

    Without a `level` a `severity` is needed, and the message names no level.

    `event_term` is a code of the OASIS Event Terms List such as OET-081, `event_codes` are those of other lists.
    """

    identifier: str
    sender: str
    sent: datetime
    message_type: MessageType
    level: str
    event: Text
    headline: Text
    description: Text
    instruction: Text
    sender_name: Text
    areas: tuple[WarningArea, ...]
    categories: tuple[Category, ...] = ("Security",)
    urgency: Urgency = "Immediate"
    certainty: Certainty = "Likely"
    severity: Severity | None = None
    response_types: tuple[ResponseType, ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    references: tuple[Reference, ...] = ()
    event_term: str = ""
    event_codes: tuple[NamedValue, ...] = ()
    parameters: tuple[NamedValue, ...] = ()
    status: Status = "Actual"
    scope: Scope = "Public"
    restriction: str = ""
    note: str = ""
    web: str = ""
    contact: str = ""


class UnfitAlertError(ValueError):
    """A message that others would refuse, with the reasons."""

    def __init__(self, reasons: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{reason.path}: {reason.message.en}" for reason in reasons))
        self.reasons = reasons


def city_alert(warning: CityWarning) -> Alert:
    """The alert of a warning, an update, a cancellation or an end."""
    areas = [(area, outlines(area.shape) if area.shape is not None else ()) for area in warning.areas]
    terms = (NamedValue(EVENT_TERMS, warning.event_term),) if warning.event_term else ()
    levels = (NamedValue(LEVEL, warning.level),) if warning.level else ()

    def info(language: str) -> Info:
        return Info(
            language=language,
            categories=warning.categories,
            event=warning.event.in_language(language),
            response_types=warning.response_types,
            urgency=warning.urgency,
            severity=warning.severity or SEVERITIES[warning.level],
            certainty=warning.certainty,
            event_codes=(*terms, *warning.event_codes),
            effective=_whole(warning.effective),
            onset=_whole(warning.onset),
            expires=_whole(warning.expires),
            sender_name=warning.sender_name.in_language(language) or None,
            headline=warning.headline.in_language(language) or None,
            description=warning.description.in_language(language) or None,
            instruction=warning.instruction.in_language(language) or None,
            web=warning.web or None,
            contact=warning.contact or None,
            parameters=(*levels, *warning.parameters),
            areas=tuple(
                Area(area.description.in_language(language), polygons, area.circles, area.geocodes)
                for area, polygons in areas
            ),
        )

    return Alert(
        identifier=warning.identifier,
        sender=warning.sender,
        sent=warning.sent.replace(microsecond=0),
        status=warning.status,
        message_type=warning.message_type,
        scope=warning.scope,
        restriction=warning.restriction or None,
        note=warning.note or None,
        references=warning.references or None,
        infos=tuple(info(language) for language in LANGUAGES),
    )


def acknowledgement(
    received: Alert, *, identifier: str, sender: str, sent: datetime, note: str = ""
) -> Alert:
    """That a message came in and was accepted, to its sender alone."""
    return Alert(
        identifier=identifier,
        sender=sender,
        sent=sent.replace(microsecond=0),
        status=received.status,
        message_type="Ack",
        scope="Private",
        addresses=received.sender,
        note=note or None,
        references=(received.reference,),
    )


def message(alert: Alert, key: SigningKey | None = None) -> bytes:
    """The alert as it goes out: checked like any that comes in, written, and signed if there is a key.

    UnfitAlertError if others would refuse it.
    """
    reasons = tuple(problem for problem in alert_problems(alert) if not problem.is_remark)
    if reasons:
        raise UnfitAlertError(reasons)
    text = written(alert)
    return signed(text, key) if key is not None else text


def _whole(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.replace(microsecond=0)
