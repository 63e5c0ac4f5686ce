"""The journal: every change of state, who made it, when, and what it changed."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.links.list_sheets import Value
from anlan.models import Entry, Place
from anlan.queries.journal import JournalFilter, all_entries, page_of_entries, place_names
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock
from anlan.web.day_fields import day_field
from anlan.web.field_words import faults_of
from anlan.web.journal_words import (
    ACTIONS,
    SUBJECTS,
    FieldChange,
    action_icon,
    action_words,
    address_of,
    changes_in_words,
    subject_words,
)
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of


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

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day; choose that day or a later one."))
        return values

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


COLUMNS = (
    Column("time", gettext_lazy("Time"), fixed=True),
    Column("action", gettext_lazy("What was done"), fixed=True),
    Column("about", gettext_lazy("About what")),
    Column("subject", gettext_lazy("Name"), exported=True),
    Column("place", gettext_lazy("Place"), exported=True),
    Column("changes", gettext_lazy("What changed")),
    Column("reason", gettext_lazy("Reason"), exported=True),
    Column("by", gettext_lazy("By whom")),
)


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
    context = {
        "title": _("Journal"),
        "subtitle": _("Every change of state: who, when, what. Entries are never altered or deleted."),
        "form": form,
        "faults": faults_of(form),
        "lines": [_line(row, places.get(row.place_code), names, known) for row in rows],
        "after": after,
        "tools": list_tools(request, "journal", COLUMNS, exports="journal-export"),
    }
    return page(request, "journal/journal.html", context, results="journal/_results.html")


@access.needs("see-journal")
@require_safe
def journal_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The same entries as a table for a spreadsheet, with the columns of the list."""
    wanted = _without_hidden_guards(request, JournalSearch(request.GET))
    rows = all_entries(access.request_reach(request, "see-journal"), wanted)
    names, known = Names(request), words(clock.now())

    def cells(row: Entry) -> dict[str, Value]:
        line = _line(row, None, names, known)
        changes = "; ".join(f"{each.field}: {each.before} → {each.after}" for each in line.changes)
        return {
            "time": exact(row.at),
            "action": line.action,
            "about": line.subject_kind,
            "subject": line.subject,
            "place": row.place_code,
            "changes": changes,
            "reason": row.reason,
            "by": line.by,
        }

    return list_file(form, "journal", columns_of(request.GET, COLUMNS), rows, cells)


def _line(row: Entry, place: Place | None, names: Names, known: Words) -> Line:
    hidden = row.subject_kind == "person" and names.hides_id(row.subject_id, row.place_code)
    return Line(
        entry=row,
        action=action_words(row.action),
        icon=action_icon(row.action),
        by=names.of(row.by, row.place_code),
        subject=gettext("a guard") if hidden else subject_words(row, place, known),
        subject_kind=str(SUBJECTS.get(row.subject_kind, row.subject_kind)),
        href="" if hidden else address_of(row),
        place=name_of(place) if place else row.place_code,
        changes=[] if hidden else changes_in_words(_told(row), known),
    )


def _told(row: Entry) -> dict[str, Any]:
    """The changes worth telling: which item a finding is about is what the finding is called."""
    return {
        name: pair for name, pair in row.changes.items() if (row.subject_kind, name) != ("finding", "item")
    }


def _without_hidden_guards(request: HttpRequest, form: JournalSearch) -> JournalFilter:
    """The filter; asking for one guard by name is for those who may read guards' names."""
    wanted = form.wanted()
    if wanted.by and Names(request).hides_name(wanted.by):
        return JournalFilter(nothing=True)
    return wanted


addresses = [
    path("journal/", journal, name="journal"),
    path("journal/export.<str:form>", journal_export, name="journal-export"),
]
