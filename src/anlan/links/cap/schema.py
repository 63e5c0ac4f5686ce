"""Whether a message has the structure of CAP 1.2, and where not, why.

A grammar made of the table of contents lets pass what is as it must be; whatever it does not let pass is walked
through by the same table, and the walk decides.

It judges what the published schema judges: which elements stand where, in which order and how often, and what their
texts must be. It differs in what no service sends: an hour 24 and whole numbers of more than 18 figures are refused,
because no value holds them; a type named by `xsi:type` is not heeded; and what stands within a signature is left to
`signatures`.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from itertools import islice

from lxml import etree

from anlan.links.cap.alert import NAMESPACE, SIGNATURES, VALUES
from anlan.links.cap.contents import CONTENTS, LANGUAGE, NUMBER, TIME, WHOLE, Child
from anlan.links.cap.grammar import grammar
from anlan.links.cap.problems import Element, Problem, line_of, path_of, refusal

MOST_TOLD = 100
"""So many faults are told of one message; who sends more has not sent an alert."""
_GRAMMAR = grammar()

_PLACES: dict[str, dict[object, int]] = {
    name: {f"{{{NAMESPACE}}}{child.name}": place for place, child in enumerate(contents)}
    for name, contents in CONTENTS.items()
}
"""Where each stands in the order of its parent, by full name."""
_BEFORE = {
    name: [
        frozenset(earlier for earlier in range(place) if contents[earlier].needed)
        for place in range(len(contents) + 1)
    ]
    for name, contents in CONTENTS.items()
}
"""What is needed before each place; what is needed at all stands last."""
_IN_SIGNATURE = f"{{{SIGNATURES}}}"
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_HINTS = {_XSI + name for name in ("schemaLocation", "noNamespaceSchemaLocation", "type")}
_BLANKS = " \t\r\n"


def schema_problems(root: Element) -> list[Problem]:
    """What is wrong with the structure of an alert, as far as it is told; nothing if it is as it must be."""
    return [] if _GRAMMAR.validate(root) and _ends_with_signatures(root) else walked(root)


def _ends_with_signatures(root: Element) -> bool:
    """Whether nothing follows a signature but another; libxml2 lets anything follow what stands for a wildcard."""
    first = root.find(f"{{{SIGNATURES}}}*")
    return first is None or all(
        etree.QName(after).namespace == SIGNATURES for after in first.itersiblings("*")
    )


def walked(root: Element) -> list[Problem]:
    """The same, found by the walk alone."""
    found: list[Problem] = []
    _look_through(root, "alert", found)
    return found[:MOST_TOLD]


def _look_through(node: Element, name: str, found: list[Problem]) -> None:
    """Find what is wrong in an element that holds elements, and in those within."""
    contents, before, places = CONTENTS[name], _BEFORE[name], _PLACES[name]
    if node.keys():
        found += _attribute_faults(node, name)
    if node.text and node.text.strip(_BLANKS):
        found.append(_at(node, "UNEXPECTED_TEXT", name=name, text=_short(node.text.strip(_BLANKS))))
    seen: set[int] = set()
    there: set[int] = set()
    strangers: list[str] = []
    furthest, in_order = 0, True
    for element in node:
        if len(found) >= MOST_TOLD:
            return
        tail = element.tail
        if tail and tail.strip(_BLANKS):
            found.append(_at(node, "UNEXPECTED_TEXT", name=name, text=_short(tail.strip(_BLANKS))))
        place = places.get(element.tag)
        if place is None:
            if name == "alert" and str(element.tag).startswith(_IN_SIGNATURE):
                furthest = len(contents)  # it follows all else
                continue
            strangers.append(_name(element))
            found.append(_stranger(element, name))
            continue
        skipped = None
        if in_order and not before[place] <= seen:
            there = there or {places[other.tag] for other in node if other.tag in places}
            skipped = min(before[place] & there - seen, default=None)
        child = contents[place]
        if in_order and (place < furthest or skipped is not None):
            found.append(_misplaced(element, name, skipped, furthest))
            in_order = False  # one is told with the whole order; the others follow from it
        elif place in seen and not child.often:
            found.append(_at(element, "REPEATED_ELEMENT", parent=name, name=child.name))
        if place > furthest:
            furthest = place
        seen.add(place)
        if child.holds == "elements":
            _look_through(element, child.name, found)
        else:
            if element.keys():
                found += _attribute_faults(element, child.name)
            if len(element):
                found += [_stranger(inner, child.name) for inner in islice(element, MOST_TOLD)]
            if child.holds != "text" and (fault := _value_fault(element, child)):
                found.append(fault)
    if before[-1] <= seen:
        return
    for place in sorted(before[-1] - seen):
        if not get_close_matches(contents[place].name, strangers):
            found.append(_missing(place, name, node))


def _stranger(element: Element, parent: str) -> Problem:
    name = _name(element)
    near = get_close_matches(name, [child.name for child in CONTENTS.get(parent, ())], 1)
    home = [holder for holder, contents in CONTENTS.items() if any(child.name == name for child in contents)]
    guess = guess_en = ""
    if parent not in CONTENTS:
        guess, guess_en = "它只能包含文字。", "It holds text only."
    elif near and near[0] != name:
        guess, guess_en = f"是否应为“{near[0]}”？", f"Perhaps '{near[0]}' is meant."
    elif home:
        guess, guess_en = f"它属于“{home[0]}”。", f"It belongs into '{home[0]}'."
    return _at(element, "UNSUPPORTED_ELEMENT", parent=parent, name=name, guess=guess, guess_en=guess_en)


def _misplaced(element: Element, parent: str, skipped: int | None, furthest: int) -> Problem:
    names = [child.name for child in CONTENTS[parent]]
    if skipped is None:
        mark = [*names, "Signature"][furthest]
        place, place_en = f"“{mark}”之前", f"before '{mark}'"
    else:
        place, place_en = f"“{names[skipped]}”之后", f"after '{names[skipped]}'"
    order = ", ".join(names)
    return _at(element, "INVALID_SEQUENCE", name=_name(element), place=place, place_en=place_en, order=order)


def _missing(place: int, parent: str, node: Element) -> Problem:
    names = [child.name for child in CONTENTS[parent]]
    before = names[place - 1] if place else f"<{parent}>"
    return _at(node, "MISSING_REQUIRED_ELEMENT", name=parent, missing=names[place], before=before)


def _attribute_faults(node: Element, name: str) -> Iterator[Problem]:
    for key in islice(node.attrib, MOST_TOLD):
        if key not in _HINTS:
            yield _at(node, "UNSUPPORTED_ATTRIBUTE", name=name, attribute=_short(str(key)))


# ---- texts ---------------------------------------------------------------------------------------


def _value_fault(element: Element, child: Child) -> Problem | None:
    value = element.text or ""
    bare = value.strip(_BLANKS)
    if child.holds == "word":
        if value not in VALUES[child.name]:
            allowed = ", ".join(VALUES[child.name])
            return _at(element, "INVALID_ENUM_VALUE", name=child.name, value=_short(value), allowed=allowed)
    elif child.holds == "time":
        if not _is_time(bare):
            return _at(element, "INVALID_DATE", name=child.name, value=_short(value))
    elif child.holds == "language":
        if value and not LANGUAGE.fullmatch(bare):  # an empty one stands for the standard's own
            return _at(element, "INVALID_LANGUAGE", value=_short(value))
    else:
        form, need, need_en = _FORMS[child.holds]
        if not form.fullmatch(_UNUSUAL.sub("_", bare) if child.holds == "address" else bare):
            details = {"name": child.name, "value": _short(value), "need": need, "need_en": need_en}
            return _at(element, "INVALID_VALUE", **details)
    return None


# Addresses as RFC 3986 has them. What it does not allow but people type is let through, as parsers of schemas do.
_UNUSUAL = re.compile(r"[^!-~]|[<>\"{}|\\^`]")
_HOST = r"(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
_STEP = _HOST.replace("[\\w", "[:@\\w")
_STEPS = rf"(?:/{_STEP}*)*"
_SERVER = rf"//(?:(?:{_HOST}|:)*@)?(?:\[[^]]*\]|{_HOST}*)(?::\d{{1,9}})?{_STEPS}"
_ADDRESS = (
    rf"(?:[A-Za-z][A-Za-z0-9+.-]*:(?:{_SERVER}|/?(?:{_STEP}+{_STEPS})?)"
    rf"|{_SERVER}|/(?:{_STEP}+{_STEPS})?|(?:(?!:){_STEP})+{_STEPS}|)"
    rf"(?:\?(?:{_STEP}|[/?])*)?(?:\#(?:{_STEP}|[]/?[])*)?"
)
_FORMS = {
    "whole": (WHOLE, "应为整数", "a whole number is needed"),
    "number": (NUMBER, "应为数字", "a number is needed"),
    "address": (re.compile(_ADDRESS, re.ASCII), "应为网址", "an address is needed"),
}


def _is_time(text: str) -> bool:
    """Whether it is a time that the calendar has, written as CAP asks."""
    if not TIME.fullmatch(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _at(node: Element, code: str, **details: str) -> Problem:
    return refusal(code, path_of(node), line_of(node), **details)


def _name(node: Element) -> str:
    return etree.QName(node.tag).localname


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
