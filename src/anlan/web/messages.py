"""Messages: what was sent to whom, what did not arrive, and what a person decides about it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages as notices
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions import messages_decisions as decisions
from anlan.links.list_sheets import Value
from anlan.models import Delivery, Message
from anlan.queries import messages as query
from anlan.queries.messages import MessageFilter
from anlan.web import access, clock
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools, selected
from anlan.web.messages_words import (
    ABOUT,
    CHANNELS,
    FAULTS,
    RECEIVERS,
    STATES,
    THROUGH,
    channel_words,
    state_words,
)
from anlan.web.shell import page
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of

COLUMNS = (
    Column("message", gettext_lazy("Message"), fixed=True),
    Column("receiver", gettext_lazy("Sent to"), fixed=True),
    Column("channel", gettext_lazy("Channel")),
    Column("state", gettext_lazy("State")),
    Column("tries", gettext_lazy("Attempts"), standard=False),
    Column("addressed", gettext_lazy("Addressed")),
    Column("sent", gettext_lazy("Sent"), standard=False),
)


class MessageSearch(forms.Form):
    """The filters, kept in the address."""

    q = forms.CharField(
        label=gettext_lazy("Search messages"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Receiver's code, or what it is about")}
        ),
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            ("asking", gettext_lazy("somebody has to decide")),
            *((state, words) for state, (words, _tone, _icon) in STATES.items()),
        ],
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        required=False,
        choices=[("", gettext_lazy("All")), *((name, words) for name, (words, _icon) in CHANNELS.items())],
    )
    mailing = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def wanted(self) -> MessageFilter:
        """The filter that the valid fields state."""
        self.is_valid()
        values = getattr(self, "cleaned_data", {})
        return MessageFilter(
            state=values.get("state", ""),
            channel=values.get("channel", ""),
            mailing=str(values.get("mailing") or ""),
            search=values.get("q", "").strip(),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A message in words."""

    message: Message
    title: str
    about: str
    receiver: str
    receiver_kind: str
    channel: str
    channel_icon: str
    state: str
    tone: str
    icon: str
    fault: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt in words."""

    row: Delivery
    through: str
    words: str
    tone: str


@access.needs("see-messages")
@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """The list: newest first, filtered by what stands in the address."""
    form = MessageSearch(request.GET)
    rows, after = query.page_of_messages(form.wanted(), after=request.GET.get("after", ""))
    counts = query.unsettled_counts()
    context = {
        "title": _("Messages"),
        "subtitle": _("What was sent to whom, and what did not arrive"),
        "filter": form,
        "rows": lines(request, rows),
        "next": after,
        "counts": counts,
        "asking": counts["dead"] + counts["uncertain"],
        "tools": list_tools(request, "messages", COLUMNS, exports="messages-export"),
    }
    return page(request, "messages/list.html", context, results="messages/_results.html")


@access.needs("see-messages")
@require_safe
def messages_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """The messages of the filter as a file, with the columns of the list and without addresses."""
    rows = selected(request, query.messages(MessageSearch(request.GET).wanted()), "pk")

    def cells(row: Message) -> dict[str, Value]:
        return {
            "message": row.text.title_zh,
            "receiver": f"{RECEIVERS.get(row.receiver_kind, row.receiver_kind)} {_shown_receiver(row)}",
            "channel": channel_words(row.channel),
            "state": state_words(row.state),
            "tries": row.tries,
            "addressed": exact(row.mailing.addressed_at),
            "sent": exact(row.sent_at) if row.sent_at else "",
        }

    return list_file(
        form, "messages", columns_of(request.GET, COLUMNS), rows.iterator(chunk_size=2000), cells
    )


@access.needs("see-messages")
@require_safe
def message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message: what it says, to whom, and every attempt at it."""
    row = _message(message_id)
    (line,) = lines(request, [row])
    context = {
        "title": line.title,
        "subtitle": line.about,
        "crumbs": [(_("Messages"), reverse("messages"))],
        "line": line,
        "message": row,
        "attempts": [_attempt(one) for one in query.attempts(row)],
        "round": query.counts_about(row.mailing.about_kind, row.mailing.about_id, number=row.mailing.number),
        "state_names": STATES,
        "may_settle": access.allowed(request, "settle-messages")
        and row.state in ("dead", "failed", "uncertain"),
    }
    return page(request, "messages/message.html", context)


@access.needs("settle-messages")
@require_POST
def message_settle(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send it again, give it up, or say that it arrived."""
    row = _message(message_id)
    acts = {
        "resend": (decisions.resend, _("It will be sent again at once.")),
        "give-up": (decisions.give_up, _("It will not be tried again.")),
        "confirm": (decisions.confirm_sent, _("It is kept as sent.")),
    }
    if request.POST.get("act") not in acts:
        raise Http404
    act, said = acts[request.POST["act"]]
    reason = request.POST.get("reason", "")[:500]
    if act([row.pk], by=access.user_of(request), at=clock.now(), reason=reason):
        notices.success(request, said)
    else:
        notices.info(request, _("Nothing was changed: the message is no longer in that state."))
    return HttpResponseRedirect(reverse("message", args=[row.pk]))


def lines(request: HttpRequest, rows: list[Message]) -> list[Line]:
    """Messages in words; the names of their receivers cost one read for each kind."""
    names = query.receivers(rows)
    english = request.LANGUAGE_CODE.startswith("en")
    found = []
    for row in rows:
        known = names.get((row.receiver_kind, row.receiver))
        words, tone, icon = STATES[row.state]
        channel, channel_icon = CHANNELS[row.channel]
        found.append(
            Line(
                message=row,
                title=(row.text.title_en if english else "") or row.text.title_zh,
                about=_about(row),
                receiver=_name(known) or _shown_receiver(row),
                receiver_kind=str(RECEIVERS.get(row.receiver_kind, row.receiver_kind)),
                channel=str(channel),
                channel_icon=channel_icon,
                state=str(words),
                tone=tone,
                icon=icon,
                fault=str(FAULTS.get(row.fault, row.fault)),
            )
        )
    return found


def _about(row: Message) -> str:
    kind = str(ABOUT.get(row.mailing.about_kind, row.mailing.about_kind))
    label = row.mailing.label.rstrip("。. ")
    words = f"{kind} {label}" if label else kind
    return _("%(about)s, round %(number)d") % {"about": words, "number": row.mailing.number}


def _name(known: Any) -> str:
    if known is None:
        return ""
    return name_of(known) if hasattr(known, "name_zh") else str(known)


def _shown_receiver(row: Message) -> str:
    """The receiver's code; a person who was erased is nobody any more."""
    return (
        _("erased") if row.mailing.erased_at and row.receiver_kind in ("person", "browser") else row.receiver
    )


def _attempt(row: Delivery) -> Attempt:
    words = {"sent": _("taken by the other side"), "": _("no word yet")}.get(row.result) or str(
        FAULTS.get(row.fault, row.fault)
    )
    tone = {"sent": "good", "": "info", "unknown": "violet"}.get(row.result, "warn")
    channel = channel_words(row.through)
    return Attempt(row, str(THROUGH.get(row.through, channel)), words, tone)


def _message(identifier: UUID) -> Message:
    row = query.message(identifier)
    if row is None:
        raise Http404
    return row


addresses = [
    path("messages/", messages, name="messages"),
    path("messages/export.<str:form>", messages_export, name="messages-export"),
    path("messages/<uuid:message_id>/", message, name="message"),
    path("messages/<uuid:message_id>/settle/", message_settle, name="message-settle"),
]
