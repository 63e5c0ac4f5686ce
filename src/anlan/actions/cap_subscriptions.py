"""Subscriptions to feeds of CAP messages: stated, changed, ended."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import CapSubscription, User


@dataclass(frozen=True, slots=True)
class SubscriptionDraft:
    """What a subscription states; `certificate` (PEM) is whose signature its messages must bear, "" for none."""

    name: str
    url: str
    minutes: int
    certificate: str = ""


@transaction.atomic
def add_subscription(draft: SubscriptionDraft, *, by: User | None, at: datetime) -> CapSubscription:
    """Begin to fetch what stands at an address; the worker does it within a minute."""
    row = CapSubscription.objects.create(
        name=draft.name,
        url=draft.url,
        minutes=draft.minutes,
        certificate=draft.certificate,
        created_at=at,
        created_by=by,
        due_at=at,
    )
    _write(
        "add-cap-subscription", row, {"host": [None, _host(row.url)], "minutes": [None, row.minutes]}, by, at
    )
    return row


@transaction.atomic
def change_subscription(
    row: CapSubscription, draft: SubscriptionDraft, *, by: User | None, at: datetime
) -> CapSubscription:
    """State it anew. At another address everything is new; it is fetched at once."""
    row = CapSubscription.objects.select_for_update().get(pk=row.pk)
    changes: dict[str, object] = {}
    if row.url != draft.url:
        changes["host"] = [_host(row.url), _host(draft.url)]
        row.etag = row.last_modified = ""
        row.seen = {}
    if row.certificate != draft.certificate:
        changes["certificate"] = [bool(row.certificate), bool(draft.certificate)]
    for name in ("name", "minutes"):
        if getattr(row, name) != getattr(draft, name):
            changes[name] = [getattr(row, name), getattr(draft, name)]
    row.name, row.url, row.minutes, row.certificate = draft.name, draft.url, draft.minutes, draft.certificate
    if row.ended_at is None:
        row.due_at, row.failures = at, 0
    row.save()
    _write("change-cap-subscription", row, changes, by, at)
    return row


@transaction.atomic
def end_subscription(row: CapSubscription, *, by: User | None, at: datetime) -> CapSubscription:
    """Fetch it no more; what came by it stays."""
    row = CapSubscription.objects.select_for_update().get(pk=row.pk)
    if row.ended_at is None:
        row.ended_at, row.ended_by, row.due_at = at, by, None
        row.save(update_fields=["ended_at", "ended_by", "due_at"])
        _write("end-cap-subscription", row, {}, by, at)
    return row


def fetch_soon(row: CapSubscription, *, at: datetime) -> bool:
    """Have the worker fetch it now; False where it was ended."""
    return bool(CapSubscription.objects.filter(pk=row.pk, ended_at=None).update(due_at=at))


def _host(url: str) -> str:
    """Addresses of feeds may hold secrets; the journal names the host alone."""
    return urlsplit(url).hostname or ""


def _write(
    action: str, row: CapSubscription, changes: dict[str, object], by: User | None, at: datetime
) -> None:
    journal.write(Change(action, "cap-subscription", str(row.pk), row.name, changes=changes), by=by, at=at)
