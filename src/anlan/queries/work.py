"""What somebody owes or has to look after now: of a few places in detail, of many from the board, of departments.

Rows stand in the order of urgency: overdue, due within hours, later today, this week, later.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
from django.db.models import Q
from django.utils import timezone
from numpy.typing import NDArray

from anlan.engine.access import Reach
from anlan.engine.board import CODE, FOREVER, instant_of
from anlan.engine.periods import in_utc
from anlan.engine.policy import Each, Rule, Standing, Text
from anlan.engine.standing import WindowState
from anlan.engine.states import STATES, State
from anlan.models import Department, Place
from anlan.queries.board import Board
from anlan.queries.duties import standings_of
from anlan.queries.place_index import PlaceIndex
from anlan.queries.reach import departments_within
from anlan.queries.subjects import department_subjects, place_subjects

GroupName = Literal["overdue", "now", "today", "week", "later"]
GROUPS: tuple[GroupName, ...] = ("overdue", "now", "today", "week", "later")
NOW = timedelta(hours=4)
"""What is due within this time stands under "due now"."""

WEEK = timedelta(days=7)
SHOWN = 12
"""How many rows of a group are listed before one asks for the rest."""

MOST_IN_DETAIL = 12
"""More own places than this are read from the board, without counts of checkpoints."""

NAMED_AT_ONCE = 500
"""More places than this are named by reading all names."""

_FAR = float("inf")


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One duty of one place or department that asks for something.

    `next_start` is when the next window begins, for a round that is done for now. `done` of `of` are checkpoints.
    """

    is_place: bool
    code: str
    name: Text
    scheme: str
    rule: Rule
    state: State
    group: GroupName
    deadline: datetime | None
    start: datetime | None = None
    next_start: datetime | None = None
    runs_out: bool = False
    done: int = 0
    of: int = 0
    had: float | None = None
    needed: float | None = None

    @property
    def key(self) -> str:
        return f"{self.code}/{self.scheme}/{self.rule.id}"


