"""What is missing: gaps one by one, and how the city stands in figures."""

import hashlib
import json
from collections import Counter
from typing import Literal

import numpy as np
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel

from anlan.api.duties import Moment, moment_of
from anlan.api.etags import IfNoneMatch, is_unchanged, not_modified
from anlan.api.idempotency import json_answer
from anlan.api.inputs import DistrictCode, Filters, Time
from anlan.api.paging import Paged, next_address, values_of
from anlan.api.scheme_values import Words
from anlan.api.tokens import Asker, asker_of, needs
from anlan.engine.plain import plain_text
from anlan.engine.states import STATES
from anlan.models import Department, Place
from anlan.queries.gaps import Gap, gaps_after, order_of
from anlan.queries.place_index import PlaceFilter, PlaceIndex
from anlan.queries.reach import departments_within, within

router = Router(tags=["board"])


class GapOut(BaseModel):
    """One duty that nobody recorded in time; `subject` is the code of a place or of a department."""

    subject: str
    name: str
    district: str
    scheme: str
    rule: str
    title: Words
    key: str
    start: Time
    due: Time | None
    state: Literal["overdue", "not-evidenced"]


class GapPage(BaseModel):
    items: list[GapOut]
    next: str | None


class GapFilters(Moment, Paged):
    """At which moment, as known at which, in which district."""

    district: DistrictCode | None = None


class BoardFilter(Filters):
    district: DistrictCode | None = None


class DistrictStanding(BaseModel):
    """How many places of a district have gaps."""

    district: str
    places: int
    places_with_gaps: int
    gaps: int


class BoardOut(BaseModel):
    """How the places within reach stand now. `tiers` counts places by scheme and tier, `states` duties."""

    at: Time
    places: int
    places_with_gaps: int
    duties: int
    gaps: int
    states: dict[str, int]
    tiers: dict[str, dict[str, int]]
    districts: list[DistrictStanding]


@router.get("/gaps", response=GapPage, auth=needs("see-board"))
def gaps(request: HttpRequest, asked: Query[GapFilters]) -> GapPage:
    """Every duty that is overdue or not evidenced, in the order of subject, scheme and rule."""
    asker = asker_of(request)
    at, known_at = moment_of(asked, asker)
    after = None
    if asked.cursor:
        subject, scheme, rule = values_of(asked.cursor, (str, str, str))
        after = (str(subject), str(scheme), str(rule))
    found = gaps_after(
        after,
        asked.limit + 1,
        at,
        now=asker.at,
        known_at=known_at,
        district=asked.district or "",
        subjects=_subjects(asker),
    )
    shown = found[: asked.limit]
    following = next_address(request, order_of(shown[-1])) if len(found) > asked.limit else None
    return GapPage(items=[_shown(gap) for gap in shown], next=following)


@router.get("/board", response=BoardOut, auth=needs("see-board"))
def board(request: HttpRequest, asked: Query[BoardFilter], if_none_match: IfNoneMatch = None) -> HttpResponse:
    """How the city stands now, in figures; unchanged figures are not sent again."""
    asker = asker_of(request)
    figures = _figures(asker, asked.district or "").model_dump(mode="json")
    compared = json.dumps({name: value for name, value in figures.items() if name != "at"}, sort_keys=True)
    etag = f'"{hashlib.sha256(compared.encode()).hexdigest()[:32]}"'
    if is_unchanged(if_none_match, etag):
        return not_modified(etag)
    response = json_answer(200, figures)
    response.headers["ETag"] = etag
    return response


def _subjects(asker: Asker) -> frozenset[str] | None:
    """The codes of places and departments within reach; None for everything."""
    reach = asker.reach("see-board")
    if reach.everywhere:
        return None
    subjects = set(within(reach, Place.objects.all()).values_list("code", flat=True))
    subjects |= set(departments_within(reach, Department.objects.all()).values_list("code", flat=True))
    return frozenset(subjects)


def _figures(asker: Asker, district: str) -> BoardOut:
    index = PlaceIndex(asker.at, asker.reach("see-board"))
    city = index.board
    numbers = index.found(PlaceFilter(district=district))
    of_places = np.isin(city.compiled.place, numbers)
    states = np.bincount(city.states.state[of_places], minlength=len(STATES))
    missing = city.gaps_of_place[numbers]
    register = city.loaded.register
    places, gappy, sums = Counter[str](), Counter[str](), Counter[str]()
    for number, count in zip(numbers, missing, strict=True):
        code = city.loaded.districts[int(register.district[number])]
        places[code] += 1
        gappy[code] += int(count > 0)
        sums[code] += int(count)
    tiers = {
        scheme: dict(Counter(index.tiers_of(scheme, int(number)) for number in numbers))
        for scheme in city.compiled.tiers
    }
    return BoardOut(
        at=asker.at,
        places=len(numbers),
        places_with_gaps=int(np.count_nonzero(missing)),
        duties=int(np.count_nonzero(of_places)),
        gaps=int(missing.sum()),
        states={state: int(states[number]) for number, state in enumerate(STATES)},
        tiers=tiers,
        districts=[
            DistrictStanding(
                district=code, places=places[code], places_with_gaps=gappy[code], gaps=sums[code]
            )
            for code in sorted(places)
        ],
    )


def _shown(gap: Gap) -> GapOut:
    return GapOut.model_validate(
        {
            "subject": gap.place,
            "name": gap.name,
            "district": gap.district,
            "scheme": gap.scheme,
            "rule": gap.rule,
            "title": plain_text(gap.title),
            "key": gap.key,
            "start": gap.start,
            "due": gap.due,
            "state": gap.state,
        }
    )
