"""One import step by step: its columns, what would happen, its progress, what became of it."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions import imports as actions
from anlan.actions.attachments import path_of
from anlan.actions.imports import BUSY, SHOWN_ERRORS, XLSX
from anlan.actions.sheet_imports import columns_problems
from anlan.links.coordinates import Datum
from anlan.models import PlaceImport
from anlan.queries.imports import import_of, marked_copy_of
from anlan.queries.sheet_vocabulary import sheet_vocabulary
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.import_forms import ChoicesForm, ColumnsForm
from anlan.web.import_words import row_of, state_of
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.templatetags.words import say


@access.needs("import-places")
@require_safe
def import_one(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Where an import stands: what would happen, how far it is, or what became of it."""
    record = _record_or_404(identifier)
    state = state_of(record)
    if state == "uploaded":
        return HttpResponseRedirect(reverse("import-columns", args=[record.pk]))
    return _shown(request, record, state, _choices_form(record, None))


@access.needs("import-places")
@require_http_methods(["GET", "HEAD", "POST"])
def import_columns(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """What each column is; the proposal is corrected here, then the whole sheet is tried."""
    record = _record_or_404(identifier)
    if record.source != "sheet" or "header" not in record.result:
        raise Http404
    if state_of(record) in {*BUSY, "done"}:
        return _to(record)
    header = record.result["header"]
    vocabulary = sheet_vocabulary(clock.now())
    initial = {f"column-{column}": target for column, target in record.mapping.get("columns", {}).items()}
    posted = request.POST if request.method == "POST" else None
    form = ColumnsForm(posted, header, vocabulary, initial={**initial, "datum": record.datum})
    if posted is not None and form.is_valid():
        problems = columns_problems(tuple(header), form.columns(), vocabulary)
        if not problems:
            datum = cast("Datum | None", form.cleaned_data["datum"] or None)
            return _to(actions.check_sheet(record, form.columns(), datum))
        for problem in problems:
            form.add_error(None, say(problem))
    samples = record.result["samples"]
    context = _frame(request, record) | {
        "form": form,
        "columns": [(form[f"column-{number}"], samples[number]) for number in range(len(header))],
        "named": len(initial),
        "subtitle": _("What is in each column? Correct the proposal where it is wrong."),
    }
    return page(request, "imports/columns.html", context, status=422 if form.errors else 200)


@access.needs("import-places")
@require_POST
def import_run(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Bring in the good rows, with what was decided about the doubtful ones."""
    record = _record_or_404(identifier)
    state = state_of(record)
    if state not in {"checked", "done", "failed"}:
        return _to(record)
    form = _choices_form(record, request.POST)
    if not form.is_valid():
        return _shown(request, record, state, form, status=422)
    return _to(actions.run(record, form.choices()))


@access.needs("import-places")
@require_POST
def import_set_aside(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Import nothing; the sheet is corrected and uploaded again."""
    record = _record_or_404(identifier)
    if state_of(record) in {"uploaded", "checked", "failed"}:
        actions.set_aside(record, at=clock.now())
        messages.info(request, _("Nothing was imported. Correct the sheet and upload it again."))
    return HttpResponseRedirect(reverse("imports"))


@access.needs("import-places")
@require_safe
def import_progress(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """How far the worker has come; the page is drawn anew when it is done."""
    record = _record_or_404(identifier)
    if state_of(record) not in BUSY:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "imports/_progress.html", {"record": record})


@access.needs("import-places")
@require_safe
def import_marked(_request: HttpRequest, identifier: UUID) -> HttpResponseBase:
    """The sheet as it came, with the reasons beside the wrong rows."""
    record = _record_or_404(identifier)
    marked = marked_copy_of(record)
    if marked is None or not path_of(marked.sha256).exists():
        raise Http404
    return FileResponse(
        path_of(marked.sha256).open("rb"), as_attachment=True, filename=marked.name, content_type=XLSX
    )


def _record_or_404(identifier: UUID) -> PlaceImport:
    record = import_of(identifier)
    if record is None:
        raise Http404
    return record


def _to(record: PlaceImport) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("import", args=[record.pk]))


def _frame(request: HttpRequest, record: PlaceImport) -> dict[str, Any]:
    row = row_of(record, Names(request))
    return {"title": row.name, "crumbs": [(_("Imports"), reverse("imports"))], "record": record, "row": row}


def _choices_form(record: PlaceImport, data: Any) -> ChoicesForm:
    doubtful = record.result.get("doubtful", [])
    said = record.mapping.get("choices", {})
    initial = {f"choice-{number}": said.get(str(row["key"]), "") for number, row in enumerate(doubtful)}
    return ChoicesForm(data, doubtful, initial=initial)


def _shown(
    request: HttpRequest, record: PlaceImport, state: str, form: ChoicesForm, status: int = 200
) -> HttpResponse:
    found = record.result
    doubtful = found.get("doubtful", [])
    fields = [
        (row, form[f"choice-{number}"])
        for number, row in enumerate(doubtful)
        if f"choice-{number}" in form.fields
    ]
    known = words(clock.now())
    language = get_language() or "zh"
    kinds = [
        (known.kind(kind).in_language(language), count) for kind, count in found.get("places", {}).items()
    ]
    context = _frame(request, record) | {
        "state": state,
        "found": found,
        "form": form,
        "waiting": fields,
        "pairs": [row for row in doubtful if not row["waits"]],
        "kinds": sorted(kinds, key=lambda each: (-each[1], each[0])),
        "more_mistakes": max(0, found.get("mistakes", 0) - SHOWN_ERRORS),
        "good": found.get("created", 0) + found.get("changed", 0),
    }
    return page(request, "imports/one.html", context, status=status)


_ONE = "imports/<uuid:identifier>/"
addresses = [
    path(_ONE, import_one, name="import"),
    path(f"{_ONE}columns/", import_columns, name="import-columns"),
    path(f"{_ONE}run/", import_run, name="import-run"),
    path(f"{_ONE}set-aside/", import_set_aside, name="import-set-aside"),
    path(f"{_ONE}progress/", import_progress, name="import-progress"),
    path(f"{_ONE}marked.xlsx", import_marked, name="import-marked"),
]
