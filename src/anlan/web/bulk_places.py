"""Acts on a selection of places: another responsible department, and closing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from anlan.actions.register import close_place
from anlan.actions.responsibility import set_departments
from anlan.engine.access import Target
from anlan.models import Department, Place
from anlan.queries.place_index import PlaceIndex
from anlan.queries.reach import within
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.bulk import ROOMS, BulkAct, BulkRoom, BulkRow, bulk_page
from anlan.web.places import PlaceSearch
from anlan.web.templatetags.words import name_of


def reason_field() -> forms.CharField:
    """Why; the journal keeps it with every row."""
    return forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("One reason for all rows; the journal keeps it with each."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class DepartmentForm(forms.Form):
    """Which department, and why."""

    title: Any = gettext_lazy("Responsible department")

    def __init__(self, data: Any, _request: HttpRequest) -> None:
        super().__init__(data)
        self.fields["department"] = forms.ModelChoiceField(
            label=self.title,
            queryset=Department.objects.order_by("code"),
            to_field_name="code",
        )
        field: Any = self.fields["department"]
        field.label_from_instance = name_of
        self.fields["reason"] = reason_field()


class ReasonForm(forms.Form):
    """Why."""

    def __init__(self, data: Any, _request: HttpRequest) -> None:
        super().__init__(data)
        self.fields["reason"] = reason_field()


@access.needs("edit-places")
@require_POST
def places_bulk(request: HttpRequest) -> HttpResponse:
    """Do something with several places."""
    return bulk_page(request, "places")


def _keys(request: HttpRequest, query: QueryDict, limit: int) -> list[str]:
    at = clock.now()
    index = PlaceIndex(at, access.request_reach(request, "see-places"))
    found = index.found(PlaceSearch(query, words(at)).wanted())
    return [index.board.loaded.register.codes[int(number)] for number in found[:limit]]


def _rows(request: HttpRequest, act: BulkAct, keys: Sequence[str]) -> list[BulkRow]:
    codes = [key[:64] for key in keys]
    seen = within(access.request_reach(request, "see-places"), Place.objects.select_related("department"))
    places = {place.code: place for place in seen.filter(code__in=codes)}
    own = within(access.request_reach(request, act.needs), Place.objects.filter(code__in=codes))
    reached = set(own.values_list("code", flat=True))
    return [_row(code, places.get(code), code in reached) for code in codes]


def _row(code: str, place: Place | None, is_reached: bool) -> BulkRow:
    if place is None:
        return BulkRow(code, code, refusal=_("There is no such place within your reach."))
    note = f"{code} · {name_of(place.department)}" if place.department else code
    row = BulkRow(code, name_of(place), note, reverse("place", args=[code]), place)
    if not is_reached:
        row.refusal = _("Your grant does not allow this here.")
    elif place.closed_at is not None:
        row.refusal = _("This place is closed; its records stay as they are.")
    return row


def _set_department(
    request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime
) -> None:
    department: Department = values["department"]
    for row in rows:
        target = Target(row.subject.district_id or "", department.code, row.key)
        if not access.allowed(request, "edit-places", target):
            row.refusal = _("Your grant does not reach this district or department.")
        elif row.subject.department_id == department.pk:
            row.refusal = _("This department is responsible already.")
    wanted = {row.subject: department for row in rows if not row.refusal}
    set_departments(wanted, by=access.user_of(request), at=at, reason=values["reason"])


def _close(request: HttpRequest, rows: Sequence[BulkRow], values: dict[str, Any], at: datetime) -> None:
    for row in rows:
        close_place(row.subject, by=access.user_of(request), at=at, reason=values["reason"])


ROOMS["places"] = BulkRoom(
    url="places-bulk",
    title=gettext_lazy("Places"),
    acts=(
        BulkAct(
            id="department",
            words=gettext_lazy("Set the responsible department"),
            icon="building-bank",
            needs="edit-places",
            form=DepartmentForm,
            will=lambda count: (
                ngettext(
                    "%(count)d place gets another responsible department. What it owes and its records stay.",
                    "%(count)d places get another responsible department. What they owe and their records stay.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("gets the department chosen above"),
            said=lambda count: (
                ngettext(
                    "%(count)d place has its new department.",
                    "%(count)d places have their new department.",
                    count,
                )
                % {"count": count}
            ),
            run=_set_department,
            undo="places-department",
        ),
        BulkAct(
            id="close",
            words=gettext_lazy("Close the places"),
            icon="building-off",
            needs="edit-places",
            form=ReasonForm,
            will=lambda count: (
                ngettext(
                    "%(count)d place is closed for good: it owes nothing from now on, its records stay.",
                    "%(count)d places are closed for good: they owe nothing from now on, their records stay.",
                    count,
                )
                % {"count": count}
            ),
            each=gettext_lazy("is closed"),
            said=lambda count: (
                ngettext("%(count)d place is closed.", "%(count)d places are closed.", count)
                % {"count": count}
            ),
            run=_close,
        ),
    ),
    keys=_keys,
    rows=_rows,
)

addresses = [path("places/bulk/", places_bulk, name="places-bulk")]
