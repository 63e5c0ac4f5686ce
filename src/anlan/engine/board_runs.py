"""For all places at once: since when a duty has been owed in its present terms, and the window missed before that."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board_cells import Cells, Picks
from anlan.engine.board_figures import micros
from anlan.engine.board_forms import Forms, Variants
from anlan.engine.board_register import NEVER, Flags, Floats, Instants, Numbers, instant_of, moment_of
from anlan.engine.derivation import anchor_of
from anlan.engine.facts import Basis
from anlan.engine.periods import Aligned, Recurring, window_at, window_before
from anlan.engine.policy import Each
from anlan.engine.strictness import ResolvedCadence


class MoreHistory(Exception):  # noqa: N818 - not an error: a request for earlier eras
    """The cells do not reach back far enough to decide."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The owed window that closed before the present terms, `end` NEVER where there is none."""

    start: Instants
    end: Instants
    grace: Instants
    quantity: Floats


@dataclass(frozen=True, slots=True)
class Runs:
    """The cells in which one rule is owed, in order; `run` and `chain` number the first of the same terms, and of all.

    `reaches` is the instant at which the cells begin, NEVER if nothing came before.
    """

    place: Numbers
    start: Instants
    end: Instants
    variant: Numbers
    quantity: Floats
    run: Picks
    chain: Picks
    reaches: int

    @staticmethod
    def of(cells: Cells, forms: Forms, variants: Variants, reaches: int) -> "Runs":
        cell, variant, quantity = forms.cell, forms.variant, forms.quantity
        if not forms.owed.all():
            cell, variant, quantity = cell[forms.owed], variant[forms.owed], quantity[forms.owed]
        place = cells.place[cell]
        numbers = np.arange(len(cell), dtype=np.intp)
        chained = np.zeros(len(cell), dtype=bool)
        chained[1:] = (cell[1:] == cell[:-1] + 1) & (place[1:] == place[:-1])
        chain = run = numbers
        if chained.any():
            cadence = variants.cadence_numbers()[variant]
            kept = chained.copy()
            kept[1:] &= cadence[1:] == cadence[:-1]
            kept[1:] &= (quantity[1:] == quantity[:-1]) | (np.isnan(quantity[1:]) & np.isnan(quantity[:-1]))
            run = np.maximum.accumulate(np.where(kept, 0, numbers))
            chain = np.maximum.accumulate(np.where(chained, 0, numbers))
        return Runs(place, cells.start[cell], cells.end[cell], variant, quantity, run, chain, reaches)

    def cell_at(self, cell: Picks, moment: Instants) -> Picks:
        """From each cell back, within its run, to the one that holds an instant."""
        cell = cell.copy()
        late = np.flatnonzero((self.start[cell] > moment) & (cell > self.run[cell]))
        while len(late):
            cell[late] -= 1
            now = cell[late]
            late = late[(self.start[now] > moment[late]) & (now > self.run[now])]
        return cell

    def cut_off(self, first: Picks, needed: Instants | int) -> Flags:
        """Whether runs or chains that begin at these cells may really begin earlier, where that matters."""
        start = self.start[first]
        cut: Flags = (start == self.reaches) & (start > needed)
        return cut


def is_recurring(cadence: ResolvedCadence) -> bool:
    return isinstance(cadence, Each | tuple)


