"""Acts on a selection of findings: who is to mend them. Closing needs evidence of each, so it is not among them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anlan.actions.responsibility import assign_findings
from anlan.models import Finding
from anlan.queries.findings import all_findings
from anlan.queries.reach import findings_within
from anlan.web import access, clock
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.bulk_places import DepartmentForm
from anlan.web.finding_words import finding_number, finding_row
from anlan.web.findings import FindingSearch
from anlan.web.templatetags.words import name_of


class MenderForm(DepartmentForm):
    """Which department is to put the findings right, and why."""

    title = gettext_lazy("Department to put them right")


@access.needs("assign-findings")
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
    related = ("place", "place__district", "department", "operator")
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
        elif finding.closed_at is not None:
            row.refusal = _("This finding is closed already.")
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
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [path("findings/bulk/", findings_bulk, name="findings-bulk")]
