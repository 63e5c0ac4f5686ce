"""The log of an incident as it is sent to those who follow it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from anlan.models import LogEntry

MOST_ENTRIES = 500
"""Entries in one answer; whoever wants more asks again from the last."""

BY_POSTS = ("step",)
"""Kinds of entries that guards and venues make too: they belong to the role on the card, and nobody is named."""

_COLUMNS = (
    "id",
    "seq",
    "kind",
    "text",
    "said_by",
    "said_to",
    "lane",
    "happened_at",
    "recorded_at",
    "by__name",
    "about__seq",
    "due_at",
    "unread",
    "data",
    "attachment__sha256",
    "attachment__name",
)


def entries_after(incident: UUID, seq: int, most: int = MOST_ENTRIES) -> list[dict[str, Any]]:
    """The entries after a number, in their order, as JSON can hold them."""
    rows = LogEntry.objects.filter(incident=incident, seq__gt=seq).order_by("seq").values(*_COLUMNS)
    return [_plain(row) for row in rows[:most]]


def as_sent(entries: Sequence[LogEntry]) -> list[dict[str, Any]]:
    """Entries just written, as those who follow the log get them."""
    rows = LogEntry.objects.filter(pk__in=[entry.pk for entry in entries]).order_by("seq").values(*_COLUMNS)
    return [_plain(row) for row in rows]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """An entry with short names and without what is empty."""
    sent = {
        "id": str(row["id"]),
        "seq": row["seq"],
        "kind": row["kind"],
        "text": row["text"],
        "from": row["said_by"],
        "to": row["said_to"],
        "lane": row["lane"],
        "happened": row["happened_at"].isoformat(timespec="milliseconds"),
        "recorded": row["recorded_at"].isoformat(timespec="milliseconds"),
        "by": "" if row["kind"] in BY_POSTS else row["by__name"],
        "about": row["about__seq"],
        "due": row["due_at"].isoformat(timespec="seconds") if row["due_at"] else None,
        "unread": row["unread"],
        "data": row["data"],
        "file": {"sha256": row["attachment__sha256"], "name": row["attachment__name"]}
        if row["attachment__sha256"]
        else None,
    }
    return {name: value for name, value in sent.items() if value not in ("", None, {})}
