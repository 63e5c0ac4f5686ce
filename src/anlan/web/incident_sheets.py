"""The forms of an incident, made of what the log and its tables hold and never filled in by hand.

They follow the boxes of the forms of NIMS (FEMA, ICS Forms Booklet, 2010): 201 briefing, 204 assignment list of a lane,
209 status summary, 213 general message, 214 activity log; and a situation report.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.engine.incident_words import LANES
from anlan.engine.policy import Text
from anlan.links.documents import FormBox, IncidentForm, incident_form
from anlan.models import Incident, LogEntry
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock
from anlan.web.incident_frame import head, incident_or_404
from anlan.web.incident_said import said
from anlan.web.incident_words import ASSIGNMENTS, AUTHORITIES, ENTRIES, LEVELS, MARKS, UNIT_KINDS, UNIT_STATES
from anlan.web.incident_words import LANES as LANE_WORDS
from anlan.web.templatetags.words import say

MOST_LINES = 2000
"""Entries on one activity log; a longer one is printed by period."""


@dataclass(frozen=True, slots=True)
class _Made:
    """What a form is made of."""

    incident: Incident
    known: Words
    at: datetime
    lane: str = ""
    entry: LogEntry | None = None


@access.needs("see-incidents")
@require_safe
def sheet(request: HttpRequest, identifier: UUID, form: str) -> HttpResponse:
    """A form as PDF, in the reader's language; `?lane=` chooses that of 204, `?entry=` the message of 213."""
    at, found = clock.now(), incident_or_404(request, identifier)
    if form not in FORMS:
        raise Http404
    lane, number = request.GET.get("lane", ""), request.GET.get("entry", "")
    entry = (
        found.entries.filter(seq=number).first()
        if number.isascii() and number.isdigit() and len(number) < 9
        else None
    )
    if (form == "213" and entry is None) or (lane and lane not in LANES):
        raise Http404
    title, boxes, wide = FORMS[form]
    made = _Made(found, words(at), at, lane, entry)
    name = say(Text(found.title_zh, found.title_en or found.title_zh))
    number_words = (
        _("Situation report") if form == "situation" else _("After ICS %(number)s") % {"number": form}
    )
    content = incident_form(
        IncidentForm(
            number=f"{found} · {number_words}",
            title=str(title()),
            incident=name,
            exercise=_("Exercise") if found.exercise else "",
            boxes=tuple(boxes(made)),
            nothing=_("nothing"),
            footer=_("As it stood at %(at)s") % {"at": _moment(at)},
            address=request.build_absolute_uri(reverse("incident", args=[found.pk])),
            printed_on=timezone.localdate(at),
            wide=wide,
        ),
        "en" if (translation.get_language() or "").startswith("en") else "zh",
    )
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{found}-{form}.pdf"'
    response.headers["Cache-Control"] = "no-store"
    return response


# ---- boxes -------------------------------------------------------------------------------------


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _time(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M:%S}" if at else ""


def _facts(label: str, *pairs: tuple[str, str]) -> FormBox:
    return FormBox("facts", label, pairs=tuple((name, value or "–") for name, value in pairs))


def _text(label: str, lines: Iterable[str], *, blank: int = 0) -> FormBox:
    return FormBox("text", label, lines=tuple(line for line in lines if line), blank=blank)


def _table(
    label: str, header: tuple[str, ...], widths: tuple[int, ...], rows: Iterable[tuple[str, ...]]
) -> FormBox:
    return FormBox("table", label, header=header, widths=widths, rows=tuple(rows))


def _name(made: _Made) -> FormBox:
    one = made.incident
    return _facts(
        _("Incident"),
        (_("Number"), str(one)),
        (_("Scenario"), say(made.known.scenario(one.scenario))),
        (_("Place"), head(one).where),
        (_("Level of response"), str(LEVELS[one.level][1])),
        (_("Happened at"), _moment(one.happened_at)),
        (_("Reported at"), _moment(one.opened_at)),
    )


def _methane(made: _Made) -> FormBox:
    one = made.incident
    return _facts(
        _("Report (METHANE)"),
        (_("Major incident"), _("declared") if one.major else _("not declared")),
        (_("Exact location"), one.location),
        (_("Hazards"), one.hazards),
        (_("Access"), one.access),
        (_("Number of casualties"), _("not known") if one.casualties is None else str(one.casualties)),
        (_("Emergency services"), one.services),
    )


def _commander(made: _Made) -> FormBox:
    now = head(made.incident).commander
    return _facts(
        _("Command"),
        (_("Commander"), now.unit.callsign if now else ""),
        (_("Post of the commander"), now.post if now else ""),
        (_("Since"), _moment(now.begins_at) if now else ""),
        (_("Forces on scene"), str(made.incident.units.filter(state="on-scene").count())),
    )


def _forces(made: _Made) -> FormBox:
    rows = (
        (unit.callsign, str(UNIT_KINDS[unit.kind][0]), unit.organisation, str(unit.people),
         str(UNIT_STATES[unit.state][0]), _moment(unit.state_at))
        for unit in made.incident.units.order_by("callsign")
    )  # fmt: skip
    header = (_("Callsign"), _("Kind"), _("Organisation"), _("People"), _("State"), _("Since"))
    return _table(_("Forces"), header, (2, 2, 4, 1, 2, 3), rows)


