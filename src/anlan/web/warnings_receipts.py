"""Who has taken note of a warning: the counts, the places behind each of them, the steps taken, and a file of all."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anlan.engine.warning_turns import PARTIES
from anlan.links.list_sheets import Value, list_csv
from anlan.models import Place, WarningNotice, WarningStep
from anlan.queries.warning_receipts import Receipt, Receipts, Show, receipts_of, steps_of
from anlan.queries.warnings_shown import codes_reached
from anlan.web import access
from anlan.web.people_words import Names
from anlan.web.templatetags.times import figure
from anlan.web.templatetags.words import name_of
from anlan.web.warnings_words import TURNS, WAYS, Said

SHOWS: Final[tuple[tuple[Show, Any], ...]] = (
    ("all", gettext_lazy("All")),
    ("late", gettext_lazy("Late to acknowledge")),
    ("waiting", gettext_lazy("Waiting")),
    ("unreachable", gettext_lazy("Cannot be reached")),
    ("acknowledged", gettext_lazy("Acknowledged")),
)
SHOWN = 100
MORE_SHOWN = 1000
MOST_IN_A_FILE = 200_000


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """How far a place is with a warning, in words; the phone only for those who may see receivers."""

    receipt: Receipt
    turn: Said
    way: Said
    by: str
    shows_receiver: bool
    may_tell: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of telling in words."""

    at: datetime
    title: Said
    text: str


def receipts_context(
    request: HttpRequest, notice: WarningNotice, at: datetime, *, may_issue: bool, runs: bool
) -> dict[str, Any]:
    """What the receipts part of the page shows."""
    show = _show(request)
    limit = MORE_SHOWN if request.GET.get("more") else SHOWN
    reached = codes_reached(access.request_reach(request, "see-warnings"))
    far = receipts_of(notice, at, reached=reached, show=show, limit=limit)
    query = f"?show={show}" + ("&more=1" if limit == MORE_SHOWN else "")
    page = reverse("warning", args=[notice.pk])
    return {
        "told": far,
        "receipts": [_row(request, one, may_issue=may_issue, runs=runs) for one in far.rows],
        "show": show,
        "shows": _shows(page, show, far),
        "links": {key: f"{page}?show={key}#receipts" for key, _label in SHOWS},
        "more_url": f"?show={show}&more=1#receipts",
        "live_url": reverse("warning-live", args=[notice.pk]) + query,
        "file_url": reverse("warning-receipts-file", args=[notice.pk]) + query,
        "steps": _steps(notice) if may_issue else [],
    }


def receipts_file(request: HttpRequest, notice: WarningNotice, at: datetime) -> HttpResponseBase:
    """Every place of the list that is shown, as a file; who receives it only for those who may see receivers."""
    reached = codes_reached(access.request_reach(request, "see-warnings"))
    show = _show(request)
    far = receipts_of(notice, at, reached=reached, show=show, limit=MOST_IN_A_FILE)
    titles = [
        _("Code"), _("Place"), _("District"), _("How far"), _("Whose turn"), _("At"), _("How"),
        _("Receiver"), _("Telephone"), _("Deputy receiver"), _("Telephone"),
    ]  # fmt: skip
    everywhere = access.allowed(request, "see-receivers")
    rows = [
        _cells(one, everywhere or access.allowed(request, "see-receivers", one.place)) for one in far.rows
    ]
    answer = StreamingHttpResponse(list_csv(titles, rows), content_type="text/csv; charset=utf-8")
    name = quote(f"{notice}-{show}.csv")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return answer


def way_of(request: HttpRequest, place: Place) -> str:
    """How somebody who presses the button says that a place has taken note; empty for those who may not."""
    if access.allowed(request, "issue-warnings", place):
        return "told"
    return "page" if access.allowed(request, "record-evidence", place) else ""


def _show(request: HttpRequest) -> Show:
    shows = {key: key for key, _label in SHOWS}
    return shows.get(cast("Show", request.GET.get("show")), "all")


def _cells(one: Receipt, shows_receiver: bool) -> list[Value]:
    place, taken = one.place, one.acknowledged
    people = (
        [place.receiver_name or place.receiver_post, place.receiver_phone,
         place.deputy_name or place.deputy_post, place.deputy_phone]
        if shows_receiver
        else [""] * 4
    )  # fmt: skip
    return [
        place.code, name_of(place), name_of(place.district) if place.district else "", state_of(one),
        "" if taken or one.turn is None else str(TURNS[one.turn]), taken.at.isoformat() if taken else None,
        str(WAYS.get(taken.way, "")) if taken else "", *people,
    ]  # fmt: skip


def state_of(one: Receipt) -> str:
    """How far a place is, in words."""
    if one.acknowledged:
        return _("Acknowledged")
    if one.is_unreachable:
        return _("Cannot be reached")
    return _("Late to acknowledge") if one.is_late else _("Waiting")


def _shows(page: str, current: str, far: Receipts) -> list[dict[str, Any]]:
    counts = {
        "all": far.places,
        "acknowledged": far.acknowledged,
        "late": far.late,
        "waiting": far.waiting,
        "unreachable": far.unreachable,
    }
    return [
        {
            "label": label,
            "url": f"{page}?show={key}#receipts",
            "active": key == current,
            "count": counts[key],
        }
        for key, label in SHOWS
    ]


def _row(request: HttpRequest, receipt: Receipt, *, may_issue: bool, runs: bool) -> ReceiptRow:
    taken = receipt.acknowledged
    return ReceiptRow(
        receipt=receipt,
        turn=TURNS[receipt.turn] if receipt.turn else _("nobody further can be told"),
        way=WAYS.get(taken.way, "") if taken else "",
        by=Names(request).of(taken.by, receipt.place) if taken and taken.by else "",
        shows_receiver=access.allowed(request, "see-receivers", receipt.place),
        may_tell=runs and taken is None and (may_issue or bool(way_of(request, receipt.place))),
    )


def _steps(notice: WarningNotice) -> list[StepRow]:
    """What was done to tell people, the latest first."""
    return [StepRow(row.at, _step_title(row), _step_text(row)) for row in reversed(steps_of(notice))]


def _step_title(row: WarningStep) -> str:
    if row.step == WarningStep.OVER:
        return _("The end was told")
    if row.step == 0:
        return _("Receivers were told")
    many = {"n": figure(row.open)}
    return ngettext("%(n)s place late", "%(n)s places late", row.open) % many


def _step_text(row: WarningStep) -> str:
    if row.step == WarningStep.OVER:
        count = {"told": figure(row.told.get("over", 0)), "back": figure(row.told.get("withdrawn", 0))}
        return _("%(told)s messages; %(back)s unsent ones taken back") % count
    parts = [f"{TURNS[party]} {figure(row.told[party])}" for party in PARTIES if row.told.get(party)]
    if row.nobody and row.step == 0:
        many = {"n": figure(row.nobody)}
        parts.append(_("at %(n)s places nobody can be reached by message") % many)
    return " · ".join(parts) or _("nobody further could be told: call them")
