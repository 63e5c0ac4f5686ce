"""Taking CAP messages in: one way for file, API, command and feed; an actual alert becomes a signal."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from anlan.actions import journal
from anlan.actions.cap_keys import own_sender, trusted_certificates
from anlan.actions.cap_signals import signal_of
from anlan.actions.cap_writing import kept_problems
from anlan.actions.journal import Change
from anlan.engine import free_text
from anlan.links.cap.alert import NAMESPACE, Alert
from anlan.links.cap.document import MOST_BYTES, opened
from anlan.links.cap.message import Received, Refused, receive
from anlan.links.cap.problems import Problem, refusal
from anlan.links.cap.signatures import Verdict, signature_remark, verdict
from anlan.models import CapMessage, CapSubscription, User

ACTUAL: Final = "Actual"
TELLING: Final = ("Alert", "Update", "Cancel")


@dataclass(frozen=True, slots=True)
class TakenMessage:
    """What became of bytes that came in; not `is_new` if they had come before."""

    message: CapMessage
    is_new: bool


def take_cap(
    data: bytes, *, source: str, by: User | None, at: datetime, subscription: CapSubscription | None = None
) -> TakenMessage:
    """Check a message and keep it with what is wrong or to be known; the same bytes again are the same message.

    An actual alert becomes a signal. Exercises, tests, drafts and messages of systems are kept and touch nothing else.
    """
    outcome = receive(data)
    signature = verdict(data, trusted_certificates(subscription))
    reasons, remarks = _judged(outcome, signature, subscription)
    columns: dict[str, Any] = {
        "direction": "in",
        "outcome": "refused" if reasons else "accepted",
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    before = CapMessage.objects.filter(**columns).first()
    if before is not None:
        return TakenMessage(before, is_new=False)
    alert = outcome.alert if isinstance(outcome, Received) else None
    columns |= _named(alert, data) | {
        "source": source,
        "subscription": subscription,
        "content": data if len(data) <= MOST_BYTES else b"",
        "size": len(data),
        "signature": signature.state,
        "trusted": signature.trusted,
        "signer": "; ".join(one.signer for one in signature.signatures if one.state == "valid")[:300],
        "problems": kept_problems([*reasons, *remarks]),
        "remark_count": len(remarks),
        "at": at,
        "by": by,
    }
    try:
        with transaction.atomic():
            return TakenMessage(_kept(columns, alert, by=by, at=at), is_new=True)
    except IntegrityError:
        known = {name: columns[name] for name in ("direction", "outcome", "sha256")}
        return TakenMessage(CapMessage.objects.get(**known), is_new=False)


def _kept(columns: dict[str, Any], alert: Alert | None, *, by: User | None, at: datetime) -> CapMessage:
    """The row, and the signal where it becomes one."""
    row = CapMessage(**columns)
    if alert is not None and row.outcome == "accepted" and _tells_us(alert):
        row.signal = signal_of(alert, trusted=row.trusted, by=by, at=at)
    row.save(force_insert=True)
    changes = {"verdict": [None, row.outcome], "status": [None, row.status]}
    label = f"{row.message_type} {row.identifier}".strip() or row.sha256[:12]
    journal.write(
        Change("take-cap-message", "cap-message", str(row.pk), label, changes=changes), by=by, at=at
    )
    return row


def _tells_us(alert: Alert) -> bool:
    """Whether it is about something that is really happening, and not our own message come back."""
    if alert.status != ACTUAL or alert.message_type not in TELLING:
        return False
    own = CapMessage.objects.filter(direction="out", identifier=alert.identifier, sender=alert.sender)
    return alert.sender != own_sender() and not own.exists()


def _judged(
    outcome: Received | Refused, signature: Verdict, subscription: CapSubscription | None
) -> tuple[Sequence[Problem], Sequence[Problem]]:
    """Reasons to refuse and remarks; a subscription with a certificate takes nothing that it does not vouch for."""
    reasons = list(outcome.reasons) if isinstance(outcome, Refused) else []
    told = signature_remark(signature)
    remarks = [*outcome.remarks, *([told] if told else [])]
    if not reasons and subscription is not None and subscription.certificate and not signature.trusted:
        reasons.append(replace(refusal("NOT_SIGNED_BY_PINNED", "/alert[1]"), line=1))
    return reasons, remarks


def _named(alert: Alert | None, data: bytes) -> dict[str, Any]:
    """What names a message in lists. Its words are masked like those of a signal; the bytes keep what they say."""
    if alert is None:
        return _named_anyway(data)
    infos = {info.spoken.partition("-")[0].lower(): info for info in reversed(alert.infos)}
    first = alert.infos[0] if alert.infos else None
    zh, en = infos.get("zh"), infos.get("en")
    if zh is None and en is None:
        en = first
    shown = zh or first
    ends = [info.expires for info in alert.infos if info.expires is not None]
    return {
        "identifier": alert.identifier[:300],
        "sender": alert.sender[:300],
        "sent": alert.sent,
        "message_type": alert.message_type,
        "status": alert.status,
        "scope": alert.scope,
        "event": _headline(shown.event if shown else None)[:200],
        "headline_zh": _headline(zh.headline if zh else None),
        "headline_en": _headline(en.headline if en else None),
        "expires": max(ends, default=None),
        "references": [[one.sender, one.identifier, one.sent.isoformat()] for one in alert.references or ()],
    }


def _named_anyway(data: bytes) -> dict[str, Any]:
    """As much of a refused message's head as can be read."""
    document = opened(data)
    if isinstance(document, Problem):
        return {}
    texts = {name: document.root.findtext(f"{{{NAMESPACE}}}{name}") or "" for name in _HEAD}
    return {column: texts[name].strip()[:most] for name, (column, most) in _HEAD.items()}


def _headline(text: str | None) -> str:
    return free_text.masked(" ".join((text or "").split())).text[:300]


_HEAD: Final = {
    "identifier": ("identifier", 300),
    "sender": ("sender", 300),
    "status": ("status", 8),
    "msgType": ("message_type", 8),
}
