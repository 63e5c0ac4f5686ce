"""Which columns of a list show: `?columns=a,b` in the address, else the standard ones."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list. A fixed one always shows; one that is only `exported` stands in files alone."""

    id: str
    title: Words
    standard: bool = True
    fixed: bool = False
    exported: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a list and those of them that show; `"kind" in columns` asks for one."""

    all: tuple[Column, ...]
    chosen: tuple[str, ...]

    def __contains__(self, identifier: object) -> bool:
        return identifier in self.ids

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the columns that show, in the order of the list."""
        return tuple(
            column.id
            for column in self.all
            if not column.exported
            and (column.fixed or (column.id in self.chosen if self.chosen else column.standard))
        )

    @property
    def choices(self) -> list[tuple[Column, bool]]:
        """The columns that one may choose, and whether each shows."""
        return [(column, column.id in self) for column in self.all if not (column.fixed or column.exported)]

    @property
    def in_files(self) -> list[Column]:
        """The columns of a file of the list: those that show, and the exact values beside them."""
        return [column for column in self.all if column.exported or column.id in self]


def columns_of(query: QueryDict, columns: Sequence[Column]) -> Columns:
    """The columns that an address asks for; unknown ones are passed over, none known means the standard ones."""
    asked = {part for value in query.getlist("columns") for part in value.split(",")}
    chosen = tuple(
        column.id for column in columns if column.id in asked and not (column.fixed or column.exported)
    )
    standard = tuple(
        column.id for column in columns if column.standard and not (column.fixed or column.exported)
    )
    return Columns(tuple(columns), () if chosen == standard else chosen)
