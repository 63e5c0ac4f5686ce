"""The log of an incident: its page, lines as JSON in both directions, and the words that the page draws them with."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError

from anlan.actions.incident_lines import MOST_LINES, TypedLine, take_lines
from anlan.actions.incident_log import IncidentRefusedError
from anlan.engine.incident_lines import LONGEST_LINE
from anlan.engine.incident_words import LANES
from anlan.queries.incident_log import as_sent, entries_after
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.incident_frame import beside, frame, incident_or_404, why
from anlan.web.incident_words import ENTRIES, LEVELS, SAID, UNIT_STATES
from anlan.web.incident_words import LANES as LANE_WORDS
from anlan.web.shell import page
from anlan.web.stream_address import let_stream, stream_address

FIRST_SHOWN = 400
"""Entries that come with the page; earlier ones are asked for when somebody scrolls to them."""


def _whole(text: str) -> str:
    if "\0" in text or not text.strip():
        raise ValueError("a text without null characters")
    return text


def _sensible(moment: datetime) -> datetime:
    if not 2000 <= moment.year < 2200:
        raise ValueError("a year from 2000 to 2199")
    return moment.astimezone(UTC)


class _Line(BaseModel):
    id: UUID
    text: Annotated[str, Field(max_length=LONGEST_LINE * 2), AfterValidator(_whole)]
    typed_at: Annotated[AwareDatetime, AfterValidator(_sensible)]
    lane: str = ""


class _Lines(BaseModel):
    lines: Annotated[list[_Line], Field(min_length=1, max_length=MOST_LINES)]


@access.needs("see-incidents")
@require_safe
def incident(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """The log, live, with the line to type into for those who run the incident."""
    at = clock.now()
    found = incident_or_404(request, identifier)
    first = max(0, found.last_seq - FIRST_SHOWN)
    context = frame(request, found, words(at), "log", at) | {
        "entries": entries_after(found.pk, first),
        "words": words_of_the_log(),
        "ways": {
            "stream": stream_address(request, found.pk),
            "log": reverse("incident-log", args=[found.pk]),
            "lines": reverse("incident-lines", args=[found.pk]),
            "live": reverse("incident-live", args=[found.pk]),
        },
        **beside(found),
        "callsigns": list(found.units.order_by("callsign").values_list("callsign", flat=True)),
        "lanes": [(lane, LANE_WORDS[lane]) for lane in LANES],
        "kinds": [(kind, ENTRIES[kind][0] or _("Note")) for kind in ENTRIES],
        "longest": LONGEST_LINE,
    }
    return let_stream(request, page(request, "incidents/log.html", context))


@access.needs("see-incidents")
@require_safe
def live(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """What stands beside the log: who commands, forces by state, what is open; 304 while nothing changed."""
    found = incident_or_404(request, identifier)
    tag = f'"{found.pk.hex}-{found.last_seq}-{request.LANGUAGE_CODE}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers={"ETag": tag})
    answer = render(request, "incidents/_beside.html", beside(found))
    answer["ETag"] = tag
    return answer


@access.needs("see-incidents")
@require_safe
def log(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """The entries after `?after=`, for whom no stream reaches and for what lies further back."""
    found = incident_or_404(request, identifier)
    given = request.GET.get("after", "0")
    after = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0
    return JsonResponse({"entries": entries_after(found.pk, after), "last": found.last_seq})


@access.needs("run-incidents")
@require_POST
def lines(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Take lines, each once; the answer holds their entries."""
    at = clock.now()
    found = incident_or_404(request, identifier, to_run=True)
    try:
        sent = _Lines.model_validate_json(request.body)
    except (ValidationError, ValueError):
        return _problem(
            _("These lines could not be read. They are kept on this device; reload the page."), 400
        )
    typed = [
        TypedLine(line.id, line.text, line.typed_at, line.lane if line.lane in LANES else "")
        for line in sent.lines
    ]
    try:
        taken = take_lines(found, typed, by=access.user_of(request), at=at)
    except IncidentRefusedError as refused:
        return _problem(why(refused), 409)
    return JsonResponse({"entries": as_sent(taken)})


def words_of_the_log() -> dict[str, Any]:
    """What the page needs to draw entries in the reader's language."""
    return {
        "kinds": {kind: [str(words_), icon] for kind, (words_, icon) in ENTRIES.items()},
        "said": {name: str(words_) for name, words_ in SAID.items()},
        "states": {state: str(words_) for state, (words_, _tone) in UNIT_STATES.items()},
        "lanes": {lane: str(words_) for lane, words_ in LANE_WORDS.items()},
        "levels": {level: numeral for level, (numeral, _words, _tone) in LEVELS.items()},
        "waiting": _("Waiting to be sent"),
        "refused": _("Not taken"),
        "overdue": _("overdue"),
        "settle": _("Settle"),
        "zone": timezone.get_default_timezone_name(),
    }


def _problem(words_: str, status: int) -> HttpResponse:
    return HttpResponse(
        json.dumps({"detail": words_}, ensure_ascii=False),
        status=status,
        content_type="application/problem+json",
    )


addresses = [
    path("incidents/<uuid:identifier>/", incident, name="incident"),
    path("incidents/<uuid:identifier>/log/", log, name="incident-log"),
    path("incidents/<uuid:identifier>/live/", live, name="incident-live"),
    path("incidents/<uuid:identifier>/lines/", lines, name="incident-lines"),
]
