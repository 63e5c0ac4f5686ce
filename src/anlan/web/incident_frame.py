"""What the pages of an incident share: finding it, its head, and what refusals say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.actions.incident_command import commander
from anlan.actions.incident_log import IncidentRefusedError
from anlan.engine.access import Action
from anlan.engine.policy import Text
from anlan.models import Command, Incident, User
from anlan.queries.incidents import incident_within
from anlan.queries.vocabulary import Words
from anlan.web import access, clock
from anlan.web.incident_words import LEVELS, OBSTACLES, UNIT_STATES
from anlan.web.templatetags.words import name_of, say


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an incident: its title, level, who commands, and since when."""

    incident: Incident
    numeral: str
    level: str
    tone: str
    commander: Command | None
    where: str


def incident_or_404(request: HttpRequest, identifier: UUID, *, to_run: bool = False) -> Incident:
    """An incident by its id; out of reach is answered like not there."""
    action: Action = "run-incidents" if to_run else "see-incidents"
    found = incident_within(access.request_reach(request, action), identifier)
    if found is None:
        raise Http404
    return found


def head(incident: Incident) -> Head:
    """The head of an incident as it is now."""
    numeral, level, tone = LEVELS.get(incident.level, LEVELS[4])
    where = name_of(incident.place) if incident.place else incident.location
    return Head(incident, numeral, str(level), tone, commander(incident), where)


def frame(request: HttpRequest, incident: Incident, known: Words, tab: str, at: datetime) -> dict[str, Any]:
    """What every page of an incident needs in its context."""
    names = {
        "log": (_("Log"), "incident", "list-details"),
        "plans": (_("Plans and cards"), "incident-plans", "book-2"),
        "forces": (_("Forces and tasks"), "incident-forces", "users-group"),
        "ground": (_("Map and closures"), "incident-ground", "map-2"),
        "situation": (_("Situation and forms"), "incident-situation", "report"),
    }
    return {
        "title": say(Text(incident.title_zh, incident.title_en or incident.title_zh)),
        "subtitle": "",
        "crumbs": [(_("Incidents"), reverse("incidents"))],
        "incident": incident,
        "head": head(incident),
        "scenario": known.scenario(incident.scenario),
        "may_run": incident.closed_at is None and runs(request, incident),
        "tabs": [
            {"label": label, "url": reverse(name, args=[incident.pk]), "active": key == tab, "icon": icon}
            for key, (label, name, icon) in names.items()
        ],
        "at": at,
    }


def beside(incident: Incident) -> dict[str, Any]:
    """What stands beside the log."""
    units = list(incident.units.order_by("callsign"))
    is_open = {"done_at": None, "dropped_at": None}
    return {
        "incident": incident,
        "head": head(incident),
        "forces": [
            {"words": words, "tone": tone, "units": [unit for unit in units if unit.state == state]}
            for state, (words, tone) in UNIT_STATES.items()
            if state != "released"
        ],
        "assignments": incident.assignments.filter(**is_open)
        .select_related("unit")
        .order_by("due_at", "given_at"),
        "measures": incident.measures.filter(ended_at=None).order_by("until"),
    }


def runs(request: HttpRequest, incident: Incident) -> bool:
    """Whether the person who asks may write into this incident."""
    return incident_within(access.request_reach(request, "run-incidents"), incident.pk) is not None


def step(
    request: HttpRequest, found: Incident, page_name: str, act: Callable[[User, datetime], object]
) -> HttpResponse:
    """Take a step and go back to the page that it was taken on; what is refused is said there."""
    try:
        act(access.user_of(request), clock.now())
    except IncidentRefusedError as refused:
        messages.error(request, why(refused))
    return HttpResponseRedirect(reverse(page_name, args=[found.pk]))


def why(refused: IncidentRefusedError) -> str:
    """What a refusal says to a person."""
    return str(OBSTACLES[refused.obstacle])
