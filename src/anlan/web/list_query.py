"""Addresses of lists: the filter they state, and the columns beside it."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import QueryDict

PASSING = ("after", "columns", "row", "all")
"""What stands in addresses and is no part of a view's filter."""


def plain_pairs(query: QueryDict) -> list[tuple[str, str]]:
    """The filter that an address states, in a settled order and without what is empty or passing."""
    return sorted(
        (name, value) for name, values in query.lists() for value in values if value and name not in PASSING
    )


def view_query(pairs: Sequence[tuple[str, str]], columns: Sequence[str]) -> str:
    """A view as the query of an address."""
    return urlencode([*pairs, *([("columns", ",".join(columns))] if columns else [])], safe=",")
