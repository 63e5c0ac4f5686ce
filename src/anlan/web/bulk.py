"""Acts on a selection of a list: first a page that says how many rows and what will happen, then the deed.

Each row is looked at by the server, twice: before the page and before the deed. Rows that may not be changed stay as
they are and are named with the reason. All rows of a deed are changed in one transaction, each with its own line
in the journal.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anlan.engine.access import Action
from anlan.web import access, clock
from anlan.web.list_columns import Words
from anlan.web.list_query import plain_pairs, sent_filter, view_query
from anlan.web.shell import page
from anlan.web.undo import undoable

LIMIT = 500
"""How many rows one act may change; the page says so."""


@dataclass(slots=True)
class BulkRow:
    """One row of a selection; `refusal` says why it stays as it is."""

    key: str
    name: str
    note: str = ""
    url: str = ""
    subject: Any = None
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class BulkAct:
    """What may be done with a selection.

    `run` does it with the rows that may be changed; one that changes nothing and only gives out a file returns it.
    `undo` names the step that takes it back; one that `leads_back` can be set right row by row where the rows are. An
    act without either asks for the number of rows to be typed.
    """

    id: str
    words: Words
    icon: str
    needs: Action
    form: Callable[[Any, HttpRequest], forms.Form]
    will: Callable[[int], str]
    each: Words
    said: Callable[[int], str]
    run: Callable[[HttpRequest, Sequence[BulkRow], dict[str, Any], datetime], HttpResponse | None]
    undo: str = ""
    gives_file: bool = False
    leads_back: bool = False
    limit: int = LIMIT

    @property
    def typed(self) -> bool:
        return not (self.undo or self.gives_file or self.leads_back)


@dataclass(frozen=True, slots=True)
class BulkRoom:
    """The acts of one list: `keys` finds the rows of a filter, `rows` looks at each row for an act."""

    url: str
    title: Words
    acts: tuple[BulkAct, ...]
    keys: Callable[[HttpRequest, QueryDict, int], list[str]]
    rows: Callable[[HttpRequest, BulkAct, Sequence[str]], list[BulkRow]]


ROOMS: dict[str, BulkRoom] = {}
"""The lists that have acts, by the name of their address; each list's module of acts puts its own here."""


def offered(request: HttpRequest, list_name: str) -> list[BulkAct]:
    """The acts on a selection that the asker may do somewhere."""
    room = ROOMS.get(list_name)
    return [act for act in room.acts if access.allowed(request, act.needs)] if room else []


def address(list_name: str) -> str:
    """Where a selection of a list is sent."""
    return reverse(ROOMS[list_name].url) if list_name in ROOMS else ""


def bulk_page(request: HttpRequest, list_name: str, *parts: str) -> HttpResponse:
    """Ask, or do: the first sending of a selection is shown, the second is done; `parts` fill the list's address."""
    room = ROOMS[list_name]
    act = next((act for act in room.acts if act.id == request.POST.get("act")), None)
    if act is None or not access.allowed(request, act.needs):
        raise Http404
    query, columns = sent_filter(request)
    asked = view_query(plain_pairs(query), columns)
    listed = reverse(list_name, args=parts)
    back = f"{listed}?{asked}" if asked else listed
    every = request.POST.get("all") == "1"
    keys = room.keys(request, query, act.limit + 1) if every else request.POST.getlist("row")
    keys = list(dict.fromkeys(keys))
    if not keys:
        messages.info(request, _("Select rows first."))
        return HttpResponseRedirect(back)
    if len(keys) > act.limit:
        words = _("That would be more than %(limit)d rows. Narrow the filter, or select fewer.")
        messages.error(request, words % {"limit": act.limit})
        return HttpResponseRedirect(back)
    rows = room.rows(request, act, keys)
    ready = [row for row in rows if not row.refusal]
    sure = request.POST.get("sure") == "yes"
    form = act.form(request.POST if sure else None, request)
    if act.typed:
        form.fields["typed"] = _TypedNumber(len(ready))
    if sure and ready and form.is_valid():
        return _do(request, act, ready, form) or _told(request, room, act, rows, back)
    context = {
        "title": act.words,
        "crumbs": [(room.title, back)],
        "act": act,
        "will": act.will(len(ready)),
        "each": act.each,
        "confirm": f"{act.words} ({len(ready)})",
        "rows": ready,
        "refused": [row for row in rows if row.refusal],
        "all_rows": sorted(rows, key=lambda row: not row.refusal),
        "form": form,
        "query": request.POST.get("query", ""),
        "columns": ",".join(columns),
        "back": back,
    }
    return page(request, "lists/bulk.html", context, status=422 if form.errors else 200)


class NoForm(forms.Form):
    """An act that asks for nothing more."""

    def __init__(self, data: Any, _request: HttpRequest) -> None:
        super().__init__(data)


class _TypedNumber(forms.CharField):
    """The number of rows, typed by hand before what cannot be taken back."""

    def __init__(self, number: int) -> None:
        super().__init__(
            label=_("This cannot be undone. To go on, type the number of rows: %(number)d")
            % {"number": number},
            max_length=6,
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        )
        self.number = number

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value)).strip()
        if typed != str(self.number):
            raise forms.ValidationError(_("The number is %(number)d.") % {"number": self.number})
        return typed


def _do(
    request: HttpRequest, act: BulkAct, ready: Sequence[BulkRow], form: forms.Form
) -> HttpResponse | None:
    """Do it with every row or with none, and say so; rows that turn out not to change get their refusal.

    The file, if the act gives one.
    """
    at = clock.now()
    with transaction.atomic():
        file = act.run(request, ready, form.cleaned_data, at)
    if file is not None:
        return file
    count = sum(1 for row in ready if not row.refusal)
    if count and act.undo:
        undoable(request, act.said(count), act.undo, at=at.isoformat())
    elif count:
        messages.success(request, act.said(count))
    return None


def _told(request: HttpRequest, room: BulkRoom, act: BulkAct, rows: list[BulkRow], back: str) -> HttpResponse:
    """Back to the list; if rows stayed as they were, first a page that names them."""
    refused = [row for row in rows if row.refusal]
    if not refused:
        return HttpResponseRedirect(back)
    done = len(rows) - len(refused)
    words = ngettext(
        "%(done)d of %(all)d row was changed.", "%(done)d of %(all)d rows were changed.", len(rows)
    )
    context = {
        "title": act.words,
        "crumbs": [(room.title, back)],
        "said": words % {"done": done, "all": len(rows)},
        "all_rows": sorted(rows, key=lambda row: not row.refusal),
        "done": True,
        "back": back,
    }
    return page(request, "lists/bulk_done.html", context)
