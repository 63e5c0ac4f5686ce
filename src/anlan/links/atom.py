"""Feeds in the Atom format (RFC 4287), in pages that lead to one another (RFC 5005)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

NAMESPACE = "http://www.w3.org/2005/Atom"
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
_XML = "{http://www.w3.org/XML/1998/namespace}"
_NO_XML = dict.fromkeys({*range(32), 0xFFFE, 0xFFFF} - {9, 10, 13})


@dataclass(frozen=True, slots=True)
class AtomEntry:
    """One thing that a feed announces; `id` is an IRI that never changes, `content_type` what `link` leads to."""

    id: str
    title: str
    updated: datetime
    link: str
    summary: str = ""
    content_type: str = "text/html"
    published: datetime | None = None
    categories: tuple[str, ...] = ()
    author: str = ""
    """Who it is by, where that is not the author of the feed."""
    pages: tuple[tuple[str, str], ...] = ()
    """Pages for people that say the same, as (language, address)."""


def feed(
    entries: Iterable[AtomEntry],
    title: str,
    self_link: str,
    next_link: str,
    previous_link: str,
    updated: datetime,
    *,
    identity: str = "",
    author: str = "",
    subtitle: str = "",
    language: str = "",
    first_link: str = "",
    pages: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A page of a feed as UTF-8; a link that is "" is left out.

    `identity` is an IRI, the same on every page of one feed (without it the address of this page), `updated` when the
    feed last changed, `pages` are those for people, as (language, address). Characters that XML has no place for are
    left out.
    """
    root = etree.XML(f'<feed xmlns="{NAMESPACE}"/>')
    if language:
        root.set(f"{_XML}lang", language)
    _text(root, "id", identity or self_link)
    _text(root, "title", title)
    if subtitle:
        _text(root, "subtitle", subtitle)
    _text(root, "updated", _moment(updated))
    _author(root, author or title)
    for relation, address in (
        ("self", self_link),
        ("first", first_link),
        ("previous", previous_link),
        ("next", next_link),
    ):
        if address:
            _link(root, relation, address, "application/atom+xml")
    for spoken, address in pages:
        _link(root, "alternate", address, "text/html", spoken)
    for entry in entries:
        _entry(root, entry)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _entry(root: "Element", entry: AtomEntry) -> None:
    node = etree.SubElement(root, f"{{{NAMESPACE}}}entry")
    _text(node, "id", entry.id)
    _text(node, "title", entry.title)
    _text(node, "updated", _moment(entry.updated))
    if entry.published is not None:
        _text(node, "published", _moment(entry.published))
    if entry.author:
        _author(node, entry.author)
    _link(node, "alternate", entry.link, entry.content_type)
    for spoken, address in entry.pages:
        _link(node, "alternate", address, "text/html", spoken)
    for term in entry.categories:
        etree.SubElement(node, f"{{{NAMESPACE}}}category").set("term", _kept(term))
    if entry.summary:
        _text(node, "summary", entry.summary)


def _link(parent: "Element", relation: str, address: str, kind: str, spoken: str = "") -> None:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}link")
    node.set("rel", relation)
    node.set("type", kind)
    if spoken:
        node.set("hreflang", spoken)
    node.set("href", _kept(address))


def _author(parent: "Element", name: str) -> None:
    _text(etree.SubElement(parent, f"{{{NAMESPACE}}}author"), "name", name)


def _text(parent: "Element", name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = _kept(text)


def _kept(text: str) -> str:
    """Without the control characters that would make the whole feed unreadable, and without halves of pairs."""
    return text.translate(_NO_XML).encode("utf-8", "ignore").decode("utf-8")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
