"""The words for how a window stands, and the value that holds one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from anlan.engine.owed import Duty
from anlan.engine.periods import Window

State = Literal["upcoming", "due", "recorded", "late", "overdue", "not-evidenced", "waived", "cut"]
STATES: tuple[State, ...] = (
    "upcoming",
    "due",
    "recorded",
    "late",
    "overdue",
    "not-evidenced",
    "waived",
    "cut",
)
"""Also the codes of the array engine: the place of a state in this list."""
GAPS: tuple[State, ...] = ("overdue", "not-evidenced")


@dataclass(frozen=True, slots=True)
class WindowState:
    """How one window of a duty stands.

    `done` of `of` checkpoints are scanned in it (0 of 0 where none are asked); `had` of `needed` is the quantity.
    `deadline` is when it has to be done, or when a standing proof runs out; None if there is no such moment.
    """

    key: str
    duty: Duty
    window: Window
    state: State
    deadline: datetime | None
    done: int = 0
    of: int = 0
    had: float | None = None
    needed: float | None = None
    evidence: tuple[str, ...] = ()

    @property
    def is_gap(self) -> bool:
        """Whether something that should be there by now is missing."""
        return self.state in GAPS
