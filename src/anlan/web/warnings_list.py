"""The list of warnings with its filters and files, and the strip of what is in force, for the board."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from anlan.engine.policy import LEVELS
from anlan.links.list_sheets import Value
from anlan.models import District, PostureChange, WarningNotice
from anlan.queries.contact_tests import dead_places
from anlan.queries.sensitive_periods import next_period
from anlan.queries.vocabulary import Words, words
from anlan.queries.warning_receipts import receipts_of
from anlan.queries.warnings import notices
from anlan.queries.warnings_listed import STATES, WarningFilter, warnings_listed, warnings_page
from anlan.queries.warnings_shown import codes_reached
from anlan.web import access, clock
from anlan.web.day_fields import day_field
from anlan.web.evidence_forms import end_of_day
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools
from anlan.web.moments import read_moment
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.templatetags.looks import POSTURES
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of, say
from anlan.web.warnings_rows import WarningRow, warning_row
from anlan.web.warnings_words import CATEGORIES

TABS: Final[tuple[tuple[str, Any, str], ...]] = (
    ("now", gettext_lazy("Warning in force"), "speakerphone"),
    ("open", gettext_lazy("Drafts and waiting"), "file-alert"),
    ("past", gettext_lazy("Past"), "history"),
    ("any", gettext_lazy("All"), "list"),
)
COLUMNS = (
    Column("number", gettext_lazy("Number"), exported=True),
    Column("level", gettext_lazy("Level"), exported=True),
    Column("warning", gettext_lazy("Warning"), fixed=True),
    Column("category", gettext_lazy("Category"), standard=False),
    Column("state", gettext_lazy("State")),
    Column("area", gettext_lazy("Area covered")),
    Column("places", gettext_lazy("Places"), exported=True),
    Column("acknowledged", gettext_lazy("Acknowledged")),
    Column("period", gettext_lazy("From, until")),
    Column("issuer", gettext_lazy("Issuer"), standard=False),
    Column("drafted", gettext_lazy("Drafted"), standard=False),
    Column("ended", gettext_lazy("Why it ended"), standard=False),
)
MOST_IN_STRIP = 20


class WarningSearch(forms.Form):
    """The filters of the list, kept in the address."""

    more = ("since", "until")

    q = forms.CharField(
        label=gettext_lazy("Search by number or words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        required=False,
        choices=[
            ("", gettext_lazy("Any level")),
            *((level, POSTURES[level].words) for level in reversed(LEVELS[1:])),
        ],
    )
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        required=False,
        choices=[("", gettext_lazy("Any category")), *CATEGORIES.items()],
    )
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    since = day_field(gettext_lazy("In force from"))
    until = day_field(gettext_lazy("In force until"))
    state = forms.ChoiceField(
        choices=[(state, state) for state in STATES], required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["district"].choices = [
            ("", _("All districts")),
            *((row.code, name_of(row)) for row in District.objects.order_by("code")),
        ]

    def wanted(self, *, may_issue: bool) -> WarningFilter:
        """The filter that the fields state; a wrong field counts as empty. Drafts are the issuers'."""
        self.is_valid()
        values = self.cleaned_data
        since, until = values.get("since"), values.get("until")
        state = values.get("state") or "now"
        return WarningFilter(
            state="now" if state == "open" and not may_issue else state,
            level=values.get("level", ""),
            category=values.get("category", ""),
            district=values.get("district", ""),
            text=values.get("q", "").strip(),
            start=read_moment(f"{since}T00:00") if since else None,
            end=end_of_day(until) if until else None,
        )


@dataclass(frozen=True, slots=True)
class StripRow:
    """A warning on the board, and at how many of its places nobody can be reached."""

    row: WarningRow
    unreachable: int


@access.needs("see-warnings")
@require_safe
def warnings(request: HttpRequest) -> HttpResponse:
    """The warnings that bear on what the asker may see."""
    at = clock.now()
    may_issue = access.allowed(request, "issue-warnings")
    form = WarningSearch(request.GET)
    wanted = form.wanted(may_issue=may_issue)
    reached, known = codes_reached(access.request_reach(request, "see-warnings")), words(at)
    after = request.GET.get("after", "")[:80]
    found, following = warnings_page(wanted, reached, at, drafts=may_issue, after=after)
    context = {
        "title": _("Warnings"),
        "subtitle": "",
        "crumbs": [],
        "filter": form,
        "is_filtered": any(value for name, value in request.GET.items() if name not in ("state", "columns")),
        "tab": wanted.state,
        "tabs": _tabs(request, wanted.state, at, may_issue=may_issue),
        "tools": list_tools(request, "warnings", COLUMNS, exports="warnings-export"),
        "rows": [warning_row(notice, known, at) for notice in found],
        "next": following,
        "may_issue": may_issue,
        "ending": _ending(request, at) if may_issue else [],
        "period": next_period(at, reached),
    }
    return page(request, "warnings/list.html", context, results="warnings/_results.html")


