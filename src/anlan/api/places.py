"""Places: lists, one, new ones, changes, and the whole register as GeoJSON."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel

from anlan.actions.codes import CodeTakenError
from anlan.actions.register import change_facts, close_place, register_places
from anlan.api import idempotency
from anlan.api.etags import IfMatch, IfNoneMatch, etag_of, is_unchanged, not_modified, require_match
from anlan.api.idempotency import json_answer
from anlan.api.inputs import Code, Reasoned
from anlan.api.paging import page_of
from anlan.api.place_choice import PlaceChoice, PlaceFilters, chosen, page_by_standing
from anlan.api.place_parts import router as parts
from anlan.api.place_values import PlaceChanges, PlaceIn, PlaceOut, PlacePage, draft_of, place_out
from anlan.api.problems import Fault, ProblemError
from anlan.api.subjects import locked_place, place_for, target_of
from anlan.api.tokens import Asker, asker_of, needs
from anlan.api.vocabulary import fact_faults, kind_faults, vocabulary
from anlan.engine import access as rules
from anlan.engine.access import Target
from anlan.models import Department, District, Place
from anlan.queries.reach import within
from anlan.queries.subjects import present_facts

router = Router(tags=["places"])
router.add_router("", parts)


@router.get("/places", response=PlacePage, auth=needs("see-places"))
def places(request: HttpRequest, asked: Query[PlaceFilters]) -> PlacePage:
    """Places within reach, in the order of their codes."""
    asker = asker_of(request)
    rows = chosen(within(asker.reach("see-places"), Place.objects.all()), asked)
    rows = rows.select_related("department", "operator")
    if asked.tier is None and asked.state is None:
        found, following = page_of(rows, ["code"], asked, request)
    else:
        found, following = page_by_standing(rows, asked, asker, request)
    return PlacePage(items=[_shown(place, asker) for place in found], next=following)


@router.get(
    "/places.geojson",
    auth=needs("export-places"),
    openapi_extra={"responses": {200: {"content": {"application/geo+json": {"schema": {"type": "object"}}}}}},
)
def places_geojson(request: HttpRequest, asked: Query[PlaceChoice]) -> StreamingHttpResponse:
    """All places within reach that have coordinates, as a GeoJSON FeatureCollection (RFC 7946)."""
    rows = chosen(within(asker_of(request).reach("export-places"), Place.objects.all()), asked)
    rows = rows.filter(longitude__isnull=False, latitude__isnull=False).order_by("code")
    return StreamingHttpResponse(_feature_collection(rows), content_type="application/geo+json")


@router.post("/places", response={201: PlaceOut}, auth=needs("register-places"))
def create_place(request: HttpRequest, stated: PlaceIn, key: idempotency.Key = None) -> HttpResponse:
    """Register a place."""
    asker = asker_of(request)

    def act() -> tuple[int, BaseModel]:
        if not rules.may(asker.grants, "register-places", _target(stated, stated.code)):
            raise ProblemError("refused")
        _check(stated, asker.at)
        try:
            register_places([stated.draft()], by=asker.user, at=asker.at, reason=stated.reason, only_new=True)
        except CodeTakenError:
            raise ProblemError("already-exists", faults=[Fault(_("This code is taken."), "#/code")]) from None
        return 201, _shown(_read(stated.code), asker)

    response = idempotency.once(request, asker, key, stated, act)
    response.headers["Location"] = f"{request.path}/{stated.code}"
    return response


@router.get("/places/{code}", response=PlaceOut, auth=needs("see-places"))
def place(request: HttpRequest, code: Code, if_none_match: IfNoneMatch = None) -> HttpResponse:
    """One place, with its version as ETag."""
    asker = asker_of(request)
    found = place_for(asker, code)
    if is_unchanged(if_none_match, etag_of(found)):
        return not_modified(etag_of(found))
    return _with_etag(found, asker)


@router.patch("/places/{code}", response=PlaceOut, auth=needs("edit-places"))
def change_place(
    request: HttpRequest, code: Code, stated: PlaceChanges, if_match: IfMatch = None
) -> HttpResponse:
    """Change what is stated of a place; what is left out stays, a fact that is null is taken back."""
    asker = asker_of(request)
    with transaction.atomic():
        found = locked_place(asker, code, "edit-places")
        require_match(if_match, found)
        _require_open(found)
        if stated.district or stated.department:
            _require_reach(asker, stated)
        _check(stated, asker.at)
        draft = draft_of(
            stated,
            code=code,
            name_zh=stated.name_zh or found.name_zh,
            kind=stated.kind or found.kind,
            facts={},
        )
        register_places([draft], by=asker.user, at=asker.at, reason=stated.reason)
        change_facts(
            found,
            stated.facts,
            by=asker.user,
            at=asker.at,
            measured=stated.measured_facts(),
            reason=stated.reason,
        )
    return _with_etag(_read(code), asker)


@router.post("/places/{code}/close", response=PlaceOut, auth=needs("edit-places"))
def end_place(request: HttpRequest, code: Code, stated: Reasoned, if_match: IfMatch = None) -> HttpResponse:
    """Close a place: it owes nothing from now on, its records stay."""
    asker = asker_of(request)
    with transaction.atomic():
        found = locked_place(asker, code, "edit-places")
        require_match(if_match, found)
        _require_open(found)
        close_place(found, by=asker.user, at=asker.at, reason=stated.reason)
    return _with_etag(_read(code), asker)


def _check(stated: PlaceChanges, at: datetime) -> None:
    """All that is wrong with what is stated, at once."""
    known = vocabulary(at)
    faults = [*kind_faults(known, stated.kind)] if stated.kind else []
    faults += fact_faults(known, stated.facts)
    faults += [
        Fault(_("There is no value of this fact."), f"#/measured/{fact}")
        for fact in stated.measured
        if fact not in stated.facts
    ]
    if stated.district and not District.objects.filter(code=stated.district).exists():
        faults.append(Fault(_("There is no district with this code."), "#/district"))
    if stated.department and not Department.objects.filter(code=stated.department).exists():
        faults.append(Fault(_("There is no department with this code."), "#/department"))
    if faults:
        raise ProblemError("invalid", faults=faults)


def _require_open(place: Place) -> None:
    if place.closed_at is not None:
        raise ProblemError("conflict", _("This place is closed; its records stay as they are."))


def _require_reach(asker: Asker, stated: PlaceChanges) -> None:
    """Moving a place under another district or department needs a grant there, not only for the place."""
    if not rules.may(asker.grants, "edit-places", _target(stated, "")):
        raise ProblemError("refused")


def _target(stated: PlaceChanges, code: str) -> Target:
    return Target(district=stated.district or "", department=stated.department or "", place=code)


def _read(code: str) -> Place:
    return Place.objects.select_related("department", "operator").get(code=code)


def _shown(place: Place, asker: Asker) -> PlaceOut:
    return place_out(place, shows_receiver=rules.may(asker.grants, "see-receivers", target_of(place)))


def _with_etag(place: Place, asker: Asker) -> HttpResponse:
    response = json_answer(200, _shown(place, asker).model_dump(mode="json"))
    response.headers["ETag"] = etag_of(place)
    return response


def _feature_collection(rows: QuerySet[Place]) -> Iterator[str]:
    yield '{"type": "FeatureCollection", "features": ['
    before = ""
    for place in rows.iterator(chunk_size=1000):
        yield before + json.dumps(_feature(place), ensure_ascii=False, allow_nan=False)
        before = ",\n"
    yield "]}\n"


def _feature(place: Place) -> dict[str, Any]:
    coordinates: Sequence[float | None] = (place.longitude, place.latitude)
    return {
        "type": "Feature",
        "id": place.code,
        "geometry": {"type": "Point", "coordinates": coordinates},
        "properties": {
            "code": place.code,
            "name_zh": place.name_zh,
            "name_en": place.name_en,
            "district": place.district_id,
            "address": place.address,
            "source": place.source,
            "source_id": place.source_id,
            **present_facts(place),
        },
    }
