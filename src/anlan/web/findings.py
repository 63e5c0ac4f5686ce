"""Findings: the list, one finding with its story, its rectification notice, and looking again."""

from typing import Any, Self
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.duties import reinspect_finding
from anlan.engine.access import Reach
from anlan.engine.policy import Language, Rule, Scheme
from anlan.links.documents import rectification_notice
from anlan.links.list_sheets import Value
from anlan.models import District, Finding
from anlan.models.ids import new_id
from anlan.queries.findings import (
    FindingFilter,
    InspectingBody,
    all_findings,
    counts_of_findings,
    entries_of,
    findings_page,
    inspecting_body,
    inspections_of,
    one_finding,
    responsible_departments,
)
from anlan.queries.reach import findings_within
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.evidence_forms import MomentField, note_field
from anlan.web.files import PHOTOS
from anlan.web.finding_words import (
    basis_of,
    finding_number,
    finding_row,
    notice_of,
    story_of,
)
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools, selected
from anlan.web.people_words import Names
from anlan.web.place_words import link
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of
from anlan.web.uploads import Kept, kept_uploads

STATES = (
    ("open", gettext_lazy("Open")),
    ("overdue", gettext_lazy("Past the deadline")),
    ("closed", gettext_lazy("Closed")),
    ("any", gettext_lazy("All")),
)
PUT_RIGHT, NOT_YET = "put-right", "not-yet"
FILES = {"photos": "photo", "camera": "photo"}


