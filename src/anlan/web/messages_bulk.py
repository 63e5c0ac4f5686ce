"""Acts on a selection of messages: send them again, give them up, say that they arrived."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anlan.actions import messages_decisions as decisions
from anlan.models import Message
from anlan.queries import messages as query
from anlan.web import access
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.bulk_findings import ids_of
from anlan.web.messages import MessageSearch, lines

OPEN = {
    "resend": ("dead", "failed", "uncertain"),
    "give-up": ("failed", "uncertain"),
    "confirm": ("uncertain",),
}


class ReasonForm(forms.Form):
    """Why, for the journal."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=500, required=False)

    def __init__(self, data: Any, _request: HttpRequest) -> None:
        super().__init__(data)


@access.needs("settle-messages")
@require_POST
def messages_bulk(request: HttpRequest) -> HttpResponse:
    """Decide about several messages."""
    return bulk_page(request, "messages")


def _keys(_request: HttpRequest, asked: QueryDict, limit: int) -> list[str]:
    rows = query.messages(MessageSearch(asked).wanted()).values_list("pk", flat=True)
    return [str(key) for key in rows[:limit]]


def _rows(request: HttpRequest, act: BulkAct, keys: Sequence[str]) -> list[BulkRow]:
    ids = ids_of(keys)
    wanted = Message.objects.select_related("mailing", "text")
    found = list(wanted.filter(pk__in=[one for one in ids.values() if one]))
    shown = {line.message.pk: line for line in lines(request, found)}
    rows = []
    for key, identifier in ids.items():
        line = shown.get(identifier) if identifier else None
        if line is None:
            rows.append(BulkRow(key, key, refusal=_("There is no such message.")))
            continue
        note = f"{line.receiver} · {line.channel} · {line.state}"
        row = BulkRow(key, line.title, note, reverse("message", args=[line.message.pk]), line.message)
        if line.message.state not in OPEN[act.id]:
            row.refusal = _("In its present state there is nothing to decide.")
        elif act.id == "resend" and not line.message.address:
            row.refusal = _("There is no usable address.")
        rows.append(row)
    return rows


def _run(
    decide: Callable[..., int],
) -> Callable[[HttpRequest, Sequence[BulkRow], dict[str, Any], datetime], None]:
    def run(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
        keys: list[UUID] = [row.subject.pk for row in rows]
        decide(keys, by=access.user_of(request), at=at, reason=values["reason"])

    return run


ROOMS["messages"] = BulkRoom(
    url="messages-bulk",
    title=gettext_lazy("Messages"),
    acts=(
        BulkAct(
            id="resend",
            words=gettext_lazy("Send again"),
            icon="send",
            needs="settle-messages",
            form=ReasonForm,
            will=lambda count: (
                ngettext(
                    "%(count)d message is sent again at once. One that had arrived arrives a second time.",
                    "%(count)d messages are sent again at once. Those that had arrived arrive a second time.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("is sent again"),
            said=lambda count: (
                ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
                % {"count": count}
            ),
            run=_run(decisions.resend),
        ),
        BulkAct(
            id="give-up",
            words=gettext_lazy("Give up"),
            icon="mail-off",
            needs="settle-messages",
            form=ReasonForm,
            will=lambda count: (
                ngettext(
                    "%(count)d message is not tried again.", "%(count)d messages are not tried again.", count
                )
                % {"count": count}
            ),
            each=gettext_lazy("is not tried again"),
            said=lambda count: (
                ngettext("%(count)d message is given up.", "%(count)d messages are given up.", count)
                % {"count": count}
            ),
            run=_run(decisions.give_up),
        ),
        BulkAct(
            id="confirm",
            words=gettext_lazy("They arrived"),
            icon="mail-check",
            needs="settle-messages",
            form=ReasonForm,
            will=lambda count: (
                ngettext(
                    "%(count)d uncertain message is kept as sent.",
                    "%(count)d uncertain messages are kept as sent.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("is kept as sent"),
            said=lambda count: (
                ngettext("%(count)d message is kept as sent.", "%(count)d messages are kept as sent.", count)
                % {"count": count}
            ),
            run=_run(decisions.confirm_sent),
        ),
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [path("messages/bulk/", messages_bulk, name="messages-bulk")]
