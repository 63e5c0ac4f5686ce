"""Lists in pages: a cursor that names the last row, a fixed order, never a total."""

import base64
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from anlan.api.inputs import Filters, Whole, read_instant
from anlan.api.problems import invalid

GREATEST_LIMIT: Final = 200
NEWEST_FIRST: Final = (read_instant, UUID)
"""Readers for lists ordered by a time and an id."""
Row = TypeVar("Row", bound=Model)


class Paged(Filters):
    """The parameters every list takes."""

    limit: Annotated[Whole, Field(ge=1, le=GREATEST_LIMIT, description="rows on a page")] = 50
    cursor: Annotated[
        str, Field(max_length=600, pattern=r"^[A-Za-z0-9_-]*$", description="from `next` of the page before")
    ] = ""


def page_of(
    rows: QuerySet[Row],
    order: Sequence[str],
    asked: Paged,
    request: HttpRequest,
    readers: Sequence[Callable[[str], Any]] = (str,),
) -> tuple[list[Row], str | None]:
    """One page of rows in this order (unique; all ascending or, with `-`, all descending), and the next address.

    `readers` turn the texts of a cursor back into values of the ordered fields.
    """
    if asked.cursor:
        rows = rows.filter(_after(order, values_of(asked.cursor, readers)))
    found = list(rows.order_by(*order)[: asked.limit + 1])
    if len(found) <= asked.limit:
        return found, None
    found.pop()
    last = found[-1]
    return found, next_address(request, [_value(last, name.lstrip("-")) for name in order])


def next_address(request: HttpRequest, values: Sequence[Any]) -> str:
    """The address of the page after the row with these values."""
    text = json.dumps([str(value) for value in values], ensure_ascii=False)
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    parameters = [(name, value) for name, value in request.GET.items() if name != "cursor"]
    return f"{request.path}?{urlencode([*parameters, ('cursor', cursor)])}"


def values_of(cursor: str, readers: Sequence[Callable[[str], Any]]) -> list[Any]:
    """What a cursor holds; one that is not of our making is a problem of the request."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        texts = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")).decode())
        if not isinstance(texts, list) or not all(_is_clean(text) for text in texts):
            raise ValueError
        return [read(text) for read, text in zip(readers, texts, strict=True)]
    except (ValueError, RecursionError):
        raise invalid(
            _("This is no cursor of this list; take the address in `next`, or leave it out to begin anew."),
            parameter="cursor",
        ) from None


def _after(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after the given values in the order."""
    condition = Q()
    for step, name in enumerate(order):
        equal = Q(**{earlier.lstrip("-"): values[at] for at, earlier in enumerate(order[:step])})
        relation = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{name.lstrip('-')}__{relation}": values[step]})
    return condition


def _value(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _is_clean(text: object) -> bool:
    return isinstance(text, str) and "\x00" not in text and text.isprintable()
