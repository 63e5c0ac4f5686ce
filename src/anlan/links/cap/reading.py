"""A message of the right structure, as values; shapes and references that cannot be read are left empty and told."""

import math
import re
from datetime import datetime
from typing import cast

from anlan.links.cap.alert import (
    NAMESPACE,
    Alert,
    Area,
    Category,
    Certainty,
    Circle,
    Info,
    MessageType,
    NamedValue,
    Point,
    Polygon,
    Reference,
    Resource,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)
from anlan.links.cap.contents import CONTENTS
from anlan.links.cap.problems import Element, Problem, refusal

_FIGURES = re.compile(r"[-+0-9.,\s]*", re.ASCII)
_REFERENCE = re.compile(r"\s*([^,]+),([^,]+),(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d)(?=\s|$)", re.ASCII)
_NOWHERE: Point = (math.nan, math.nan)


def read_alert(root: Element) -> tuple[Alert, list[Problem]]:
    """The alert of a message without structural problems, with what could not be read in it."""
    problems: list[Problem] = []
    return _alert(root, problems), problems


def points_of(text: str) -> tuple[Point, ...] | None:
    """`lat,lon lat,lon …` as points, none if it is written otherwise; whether they lie on Earth is not asked."""
    if not _FIGURES.fullmatch(text):
        return None
    points = []
    try:
        for pair in text.split():
            latitude, longitude = pair.split(",")
            points.append((float(latitude), float(longitude)))
    except ValueError:
        return None
    return tuple(points)


def circle_of(text: str) -> Circle:
    """`lat,lon radius` as a circle; nowhere if it is written otherwise."""
    parts = text.split()
    centre = points_of(parts[0]) if parts else None
    if not centre or len(parts) > 2:
        return Circle(_NOWHERE, None, text)
    if len(parts) == 1 or "," in parts[1]:
        return Circle(centre[0], None, text)
    try:
        radius = float(parts[1]) if _FIGURES.fullmatch(parts[1]) else math.nan
    except ValueError:
        radius = math.nan
    return Circle(
        centre[0] if math.isfinite(radius) else _NOWHERE, radius, "" if math.isfinite(radius) else text
    )


def references_of(text: str) -> tuple[Reference, ...] | None:
    """`sender,identifier,sent …` as references, none if it is written otherwise."""
    found, place = [], 0
    while place < len(text.rstrip()):
        match = _REFERENCE.match(text, place)
        if match is None:
            return None
        try:
            found.append(Reference(match[1], match[2], datetime.fromisoformat(match[3])))
        except ValueError:
            return None
        place = match.end()
    return tuple(found)


# ---- element by element --------------------------------------------------------------------------


class _Parts:
    """What stands in an element: texts of what may stand once, texts and elements of what may stand often."""

    __slots__ = ("elements", "lists", "texts")

    def __init__(self, node: Element) -> None:
        self.texts: dict[str, str] = {}
        self.lists: dict[str, list[str]] = {}
        self.elements: dict[str, list[Element]] = {}
        for child in node:
            tag = child.tag
            if tag in _ONCE:
                self.texts[_ONCE[tag]] = child.text or ""
            elif tag in _OFTEN:
                self.lists.setdefault(_OFTEN[tag], []).append(child.text or "")
            elif tag in _HOLDING:
                self.elements.setdefault(_HOLDING[tag], []).append(child)
            # A signature may stand here too; it is no part of the alert.

    def named(self, name: str) -> tuple[NamedValue, ...]:
        """The structure was seen to: each is a name and a value, in this order."""
        nodes = self.elements.get(name)
        if nodes is None:
            return ()
        return tuple([NamedValue(label.text or "", value.text or "") for label, value in nodes])

    def time(self, name: str) -> datetime | None:
        text = self.texts.get(name)
        return None if text is None else datetime.fromisoformat(text.strip())


def _tags(*, often: bool, elements: bool) -> dict[object, str]:
    """Full names to local ones, of what stands once or often, and holds a text or elements."""
    return {
        f"{{{NAMESPACE}}}{child.name}": child.name
        for contents in CONTENTS.values()
        for child in contents
        if child.often == often and (child.holds == "elements") == elements
    }


