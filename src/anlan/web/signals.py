"""Signals: the list, one signal with its story, and its triage."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.signals import (
    LinkedToItselfError,
    SignalNotTriagedError,
    SignalTriagedError,
    dismiss_signal,
    link_signal,
    raise_signal,
    reopen_signal,
)
from anlan.engine import free_text
from anlan.engine.areas import Area, Circle, area_read
from anlan.links.list_sheets import Value
from anlan.models import Signal, User
from anlan.queries.signals import (
    SignalCounts,
    all_signals,
    counts_of_signals,
    entries_of_signal,
    linked_signals,
    one_signal,
    others_like,
    signals_page,
    signals_within,
)
from anlan.queries.vocabulary import words
from anlan.queries.warning_signals import drafts_of, warning_of
from anlan.web import access, clock
from anlan.web.files import PHOTOS
from anlan.web.list_columns import Column, columns_of
from anlan.web.list_tools import list_file, list_tools, selected
from anlan.web.people_words import Names
from anlan.web.place_words import link
from anlan.web.shell import page
from anlan.web.signal_forms import LINK, RAISE, STATES, ReopenForm, SignalSearch, TriageForm
from anlan.web.signal_words import masked_words, signal_number, signal_row, story_of_signal
from anlan.web.templatetags.times import exact
from anlan.web.templatetags.words import name_of

COLUMNS = (
    Column("number", gettext_lazy("Number"), exported=True),
    Column("signal", gettext_lazy("Signal"), fixed=True),
    Column("kind", gettext_lazy("Kind")),
    Column("where", gettext_lazy("Where")),
    Column("district", gettext_lazy("District"), standard=False),
    Column("source", gettext_lazy("Source")),
    Column("urgency", gettext_lazy("Urgency")),
    Column("reliability", gettext_lazy("Reliability"), standard=False),
    Column("channel", gettext_lazy("Channel"), standard=False),
    Column("observed", gettext_lazy("Observed at"), standard=False),
    Column("received", gettext_lazy("Received at")),
    Column("state", gettext_lazy("State")),
    Column("reason", gettext_lazy("Reason"), exported=True),
)


@access.needs("see-signals")
@require_safe
def signals(request: HttpRequest) -> HttpResponse:
    """Signals, the latest first."""
    at, user = clock.now(), access.user_of(request)
    reach, known = access.request_reach(request, "see-signals"), words(at)
    form = SignalSearch(request.GET, known)
    wanted = form.wanted()
    rows, after = signals_page(reach, user, wanted, after=request.GET.get("after", "")[:80])
    context = {
        "title": _("Signals"),
        "subtitle": _("Reports about places and things, and what a person made of them"),
        "filter": form,
        "tools": list_tools(request, "signals", COLUMNS, exports="signals-export"),
        "rows": [signal_row(row, known) for row in rows],
        "next": after,
        "state": wanted.state,
        "tabs": _tabs(request, counts_of_signals(reach, user, wanted), wanted.state),
        "may_report": access.allowed(request, "report-signals"),
    }
    return page(request, "signals/list.html", context, results="signals/_results.html")


@access.needs("see-signals")
@require_safe
def signals_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """All signals of the filter as a file, with the columns of the list."""
    known = words(clock.now())
    reach = access.request_reach(request, "see-signals")
    rows = all_signals(reach, access.user_of(request), SignalSearch(request.GET, known).wanted())

    def cells(row: Signal) -> dict[str, Value]:
        shown = signal_row(row, known)
        district = row.place.district if row.place else row.district
        return {
            "number": shown.number,
            "signal": row.observed,
            "kind": shown.kind,
            "where": shown.where,
            "district": name_of(district) if district else "",
            "source": shown.source,
            "urgency": shown.urgency,
            "reliability": shown.reliability,
            "channel": shown.channel,
            "observed": exact(row.observed_at),
            "received": exact(row.received_at),
            "state": shown.state,
            "reason": row.reason,
        }

    chosen = columns_of(request.GET, COLUMNS)
    return list_file(form, "signals", chosen, selected(request, rows, "pk").iterator(chunk_size=400), cells)


@access.needs("see-signals")
@require_safe
def signal(request: HttpRequest, signal_id: UUID) -> HttpResponse:
    """One signal with its story and its triage."""
    return _signal_page(request, _signal(request, signal_id))


@access.needs("triage-signals")
@sensitive_post_parameters("reason")
@require_POST
def signal_triage(request: HttpRequest, signal_id: UUID) -> HttpResponse:
    """Link, dismiss, or mark as the basis for a warning."""
    row, at, user = _triable(request, signal_id), clock.now(), access.user_of(request)
    form = TriageForm(request.POST, _others(request, user, row), words(at))
    if not form.is_valid():
        return _signal_page(request, row, triage=form, status=422)
    values = form.cleaned_data
    said: dict[str, Any] = {"reason": values["reason"], "by": user, "at": at}
    try:
        if values["outcome"] == RAISE:
            raise_signal(row, **said)
        elif values["outcome"] == LINK:
            link_signal(row, form.others[values["other"]], **said)
        else:
            dismiss_signal(row, **said)
    except SignalTriagedError:
        messages.info(request, _("Somebody has triaged this signal meanwhile."))
    except LinkedToItselfError:
        form.add_error("other", _("That signal is linked to this one already."))
        return _signal_page(request, row, triage=form, status=422)
    else:
        messages.success(request, _("The triage of %(number)s is recorded.") % {"number": signal_number(row)})
    return HttpResponseRedirect(reverse("signal", args=[row.pk]))


@access.needs("triage-signals")
@sensitive_post_parameters("reason")
@require_POST
def signal_reopen(request: HttpRequest, signal_id: UUID) -> HttpResponse:
    """Take a triage back."""
    row, at = _triable(request, signal_id), clock.now()
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _signal_page(request, row, reopen=form, status=422)
    try:
        reopen_signal(row, reason=form.cleaned_data["reason"], by=access.user_of(request), at=at)
        words_said = _("%(number)s is to be triaged again.") % {"number": signal_number(row)}
        messages.success(request, words_said)
    except SignalNotTriagedError:
        messages.info(request, _("There is no triage to take back here."))
    return HttpResponseRedirect(reverse("signal", args=[row.pk]))


def _signal(request: HttpRequest, signal_id: UUID) -> Signal:
    row = one_signal(access.request_reach(request, "see-signals"), access.user_of(request), signal_id)
    if row is None:
        raise Http404
    return row


def _triable(request: HttpRequest, signal_id: UUID) -> Signal:
    """A signal that the asker may triage: within reach of that, not only one's own report."""
    row = _signal(request, signal_id)
    if not _may_triage(request, row):
        raise Http404
    return row


