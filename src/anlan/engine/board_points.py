"""The checkpoints of all places: which are in use, when that last changed, and which of them a window asks for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board_register import FOREVER, NEVER, Flags, Instants, Numbers, PointRows, instants


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """Checkpoints, numbered as in the register, in use from `opened` (in) to `closed` (out) in microseconds."""

    place: Numbers
    opened: Instants
    closed: Instants
    by_place: NDArray[np.intp]

    @staticmethod
    def of(rows: PointRows) -> "Checkpoints":
        return Checkpoints(
            rows.place,
            instants(rows.opened, missing=NEVER),
            instants(rows.closed),
            np.argsort(rows.place, kind="stable"),
        )

    def in_use(self, at: int) -> Flags:
        """Which of them are in use at an instant."""
        found: Flags = (self.opened <= at) & (at < self.closed)
        return found

    def changed(self, places: int, at: int) -> Instants:
        """For each place the last moment at which one was opened or closed; NEVER where none was.

        One that will be closed after `at` counts as a change to come: no window can rely on it.
        """
        changed = np.full(places, NEVER)
        begun = self.opened <= at
        np.maximum.at(changed, self.place[begun], self.opened[begun])
        ended = begun & (self.closed < FOREVER)
        np.maximum.at(changed, self.place[ended], self.closed[ended])
        return changed

    def whole(self, checkpoint: Numbers, start: Instants, end: Instants) -> Flags:
        """Whether checkpoints are in use for the whole of windows from `start` to `end`; -1 is none."""
        if not len(self.place):
            return np.zeros(len(checkpoint), dtype=bool)
        found: Flags = (self.opened[checkpoint] <= start) & (end <= self.closed[checkpoint])
        return found & (checkpoint >= 0)

    def asked(self, place: Numbers, start: Instants, end: Instants) -> NDArray[np.int64]:
        """How many checkpoints windows of places ask for: those in use for the whole of each."""
        ordered = self.place[self.by_place]
        low, high = np.searchsorted(ordered, place), np.searchsorted(ordered, place, side="right")
        window, row = spread(low, high)
        held = self.whole(self.by_place[row].astype(np.int32), start[window], end[window])
        return np.bincount(window[held], minlength=len(place))


def spread(low: NDArray[np.intp], high: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """All rows from `low` to `high` of each range, beside the number of the range."""
    number = np.repeat(np.arange(len(low)), high - low)
    before = np.repeat(np.cumsum(high - low) - (high - low), high - low)
    return number, np.repeat(low, high - low) + np.arange(len(number)) - before
