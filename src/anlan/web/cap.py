"""CAP messages: what came in and went out, one message with its verdict, a file taken in, our certificate."""

from typing import Any, Final, cast
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.cap_keys import own_certificates, own_key, own_sender
from anlan.actions.cap_taking import take_cap
from anlan.links.cap.document import MOST_BYTES
from anlan.links.list_sheets import Value
from anlan.models import CapMessage
from anlan.queries.cap import (
    CapCounts,
    CapFilter,
    Seer,
    all_cap,
    cap_page,
    counts_of_cap,
    one_cap,
    related_cap,
)
from anlan.web import access, clock
from anlan.web.cap_words import SCOPES, SIGNATURES, STATUSES, TYPES, cap_row, problem_rows
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools, selected
from anlan.web.shell import page
from anlan.web.signal_words import signal_number
from anlan.web.templatetags.times import exact

COLUMNS: Final = (
    Column("message", gettext_lazy("Message"), fixed=True),
    Column("type", gettext_lazy("Kind")),
    Column("status", gettext_lazy("Status")),
    Column("outcome", gettext_lazy("Result of the check")),
    Column("signature", gettext_lazy("Signature")),
    Column("sender", gettext_lazy("Sender"), standard=False),
    Column("source", gettext_lazy("Came by"), standard=False),
    Column("sent", gettext_lazy("Sent"), standard=False),
    Column("at", gettext_lazy("Kept since")),
    Column("identifier", gettext_lazy("Identifier"), exported=True),
)
TABS: Final = (
    ("", gettext_lazy("All"), "all"),
    ("in", gettext_lazy("Came in"), "received"),
    ("out", gettext_lazy("Sent out"), "sent"),
    ("refused", gettext_lazy("Refused"), "refused"),
    ("remarks", gettext_lazy("With remarks"), "remarks"),
)
ALL: Final = ("", gettext_lazy("All"))


class CapSearch(forms.Form):
    """The filters, kept in the address."""

    q = forms.CharField(
        label=gettext_lazy("Search CAP messages"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Headline, sender or identifier")}
        ),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[ALL, *((key, words) for key, (words, _tone, _icon) in STATUSES.items())],
    )
    type = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=[ALL, *TYPES.items()])
    signature = forms.ChoiceField(
        label=gettext_lazy("Signature"),
        required=False,
        choices=[
            ALL,
            *((key, words) for key, (words, _tone, _icon) in SIGNATURES.items() if key != "trusted"),
        ],
    )
    state = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)
    subscription = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def wanted(self) -> CapFilter:
        """The filter that the valid fields state."""
        self.is_valid()
        values = getattr(self, "cleaned_data", {})
        return CapFilter(
            state=values.get("state", ""),
            status=values.get("status", ""),
            message_type=values.get("type", ""),
            signature=values.get("signature", ""),
            subscription=str(values.get("subscription") or ""),
            text=values.get("q", "").strip(),
        )


