"""The shapes of `anlan patrol plan`: beats to be walked, and what is answered."""

from typing import Any

from pydantic import Field, model_validator

from anlan.management.shapes import Shape

LONGEST_MIN = 24 * 60
MOST_CHECKPOINTS = 100
MOST_GUARDS = 50


class CadenceInput(Shape):
    """One visit in each window of `every_min` from `from_min` to `to_min`, minutes after the shift begins."""

    every_min: float = Field(gt=0, le=LONGEST_MIN)
    from_min: float = Field(default=0, ge=0, le=LONGEST_MIN)
    to_min: float | None = Field(default=None, gt=0, le=LONGEST_MIN)


class CheckpointInput(Shape):
    """`value`: what an undisturbed attack gains; `dwell_min` how long a visit takes; a cadence of its own if given."""

    id: str
    value: float = Field(default=1, ge=0, le=1e9)
    dwell_min: float = Field(default=1, gt=0, le=240)
    cadence: list[CadenceInput] | None = None


class BeatInput(Shape):
    """`walk_min[i][j]` is the time from checkpoint i to j; shortest ways are taken."""

    id: str
    guards: int = Field(default=1, ge=0, le=MOST_GUARDS)
    checkpoints: list[CheckpointInput] = Field(min_length=1, max_length=MOST_CHECKPOINTS)
    walk_min: list[list[float]]

    @model_validator(mode="after")
    def square(self) -> "BeatInput":
        count = len(self.checkpoints)
        if len(self.walk_min) != count or any(len(row) != count for row in self.walk_min):
            raise ValueError("square")
        if any(not 0 <= time <= LONGEST_MIN for row in self.walk_min for time in row):
            raise ValueError("times")
        return self


class PatrolPlanInput(Shape):
    """Beats walked in one shift of `shift_min` minutes; an attack takes `attack_min`. Times are rounded up to slots.

    `slot_s` is 60 where all times are whole minutes, otherwise 30, unless it is given.
    """

    shift_min: float = Field(gt=0, le=LONGEST_MIN)
    attack_min: float = Field(gt=0, le=LONGEST_MIN)
    cadence: list[CadenceInput] = Field(default_factory=list)
    beats: list[BeatInput] = Field(min_length=1, max_length=100)
    spare_guards: int = Field(default=0, ge=0, le=MOST_GUARDS)
    slot_s: int | None = Field(default=None, ge=10, le=300)
    begins: str | None = None

    @model_validator(mode="after")
    def short(self) -> "PatrolPlanInput":
        if self.attack_min > self.shift_min:
            raise ValueError("attack")
        return self


class VisitOutput(Shape):
    """Times in minutes after the shift begins; the scan is at `arrive_min`."""

    checkpoint: str
    arrive_min: float
    leave_min: float


class GuardOutput(Shape):
    beat: str
    guard: int
    spare: bool
    visits: list[VisitOutput]


class ScheduleOutput(Shape):
    shift: int
    seed: int
    guards: list[GuardOutput]


class NumbersOutput(Shape):
    exploitability: float
    cadence_kept: float
    conditional_entropy_bits: float


class RecountOutput(Shape):
    """What the duties engine found in the same drawn shifts: `kept` of `draws` have every window met.

    Each of `rounds` different rounds was turned into scans once; `windows` a shift ask for `visits` scans.
    """

    draws: int
    kept: int
    rounds: int
    windows: int
    visits: int


class PatrolPlanOutput(Shape):
    """Drawn shifts and the proof. Gains are in the unit of the values; the attacker wants them large.

    `exploitability` is the gain of an attacker who saw `proof_draws` drawn shifts and nothing else; `expected_loss` the
    greatest gain against the mix itself; `upper_bound` the bound of what any patrol can achieve: no mix of legal rounds
    holds the attacker below it, and `gap` is `expected_loss / upper_bound - 1`. `cadence_kept` is the part of the drawn
    shifts in which every window had its visit. `conditional_entropy_bits` is the uncertainty of a guard's next
    checkpoint and time (in bins of 5 minutes) for somebody who saw the last visit and its time. `recounted` is what the
    duties engine says of the same shifts; it is left out where bands are not whole minutes.
    """

    feasible: bool
    schedules: list[ScheduleOutput] | None = None
    exploitability: float | None = None
    expected_loss: float | None = None
    upper_bound: float | None = None
    gap: float | None = None
    cadence_kept: float | None = None
    conditional_entropy_bits: float | None = None
    proof_draws: int | None = None
    recounted: RecountOutput | None = None
    baselines: dict[str, NumbersOutput] | None = None
    seconds: float
    infeasible: str | None = None
    needs_guards: int | None = None
    beat: str | None = None


PATROL_SHAPES: dict[str, tuple[Any, Any]] = {"patrol plan": (PatrolPlanInput, PatrolPlanOutput)}