_ONCE, _OFTEN = _tags(often=False, elements=False), _tags(often=True, elements=False)
_HOLDING = _tags(often=True, elements=True)


def _alert(root: Element, problems: list[Problem]) -> Alert:
    parts = _Parts(root)
    texts = parts.texts
    sent = parts.time("sent")
    assert sent is not None
    return Alert(
        identifier=texts["identifier"],
        sender=texts["sender"],
        sent=sent,
        status=cast(Status, texts["status"]),
        message_type=cast(MessageType, texts["msgType"]),
        scope=cast(Scope, texts["scope"]),
        source=texts.get("source"),
        restriction=texts.get("restriction"),
        addresses=texts.get("addresses"),
        codes=tuple(parts.lists.get("code", ())),
        note=texts.get("note"),
        references=_references(texts.get("references"), problems),
        incidents=texts.get("incidents"),
        infos=tuple([_info(node) for node in parts.elements.get("info", ())]),
    )


def _references(text: str | None, problems: list[Problem]) -> tuple[Reference, ...] | None:
    if text is None:
        return None
    found = references_of(text)
    if found is None:
        problems.append(refusal("INVALID_REFERENCES", "/alert[1]/references[1]", value=text[:80]))
    return found


def _info(node: Element) -> Info:
    parts = _Parts(node)
    texts, elements = parts.texts, parts.elements
    return Info(
        categories=cast(tuple[Category, ...], tuple(parts.lists["category"])),
        event=texts["event"],
        urgency=cast(Urgency, texts["urgency"]),
        severity=cast(Severity, texts["severity"]),
        certainty=cast(Certainty, texts["certainty"]),
        language=texts.get("language"),
        response_types=cast(tuple[ResponseType, ...], tuple(parts.lists.get("responseType", ()))),
        audience=texts.get("audience"),
        event_codes=parts.named("eventCode"),
        effective=parts.time("effective"),
        onset=parts.time("onset"),
        expires=parts.time("expires"),
        sender_name=texts.get("senderName"),
        headline=texts.get("headline"),
        description=texts.get("description"),
        instruction=texts.get("instruction"),
        web=texts.get("web"),
        contact=texts.get("contact"),
        parameters=parts.named("parameter"),
        resources=tuple([_resource(resource) for resource in elements.get("resource", ())]),
        areas=tuple([_area(area) for area in elements.get("area", ())]),
    )


def _resource(node: Element) -> Resource:
    texts = _Parts(node).texts
    size = texts.get("size")
    return Resource(
        description=texts["resourceDesc"],
        mime_type=texts["mimeType"],
        size=None if size is None else int(size),
        uri=texts.get("uri"),
        content=texts.get("derefUri"),
        digest=texts.get("digest"),
    )


def _area(node: Element) -> Area:
    """Read by hand, because most of a message is areas, and most of those are geocodes."""
    description, altitude, ceiling = "", None, None
    polygons: list[Polygon] = []
    circles: list[Circle] = []
    geocodes: list[NamedValue] = []
    for child in node:
        tag = child.tag
        if tag == _GEOCODE:
            label, value = child
            geocodes.append(NamedValue(label.text or "", value.text or ""))
        elif tag == _AREA_DESC:
            description = child.text or ""
        elif tag == _POLYGON:
            polygons.append(Polygon(points_of(child.text or "") or ()))
        elif tag == _CIRCLE:
            circles.append(circle_of(child.text or ""))
        elif tag == _ALTITUDE:
            altitude = float(child.text or "")
        elif tag == _CEILING:
            ceiling = float(child.text or "")
    return Area(description, tuple(polygons), tuple(circles), tuple(geocodes), altitude, ceiling)


_GEOCODE, _AREA_DESC, _POLYGON, _CIRCLE, _ALTITUDE, _CEILING = (
    f"{{{NAMESPACE}}}{name}" for name in ("geocode", "areaDesc", "polygon", "circle", "altitude", "ceiling")
)
