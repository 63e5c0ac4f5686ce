"""Acts on a selection of signals: dismiss them, or link them to another that reports the same."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from anlan.actions.signals import LinkedToItselfError, SignalTriagedError, dismiss_signal, link_signal
from anlan.models import Signal
from anlan.queries.signals import RELATED, SignalFilter, all_signals, heads_within, signals_within
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.bulk_findings import ids_of
from anlan.web.evidence_forms import NOTE_HINT
from anlan.web.signal_forms import SignalSearch
from anlan.web.signal_words import signal_row

_TRIAGED = gettext_lazy("Somebody has triaged this signal already.")


class ReasonForm(forms.Form):
    """One reason for all rows."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=NOTE_HINT,
        widget=forms.Textarea(attrs={"rows": 3, "data-free-text": ""}),
    )

    def __init__(self, data: Any, _request: HttpRequest) -> None:
        super().__init__(data)


class OtherForm(ReasonForm):
    """The signal that all rows report, and why."""

    field_order = ("other", "reason")

    def __init__(self, data: Any, request: HttpRequest) -> None:
        super().__init__(data, request)
        known = words(clock.now())
        heads = heads_within(access.request_reach(request, "triage-signals"), access.user_of(request))
        self.heads = {str(row.pk): row for row in heads}
        rows = [signal_row(row, known) for row in heads]
        self.fields["other"] = forms.ChoiceField(
            label=_("The other signal"),
            choices=[
                ("", _("Choose the signal")),
                *(
                    (str(row.signal.pk), f"{row.number} · {row.where} · {row.title or row.kind}")
                    for row in rows
                ),
            ],
        )
        self.order_fields(self.field_order)

    def clean_other(self) -> Signal:
        return self.heads[self.cleaned_data["other"]]


@access.needs("triage-signals")
@sensitive_post_parameters("reason")
@require_POST
def signals_bulk(request: HttpRequest) -> HttpResponse:
    """Triage several signals with one reason."""
    return bulk_page(request, "signals")


def _wanted(query: QueryDict) -> SignalFilter:
    return SignalSearch(query, words(clock.now())).wanted()


def _keys(request: HttpRequest, query: QueryDict, limit: int) -> list[str]:
    reach = access.request_reach(request, "see-signals")
    rows = all_signals(reach, access.user_of(request), _wanted(query)).values_list("pk", flat=True)
    return [str(key) for key in rows[:limit]]


def _rows(request: HttpRequest, act: BulkAct, keys: Sequence[str]) -> list[BulkRow]:
    ids, user, known = ids_of(keys), access.user_of(request), words(clock.now())
    wanted = Signal.objects.select_related(*RELATED).filter(pk__in=[one for one in ids.values() if one])
    seen = {row.pk: row for row in signals_within(access.request_reach(request, "see-signals"), user, wanted)}
    reach = access.request_reach(request, act.needs)
    reached = (
        set() if reach.nowhere else set(signals_within(reach, user, wanted).values_list("pk", flat=True))
    )
    rows = []
    for key, identifier in ids.items():
        signal = seen.get(identifier) if identifier else None
        if signal is None:
            rows.append(BulkRow(key, key, refusal=_("There is no such signal within your reach.")))
            continue
        shown = signal_row(signal, known)
        note = f"{shown.number} · {shown.where} · {shown.source}"
        row = BulkRow(key, shown.title or shown.kind, note, reverse("signal", args=[signal.pk]), signal)
        if signal.pk not in reached:
            row.refusal = _("Your grant does not allow this here.")
        elif signal.outcome:
            row.refusal = str(_TRIAGED)
        rows.append(row)
    return rows


def _dismiss(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
    by = access.user_of(request)
    for row in rows:
        try:
            dismiss_signal(row.subject, reason=values["reason"], by=by, at=at)
        except SignalTriagedError:
            row.refusal = str(_TRIAGED)


def _link(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
    by = access.user_of(request)
    for row in rows:
        try:
            link_signal(row.subject, values["other"], reason=values["reason"], by=by, at=at)
        except SignalTriagedError:
            row.refusal = str(_TRIAGED)
        except LinkedToItselfError:
            row.refusal = _("This is the signal that the others are linked to.")


ROOMS["signals"] = BulkRoom(
    url="signals-bulk",
    title=gettext_lazy("Signals"),
    acts=(
        BulkAct(
            id="dismiss",
            words=gettext_lazy("Dismiss"),
            icon="ban",
            needs="triage-signals",
            form=ReasonForm,
            will=lambda count: (
                ngettext(
                    "%(count)d signal is dismissed: nothing follows from it. The triage can be taken back.",
                    "%(count)d signals are dismissed: nothing follows from them. Each triage can be taken back.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("is dismissed"),
            said=lambda count: (
                ngettext("%(count)d signal is dismissed.", "%(count)d signals are dismissed.", count)
                % {"count": count}
            ),
            run=_dismiss,
            leads_back=True,
        ),
        BulkAct(
            id="link",
            words=gettext_lazy("Link to another"),
            icon="link",
            needs="triage-signals",
            form=OtherForm,
            will=lambda count: (
                ngettext(
                    "%(count)d signal reports the same as the one chosen. The triage can be taken back.",
                    "%(count)d signals report the same as the one chosen. Each triage can be taken back.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("is linked to the signal chosen above"),
            said=lambda count: (
                ngettext("%(count)d signal is linked.", "%(count)d signals are linked.", count)
                % {"count": count}
            ),
            run=_link,
            leads_back=True,
        ),
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [path("signals/bulk/", signals_bulk, name="signals-bulk")]
