"""Fetching what stands at an address, if it changed: guarded like all that goes out, at every step of a redirect."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from anlan.engine.messages import Outcome
from anlan.links.notify_http import Limits, Outbound

MOST_REDIRECTS: Final = 3
_MOVED: Final = (301, 302, 303, 307, 308)
_ACCEPT: Final = (
    "application/cap+xml, application/atom+xml, application/rss+xml, application/xml, text/xml;q=0.9"
)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What stood there, where it really stood, and by what to ask whether it changed."""

    body: bytes
    url: str
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """It is what it was."""


@dataclass(frozen=True, slots=True)
class Unfetched:
    """Why nothing was had: a word of ours, and what the other side said."""

    fault: str
    detail: str = ""


def fetch(
    outbound: Outbound, url: str, limits: Limits, *, etag: str = "", last_modified: str = ""
) -> Fetched | Unchanged | Unfetched:
    """Ask once for what stands at an address, following a few redirects."""
    conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {"Accept": _ACCEPT, **{name: value for name, value in conditions.items() if value}}
    for _step in range(MOST_REDIRECTS + 1):
        answer = outbound.get(url, headers, limits)
        if isinstance(answer, Outcome):
            return Unfetched(answer.fault, answer.answer)
        if answer.status == 304:
            return Unchanged()
        if answer.status in _MOVED and answer.headers.get("location"):
            url = urljoin(url, answer.headers["location"])
            continue
        if answer.status != 200:
            return Unfetched("status", str(answer.status))
        if answer.cut:
            return Unfetched("too-large" if len(answer.body) >= limits.most_bytes else "no-answer")
        said = answer.headers
        return Fetched(answer.body, url, said.get("etag", ""), said.get("last-modified", ""))
    return Unfetched("too-many-redirects", url)
