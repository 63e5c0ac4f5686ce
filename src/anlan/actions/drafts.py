"""Forms not sent yet, kept for whoever typed them; no change of state that the journal would hold."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction

from anlan.engine.free_text import masked
from anlan.models import FormDraft, User

KEEP_FOR = timedelta(days=14)
"""A draft that nobody took up again for this long is erased."""

MOST_BYTES = 60_000
"""The largest draft; browsers send no more than 64 KB while a page is being left."""

MOST_DRAFTS = 40
"""How many drafts one person has; the oldest make room."""

_NEVER_KEPT = re.compile(r"password|secret|csrf|otp|recovery|draft-of", re.IGNORECASE)
"""Names of fields that no draft holds, whatever a page sends."""

Fields = tuple[tuple[str, str], ...]


class DraftTooLargeError(ValueError):
    """The entries are more than a draft may hold; they stay on the device."""


def keepable(fields: Iterable[tuple[str, str]]) -> Fields:
    """The fields without anything secret; raises when they are too much."""
    kept = tuple((name, value) for name, value in fields if not _NEVER_KEPT.search(name))
    if sum(len(name.encode()) + len(value.encode()) for name, value in kept) > MOST_BYTES:
        raise DraftTooLargeError
    return kept


@transaction.atomic
def save(
    user: User,
    address: str,
    fields: Iterable[tuple[str, str]],
    *,
    at: datetime,
    free_text: Collection[str] = (),
) -> FormDraft:
    """Keep a form as it is now, in place of what was kept before; fields of free text without numbers of persons."""
    kept = [[name, masked(value).text if name in free_text else value] for name, value in keepable(fields)]
    draft, is_new = FormDraft.objects.update_or_create(
        user=user, address=address, defaults={"fields": kept, "saved_at": at}
    )
    if is_new:
        too_many = user.drafts.order_by("-saved_at", "-pk").values_list("pk", flat=True)[MOST_DRAFTS:]
        FormDraft.objects.filter(pk__in=list(too_many)).delete()
    return draft


def drop(user: User, address: str) -> bool:
    """Forget a form: it was sent, or its entries are not wanted."""
    count, _by_model = FormDraft.objects.filter(user=user, address=address).delete()
    return count > 0


def erase_old(*, at: datetime) -> int:
    """Erase drafts that nobody took up for a fortnight."""
    count, _by_model = FormDraft.objects.filter(saved_at__lt=at - KEEP_FOR).delete()
    return count
