"""Bytes from anywhere to a tree of elements, without entities, without the network, within limits.

The parser is libxml2 by way of lxml. It never sees a DOCTYPE: such a file is refused before it is parsed, so there are
no entities to expand and nothing outside to fetch. Bytes that are not UTF-8 are decoded here, from a list of encodings
that are in use, and only then parsed.
"""

import codecs
import re
from dataclasses import dataclass

from lxml import etree

from anlan.links.cap.alert import NAMESPACE
from anlan.links.cap.problems import Element, Problem, line_of, path_of, refusal

MOST_BYTES = 8 * 1024 * 1024
MOST_ELEMENTS = 50_000
DEEPEST = 24

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._:\-]{1,40})["']""")
# Python's name for each that is read. Chinese ones are read by their largest relative, as browsers do.
_ENCODINGS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5hkscs", "cp950"), "big5hkscs"),
    **{f"iso8859-{number}": f"iso8859-{number}" for number in (*range(1, 12), 13, 14, 15, 16)},
    **{f"cp{number}": f"cp{number}" for number in range(1250, 1259)},
    # A declaration that can be read byte by byte is not in UTF-16, whatever it says.
    **dict.fromkeys(("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32"), "utf-8"),
    **{name: name for name in ("ascii", "shift_jis", "euc_jp", "euc_kr", "koi8-r")},
}  # fmt: skip
_DOCTYPE = re.compile(rb"(?>(?:\s+|<\?(?>(?s:.*?)\?>)|<!--(?>(?s:.*?)-->))*)<!DOCTYPE\s*(\S*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed message: its root, and the bytes as UTF-8 that it was parsed from."""

    root: Element
    text: bytes


def opened(data: bytes, most_bytes: int = MOST_BYTES) -> Document | Problem:
    """The tree of a CAP 1.2 message without comments and instructions, or why it is refused."""
    text = readable(data, most_bytes)
    if isinstance(text, Problem):
        return text
    root = parsed(text)
    if isinstance(root, Problem):
        return root
    if root.tag != f"{{{NAMESPACE}}}alert":
        return refusal("NOT_CAP", "", line_of(root), root=root.tag)
    return Document(root, text)


def readable(data: bytes, most_bytes: int = MOST_BYTES) -> bytes | Problem:
    """The bytes in UTF-8 and without a byte order mark, if they are small enough, XML at first sight, and plain."""
    if len(data) > most_bytes:
        return refusal("TOO_LARGE", "", size=len(data), most=most_bytes)
    text = _in_utf8(data)
    if isinstance(text, Problem):
        return _web_page(data) or text
    if found := _DOCTYPE.match(text):
        if found[1].lower().startswith(b"html"):
            return refusal("NOT_CAP", "", 1, root="html")
        return refusal("DOCTYPE_REFUSED", "", text.count(b"\n", 0, found.end()) + 1)
    if text.count(b"<") > 2 * MOST_ELEMENTS:
        return refusal("TOO_COMPLEX", "", most=MOST_ELEMENTS)
    return text


def parsed(text: bytes, *, whole: bool = False) -> Element | Problem:
    """The root of what `readable` let through; `whole` keeps comments and instructions, as signatures need them."""
    try:
        root = etree.fromstring(text, _WHOLE if whole else _PLAIN)
    except etree.XMLSyntaxError as error:
        line = error.lineno
        return refusal("XML_SYNTAX_ERROR", "", line, detail=error.msg or "")
    if root.getroottree().docinfo.internalDTD is not None:  # cannot be: refused above
        return refusal("DOCTYPE_REFUSED", "", 1)
    return _too_deep(root) or root


def _too_deep(root: Element) -> Problem | None:
    found: object = _BEYOND(root)
    if not isinstance(found, list) or not found:
        return None
    return refusal("TOO_COMPLEX", path_of(found[0]), line_of(found[0]), most=DEEPEST)


def _in_utf8(data: bytes) -> bytes | Problem:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[3:] if encoding == "utf-8" else _decoded(data, encoding)
    if data[:4] in (b"<\0?\0", b"\0<\0?"):
        return _decoded(data, "utf-16-le" if data[1] == 0 else "utf-16-be")
    declared = _DECLARED.match(data)
    name = declared[1].decode("ascii") if declared else "utf-8"
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = name
    if known not in _ENCODINGS:
        return refusal("INVALID_ENCODING", "", 1, encoding=name, detail="unknown encoding")
    return _decoded(data, _ENCODINGS[known], name)


def _decoded(data: bytes, encoding: str, name: str = "") -> bytes | Problem:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return refusal("INVALID_ENCODING", "", line, encoding=name or encoding, detail=error.reason)
    return data if encoding in ("utf-8", "ascii") else text.encode("utf-8")


def _web_page(data: bytes) -> Problem | None:
    start = data[:200].lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return refusal("NOT_CAP", "", 1, root="html")
    return None


def _parser(*, whole: bool) -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",  # what the declaration says was heeded before
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=not whole,
        remove_pis=not whole,
    )


_BEYOND = etree.XPath("(/*" + "/*" * DEEPEST + ")[1]")
_PLAIN, _WHOLE = _parser(whole=False), _parser(whole=True)
