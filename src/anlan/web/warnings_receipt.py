"""The page that a place's receiver opens from a message without signing in: what, until when, what to do now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from anlan.actions.warnings import acknowledge
from anlan.engine.derivation import derive_from, facts_of, posture_of
from anlan.engine.owed import Duty
from anlan.engine.policy import Level, Text
from anlan.engine.warnings import clocks_at, end_of, state_at, strictest
from anlan.models import Acknowledgement, Place, WarningNotice
from anlan.queries.duties import basis
from anlan.queries.subjects import place_subject
from anlan.queries.vocabulary import words
from anlan.queries.warning_links import is_dead, receipt_address, receipt_read
from anlan.queries.warnings_shown import codes_of
from anlan.web import clock
from anlan.web.access import open_to_anybody
from anlan.web.warnings_words import issuer_of, matters_of, measures_of

MOST_A_MINUTE: Final = 60
"""How often one link may be opened in a minute, and how often one address may try links that are none."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A duty that the level changes at the place, in words."""

    title: Text
    before: Text | None
    after: Text


@csrf_exempt
@open_to_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def warning_receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Opening records nothing; one press acknowledges. The token alone decides, so no cookie is asked for."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return _answered(request, token)
    with translation.override(_browser_language(request)):
        return _answered(request, token)


def _answered(request: HttpRequest, token: str) -> HttpResponse:
    at = clock.now()
    read = receipt_read(token)
    if _is_too_often(token if read else request.META.get("REMOTE_ADDR", ""), at):
        return _page(request, "busy", _("One moment"), status=429)
    notice = WarningNotice.objects.filter(pk=read[0]).first() if read else None
    place = Place.objects.filter(pk=read[1]).first() if read else None
    if notice is None or place is None:
        return _page(request, "unknown", _("This link is not known"), status=404)
    if is_dead(notice, at):
        return _page(request, "dead", _("This link is over"), status=410)
    newer = WarningNotice.objects.filter(replaces=notice, issued_at__isnull=False).first()
    state = state_at(notice, at, replaced=newer is not None)
    is_over = state not in ("coming", "in-force")
    if request.method == "POST":
        if not is_over:
            acknowledge(notice, place, way="link", by=None, at=at)
        return HttpResponseRedirect(request.path)
    assert notice.issued_at is not None
    context: dict[str, Any] = {
        "notice": notice,
        "place": place,
        "warning_state": state,
        "is_over": is_over,
        "ended": end_of(notice),
        "newer": _newer_address(newer, place, at),
        "taken": Acknowledgement.objects.filter(warning=notice, place=place).first(),
        "deadline": clocks_at(basis(), notice.issued_at).deadline(
            cast("Level", notice.level), notice.issued_at
        ),
        "matters": matters_of(notice),
        "measures": measures_of(notice),
        "issuer": issuer_of(notice),
        "duties": [] if is_over else _changed(notice, place, at),
    }
    return _page(request, "shown", _("Warning %(number)s") % {"number": notice}, **context)


def _page(request: HttpRequest, state: str, title: str, *, status: int = 200, **context: Any) -> HttpResponse:
    response = render(
        request,
        "warnings/receipt.html",
        {"title": title, "subtitle": "", "state": state, **context},
        status=status,
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _changed(notice: WarningNotice, place: Place, at: datetime) -> list[Changed]:
    """The duties of the place as the level asks them, beside those of a normal day."""
    subject, works_by = place_subject(place), basis()
    facts = facts_of(subject, at)
    if facts is None:
        return []
    level = strictest((posture_of(subject, at), cast("Level", notice.level)))
    normal, raised = (
        {duty.id: duty for duty in derive_from(subject, facts, one, works_by, at).duties if duty.owed}
        for one in _both(level)
    )
    found = []
    for name, duty in raised.items():
        before, after = _asked(normal.get(name)), _asked(duty)
        if after is not None and after != before:
            found.append(Changed(duty.rule.title, before, after))
    return found


def _both(level: Level) -> tuple[Level, Level]:
    return "normal", level


def _asked(duty: Duty | None) -> Text | None:
    """How often and how much a duty asks."""
    if duty is None:
        return None
    often, scheme = duty.cadence_text(), duty.scheme
    if duty.quantity is None:
        return often
    known = next((one.terms.get("units", {}) for one in words(clock.now()).schemes if one.id == scheme), {})
    unit = known[duty.unit].title if duty.unit in known else Text(duty.unit, duty.unit)
    return Text(f"{often.zh} · {duty.quantity:g} {unit.zh}", f"{often.en} · {duty.quantity:g} {unit.en}")


def _newer_address(newer: WarningNotice | None, place: Place, at: datetime) -> str:
    if newer is None or place.code not in set(codes_of(newer, at)):
        return ""
    return receipt_address(newer, place)


def _is_too_often(who: str, at: datetime) -> bool:
    key = f"warning-receipt:{who[:200]}:{int(at.timestamp()) // 60}"
    cache.add(key, 0, 90)
    return int(cache.incr(key)) > MOST_A_MINUTE


def _browser_language(request: HttpRequest) -> str:
    """The browser's first language among ours; the switch, once used, wins."""
    return get_language_from_request(request)


addresses = [path("w/<str:token>/", warning_receipt, name="warning-receipt")]
