"""The signed links of receivers: each opens one warning for one place without signing in, and dies with the warning."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from anlan.engine.warnings import end_of
from anlan.models import Place, WarningNotice

LIVES_ON = timedelta(days=1)
"""How long after the end of a warning its links still say that it has ended."""

_SIGNER = Signer(salt="anlan.warning-receipt", sep=".")


def receipt_token(notice: WarningNotice, place: Place) -> str:
    """The token of a place's page of a warning: nobody can make one without the installation's key."""
    return _token(notice.pk, place.pk)


def receipt_links(notice: WarningNotice, places: Iterable[UUID]) -> Iterator[str]:
    """The whole addresses of many places' pages, as messages carry them."""
    before = f"{settings.ADDRESS}{reverse('warning-receipt', args=['-'])}".removesuffix("-/")
    for place in places:
        yield f"{before}{_token(notice.pk, place)}/"


def receipt_address(notice: WarningNotice, place: Place) -> str:
    """The path of the page that a place's receiver opens without signing in; the site's own address goes before it."""
    return reverse("warning-receipt", args=[receipt_token(notice, place)])


def receipt_read(token: str) -> tuple[UUID, UUID] | None:
    """The warning and the place that a token names; None if it is not one of ours."""
    try:
        raw = urlsafe_b64decode(_SIGNER.unsign(token) + "==")
    except (BadSignature, NotBase64Error, ValueError):
        return None
    return (UUID(bytes=raw[:16]), UUID(bytes=raw[16:])) if len(raw) == 32 else None


def _token(notice: UUID, place: UUID) -> str:
    return _SIGNER.sign(urlsafe_b64encode(notice.bytes + place.bytes).rstrip(b"=").decode())


def is_dead(notice: WarningNotice, at: datetime) -> bool:
    """Whether a warning's links open nothing any more."""
    return notice.issued_at is None or at >= end_of(notice) + LIVES_ON
