"""Addresses of lists: the filter they state, and the columns beside it."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpRequest, QueryDict

PASSING = ("after", "columns", "row", "all")
"""What stands in addresses and is no part of a view's filter."""


LONGEST = 1500
"""The longest filter that a list sends on; cut off, it would mean more rows than it showed."""


def sent_filter(request: HttpRequest) -> tuple[QueryDict, list[str]]:
    """The filter and the columns of the list that a form was sent from; nothing sent may hold a null character."""
    texts = [text for _name, values in request.POST.lists() for text in values]
    query = QueryDict(request.POST.get("query", ""))
    texts += [text for name, values in query.lists() for text in (name, *values)]
    columns = request.POST.get("columns", "")
    if (
        any("\0" in text for text in texts)
        or len(request.POST.get("query", "")) > LONGEST
        or len(columns) > 300
    ):
        raise BadRequest
    return query, [part for part in columns.split(",") if part]


def plain_pairs(query: QueryDict) -> list[tuple[str, str]]:
    """The filter that an address states, in a settled order and without what is empty or passing."""
    return sorted(
        (name, value) for name, values in query.lists() for value in values if value and name not in PASSING
    )


def view_query(pairs: Sequence[tuple[str, str]], columns: Sequence[str]) -> str:
    """A view as the query of an address."""
    return urlencode([*pairs, *([("columns", ",".join(columns))] if columns else [])], safe=",")
