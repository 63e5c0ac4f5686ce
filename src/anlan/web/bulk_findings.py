"""Acts on a selection of findings: who is to mend them, and their notices in one archive.

Closing needs evidence of each, so it is not among them.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anlan.actions.responsibility import assign_findings
from anlan.models import Finding
from anlan.queries.findings import all_findings, inspecting_body, one_finding
from anlan.queries.reach import findings_within
from anlan.web import access, clock
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.bulk_places import DepartmentForm
from anlan.web.finding_words import finding_number, finding_row
from anlan.web.findings import FindingSearch, notice_file, notice_pdf
from anlan.web.templatetags.words import name_of


class MenderForm(DepartmentForm):
    """Which department is to put the findings right, and why."""

    title = gettext_lazy("Department to put them right")


class NoticesForm(forms.Form):
    """In which language the notices are."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("zh", "中文"), ("en", "English")], widget=forms.RadioSelect
    )

    def __init__(self, data: Any, request: HttpRequest) -> None:
        language = "en" if request.LANGUAGE_CODE.startswith("en") else "zh"
        super().__init__(data, initial={"language": language})


@access.needs("see-findings")
@require_POST
def findings_bulk(request: HttpRequest) -> HttpResponse:
    """Do something with several findings."""
    return bulk_page(request, "findings")


def ids_of(keys: Iterable[str]) -> dict[str, UUID | None]:
    """The ids that are sent; None for what is none."""
    found: dict[str, UUID | None] = {}
    for key in keys:
        try:
            found[key[:64]] = UUID(key)
        except ValueError:
            found[key[:64]] = None
    return found


def _keys(request: HttpRequest, query: QueryDict, limit: int) -> list[str]:
    reach = access.request_reach(request, "see-findings")
    form = FindingSearch.within(query, reach)
    rows = all_findings(reach, form.wanted(), clock.now()).values_list("pk", flat=True)
    return [str(key) for key in rows[:limit]]


def _rows(request: HttpRequest, act: BulkAct, keys: Sequence[str]) -> list[BulkRow]:
    ids = ids_of(keys)
    related = ("place", "place__district", "department", "operator", "evidence__by")
    wanted = Finding.objects.select_related(*related).filter(pk__in=[one for one in ids.values() if one])
    seen = {row.pk: row for row in findings_within(access.request_reach(request, "see-findings"), wanted)}
    own = findings_within(access.request_reach(request, act.needs), wanted)
    reached = set(own.values_list("pk", flat=True))
    at = clock.now()
    rows = []
    for key, identifier in ids.items():
        finding = seen.get(identifier) if identifier else None
        if finding is None:
            rows.append(BulkRow(key, key, refusal=_("There is no such finding within your reach.")))
            continue
        shown = finding_row(finding, at)
        note = f"{finding_number(finding)} · {name_of(finding.place)} · {shown.responsible}"
        row = BulkRow(key, shown.title, note, reverse("finding", args=[finding.pk]), finding)
        if finding.pk not in reached:
            row.refusal = _("Your grant does not allow this here.")
        elif act.id == "assign" and finding.closed_at is not None:
            row.refusal = _("This finding is closed already.")
        elif act.id == "notices" and inspecting_body(finding) is None:
            row.refusal = _("The venue found this itself: there is no notice.")
        rows.append(row)
    return rows


def _assign(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
    for row in rows:
        if row.subject.department_id == values["department"].pk:
            row.refusal = _("This department is to mend it already.")
    assign_findings(
        [row.subject for row in rows if not row.refusal],
        department=values["department"],
        by=access.user_of(request),
        at=at,
        reason=values["reason"],
    )


def _notices(
    request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], _at: datetime
) -> HttpResponse:
    language, reach = values["language"], access.request_reach(request, "see-findings")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for row in rows:
            finding = one_finding(reach, row.subject.pk)
            body = inspecting_body(finding) if finding else None
            if finding is not None and body is not None:
                content = notice_pdf(request, finding, body, language)
                archive.writestr(notice_file(finding, language), content)
    response = HttpResponse(buffer.getvalue(), content_type="application/zip")
    name = f"notices-{clock.today():%Y%m%d}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


ROOMS["findings"] = BulkRoom(
    url="findings-bulk",
    title=gettext_lazy("Findings"),
    acts=(
        BulkAct(
            id="assign",
            words=gettext_lazy("Say who is to mend them"),
            icon="building-bank",
            needs="assign-findings",
            form=MenderForm,
            will=lambda count: (
                ngettext(
                    "%(count)d finding goes to another department to be put right. Its deadline stays.",
                    "%(count)d findings go to another department to be put right. Their deadlines stay.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("goes to the department chosen above"),
            said=lambda count: (
                ngettext(
                    "%(count)d finding has its new department.",
                    "%(count)d findings have their new department.",
                    count,
                )
                % {"count": count}
            ),
            run=_assign,
            undo="findings-assigned",
        ),
        BulkAct(
            id="notices",
            words=gettext_lazy("Rectification notices"),
            icon="file-type-pdf",
            needs="see-findings",
            form=NoticesForm,
            will=lambda count: (
                ngettext(
                    "The notice of %(count)d finding, as a PDF in an archive. Nothing is changed.",
                    "The notices of %(count)d findings, each as a PDF, in one archive. Nothing is changed.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("its notice is in the archive"),
            said=str,
            run=_notices,
            gives_file=True,
            limit=100,
        ),
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [path("findings/bulk/", findings_bulk, name="findings-bulk")]
