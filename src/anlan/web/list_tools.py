"""The tools above a list: own views of it, choice of columns, files of what it shows, and acts on a selection."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from anlan.links.list_sheets import Value, list_csv, list_xlsx
from anlan.models import SavedView, User
from anlan.queries.desk import views_of
from anlan.web import bulk, clock
from anlan.web.list_columns import Column, Columns, columns_of
from anlan.web.list_query import plain_pairs, view_query

M = TypeVar("M", bound=Model)
R = TypeVar("R")
FORMS = {"xlsx": "Excel (.xlsx)", "csv": "CSV"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ViewLink:
    """An own view in the menu."""

    view: SavedView
    url: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class ListTools:
    """All that the tools above a list show."""

    page: str
    path: str
    columns: Columns
    query: str
    pairs: list[tuple[str, str]]
    views: list[ViewLink]
    exports: list[tuple[str, str]]
    bulk_url: str
    bulk: list[bulk.BulkAct]
    limit: int

    @property
    def shown_view(self) -> ViewLink | None:
        """The view that stands in the address."""
        return next((each for each in self.views if each.is_shown), None)

    @property
    def asked(self) -> str:
        """The columns as the address states them; empty for the standard ones."""
        return ",".join(self.columns.chosen)


def list_tools(
    request: HttpRequest,
    page: str,
    columns: Sequence[Column],
    *,
    exports: str = "",
) -> ListTools:
    """The tools of a list, whose address is called `page`; `exports` is the name of its files' address."""
    shown = columns_of(request.GET, columns)
    pairs = plain_pairs(request.GET)
    whole = view_query(pairs, shown.chosen)
    views = views_of(request.user, page) if isinstance(request.user, User) else []
    links = [_link(view, page) for view in views]
    ending = f"?{whole}" if whole else ""
    return ListTools(
        page=page,
        path=request.path,
        columns=shown,
        query=urlencode(pairs),
        pairs=pairs,
        views=[ViewLink(view, url, url == f"{reverse(page)}{ending}") for view, url in links],
        exports=[(words, f"{reverse(exports, args=[form])}{ending}") for form, words in FORMS.items()]
        if exports
        else [],
        bulk_url=bulk.address(page),
        bulk=bulk.offered(request, page),
        limit=bulk.LIMIT,
    )


def selected(request: HttpRequest, rows: QuerySet[M], key: str) -> QuerySet[M]:
    """Of these rows those that the address names (`?row=…`), if it names any: a file of a selection."""
    named = request.GET.getlist("row")[: bulk.LIMIT]
    if not named:
        return rows
    return rows.filter(**{f"{key}__in": [one for one in named if key != "pk" or _is_id(one)]})


def list_file(
    form: str, name: str, columns: Columns, rows: Iterable[R], cells: Callable[[R], dict[str, Value]]
) -> HttpResponseBase:
    """A list as a file: the columns that show, every row of the filter."""
    if form not in FORMS:
        raise Http404
    shown, language = columns.in_files, get_language() or "zh-hans"
    titles = [str(column.title) for column in shown]

    def values() -> Iterable[list[Value]]:
        for row in rows:
            with override(language):
                known = cells(row)
            yield [known.get(column.id) for column in shown]

    response: HttpResponseBase
    if form == "csv":
        response = StreamingHttpResponse(list_csv(titles, values()), content_type="text/csv; charset=utf-8")
    else:
        cut = _("The list goes on; a workbook ends here. Take the .csv file, which has all rows.")
        response = HttpResponse(list_xlsx(titles, values(), cut), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-{clock.today():%Y%m%d}.{form}"'
    return response


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _link(view: SavedView, page: str) -> tuple[SavedView, str]:
    query = view_query(plain_pairs(QueryDict(view.query)), view.columns)
    return view, f"{reverse(page)}?{query}" if query else reverse(page)
