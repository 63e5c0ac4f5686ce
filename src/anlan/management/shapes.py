"""The shapes of what commands read and write; `anlan schema` prints them and tests hold the commands to them."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """A JSON object; further members may be added to what a command writes, never taken away."""

    model_config = ConfigDict(extra="allow")


class BothLanguages(Shape):
    zh: str
    en: str


class Cites(Shape):
    label: Literal["plan", "law", "practice"]
    clause: str | None = None
    source: str | None = None


class ReasonShape(Shape):
    """One comparison that decided."""

    fact: str
    value: bool | float | str | None
    relation: str
    limit: Any
    holds: bool | None
    parameter: str | None
    cites: Cites | None
    text: BothLanguages


class DutyShape(Shape):
    """A duty that is owed, with its reasons."""

    rule: str
    scheme: str
    cadence: Any
    since: str
    cites: list[Cites]
    because: list[ReasonShape]


class StateShape(Shape):
    """The state of one window of a duty."""

    key: str
    rule: str
    scheme: str
    state: str
    start: str | None
    end: str | None
    deadline: str | None


class WhyOutput(Shape):
    """What `anlan why` writes."""

    place: str
    tiers: dict[str, str]
    because: dict[str, list[ReasonShape]]
    duties: list[DutyShape]
    status: list[StateShape]


class FactsInput(Shape):
    """What `anlan why --facts` reads: facts that the vocabulary or the scheme declares."""

    kind: str
    area_m2: float | None = None
    daily_visitors: float | None = None
    peak_present: float | None = None
    critical_facility: bool = False
    public_service: bool = False


class Gap(Shape):
    """A duty whose state is overdue or not evidenced."""

    place: str
    duty: str
    due: str | None
    state: Literal["overdue", "not-evidenced"]


class GapsOutput(Shape):
    """What `anlan gaps` writes."""

    at: str
    gaps: list[Gap]


class ProblemShape(Shape):
    """What is wrong in a scheme's files, and how to mend it."""

    file: str
    line: int
    rule: str
    message: BothLanguages
    mend: BothLanguages


class CheckedScheme(Shape):
    id: str
    edition: str | None
    rules: int
    cases: int
    problems: list[ProblemShape]


class SchemeCheckOutput(Shape):
    """What `anlan scheme check` writes."""

    schemes: list[CheckedScheme]


class OsmOutput(Shape):
    """What `anlan import osm` writes."""

    places: dict[str, int]
    roads_km: float
    merged: int
    skipped: int
    seconds: float


class WrongCell(Shape):
    row: int
    column: str
    value: Any
    message: BothLanguages


class PlacesOutput(Shape):
    """What `anlan import places` writes."""

    rows: int
    imported: int
    wrong: list[WrongCell]
    ignored_columns: list[str]


class TargetGameInput(Shape):
    """Independent targets; payoffs of each side, one number for each target."""

    name: str | None = None
    defender_covered: list[float]
    defender_uncovered: list[float]
    attacker_covered: list[float]
    attacker_uncovered: list[float]
    resources: float


class MatrixGameInput(Shape):
    """A leader who commits to a mixture of rows, a follower who answers with a column; a list for each row."""

    name: str | None = None
    leader: list[list[float]]
    follower: list[list[float]]
    cols: list[str] | None = None


class CoverageOutput(Shape):
    """How often each target is covered, which one is attacked (counted from 0), and what both have of it."""

    coverage: list[float]
    attacked_target: int
    defender_utility: float
    attacker_utility: float


class CommitmentOutput(Shape):
    """The leader's mixture of rows, the column that answers it (counted from 0), and its value to the leader."""

    commitment: list[float]
    response: int
    leader_value: float


Game = TargetGameInput | MatrixGameInput
Solution = CoverageOutput | CommitmentOutput


class Peer(Shape):
    name: str
    version: str
    seconds: float
    ratio: float


class Job(Shape):
    """One benchmark beside its named peers; `ratio` is the peer's time over ours."""

    job: str
    size: str
    ours_s: float
    peers: list[Peer]
    memory_mb: float


SHAPES: dict[str, tuple[Any, Any]] = {
    "why": (FactsInput, WhyOutput),
    "gaps": (None, GapsOutput),
    "scheme check": (None, SchemeCheckOutput),
    "import osm": (None, OsmOutput),
    "import places": (None, PlacesOutput),
    "patrol solve": (Game | list[Game], Solution | list[Solution]),
    "bench": (None, list[Job]),
}
"""Command to the shape of its input file (None: it reads none of JSON) and of its output."""
