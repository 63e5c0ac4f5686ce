"""Identifiers: UUIDs of version 7, which sort by the time they were made."""

import uuid

from uuid_utils import compat


def new_id() -> uuid.UUID:
    """A fresh UUIDv7."""
    return compat.uuid7()
