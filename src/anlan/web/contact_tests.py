"""Tests of addresses: begin one, see what became of each address, and the button that a receiver presses."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from anlan.actions.contact_tests import HeldBackError, answer_test, start_test
from anlan.models import ContactTest, Place
from anlan.queries import contact_tests as query
from anlan.web import access, clock
from anlan.web.messages_words import CHANNELS, RECEIVERS
from anlan.web.shell import page
from anlan.web.templatetags.times import figure

LISTED: Final = 100
TESTS: Final = 12
RESULTS: Final[dict[str, tuple[str | Promise, str, str]]] = {
    "dead": (gettext_lazy("Did not arrive"), "bad", "mail-off"),
    "sent": (gettext_lazy("Sent, not confirmed"), "info", "mail"),
    "waiting": (gettext_lazy("On its way"), "neutral", "clock"),
    "confirmed": (gettext_lazy("Confirmed"), "good", "circle-check"),
}


@dataclass(frozen=True, slots=True)
class TestedRow:
    """One address of a place, in words."""

    place: Place | None
    code: str
    who: str | Promise
    channel: str | Promise
    result: tuple[str | Promise, str, str]


@access.needs("see-messages")
@require_safe
def contact_tests(request: HttpRequest) -> HttpResponse:
    """The latest test, and what a new one would do."""
    found = list(ContactTest.objects.order_by("-started_at", "-id")[:TESTS])
    asked = request.GET.get("test", "")
    test = next(
        (each for each in found if each.pk.hex == asked.replace("-", "")), found[0] if found else None
    )
    return page(request, "messages/tests.html", _context(request, test, found))


@access.needs("settle-messages")
@require_POST
def contact_test_start(request: HttpRequest) -> HttpResponse:
    """Begin a test now."""
    try:
        test = start_test(by=access.user_of(request), at=clock.now())
    except HeldBackError:
        messages.error(
            request, _("No test was begun: a red or orange warning is in force, or nobody has an address.")
        )
    else:
        done = ngettext(
            "%(n)s test message is on its way.", "%(n)s test messages are on their way.", test.messages
        )
        messages.success(request, done % {"n": figure(test.messages)})
    return HttpResponseRedirect(reverse("contact-tests"))


@csrf_exempt
@access.open_to_anybody
@require_http_methods(["GET", "HEAD", "POST"])
def contact_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The receiver's page of a test: opening it records nothing, one press confirms."""
    read = query.answer_read(token)
    test = ContactTest.objects.filter(pk=read[0]).first() if read else None
    place = Place.objects.filter(pk=read[1]).first() if read else None
    if read is None or test is None or place is None:
        raise Http404
    is_over = clock.now() > test.started_at + query.ANSWERABLE
    if request.method == "POST":
        answer_test(test, place, read[2], read[3], at=clock.now())
        return HttpResponseRedirect(request.path)
    context = {
        "title": _("Test of communication"),
        "subtitle": "",
        "place": place,
        "is_over": is_over,
        "is_answered": query.is_answered(test, place.pk, read[2], read[3]),
    }
    response = render(request, "messages/answer.html", context)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _context(request: HttpRequest, test: ContactTest | None, found: list[ContactTest]) -> dict[str, Any]:
    rows = query.results(test) if test else []
    counts = Counter(row.result for row in rows)
    show = request.GET.get("show", "")
    wanted = [row for row in rows if row.result == show] if show in RESULTS else _worst_first(rows)
    listed = wanted[:LISTED]
    places = {row.code: row for row in Place.objects.filter(code__in={row.place for row in listed})}
    address = reverse("contact-tests")
    asked = f"?test={test.pk.hex}" if test else "?"
    return {
        "title": _("Tests of addresses"),
        "subtitle": "",
        "crumbs": [(_("Messages"), reverse("messages"))],
        "test": test,
        "tests": [
            {"test": each, "url": f"{address}?test={each.pk.hex}", "active": each == test} for each in found
        ],
        "counts": {result: counts[result] for result in query.RESULTS},
        "links": {result: f"{address}{asked}&show={result}" for result in query.RESULTS},
        "rows": [
            TestedRow(
                places.get(row.place), row.place, RECEIVERS.get(row.kind, row.kind),
                CHANNELS[row.channel][0] if row.channel in CHANNELS else row.channel, RESULTS[row.result],
            )
            for row in listed
        ],
        "more": max(len(wanted) - LISTED, 0),
        "due": query.due(clock.now()),
        "days": query.every_days(),
        "may_start": access.allowed(request, "settle-messages"),
    }  # fmt: skip


def _worst_first(rows: list[query.Tested]) -> list[query.Tested]:
    return sorted(rows, key=lambda row: query.RESULTS.index(row.result))


addresses = [
    path("messages/tests/", contact_tests, name="contact-tests"),
    path("messages/tests/start/", contact_test_start, name="contact-test-start"),
    path("t/<str:token>/", contact_answer, name="contact-answer"),
]
