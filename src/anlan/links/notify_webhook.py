"""Webhooks signed after Standard Webhooks 1.0: a receiver checks who sent it and drops what it had already."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anlan.engine.messages import Outcome
from anlan.links.notify import Note
from anlan.links.notify_http import Outbound, settled

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A receiver of webhooks; while a secret is being exchanged there are two, and both sign."""

    url: str
    secrets: tuple[bytes, ...]


@dataclass(slots=True)
class Webhooks:
    """The endpoints of the installation; the address of a message is the name of one."""

    endpoints: Mapping[str, Endpoint]
    outbound: Outbound
    through: str = "webhook"
    repeatable: bool = True

    def send(self, note: Note) -> Outcome:
        endpoint = self.endpoints.get(note.address)
        if endpoint is None:
            return Outcome("rejected", "not-configured", note.address)
        body = payload(note)
        seconds = int(note.at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": note.id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signatures(endpoint.secrets, note.id, seconds, body),
        }
        return settled(self.outbound.post(endpoint.url, body, headers))

    def close(self) -> None:
        """Each request has a connection of its own."""


def payload(note: Note) -> bytes:
    """The body: the same bytes are signed and sent."""
    data = {
        "about": {"kind": note.about_kind, "id": note.about_id, "number": note.number},
        "receiver": {"kind": note.receiver_kind, "id": note.receiver},
        "title": {"zh": note.title.zh, "en": note.title.en},
        "text": {"zh": note.body.zh, "en": note.body.en},
        "link": note.link,
    }
    whole = {"type": "message.sent", "timestamp": note.at.isoformat(), "data": data}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def signatures(secrets: Sequence[bytes], identifier: str, seconds: int, body: bytes) -> str:
    """The signature header: `v1,` and the base64 of HMAC-SHA-256 over id, time and body, one for each secret."""
    signed = f"{identifier}.{seconds}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        for secret in secrets
    )


def read_secret(text: str) -> bytes | None:
    """The key in a `whsec_…` secret; None for one that is not made of 24 to 64 bytes in base64."""
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if text.startswith(PREFIX) and 24 <= len(key) <= 64 else None
