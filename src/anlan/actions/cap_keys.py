"""Keys of CAP messages: the one this installation signs with, its name as a sender, and whom it trusts."""

from datetime import datetime
from typing import Final

from cryptography import x509
from django.conf import settings
from django.utils.crypto import salted_hmac

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.links.cap import signing_keys
from anlan.links.cap.signing_keys import SigningKey
from anlan.models import CapSubscription, User
from anlan.queries.installation import city_settings

TRUSTED: Final = "cap-trusted"
"""The folder of certificates (PEM) that are trusted whatever way a message came."""


def own_key(*, at: datetime) -> SigningKey:
    """The key of this installation; the first who asks has it made."""
    return signing_keys.signing_key(settings.DATA, name=_name(), at=at)


def own_certificates() -> tuple[x509.Certificate, ...]:
    """Certificates that this installation has signed with, the present one first."""
    return signing_keys.own_certificates(settings.DATA)


def rotate_key(*, by: User | None, at: datetime) -> SigningKey:
    """Sign with a new key from now on."""
    key = signing_keys.rotate(settings.DATA, name=_name(), at=at)
    journal.write(
        Change("rotate-cap-key", "installation", "", changes={"certificate": [None, key.sha256]}),
        by=by,
        at=at,
    )
    return key


def own_sender() -> str:
    """How this installation calls itself as a sender: what the operator set, else a name that is nobody else's."""
    stated: str = settings.CAP_SENDER
    return stated or f"anlan-{salted_hmac('anlan.cap-sender', '').hexdigest()[:12]}.invalid"


def trusted_certificates(subscription: CapSubscription | None = None) -> list[x509.Certificate]:
    """Whose signatures are trusted: the subscription's own certificate alone, else all that were given."""
    if subscription is not None and subscription.certificate:
        return read_certificates(subscription.certificate.encode())
    files = sorted((settings.DATA / TRUSTED).glob("*"))
    texts = [path.read_bytes() for path in files if path.suffix in (".pem", ".crt")]
    stated = CapSubscription.objects.filter(ended_at=None).exclude(certificate="")
    texts += [text.encode() for text in stated.values_list("certificate", flat=True)]
    found = [one for text in texts for one in read_certificates(text)]
    return [*found, *own_certificates()]


def read_certificates(text: bytes) -> list[x509.Certificate]:
    """The certificates of a PEM text; none where it holds none."""
    try:
        return x509.load_pem_x509_certificates(text)
    except ValueError:
        return []


def _name() -> str:
    city = city_settings()
    return city.name_en or city.name_zh or "Anlan"
