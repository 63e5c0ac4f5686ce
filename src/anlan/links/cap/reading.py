"""A message that the schema accepts, as values; shapes and references that cannot be read are left empty and told."""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

from lxml import etree

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
from anlan.links.cap.problems import Problem, line_of, path_of, refusal

Element = etree._Element  # noqa: SLF001 - the name lxml gives its type
Children = Mapping[str, list[Element]]
_PREFIX = len(NAMESPACE) + 2
_FIGURES = re.compile(r"[-+0-9.,\s]*", re.ASCII)
_REFERENCE = re.compile(r"\s*([^,]+),([^,]+),(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d)(?=\s|$)", re.ASCII)
_NOWHERE: Point = (math.nan, math.nan)


class _NoTimeError(Exception):
    """A time that the schema lets pass and no calendar has."""

    def __init__(self, node: etree._Element) -> None:
        super().__init__(node.text)
        self.node = node


def read_alert(root: etree._Element) -> tuple[Alert | None, list[Problem]]:
    """The alert with what could not be read in it, or none if it cannot stand without."""
    problems: list[Problem] = []
    try:
        return _alert(_children(root), problems), problems
    except _NoTimeError as error:
        node = error.node
        name = etree.QName(node.tag).localname
        return None, [refusal("INVALID_DATE", path_of(node), line_of(node), name=name, value=node.text or "")]


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


def _alert(children: Children, problems: list[Problem]) -> Alert:
    return Alert(
        identifier=_needed(children, "identifier"),
        sender=_needed(children, "sender"),
        sent=_time(children["sent"][0]),
        status=cast(Status, _needed(children, "status")),
        message_type=cast(MessageType, _needed(children, "msgType")),
        scope=cast(Scope, _needed(children, "scope")),
        source=_text(children, "source"),
        restriction=_text(children, "restriction"),
        addresses=_text(children, "addresses"),
        codes=_texts(children, "code"),
        note=_text(children, "note"),
        references=_references(children, problems),
        incidents=_text(children, "incidents"),
        infos=tuple(_info(_children(node)) for node in children.get("info", ())),
    )


def _references(children: Children, problems: list[Problem]) -> tuple[Reference, ...] | None:
    if "references" not in children:
        return None
    node = children["references"][0]
    found = references_of(node.text or "")
    if found is None:
        problems.append(
            refusal("INVALID_REFERENCES", path_of(node), line_of(node), value=(node.text or "")[:80])
        )
    return found


def _info(children: Children) -> Info:
    return Info(
        categories=cast(tuple[Category, ...], _texts(children, "category")),
        event=_needed(children, "event"),
        urgency=cast(Urgency, _needed(children, "urgency")),
        severity=cast(Severity, _needed(children, "severity")),
        certainty=cast(Certainty, _needed(children, "certainty")),
        language=_text(children, "language"),
        response_types=cast(tuple[ResponseType, ...], _texts(children, "responseType")),
        audience=_text(children, "audience"),
        event_codes=_named(children, "eventCode"),
        effective=_time_if_any(children, "effective"),
        onset=_time_if_any(children, "onset"),
        expires=_time_if_any(children, "expires"),
        sender_name=_text(children, "senderName"),
        headline=_text(children, "headline"),
        description=_text(children, "description"),
        instruction=_text(children, "instruction"),
        web=_text(children, "web"),
        contact=_text(children, "contact"),
        parameters=_named(children, "parameter"),
        resources=tuple(_resource(_children(node)) for node in children.get("resource", ())),
        areas=tuple(_area(_children(node)) for node in children.get("area", ())),
    )


def _resource(children: Children) -> Resource:
    size = _text(children, "size")
    return Resource(
        description=_needed(children, "resourceDesc"),
        mime_type=_needed(children, "mimeType"),
        size=None if size is None else int(size),
        uri=_text(children, "uri"),
        content=_text(children, "derefUri"),
        digest=_text(children, "digest"),
    )


def _area(children: Children) -> Area:
    altitude, ceiling = _text(children, "altitude"), _text(children, "ceiling")
    return Area(
        description=_needed(children, "areaDesc"),
        polygons=tuple(Polygon(points_of(node.text or "") or ()) for node in children.get("polygon", ())),
        circles=tuple(circle_of(node.text or "") for node in children.get("circle", ())),
        geocodes=_named(children, "geocode"),
        altitude_ft=None if altitude is None else float(altitude),
        ceiling_ft=None if ceiling is None else float(ceiling),
    )


def _children(node: etree._Element) -> dict[str, list[etree._Element]]:
    """The elements within, by local name."""
    found: dict[str, list[etree._Element]] = {}
    for child in node:
        found.setdefault(str(child.tag)[_PREFIX:], []).append(child)
    return found


def _needed(children: Children, name: str) -> str:
    return children[name][0].text or ""


def _text(children: Children, name: str) -> str | None:
    nodes = children.get(name)
    return (nodes[0].text or "") if nodes else None


def _texts(children: Children, name: str) -> tuple[str, ...]:
    return tuple(node.text or "" for node in children.get(name, ()))


def _named(children: Children, name: str) -> tuple[NamedValue, ...]:
    """The schema has seen to it that each is a name and a value, in this order."""
    return tuple(NamedValue(node[0].text or "", node[1].text or "") for node in children.get(name, ()))


def _time(node: etree._Element) -> datetime:
    try:
        return datetime.fromisoformat((node.text or "").strip())
    except ValueError as error:
        raise _NoTimeError(node) from error


def _time_if_any(children: Children, name: str) -> datetime | None:
    nodes = children.get(name)
    return _time(nodes[0]) if nodes else None
