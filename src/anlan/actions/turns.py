"""One after the other: what two requests must not do at the same moment."""

from django.db import connection


def take_turn(name: str) -> None:
    """Wait until no other transaction has this turn; ours ends with our transaction.

    Only PostgreSQL needs it: on SQLite one transaction writes at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
