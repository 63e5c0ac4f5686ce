"""Settling several marked records of patrols with one verdict and one reason."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anlan.actions.patrol_review import accept_visit, note_visit, refuse_visit
from anlan.models import Place, Visit
from anlan.queries.patrol_cases import to_review, whole_cases
from anlan.web import access
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.bulk_findings import ids_of
from anlan.web.patrol_app.words import FLAG_WORDS
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of

Verdict = Literal["note", "accept", "refuse"]


class WordsForm(forms.Form):
    """What was found out, the same for all."""

    def __init__(self, data: Any, _request: HttpRequest) -> None:
        super().__init__(data)
        self.fields["words"] = forms.CharField(
            label=_("What you found out"),
            max_length=300,
            help_text=_("One reason for all rows; the journal keeps it with each."),
            widget=forms.Textarea(attrs={"rows": 2}),
        )


@access.needs("review-patrols")
@require_POST
def place_visits_review(request: HttpRequest, code: str) -> HttpResponse:
    """Settle several records of a place at once."""
    access.place_or_404(request, code, "review-patrols")
    return bulk_page(request, "place-patrol-review", code)


def _place(request: HttpRequest) -> Place:
    if request.resolver_match is None:
        raise Http404
    return access.place_or_404(request, request.resolver_match.kwargs["code"], "review-patrols")


def _keys(request: HttpRequest, _query: QueryDict, limit: int) -> list[str]:
    return [str(key) for key in to_review(_place(request)).values_list("pk", flat=True)[:limit]]


def _rows(request: HttpRequest, act: BulkAct, keys: Sequence[str]) -> list[BulkRow]:
    place = _place(request)
    ids = ids_of(whole_cases(place, keys))
    rows = Visit.objects.filter(walk__place=place, pk__in=[one for one in ids.values() if one])
    related = ("walk__place", "walk__beat__post", "checkpoint", "code")
    found = {visit.pk: visit for visit in rows.select_related(*related)}
    return [_row(key, found.get(one) if one else None, act, place) for key, one in ids.items()]


def _row(key: str, visit: Visit | None, act: BulkAct, place: Place) -> BulkRow:
    if visit is None:
        return BulkRow(key, key, refusal=_("There is no such record within your reach."))
    name = name_of(visit.checkpoint) if visit.checkpoint else _("Checkpoint not known")
    marks = _(", ").join(str(FLAG_WORDS[flag]) for flag in visit.flags if flag in FLAG_WORDS)
    row = BulkRow(
        key,
        name,
        f"{exact(visit.effective_at)} · {visit.walk.alias} · {marks}",
        reverse("place-walk", args=[place.code, visit.walk_id]),
        visit,
    )
    if visit.reviewed_at is not None:
        row.refusal = _("Somebody has looked at this record already.")
    elif act.id != "note" and visit.kind != "scan":
        row.refusal = _("Nothing was scanned here; it can only be looked at.")
    elif act.id == "accept" and visit.checkpoint is None:
        row.refusal = _("Its code does not tell the checkpoint: settle it by itself and say which it was.")
    return row


def _settle(verdict: Verdict) -> Callable[[HttpRequest, Sequence[BulkRow], dict[str, Any], datetime], None]:
    do = {"note": note_visit, "accept": accept_visit, "refuse": refuse_visit}[verdict]

    def run(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
        for row in rows:
            do(row.subject, words=values["words"], by=access.user_of(request), at=at)

    return run


def _said(count: int) -> str:
    return ngettext("%(count)d record is settled.", "%(count)d records are settled.", count) % {
        "count": count
    }


ROOMS["place-patrol-review"] = BulkRoom(
    url="place-visits-review",
    title=gettext_lazy("Review"),
    acts=(
        BulkAct(
            id="note",
            words=gettext_lazy("Looked at, stays as it is"),
            icon="eye-check",
            needs="review-patrols",
            form=WordsForm,
            will=lambda count: (
                ngettext(
                    "%(count)d record was looked at: it leaves this list, and what it counts for stays as it is.",
                    "%(count)d records were looked at: they leave this list, and what they count for stays as it is.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("stays as it is"),
            said=_said,
            run=_settle("note"),
            leads_back=True,
        ),
        BulkAct(
            id="accept",
            words=gettext_lazy("Counts: the visit was made"),
            icon="circle-check",
            needs="review-patrols",
            form=WordsForm,
            will=lambda count: (
                ngettext(
                    "%(count)d scan counts as evidence from the time it was made.",
                    "%(count)d scans count as evidence from the times they were made.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("counts"),
            said=_said,
            run=_settle("accept"),
            leads_back=True,
        ),
        BulkAct(
            id="refuse",
            words=gettext_lazy("Does not count: strike it through"),
            icon="strikethrough",
            needs="review-patrols",
            form=WordsForm,
            will=lambda count: (
                ngettext(
                    "%(count)d scan is struck through: it stays readable and no longer counts.",
                    "%(count)d scans are struck through: they stay readable and no longer count.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("does not count"),
            said=_said,
            run=_settle("refuse"),
        ),
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [
    path("places/<str:code>/patrols/review/selected/", place_visits_review, name="place-visits-review")
]