class FindingSearch(forms.Form):
    """The filters of the list, kept in the address."""

    q = forms.CharField(
        label=gettext_lazy("Search by place, number or words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    responsible = forms.ChoiceField(label=gettext_lazy("Responsible"), required=False)
    state = forms.ChoiceField(choices=STATES, required=False, widget=forms.HiddenInput)
    place = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any, departments: list[tuple[str, str]]) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["district"].choices = [
            ("", _("All districts")),
            *((row.code, name_of(row)) for row in District.objects.order_by("code")),
        ]
        fields["responsible"].choices = [
            ("", _("Anybody")),
            ("operator:", _("Operators")),
            *((f"department:{code}", name) for code, name in departments),
        ]

    @classmethod
    def within(cls, data: Any, reach: Reach) -> Self:
        """The filters with the departments that have something to mend within reach."""
        return cls(data, [(row.code, name_of(row)) for row in responsible_departments(reach)])

    def wanted(self) -> FindingFilter:
        """The filter that the fields state; a wrong field counts as empty."""
        self.is_valid()
        values = self.cleaned_data
        return FindingFilter(
            state=values.get("state") or "open",
            district=values.get("district", ""),
            place=values.get("place", ""),
            responsible=values.get("responsible", ""),
            text=values.get("q", "").strip(),
        )


class ReinspectionForm(forms.Form):
    """Looking at a finding again: put right or not yet, in words and with photos."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    result = forms.ChoiceField(
        label=gettext_lazy("Result"),
        choices=[
            (PUT_RIGHT, gettext_lazy("Put right: close the finding")),
            (NOT_YET, gettext_lazy("Not yet put right: it stays open")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, finding: Finding, at: Any) -> None:
        super().__init__(data, initial={"id": new_id()}, auto_id="id_%s")
        self.finding = finding
        self.fields["note"] = note_field(_("What was seen"), required=True)
        self.fields["effective_at"] = MomentField(
            at, label=_("When it was inspected again"), help_text=_("Leave empty for now.")
        )

    def clean_effective_at(self) -> Any:
        moment = self.cleaned_data["effective_at"]
        if moment < self.finding.opened_at:
            raise forms.ValidationError(_("This is before the finding was opened."))
        return moment


COLUMNS = (
    Column("number", gettext_lazy("Number"), exported=True),
    Column("finding", gettext_lazy("Finding"), fixed=True),
    Column("place", gettext_lazy("Place")),
    Column("district", gettext_lazy("District"), standard=False),
    Column("responsible", gettext_lazy("Responsible")),
    Column("state", gettext_lazy("State")),
    Column("opened", gettext_lazy("Opened"), standard=False),
    Column("deadline", gettext_lazy("Deadline")),
    Column("closed", gettext_lazy("Closed"), exported=True),
    Column("note", gettext_lazy("Note"), exported=True),
)


@access.needs("see-findings")
@require_safe
def findings(request: HttpRequest) -> HttpResponse:
    """Findings, the earliest deadline first."""
    at = clock.now()
    reach = access.request_reach(request, "see-findings")
    form = FindingSearch.within(request.GET, reach)
    wanted = form.wanted()
    rows, after = findings_page(reach, wanted, at, after=request.GET.get("after", "")[:80])
    counts = counts_of_findings(reach, wanted, at)
    query = request.GET.copy()
    for name in ("after", "state"):
        query.pop(name, None)
    context = {
        "title": _("Findings"),
        "subtitle": _("What inspections found wrong, who mends it, and by when"),
        "filter": form,
        "tools": list_tools(request, "findings", COLUMNS, exports="findings-export"),
        "rows": [finding_row(row, at) for row in rows],
        "next": after,
        "state": wanted.state,
        "tabs": [
            {
                "label": str(label),
                "url": f"{request.path}?{query.urlencode()}{'&' if query else ''}state={state}",
                "active": state == wanted.state,
                "count": getattr(counts, state),
            }
            for state, label in STATES
        ],
    }
    return page(request, "findings/list.html", context, results="findings/_results.html")


@access.needs("see-findings")
@require_safe
def findings_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All findings of the filter as a file, with the columns of the list."""
    at, reach = clock.now(), access.request_reach(request, "see-findings")
    rows = all_findings(reach, FindingSearch.within(request.GET, reach).wanted(), at)

    def cells(row: Finding) -> dict[str, Value]:
        shown = finding_row(row, at)
        state = (
            _("Closed") if not shown.is_open else _("Past the deadline") if shown.is_overdue else _("Open")
        )
        return {
            "number": shown.number,
            "finding": shown.title,
            "place": name_of(row.place),
            "district": name_of(row.place.district) if row.place.district else "",
            "responsible": shown.responsible,
            "state": state,
            "opened": exact(row.opened_at),
            "deadline": exact(row.deadline),
            "closed": exact(row.closed_at) if row.closed_at else "",
            "note": row.note,
        }

    chosen = columns_of(request.GET, COLUMNS)
    return list_file(form, "findings", chosen, selected(request, rows, "pk").iterator(chunk_size=400), cells)


@access.needs("see-findings")
@require_safe
def finding(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """One finding."""
    row = _finding(request, finding_id)
    return _finding_page(request, row, ReinspectionForm(None, row, clock.now()), Kept())


@access.needs("close-findings")
@require_POST
def finding_reinspect(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Look at a finding again; put right, it closes."""
    row, at = _finding(request, finding_id), clock.now()
    if not _may_close(request, row):
        raise Http404
    form = ReinspectionForm(request.POST, row, at)
    form.is_valid()
    kept = kept_uploads(request, FILES, at=at, place_code=row.place.code)
    for _name, problem in kept.problems:
        form.add_error(None, problem)
    if form.errors:
        return _finding_page(request, row, form, kept, status=422)
    if row.closed_at is not None:
        messages.info(request, _("This finding is closed already."))
        return HttpResponseRedirect(reverse("finding", args=[row.pk]))
    values = form.cleaned_data
    passed = values["result"] == PUT_RIGHT
    reinspect_finding(
        row,
        passed=passed,
        note=values["note"],
        attachments=kept.all,
        effective_at=values["effective_at"],
        by=access.user_of(request),
        at=at,
        id=values["id"],
    )
    number = {"number": finding_number(row)}
    if passed:
        messages.success(request, _("%(number)s is closed.") % number)
    else:
        messages.warning(request, _("%(number)s stays open; the re-inspection is recorded.") % number)
    return HttpResponseRedirect(reverse("finding", args=[row.pk]))


@access.needs("see-findings")
@require_safe
def finding_notice(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """The rectification notice as a PDF, in Chinese or English; a venue's own inspection has none."""
    row = _finding(request, finding_id)
    asked = request.GET.get("lang", "")
    language: Language = "en" if (asked or request.LANGUAGE_CODE).startswith("en") else "zh"
    body = inspecting_body(row)
    if body is None:
        raise Http404
    content = notice_pdf(request, row, body, language)
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{notice_file(row, language)}"'
    return response


def notice_pdf(request: HttpRequest, row: Finding, body: InspectingBody, language: Language) -> bytes:
    """The rectification notice of a finding as the asker may read it."""
    scheme, rule = _rule_of(row)
    notice = notice_of(
        row,
        body,
        language=language,
        scheme=scheme,
        rule=rule,
        names=Names(request),
        shows_receiver=access.allowed(request, "see-receivers", row.place),
        address=request.build_absolute_uri(reverse("finding", args=[row.pk])),
    )
    return rectification_notice(notice, language)


def notice_file(row: Finding, language: Language) -> str:
    """What the file of a notice is called."""
    return f"RN-{row.year}-{row.number:04d}-{language}.pdf"


def _finding(request: HttpRequest, finding_id: UUID) -> Finding:
    row = one_finding(access.request_reach(request, "see-findings"), finding_id)
    if row is None:
        raise Http404
    return row


def _may_close(request: HttpRequest, row: Finding) -> bool:
    reach = access.request_reach(request, "close-findings")
    return findings_within(reach, Finding.objects.filter(pk=row.pk)).exists()


def _finding_page(
    request: HttpRequest, row: Finding, form: ReinspectionForm, kept: Kept, status: int = 200
) -> HttpResponse:
    at = clock.now()
    names = Names(request)
    inspections = inspections_of(row)
    scheme, rule = _rule_of(row)
    photos = row.evidence.answers.get(row.item, {}).get("photos", [])
    known = {str(one.pk): one for one in row.evidence.attachments.all()}
    shown = finding_row(row, at)
    context = {
        "title": shown.title,
        "subtitle": shown.number,
        "crumbs": [(_("Findings"), reverse("findings"))],
        "row": row,
        "shown": shown,
        "place_url": link("place", row.place.code),
        "basis": basis_of(scheme, rule, request.LANGUAGE_CODE),
        "rule": rule,
        "rule_url": link("scheme-rule", row.scheme, row.rule) if rule else "",
        "story": story_of(row, inspections, entries_of(row), names, at),
        "photos": [known[one] for one in photos if one in known],
        "later_photos": [
            photo
            for each in inspections
            if not hasattr(each, "strike")
            for photo in each.attachments.all()
            if photo.media_type in PHOTOS
        ],
        "body": inspecting_body(row),
        "source_struck": hasattr(row.evidence, "strike"),
        "tries": sum(1 for each in inspections if each.pk != row.closed_by_id),
        "form": form,
        "kept": [(name, one) for name, rows in kept.files.items() for one in rows],
        "may_close": shown.is_open and _may_close(request, row),
        "sees_evidence": access.allowed(request, "see-evidence", row.place),
    }
    return page(request, "findings/finding.html", context, status=status)


def _rule_of(row: Finding) -> tuple[Scheme | None, Rule | None]:
    known = words(clock.now())
    scheme = next((one for one in known.schemes if one.id == row.scheme), None)
    rule = next((one for one in scheme.rules if one.id == row.rule), None) if scheme else None
    return scheme, rule


addresses = [
    path("findings/", findings, name="findings"),
    path("findings/export.<str:form>", findings_export, name="findings-export"),
    path("findings/<uuid:finding_id>/", finding, name="finding"),
    path("findings/<uuid:finding_id>/reinspect/", finding_reinspect, name="finding-reinspect"),
    path("findings/<uuid:finding_id>/notice.pdf", finding_notice, name="finding-notice"),
]