@access.needs("see-warnings")
@require_safe
def warnings_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All warnings of the filter as a file, with the columns of the list."""
    at = clock.now()
    may_issue = access.allowed(request, "issue-warnings")
    wanted = WarningSearch(request.GET).wanted(may_issue=may_issue)
    reached, known = codes_reached(access.request_reach(request, "see-warnings")), words(at)
    names = Names(request)

    def cells(notice: WarningNotice) -> dict[str, Value]:
        row = warning_row(notice, known, at)
        return {
            "number": str(notice),
            "level": str(POSTURES[notice.level].words),
            "warning": say(row.matters),
            "category": str(row.category),
            "state": str(row.badge[0]),
            "area": row.area,
            "places": notice.place_count,
            "acknowledged": row.acknowledged if notice.issued_at else None,
            "period": f"{exact(notice.start) if notice.start else ''} – {exact(row.end)}",
            "issuer": say(row.issuer),
            "drafted": f"{exact(notice.drafted_at)} {names.of(notice.drafted_by) if notice.drafted_by else ''}",
            "ended": notice.end_reason,
        }

    rows = warnings_listed(wanted, reached, at, drafts=may_issue)
    return list_file(form, "warnings", columns_of(request.GET, COLUMNS), rows, cells)


@access.needs("see-warnings")
@require_safe
def warnings_strip(request: HttpRequest) -> HttpResponse:
    """What is in force and what comes next, for the board; 304 while nothing changed."""
    inside = render_to_string("warnings/_strip.html", strip_of(request, clock.now()), request)
    tag = f'"{sha256(inside.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(inside, headers={"ETag": tag})


def strip_of(request: HttpRequest, at: datetime) -> dict[str, Any]:
    """The warnings in force within reach, those of them that end soon, and the next sensitive period."""
    if not access.allowed(request, "see-warnings"):
        return {}
    reached, known = codes_reached(access.request_reach(request, "see-warnings")), words(at)
    found, _more = warnings_page(WarningFilter(), reached, at, drafts=False)
    period: PostureChange | None = next_period(at, reached)
    return {
        "running": [_strip_row(notice, reached, known, at) for notice in found[:MOST_IN_STRIP]],
        "ending": _ending(request, at) if access.allowed(request, "issue-warnings") else [],
        "period": period,
        **_unreached(request, reached),
    }


def _strip_row(
    notice: WarningNotice, reached: Collection[str] | None, known: Words, at: datetime
) -> StripRow:
    lost = receipts_of(notice, at, reached=reached, limit=0).unreachable if notice.issued_at else 0
    return StripRow(warning_row(notice, known, at), lost)


def _unreached(request: HttpRequest, reached: Collection[str] | None) -> dict[str, Any]:
    """At how many places the last test of addresses did not reach somebody, for those who may see the test."""
    if not access.allowed(request, "see-messages"):
        return {"unreached": 0}
    dead = dead_places()
    many = len(dead if reached is None else dead.intersection(reached))
    return {"unreached": many, "unreached_url": reverse("contact-tests") + "?show=dead"}


def _ending(request: HttpRequest, at: datetime) -> list[WarningRow]:
    """The warnings of the asker's reach that are to be extended now, or end by themselves."""
    reached, known = codes_reached(access.request_reach(request, "issue-warnings")), words(at)
    found, _more = warnings_page(WarningFilter(), reached, at, drafts=False)
    rows = [warning_row(notice, known, at) for notice in found]
    return [row for row in rows if row.ends_soon and not row.unratified]


def _tabs(request: HttpRequest, current: str, at: datetime, *, may_issue: bool) -> list[dict[str, Any]]:
    everywhere = access.request_reach(request, "see-warnings").everywhere
    query = request.GET.copy()
    for name in ("after", "state"):
        query.pop(name, None)
    lead = f"{reverse('warnings')}?{query.urlencode()}{'&' if query else ''}"
    return [
        {
            "label": label,
            "url": f"{lead}state={key}",
            "active": key == current,
            "icon": icon,
            "count": notices(at, state=key).count() if everywhere and key in ("now", "open") else None,
        }
        for key, label, icon in TABS
        if key != "open" or may_issue
    ]


addresses = [
    path("warnings/", warnings, name="warnings"),
    path("warnings/export.<str:form>", warnings_export, name="warnings-export"),
    path("warnings/strip/", warnings_strip, name="warnings-strip"),
]