class CapFileForm(forms.Form):
    """A message as a file."""

    file = forms.FileField(
        label=gettext_lazy("CAP 1.2 message (.xml or .cap)"),
        max_length=200,
        help_text=gettext_lazy("At most 8 MB. It is checked at once, and kept with the verdict."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xml,.cap,application/cap+xml"}),
    )


@access.needs("see-warnings")
@require_safe
def cap(request: HttpRequest) -> HttpResponse:
    """Messages in and out, the latest first."""
    at, seer = clock.now(), seer_of(request)
    form = CapSearch(request.GET)
    wanted = form.wanted()
    rows, after = cap_page(seer, wanted, at, after=request.GET.get("after", "")[:80])
    context = {
        "title": _("CAP messages"),
        "subtitle": _("Warnings exchanged with other systems in the format of the Common Alerting Protocol"),
        "filter": form,
        "tabs": _tabs(request, counts_of_cap(seer, wanted, at), wanted.state),
        "tools": list_tools(request, "cap", COLUMNS, exports="cap-export"),
        "rows": [cap_row(row) for row in rows],
        "next": after,
        "upload": CapFileForm() if access.allowed(request, "report-signals") else None,
        "may_manage": access.allowed(request, "manage-settings"),
        "sender": own_sender(),
        "fingerprint": own_key(at=at).sha256,
        "feed": reverse("api:cap_feed"),
    }
    return page(request, "cap/list.html", context, results="cap/_results.html")


@access.needs("see-warnings")
@require_safe
def cap_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All messages of the filter as a file, with the columns of the list."""
    rows = all_cap(seer_of(request), CapSearch(request.GET).wanted(), clock.now())

    def cells(row: CapMessage) -> dict[str, Value]:
        shown = cap_row(row)
        return {
            "message": shown.title,
            "type": str(shown.type),
            "status": str(shown.status[0]) if shown.status else row.status,
            "outcome": str(shown.outcome[0]),
            "signature": str(shown.signature[0]),
            "sender": row.sender,
            "source": shown.source,
            "sent": exact(row.sent) if row.sent else "",
            "at": exact(row.at),
            "identifier": row.identifier,
        }

    chosen = columns_of(request.GET, COLUMNS)
    return list_file(form, "cap", chosen, selected(request, rows, "pk").iterator(chunk_size=400), cells)


@access.needs("report-signals")
@require_POST
def cap_take(request: HttpRequest) -> HttpResponse:
    """Take a file in; its page says what became of it."""
    form = CapFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose the file of a message first."))
        return HttpResponseRedirect(reverse("cap"))
    file = cast("UploadedFile[Any]", form.cleaned_data["file"])
    taken = take_cap(file.read(MOST_BYTES + 1), source="file", by=access.user_of(request), at=clock.now())
    if not taken.is_new:
        messages.info(request, _("This very message had come before; nothing new was made of it."))
    elif taken.message.outcome == "refused":
        messages.error(request, _("The message is refused. The reasons are kept with it."))
    else:
        messages.success(request, _("The message is accepted."))
    return HttpResponseRedirect(reverse("cap-message", args=[taken.message.pk]))


@access.needs("see-warnings", "report-signals")
@require_safe
def cap_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message: what it says, the verdict with reasons and remarks, its signature, what came of it."""
    at, seer = clock.now(), seer_of(request)
    row = _message(request, message_id)
    shown = cap_row(row)
    content = bytes(row.content)
    context = {
        "title": shown.title,
        "subtitle": f"{row.identifier[:80]} · {row.sender[:80]}" if row.identifier else "",
        "crumbs": [(_("CAP messages"), reverse("cap"))],
        "row": row,
        "shown": shown,
        "scope": SCOPES.get(row.scope, row.scope),
        "reasons": problem_rows(row, remarks=False),
        "remarks": problem_rows(row, remarks=True),
        "related": [cap_row(one) for one in related_cap(seer, row, at)],
        "signal_number": signal_number(row.signal) if row.signal else "",
        "sees_signal": row.signal is not None and access.allowed(request, "see-signals"),
        "sees_warning": row.notice is not None and access.allowed(request, "see-warnings"),
        "text": content[:SHOWN_BYTES].decode("utf-8", "replace"),
        "is_cut": len(content) > SHOWN_BYTES,
    }
    return page(request, "cap/message.html", context)


SHOWN_BYTES: Final = 20_000


@access.needs("see-warnings", "report-signals")
@require_safe
def cap_content(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """The bytes as they were written or came, to be kept as a file and never shown as a page."""
    row = _message(request, message_id)
    if row.erased_at is not None or not row.content:
        raise Http404
    response = HttpResponse(bytes(row.content), content_type="application/cap+xml")
    response.headers["Content-Disposition"] = f'attachment; filename="cap-{row.sha256[:12]}.xml"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@access.open_to_anybody
@require_safe
def cap_certificate(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (a view takes the request)
    """The certificates that verify our messages, the present one first; a certificate is no secret."""
    own_key(at=clock.now())
    parts = [
        f"# SHA-256 {one.fingerprint(hashes.SHA256()).hex(':').upper()}\n".encode()
        + one.public_bytes(Encoding.PEM)
        for one in own_certificates()
    ]
    response = HttpResponse(b"".join(parts), content_type="application/x-pem-file")
    response.headers["Content-Disposition"] = 'attachment; filename="anlan-cap.pem"'
    return response


def seer_of(request: HttpRequest) -> Seer:
    """Who looks, and how far."""
    return Seer(
        access.user_of(request),
        access.request_reach(request, "see-warnings"),
        access.request_reach(request, "see-signals"),
    )


def _message(request: HttpRequest, message_id: UUID) -> CapMessage:
    row = one_cap(seer_of(request), message_id, clock.now())
    if row is None:
        raise Http404
    return row


def _tabs(request: HttpRequest, counts: CapCounts, state: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    for name in ("after", "state"):
        query.pop(name, None)
    lead = f"{request.path}?{query.urlencode()}{'&' if query else ''}"
    return [
        {
            "label": str(label),
            "url": f"{lead}state={key}",
            "active": key == state,
            "count": getattr(counts, name),
        }
        for key, label, name in TABS
    ]


addresses = [
    path("cap/", cap, name="cap"),
    path("cap/export.<str:form>", cap_export, name="cap-export"),
    path("cap/take/", cap_take, name="cap-take"),
    path("cap/certificate.pem", cap_certificate, name="cap-certificate"),
    path("cap/<uuid:message_id>/", cap_message, name="cap-message"),
    path("cap/<uuid:message_id>/message.xml", cap_content, name="cap-content"),
]
