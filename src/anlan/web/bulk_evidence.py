"""Acts on a selection of evidence: striking it through, with one reason for all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anlan.actions.duties import strike_evidence
from anlan.models import Evidence
from anlan.queries.reach import evidence_within
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.bulk_findings import ids_of
from anlan.web.bulk_places import ReasonForm
from anlan.web.evidence import found_evidence
from anlan.web.record_words import evidence_rows
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of, say


@access.needs("strike-evidence")
@require_POST
def evidence_bulk(request: HttpRequest) -> HttpResponse:
    """Do something with several records."""
    return bulk_page(request, "evidence-list")


def _keys(request: HttpRequest, query: QueryDict, limit: int) -> list[str]:
    rows = found_evidence(request, query).values_list("pk", flat=True)
    return [str(key) for key in rows[:limit]]


def _rows(request: HttpRequest, act: BulkAct, keys: Sequence[str]) -> list[BulkRow]:
    ids = ids_of(keys)
    related = ("place", "place__department", "department", "checkpoint", "post", "by", "strike", "strike__by")
    wanted = Evidence.objects.select_related(*related).prefetch_related("attachments")
    wanted = wanted.filter(pk__in=[one for one in ids.values() if one])
    found = evidence_within(access.request_reach(request, "see-evidence"), wanted)
    seen = {row.evidence.pk: row for row in evidence_rows(request, found, words(clock.now()))}
    own = evidence_within(access.request_reach(request, act.needs), wanted)
    reached = set(own.values_list("pk", flat=True))
    rows = []
    for key, identifier in ids.items():
        shown = seen.get(identifier) if identifier else None
        if shown is None:
            rows.append(BulkRow(key, key, refusal=_("There is no such record within your reach.")))
            continue
        evidence = shown.evidence
        subject = evidence.place or evidence.department
        note = f"{name_of(subject) if subject else ''} · {exact(evidence.effective_at)} · {shown.who}"
        row = BulkRow(key, say(shown.title), note, reverse("evidence", args=[evidence.pk]), evidence)
        if evidence.pk not in reached:
            row.refusal = _("Your grant does not allow this here.")
        elif shown.strike is not None:
            row.refusal = _("This record is struck through already.")
        rows.append(row)
    return rows


def _strike(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
    for row in rows:
        strike_evidence(row.subject, by=access.user_of(request), at=at, reason=values["reason"])


ROOMS["evidence-list"] = BulkRoom(
    url="evidence-bulk",
    title=gettext_lazy("Evidence"),
    acts=(
        BulkAct(
            id="strike",
            words=gettext_lazy("Strike through"),
            icon="strikethrough",
            needs="strike-evidence",
            form=ReasonForm,
            will=lambda count: (
                ngettext(
                    "%(count)d record is struck through: it stays readable and no longer counts. "
                    "A finding that it had closed opens again.",
                    "%(count)d records are struck through: they stay readable and no longer count. "
                    "Findings that they had closed open again.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("is struck through"),
            said=lambda count: (
                ngettext(
                    "%(count)d record is struck through.", "%(count)d records are struck through.", count
                )
                % {"count": count}
            ),
            run=_strike,
        ),
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [path("evidence/bulk/", evidence_bulk, name="evidence-bulk")]
