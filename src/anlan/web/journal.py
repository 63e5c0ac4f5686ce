"""The journal: every change of state, who made it, when, and what it changed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.models import Entry, Place
from anlan.queries.journal import JournalFilter, all_entries, page_of_entries, place_names
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock
from anlan.web.day_fields import day_field
from anlan.web.journal_words import (
    ACTIONS,
    SUBJECTS,
    FieldChange,
    action_icon,
    action_words,
    address_of,
    changes_in_words,
)
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


class JournalSearch(forms.Form):
    """The filters, kept in the address."""

    place = forms.CharField(label=gettext_lazy("Place (code)"), required=False, max_length=64)
    action = forms.ChoiceField(
        label=gettext_lazy("What was done"),
        required=False,
        choices=[("", gettext_lazy("All")), *((action, words) for action, (words, _icon) in ACTIONS.items())],
    )
    by = forms.CharField(label=gettext_lazy("By whom (user name)"), required=False, max_length=64)
    since = day_field(gettext_lazy("From day"))
    until = day_field(gettext_lazy("To day"))

    def wanted(self) -> JournalFilter:
        """The filter that the valid fields state."""
        values = self.cleaned_data if self.is_valid() or hasattr(self, "cleaned_data") else {}
        since, until = values.get("since"), values.get("until")
        zone = timezone.get_default_timezone()
        return JournalFilter(
            place=values.get("place", "").strip(),
            action=values.get("action", ""),
            by=values.get("by", "").strip(),
            start=datetime.combine(since, time(), zone) if since else None,
            end=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
        )


@dataclass(frozen=True, slots=True)
class Line:
    """An entry in words."""

    entry: Entry
    action: str
    icon: str
    by: str
    subject: str
    subject_kind: str
    href: str
    place: str
    changes: list[FieldChange]


@access.needs("see-journal")
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    """The journal, filtered by what stands in the address."""
    form = JournalSearch(request.GET)
    reach = access.request_reach(request, "see-journal")
    rows, after = page_of_entries(
        reach, _without_hidden_guards(request, form), after=request.GET.get("after", "")
    )
    places = place_names(rows)
    names, known = Names(request), words(clock.now())
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "title": _("Journal"),
        "subtitle": _("Every change of state: who, when, what. Entries are never altered or deleted."),
        "form": form,
        "lines": [_line(row, places.get(row.place_code), names, known) for row in rows],
        "after": after,
        "export_query": query.urlencode(),
    }
    return page(request, "journal/journal.html", context, results="journal/_results.html")


@access.needs("see-journal")
@require_safe
def journal_csv(request: HttpRequest) -> HttpResponseBase:
    """The same entries as a table for a spreadsheet."""
    wanted = _without_hidden_guards(request, JournalSearch(request.GET))
    rows = all_entries(access.request_reach(request, "see-journal"), wanted)
    response = StreamingHttpResponse(
        _csv(rows, Names(request), get_language() or "zh-hans"), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="journal-{clock.today():%Y%m%d}.csv"'
    return response


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        return text


def _csv(rows: Iterator[Entry], names: Names, language: str) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    with override(language):
        titles = [
            _("Time"),
            _("What was done"),
            _("By whom"),
            _("About what"),
            _("Name"),
            _("Place"),
            _("What changed"),
            _("Reason"),
        ]
    known = words(clock.now())
    yield "\ufeff" + writer.writerow(titles)
    for row in rows:
        with override(language):
            line = _line(row, None, names, known)
            changes = "; ".join(f"{each.field}: {each.before} → {each.after}" for each in line.changes)
            cells = [
                exact(row.at),
                line.action,
                line.by,
                line.subject_kind,
                line.subject,
                row.place_code,
                changes,
                row.reason,
            ]
        yield writer.writerow([safe_cell(cell) for cell in cells])


def _line(row: Entry, place: Place | None, names: Names, known: Words) -> Line:
    hidden = row.subject_kind == "person" and names.hides_id(row.subject_id, row.place_code)
    return Line(
        entry=row,
        action=action_words(row.action),
        icon=action_icon(row.action),
        by=names.of(row.by, row.place_code),
        subject=gettext("a guard") if hidden else row.subject_label,
        subject_kind=str(SUBJECTS.get(row.subject_kind, row.subject_kind)),
        href="" if hidden else address_of(row),
        place=name_of(place) if place else row.place_code,
        changes=[] if hidden else changes_in_words(row.changes, known),
    )


def _without_hidden_guards(request: HttpRequest, form: JournalSearch) -> JournalFilter:
    """The filter; asking for one guard by name is for those who may read guards' names."""
    wanted = form.wanted()
    if wanted.by and Names(request).hides_name(wanted.by):
        return JournalFilter(nothing=True)
    return wanted


addresses = [
    path("journal/", journal, name="journal"),
    path("journal/export.csv", journal_csv, name="journal-csv"),
]
