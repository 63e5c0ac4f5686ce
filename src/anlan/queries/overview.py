"""The board's figures: what is missing, due and recorded, by district, tier and duty, within somebody's reach."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db.models import Count, Q
from numpy.typing import NDArray

from anlan.engine.access import Reach
from anlan.engine.board import CODE
from anlan.engine.policy import Text
from anlan.engine.states import STATES, State
from anlan.models import Department, District, Finding
from anlan.queries.board import Board, board
from anlan.queries.board_deadlines import Falling, falling_among, named
from anlan.queries.board_scope import places_within
from anlan.queries.districts import chain_above, with_parts
from anlan.queries.duties import standings_of
from anlan.queries.reach import departments_within, findings_within
from anlan.queries.subjects import department_subjects

SHOWN = 12
"""How many duties and deadlines the board lists; the rest are one click away."""


@dataclass(frozen=True, slots=True)
class Row:
    """States counted for one district, tier or duty; `name` is what to show, `code` what to filter by."""

    code: str
    name: Text
    counts: dict[State, int]

    @property
    def gaps(self) -> int:
        return self.counts["overdue"] + self.counts["not-evidenced"]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Overview:
    """The board at a moment."""

    at: datetime
    places: int
    places_with_gaps: int
    tier_scheme: str
    undetermined: int
    counts: dict[State, int]
    districts: tuple[Row, ...]
    tiers: tuple[Row, ...]
    duties: tuple[Row, ...]
    falling: tuple[Falling, ...]
    falling_total: int
    hours: int
    departments: tuple[Row, ...]
    findings_open: int
    findings_overdue: int

    @property
    def not_evidenced(self) -> int:
        return self.counts["not-evidenced"]


def overview(at: datetime, reach: Reach, *, district: str = "", scheme: str = "", hours: int = 4) -> Overview:
    """The board for somebody, maybe of one district or scheme; a fixed number of reads."""
    city = board(at)
    mine = places_within(city.loaded, at, reach, district)
    chosen = mine[city.compiled.place] & city.of(scheme)
    tier_scheme = scheme or _main_scheme(city)
    names, parents = _district_names()
    findings = findings_within(reach, Finding.objects.filter(closed_at__isnull=True))
    if district:
        findings = findings.filter(place__district__in=with_parts(district))
    late = findings.aggregate(open=Count("id"), overdue=Count("id", filter=Q(deadline__lte=at)))
    soon = falling_among(city, chosen, at, hours)
    table = _table(city, chosen)
    return Overview(
        at=at,
        places=int(mine.sum()),
        places_with_gaps=int(
            (np.bincount(city.compiled.place[chosen & city.gap], minlength=len(mine)) > 0).sum()
        ),
        tier_scheme=tier_scheme,
        undetermined=_undetermined(city, mine, tier_scheme),
        counts=_counts(table.sum(axis=(0, 1))),
        districts=_by_district(city, table.sum(axis=1), names, parents),
        tiers=_by_tier(city, chosen, tier_scheme),
        duties=_by_duty(city, table.sum(axis=0)),
        falling=named(city, soon[:SHOWN]),
        falling_total=len(soon),
        hours=hours,
        departments=_departments(at, reach, scheme) if not district else (),
        findings_open=late["open"],
        findings_overdue=late["overdue"],
    )


def _main_scheme(city: Board) -> str:
    """The scheme whose tiers the board groups by: the one in force, else the first."""
    adopted = [
        adoption.scheme
        for adoption in city.compiled.basis.adoptions
        if adoption.scheme.id in city.compiled.tiers
    ]
    first = next((scheme for scheme in adopted if scheme.in_force), adopted[0] if adopted else None)
    return first.id if first else ""


def _counts(found: NDArray[np.int64]) -> dict[State, int]:
    return {state: int(found[code]) for state, code in CODE.items()}


def _table(city: Board, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """States counted for each district and rule: [district, rule, state]; one pass over the duties."""
    rules, districts = len(city.compiled.rules), len(city.loaded.districts)
    group = (city.loaded.register.district.astype(np.int32) * rules)[city.compiled.place] + city.compiled.rule
    return _grouped(city, chosen, group, districts * rules).reshape(districts, rules, len(STATES))


def _grouped(
    city: Board, chosen: NDArray[np.bool_], group: NDArray[np.int32], size: int
) -> NDArray[np.int64]:
    """States counted for each group of duties: [group, state]."""
    flat = group * np.int32(len(STATES)) + city.states.state
    found = np.bincount(flat if chosen.all() else flat[chosen], minlength=size * len(STATES))
    return found.reshape(size, len(STATES))


def _row(code: str, name: Text, counts: NDArray[np.int64]) -> Row:
    return Row(code, name, {state: int(counts[number]) for state, number in CODE.items()})


def _by_district(
    city: Board, table: NDArray[np.int64], names: dict[str, Text], parents: dict[str, str | None]
) -> tuple[Row, ...]:
    """The districts that have duties of their own, each counted with its parts, as the list behind it does."""
    codes = city.loaded.districts
    numbers = {code: number for number, code in enumerate(codes)}
    whole = table.copy()
    for number, code in enumerate(codes):
        for above in chain_above(code, parents):
            if above in numbers:
                whole[numbers[above]] += table[number]
    unknown = Text(zh="未划定辖区", en="No district")
    rows = [
        _row(code, names.get(code, unknown), whole[number])
        for number, code in enumerate(codes)
        if table[number].any()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.gaps, row.code)))


def _by_tier(city: Board, chosen: NDArray[np.bool_], scheme_id: str) -> tuple[Row, ...]:
    if not scheme_id:
        return ()
    words = city.compiled.tier_words[scheme_id]
    tier = city.compiled.tiers[scheme_id]
    of_place = np.where(tier < 0, len(words), tier).astype(np.int32)
    table = _grouped(city, chosen, of_place[city.compiled.place], len(words) + 1)
    scheme = next(a.scheme for a in city.compiled.basis.adoptions if a.scheme.id == scheme_id)
    titles = {rule.id: rule.title for rule in scheme.rules if rule.kind == "tier"}
    outside = Text(zh="不分类", en="No tier")
    rows = [_row(word, titles.get(word, outside), table[number]) for number, word in enumerate(words)]
    rows.append(_row("undetermined", Text(zh="类别待定", en="Tier undetermined"), table[len(words)]))
    order = {tier: number for number, tier in enumerate(scheme.tiers)}
    return tuple(sorted((row for row in rows if row.total), key=lambda row: order.get(row.code, len(order))))


def _by_duty(city: Board, table: NDArray[np.int64]) -> tuple[Row, ...]:
    rows = [
        _row("/".join(rule), city.compiled.scheme_rules[number].title, table[number])
        for number, rule in enumerate(city.compiled.rules)
    ]
    return tuple(sorted((row for row in rows if row.gaps), key=lambda row: (-row.gaps, row.code)))[:SHOWN]


def _undetermined(city: Board, mine: NDArray[np.bool_], scheme: str) -> int:
    return int((mine & (city.compiled.tiers[scheme] < 0)).sum()) if scheme else 0


def _district_names() -> tuple[dict[str, Text], dict[str, str | None]]:
    """Each district's name, and the one it is part of."""
    rows = list(District.objects.values_list("code", "name_zh", "name_en", "parent_id"))
    names = {code: Text(zh=zh, en=en or zh) for code, zh, en, _parent in rows}
    return names, {code: parent for code, _zh, _en, parent in rows}


def _departments(at: datetime, reach: Reach, scheme: str) -> tuple[Row, ...]:
    departments = list(departments_within(reach, Department.objects.order_by("code")))
    of = Q(department__in=[department.pk for department in departments])
    rows = []
    for department, found in zip(
        departments, standings_of(department_subjects(departments), of, at), strict=True
    ):
        states = [state.state for state in found if not scheme or state.duty.scheme == scheme]
        counts: dict[State, int] = {state: states.count(state) for state in STATES}
        rows.append(
            Row(
                department.code,
                Text(zh=department.name_zh, en=department.name_en or department.name_zh),
                counts,
            )
        )
    return tuple(sorted((row for row in rows if row.gaps), key=lambda row: (-row.gaps, row.code)))
