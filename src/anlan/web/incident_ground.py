"""What is closed and restricted, and the map with what was drawn on it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST, require_safe

from anlan.actions.incident_ground import MeasureDraft, draw_mark, end_measure, order_measure, remove_mark
from anlan.models import Incident
from anlan.queries.vocabulary import words
from anlan.web import access, clock
from anlan.web.incident_forms import MarkForm, MeasureForm, ReasonForm
from anlan.web.incident_frame import frame, incident_or_404, step
from anlan.web.incident_words import AUTHORITIES, MARKS
from anlan.web.shell import page

PAGE = "incident-ground"


@access.needs("see-incidents")
@require_safe
def ground(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """The map and the closures."""
    return _shown(request, incident_or_404(request, identifier))


def _shown(request: HttpRequest, found: Incident, **bound: forms.Form) -> HttpResponse:
    at = clock.now()
    measures = [
        {
            "one": one,
            "authority": AUTHORITIES[one.authority],
            "is_over": one.until <= at,
            "is_open": one.ended_at is None,
        }
        for one in found.measures.order_by("begins_at")
    ]
    drawn = found.marks.filter(removed_at=None).order_by("drawn_at")
    context = frame(request, found, words(at), "ground", at) | {
        "measures": measures,
        "marks": [{"one": one, "kind": MARKS[one.kind]} for one in drawn],
        "shapes": _features(found),
        "form": MeasureForm(),
        "mark_form": MarkForm(initial={"kind": "inner-cordon"}),
    }
    return page(request, "incidents/ground.html", context | bound, status=422 if bound else 200)


@access.needs("run-incidents")
@require_POST
def mark_new(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Draw a point, a circle or an outline."""
    found = incident_or_404(request, identifier, to_run=True)
    form = MarkForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, mark_form=form)
    kind, label = form.cleaned_data["kind"], form.cleaned_data["label"]
    return step(request, found, PAGE, lambda by, at: draw_mark(found, kind, form.shape, label, by=by, at=at))


@access.needs("run-incidents")
@require_POST
def mark_remove(request: HttpRequest, identifier: UUID, mark: UUID) -> HttpResponse:
    """Take something off the map."""
    found = incident_or_404(request, identifier, to_run=True)
    row = found.marks.select_related("incident").filter(pk=mark).first()
    if row is None:
        raise Http404
    return step(request, found, PAGE, lambda by, at: remove_mark(row, by=by, at=at))


@access.needs("run-incidents")
@require_POST
def measure_new(request: HttpRequest, identifier: UUID) -> HttpResponse:
    """Order a closure or restriction."""
    found, at = incident_or_404(request, identifier, to_run=True), clock.now()
    form = MeasureForm(request.POST)
    if not form.is_valid():
        return _shown(request, found, form=form)
    values = form.cleaned_data
    draft = MeasureDraft(
        values["text"], values["where"], values["authority"], at, at + timedelta(hours=values["hours"])
    )
    return step(request, found, PAGE, lambda by, now: order_measure(found, draft, by=by, at=now))


@access.needs("run-incidents")
@require_POST
def measure_end(request: HttpRequest, identifier: UUID, measure: UUID) -> HttpResponse:
    """End a closure or restriction."""
    found = incident_or_404(request, identifier, to_run=True)
    row = found.measures.select_related("incident").filter(pk=measure).first()
    form = ReasonForm(request.POST)
    if row is None:
        raise Http404
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return step(request, found, PAGE, lambda by, at: end_measure(row, reason, by=by, at=at))


def _features(found: Incident) -> dict[str, Any]:
    """What is drawn, and the place, as GeoJSON; a circle is a point with its radius."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": one.shape["type"], "coordinates": one.shape["coordinates"]},
            "properties": {"radius_m": one.shape.get("radius_m", 0), "name": one.label},
        }
        for one in found.marks.filter(removed_at=None)
    ]
    if found.longitude is not None and found.latitude is not None:
        point = {"type": "Point", "coordinates": [found.longitude, found.latitude]}
        features.append({"type": "Feature", "geometry": point, "properties": {"name": str(found)}})
    return {"type": "FeatureCollection", "features": features}


_ROOT = "incidents/<uuid:identifier>/"
addresses = [
    path(f"{_ROOT}ground/", ground, name="incident-ground"),
    path(f"{_ROOT}marks/", mark_new, name="incident-mark-new"),
    path(f"{_ROOT}marks/<uuid:mark>/remove/", mark_remove, name="incident-mark-remove"),
    path(f"{_ROOT}measures/", measure_new, name="incident-measure-new"),
    path(f"{_ROOT}measures/<uuid:measure>/end/", measure_end, name="incident-measure-end"),
]