@dataclass(frozen=True, slots=True)
class WorkGroup:
    """The rows of one urgency: how many there are and those that are shown; `next` is the cursor of more."""

    name: GroupName
    count: int
    rows: tuple[WorkRow, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done: groups in order of urgency, how much is recorded, and when something comes up next."""

    groups: tuple[WorkGroup, ...]
    recorded: int
    next_at: datetime | None

    @property
    def is_quiet(self) -> bool:
        """Nothing is overdue or due now."""
        return not any(group.count for group in self.groups if group.name in ("overdue", "now"))

    def count(self, name: GroupName) -> int:
        return sum(group.count for group in self.groups if group.name == name)


Wanted = Callable[[Rule], bool]


def every_rule(_rule: Rule) -> bool:
    """Wants all there is."""
    return True


def work_of_places(places: Sequence[Place], at: datetime, wanted: Wanted) -> Work:
    """What a few places owe, with the rounds that come later today."""
    names = {place.code: Text(place.name_zh, place.name_en or place.name_zh) for place in places}
    found = standings_of(place_subjects(places), Q(place__in=[place.pk for place in places]), at)
    return _work_of(
        zip((place.code for place in places), found, strict=True), names, at, wanted, is_place=True
    )


def work_of_departments(reach: Reach, at: datetime) -> Work:
    """What the departments within reach owe themselves; a fixed number of reads."""
    departments = list(
        departments_within(reach, Department.objects.filter(closed_at__isnull=True)).order_by("code")
    )
    names = {one.code: Text(one.name_zh, one.name_en or one.name_zh) for one in departments}
    subjects = department_subjects(departments) if departments else []
    found = standings_of(subjects, Q(department__in=[one.pk for one in departments]), at) if subjects else []
    return _work_of(
        zip((one.code for one in departments), found, strict=True), names, at, every_rule, is_place=False
    )


def work_from_board(
    reach: Reach, at: datetime, wanted: Wanted, *, group: str = "", after: str = "", whole: bool = False
) -> Work:
    """What the places within reach owe, however many they are; one group page by page, or the head of each.

    `whole` gives every row.
    """
    index = PlaceIndex(at, reach)
    city = index.board
    chosen = index.reachable[city.compiled.place] & _open_places(city)[city.compiled.place]
    chosen &= np.array([wanted(rule) for rule in city.compiled.scheme_rules] or [False], dtype=bool)[
        city.compiled.rule
    ]
    numbers = _grouped(city, np.flatnonzero(chosen), at)
    shown: list[tuple[GroupName, int, NDArray[np.int64], str]] = []
    for name in GROUPS:
        found = numbers[name]
        if group and name != group:
            shown.append((name, len(found), found[:0], ""))
            continue
        start = _after(city, found, after) if group and not whole else 0
        part = found if whole else found[start : start + (SHOWN * 2 if group else SHOWN)]
        more = len(part) > 0 and start + len(part) < len(found)
        shown.append((name, len(found), part, _key(city, int(part[-1])) if more else ""))
    names = _names(city, [int(duty) for _n, _c, part, _m in shown for duty in part])
    counted = city.states.state[chosen]
    return Work(
        groups=tuple(
            WorkGroup(name, count, tuple(_board_row(city, int(duty), name, names) for duty in part), more)
            for name, count, part, more in shown
        ),
        recorded=int(np.isin(counted, [CODE["recorded"], CODE["late"], CODE["waived"]]).sum()),
        next_at=_next_on_board(city, numbers),
    )


def group_of(deadline: datetime | None, at: datetime, zone: ZoneInfo) -> GroupName:
    """Under which heading something stands that is due by a moment."""
    if deadline is None:
        return "later"
    if deadline <= at + NOW:
        return "now"
    if deadline.astimezone(zone).date() == at.astimezone(zone).date():
        return "today"
    return "week" if deadline <= at + WEEK else "later"


def _work_of(
    found: Iterable[tuple[str, tuple[WindowState, ...]]],
    names: Mapping[str, Text],
    at: datetime,
    wanted: Wanted,
    *,
    is_place: bool,
) -> Work:
    zone = timezone.get_default_timezone()
    rows: list[WorkRow] = []
    recorded, coming = 0, []
    for code, states in found:
        for state in states:
            if not wanted(state.duty.rule):
                continue
            row = _row(state, code, names, at, zone, is_place=is_place)
            if row is not None:
                rows.append(row)
            if state.state in ("recorded", "late", "waived"):
                recorded += 1
            if (moment := _next_of(state)) is not None and moment > at:
                coming.append(moment)
    rows.sort(key=_urgency)
    groups = []
    for name in GROUPS:
        shown = tuple(row for row in rows if row.group == name)
        groups.append(WorkGroup(name, len(shown), shown))
    return Work(tuple(groups), recorded, min(coming, default=None))


def _row(
    state: WindowState, code: str, names: Mapping[str, Text], at: datetime, zone: ZoneInfo, *, is_place: bool
) -> WorkRow | None:
    next_start, runs_out = None, False
    deadline = state.deadline
    if state.is_gap:
        group: GroupName = "overdue"
    elif state.state == "due":
        group = group_of(deadline, at, zone)
    elif state.state == "recorded" and isinstance(state.duty.cadence, Standing):
        if deadline is None or deadline > at + WEEK:
            return None
        group, runs_out = group_of(deadline, at, zone), True
    elif state.state in ("recorded", "late") and isinstance(state.duty.cadence, tuple):
        next_start = state.window.end
        if next_start is None or next_start.astimezone(zone).date() != at.astimezone(zone).date():
            return None
        group, deadline = "today", None
    else:
        return None
    return WorkRow(
        is_place=is_place,
        code=code,
        name=names.get(code, Text(code, code)),
        scheme=state.duty.scheme,
        rule=state.duty.rule,
        state=state.state,
        group=group,
        deadline=deadline,
        start=state.window.start,
        next_start=next_start,
        runs_out=runs_out,
        done=state.done,
        of=state.of,
        had=state.had,
        needed=state.needed if state.needed is not None else state.duty.quantity,
    )


def _urgency(row: WorkRow) -> tuple[int, float, str]:
    """Within overdue the worst first, then by deadline."""
    moment = row.deadline or row.next_start
    worst = 0 if row.state == "not-evidenced" else 1
    return worst, moment.timestamp() if moment else _FAR, row.code


def _next_of(state: WindowState) -> datetime | None:
    """When something is next to be done about a duty that asks for nothing now."""
    if state.state == "due":
        return state.deadline
    if state.state in ("recorded", "late") and not isinstance(state.duty.cadence, Each):
        return state.deadline if isinstance(state.duty.cadence, Standing) else state.window.end
    return state.window.end if isinstance(state.duty.cadence, Each) else None


def _open_places(city: Board) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = city.loaded.register.closed > city.at.timestamp()
    return found


def _grouped(city: Board, duties: NDArray[np.int64], at: datetime) -> dict[GroupName, NDArray[np.int64]]:
    """The duties under each heading, the most urgent first; proofs that run out within the week among them."""
    states, ends = city.states.state, city.states.end
    local = at.astimezone(timezone.get_default_timezone())
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    soon, today, week = (instant_of(in_utc(each)) for each in (at + NOW, midnight, at + WEEK))
    gap = city.gap[duties]
    falling = np.zeros(len(city.compiled), dtype=bool)
    falling[city.states.falling_due(city.compiled, at + WEEK)] = True
    expiring = falling[duties]
    waiting = ~gap & ((states[duties] == CODE["due"]) | (expiring & (states[duties] == CODE["recorded"])))
    end = ends[duties]
    masks: dict[GroupName, NDArray[np.bool_]] = {
        "overdue": gap,
        "now": waiting & (end <= soon),
        "today": waiting & (end > soon) & (end < today),
        "week": waiting & (end > soon) & (end >= today) & (end <= week),
        "later": waiting & (end > soon) & (end > week) & (end >= today),
    }
    worst = np.where(states[duties] == CODE["not-evidenced"], 0, 1)
    order = np.lexsort((city.compiled.place[duties], end, worst))
    return {name: duties[order][mask[order]] for name, mask in masks.items()}


def _key(city: Board, duty: int) -> str:
    scheme, rule = city.compiled.rules[int(city.compiled.rule[duty])]
    return f"{city.loaded.register.codes[int(city.compiled.place[duty])]}/{scheme}/{rule}"


def _after(city: Board, duties: NDArray[np.int64], cursor: str) -> int:
    """Where the page after this duty begins; the first page where it stands there no more."""
    code, _slash, name = cursor.partition("/")
    scheme, _slash, rule = name.partition("/")
    number = city.compiled.rule_number.get((scheme, rule))
    if number is None or code not in city.loaded.register.codes:
        return 0
    place = list(city.loaded.register.codes).index(code)
    found = np.flatnonzero((city.compiled.place[duties] == place) & (city.compiled.rule[duties] == number))
    return int(found[0]) + 1 if len(found) else 0


def _names(city: Board, duties: Sequence[int]) -> dict[str, Text]:
    codes = {city.loaded.register.codes[int(city.compiled.place[duty])] for duty in duties}
    places = Place.objects.filter(code__in=codes) if len(codes) <= NAMED_AT_ONCE else Place.objects.all()
    rows = places.values_list("code", "name_zh", "name_en")
    return {code: Text(zh, en or zh) for code, zh, en in rows if code in codes}


def _board_row(city: Board, duty: int, group: GroupName, names: Mapping[str, Text]) -> WorkRow:
    code = city.loaded.register.codes[int(city.compiled.place[duty])]
    number = int(city.compiled.rule[duty])
    state = STATES[int(city.states.state[duty])]
    return WorkRow(
        is_place=True,
        code=code,
        name=names.get(code, Text(code, code)),
        scheme=city.compiled.rules[number][0],
        rule=city.compiled.scheme_rules[number],
        state=state,
        group=group,
        deadline=city.end_of(duty),
        start=city.start_of(duty),
        runs_out=state == "recorded",
    )


def _next_on_board(city: Board, numbers: Mapping[GroupName, NDArray[np.int64]]) -> datetime | None:
    for name in ("today", "week", "later"):
        found = numbers[name]
        ends = city.states.end[found]
        if len(found) and int(ends.min()) < FOREVER:
            return city.end_of(int(found[int(ends.argmin())]))
    return None
