"""What an address leads to: one message, or a feed (Atom, RSS) whose entries lead to messages or hold them."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from lxml import etree

from anlan.links.cap.alert import NAMESPACE
from anlan.links.cap.document import MOST_BYTES, parsed, readable
from anlan.links.cap.problems import Element, Problem

MOST_ENTRIES = 500
_ATOM = "{http://www.w3.org/2005/Atom}"
_RSS_1 = "{http://purl.org/rss/1.0/}"
_ALERT = f"{{{NAMESPACE}}}alert"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry: where its message is, when the feed says it changed, and the message itself where it holds it."""

    link: str
    changed: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """The entries of a feed, as it lists them; those that lead nowhere are left out."""

    entries: tuple[FeedEntry, ...]


def read_feed(data: bytes, url: str, most_bytes: int = MOST_BYTES) -> Feed | Problem | None:
    """The feed at an address, None for a message itself, or why it is neither."""
    text = readable(data, most_bytes)
    root = text if isinstance(text, Problem) else parsed(text)
    if isinstance(root, Problem):
        return root
    if root.tag == f"{_ATOM}feed":
        found = (_atom(entry, url) for entry in root.iterfind(f"{_ATOM}entry"))
    elif root.tag == "rss":
        found = (_rss(item, url, "") for item in root.iterfind("channel/item"))
    elif root.tag == "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF":
        found = (_rss(item, url, _RSS_1) for item in root.iterfind(f"{_RSS_1}item"))
    else:
        return None  # a message, or something that the checks of messages will name
    return Feed(tuple(_usable(found)))


def _usable(entries: Iterator[FeedEntry]) -> Iterator[FeedEntry]:
    for number, entry in enumerate(entries):
        if number >= MOST_ENTRIES:
            return
        if entry.content is not None or urlsplit(entry.link).scheme in ("http", "https"):
            yield entry


def _atom(entry: Element, url: str) -> FeedEntry:
    links = entry.findall(f"{_ATOM}link")
    fitting = [link for link in links if link.get("rel", "alternate") in ("alternate", "enclosure")]
    fitting.sort(key=lambda link: "cap" not in str(link.get("type", "")))
    link = urljoin(url, str(fitting[0].get("href", ""))) if fitting else ""
    changed = _text(entry, f"{_ATOM}updated") or _text(entry, f"{_ATOM}published")
    inside = entry.find(f"{_ATOM}content/{_ALERT}")
    return FeedEntry(link or _text(entry, f"{_ATOM}id"), changed, _alone(inside))


def _rss(item: Element, url: str, space: str) -> FeedEntry:
    enclosure = next((one for one in item.findall("enclosure") if "cap" in str(one.get("type", ""))), None)
    link = str(enclosure.get("url", "")) if enclosure is not None else _text(item, f"{space}link")
    changed = _text(item, "pubDate") or _text(item, "{http://purl.org/dc/elements/1.1/}date")
    return FeedEntry(urljoin(url, link) if link else "", changed, _alone(item.find(_ALERT)))


def _alone(alert: Element | None) -> bytes | None:
    """A message that stands inside a feed, as a document of its own."""
    return None if alert is None else bytes(etree.tostring(alert, encoding="UTF-8", with_tail=False))


def _text(node: Element, path: str) -> str:
    return (node.findtext(path) or "").strip()
