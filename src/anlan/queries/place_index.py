"""The list of places with how they stand: found by name, narrowed by filters, sorted, page by page.

The board holds the states of all places as arrays; names are kept beside them, so that a page of the list costs
a fixed number of reads however many places there are.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from anlan.engine.access import Reach
from anlan.engine.board_register import Flags
from anlan.engine.policy import LEVELS, Level
from anlan.engine.states import GAPS, State
from anlan.models import Place
from anlan.queries.board import WORST, board
from anlan.queries.board_register import LoadedRegister
from anlan.queries.districts import with_parts

PAGE = 50
UNDETERMINED = "undetermined"
ANY_IN: Mapping[str, tuple[State, ...]] = {
    "gaps": GAPS,
    "not-evidenced": ("not-evidenced",),
    "overdue": ("overdue",),
    "due": ("due",),
    "late": ("late",),
    "waived": ("waived",),
    "some-recorded": ("recorded",),
}
"""Filters by state that find the places with any duty in one of these states."""


@dataclass(frozen=True, slots=True)
class PlaceFilter:
    """What the list of places is narrowed to; empty means all.

    `tier` is written scheme:tier; `duty` is scheme or scheme/rule, and then `state` means these duties only.
    """

    text: str = ""
    district: str = ""
    kind: str = ""
    tier: str = ""
    state: str = ""
    duty: str = ""
    posture: str = ""
    operator: str = ""
    closed: bool = False
    nothing: bool = False


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place with how it stands: its worst state ("" when nothing is owed), its gaps, its tier by scheme."""

    place: Place
    state: str
    gaps: int
    duties: int
    tiers: Mapping[str, str]
    posture: Level


