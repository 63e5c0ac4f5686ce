"""The ground that patrols walk: what checkpoints are worth, how long it takes between them, who walks which."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Literal

from anlan.engine import geodesy
from anlan.engine.policy import Facts
from anlan.engine.walking_network import Way

PRESENT_OF_DAILY = 0.15
"""The share of a day's visitors taken to be present at once where nobody counted the peak."""

USUAL_CONSEQUENCE, CRITICAL_CONSEQUENCE = 3, 5
"""Consequence on the scale from 1 to 5 where nobody set one: of any place, and of a critical facility."""

DEFAULT_WALK_S = 120
"""The time between two checkpoints of which nothing is known."""

How = Literal["measured", "road", "line", "assumed"]
PresentFrom = Literal["by-hand", "peak", "daily", "nobody"]


@dataclass(frozen=True, slots=True)
class Point:
    """A checkpoint: where it is (WGS-84), and what was set by hand about its worth."""

    code: str
    longitude: float | None = None
    latitude: float | None = None
    present: float | None = None
    consequence: int | None = None


@dataclass(frozen=True, slots=True)
class BeatFacts:
    """What one guard walks; a spare one helps where it serves most."""

    code: str
    checkpoints: tuple[str, ...]
    spare: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How a place walks its rounds."""

    attack_minutes: int = 10
    metres_a_minute: float = 70
    detour: float = 1.4
    dwell_seconds: int = 60


@dataclass(frozen=True, slots=True)
class Ground:
    """Everything about a place that its plans rest on, besides what it owes.

    `measured` and `roads` hold pairs in one order; `roads` is empty where the place does not walk by the road network.
    """

    points: tuple[Point, ...]
    beats: tuple[BeatFacts, ...]
    pace: Pace = field(default_factory=Pace)
    measured: Mapping[tuple[str, str], int] = field(default_factory=dict)
    roads: Mapping[tuple[str, str], Way] = field(default_factory=dict)

    def point(self, code: str) -> Point:
        return next(point for point in self.points if point.code == code)

    @property
    def walked(self) -> frozenset[str]:
        """The checkpoints that some beat, spare ones left out, walks."""
        return frozenset(code for beat in self.beats if not beat.spare for code in beat.checkpoints)


@dataclass(frozen=True, slots=True)
class Walking:
    """A walking time in seconds, and how it is known."""

    seconds: int
    how: How


@dataclass(frozen=True, slots=True)
class Crew:
    """Guards, named by their beats, who share the walking of some checkpoints."""

    guards: tuple[str, ...]
    checkpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manning:
    """How the guards there are share the checkpoints; `spare` ones help where the plan sends them."""

    crews: tuple[Crew, ...]
    spare: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Worth:
    """What a checkpoint is worth and of what that is made: people near it times a consequence from 1 to 5.

    `present_from` says where the people come from: counted `by-hand`, the place's `peak` or its `daily` visitors
    (`counted` of them) shared out over `count` checkpoints, or `nobody` counted and one is taken.
    """

    present: float
    consequence: int
    present_from: PresentFrom
    counted: float
    count: int
    critical: bool
    consequence_by_hand: bool

    @property
    def value(self) -> float:
        return round(self.present * self.consequence, 6)


def worth_made(point: Point, facts: Facts, count: int) -> Worth:
    """What an attack at a checkpoint would cost, with its parts.

    Where nothing was set by hand the people present are shared out evenly; where nobody counted them it is one.
    """
    critical = facts.get("critical_facility") is True
    usual = CRITICAL_CONSEQUENCE if critical else USUAL_CONSEQUENCE
    peak, daily = facts.get("peak_present"), facts.get("daily_visitors")
    source: tuple[float, PresentFrom, float] = (1.0, "nobody", 0.0)
    if point.present is not None:
        source = (point.present, "by-hand", point.present)
    elif _is_count(peak):
        source = (float(peak or 0) / max(count, 1), "peak", float(peak or 0))
    elif _is_count(daily):
        source = (float(daily or 0) * PRESENT_OF_DAILY / max(count, 1), "daily", float(daily or 0))
    by_hand = point.consequence is not None
    return Worth(source[0], point.consequence or usual, source[1], source[2], count, critical, by_hand)


def worth_of(point: Point, facts: Facts, count: int) -> float:
    """What an attack at a checkpoint would cost: people usually near it times a consequence from 1 to 5."""
    return worth_made(point, facts, count).value


def walking(one: Point, other: Point, ground: Ground) -> Walking:
    """The walking time between two checkpoints: measured, else by road, else by the straight line, else assumed.

    Two points closer to each other than to the road are walked straight. The ways to and from the road have a detour
    as the straight line has.
    """
    if one.code == other.code:
        return Walking(0, "measured")
    measured = ground.measured.get((one.code, other.code)) or ground.measured.get((other.code, one.code))
    if measured is not None:
        return Walking(measured, "measured")
    metres = metres_between(one, other)
    if metres is None:
        return Walking(DEFAULT_WALK_S, "assumed")
    pace = ground.pace
    way = ground.roads.get((one.code, other.code)) or ground.roads.get((other.code, one.code))
    if way is not None and way.beside < metres:
        return Walking(_seconds(way.along + way.beside * pace.detour, pace), "road")
    return Walking(_seconds(metres * pace.detour, pace), "line")


def _seconds(metres: float, pace: Pace) -> int:
    return max(1, ceil(metres / pace.metres_a_minute * 60))


def metres_between(one: Point, other: Point) -> float | None:
    """The great-circle distance of two checkpoints; None where one of them is not located."""
    if one.longitude is None or one.latitude is None or other.longitude is None or other.latitude is None:
        return None
    return geodesy.metres_between((one.longitude, one.latitude), (other.longitude, other.latitude))


def walks(ground: Ground, codes: Sequence[str]) -> list[tuple[str, str, Walking]]:
    """The walking time between each two of some checkpoints."""
    points = [ground.point(code) for code in codes]
    return [
        (one.code, other.code, walking(one, other, ground))
        for number, one in enumerate(points)
        for other in points[number + 1 :]
    ]


def how_known(known: Sequence[tuple[str, str, Walking]]) -> dict[How, int]:
    """How many walking times are known in which way."""
    found: dict[How, int] = {"measured": 0, "road": 0, "line": 0, "assumed": 0}
    for _one, _other, walk in known:
        found[walk.how] += 1
    return found


def mannings(ground: Ground, without: frozenset[str] = frozenset()) -> Iterator[Manning]:
    """Ways to share the checkpoints when the guards of some beats are missing, the least disturbing first.

    A spare guard takes over the beat; else a crew takes it on; else all guards share all checkpoints.
    """
    spare = [beat.code for beat in ground.beats if beat.spare and beat.code not in without]
    crews, orphans = list[Crew](), list[tuple[str, ...]]()
    for guards, checkpoints in _shared_out(ground):
        manned = tuple(code for code in guards if code not in without)
        if manned:
            crews.append(Crew(manned, checkpoints))
        elif spare:
            crews.append(Crew((spare.pop(0),), checkpoints))
        else:
            orphans.append(checkpoints)
    if not orphans:
        yield Manning(tuple(crews), tuple(spare))
        return
    if not crews:
        return
    for number in sorted(range(len(crews)), key=lambda number: len(crews[number].checkpoints)):
        widened = list(crews)
        for step, checkpoints in enumerate(orphans):
            index = (number + step) % len(crews)
            crew = widened[index]
            widened[index] = replace(crew, checkpoints=(*crew.checkpoints, *checkpoints))
        yield Manning(tuple(widened))
    if len(crews) > 1:
        together = tuple(code for crew in crews for code in crew.guards)
        yield Manning((Crew(together, tuple(code for _, points in _shared_out(ground) for code in points)),))


def _shared_out(ground: Ground) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The beats that walk the same checkpoints together; a checkpoint of several beats belongs to the first."""
    together: dict[frozenset[str], list[str]] = {}
    for beat in ground.beats:
        if not beat.spare and beat.checkpoints:
            together.setdefault(frozenset(beat.checkpoints), []).append(beat.code)
    taken: set[str] = set()
    found = []
    for checkpoints, guards in together.items():
        own = tuple(point.code for point in ground.points if point.code in checkpoints - taken)
        taken |= checkpoints
        if own:
            found.append((tuple(guards), own))
    return found


def _is_count(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
