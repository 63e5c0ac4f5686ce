"""Acts on a selection of people: another last day, and closing their accounts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anlan.actions import accounts
from anlan.actions.accounts import LastAdministratorError
from anlan.queries.people import found_people
from anlan.web import access, clock
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.bulk_places import ReasonForm
from anlan.web.day_fields import day_field
from anlan.web.people import people_shown, wanted_people
from anlan.web.people_forms import PeopleSearch


class LastDayForm(forms.Form):
    """The last day on which the accounts open anything."""

    def __init__(self, data: Any, _request: HttpRequest) -> None:
        super().__init__(data)
        self.fields["expires_on"] = day_field(
            _("Last day"), _("After this day the accounts open nothing. Empty: no last day.")
        )

    def clean_expires_on(self) -> Any:
        day = self.cleaned_data["expires_on"]
        if day is not None and day < clock.today():
            raise forms.ValidationError(_("This day is over. To end access at once, close the accounts."))
        return day


@access.needs("manage-people")
@require_POST
def people_bulk(request: HttpRequest) -> HttpResponse:
    """Do something with several accounts."""
    return bulk_page(request, "people")


def _keys(request: HttpRequest, query: QueryDict, limit: int) -> list[str]:
    rows = found_people(people_shown(request), wanted_people(PeopleSearch(query)), clock.now())
    return [str(name) for name in rows.values_list("username", flat=True)[:limit]]


def _rows(request: HttpRequest, act: BulkAct, keys: Sequence[str]) -> list[BulkRow]:
    names = [key[:64] for key in keys]
    seen = {user.username: user for user in people_shown(request).filter(username__in=names)}
    me = access.user_of(request).pk
    rows = []
    for name in names:
        user = seen.get(name)
        if user is None:
            rows.append(BulkRow(name, name, refusal=_("There is no such person within your reach.")))
            continue
        row = BulkRow(name, user.name or name, name, reverse("person", args=[name]), user)
        if not user.is_active:
            row.refusal = _("This account is closed.")
        elif act.id == "close" and user.pk == me:
            row.refusal = _("This is your own account.")
        rows.append(row)
    return rows


def _set_last_day(
    request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime
) -> None:
    for row in rows:
        if row.subject.expires_on == values["expires_on"]:
            row.refusal = _("This is the last day already.")
        else:
            accounts.change_person(row.subject, values, by=access.user_of(request), at=at)


def _close(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
    for row in rows:
        try:
            accounts.deactivate(row.subject, by=access.user_of(request), at=at, reason=values["reason"])
        except LastAdministratorError:
            row.refusal = _("This is the last administrator. Grant the role to somebody else first.")


ROOMS["people"] = BulkRoom(
    url="people-bulk",
    title=gettext_lazy("People and roles"),
    acts=(
        BulkAct(
            id="last-day",
            words=gettext_lazy("Set the last day"),
            icon="calendar-due",
            needs="manage-people",
            form=LastDayForm,
            will=lambda count: (
                ngettext(
                    "%(count)d account gets another last day; its roles stay.",
                    "%(count)d accounts get another last day; their roles stay.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("gets the last day stated above"),
            said=lambda count: (
                ngettext(
                    "%(count)d account has its new last day.",
                    "%(count)d accounts have their new last day.",
                    count,
                )
                % {"count": count}
            ),
            run=_set_last_day,
            undo="people-last-day",
        ),
        BulkAct(
            id="close",
            words=gettext_lazy("Close the accounts"),
            icon="user-off",
            needs="manage-people",
            form=ReasonForm,
            will=lambda count: (
                ngettext(
                    "%(count)d account is closed: its sessions, tokens and devices end at once; "
                    "what was recorded stays.",
                    "%(count)d accounts are closed: their sessions, tokens and devices end at once; "
                    "what was recorded stays.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("is closed"),
            said=lambda count: (
                ngettext("%(count)d account is closed.", "%(count)d accounts are closed.", count)
                % {"count": count}
            ),
            run=_close,
        ),
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [path("people/bulk/", people_bulk, name="people-bulk")]
