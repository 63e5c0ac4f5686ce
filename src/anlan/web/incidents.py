"""The incidents that are open and those that are over, and the first report that opens one."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from anlan.actions.incidents import IncidentDraft, open_incident
from anlan.engine import free_text
from anlan.engine.policy import Text
from anlan.models import Incident
from anlan.queries import incidents as queries
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock
from anlan.web.incident_forms import ReportForm
from anlan.web.incident_frame import Head, head
from anlan.web.shell import page
from anlan.web.signal_new import offered_places
from anlan.web.templatetags.words import name_of, say


@access.needs("see-incidents")
@require_safe
def incidents(request: HttpRequest) -> HttpResponse:
    """Open incidents as cards, the others as a list."""
    known = words(clock.now())
    reach = access.request_reach(request, "see-incidents")
    rows, after = queries.page_of_past(reach, after=request.GET.get("after", ""))
    context = {
        "title": _("Incidents"),
        "subtitle": _("From the first report to the hand-over"),
        "open": [_row(one, known) for one in queries.open_incidents(reach)],
        "rows": [_row(one, known) for one in rows],
        "next": after,
        "may_report": access.allowed(request, "report-incidents"),
    }
    return page(request, "incidents/list.html", context, results="incidents/_results.html")


@access.needs("report-incidents")
@sensitive_post_parameters("location", "hazards", "access", "services")
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """Report an incident by METHANE; on a phone within a minute."""
    at = clock.now()
    known = words(at)
    form = ReportForm(request.POST or None, request, known, at)
    if request.method == "POST" and form.is_valid():
        return _opened(request, form, known, at)
    context = {
        "title": _("Report an incident"),
        "subtitle": _("METHANE: say what you know, leave out what you do not."),
        "crumbs": [(_("Incidents"), reverse("incidents"))],
        "form": form,
        "places": offered_places(request, ""),
        "patterns": [list(each) for each in free_text.PATTERNS],
    }
    return page(request, "incidents/report.html", context, status=422 if form.errors else 200)


def _opened(request: HttpRequest, form: ReportForm, known: Words, at: datetime) -> HttpResponse:
    values = form.cleaned_data
    what = known.scenario(values["scenario"])
    where = form.found.name_zh if form.found else values["location"]
    where_en = (form.found.name_en or form.found.name_zh) if form.found else values["location"]
    draft = IncidentDraft(
        scenario=values["scenario"],
        title=(f"{where} {what.zh}"[:120], f"{what.en}, {where_en}"[:200]),
        happened_at=values["happened_at"],
        report=form.report(),
        place=form.found,
        exercise=values["exercise"],
        level=3 if values["major"] else 4,
    )
    opened = open_incident(draft, by=access.user_of(request), at=at, key=values["id"])
    return HttpResponseRedirect(reverse("incident", args=[opened.pk]))


def _row(one: Incident, known: Words) -> dict[str, object]:
    shown: Head = head(one)
    return {
        "title": say(Text(one.title_zh, one.title_en or one.title_zh)),
        "head": shown,
        "incident": one,
        "scenario": known.scenario(one.scenario),
        "place": name_of(one.place),
    }


addresses = [
    path("incidents/", incidents, name="incidents"),
    path("incidents/report/", report, name="incident-report"),
]
