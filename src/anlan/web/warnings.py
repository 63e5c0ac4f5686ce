"""Warnings: those in force, drafts and past ones; one warning with its steps and who has taken note."""

from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.warnings import (
    WarningRefusedError,
    acknowledge,
    confirm_warning,
    end_warning,
    issue_as_emergency,
    propose_warning,
    ratify_warning,
    withdraw_draft,
)
from anlan.engine.access import Action
from anlan.engine.warnings import clocks_at
from anlan.models import User, WarningNotice
from anlan.queries.duties import basis
from anlan.queries.vocabulary import Words, words
from anlan.queries.warning_receipts import issued_codes
from anlan.queries.warning_signals import signals_of
from anlan.queries.warnings import notices
from anlan.queries.warnings_shown import codes_of, codes_reached, outside, with_acknowledged
from anlan.web import access, clock
from anlan.web.people_words import Names
from anlan.web.shell import page
from anlan.web.signal_words import SignalRow, signal_row
from anlan.web.warnings_receipts import receipts_context, receipts_file, way_of
from anlan.web.warnings_rows import may_issue_at, warning_row
from anlan.web.warnings_words import (
    OBSTACLES,
    area_words,
    issuer_of,
    matters_of,
    measures_of,
)


@access.needs("see-warnings")
@require_safe
def warning(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """One warning: what it states, what can be done with it, and who has taken note."""
    at = clock.now()
    notice = notice_or_404(request, warning_id, "see-warnings", at)
    context = _context(request, notice, at)
    return page(request, "warnings/warning.html", context)


@access.needs("see-warnings")
@require_safe
def warning_live(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """State and receipts, asked for every few seconds; 304 while nothing changed."""
    at = clock.now()
    notice = notice_or_404(request, warning_id, "see-warnings", at)
    inside = render_to_string("warnings/_live.html", _context(request, notice, at), request)
    steady = "".join(line for line in inside.splitlines() if "csrfmiddlewaretoken" not in line)
    tag = f'"{sha256(steady.encode()).hexdigest()[:24]}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    return HttpResponse(inside, headers={"ETag": tag})


@access.needs("see-warnings")
@require_safe
def warning_receipts_file(request: HttpRequest, warning_id: UUID) -> HttpResponseBase:
    """The receipts that the page shows, all of them, as a file."""
    at = clock.now()
    return receipts_file(request, notice_or_404(request, warning_id, "see-warnings", at), at)


def _emergency(notice: WarningNotice, *, reason: str, by: User, at: datetime) -> WarningNotice:
    return issue_as_emergency(notice, reason=reason, by=by, at=at)


ACTS: Final[dict[str, tuple[Callable[..., WarningNotice], bool, Any]]] = {
    "propose": (propose_warning, False, gettext_lazy("Done. Below is how the warning stands now.")),
    "confirm": (confirm_warning, False, gettext_lazy("Confirmed: the warning is issued.")),
    "emergency": (
        _emergency,
        True,
        gettext_lazy("Issued as an emergency. It ends unless it is ratified in time."),
    ),
    "ratify": (ratify_warning, False, gettext_lazy("Ratified.")),
    "end": (end_warning, True, gettext_lazy("Stood down. The level falls back at once.")),
    "withdraw": (withdraw_draft, False, gettext_lazy("The draft is withdrawn.")),
}
"""The steps of a warning: the action, whether it takes a reason, and what is said when it is done."""


@access.needs("issue-warnings")
@require_POST
def warning_act(request: HttpRequest, warning_id: UUID, act: str) -> HttpResponse:
    """Take one step of a warning; a step that it cannot take is said in words and changes nothing."""
    at = clock.now()
    if act not in ACTS:
        raise Http404
    notice = notice_or_404(request, warning_id, "issue-warnings", at)
    if act != "withdraw" and not may_issue_at(request, codes_of(notice, at)):
        raise PermissionDenied
    action, takes_reason, done = ACTS[act]
    reason = {"reason": request.POST.get("reason", "").strip()[:500]} if takes_reason else {}
    back = HttpResponseRedirect(reverse("warning", args=[notice.pk]))
    try:
        action(notice, by=access.user_of(request), at=at, **reason)
    except WarningRefusedError as refused:
        messages.error(request, str(OBSTACLES[refused.obstacle]))
        return back
    messages.success(request, str(done))
    return back


@access.needs("see-warnings")
@require_POST
def warning_acknowledge(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """Record that a place has taken note: told by phone by those who issue, or by its own people."""
    at = clock.now()
    notice = notice_or_404(request, warning_id, "see-warnings", at)
    place = access.place_or_404(request, request.POST.get("place", ""), "see-warnings")
    way = way_of(request, place)
    if not way or notice.issued_at is None or place.code not in issued_codes(notice, at):
        raise PermissionDenied
    acknowledge(notice, place, way=way, by=access.user_of(request), at=at)
    messages.success(request, _("Recorded that %(place)s has taken note.") % {"place": place})
    return HttpResponseRedirect(reverse("warning", args=[notice.pk]) + "#receipts")


def notice_or_404(request: HttpRequest, warning_id: UUID, action: Action, at: datetime) -> WarningNotice:
    """A warning that bears on the asker's places; to issue, every place has to be. Drafts are the issuers'."""
    notice = with_acknowledged(notices(at)).filter(pk=warning_id).first()
    if notice is None:
        raise Http404
    if notice.issued_at is None and not access.allowed(request, "issue-warnings"):
        raise Http404
    reached = codes_reached(access.request_reach(request, action))
    if reached is None:
        return notice
    codes = issued_codes(notice, at)
    own = notice.issued_at is None and notice.drafted_by == request.user
    if action == "issue-warnings" and outside(codes, reached) and not own:
        raise Http404
    if not own and outside(codes, reached) == len(codes):
        raise Http404
    return notice


def _context(request: HttpRequest, notice: WarningNotice, at: datetime) -> dict[str, Any]:
    known = words(at)
    row = warning_row(notice, known, at)
    codes = issued_codes(notice, at)
    may_issue = may_issue_at(request, codes)
    runs = row.state in ("coming", "in-force")
    clocks = clocks_at(basis(), at)
    user = request.user
    update = WarningNotice.objects.filter(replaces=notice, withdrawn_at=None).first()
    receipts = receipts_context(request, notice, at, may_issue=may_issue, runs=runs)
    return {
        **receipts,
        "title": _("Warning %(number)s") % {"number": notice} if notice.number else _("Draft of a warning"),
        "subtitle": "",
        "crumbs": [(_("Warnings"), reverse("warnings"))],
        "row": row,
        "notice": notice,
        "area": area_words(notice.area, notice.tiers, known),
        "matters": matters_of(notice),
        "measures": measures_of(notice),
        "issuer": issuer_of(notice),
        "runs": runs,
        "people": _people(request, notice),
        "may_issue": may_issue,
        "emergency_at": notice.proposed_at + clocks.second_person if notice.proposed_at else None,
        "ratification": clocks.ratification,
        "is_same_person": user.pk in (notice.proposed_by_id, notice.drafted_by_id),
        "ends_soon": row.ends_soon,
        "update": update,
        "is_partial": receipts["told"].places < len(codes),
        "signals": _signals(request, notice, known),
    }


def _signals(request: HttpRequest, notice: WarningNotice, known: Words) -> list[SignalRow]:
    """The reports behind a warning, as far as the asker may read them."""
    if not access.allowed(request, "see-signals"):
        return []
    reach = access.request_reach(request, "see-signals")
    return [signal_row(one, known) for one in signals_of(reach, access.user_of(request), notice)]


def _people(request: HttpRequest, notice: WarningNotice) -> list[dict[str, Any]]:
    """Who did what when, in order."""
    names = Names(request)
    emergency = notice.ratify_by is not None
    steps: list[tuple[datetime | None, User | None, Any, str, str]] = [
        (notice.drafted_at, notice.drafted_by, _("Drafted"), "file-alert", ""),
        (notice.proposed_at, notice.proposed_by, _("Proposed"), "send", ""),
        (notice.confirmed_at, notice.confirmed_by, _("Confirmed as the second person"), "checks", ""),
        (
            notice.issued_at,
            notice.confirmed_by or notice.proposed_by,
            _("Issued as an emergency, without a second person") if emergency else _("Issued"),
            "speakerphone",
            "",
        ),
        (notice.ratified_at, notice.ratified_by, _("Ratified"), "checks", ""),
        (notice.withdrawn_at, None, _("Withdrawn"), "file-off", ""),
        (notice.ended_at, notice.ended_by, _("Ended"), "circle-check", notice.end_reason),
    ]
    return [
        {"at": at, "title": title, "by": names.of(by) if by else "", "icon": icon, "text": text}
        for at, by, title, icon, text in steps
        if at is not None
    ]


addresses = [
    path("warnings/<uuid:warning_id>/", warning, name="warning"),
    path("warnings/<uuid:warning_id>/live/", warning_live, name="warning-live"),
    path("warnings/<uuid:warning_id>/receipts.csv", warning_receipts_file, name="warning-receipts-file"),
    path("warnings/<uuid:warning_id>/acknowledge/", warning_acknowledge, name="warning-acknowledge"),
    path("warnings/<uuid:warning_id>/steps/<slug:act>/", warning_act, name="warning-act"),
]
