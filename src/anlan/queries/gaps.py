"""What is missing: duties whose state is overdue or not evidenced, of places and of departments."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Q
from django.utils import timezone

from anlan.engine import standing
from anlan.engine.board import FOREVER, moment_of
from anlan.engine.facts import EvidenceMark
from anlan.engine.policy import Text
from anlan.engine.states import STATES, State
from anlan.models import Department, District, Place
from anlan.queries.board import Board, board, board_as_of
from anlan.queries.duties import basis, department_accounts
from anlan.queries.subjects import evidence_marks, place_subjects, waiver_spans


@dataclass(frozen=True, slots=True)
class Gap:
    """One duty that nobody recorded in time; `place` is the code of a place or of a department."""

    place: str
    name: str
    district: str
    scheme: str
    rule: str
    title: Text
    key: str
    start: datetime
    due: datetime | None
    state: State


def gaps_at(
    at: datetime, *, known_at: datetime | None = None, district: str = "", now: datetime
) -> list[Gap]:
    """Every gap at a moment as known at another, places by name, then departments; a fixed number of reads."""
    present = known_at is None and abs((at - now).total_seconds()) < 1
    found = board(at) if present else board_as_of(at, known_at)
    districts = _with_parts(district)
    return [*_of_places(found, districts), *_of_departments(at, known_at, districts)]


def gaps_between(
    start: datetime, at: datetime, *, known_at: datetime | None = None, district: str = ""
) -> list[Gap]:
    """Every window of places missed from `start` to `at`, however many a duty has."""
    places = Place.objects.select_related("district").order_by("name_sort", "id")
    if district:
        places = places.filter(district__in=_with_parts(district) or ())
    rows = {place.code: place for place in places}
    works_by = basis(known_at)
    of = Q(place__in=[place.pk for place in rows.values()])
    marks: dict[str, list[EvidenceMark]] = {code: [] for code in rows}
    for mark in evidence_marks(of=of, until=at, known_at=known_at):
        marks[mark.subject].append(mark)
    waivers = waiver_spans(of=of, known_at=known_at)
    return [
        Gap(
            subject.code,
            subject.name,
            subject.district,
            missed.duty.scheme,
            missed.duty.rule.id,
            missed.duty.rule.title,
            missed.key,
            missed.window.start,
            missed.deadline,
            missed.state,
        )
        for subject in place_subjects(list(rows.values()), known_at)
        for missed in standing.missed(
            subject,
            works_by,
            marks[subject.code],
            [span for span in waivers if span.subject == subject.code],
            start,
            at,
            at,
        )
    ]


def _of_places(found: Board, districts: frozenset[str] | None) -> Iterator[Gap]:
    loaded, compiled, states = found.loaded, found.compiled, found.states
    zone = timezone.get_default_timezone()
    duties = np.flatnonzero(found.gap)
    names = dict(Place.objects.values_list("code", "name_zh")) if len(duties) else {}
    order = np.lexsort((compiled.rule[duties], compiled.place[duties]))
    for duty in duties[order]:
        place, rule = int(compiled.place[duty]), int(compiled.rule[duty])
        district = loaded.districts[int(loaded.register.district[place])]
        if districts is not None and district not in districts:
            continue
        scheme, rule_id = compiled.rules[rule]
        code = loaded.register.codes[place]
        start = moment_of(int(states.start[duty]))
        end = int(states.end[duty])
        yield Gap(
            place=code,
            name=names.get(code, code),
            district=district,
            scheme=scheme,
            rule=rule_id,
            title=compiled.scheme_rules[rule].title,
            key=f"{scheme}/{rule_id}/{code}/{start.astimezone(zone).isoformat()}",
            start=start,
            due=None if end == FOREVER else moment_of(end),
            state=STATES[int(states.state[duty])],
        )


def _of_departments(
    at: datetime, known_at: datetime | None, districts: frozenset[str] | None
) -> Iterator[Gap]:
    departments = Department.objects.order_by("code")
    if districts is not None:
        departments = departments.filter(district__in=districts)
    for account in department_accounts(list(departments), at, known_at):
        for gap in account.gaps:
            yield Gap(
                account.subject.code,
                account.subject.name,
                account.subject.district,
                gap.duty.scheme,
                gap.duty.rule.id,
                gap.duty.rule.title,
                gap.key,
                gap.window.start,
                gap.deadline,
                gap.state,
            )


def _with_parts(district: str) -> frozenset[str] | None:
    """A district and all that are part of it; None for no district in particular."""
    if not district:
        return None
    parents = dict(District.objects.values_list("code", "parent_id"))
    found = {district}
    while True:
        more = {code for code, parent in parents.items() if parent in found} - found
        if not more:
            return frozenset(found)
        found |= more
