"""Which elements stand where in a CAP 1.2 alert, in which order and how often, and what their texts must be."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Child:
    """An element as it may stand in another: needed or not, once or often, and what it holds."""

    name: str
    holds: str = "text"
    needed: bool = False
    often: bool = False


_PAIR = (Child("valueName", needed=True), Child("value", needed=True))
CONTENTS: dict[str, tuple[Child, ...]] = {
    "alert": (
        Child("identifier", needed=True),
        Child("sender", needed=True),
        Child("sent", "time", needed=True),
        Child("status", "word", needed=True),
        Child("msgType", "word", needed=True),
        Child("source"),
        Child("scope", "word", needed=True),
        Child("restriction"),
        Child("addresses"),
        Child("code", often=True),
        Child("note"),
        Child("references"),
        Child("incidents"),
        Child("info", "elements", often=True),
    ),
    "info": (
        Child("language", "language"),
        Child("category", "word", needed=True, often=True),
        Child("event", needed=True),
        Child("responseType", "word", often=True),
        Child("urgency", "word", needed=True),
        Child("severity", "word", needed=True),
        Child("certainty", "word", needed=True),
        Child("audience"),
        Child("eventCode", "elements", often=True),
        Child("effective", "time"),
        Child("onset", "time"),
        Child("expires", "time"),
        Child("senderName"),
        Child("headline"),
        Child("description"),
        Child("instruction"),
        Child("web", "address"),
        Child("contact"),
        Child("parameter", "elements", often=True),
        Child("resource", "elements", often=True),
        Child("area", "elements", often=True),
    ),
    "resource": (
        Child("resourceDesc", needed=True),
        Child("mimeType", needed=True),
        Child("size", "whole"),
        Child("uri", "address"),
        Child("derefUri"),
        Child("digest"),
    ),
    "area": (
        Child("areaDesc", needed=True),
        Child("polygon", often=True),
        Child("circle", often=True),
        Child("geocode", "elements", often=True),
        Child("altitude", "number"),
        Child("ceiling", "number"),
    ),
    "eventCode": _PAIR,
    "parameter": _PAIR,
    "geocode": _PAIR,
}
"""What stands in each element, in order."""

TIME = re.compile(
    r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d[-+]((0\d|1[0-3]):[0-5]\d|14:00)", re.ASCII
)
"""Days that the calendar has not are refused besides."""
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
WHOLE = re.compile(r"[-+]?\d{1,18}", re.ASCII)
NUMBER = re.compile(r"[-+]?(\d{1,18}(\.\d*)?|\.\d+)", re.ASCII)
