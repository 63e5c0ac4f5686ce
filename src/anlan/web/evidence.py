"""Evidence: the list, one record with all that belongs to it, and striking it through."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.duties import strike_evidence
from anlan.engine.conditions import unit_title
from anlan.engine.policy import Rule, Scheme, Standing, Text
from anlan.links.list_sheets import Value
from anlan.models import Attachment, Entry, Evidence
from anlan.queries.evidence import (
    EvidenceFilter,
    all_evidence,
    evidence_page,
    holds_until,
    one_record,
    rules_in_reach,
)
from anlan.queries.reach import evidence_within
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock, evidence_new
from anlan.web.evidence_forms import EvidenceSearch, StrikeForm
from anlan.web.field_words import faults_of
from anlan.web.files import PHOTOS
from anlan.web.finding_words import finding_number
from anlan.web.journal_words import action_icon, action_words
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools, selected
from anlan.web.people_words import Names
from anlan.web.place_words import link, why_url
from anlan.web.record_words import EvidenceRow, evidence_rows, in_words
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of, say

LATE_RECORDING = timedelta(hours=1)
"""From this distance on the page says that a record was made after the fact."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One item of an inspection as it was answered, with its photos and the finding it opened."""

    title: Text | str
    passed: bool
    note: str
    photos: tuple[Attachment, ...]
    finding_url: str
    finding_number: str


COLUMNS = (
    Column("duty", gettext_lazy("Duty"), fixed=True),
    Column("kind", gettext_lazy("Kind"), exported=True),
    Column("where", gettext_lazy("Where")),
    Column("done", gettext_lazy("Done at")),
    Column("recorded", gettext_lazy("Recorded at"), standard=False),
    Column("by", gettext_lazy("By")),
    Column("quantity", gettext_lazy("Quantity"), standard=False),
    Column("details", gettext_lazy("Details")),
)


@access.needs("see-evidence")
@require_safe
def evidence_list(request: HttpRequest) -> HttpResponse:
    """What was recorded, the latest first."""
    at = clock.now()
    known = words(at)
    reach = access.request_reach(request, "see-evidence")
    form = EvidenceSearch(request.GET, known.schemes, rules_in_reach(reach, known.schemes, at))
    found, after = evidence_page(reach, wanted_evidence(form), after=request.GET.get("after", "")[:80])
    context = {
        "title": _("Evidence"),
        "subtitle": _("What was recorded, with when it was done and when it was recorded"),
        "filter": form,
        "tools": list_tools(request, "evidence-list", COLUMNS, exports="evidence-export"),
        "faults": faults_of(form),
        "rows": [(row, _subject_of(row.evidence)) for row in evidence_rows(request, found, known)],
        "next": after,
        "may_record": access.allowed(request, "record-evidence"),
    }
    return page(request, "evidence/list.html", context, results="evidence/_results.html")


