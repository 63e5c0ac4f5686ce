"""Imports: sheets of places, OpenStreetMap extracts and districts brought in from a page."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.districts import import_districts
from anlan.actions.import_records import keep_file
from anlan.actions.imports import XLSX, begin_osm, begin_sheet
from anlan.engine.policy import Text
from anlan.links.files import FileProblem
from anlan.links.sheet_writing import template
from anlan.models import Attachment, District
from anlan.queries.imports import recent_imports
from anlan.queries.sheet_vocabulary import sheet_vocabulary
from anlan.web import access, clock, import_steps
from anlan.web.import_forms import DistrictsForm, ExtractForm, SheetForm
from anlan.web.import_words import row_of
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.templatetags.words import say


@access.needs("import-places")
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """What was imported, and where to begin."""
    return _page(request)


@access.needs("import-places")
@require_POST
def import_sheet(request: HttpRequest) -> HttpResponse:
    """Take a sheet; its columns are named on the next page."""
    form = SheetForm(request.POST, request.FILES)
    if form.is_valid():
        kept = _kept(request, form.cleaned_data["sheet"])
        if isinstance(kept, Attachment):
            begun = begin_sheet(kept, by=access.user_of(request), at=clock.now())
            if not isinstance(begun, FileProblem):
                return HttpResponseRedirect(reverse("import-columns", args=[begun.pk]))
            kept = begun
        form.add_error("sheet", say(kept.message))
    return _page(request, sheet_form=form)


@access.needs("import-places")
@require_POST
def import_osm(request: HttpRequest) -> HttpResponse:
    """Take an extract; the worker brings it in."""
    form = ExtractForm(request.POST, request.FILES)
    if form.is_valid():
        kept = _kept(request, form.cleaned_data["extract"])
        if isinstance(kept, Attachment):
            draw = form.cleaned_data["draw"]
            begun = begin_osm(kept, draw=draw, by=access.user_of(request), at=clock.now())
            return HttpResponseRedirect(reverse("import", args=[begun.pk]))
        form.add_error("extract", say(kept.message))
    return _page(request, extract_form=form)


@access.needs("import-places")
@require_POST
def import_district_list(request: HttpRequest) -> HttpResponse:
    """Bring in a list of districts at once."""
    form = DistrictsForm(request.POST, request.FILES)
    if form.is_valid():
        file, values = form.cleaned_data["districts"], form.cleaned_data
        outcome = import_districts(
            file.read(),
            file.name or "",
            by=access.user_of(request),
            at=clock.now(),
            within=values["within"],
            valid_from=values["valid_from"],
        )
        if isinstance(outcome, FileProblem):
            form.add_error("districts", say(outcome.message))
        elif outcome.errors:
            for error in outcome.errors[:10]:
                words = _("Row %(row)s, “%(value)s”:") % {"row": error.row, "value": error.value}
                form.add_error("districts", f"{words} {say(error.message)}")
        else:
            counts = {"new": outcome.created, "changed": outcome.changed, "same": outcome.unchanged}
            words = _("Districts: %(new)d new, %(changed)d changed, %(same)d as they were.")
            messages.success(request, words % counts)
            return HttpResponseRedirect(reverse("imports"))
    return _page(request, districts_form=form)


@access.needs("import-places")
@require_safe
def import_template(_request: HttpRequest) -> HttpResponse:
    """An empty sheet with the columns, notes and lists of kinds and districts."""
    content = template(sheet_vocabulary(clock.now()))
    headers = {"Content-Disposition": 'attachment; filename="anlan-places.xlsx"'}
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _kept(request: HttpRequest, file: UploadedFile[Any]) -> Attachment | FileProblem:
    at, by = clock.now(), access.user_of(request)
    media_type = (file.content_type or "application/octet-stream")[:100]
    try:
        return keep_file(file.chunks(), file.name or "file", media_type, by=by, at=at)
    except OSError:
        return FileProblem(
            Text(
                zh="文件暂时无法保存。请联系系统管理员检查磁盘空间和目录权限后再试。",
                en="The file cannot be stored. Ask the administrator to check the disk and the folder, then retry.",
            )
        )


def _page(request: HttpRequest, **forms: Any) -> HttpResponse:
    names = Names(request)
    context = {
        "title": _("Imports"),
        "subtitle": _("Places from sheets and from OpenStreetMap. Importing twice changes nothing."),
        "sheet_form": SheetForm(),
        "extract_form": ExtractForm(),
        "districts_form": DistrictsForm(),
        "districts_known": District.objects.count(),
        "rows": [row_of(record, names) for record in recent_imports()],
        **forms,
    }
    return page(request, "imports/list.html", context, status=422 if forms else 200)


addresses = [
    path("imports/", imports, name="imports"),
    path("imports/sheet/", import_sheet, name="import-sheet"),
    path("imports/osm/", import_osm, name="import-osm"),
    path("imports/districts/", import_district_list, name="import-districts"),
    path("imports/template.xlsx", import_template, name="import-template"),
    *import_steps.addresses,
]
