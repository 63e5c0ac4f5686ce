"""Channels of messages: which this installation has, a test to oneself, and the sink that shows what is not sent."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.messages_decisions import send_test
from anlan.actions.messages_sending import note_of
from anlan.engine import messages as rules
from anlan.links.notify import Note
from anlan.links.notify_settings import FILE, ChannelFile
from anlan.queries import messages as query
from anlan.queries.message_channels import channel_file, sink_by_default
from anlan.queries.messages import MessageFilter
from anlan.web import access, clock
from anlan.web.messages import Line, lines
from anlan.web.messages_words import CHANNELS
from anlan.web.shell import page

LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """A channel as the page shows it."""

    id: str
    name: str
    icon: str
    is_ready: bool
    where: str
    names: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What would have gone out."""

    line: Line
    note: Note


class TestForm(forms.Form):
    """By which channel, and where to."""

    channel = forms.ChoiceField(label=gettext_lazy("Channel"))
    to = forms.CharField(
        label=gettext_lazy("To"),
        max_length=200,
        help_text=gettext_lazy(
            "Your own e-mail address or number; for robots and webhooks the name in the file."
        ),
    )

    def __init__(self, data: QueryDict | None, channels: list[ChannelRow], **given: Any) -> None:
        super().__init__(data, **given)
        field = self.fields["channel"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(row.id, row.name) for row in channels if row.is_ready and row.id != "webpush"]


@access.needs("see-messages")
@require_safe
def message_channels(request: HttpRequest) -> HttpResponse:
    """Which channels there are."""
    return _page(request)


@access.needs("manage-settings")
@require_POST
def message_test(request: HttpRequest) -> HttpResponse:
    """A test message to oneself."""
    form = TestForm(request.POST, _rows(channel_file()))
    if not form.is_valid():
        return _page(request, form, status=422)
    row = send_test(**form.cleaned_data, by=access.user_of(request), at=clock.now())
    notices.success(request, _("The test message waits for the worker. This page shows what becomes of it."))
    return HttpResponseRedirect(reverse("message", args=[row.pk]))


@access.needs("see-messages")
@require_safe
def message_sink(request: HttpRequest) -> HttpResponse:
    """What the sink was given: every message as its receiver would have read it."""
    rows, after = query.page_of_messages(MessageFilter(through="sink"), after=request.GET.get("after", ""))
    context = {
        "title": _("What would have gone out"),
        "subtitle": _("The sink takes every message and sends none"),
        "crumbs": [(_("Messages"), reverse("messages"))],
        "shown": [
            Shown(line, note_of(line.message, at=line.message.sent_at or clock.now()))
            for line in lines(request, rows)
        ],
        "next": after,
    }
    return page(request, "messages/sink.html", context, results="messages/_sink.html")


def _page(request: HttpRequest, form: TestForm | None = None, *, status: int = 200) -> HttpResponse:
    found = channel_file()
    rows = _rows(found)
    user = access.user_of(request)
    context = {
        "title": _("Channels"),
        "subtitle": _("By which ways this installation can send messages"),
        "only_here": settings.ADDRESS if urlsplit(settings.ADDRESS).hostname in LOOPBACK else "",
        "crumbs": [(_("Messages"), reverse("messages"))],
        "channels": rows,
        "problems": found.problems,
        "file": FILE,
        "sink": _is_sink(found),
        "may_test": access.allowed(request, "manage-settings") and any(row.is_ready for row in rows),
        "form": form or TestForm(None, rows, initial={"to": user.email}),
        "at": clock.now(),
        "oldest": query.oldest_due(clock.now()),
    }
    return page(request, "messages/channels.html", context, status=status)


def _rows(found: ChannelFile) -> list[ChannelRow]:
    sink = _is_sink(found)
    return [
        ChannelRow(
            id=name,
            name=str(CHANNELS[name][0]),
            icon=CHANNELS[name][1],
            is_ready=sink or name in found.makers,
            where=found.where.get(name, ""),
            names=", ".join(found.names.get(name, ())),
        )
        for name in rules.CHANNELS
    ]


def _is_sink(found: ChannelFile) -> bool:
    return found.sink if found.sink is not None else sink_by_default()


addresses = [
    path("messages/channels/", message_channels, name="message-channels"),
    path("messages/channels/test/", message_test, name="message-test"),
    path("messages/sink/", message_sink, name="message-sink"),
]