def _assignments(made: _Made, *, lane: str = "", kind: str = "") -> FormBox:
    found = made.incident.assignments.select_related("unit").order_by("lane", "given_at")
    found = found.filter(lane=lane) if lane else found
    found = found.filter(kind=kind) if kind else found
    rows = (
        (str(LANE_WORDS[one.lane]), str(ASSIGNMENTS[one.kind][0]), one.text, one.unit.callsign if one.unit else "",
         f"{one.sent} / {one.quantity}" if one.quantity else "", _moment(one.due_at), _ended(one))
        for one in found
    )  # fmt: skip
    header = (_("Lane"), _("Kind"), _("What"), _("Given to"), _("Sent"), _("Due by"), _("State"))
    return _table(_("Assignments"), header, (2, 1, 5, 2, 1, 3, 3), rows)


def _ended(one: Any) -> str:
    if one.done_at:
        return _("done") + f" {_moment(one.done_at)}"
    if one.dropped_at:
        return _("given up")
    return _("not done yet")


def _measures(made: _Made) -> FormBox:
    rows = (
        (
            one.text,
            one.where,
            str(AUTHORITIES[one.authority]),
            _moment(one.begins_at),
            _moment(one.ended_at or one.until),
        )
        for one in made.incident.measures.order_by("begins_at")
    )
    header = (_("What is closed or restricted"), _("Where"), _("Ordered by"), _("From"), _("Until"))
    return _table(_("Closed and restricted"), header, (4, 4, 2, 3, 3), rows)


def _drawn(made: _Made) -> FormBox:
    lines = (
        f"{MARKS[one.kind]}: {one.label}".rstrip(": ") + f" · {_where(one.shape)}"
        for one in made.incident.marks.filter(removed_at=None).order_by("drawn_at")
    )
    return _text(_("Drawn on the map"), lines)


def _where(shape: dict[str, Any]) -> str:
    """A shape in words: its point with the radius, or the first corner of its outline."""
    point = shape["coordinates"] if shape["type"] == "Point" else shape["coordinates"][0][0]
    radius = f", {shape['radius_m']} m" if shape.get("radius_m") else ""
    return f"{point[1]:.5f}, {point[0]:.5f}{radius}"


def _log(made: _Made, label: str, *, latest: int = 0) -> FormBox:
    found = made.incident.entries.select_related("about", "by").order_by("-seq" if latest else "seq")
    found = found.filter(lane=made.lane) if made.lane else found
    entries = list(found[: latest or MOST_LINES])
    rows = (
        (f"#{entry.seq}", _time(entry.happened_at), _line(entry))
        for entry in (entries[::-1] if latest else entries)
    )
    return _table(label, (_("Entry no."), _("Time"), _("Entry")), (1, 2, 10), rows)


def _line(entry: LogEntry) -> str:
    spoken = f"{entry.said_by} → {entry.said_to}: " if entry.said_to and entry.kind == "note" else ""
    spoken = spoken or (f"{entry.said_by}: " if entry.said_by and entry.kind == "note" else "")
    return " · ".join(
        part for part in (str(ENTRIES[entry.kind][0]), said(entry), spoken + entry.text) if part
    )


# ---- forms -------------------------------------------------------------------------------------


def _situation(made: _Made) -> list[FormBox]:
    return [
        _name(made),
        _methane(made),
        _commander(made),
        _forces(made),
        _assignments(made),
        _measures(made),
        _log(made, _("Latest entries"), latest=12),
    ]


def _briefing(made: _Made) -> list[FormBox]:
    return [
        _name(made),
        _methane(made),
        _drawn(made),
        _assignments(made, kind="objective"),
        _log(made, _("Actions so far"), latest=30),
        _commander(made),
        _forces(made),
    ]


def _assignment_list(made: _Made) -> list[FormBox]:
    lane = _text(_("Lane"), [str(LANE_WORDS[made.lane]) if made.lane else _("All lanes")])
    return [_name(made), lane, _commander(made), _assignments(made, lane=made.lane), _forces(made)]


def _status(made: _Made) -> list[FormBox]:
    return [
        _name(made),
        _methane(made),
        _commander(made),
        _forces(made),
        _assignments(made, kind="need"),
        _measures(made),
        _assignments(made, kind="objective"),
    ]


def _message(made: _Made) -> list[FormBox]:
    entry = made.entry
    assert entry is not None
    return [
        _facts(
            _("Message"),
            (_("From"), entry.said_by),
            (_("To"), entry.said_to),
            (_("Time"), _time(entry.happened_at)),
            (_("Number"), f"{made.incident} #{entry.seq}"),
        ),
        _text(_("Text"), [_line(entry)]),
        _text(_("Reply"), [], blank=50),
        _text(_("Name of the post, date and time"), [], blank=12),
    ]


def _activity(made: _Made) -> list[FormBox]:
    return [_name(made), _forces(made), _log(made, _("Activity"))]


FORMS: dict[str, tuple[Callable[[], str], Callable[[_Made], list[FormBox]], bool]] = {
    "situation": (lambda: _("Situation report"), _situation, False),
    "201": (lambda: _("Incident briefing"), _briefing, False),
    "204": (lambda: _("Assignment list"), _assignment_list, True),
    "209": (lambda: _("Incident status summary"), _status, True),
    "213": (lambda: _("General message"), _message, False),
    "214": (lambda: _("Activity log"), _activity, False),
}
"""Each form: its title, its boxes, and whether it lies on its side."""

addresses = [path("incidents/<uuid:identifier>/forms/<slug:form>.pdf", sheet, name="incident-form")]
