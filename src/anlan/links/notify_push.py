"""Web push: encrypted for one browser (RFC 8291, RFC 8188), signed for the push service (RFC 8292)."""

import base64
import json
import os
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anlan.engine.messages import Outcome
from anlan.links.notify import Note
from anlan.links.notify_http import Answer, Outbound, settled

SERVICES = (
    "fcm.googleapis.com",
    "*.push.services.mozilla.com",
    "*.push.apple.com",
    "*.notify.windows.com",
)
"""The push services of the browsers; a browser that names another is not sent to."""

KEPT = timedelta(hours=4)
RECORD = 4096
LONGEST_TEXT = 900
Point = PublicFormat.UncompressedPoint


@dataclass(frozen=True, slots=True)
class Subscription:
    """A browser that asked for messages: where its service is, its key and its secret."""

    endpoint: str
    key: bytes
    secret: bytes


@dataclass(slots=True)
class WebPush:
    """Sends to browsers; the address of a message is the subscription as the browser gave it, in JSON.

    The page shows messages under their id, so a second copy takes the place of the first.
    """

    private_key: ec.EllipticCurvePrivateKey
    contact: str
    outbound: Outbound
    through: str = "webpush"
    repeatable: bool = True

    def send(self, note: Note) -> Outcome:
        subscription = read_subscription(note.address)
        if subscription is None:
            return Outcome("rejected", "bad-address")
        words = {"id": note.id, "title": note.heading, "text": note.words[:LONGEST_TEXT], "link": note.link}
        try:
            body = encrypted(json.dumps(words, ensure_ascii=False).encode(), subscription)
        except ValueError as error:
            return Outcome("rejected", "bad-address", str(error))
        ends = int((note.at + timedelta(hours=12)).timestamp())
        headers = {
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(KEPT.total_seconds())),
            "Urgency": "high",
            "Authorization": authorization(self.private_key, subscription.endpoint, self.contact, ends),
        }
        answer = self.outbound.post(subscription.endpoint, body, headers)
        if isinstance(answer, Answer) and answer.status in (404, 410):
            return Outcome("rejected", "bad-address", str(answer.status))
        return settled(answer)

    def close(self) -> None:
        """Each request has a connection of its own."""


def read_subscription(text: str) -> Subscription | None:
    """A subscription from the browser's JSON; None for anything else."""
    try:
        given = json.loads(text)
        key, secret = unpadded(given["keys"]["p256dh"]), unpadded(given["keys"]["auth"])
        endpoint = str(given["endpoint"])
    except (ValueError, TypeError, KeyError):
        return None
    good = endpoint.startswith(("https://", "http://")) and len(key) == 65 and len(secret) == 16
    return Subscription(endpoint, key, secret) if good else None


def encrypted(
    text: bytes,
    subscription: Subscription,
    *,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """The text in one record of aes128gcm; sender and salt are drawn, and given only to hold it against the RFC.

    Raises ValueError where the browser's key is no point of P-256 or the text is too long.
    """
    if len(text) > RECORD - 17 - 86:
        raise ValueError("too long for a push")
    sender, salt = sender or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    receiver = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), subscription.key)
    own = sender.public_key().public_bytes(Encoding.X962, Point)
    shared = sender.exchange(ec.ECDH(), receiver)
    info = b"WebPush: info\0" + subscription.key + own
    root = _derived(shared, subscription.secret, info, 32)
    key = _derived(root, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(root, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4, "big") + bytes([len(own)]) + own
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def authorization(key: ec.EllipticCurvePrivateKey, endpoint: str, contact: str, ends: int) -> str:
    """The header that says who sends: a token signed with ES256, and the public key to check it with."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": ends, "sub": contact}
    signed = ".".join(padless(json.dumps(each).encode()) for each in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    mark = padless(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{mark}, k={public_key(key)}"


def public_key(key: ec.EllipticCurvePrivateKey) -> str:
    """The key that a browser is given when it subscribes."""
    return padless(key.public_key().public_bytes(Encoding.X962, Point))


def padless(raw: bytes) -> str:
    """URL-safe base64 without padding, as all of these standards write it."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unpadded(text: str) -> bytes:
    """The bytes of URL-safe base64 with or without padding; ValueError for anything else."""
    return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))


def _derived(key: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(key)
