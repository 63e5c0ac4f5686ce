"""Standing a warning down: first a page that says what falls back; and how long its places were raised this year."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.engine.warnings import end_of, state_at
from anlan.queries.raised_days import raised_days_at
from anlan.queries.standing_down import falling_back
from anlan.queries.vocabulary import words
from anlan.queries.warnings_shown import codes_of, codes_reached
from anlan.web import access, clock
from anlan.web.shell import page
from anlan.web.warnings import notice_or_404
from anlan.web.warnings_preview import preview_context
from anlan.web.warnings_rows import may_issue_at, warning_row
from anlan.web.warnings_words import OBSTACLES


@access.needs("issue-warnings")
@require_safe
def warning_stand_down(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """What standing down would change, and the reason that it takes; nothing is changed by looking."""
    at = clock.now()
    notice = notice_or_404(request, warning_id, "issue-warnings", at)
    if not may_issue_at(request, codes_of(notice, at)):
        raise PermissionDenied
    if state_at(notice, at) not in ("coming", "in-force"):
        messages.error(request, str(OBSTACLES["not-in-force"]))
        return HttpResponseRedirect(reverse("warning", args=[notice.pk]))
    known, falling = words(at), falling_back(notice, at)
    context = {
        "title": _("Stand down"),
        "subtitle": _("The level falls back at once, with this moment and your reason on record."),
        "crumbs": [(_("Warnings"), reverse("warnings")), (str(notice), reverse("warning", args=[notice.pk]))],
        "notice": notice,
        "row": warning_row(notice, known, at),
        "falling": falling,
        "normal": next((count for level, count in falling.levels if level == "normal"), 0),
        "held": [(level, count) for level, count in falling.levels if level != "normal"],
        **preview_context(falling.preview, known),
    }
    return page(request, "warnings/stand_down.html", context)


@access.needs("see-warnings")
@require_safe
def warning_raised_days(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """How many days of the year the places of a warning were at a raised level, up to its end."""
    at = clock.now()
    notice = notice_or_404(request, warning_id, "see-warnings", at)
    until = min(at, end_of(notice)) if notice.issued_at else at
    codes = codes_of(notice, at)
    reached = codes_reached(access.request_reach(request, "see-warnings"))
    seen = codes if reached is None else [code for code in codes if code in reached]
    year = timezone.localtime(until).year
    return render(request, "warnings/_raised_days.html", {"fatigue": raised_days_at(seen, year, until)})


addresses = [
    path("warnings/<uuid:warning_id>/stand-down/", warning_stand_down, name="warning-stand-down"),
    path("warnings/<uuid:warning_id>/raised-days/", warning_raised_days, name="warning-raised-days"),
]