@dataclass(frozen=True, slots=True)
class PlacePoint:
    """A place on the map."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    longitude: float
    latitude: float
    state: str
    gaps: int


@dataclass(frozen=True, slots=True)
class PlacePage:
    """One page of the list, the cursor of the next, and how many there are in all.

    `duties` counts the duties at all these places that are in the state asked for; None where none was.
    """

    rows: tuple[PlaceRow, ...]
    next: str
    total: int
    duties: int | None = None


@dataclass(frozen=True, slots=True)
class _Columns:
    """What the list needs of every place beside the board, numbered as in the board."""

    texts: Sequence[str]
    names: Sequence[tuple[str, str]]
    operator: Sequence[str]
    department: Sequence[str]
    longitude: NDArray[np.float64]
    latitude: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _StandingOf:
    """How each place stands in some duties."""

    worst: NDArray[np.int8]
    gaps: NDArray[np.int64]
    duties: NDArray[np.int64]

    def state(self, number: int) -> str:
        """The worst state of a place, "" when it owes nothing."""
        worst = int(self.worst[number])
        return WORST[worst] if worst < len(WORST) else ""


class PlaceIndex:
    """The places at a moment, within reach."""

    def __init__(self, at: datetime, reach: Reach) -> None:
        self.board = board(at)
        self._columns = _columns_of(self.board.loaded)
        self.reachable = self._within(reach)
        self._narrowed: tuple[str, _StandingOf] | None = None

    def page(self, wanted: PlaceFilter, *, sort: str = "name", after: str = "") -> PlacePage:
        """A page of 50 places; four reads."""
        found = self.found(wanted)
        order = self._sorted(found, sort, wanted.duty)
        start = self._position(order, after)
        shown = order[start : start + PAGE]
        has_more = start + PAGE < len(order)
        following = self.board.loaded.register.codes[int(shown[-1])] if has_more else ""
        duties = int(self._meant(wanted)[found].sum()) if wanted.state in ANY_IN else None
        return PlacePage(tuple(self.rows(shown, wanted.duty)), following, len(order), duties)

    def found(self, wanted: PlaceFilter) -> NDArray[np.int64]:
        """The numbers of the places that pass the filter, in order of name."""
        if wanted.nothing:
            return np.zeros(0, dtype=np.int64)
        board_, register = self.board, self.board.loaded.register
        now = board_.at.timestamp()
        chosen = self.reachable & (register.registered <= now)
        is_open = register.closed > now
        chosen &= ~is_open if wanted.closed else is_open
        if wanted.district:
            chosen &= self._of_districts(with_parts(wanted.district))
        if wanted.kind:
            chosen &= np.isin(board_.loaded.kind, _numbers_of(board_.loaded.kinds, {wanted.kind}))
        if wanted.tier:
            chosen &= self._of_tier(wanted.tier)
        if wanted.state or wanted.duty:
            chosen &= self._of_state(wanted)
        if wanted.posture:
            chosen &= self.postures() == LEVELS.index(_level(wanted.posture))
        numbers = np.flatnonzero(chosen)
        if wanted.operator:
            numbers = np.array(
                [n for n in numbers.tolist() if wanted.operator == self._columns.operator[n]], dtype=np.int64
            )
        for word in wanted.text.lower().split():
            texts = self._columns.texts
            numbers = np.array(
                [number for number in numbers.tolist() if word in texts[number]], dtype=np.int64
            )
        return numbers

    def listed(self, wanted: PlaceFilter, *, sort: str = "name") -> NDArray[np.int64]:
        """The numbers of all places of the filter, in the order of the list."""
        return self._sorted(self.found(wanted), sort, wanted.duty)

    def keys(self, numbers: NDArray[np.int64]) -> list[UUID]:
        """The ids of places by their numbers."""
        return [_id(self.board.loaded.ids[number]) for number in numbers.tolist()]

    def rows(self, numbers: NDArray[np.int64], duty: str = "") -> list[PlaceRow]:
        """Places with how they stand, maybe in the duties of one scheme or rule only; one read."""
        ids = [self.board.loaded.ids[int(number)] for number in numbers]
        places = Place.objects.select_related("district", "operator").in_bulk([_id(one) for one in ids])
        return [
            self._row(int(number), places[_id(key)], duty)
            for number, key in zip(numbers, ids, strict=True)
            if _id(key) in places
        ]

    def points(
        self, wanted: PlaceFilter, box: tuple[float, float, float, float] | None, limit: int
    ) -> list[PlacePoint]:
        """Places with a position, those with gaps first; within a box of west, south, east, north if given.

        It reads nothing: names and positions are kept beside the register.
        """
        numbers = self.found(wanted)
        west, south, east, north = box or (-180.0, -90.0, 180.0, 90.0)
        x, y = self._columns.longitude[numbers], self._columns.latitude[numbers]
        numbers = numbers[(x >= west) & (x <= east) & (y >= south) & (y <= north)]
        numbers = numbers[np.argsort(-self._standing(wanted.duty).gaps[numbers], kind="stable")][:limit]
        columns, loaded = self._columns, self.board.loaded
        standing = self._standing(wanted.duty)
        return [
            PlacePoint(
                loaded.register.codes[number],
                columns.names[number][0],
                columns.names[number][1],
                loaded.kinds[int(loaded.kind[number])],
                float(columns.longitude[number]),
                float(columns.latitude[number]),
                standing.state(number),
                int(standing.gaps[number]),
            )
            for number in numbers.tolist()
        ]

    def tiers_of(self, scheme: str, number: int) -> str:
        """The tier of a place under a scheme."""
        code = int(self.board.compiled.tiers[scheme][number])
        return UNDETERMINED if code < 0 else self.board.compiled.tier_words[scheme][code]

    def state_of(self, number: int) -> str:
        """The worst state of a place, "" when it owes nothing."""
        worst = int(self.board.worst_of_place[number])
        return WORST[worst] if worst < len(WORST) else ""

    def postures(self) -> NDArray[np.int8]:
        """The level in force at each place, as its rank."""
        now = self.board.at.timestamp()
        found = np.zeros(len(self.board.loaded.ids), dtype=np.int8)
        for span in self.board.loaded.register.postures:
            if span.start <= now < span.end:
                rank = np.int8(LEVELS.index(span.level))
                if span.places is None:
                    np.maximum(found, rank, out=found)
                else:
                    found[span.places] = np.maximum(found[span.places], rank)
        return found

    def _standing(self, duty: str) -> _StandingOf:
        board_ = self.board
        if not duty:
            return _StandingOf(board_.worst_of_place, board_.gaps_of_place, board_.duties_of_place)
        if self._narrowed is None or self._narrowed[0] != duty:
            meant = board_.of(duty)
            found = _StandingOf(
                board_.worst_among(meant), board_.per_place(meant & board_.gap), board_.per_place(meant)
            )
            self._narrowed = (duty, found)
        return self._narrowed[1]

    def _row(self, number: int, place: Place, duty: str) -> PlaceRow:
        standing = self._standing(duty)
        return PlaceRow(
            place=place,
            state=standing.state(number),
            gaps=int(standing.gaps[number]),
            duties=int(standing.duties[number]),
            tiers={scheme: self.tiers_of(scheme, number) for scheme in self.board.compiled.tiers},
            posture=LEVELS[int(self._levels()[number])],
        )

    def _levels(self) -> NDArray[np.int8]:
        kept: NDArray[np.int8] | None = getattr(self, "_kept_levels", None)
        if kept is None:
            kept = self._kept_levels = self.postures()
        return kept

    def _sorted(self, numbers: NDArray[np.int64], sort: str, duty: str) -> NDArray[np.int64]:
        if sort == "gaps":
            return numbers[np.argsort(-self._standing(duty).gaps[numbers], kind="stable")]
        if sort == "-name":
            return numbers[::-1]
        return numbers

    def _position(self, order: NDArray[np.int64], after: str) -> int:
        """Where the page after this place begins; the first page where there is no such place any more."""
        if not after:
            return 0
        codes = self.board.loaded.register.codes
        found = [at for at, number in enumerate(order) if codes[int(number)] == after]
        return found[0] + 1 if found else 0

    def _of_tier(self, wanted: str) -> Flags:
        scheme, _colon, tier = wanted.partition(":")
        words = self.board.compiled.tier_words.get(scheme, ())
        code = -1 if tier == UNDETERMINED else words.index(tier) if tier in words else len(words)
        numbers = self.board.compiled.tiers.get(scheme)
        if numbers is None:
            return np.zeros(len(self.board.loaded.ids), dtype=bool)
        chosen: Flags = numbers < 0 if code < 0 else numbers == code
        return chosen

    def _meant(self, wanted: PlaceFilter) -> NDArray[np.int64]:
        """How many duties of each place are in the state asked for; all that are meant where it is none of these."""
        meant = self.board.of(wanted.duty)
        if wanted.state in ANY_IN:
            meant = meant & self.board.in_states(ANY_IN[wanted.state])
        return self.board.per_place(meant)

    def _of_state(self, wanted: PlaceFilter) -> Flags:
        board_ = self.board
        some: Flags = self._meant(wanted) > 0
        if not wanted.state or wanted.state in ANY_IN:
            return some
        if wanted.state == UNDETERMINED:
            chosen = np.zeros(len(board_.loaded.ids), dtype=bool)
            for numbers in board_.compiled.tiers.values():
                chosen |= numbers < 0
            return chosen & some if wanted.duty else chosen
        open_: Flags = board_.per_place(board_.of(wanted.duty) & board_.in_states((*GAPS, "due"))) > 0
        return {"recorded": some & ~open_, "nothing": ~some}.get(
            wanted.state, np.zeros(len(board_.loaded.ids), dtype=bool)
        )

    def _of_districts(self, codes: frozenset[str]) -> Flags:
        loaded = self.board.loaded
        found: Flags = np.isin(loaded.register.district, _numbers_of(loaded.districts, codes))
        return found

    def _within(self, reach: Reach) -> Flags:
        count = len(self.board.loaded.ids)
        if reach.everywhere:
            return np.ones(count, dtype=bool)
        chosen = self._of_districts(reach.districts)
        if reach.departments:
            owners = self._columns.department
            chosen |= np.array([owner in reach.departments for owner in owners], dtype=bool)
        if reach.places:
            codes = self.board.loaded.register.codes
            chosen |= np.array([code in reach.places for code in codes], dtype=bool)
        return chosen


_LOCK = threading.Lock()
_KEPT: list[tuple[LoadedRegister, _Columns]] = []


def _columns_of(loaded: LoadedRegister) -> _Columns:
    """The names beside the register the board keeps; read again when that was."""
    with _LOCK:
        if _KEPT and _KEPT[0][0].index is loaded.index:
            return _KEPT[0][1]
    sql = """
        SELECT place.id, place.name_zh, place.name_en, place.name_sort, place.code, operator.code, department.code,
               place.longitude, place.latitude
        FROM anlan_place place LEFT JOIN anlan_operator operator ON operator.id = place.operator_id
        LEFT JOIN anlan_department department ON department.id = place.department_id
    """
    count = len(loaded.ids)
    texts, names, operators, departments = [""] * count, [("", "")] * count, [""] * count, [""] * count
    longitudes, latitudes = np.full(count, np.nan), np.full(count, np.nan)
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for key, name, english, sort, code, operator, department, longitude, latitude in cursor.fetchall():
            number = loaded.index.get(key)
            if number is not None:
                texts[number] = f"{name}\n{sort}\n{code}".lower()
                names[number] = (name, english or "")
                operators[number], departments[number] = operator or "", department or ""
                if longitude is not None and latitude is not None:
                    longitudes[number], latitudes[number] = longitude, latitude
    columns = _Columns(texts, names, operators, departments, longitudes, latitudes)
    with _LOCK:
        _KEPT[:] = [(loaded, columns)]
    return columns


def _numbers_of(words: Sequence[str], wanted: frozenset[str] | set[str]) -> list[int]:
    return [number for number, word in enumerate(words) if word in wanted]


def _level(word: str) -> Level:
    return next((level for level in LEVELS if level == word), "normal")


def _id(key: Any) -> UUID:
    return key if isinstance(key, UUID) else UUID(hex=str(key))
