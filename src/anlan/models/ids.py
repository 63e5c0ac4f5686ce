"""Identifiers: UUIDs of version 7, which sort by the time they were made."""

import uuid
from datetime import timedelta

from uuid_utils import compat


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return compat.uuid7()


def earliest_id(identifier: uuid.UUID, before: timedelta) -> uuid.UUID:
    """The least UUIDv7 that could have been made `before` this one or later."""
    milliseconds = (identifier.int >> 80) - int(before.total_seconds() * 1000)
    return uuid.UUID(int=max(milliseconds, 0) << 80)
