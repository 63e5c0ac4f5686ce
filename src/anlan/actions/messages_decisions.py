"""What a person decides about messages that did not arrive, or may not have, and a test message to oneself."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.messages import About, Letter, Words, address
from anlan.engine.policy import Text
from anlan.models import Message, User
from anlan.models.ids import new_id

TEST_KEPT = timedelta(days=1)
"""How long the address of a test message is kept."""


@transaction.atomic
def resend(messages: Sequence[UUID], *, by: User, at: datetime, reason: str = "") -> int:
    """Send dead, failed and uncertain messages again, now and with all their tries; says how many."""
    rows = _settleable(messages).exclude(address="")
    return _settled(rows, "resend-message", state="waiting", by=by, at=at, reason=reason)


@transaction.atomic
def give_up(messages: Sequence[UUID], *, by: User, at: datetime, reason: str = "") -> int:
    """Have messages not tried again; says how many."""
    rows = _settleable(messages)
    return _settled(rows, "give-up-message", state="dead", by=by, at=at, reason=reason)


@transaction.atomic
def confirm_sent(messages: Sequence[UUID], *, by: User, at: datetime, reason: str = "") -> int:
    """Say of uncertain messages that they did arrive, because somebody asked; says how many."""
    rows = _settleable(messages).filter(state="uncertain")
    return _settled(rows, "confirm-message", state="sent", by=by, at=at, reason=reason)


@transaction.atomic
def send_test(channel: str, to: str, *, by: User, at: datetime) -> Message:
    """A test message by one channel to the person who asks for it."""
    words = Words(
        Text("安澜：测试消息", "Anlan: a test message"),
        Text(
            "这是一条测试消息，不表示任何警情，无需回复。",
            "This is a test message. Nothing has happened, and no answer is needed.",
        ),
    )
    about = About("test", str(new_id()), label="测试消息 test message")
    letter = Letter("person", str(by.pk), channel, to, words, by.language[:2] or "zh")
    made = address(about, [letter], keep=TEST_KEPT, by=by, at=at)
    change = Change(
        "send-test-message", "message", str(made.mailing.pk), changes={"channel": [None, channel]}
    )
    journal.write(change, by=by, at=at)
    return Message.objects.get(mailing=made.mailing)


def _settleable(messages: Sequence[UUID]) -> QuerySet[Message]:
    rows = Message.objects.filter(pk__in=messages, state__in=["dead", "failed", "uncertain"])
    return rows.select_related("mailing")


def _settled(rows: QuerySet[Message], action: str, *, state: str, by: User, at: datetime, reason: str) -> int:
    changes = []
    for row in rows.select_for_update(of=("self",)):
        told = {"state": [row.state, state], "channel": row.channel}
        changes.append(Change(action, "message", str(row.pk), row.mailing.label, changes=told, reason=reason))
        row.state, row.leased_until, row.taken_by = state, None, ""
        row.due_at, row.tries = (at, 0) if state == "waiting" else (None, row.tries)
        row.fault = {"waiting": "", "dead": "given-up", "sent": ""}[state]
        row.sent_at = at if state == "sent" else None
        row.save(update_fields=["state", "leased_until", "taken_by", "due_at", "tries", "fault", "sent_at"])
    journal.write_all(changes, by=by, at=at)
    return len(changes)
