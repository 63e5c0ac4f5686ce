"""Which windows guards can still reach when not all can be kept: visits put into a round one by one where they fit.

Insertion as in Solomon 1987 (Operations Research 35:254-265): each round knows when every visit can begin at the
earliest and at the latest, so that whether one more fits is a comparison. What comes out is a round that can be walked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from anlan.engine.patrol_game import GameCrew
from anlan.kernels.patrol.beats import closed

Window = tuple[int, int, int]
"""One visit owed: number of the checkpoint, first slot, and the slot before which to arrive."""

LEAST_SHARE: Final = 0.5
"""No checkpoint counts for less than this part of the greatest worth, so that none waits for ever."""

PASSES: Final = 2
"""How often the visits of a window are put in order anew for the sake of those that did not fit."""


@dataclass(slots=True)
class Route:
    """What one guard walks: the visits in order, each with its earliest and latest arrival."""

    walk: Sequence[Sequence[int]]
    dwell: Sequence[int]
    slots: int
    start: tuple[int, int] | None
    visits: list[Window] = field(default_factory=list)
    early: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)

    def place_for(self, one: Window) -> tuple[int, int] | None:
        """The way it adds and the position where one more visit fits best; None where it fits nowhere."""
        best: tuple[int, int] | None = None
        for position in range(len(self.visits) + 1):
            if position and self.early[position - 1] >= one[2]:
                break
            if position < len(self.visits) and self.late[position] < one[1]:
                continue
            added = self._added(one, position)
            if added is not None and (best is None or added < best[0]):
                best = (added, position)
        return best

    def put(self, one: Window, position: int) -> None:
        """Take one more visit in where it fits."""
        self.visits.insert(position, one)
        self.early.insert(position, 0)
        self.late.insert(position, 0)
        self._timed(position)

    def tighten(self, closes: int) -> None:
        """Put the visits whose window closes at a slot where they cost the shortest way, so that more may fit."""
        for one in [visit for visit in self.visits if visit[2] == closes]:
            number = self.visits.index(one)
            del self.visits[number], self.early[number], self.late[number]
            self._timed(number)
            place = self.place_for(one)
            self.put(one, place[1] if place else number)

    def _timed(self, position: int) -> None:
        for number in range(position, len(self.visits)):
            self.early[number] = self._arrival(number - 1, self.visits[number])
        for number in range(len(self.visits) - 1, -1, -1):
            self.late[number] = self._latest(number)

    def _added(self, one: Window, position: int) -> int | None:
        place, _opens, closes = one
        arrive = self._arrival(position - 1, one)
        if arrive >= min(closes, self.slots - self.dwell[place] + 1):
            return None
        before = self._standing(position - 1)
        way = self.walk[before][place] if before is not None else 0
        if position == len(self.visits):
            return way + self.dwell[place]
        after = self.visits[position][0]
        onward = self.walk[place][after]
        if arrive + self.dwell[place] + onward > self.late[position]:
            return None
        return way + self.dwell[place] + onward - (self.walk[before][after] if before is not None else 0)

    def _standing(self, number: int) -> int | None:
        if number >= 0:
            return self.visits[number][0]
        return self.start[0] if self.start else None

    def _arrival(self, before: int, one: Window) -> int:
        """The earliest arrival for a visit that follows visit number `before`."""
        if before >= 0:
            place = self.visits[before][0]
            return max(one[1], self.early[before] + self.dwell[place] + self.walk[place][one[0]])
        if self.start is not None:
            return max(one[1], self.start[1] + self.walk[self.start[0]][one[0]])
        return max(one[1], 0)

    def _latest(self, number: int) -> int:
        place, _opens, closes = self.visits[number]
        latest = min(closes - 1, self.slots - self.dwell[place])
        if number + 1 < len(self.visits):
            after = self.visits[number + 1][0]
            latest = min(latest, self.late[number + 1] - self.walk[place][after] - self.dwell[place])
        return latest


@dataclass(frozen=True, slots=True)
class Reached:
    """What the guards of a crew can walk, guard by guard, with the earliest arrivals, and what is left over."""

    routes: tuple[tuple[Window, ...], ...]
    arrivals: tuple[tuple[int, ...], ...]
    left: tuple[Window, ...]


def windows_of(crew: GameCrew) -> tuple[Window, ...]:
    """Every visit that a crew owes."""
    return tuple(
        (place, opens, closes) for place, windows in enumerate(crew.windows) for opens, closes in windows
    )


def reached(crew: GameCrew, slots: int, tiers: Sequence[Sequence[Window]]) -> Reached:
    """As many of the visits as fit, by worth and turn or by the shortest way.

    Whichever leaves out fewer checkpoints altogether, and of those that leave out as many what reaches more.
    """
    owed = {one[0] for tier in tiers for one in tier}
    found = [_reached(crew, slots, tiers, by_way=by_way) for by_way in (False, True)]
    return min(
        found, key=lambda one: (len(owed - {v[0] for route in one.routes for v in route}), len(one.left))
    )


def _reached(crew: GameCrew, slots: int, tiers: Iterable[Sequence[Window]], *, by_way: bool) -> Reached:
    """As many of the visits as fit, tier by tier and in each the windows that close first before the others.

    Of windows that close together those come first whose checkpoint is worth most times how often running it was
    missed. Each checkpoint has one guard, whoever has the shortest way when it is first put in.
    """
    walk = closed(crew.walk)
    routes = [
        Route(walk, crew.dwell, slots, crew.starts[number] if number < len(crew.starts) else None)
        for number in range(len(crew.guards))
    ]
    home: dict[int, Route] = {}
    left: list[Window] = []
    for tier in tiers:
        missed = [0] * len(crew.checkpoints)
        for closes, group in groupby(sorted(tier, key=lambda one: one[2]), key=lambda one: one[2]):
            ordered = sorted(group, key=lambda one: -_priority(crew, one[0], missed))
            if by_way:
                _nearest_put(ordered, routes, home)
            missing = _all_put([one for one in ordered if not _is_put(one, home)], routes, home)
            for _again in range(PASSES):
                if missing:
                    for route in routes:
                        route.tighten(closes)
                    missing = _all_put(missing, routes, home)
            for one in ordered:
                missed[one[0]] = missed[one[0]] + 1 if one in missing else 0
            left += missing
    return Reached(
        tuple(tuple(route.visits) for route in routes),
        tuple(tuple(route.early) for route in routes),
        tuple(left),
    )


def _nearest_put(windows: Sequence[Window], routes: Sequence[Route], home: dict[int, Route]) -> None:
    """Put in, again and again, the one that adds the shortest way."""
    rest = list(windows)
    while rest:
        ways = [
            (place[0], number)
            for number, one in enumerate(rest)
            for route in ([home[one[0]]] if one[0] in home else routes)
            if (place := route.place_for(one))
        ]
        if not ways:
            return
        one = rest.pop(min(ways)[1])
        _put(one, [home[one[0]]] if one[0] in home else routes, home)


def _is_put(one: Window, home: dict[int, Route]) -> bool:
    return one[0] in home and one in home[one[0]].visits


def _all_put(windows: Sequence[Window], routes: Sequence[Route], home: dict[int, Route]) -> list[Window]:
    """Those that fit nowhere; the others are put in."""
    return [one for one in windows if not _put(one, [home[one[0]]] if one[0] in home else routes, home)]


def _put(one: Window, routes: Sequence[Route], home: dict[int, Route]) -> bool:
    found = [(place, len(route.visits), route) for route in routes if (place := route.place_for(one))]
    if not found:
        return False
    (_added, position), _size, route = min(found, key=lambda each: (each[0][0], each[1]))
    route.put(one, position)
    home[one[0]] = route
    return True


def _priority(crew: GameCrew, place: int, missed: Sequence[int]) -> float:
    greatest = max(crew.worth) or 1.0
    return max(crew.worth[place] / greatest, LEAST_SHARE) * (1 + missed[place])
