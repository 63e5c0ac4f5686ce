"""The table of contents as a grammar for libxml2, which finds in C that nothing is wrong, but not what is."""

from lxml import etree

from anlan.links.cap.alert import DEFAULT_LANGUAGE, NAMESPACE, SIGNATURES, VALUES
from anlan.links.cap.contents import CONTENTS, NUMBER, TIME, WHOLE, Child
from anlan.links.cap.problems import Element

_XS = "http://www.w3.org/2001/XMLSchema"
_TYPES = {"text": "string", "address": "anyURI", "language": "language"}
_NARROWED = {"time": ("dateTime", TIME), "whole": ("integer", WHOLE), "number": ("decimal", NUMBER)}


def grammar() -> etree.XMLSchema:
    """A schema that accepts no message in which the walk through its elements would find a fault."""
    root = etree.Element(f"{{{_XS}}}schema", nsmap={"xs": _XS})
    root.set("targetNamespace", NAMESPACE)
    root.set("elementFormDefault", "qualified")
    _holder(root, "alert")
    return etree.XMLSchema(root)


def _holder(parent: Element, name: str, **often: str) -> None:
    """An element that holds elements."""
    element = _put(parent, "element", name=name, **often)
    sequence = _put(_put(element, "complexType"), "sequence")
    for child in CONTENTS[name]:
        times = {"minOccurs": "1" if child.needed else "0", "maxOccurs": "unbounded" if child.often else "1"}
        if child.holds == "elements":
            _holder(sequence, child.name, **times)
        else:
            _text(_put(sequence, "element", name=child.name, **times), child)
    if name == "alert":
        anything = {"minOccurs": "0", "maxOccurs": "unbounded", "processContents": "lax"}
        _put(sequence, "any", namespace=SIGNATURES, **anything)


def _text(element: Element, child: Child) -> None:
    """What the text of an element must be."""
    if child.holds == "word":
        narrowed = _put(_put(element, "simpleType"), "restriction", base="xs:string")
        for word in VALUES[child.name]:
            _put(narrowed, "enumeration", value=word)
    elif child.holds in _NARROWED:
        base, form = _NARROWED[child.holds]
        narrowed = _put(_put(element, "simpleType"), "restriction", base=f"xs:{base}")
        _put(narrowed, "pattern", value=form.pattern)
    else:
        element.set("type", f"xs:{_TYPES[child.holds]}")
    if child.holds == "language":
        element.set("default", DEFAULT_LANGUAGE)  # an empty one stands for it


def _put(parent: Element, kind: str, /, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{_XS}}}{kind}", attributes)
