"""The game of a place in one shift, as a plain value: who must be where when, what is at stake, how far apart.

An equal game has the same canonical text whatever the day, so that weeks of shifts are solved once. Times are whole
slots from the beginning of the game.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from anlan.engine.patrol_ground import Crew, Ground, Manning, walking, worth_of
from anlan.engine.patrol_legs import Leg
from anlan.engine.patrol_windows import VisitOwed, apart
from anlan.engine.policy import Facts, Text

SLOT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class GameCrew:
    """Guards who share some checkpoints; walking times and dwell in slots, rounded up.

    `windows[i]` are the spans of slots that each ask one visit to checkpoint i. `starts` are where the first of the
    guards are already: the number of a checkpoint, and from which slot they are free to leave it. The last `beside`
    checkpoints only tell where a guard comes from; nothing is owed there.
    """

    guards: tuple[str, ...]
    checkpoints: tuple[str, ...]
    worth: tuple[float, ...]
    walk: tuple[tuple[int, ...], ...]
    dwell: tuple[int, ...]
    windows: tuple[tuple[tuple[int, int], ...], ...]
    starts: tuple[tuple[int, int], ...] = ()
    beside: int = 0


@dataclass(frozen=True, slots=True)
class Game:
    """A shift of `slots` slots with its crews; `spare` guards help any of them; an attack takes `attack` slots."""

    crews: tuple[GameCrew, ...]
    spare: tuple[str, ...]
    slots: int
    attack: int
    slot_seconds: int = int(SLOT.total_seconds())

    def as_json(self) -> dict[str, Any]:
        """The game as JSON holds it; `read_game` reads it back."""
        return asdict(self)

    @property
    def sha256(self) -> str:
        """The hash of its canonical text."""
        return digest_of(self.as_json())


@dataclass(frozen=True, slots=True)
class Names:
    """What checkpoints and beats are called, by their codes; one that is not among them goes by its code."""

    points: Mapping[str, Text] = field(default_factory=dict)
    beats: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Where a guard is when a plan begins in the middle of a shift, and from when on free to leave."""

    beat: str
    checkpoint: str
    ready: datetime


@dataclass(frozen=True, slots=True)
class Unwalked:
    """What no plan can keep: checkpoints that no beat walks, or windows shorter than a slot."""

    checkpoints: tuple[str, ...]

    def text(self, names: Mapping[str, Text] | None = None) -> Text:
        """Said in words, with the checkpoints by their names where those are given."""
        found = [(names or {}).get(code) or Text(code, code) for code in self.checkpoints]
        zh, en = "、".join(one.zh for one in found), ", ".join(one.en for one in found)
        return Text(f"没有巡查线路包含巡查点 {zh}。", f"No beat walks {en}.")


def game_of(
    ground: Ground,
    facts: Facts,
    visits: Sequence[VisitOwed],
    manning: Manning,
    span: tuple[datetime, datetime],
    standpoints: Sequence[Standpoint] = (),
) -> Game:
    """The game of [start, end) with the visits owed in it, each to a checkpoint that some crew walks."""
    start, end = span
    slots = max((end - start) // SLOT, 1)
    windows: dict[str, list[tuple[int, int]]] = {}
    for visit in visits:
        opens, closes = ceil((visit.start - start) / SLOT), (visit.end - start) // SLOT
        windows.setdefault(visit.checkpoint, []).append((max(opens, 0), min(closes, slots)))
    at = {one.beat: (one.checkpoint, max(ceil((one.ready - start) / SLOT), 0)) for one in standpoints}
    return Game(
        crews=tuple(_crew(crew, ground, facts, windows, at, slots) for crew in manning.crews),
        spare=manning.spare,
        slots=slots,
        attack=min(max(ceil(ground.pace.attack_minutes * 60 / SLOT.total_seconds()), 1), slots),
    )


def unwalked(ground: Ground, visits: Sequence[VisitOwed]) -> Unwalked | None:
    """The checkpoints that are owed a visit and belong to no beat."""
    missing = {visit.checkpoint for visit in visits} - ground.walked
    return Unwalked(tuple(sorted(missing))) if missing else None


def too_short(visits: Sequence[VisitOwed], start: datetime) -> list[VisitOwed]:
    """Visits whose time is too short to hold a slot: what is left of a window just before it closes."""
    return [visit for visit in visits if (visit.end - start) // SLOT <= ceil((visit.start - start) / SLOT)]


def legs_of(
    game: Game, arrivals: Sequence[Sequence[Sequence[tuple[int, int]]]], start: datetime
) -> tuple[Leg, ...]:
    """Drawn rounds as legs: for each crew the arrivals (checkpoint, slot) of each guard, its own first, then spare."""
    spare = iter(game.spare)
    legs = []
    for crew, rounds in zip(game.crews, arrivals, strict=True):
        known = len(crew.checkpoints) - crew.beside
        for number, walked in enumerate(rounds):
            beat = crew.guards[number] if number < len(crew.guards) else next(spare)
            legs += [
                Leg(beat, crew.checkpoints[point], start + slot * SLOT)
                for point, slot in walked
                if point < known
            ]
    return tuple(sorted(legs, key=lambda leg: (leg.at, leg.beat, leg.checkpoint)))


def read_game(kept: Mapping[str, Any]) -> Game:
    """A game out of its JSON."""
    crews = tuple(
        GameCrew(
            guards=tuple(crew["guards"]),
            checkpoints=tuple(crew["checkpoints"]),
            worth=tuple(crew["worth"]),
            walk=tuple(tuple(row) for row in crew["walk"]),
            dwell=tuple(crew["dwell"]),
            windows=tuple(tuple((one[0], one[1]) for one in windows) for windows in crew["windows"]),
            starts=tuple((one[0], one[1]) for one in crew["starts"]),
            beside=crew["beside"],
        )
        for crew in kept["crews"]
    )
    return Game(crews, tuple(kept["spare"]), kept["slots"], kept["attack"], kept["slot_seconds"])


def digest_of(value: object) -> str:
    """The SHA-256 of a value's canonical JSON: sorted keys, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def start_slot(at: datetime) -> datetime:
    """The first whole slot from a moment on."""
    short = timedelta(seconds=at.second, microseconds=at.microsecond)
    return at if not short else at - short + SLOT


def _crew(
    crew: Crew,
    ground: Ground,
    facts: Facts,
    windows: Mapping[str, list[tuple[int, int]]],
    at: Mapping[str, tuple[str, int]],
    slots: int,
) -> GameCrew:
    """The crew's guards who stand somewhere come first, for only the first may be said to."""
    guards = tuple(sorted(crew.guards, key=lambda guard: guard not in at))
    places = [at[guard] for guard in guards if guard in at]
    beside = tuple(dict.fromkeys(point for point, _ in places if point not in crew.checkpoints))
    codes = (*crew.checkpoints, *beside)
    points = [ground.point(code) for code in codes]
    count = len(ground.walked)
    dwell = max(ceil(ground.pace.dwell_seconds / SLOT.total_seconds()), 1)
    return GameCrew(
        guards=guards,
        checkpoints=codes,
        worth=tuple(0.0 if point.code in beside else worth_of(point, facts, count) for point in points),
        walk=tuple(
            tuple(ceil(walking(one, other, ground).seconds / SLOT.total_seconds()) for other in points)
            for one in points
        ),
        dwell=(dwell,) * len(codes),
        windows=tuple(apart(windows.get(code, ())) if code not in beside else () for code in codes),
        starts=tuple((codes.index(point), min(ready, slots)) for point, ready in places),
        beside=len(beside),
    )