def _may_triage(request: HttpRequest, row: Signal) -> bool:
    reach = access.request_reach(request, "triage-signals")
    if reach.nowhere:
        return False
    return signals_within(reach, access.user_of(request), Signal.objects.filter(pk=row.pk)).exists()


def _others(request: HttpRequest, user: User, row: Signal) -> list[Signal]:
    return others_like(access.request_reach(request, "triage-signals"), user, row)


def _signal_page(
    request: HttpRequest,
    row: Signal,
    *,
    triage: TriageForm | None = None,
    reopen: ReopenForm | None = None,
    status: int = 200,
) -> HttpResponse:
    known, user = words(clock.now()), access.user_of(request)
    reach = access.request_reach(request, "see-signals")
    shown = signal_row(row, known)
    files = list(row.attachments.all())
    may_triage = _may_triage(request, row)
    if may_triage and not row.outcome and triage is None:
        triage = TriageForm(None, _others(request, user, row), known)
    head = one_signal(reach, user, row.linked_to.pk) if row.linked_to else None
    may_warn = may_triage and access.allowed(request, "issue-warnings")
    context = {
        "title": shown.kind,
        "subtitle": f"{shown.number} · {shown.where}",
        "crumbs": [(_("Signals"), reverse("signals"))],
        "row": row,
        "shown": shown,
        "place_url": link("place", row.place.code) if row.place and _sees_place(request, row) else "",
        "district": (row.place.district if row.place else row.district),
        "masked": masked_words(row.masked),
        "photos": [one for one in files if one.media_type in PHOTOS],
        "documents": [one for one in files if one.media_type not in PHOTOS],
        "point": _point(row),
        "shapes": _shapes(row),
        "head": signal_row(head, known) if head else None,
        "linked": [signal_row(each, known) for each in linked_signals(reach, user, row)],
        "story": story_of_signal(entries_of_signal(row), Names(request)),
        "triage": triage if may_triage and not row.outcome else None,
        "reopen": (reopen or ReopenForm(auto_id="id_again_%s"))
        if may_triage and row.outcome and row.warning is None
        else None,
        "warning": warning_of(row) if access.allowed(request, "see-warnings") else None,
        "may_draft": may_warn and row.outcome in ("", "raised") and row.warning is None,
        "drafts": drafts_of(row) if may_warn else [],
        "patterns": [list(each) for each in free_text.PATTERNS],
    }
    return page(request, "signals/signal.html", context, status=status)


def _sees_place(request: HttpRequest, row: Signal) -> bool:
    return access.allowed(request, "see-places", row.place)


def _point(row: Signal) -> dict[str, Any] | None:
    """The point on a map, of the place or of the signal itself."""
    place = row.place
    longitude = place.longitude if place else row.longitude
    latitude = place.latitude if place else row.latitude
    if longitude is None or latitude is None:
        return None
    mark = {"code": "here", "name": signal_number(row), "state": "", "note": "", "url": ""}
    geometry = {"type": "Point", "coordinates": [longitude, latitude]}
    return {
        "longitude": longitude,
        "latitude": latitude,
        "data": {
            "type": "FeatureCollection",
            "features": [{"type": "Feature", "geometry": geometry, "properties": mark}],
        },
    }


def _shapes(row: Signal) -> dict[str, Any] | None:
    """The drawn area of a signal, or the circle around its point, as GeoJSON; circles are points with a radius."""
    area = area_read(row.area) if row.area else Area()
    circles = list(area.circles)
    if not area.has_shape and row.longitude is not None and row.latitude is not None:
        circles = [Circle(row.longitude, row.latitude, float(row.radius_m or 0))]
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {"radius_m": one.radius_m},
        }
        for one in circles
        if one.radius_m
    ]
    features += [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}
        for ring in area.polygons
    ]
    return {"type": "FeatureCollection", "features": features} if features else None


def _tabs(request: HttpRequest, counts: SignalCounts, state: str) -> list[dict[str, Any]]:
    query = request.GET.copy()
    for name in ("after", "state"):
        query.pop(name, None)
    lead = f"{request.path}?{query.urlencode()}{'&' if query else ''}"
    return [
        {
            "label": str(label),
            "url": f"{lead}state={key}",
            "active": key == state,
            "count": getattr(counts, key),
        }
        for key, label in STATES
    ]


addresses = [
    path("signals/", signals, name="signals"),
    path("signals/export.<str:form>", signals_export, name="signals-export"),
    path("signals/<uuid:signal_id>/", signal, name="signal"),
    path("signals/<uuid:signal_id>/triage/", signal_triage, name="signal-triage"),
    path("signals/<uuid:signal_id>/reopen/", signal_reopen, name="signal-reopen"),
]
