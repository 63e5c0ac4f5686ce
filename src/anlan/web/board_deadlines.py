"""The list of all duties that fall due within the next hours."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from anlan.queries.board_deadlines import falling_page
from anlan.web import clock
from anlan.web.access import needs, request_reach
from anlan.web.board_filter import BoardFilter, asked
from anlan.web.shell import page

HOURS = (1, 4, 8, 12, 24, 72, 168)
USUAL = 4


class DeadlineFilter(BoardFilter):
    """Also how far ahead to look."""

    hours = forms.ChoiceField(label=gettext_lazy("Within"), required=False)
    field_order = ("hours", "district", "scheme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["hours"].choices = [
            ("" if hours == USUAL else str(hours), _hours_words(hours)) for hours in HOURS
        ]

    def ahead(self) -> int:
        """The hours asked for; the usual where none or nonsense is in the address."""
        self.is_valid()
        return int(self.cleaned_data.get("hours") or USUAL)


@needs("see-board")
@require_safe
def board_deadlines(request: HttpRequest) -> HttpResponse:
    """Every duty whose deadline comes within the next hours, soonest first."""
    form = DeadlineFilter(request.GET)
    chosen, hours = form.chosen(), form.ahead()
    found = falling_page(
        clock.now(),
        request_reach(request, "see-board"),
        hours=hours,
        after=request.GET.get("after", "")[:240],
        **chosen,
    )
    context = {
        "title": _("Falls due"),
        "subtitle": _("Duties whose window or proof ends soon, soonest first"),
        "crumbs": [(_("Board"), reverse("board") + asked(chosen))],
        "filter": form,
        "rows": found.rows,
        "next": found.next,
        "total": found.total,
        "hours": hours,
    }
    return page(request, "board/deadlines.html", context, results="board/_deadlines.html")


def _hours_words(hours: int) -> str:
    if hours > 24:
        return ngettext("the next %(count)d day", "the next %(count)d days", hours // 24) % {
            "count": hours // 24
        }
    return ngettext("the next %(count)d hour", "the next %(count)d hours", hours) % {"count": hours}


addresses = [path("board/deadlines/", board_deadlines, name="board-deadlines")]
