"""Marks on scans that a person should look at: they say what is odd, change no duty and punish nobody.

A code typed by hand is no mark, only a way of scanning; the third in a row is, once for each such run.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal, get_args

from anlan.engine import geodesy

Flag = Literal[
    "clock-offset",
    "burst",
    "impossible-speed",
    "void-code",
    "unknown-code",
    "stale-code",
    "foreign-place",
    "far-away",
    "other-device",
    "typed-run",
    "out-of-order",
    "future",
]
FLAGS: tuple[Flag, ...] = get_args(Flag)

CodeState = Literal["good", "void", "unknown", "stale"]
"""What the code was when it was scanned; stale: a turning code whose turn was over."""

CLOCK_TOLERANCE = timedelta(seconds=120)
BURST_SPAN = timedelta(seconds=60)
BURST_POINTS = 4
FASTEST_METRES_A_SECOND = 5.0
"""Running; who covers the straight line faster than this was not at both ends."""

FASTEST_SHARE_OF_WALK = 0.25
"""The share of a measured walking time that nobody undercuts."""

TYPED_RUN = 3
"""One label that cannot be read is wet or torn; so many one after the other are a phone or a habit to ask about."""

NEAR_METRES = 100.0
BACKWARDS_TOLERANCE = timedelta(seconds=2)
FUTURE_TOLERANCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the earth, in degrees (WGS-84)."""

    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan as the flags see it; `said_at` is the phone's corrected time, `effective` the one that counts.

    `drift` is how far the phone's clock was moved between the scan and its sending, where that is known.
    """

    id: str
    number: int
    checkpoint: str
    device_at: datetime
    said_at: datetime
    effective: datetime
    received: datetime
    code: CodeState
    offset: timedelta = timedelta()
    drift: timedelta = timedelta()
    typed: bool = False
    same_place: bool = True
    same_device: bool = True
    position: Point | None = None
    accuracy_m: float | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is known of a place: where its checkpoints are, and measured walking times between them in seconds."""

    points: Mapping[str, Point]
    walks: Mapping[frozenset[str], float]

    def least_seconds(self, one: str, other: str) -> float:
        """The time below which nobody gets from one checkpoint to another; 0 where nothing is known."""
        measured = self.walks.get(frozenset({one, other}))
        if measured is not None:
            return measured * FASTEST_SHARE_OF_WALK
        if one in self.points and other in self.points:
            return metres_between(self.points[one], self.points[other]) / FASTEST_METRES_A_SECOND
        return 0.0


def flags_of(scans: Sequence[Scan], ground: Ground) -> dict[str, tuple[Flag, ...]]:
    """The flags of each scan of one walk, in the order of FLAGS."""
    found: dict[str, set[Flag]] = {scan.id: _alone(scan, ground) for scan in scans}
    by_number = sorted(scans, key=lambda scan: (scan.number, scan.device_at))
    for before, scan in pairwise(by_number):
        if scan.device_at < before.device_at - BACKWARDS_TOLERANCE:
            found[scan.id].add("out-of-order")
    run = 0
    for scan in by_number:
        run = run + 1 if scan.typed else 0
        if run == TYPED_RUN:
            found[scan.id].add("typed-run")
    by_time = sorted((scan for scan in scans if scan.checkpoint), key=lambda scan: scan.effective)
    for before, scan in pairwise(by_time):
        spent = (scan.effective - before.effective).total_seconds()
        if scan.checkpoint != before.checkpoint and spent < ground.least_seconds(
            before.checkpoint, scan.checkpoint
        ):
            found[scan.id].add("impossible-speed")
    for first, scan in enumerate(by_time):
        group = [one for one in by_time[first:] if one.effective - scan.effective <= BURST_SPAN]
        if len({one.checkpoint for one in group}) >= BURST_POINTS:
            for one in group:
                found[one.id].add("burst")
    return {name: tuple(flag for flag in FLAGS if flag in flags) for name, flags in found.items()}


def metres_between(one: Point, other: Point) -> float:
    """The distance of two points along the earth."""
    return geodesy.metres_between((one.longitude, one.latitude), (other.longitude, other.latitude))


def _alone(scan: Scan, ground: Ground) -> set[Flag]:
    """The flags that a scan bears by itself."""
    found: set[Flag] = set()
    if abs(scan.offset) > CLOCK_TOLERANCE or abs(scan.drift) > CLOCK_TOLERANCE:
        found.add("clock-offset")
    if scan.said_at > scan.received + FUTURE_TOLERANCE:
        found.add("future")
    if scan.code == "void":
        found.add("void-code")
    elif scan.code == "unknown":
        found.add("unknown-code")
    elif scan.code == "stale":
        found.add("stale-code")
    if not scan.same_place:
        found.add("foreign-place")
    if not scan.same_device:
        found.add("other-device")
    here = ground.points.get(scan.checkpoint)
    if scan.position is None or here is None:
        return found
    if metres_between(scan.position, here) > (scan.accuracy_m or 0.0) + NEAR_METRES:
        found.add("far-away")
    return found
