"""The problem of walking patrols: beats of checkpoints, guards, cadence windows, and how long an attack takes.

Times are whole slots from the beginning of the shift; the caller says how long a slot is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

MOST_OWED_AT_ONCE = 20
"""Visits that one guard can owe within one run of overlapping windows; the tables of lookahead double with each."""

Windows = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Walked:
    """Where a guard is when a plan begins in the middle of a shift: `checkpoint`, free to leave at slot `ready`."""

    checkpoint: int
    ready: int


@dataclass(frozen=True, slots=True)
class Beat:
    """Checkpoints walked by the same guards; `windows[i]` are the times [start, end) that each ask one arrival at i.

    `values[i]` is what an undisturbed attack on i gains; a checkpoint of value 0 is a duty only, such as a pause.
    `starts` names where the guards are already; guards beyond its length may begin anywhere.
    """

    name: str
    values: tuple[float, ...]
    walk: tuple[tuple[int, ...], ...]
    dwell: tuple[int, ...]
    windows: tuple[Windows, ...]
    guards: int = 1
    starts: tuple[Walked, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.values)
        if count == 0:
            raise ValueError(f"beat {self.name} has no checkpoints")
        if not (len(self.walk) == len(self.dwell) == len(self.windows) == count):
            raise ValueError(f"beat {self.name}: values, walk, dwell and windows differ in length")
        if any(len(row) != count or min(row) < 0 for row in self.walk):
            raise ValueError(f"beat {self.name}: walk is not a square of times from 0")
        if min(self.dwell) < 1 or min(self.values) < 0 or self.guards < 0:
            raise ValueError(f"beat {self.name}: dwell is at least 1 slot, values and guards at least 0")
        for windows in self.windows:
            ends = [0]
            for start, end in windows:
                if not ends[-1] <= start < end:
                    raise ValueError(f"beat {self.name}: windows of a checkpoint must follow one another")
                ends.append(end)


@dataclass(frozen=True, slots=True)
class Beats:
    """A shift of `slots` slots; `spare` guards may help any beat; an attack takes `attack` slots.

    An attack begins at a whole slot and ends within the shift; it fails if a guard stands at its checkpoint in any
    slot of it.
    """

    beats: tuple[Beat, ...]
    slots: int
    attack: int
    spare: int = 0

    def __post_init__(self) -> None:
        if not self.beats or self.slots < 1 or not 1 <= self.attack <= self.slots or self.spare < 0:
            raise ValueError(
                "a problem has beats, slots, an attack no longer than the shift, and spare of at least 0"
            )
        for beat in self.beats:
            if any(end > self.slots for windows in beat.windows for _start, end in windows):
                raise ValueError(f"beat {beat.name}: a window ends after the shift")

    @property
    def moments(self) -> int:
        """The number of slots at which an attack can begin."""
        return self.slots - self.attack + 1


@dataclass(frozen=True, slots=True)
class Visit:
    """A guard stands at `checkpoint` from slot `arrive` (in) to `leave` (out); the scan is at `arrive`."""

    checkpoint: int
    arrive: int
    leave: int


Round = tuple[Visit, ...]
"""What one guard walks in a shift, in order."""


@dataclass(frozen=True, slots=True)
class Rounds:
    """One drawn shift: for each beat the rounds of its guards; `helped` tells which beats have a spare guard."""

    beats: tuple[tuple[Round, ...], ...]
    helped: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Infeasible:
    """The cadence cannot be kept: `beat` would need `needs` guards; `reason` says why, for people who read code."""

    needs: int
    beat: str
    reason: str
    has: int = 0
    window: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Obligation:
    """One arrival at `checkpoint` within [start, end)."""

    checkpoint: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Role:
    """One guard of a beat and what this guard alone answers for; a spare guard answers for nothing."""

    obligations: tuple[Obligation, ...] = ()
    start: Walked | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """The guards of one beat."""

    roles: tuple[Role, ...] = field(default=())


def closed(walk: Sequence[Sequence[int]]) -> list[list[int]]:
    """Walking times with every detour that is shorter than the direct way taken (Floyd and Warshall)."""
    times = [list(row) for row in walk]
    count = len(times)
    for middle in range(count):
        for one in range(count):
            for other in range(count):
                times[one][other] = min(times[one][other], times[one][middle] + times[middle][other])
    for one in range(count):
        times[one][one] = 0
    return times
