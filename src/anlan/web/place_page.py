"""The page of one place: what it owes today and why, its evidence, its file and its history."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.engine.policy import Text
from anlan.models import PostureChange
from anlan.queries.contact_tests import dead_places
from anlan.queries.place_points import points_of
from anlan.queries.place_records import (
    checkpoints_of,
    documents_of,
    entries_about,
    evidence_about,
    fact_history,
    facts_on,
    findings_at,
    occurrences_at,
    postures_at,
    waivers_of,
)
from anlan.web import access
from anlan.web.card_words import POINTS
from anlan.web.journal_words import action_icon, action_words
from anlan.web.people_words import Names
from anlan.web.place_frame import Seen, frame, seen
from anlan.web.place_words import counts_by_state, duty_rows, fact_words, link, unclear
from anlan.web.record_words import evidence_rows, rule_title
from anlan.web.shell import page
from anlan.web.templatetags.words import name_of


@access.needs("see-places")
@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """What the place owes, in what state, and what to do about it."""
    view = seen(request, access.place_or_404(request, code, "see-places"))
    context = frame(request, view, "duties")
    rows, weaker = duty_rows(
        view.account, view.place, view.schemes, may_record=context["may_record"] and view.moments.is_now
    )
    context |= {
        "rows": rows,
        "weaker": weaker,
        "counts": counts_by_state(rows),
        "unclear": unclear(view.account.derived, view.schemes, view.words, view.place),
        "several": len(view.schemes) > 1,
        "none_adopted": not view.schemes,
        "contact": _contact(request, view),
    }
    return page(request, "places/duties.html", context)


@access.needs("see-evidence")
@require_safe
def place_evidence(request: HttpRequest, code: str) -> HttpResponse:
    """What was recorded about the place, what was found wrong, and from what it is excused."""
    view = seen(request, access.place_or_404(request, code, "see-evidence"))
    known_at = view.moments.known_at
    duty = _duty_asked(request)
    found, after = evidence_about(
        view.place, known_at=known_at, duty=duty, after=request.GET.get("after", "")[:80]
    )
    findings = (
        findings_at(view.place, known_at) if access.allowed(request, "see-findings", view.place) else []
    )
    context = frame(request, view, "evidence") | {
        "evidence": evidence_rows(request, found, view.words),
        "next": after,
        "duty": rule_title(view.words, *duty) if duty else None,
        "findings": [(finding, link("finding", finding.pk)) for finding in findings],
        "waivers": [
            (waiver, rule_title(view.words, waiver.scheme, waiver.rule), _is_running(view, waiver))
            for waiver in waivers_of(view.place)
        ],
        "all_findings": link("findings"),
    }
    return page(request, "places/evidence.html", context)


@access.needs("see-places")
@require_safe
def place_file(request: HttpRequest, code: str) -> HttpResponse:
    """The place's file: its facts, zones, posts, checkpoints, what happened to it, its documents."""
    view = seen(request, access.place_or_404(request, code, "see-places"))
    facts = facts_on(view.place, view.moments.at, view.moments.known_at)
    shown = [
        (view.words.fact(fact), fact_words(fact, row.value, view.words), row)
        for fact, row in facts.items()
        if row.value is not None
    ]
    missing = [
        view.words.fact(fact)
        for fact in ("area_m2", "daily_visitors", "peak_present")
        if fact not in facts or facts[fact].value is None
    ]
    context = frame(request, view, "file") | {
        "facts": shown,
        "missing": missing,
        "contact": _contact(request, view),
        "zones": view.place.zones.order_by("code"),
        "posts": view.place.posts.order_by("code"),
        "checkpoints": checkpoints_of(view.place),
        "points": [
            (row, *POINTS[row.kind], Text(row.note_zh, row.note_en or row.note_zh))
            for row in points_of(view.place)
        ],
        "occurrences": [
            (row, view.words.events[row.kind].title if row.kind in view.words.events else row.kind)
            for row in occurrences_at(view.place)
        ],
        "documents": [(row, link("attachment", row.pk)) for row in documents_of(view.place)]
        if access.allowed(request, "see-evidence", view.place)
        else None,
    }
    return page(request, "places/file.html", context)


@access.needs("see-evidence")
@require_safe
def place_history(request: HttpRequest, code: str) -> HttpResponse:
    """How the place came to be as it is: every version of every fact, raised levels, the journal."""
    view = seen(request, access.place_or_404(request, code, "see-evidence"))
    names = Names(request)
    history = [
        (
            view.words.fact(each.fact),
            [
                (fact_words(each.fact, row.value, view.words), row, names.of(row.by, view.place))
                for row in each.versions
            ],
        )
        for each in fact_history(view.place, view.moments.known_at)
    ]
    entries = (
        [
            {
                "at": entry.at,
                "title": action_words(entry.action),
                "text": entry.reason,
                "by": names.of(entry.by, view.place),
                "icon": action_icon(entry.action),
            }
            for entry in entries_about(view.place)
        ]
        if access.allowed(request, "see-journal", view.place)
        else None
    )
    context = frame(request, view, "history") | {
        "history": history,
        "postures": [(row, _of_whom(row)) for row in postures_at(view.place)],
        "entries": entries,
        "journal_url": link("journal"),
    }
    return page(request, "places/history.html", context)


def _contact(request: HttpRequest, view: Seen) -> list[tuple[Any, Any]]:
    """Who runs the place and who is warned; empty values show that nobody has said."""
    place = view.place
    rows: list[tuple[Any, Any]] = [
        (_("Operator"), name_of(place.operator) if place.operator else ""),
        (_("Responsible department"), name_of(place.department) if place.department else ""),
        (_("Opening hours"), place.hours),
    ]
    if access.allowed(request, "see-receivers", place):
        parts = (place.receiver_post, place.receiver_name, place.receiver_phone, place.receiver_email)
        said = " · ".join(part for part in parts if part)
        if place.code in dead_places([place.code]):
            said += " · " + _("not reached in the last test")
        rows.append((_("Receiver of warnings"), said))
        parts = (place.deputy_post, place.deputy_name, place.deputy_phone, place.deputy_email)
        rows.append((_("Deputy receiver"), " · ".join(part for part in parts if part)))
    return rows


def _duty_asked(request: HttpRequest) -> tuple[str, str] | None:
    scheme, _slash, rule = request.GET.get("duty", "").partition("/")
    return (scheme[:64], rule[:64]) if scheme and rule else None


def _is_running(view: Seen, waiver: Any) -> bool:
    return waiver.withdrawn_at is None and waiver.end > view.moments.now


def _of_whom(row: PostureChange) -> str:
    if row.warning is not None:
        return _("the area of warning %(number)s") % {"number": row.warning}
    if row.period is not None:
        return _("the area of the sensitive period %(name)s") % {"name": name_of(row.period)}
    if row.place is not None:
        return _("this place")
    return name_of(row.district) if row.district is not None else _("the whole city")


addresses = [
    path("places/<str:code>/", place, name="place"),
    path("places/<str:code>/evidence/", place_evidence, name="place-evidence"),
    path("places/<str:code>/file/", place_file, name="place-file"),
    path("places/<str:code>/history/", place_history, name="place-history"),
]
