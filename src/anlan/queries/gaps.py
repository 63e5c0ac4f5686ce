"""What is missing: duties whose state is overdue or not evidenced, of places and of departments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from anlan.engine import standing
from anlan.engine.board import FOREVER, moment_of
from anlan.engine.facts import Basis, SubjectFacts
from anlan.engine.policy import Text
from anlan.engine.states import STATES, State, WindowState
from anlan.models import Department, Place
from anlan.queries.board import Board, board, board_as_of
from anlan.queries.districts import with_parts
from anlan.queries.duties import basis, standings_of
from anlan.queries.subjects import (
    by_subject,
    department_subjects,
    evidence_marks,
    place_subjects,
    waiver_spans,
)

_AT_ONCE = 500
"""So many places are read and judged together, so that the evidence of a city need not fit into memory."""


NAMED_AT_ONCE = 500
"""More places than this are named by reading all names."""


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
    districts = with_parts(district) if district else None
    return [*_of_places(found, districts), *_of_departments(at, known_at, districts)]


def gaps_after(
    order: tuple[str, str, str] | None,
    limit: int,
    at: datetime,
    *,
    now: datetime,
    known_at: datetime | None = None,
    district: str = "",
    subjects: frozenset[str] | None = None,
) -> list[Gap]:
    """The first `limit` gaps behind one in the order of subject, scheme and rule; only these are written out.

    `subjects` are the codes of places and departments that count; None: all.
    """
    present = known_at is None and abs((at - now).total_seconds()) < 1
    found = board(at) if present else board_as_of(at, known_at)
    districts = with_parts(district) if district else None
    duties = _duties_after(found, districts, subjects, order, limit)
    places = list(_written(found, duties))
    departments = [
        gap for gap in _of_departments(at, known_at, districts) if subjects is None or gap.place in subjects
    ]
    behind = [gap for gap in (*places, *departments) if order is None or order_of(gap) > order]
    return sorted(behind, key=order_of)[:limit]


def order_of(gap: Gap) -> tuple[str, str, str]:
    """The order of gaps: by subject, scheme and rule."""
    return gap.place, gap.scheme, gap.rule


def gaps_between(
    start: datetime, at: datetime, *, known_at: datetime | None = None, district: str = ""
) -> list[Gap]:
    """Every window missed from `start` to `at`, however many a duty has: places by name, then departments."""
    places = Place.objects.order_by("name_sort", "id")
    departments = Department.objects.order_by("code")
    if district:
        codes = with_parts(district)
        places, departments = places.filter(district__in=codes), departments.filter(district__in=codes)
    works_by = basis(known_at)
    chosen = list(places)
    found: list[Gap] = []
    for first in range(0, len(chosen), _AT_ONCE):
        some = chosen[first : first + _AT_ONCE]
        of = Q(place__in=[place.pk for place in some])
        found += _missed(place_subjects(some, known_at), of, works_by, (start, at), known_at)
    of = Q(department__in=[department.pk for department in departments])
    subjects = department_subjects(list(departments), known_at)
    return found + _missed(subjects, of, works_by, (start, at), known_at)


def _missed(
    subjects: Sequence[SubjectFacts],
    of: Q,
    works_by: Basis,
    period: tuple[datetime, datetime],
    known_at: datetime | None,
) -> list[Gap]:
    start, at = period
    marks = by_subject(evidence_marks(of=of, until=at, known_at=known_at))
    waivers = by_subject(waiver_spans(of=of, known_at=known_at))
    return [
        _gap(subject, window)
        for subject in subjects
        for window in standing.missed(
            subject, works_by, marks[subject.code], waivers[subject.code], start, at, at
        )
    ]


def _gap(subject: SubjectFacts, state: WindowState) -> Gap:
    return Gap(
        place=subject.code,
        name=subject.name,
        district=subject.district,
        scheme=state.duty.scheme,
        rule=state.duty.rule.id,
        title=state.duty.rule.title,
        key=state.key,
        start=state.window.start,
        due=state.deadline,
        state=state.state,
    )


def _of_places(found: Board, districts: frozenset[str] | None) -> Iterator[Gap]:
    duties = _missing(found, districts)
    order = np.lexsort((found.compiled.rule[duties], found.compiled.place[duties]))
    return _written(found, duties[order])


def _missing(found: Board, districts: frozenset[str] | None) -> NDArray[np.intp]:
    """The duties of places that are gaps, within some districts (None: all)."""
    duties = np.flatnonzero(found.gap)
    if districts is None:
        return duties
    wanted = [number for number, code in enumerate(found.loaded.districts) if code in districts]
    return duties[np.isin(found.loaded.register.district[found.compiled.place[duties]], wanted)]


def _duties_after(
    found: Board,
    districts: frozenset[str] | None,
    subjects: frozenset[str] | None,
    order: tuple[str, str, str] | None,
    limit: int,
) -> NDArray[np.intp]:
    """The gaps of the first places, in order of code, that hold `limit` gaps behind `order`."""
    duties = _missing(found, districts)
    duties = duties[np.argsort(found.compiled.place[duties], kind="stable")]
    places, first, count = np.unique(found.compiled.place[duties], return_index=True, return_counts=True)
    codes = [found.loaded.register.codes[place] for place in places]
    taken: list[NDArray[np.intp]] = []
    held = 0
    for code, number in sorted(zip(codes, range(len(codes)), strict=True)):
        if (order is not None and code < order[0]) or (subjects is not None and code not in subjects):
            continue
        taken.append(duties[first[number] : first[number] + count[number]])
        held += 0 if order is not None and code == order[0] else int(count[number])
        if held >= limit:
            break
    return np.concatenate(taken) if taken else duties[:0]


def _written(found: Board, duties: NDArray[np.intp]) -> Iterator[Gap]:
    """Gaps of places in words and times."""
    loaded, compiled, states = found.loaded, found.compiled, found.states
    zone = timezone.get_default_timezone()
    wanted = {loaded.register.codes[place] for place in compiled.place[duties]}
    named = Place.objects.filter(code__in=wanted) if len(wanted) <= NAMED_AT_ONCE else Place.objects.all()
    names = dict(named.values_list("code", "name_zh")) if wanted else {}
    for duty in duties:
        place, rule = int(compiled.place[duty]), int(compiled.rule[duty])
        district = loaded.districts[int(loaded.register.district[place])]
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
    subjects = department_subjects(list(departments), known_at)
    of = Q(department__in=[department.pk for department in departments])
    for subject, states in zip(subjects, standings_of(subjects, of, at, known_at), strict=True):
        yield from (_gap(subject, state) for state in states if state.is_gap)
