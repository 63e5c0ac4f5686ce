"""Requests to the outside that cannot be turned against the inside.

A name is resolved once and the connection goes to the very address that was looked at. Private, loopback, link-local,
shared and reserved addresses are refused unless the operator names their network; redirects are not followed; the
answer is read up to a limit; the whole takes ATTEMPT_S at most, or what the caller allows.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from anlan.engine.messages import ATTEMPT_S, Outcome

CONNECT_S = 8.0
LONGEST_ANSWER = 64 * 1024

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a request may take in all, and how much of the answer is read."""

    seconds: float = ATTEMPT_S
    most_bytes: int = LONGEST_ANSWER


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; names of headers are in small letters. It is `cut` where the limits ended it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Outbound:
    """What may be reached. `hosts` (empty: any) are names, `*.example.org` for all below one."""

    networks: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()
    _context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def get(self, url: str, headers: Mapping[str, str], limits: Limits) -> Answer | Outcome:
        """Ask once: an answer of any status, or the outcome that says why there is none."""
        return self.post(url, None, headers, method="GET", limits=limits)

    def post(
        self, url: str, body: bytes | None, headers: Mapping[str, str], *, method: str = "POST",
        limits: Limits = Limits(),
    ) -> Answer | Outcome:  # fmt: skip
        """Send once: an answer of any status, or the outcome that says why there is none."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        secure = parts.scheme == "https"
        if parts.scheme not in ("https", "http") or not host or parts.username or parts.password:
            return Outcome("rejected", "bad-address")
        try:
            port = parts.port or (443 if secure else 80)
        except ValueError:
            return Outcome("rejected", "bad-address")
        if self.hosts and not any(_fits(host, pattern) for pattern in self.hosts):
            return Outcome("rejected", "address-not-allowed", host)
        allowed, is_inside = self._looked_up(host, port)
        if isinstance(allowed, Outcome):
            return allowed
        if not secure and not is_inside:
            return Outcome("rejected", "address-not-allowed", "http")
        return self._sent(allowed, host, port, secure, method, _target(url), body, headers, limits)

    def may_reach(self, url: str) -> bool:
        """Whether an address may be reached as far as its letters tell; where a name leads is looked at each time."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").lower()
        if host == "localhost" or host.endswith(".localhost"):
            host = "127.0.0.1"
        try:
            address = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return parts.scheme == "https" or bool(self.networks)
        is_inside = any(address in network for network in self.networks)
        return is_inside or (parts.scheme == "https" and is_public(address))

    def _looked_up(self, host: str, port: int) -> tuple[str | Outcome, bool]:
        """The one address to connect to, and whether it lies in a network the operator named."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            return Outcome("refused", "no-connection", str(error)), False
        for _family, _type, _protocol, _name, place in found:
            address = ipaddress.ip_address(str(place[0]).partition("%")[0])
            is_inside = any(address in network for network in self.networks)
            if not is_inside and not is_public(address):
                return Outcome("rejected", "address-not-allowed", str(address)), False
        first = ipaddress.ip_address(str(found[0][4][0]).partition("%")[0])
        return str(first), any(first in network for network in self.networks)

    def _sent(
        self, address: str, host: str, port: int, secure: bool, method: str, target: str, body: bytes | None,
        headers: Mapping[str, str], limits: Limits,
    ) -> Answer | Outcome:  # fmt: skip
        started = time.monotonic()
        try:
            line = socket.create_connection((address, port), timeout=CONNECT_S)
        except OSError as error:
            return Outcome("refused", "no-connection", str(error))
        try:
            if secure:
                line = self._context.wrap_socket(line, server_hostname=host)
        except (OSError, ValueError) as error:
            line.close()
            return Outcome("refused", "no-connection", str(error))
        connection = http.client.HTTPConnection(host, port)
        connection.sock = line
        try:
            line.settimeout(max(limits.seconds - CONNECT_S, 1.0))
            connection.request(method, target, body, {"User-Agent": "Anlan", **headers})
            answer = connection.getresponse()
            content, cut = _read(answer, line, started, limits)
            said = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, content, said, cut)
        except (OSError, http.client.HTTPException) as error:
            return Outcome("unknown", "no-answer", str(error) or type(error).__name__)
        finally:
            connection.close()


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open network, also when it is wrapped in one of the newer kind."""
    wrapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if wrapped is not None:
        return is_public(wrapped)
    if address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96"):
        return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


def settled(answer: Answer | Outcome) -> Outcome:
    """An HTTP answer as an outcome: 2xx taken, 408, 425, 429 and 5xx not now, anything else never."""
    if isinstance(answer, Outcome):
        return answer
    words = f"{answer.status} {answer.text[:300]}".strip()
    if 200 <= answer.status < 300:
        return Outcome("sent", "", words)
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return Outcome("refused", "refused", words)
    return Outcome("rejected", "rejected", words)


def _fits(host: str, pattern: str) -> bool:
    host, pattern = host.lower().rstrip("."), pattern.lower()
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _read(
    answer: http.client.HTTPResponse, line: socket.socket, started: float, limits: Limits
) -> tuple[bytes, bool]:
    """The body up to the limit, and whether it was left before its end; what came of it and its status count."""
    parts: list[bytes] = []
    size = 0
    while size <= limits.most_bytes:
        left = limits.seconds - (time.monotonic() - started)
        if left <= 0:
            return b"".join(parts), True
        try:
            line.settimeout(left)
            part = answer.read1(65536)
        except OSError:
            return b"".join(parts), True
        if not part:
            return b"".join(parts), bool(answer.length)
        parts.append(part)
        size += len(part)
    return b"".join(parts)[: limits.most_bytes], True
