"""Drawn rounds recounted by the duties engine: each becomes the scans it would leave, the engine says what is missing.

Nothing here comes from the planner but the rounds themselves. Windows are those that the engine would list as missed
if nobody walked; a window is kept if the engine's own matching of evidence says so. Equal rounds are judged once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from anlan.engine.facts import Basis, EvidenceMark, SubjectFacts
from anlan.engine.marks import Marks
from anlan.engine.owed import Duty
from anlan.engine.patrol_draw import lot
from anlan.engine.patrol_game import SLOT, Game
from anlan.engine.patrol_mix import Columns
from anlan.engine.patrol_shifts import ShiftSpan, holder
from anlan.engine.patrol_windows import SCAN
from anlan.engine.periods import Window, in_utc
from anlan.engine.standing import missed
from anlan.engine.strictness import DAY

Ints = NDArray[np.int64]
Round = Sequence[Any]
"""What the guards of a crew walk in a shift: for each the visits, three figures each (checkpoint, arrival, leaving)."""

TOLD = 20
"""So many missed windows are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class MissedWindow:
    """A window that a round of a crew leaves without a scan at some checkpoints."""

    crew: int
    round: int
    duty: str
    opens: datetime
    closes: datetime
    checkpoints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recount:
    """Of `draws` drawn shifts `kept` leave no window missed; `rounds` different rounds were judged.

    `windows` are owed in the shift, `visits` are those windows times the checkpoints they ask for.
    """

    draws: int
    kept: int
    rounds: int
    windows: int
    visits: int
    missed: tuple[MissedWindow, ...] = ()

    def as_json(self) -> dict[str, int]:
        """The figures alone."""
        figures = asdict(self)
        del figures["missed"]
        return figures


@dataclass(frozen=True, slots=True)
class ShiftOwing:
    """The windows of scan duties that one shift answers for, as the duties engine derives them for the place."""

    subject: SubjectFacts
    windows: tuple[tuple[Duty, Window], ...]

    def visits(self) -> int:
        """How many scans they ask for together."""
        points = Marks((), self.subject.checkpoints)
        return sum(max(len(points.walked(window)), 1) for _duty, window in self.windows)

    def missed(
        self, codes: frozenset[str], scans: Sequence[tuple[str, datetime]], *, first: bool = True
    ) -> Iterator[tuple[Duty, Window, tuple[str, ...]]]:
        """The windows that these scans do not meet at the checkpoints in `codes`.

        A window that asks for no checkpoint wants one scan anywhere, for which the `first` crew answers.
        """
        own = replace(
            self.subject, checkpoints=tuple(one for one in self.subject.checkpoints if one.code in codes)
        )
        counted: dict[tuple[str, float | None], Marks] = {}
        whole = Marks((), self.subject.checkpoints)
        for duty, window in self.windows:
            key = duty.id, duty.quantity
            if key not in counted:
                counted[key] = self._marks(duty, scans).counting_for(duty, own)
            marks = counted[key]
            asked = marks.walked(window)
            if not asked and (whole.walked(window) or not first):
                continue
            end = window.end or window.start
            if not marks.meet(window, end):
                there = {mark.checkpoint for mark in marks.inside(window, end)}
                yield duty, window, tuple(sorted(asked - there))

    def _marks(self, duty: Duty, scans: Sequence[tuple[str, datetime]]) -> Marks:
        name = self.subject.code
        return Marks(
            tuple(
                EvidenceMark(duty.scheme, duty.rule.id, name, at, at, code)
                for code, at in sorted(scans, key=lambda scan: scan[1])
            )
        )


def owing(subject: SubjectFacts, basis: Basis, shift: ShiftSpan, shifts: Sequence[ShiftSpan]) -> ShiftOwing:
    """What a shift answers for: the windows that the engine lists as missed, were nothing scanned at all."""
    after = in_utc(shift.end) + 3 * DAY
    found = []
    for state in missed(subject, basis, (), (), shift.start, shift.end, after):
        window = state.window
        if state.duty.rule.evidence != SCAN or window.end is None:
            continue
        if holder(window.start, window.end, shifts) == shift:
            found.append((state.duty, window))
    return ShiftOwing(subject, tuple(found))


def recounted(
    owings: Sequence[ShiftOwing],
    crews: Sequence[Sequence[str]],
    rounds: Sequence[Sequence[Round] | Columns],
    drawn: Ints,
    *,
    start: datetime,
    slot: timedelta = SLOT,
) -> Recount:
    """Judge drawn shifts: on day d crew c walked its round `drawn[d, c]`, figures in slots from `start`.

    A window of the place is met if each crew scans its own checkpoints in it, so that each round of a crew is judged
    once, on the part of the place that the crew answers for. A checkpoint of no crew is asked of the first. Several
    owings are places, or parts of one, of which each has to have its windows kept.
    """
    kept = np.ones(len(drawn), bool)
    judged, told = 0, list[MissedWindow]()
    for crew, codes in enumerate(crews):
        numbers, back = np.unique(drawn[:, crew], return_inverse=True)
        holds = np.ones(len(numbers), bool)
        times: dict[int, datetime] = {}
        for index, number in enumerate(numbers.tolist()):
            scans = _scans(codes, rounds[crew][number], start, slot, times)
            for owed in owings:
                part = _part(owed.subject, crews, crew)
                for duty, window, points in owed.missed(part, scans, first=crew == 0):
                    holds[index] = False
                    if len(told) < TOLD and window.end is not None:
                        told.append(MissedWindow(crew, number, duty.id, window.start, window.end, points))
        judged += len(numbers)
        kept &= holds[back.reshape(-1)]
    windows = sum(len(owed.windows) for owed in owings)
    visits = sum(owed.visits() for owed in owings)
    return Recount(len(drawn), int(kept.sum()), judged, windows, visits, tuple(told))


def recounted_mix(
    owed: ShiftOwing,
    game: Game,
    rounds: Sequence[Any],
    chances: Sequence[Sequence[float]],
    *,
    start: datetime,
    draws: int,
) -> Recount:
    """Judge so many shifts drawn from a mix exactly as plans are, by seeds that follow from the game."""
    ready = lot(game, rounds, chances)
    drawn = [
        ready.numbers(sha256(f"{game.sha256}/{number}".encode()).digest()[:16]) for number in range(draws)
    ]
    crews = [crew.checkpoints[: len(crew.checkpoints) - crew.beside] for crew in game.crews]
    return recounted([owed], crews, ready.columns, np.array(drawn, np.int64), start=start, slot=SLOT)


def _part(subject: SubjectFacts, crews: Sequence[Sequence[str]], crew: int) -> frozenset[str]:
    """The checkpoints that a crew answers for: its own; those of nobody go to the first."""
    if crew > 0:
        return frozenset(crews[crew])
    others = {code for codes in crews[1:] for code in codes}
    return frozenset({point.code for point in subject.checkpoints} - others)


def _scans(
    codes: Sequence[str], walked: Round, start: datetime, slot: timedelta, times: dict[int, datetime]
) -> list[tuple[str, datetime]]:
    """The scans that a round leaves; places beyond `codes` only tell where a guard comes from."""
    found = []
    for guard in walked:
        for point, arrive, _leave in np.asarray(guard, np.int64).reshape(-1, 3).tolist():
            if point < len(codes):
                if arrive not in times:
                    times[arrive] = in_utc(start) + arrive * slot
                found.append((codes[point], times[arrive]))
    return found