@access.needs("see-evidence")
@require_safe
def evidence_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All records of the filter as a file, with the columns of the list."""
    shown = in_words(request, words(clock.now()))
    rows = selected(request, found_evidence(request, request.GET), "pk").iterator(chunk_size=400)
    return list_file(form, "evidence", columns_of(request.GET, COLUMNS), rows, lambda row: _cells(shown(row)))


def found_evidence(request: HttpRequest, query: QueryDict) -> QuerySet[Evidence]:
    """All records that the list shows with this filter."""
    at, reach = clock.now(), access.request_reach(request, "see-evidence")
    schemes = words(at).schemes
    form = EvidenceSearch(query, schemes, rules_in_reach(reach, schemes, at))
    return all_evidence(reach, wanted_evidence(form))


def _cells(shown: EvidenceRow) -> dict[str, Value]:
    """One record as a row of a file."""
    row = shown.evidence
    failed = ngettext("%(n)s item failed", "%(n)s items failed", shown.failed) % {"n": shown.failed}
    details = [_("struck through") if shown.strike else "", failed if shown.failed else "", row.note]
    return {
        "duty": say(shown.title),
        "kind": say(shown.kind),
        "where": _subject_of(row)[0],
        "done": exact(row.effective_at),
        "recorded": exact(row.recorded_at),
        "by": shown.who,
        "quantity": row.quantity,
        "details": " · ".join(part for part in details if part),
    }


@access.needs("see-evidence")
@require_safe
def evidence(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """One record."""
    return _record_page(request, _record(request, evidence_id), StrikeForm())


@access.needs("strike-evidence")
@require_POST
def evidence_strike(request: HttpRequest, evidence_id: UUID) -> HttpResponse:
    """Strike a record through: it stays readable and no longer counts."""
    row = _record(request, evidence_id)
    reach = access.request_reach(request, "strike-evidence")
    if not evidence_within(reach, Evidence.objects.filter(pk=row.pk)).exists():
        raise Http404
    form = StrikeForm(request.POST)
    if not form.is_valid():
        return _record_page(request, row, form, status=422)
    if hasattr(row, "strike"):
        messages.info(request, _("This record is struck through already."))
    else:
        reopened = list(row.closes.all())
        strike_evidence(row, by=access.user_of(request), at=clock.now(), reason=form.cleaned_data["reason"])
        messages.success(request, _("The record is struck through and no longer counts."))
        if reopened:
            numbers = _(", ").join(finding_number(finding) for finding in reopened)
            messages.warning(
                request, _("Open again, since this had closed it: %(numbers)s") % {"numbers": numbers}
            )
    return HttpResponseRedirect(reverse("evidence", args=[row.pk]))


def _record(request: HttpRequest, evidence_id: UUID) -> Evidence:
    row = one_record(access.request_reach(request, "see-evidence"), evidence_id)
    if row is None:
        raise Http404
    return row


def _record_page(request: HttpRequest, row: Evidence, form: StrikeForm, status: int = 200) -> HttpResponse:
    at = clock.now()
    known = words(at)
    shown = evidence_rows(request, [row], known)[0]
    scheme, rule = _rule_of(row, known)
    until = holds_until(row, scheme, rule)
    files = list(row.attachments.all())
    of_items = {photo for answer in row.answers.values() for photo in answer.get("photos", ())}
    subject = row.place or row.department
    may_strike = (
        shown.strike is None
        and evidence_within(
            access.request_reach(request, "strike-evidence"), Evidence.objects.filter(pk=row.pk)
        ).exists()
    )
    context = {
        "title": say(shown.title),
        "subtitle": name_of(subject),
        "crumbs": [(_("Evidence"), reverse("evidence-list"))],
        "row": row,
        "shown": shown,
        "facts": _facts(row, shown, scheme, rule),
        "until": until,
        "is_standing": rule is not None and isinstance(rule.cadence, Standing),
        "has_run_out": until is not None and until <= at,
        "answers": _answers(row, rule, files),
        "photos": [one for one in files if one.media_type in PHOTOS and str(one.pk) not in of_items],
        "documents": [one for one in files if one.media_type not in PHOTOS],
        "closes": list(row.closes.all()),
        "is_after_the_fact": row.recorded_at - row.effective_at >= LATE_RECORDING,
        "rule": rule,
        "subject_url": link("place" if row.place else "department", subject.code) if subject else "",
        "why_url": why_url(subject, row.scheme, rule.id) if subject and rule else "",
        "entries": _entries(request, row),
        "form": form,
        "may_strike": may_strike,
    }
    return page(request, "evidence/evidence.html", context, status=status)


def _facts(
    row: Evidence,
    shown: EvidenceRow,
    scheme: Scheme | None,
    rule: Rule | None,
) -> list[tuple[str, Any]]:
    """What the record states, as pairs; what it does not state is left out."""
    unit = say(unit_title(rule.quantity.unit, scheme)) if scheme and rule and rule.quantity else ""
    pairs: list[tuple[str, Any]] = [
        (_("Kind"), say(shown.kind)),
        (_("By"), shown.who),
        (_("Post"), name_of(row.post) if row.post else None),
        (_("Checkpoint"), f"{name_of(row.checkpoint)} · {row.checkpoint.code}" if row.checkpoint else None),
        (_("How many"), f"{row.quantity:,.10g} {unit}".strip() if row.quantity is not None else None),
        (_("Scheme"), say(scheme.title) if scheme else row.scheme),
        (_("Number of the record"), str(row.pk)),
    ]
    return [(term, value) for term, value in pairs if value]


def _answers(row: Evidence, rule: Rule | None, files: list[Attachment]) -> list[AnswerRow]:
    titles = {item.id: item.title for item in rule.items} if rule else {}
    if rule:
        titles.setdefault(rule.id, rule.title)
    photos = {str(one.pk): one for one in files}
    findings = {finding.item: finding for finding in row.findings.all()}
    rows = []
    for item, answer in row.answers.items():
        finding = findings.get(item)
        rows.append(
            AnswerRow(
                title=titles.get(item, item),
                passed=bool(answer.get("passed", True)),
                note=str(answer.get("note", "")),
                photos=tuple(photos[one] for one in answer.get("photos", ()) if one in photos),
                finding_url=reverse("finding", args=[finding.pk]) if finding else "",
                finding_number=finding_number(finding) if finding else "",
            )
        )
    return rows


def _rule_of(row: Evidence, known: Words) -> tuple[Scheme | None, Rule | None]:
    """The rule that a record answers; a re-inspection answers the rule of its finding."""
    name = row.rule.partition("#")[0]
    scheme = next((one for one in known.schemes if one.id == row.scheme), None)
    rule = next((one for one in scheme.rules if one.id == name), None) if scheme else None
    return scheme, rule


def _entries(request: HttpRequest, row: Evidence) -> list[dict[str, Any]]:
    names = Names(request)
    rows = Entry.objects.filter(subject_kind="evidence", subject_id=str(row.pk)).select_related("by")
    return [
        {
            "at": entry.at,
            "title": action_words(entry.action),
            "text": entry.reason,
            "by": names.of(entry.by, row.place),
            "icon": action_icon(entry.action),
            "tone": "warn" if entry.action == "strike-evidence" else "neutral",
        }
        for entry in rows.order_by("-at", "-id")
    ]


def _subject_of(row: Evidence) -> tuple[str, str]:
    subject = row.place or row.department
    if subject is None:
        return "", ""
    return name_of(subject), link("place" if row.place else "department", subject.code)


def wanted_evidence(form: EvidenceSearch) -> EvidenceFilter:
    """The filter that the fields state; a wrong field counts as empty and is said."""
    form.is_valid()
    values = form.cleaned_data
    zone = timezone.get_default_timezone()
    since, until = values.get("since"), values.get("until")
    return EvidenceFilter(
        place=values.get("place", ""),
        department=values.get("department", ""),
        text=values.get("q", "").strip(),
        rule=values.get("rule", ""),
        kind=values.get("kind", ""),
        start=datetime.combine(since, time(), zone) if since else None,
        end=datetime.combine(until + timedelta(days=1), time(), zone) if until else None,
        struck=values.get("struck", ""),
    )


addresses = [
    path("evidence/", evidence_list, name="evidence-list"),
    path("evidence/export.<str:form>", evidence_export, name="evidence-export"),
    *evidence_new.addresses,
    path("evidence/<uuid:evidence_id>/", evidence, name="evidence"),
    path("evidence/<uuid:evidence_id>/strike/", evidence_strike, name="evidence-strike"),
]