def closed_before(
    runs: Runs, duty_cells: Picks, wanted: Flags, variants: Variants, basis: Basis, scheme: str
) -> Closed:
    """For the duties `wanted`, the last owed window of earlier terms, by the rule of `periods.last_closed`."""
    size = len(duty_cells)
    found = Closed(
        np.full(size, NEVER), np.full(size, NEVER), np.zeros(size, dtype=np.int64), np.full(size, np.nan)
    )
    active, first = np.flatnonzero(wanted), runs.run[duty_cells[wanted]]
    search = _Search(runs, variants, basis, scheme)
    while len(active):
        if np.any(runs.cut_off(first, NEVER) & (first == runs.chain[first])):
            raise MoreHistory
        joins = first > runs.chain[first]
        active, first = active[joins], first[joins]
        if not len(active):
            break
        before = first - 1
        window_start, window_end, settled = search.windows(before, runs.start[first])
        hit = settled & (window_end > NEVER)
        chosen = active[hit]
        found.start[chosen], found.end[chosen] = window_start[hit], window_end[hit]
        cell = runs.cell_at(before[hit], window_end[hit] - 1)
        found.grace[chosen] = variants.grace()[runs.variant[cell]]
        found.quantity[chosen] = runs.quantity[cell]
        active, first = active[~settled], runs.run[before[~settled]]
    return found


@dataclass(slots=True)
class _Search:
    """Looks for the last window of runs that end at given cells."""

    runs: Runs
    variants: Variants
    basis: Basis
    scheme: str

    def windows(self, before: Picks, until: Instants) -> tuple[Instants, Instants, Flags]:
        """Start and end of the window that settles the matter (NEVER: a cut one), and whether one does."""
        began = self.runs.start[self.runs.run[before]]
        numbers = self.variants.cadence_numbers()[self.runs.variant[before]]
        running, ended = self._aligned(numbers, until)
        is_cut = (running[1] > NEVER) & _owed(running, began)
        open_now = running[1] > NEVER
        is_missed = ~open_now & (ended[1] > began) & _owed(ended, began)
        needed = np.where(open_now, running[0], ended[0])
        if np.any(self.runs.cut_off(self.runs.run[before], needed)):
            raise MoreHistory
        start = np.where(is_missed, np.maximum(ended[0], began), NEVER)
        return start, np.where(is_missed, ended[1], NEVER), is_cut | is_missed

    def _aligned(self, numbers: Numbers, until: Instants) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each cadence and instant the window open then and the last one closed: start, end, cadence."""
        pairs, place = np.unique(np.column_stack((numbers, until)), axis=0, return_inverse=True)
        table = np.array([self._windows_of(int(number), int(moment)) for number, moment in pairs])
        chosen = table[place.reshape(-1)]
        return chosen[:, 0].T, chosen[:, 1].T

    def _windows_of(self, number: int, moment: int) -> list[list[int]]:
        cadence = next(
            terms.cadence
            for terms, own in zip(self.variants.terms, self.variants.cadence_numbers(), strict=True)
            if own == number
        )
        if not isinstance(cadence, Each | tuple):
            return [[NEVER] * 3] * 2
        running = aligned_at(cadence, moment, self.basis, self.scheme)
        ended = aligned_before(cadence, moment, self.basis, self.scheme)
        if running[0] == moment:
            running = [NEVER] * 3
        return [running, ended]


def _owed(window: NDArray[np.int64], began: Instants) -> Flags:
    """Whether a window is owed by a run that began then: it is whole, or at least half the cadence long."""
    owed: Flags = (window[0] >= began) | (2 * (window[1] - began) >= window[2])
    return owed


def aligned_at(cadence: Recurring, moment: int, basis: Basis, scheme: str) -> list[int]:
    """Start, end and cadence of the window open at an instant, in microseconds; NEVER if none is."""
    return in_micros(window_at(cadence, moment_of(moment), basis.zone, anchor_of(basis, scheme)))


def aligned_before(cadence: Recurring, moment: int, basis: Basis, scheme: str) -> list[int]:
    """Start, end and cadence of the last window that has closed by an instant; NEVER if none has."""
    return in_micros(window_before(cadence, moment_of(moment), basis.zone, anchor_of(basis, scheme)))


def in_micros(window: Aligned | None) -> list[int]:
    """Start, end and cadence of a window in microseconds; NEVER without one."""
    if window is None:
        return [NEVER] * 3
    start, end = instant_of(window.start), instant_of(window.end)
    return [start, end, micros(window.cadence)]
