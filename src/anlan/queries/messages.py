"""Messages as people ask for them: lists, one with its attempts, and how far a thing's messages have got."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anlan.engine.messages import STATES, State
from anlan.models import Delivery, Department, Mailing, Message, Place, User

PAGE = 50


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What the list is narrowed to. `search` is a receiver's code, or what a mailing is about."""

    state: str = ""
    channel: str = ""
    mailing: str = ""
    search: str = ""
    through: str = ""


def messages(wanted: MessageFilter) -> QuerySet[Message]:
    """Messages that pass the filter, newest first."""
    rows = Message.objects.select_related("mailing", "text")
    if wanted.state == "asking":
        rows = rows.filter(fault__gt="", state__in=["dead", "uncertain"])
    elif wanted.state in ("failed", "dead", "uncertain"):
        rows = rows.filter(fault__gt="", state=wanted.state)
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if (mailing := _id(wanted.mailing)) is not None:
        rows = rows.filter(mailing_id=mailing)
    if wanted.search:
        about = Mailing.objects.filter(Q(about_id=wanted.search) | Q(label__icontains=wanted.search))
        rows = rows.filter(Q(receiver=wanted.search) | Q(mailing__in=about.values("pk")))
    if wanted.through:
        rows = rows.filter(deliveries__through=wanted.through)
    return rows.order_by("-id")


def page_of_messages(wanted: MessageFilter, *, after: str = "") -> tuple[list[Message], str]:
    """A page of messages and the cursor of the next; one read."""
    rows = messages(wanted)
    if (position := _id(after)) is not None:
        rows = rows.filter(pk__lt=position)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return shown, shown[-1].pk.hex if len(found) > PAGE else ""


def all_messages(wanted: MessageFilter) -> Iterator[Message]:
    """Every message that passes the filter, for a file; read in portions."""
    return messages(wanted).iterator(chunk_size=2000)


def message(identifier: UUID) -> Message | None:
    """One message with its mailing and text."""
    return Message.objects.select_related("mailing", "mailing__by", "text").filter(pk=identifier).first()


def receivers(rows: Iterable[Message]) -> dict[tuple[str, str], Place | Department | User]:
    """The receivers of messages that have a name of their own; one read for each kind."""
    asked: dict[str, set[str]] = {}
    for row in rows:
        asked.setdefault(row.receiver_kind, set()).add(row.receiver)
    found: dict[tuple[str, str], Place | Department | User] = {}
    if codes := asked.get("place"):
        for place in Place.objects.filter(code__in=codes).only("code", "name_zh", "name_en"):
            found["place", place.code] = place
    if codes := asked.get("department"):
        for department in Department.objects.filter(code__in=codes).only("code", "name_zh", "name_en"):
            found["department", department.code] = department
    if keys := [key for key in map(_id, asked.get("person", ())) if key]:
        for user in User.objects.filter(pk__in=keys).only("name", "username"):
            found["person", str(user.pk)] = user
    return found


def attempts(row: Message) -> list[Delivery]:
    """The attempts at a message, newest first."""
    return list(row.deliveries.order_by("-began_at", "-id"))


def unsettled_counts() -> dict[State, int]:
    """How many messages wait, are tried again, or ask for a person; by small indexes, not by counting all."""
    faulty = Message.objects.filter(fault__gt="", state__in=["failed", "dead", "uncertain"])
    found = {row["state"]: row["n"] for row in faulty.order_by().values("state").annotate(n=Count("pk"))}
    counts: dict[State, int] = {
        "waiting": Message.objects.filter(due_at__isnull=False, state="waiting").count(),
        "sending": Message.objects.filter(leased_until__isnull=False, state="sending").count(),
        "failed": found.get("failed", 0),
        "dead": found.get("dead", 0),
        "uncertain": found.get("uncertain", 0),
    }
    return counts


def counts_about(kind: str, identifier: str, *, number: int | None = None) -> dict[State, int]:
    """How many messages about a thing are in each state; every state is named. One read."""
    rows = _about(kind, identifier, number).values("state").annotate(n=Count("pk"))
    found = {row["state"]: row["n"] for row in rows.order_by()}
    return {state: found.get(state, 0) for state in STATES}


def reached(kind: str, identifier: str, *, number: int | None = None) -> dict[tuple[str, str], State]:
    """For each receiver, by kind and code, the state of the message that got furthest. One read."""
    best: dict[tuple[str, str], int] = {}
    rows = _about(kind, identifier, number).values_list("receiver_kind", "receiver", "state")
    for receiver_kind, receiver, state in rows.iterator(chunk_size=5000):
        key = (receiver_kind, receiver)
        best[key] = max(best.get(key, 0), _FURTHER.index(state))
    return {key: _FURTHER[far] for key, far in best.items()}


def unreachable(kind: str, identifier: str, *, number: int | None = None) -> set[tuple[str, str]]:
    """The receivers, by kind and code, none of whose messages can arrive any more by itself."""
    told = reached(kind, identifier, number=number)
    return {receiver for receiver, state in told.items() if state in ("dead", "uncertain")}


_FURTHER: tuple[State, ...] = ("dead", "uncertain", "failed", "waiting", "sending", "sent")


def mailings(about: Iterable[tuple[str, str]]) -> list[Mailing]:
    """The rounds of messages about some things, newest first."""
    asked = Q(pk__in=[])
    for kind, identifier in about:
        asked |= Q(about_kind=kind, about_id=identifier)
    return list(Mailing.objects.filter(asked).order_by("-addressed_at", "-id"))


def mailing_at(identifier: str) -> Mailing | None:
    """A round by its id, or nothing for what is no id."""
    key = _id(identifier)
    return Mailing.objects.filter(pk=key).first() if key else None


def oldest_due(at: datetime) -> datetime | None:
    """Since when the longest waiting message has been due."""
    rows = Message.objects.filter(state__in=["waiting", "failed"], due_at__lte=at)
    return rows.order_by("due_at").values_list("due_at", flat=True).first()


def _about(kind: str, identifier: str, number: int | None) -> QuerySet[Message]:
    rounds = Mailing.objects.filter(about_kind=kind, about_id=identifier)
    if number is not None:
        rounds = rounds.filter(number=number)
    return Message.objects.filter(mailing__in=list(rounds.values_list("pk", flat=True)))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
