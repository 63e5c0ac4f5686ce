"""Addressing messages: who is to be told what by which channel, durable before anything is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from anlan.actions import messages_bulk as bulk
from anlan.actions.messages_bulk import Letter, Words
from anlan.models import Mailing, Message, User

__all__ = ["About", "Addressed", "Letter", "Words", "address", "withdraw"]


@dataclass(frozen=True, slots=True)
class About:
    """What messages are about: a kind and an id, the round of telling (a reminder is the next), and a name to show."""

    kind: str
    id: str
    number: int = 1
    label: str = ""

    def __post_init__(self) -> None:
        if not self.kind or not self.id or self.number < 1:
            raise ValueError("messages are about a kind and an id, in rounds numbered from 1")


@dataclass(frozen=True, slots=True)
class Addressed:
    """How many messages were made, and how many of those asked for were there already."""

    mailing: Mailing
    made: int
    known: int


@transaction.atomic
def address(
    about: About, letters: Iterable[Letter], *, keep: timedelta, by: User | None, at: datetime
) -> Addressed:
    """Make messages durable; a worker sends them. The same letter twice, in one call or in two, is one message.

    A letter without a usable address is kept as one that could not be sent. `keep` is the scheme's time after which
    addresses are erased. A million letters take seconds: give one `Words` object to all who read the same. The letters
    may come from a generator, but not from one that reads the database on the way: PostgreSQL takes rows in meanwhile.
    """
    mailing, is_new = Mailing.objects.select_for_update().get_or_create(
        about_kind=about.kind,
        about_id=about.id,
        number=about.number,
        defaults={"label": about.label[:200], "addressed_at": at, "by": by, "erase_at": at + keep},
    )
    written = bulk.write(mailing, letters, is_new=is_new, at=at)
    return Addressed(mailing, written.made, written.asked - written.made)


def withdraw(about_kind: str, about_id: str, *, at: datetime) -> int:
    """Take back what has not gone out yet, because what it is about has ended; says how many."""
    rows = Message.objects.filter(mailing__about_kind=about_kind, mailing__about_id=about_id)
    return (
        rows.filter(state__in=["waiting", "failed"])
        .exclude(leased_until__gt=at)
        .update(state="dead", fault="withdrawn", due_at=None)
    )
