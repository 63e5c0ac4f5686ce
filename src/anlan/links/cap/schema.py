"""The schema of OASIS decides whether a message has the right structure; when it does not, our own words say why.

The schema's own messages name elements and types but neither the place among their like nor a way to mend; `faults`
walks the elements by the tables below. The schema stays the judge: what it refuses and the tables cannot explain
is passed on as it says it.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from anlan.links.cap.alert import NAMESPACE, SIGNATURES, VALUES
from anlan.links.cap.problems import Problem, line_of, path_of, refusal

Element = etree._Element  # noqa: SLF001 - the name lxml gives its type


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

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*", re.ASCII)
_WHOLE = re.compile(r"[-+]?\d+", re.ASCII)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"


def schema_problems(root: Element) -> list[Problem]:
    """Why the schema refuses the message, nothing if it does not."""
    try:
        _schema().assertValid(root)
    except etree.DocumentInvalid as error:
        return _faults(root) or [_as_it_says(root, error)]
    return []


@cache
def _schema() -> etree.XMLSchema:
    path = Path(__file__).with_name("CAP-v1.2.xsd")
    return etree.XMLSchema(etree.fromstring(path.read_bytes(), etree.XMLParser(no_network=True)))


def _as_it_says(root: Element, error: etree.DocumentInvalid) -> Problem:
    """The first complaint of the schema in its own words, at the element that it means."""
    log: Any = error.error_log  # the stubs do not know that it is a sequence
    first = log[0]
    nodes = root.getroottree().xpath(first.path) if first.path else []
    node = nodes[0] if isinstance(nodes, list) and nodes else root
    assert isinstance(node, Element)
    return refusal("SCHEMA", path_of(node), line_of(node), detail=str(first.message))


def _faults(node: Element) -> list[Problem]:
    """What is wrong in an element that holds elements, and in those within."""
    name = _name(node)
    contents = CONTENTS[name]
    found = list(_attribute_faults(node, name)) + _text_faults(node, name)
    order = {child.name: number for number, child in enumerate(contents)}
    there = {_name(element) for element in node}
    furthest, seen, strangers, in_order = 0, set[str](), list[str](), True
    for element in node:
        tag = _name(element)
        if name == "alert" and str(element.tag).startswith(f"{{{SIGNATURES}}}"):
            continue
        path = path_of(element)
        if tag not in order or not str(element.tag).startswith(f"{{{NAMESPACE}}}"):
            strangers.append(tag)
            found.append(_stranger(tag, name, path, element))
            continue
        child = contents[order[tag]]
        passed = next((c.name for c in contents[: order[tag]] if c.needed and c.name in there - seen), "")
        if in_order and (passed or order[tag] < furthest):
            found.append(_misplaced(tag, passed, contents[furthest].name, contents, path, element))
            in_order = False  # one is told with the whole order; the others follow from it
        elif tag in seen and not child.often:
            found.append(refusal("REPEATED_ELEMENT", path, line_of(element), parent=name, name=tag))
        furthest = max(furthest, order[tag])
        seen.add(tag)
        found += _faults(element) if child.holds == "elements" else _value_faults(element, child, path)
    found += [
        _missing(child.name, name, contents, node)
        for child in contents
        if child.needed and child.name not in seen and not get_close_matches(child.name, strangers)
    ]
    return found


def _stranger(tag: str, parent: str, path: str, element: Element) -> Problem:
    near = get_close_matches(tag, [child.name for child in CONTENTS[parent]], 1)
    home = [name for name, contents in CONTENTS.items() if any(child.name == tag for child in contents)]
    guess = guess_en = ""
    if near and near[0] != tag:
        guess, guess_en = f"是否应为“{near[0]}”？", f"Perhaps '{near[0]}' is meant."
    elif home:
        guess, guess_en = f"它属于“{home[0]}”。", f"It belongs into '{home[0]}'."
    return refusal(
        "UNSUPPORTED_ELEMENT",
        path,
        line_of(element),
        parent=parent,
        name=tag,
        guess=guess,
        guess_en=guess_en,
    )


def _misplaced(
    tag: str, passed: str, after: str, contents: tuple[Child, ...], path: str, element: Element
) -> Problem:
    place, place_en = (
        (f"“{passed}”之后", f"after '{passed}'") if passed else (f"“{after}”之前", f"before '{after}'")
    )
    order = ", ".join(child.name for child in contents)
    return refusal(
        "INVALID_SEQUENCE", path, line_of(element), name=tag, place=place, place_en=place_en, order=order
    )


def _missing(missing: str, name: str, contents: tuple[Child, ...], node: Element) -> Problem:
    names = [child.name for child in contents]
    place = names.index(missing)
    before = names[place - 1] if place else f"<{name}>"
    return refusal(
        "MISSING_REQUIRED_ELEMENT", path_of(node), line_of(node), name=name, missing=missing, before=before
    )


def _value_faults(element: Element, child: Child, path: str) -> list[Problem]:
    found = list(_attribute_faults(element, child.name))
    found += [_stranger_in_text(inner, child.name) for inner in element]
    value = element.text or ""
    bare = value.strip(" \t\r\n")
    line = line_of(element)
    if child.holds == "word" and value not in VALUES[child.name]:
        allowed = ", ".join(VALUES[child.name])
        found.append(
            refusal("INVALID_ENUM_VALUE", path, line, name=child.name, value=_short(value), allowed=allowed)
        )
    elif child.holds == "time" and not is_time(bare):
        found.append(refusal("INVALID_DATE", path, line, name=child.name, value=_short(value)))
    elif child.holds == "language" and element.text and not LANGUAGE.fullmatch(bare):
        found.append(refusal("INVALID_LANGUAGE", path, line, value=_short(value)))
    elif child.holds in _NEEDS and not _NEEDS[child.holds][0].fullmatch(bare):
        need, need_en = _NEEDS[child.holds][1:]
        found.append(
            refusal(
                "INVALID_VALUE", path, line, name=child.name, value=_short(value), need=need, need_en=need_en
            )
        )
    return found


_NEEDS = {
    "whole": (_WHOLE, "应为整数", "a whole number is needed"),
    "number": (_NUMBER, "应为数字", "a number is needed"),
    "address": (re.compile(r"[^\s<>{}|\\^`%]*(%[0-9A-Fa-f]{2}[^\s<>{}|\\^`%]*)*"), "应为网址", "an address is needed"),
}  # fmt: skip


def is_time(text: str) -> bool:
    """Whether it is a time that the calendar has, written as CAP asks."""
    return bool(TIME.fullmatch(text)) and _in_calendar(text)


def _in_calendar(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _attribute_faults(node: Element, name: str) -> list[Problem]:
    return [
        refusal("UNSUPPORTED_ATTRIBUTE", path_of(node), line_of(node), name=name, attribute=_short(str(key)))
        for key in node.attrib
        if not str(key).startswith(_XSI)
    ]


def _text_faults(node: Element, name: str) -> list[Problem]:
    words = ((node.text or "") + "".join(child.tail or "" for child in node)).strip(" \t\r\n")
    if not words:
        return []
    return [refusal("UNEXPECTED_TEXT", path_of(node), line_of(node), name=name, text=_short(words))]


def _stranger_in_text(inner: Element, parent: str) -> Problem:
    guess, guess_en = "它只能包含文字。", "It holds text only."
    return refusal(
        "UNSUPPORTED_ELEMENT",
        path_of(inner),
        line_of(inner),
        parent=parent,
        name=_name(inner),
        guess=guess,
        guess_en=guess_en,
    )


def _name(node: Element) -> str:
    return etree.QName(node.tag).localname


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
