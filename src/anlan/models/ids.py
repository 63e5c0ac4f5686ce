"""Identifiers: UUIDs of version 7, which sort by the time they were made."""

import uuid
from datetime import UTC, datetime, timedelta

from uuid_utils import compat

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return compat.uuid7()


def earliest_id(at: datetime) -> uuid.UUID:
    """The least UUIDv7 that could be made at a moment."""
    return uuid.UUID(int=max((at - _EPOCH) // timedelta(milliseconds=1), 0) << 80)


def made_at(identifier: uuid.UUID) -> datetime:
    """The moment at which a UUIDv7 was made, by the clock of whoever made it."""
    return _EPOCH + timedelta(milliseconds=identifier.int >> 80)
