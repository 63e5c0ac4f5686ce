"""Sending what is due: taken up under a lease, marked before it is sent, settled by the answer.

A message is marked in a transaction of its own before the channel is asked. So whatever kills a worker, the mark
stands: either the receiver drops a second copy and it is sent again, or nobody knows and a person decides. What was
taken up and not yet marked is simply free again when the lease is over.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q

from anlan.engine import messages as rules
from anlan.engine.messages import Outcome
from anlan.engine.policy import Text
from anlan.links.notify import Note, Post
from anlan.models import Delivery, Message, PushSubscription
from anlan.queries.message_channels import open_post

BATCH = 64
SENDERS = 8
"""Channels wait for others nearly all the time, so a few threads share a batch."""

Clock = Callable[[], datetime]
Opened = Callable[[], Post]


@dataclass(frozen=True, slots=True)
class Begun:
    """A message that is marked, and the attempt that was written down for it."""

    message: Message
    delivery: Delivery


def send_due(*, worker: str, now: Clock, opened: Opened = open_post, batch: int = BATCH) -> int:
    """Send one batch of what is due; how many were taken up. Nothing is sent inside a transaction."""
    if not _is_anything_due(now()):
        return 0
    post = opened()
    release_lost(at=now(), repeatable=lambda name: post.channel(name).repeatable)
    post.close()
    taken = take_up(worker, at=now(), most=batch)
    if not taken:
        return 0
    threads = 1 if connection.in_atomic_block else min(SENDERS, len(taken))
    shares = [taken[first::threads] for first in range(threads)]
    if threads == 1:
        _carry(shares[0], worker, now, opened)
    else:
        with ThreadPoolExecutor(threads, "messages") as senders:
            list(senders.map(lambda share: _carry_and_close(share, worker, now, opened), shares))
    return len(taken)


def _is_anything_due(at: datetime) -> bool:
    """Looked up before any transaction is begun, because a worker asks every second."""
    due = Message.objects.filter(state__in=list(rules.DUE), due_at__lte=at)
    return due.exists() or Message.objects.filter(state="sending", leased_until__lte=at).exists()


@transaction.atomic
def take_up(worker: str, *, at: datetime, most: int) -> list[UUID]:
    """Put what is due under this worker's lease, the longest due first."""
    is_free = Q(leased_until=None) | Q(leased_until__lte=at)
    due = Message.objects.filter(is_free, state__in=list(rules.DUE), due_at__lte=at).order_by("due_at", "id")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    found = list(due.values_list("pk", flat=True)[:most])
    Message.objects.filter(pk__in=found).update(taken_by=worker, leased_until=at + rules.LEASE)
    return found


@transaction.atomic
def begin(identifier: UUID, worker: str, through: str, *, at: datetime) -> Begun | None:
    """Mark a message before it is sent; None where it is no longer this worker's to send."""
    mine = Message.objects.filter(
        pk=identifier, taken_by=worker, leased_until__gt=at, state__in=list(rules.DUE)
    )
    if not mine.update(
        state="sending", tries=F("tries") + 1, due_at=None, leased_until=at + rules.LEASE, fault=""
    ):
        return None
    message = Message.objects.select_related("mailing", "text").get(pk=identifier)
    return Begun(message, Delivery.objects.create(message=message, began_at=at, through=through))


@transaction.atomic
def finish(begun: Begun, outcome: Outcome, *, repeatable: bool, at: datetime) -> None:
    """Write down the answer. One that comes after the lease still says what became of the message."""
    message = begun.message
    Delivery.objects.filter(pk=begun.delivery.pk).update(
        ended_at=at, result=outcome.result, fault=outcome.fault, answer=outcome.answer.replace("\0", "")[:500]
    )
    what = rules.after(outcome, tries=message.tries, repeatable=repeatable, at=at, seed=message.pk.hex)
    if message.receiver_kind == "browser" and outcome.fault == "bad-address":
        PushSubscription.objects.filter(pk=UUID(message.receiver)).delete()
    still = Q(state="sending", tries=message.tries) | Q(state="uncertain", tries=message.tries)
    Message.objects.filter(still, pk=message.pk, taken_by=message.taken_by).update(
        state=what.state,
        due_at=what.due_at,
        fault=outcome.fault or ("" if what.state == "sent" else "refused"),
        leased_until=None,
        sent_at=at if what.state == "sent" else None,
    )


@transaction.atomic
def release_lost(*, at: datetime, repeatable: Callable[[str], bool]) -> int:
    """Settle what a worker that is gone had marked: again where a copy is dropped, else to a person."""
    lost = Message.objects.filter(state="sending", leased_until__lte=at)
    if connection.features.has_select_for_update_skip_locked:
        lost = lost.select_for_update(skip_locked=True)
    rows = list(lost.only("pk", "channel", "tries", "taken_by")[:1000])
    for row in rows:
        what = rules.after_lost_worker(repeatable=repeatable(row.channel), tries=row.tries, at=at)
        Message.objects.filter(pk=row.pk, state="sending", leased_until__lte=at).update(
            state=what.state, due_at=what.due_at, fault="worker-lost", leased_until=None
        )
    Delivery.objects.filter(message__in=[row.pk for row in rows], ended_at=None).update(
        ended_at=at, result="unknown", fault="worker-lost"
    )
    return len(rows)


def note_of(message: Message, *, at: datetime) -> Note:
    """A message as channels get it."""
    text, mailing = message.text, message.mailing
    return Note(
        id=message.pk.hex,
        title=Text(text.title_zh, text.title_en),
        body=Text(text.body_zh, text.body_en),
        address=message.address,
        at=at,
        language=message.language,
        link=message.link,
        receiver_kind=message.receiver_kind,
        receiver=message.receiver,
        about_kind=mailing.about_kind,
        about_id=mailing.about_id,
        number=mailing.number,
    )


def _carry_and_close(share: Sequence[UUID], worker: str, now: Clock, opened: Opened) -> None:
    """One thread's share; its connection to the database ends with it."""
    try:
        _carry(share, worker, now, opened)
    finally:
        connection.close()


def _carry(share: Sequence[UUID], worker: str, now: Clock, opened: Opened) -> None:
    if not connection.in_atomic_block:
        close_old_connections()
    post = opened()
    names = dict(Message.objects.filter(pk__in=share).values_list("pk", "channel"))
    try:
        for identifier in share:
            channel = post.channel(names[identifier])
            begun = begin(identifier, worker, channel.through, at=now())
            if begun is not None:
                outcome = channel.send(note_of(begun.message, at=now()))
                finish(begun, outcome, repeatable=channel.repeatable, at=now())
    finally:
        post.close()
