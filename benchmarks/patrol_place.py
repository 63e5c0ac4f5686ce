"""A place for the patrol job: a mall of the second tier under the city's plan; the duties engine recounts its night."""

from datetime import UTC, date, datetime, time

from anlan.engine.facts import Adoption, Basis, CheckpointSpan, FactVersion, SubjectFacts
from anlan.engine.patrol_recount import Recount, owing, recounted
from anlan.engine.patrol_shifts import ShiftTimes, spans_between
from anlan.engine.policy import Facts
from anlan.engine.schemes import read_scheme
from anlan.kernels.patrol.drawing import columns
from anlan.kernels.patrol.planning import Mix
from benchmarks.measuring import ROOT

FACTS: Facts = {"kind": "mall", "daily_visitors": 3000, "area_m2": 900}
SHIFTS = (
    ShiftTimes("S1", time(6), time(14)),
    ShiftTimes("S2", time(14), time(22)),
    ShiftTimes("S3", time(22), time(6)),
)
NIGHT = date(2026, 3, 9)


def night_recount(mix: Mix, draws: int, seed: int) -> Recount:
    """Drawn shifts of a mix walked in the night from 22:00 to 06:00, as the duties engine counts them."""
    codes = [
        [f"B{beat}C{number:02}" for number in range(len(one.values))]
        for beat, one in enumerate(mix.problem.beats)
    ]
    registered = datetime(2026, 2, 1, tzinfo=UTC)
    place = SubjectFacts(
        "M-1", "place", "M-1", "990101", registered, None,
        (FactVersion(registered, None, FACTS),),
        checkpoints=tuple(CheckpointSpan(code) for beat in codes for code in beat),
    )  # fmt: skip
    scheme, problems = read_scheme(ROOT / "schemes" / "city-plan-2026")
    if scheme is None:
        raise SystemExit(f"{problems}")
    basis = Basis((Adoption(scheme, registered),))
    spans = spans_between(SHIFTS, date(2026, 3, 8), date(2026, 3, 10), basis.zone)
    [night] = [span for span in spans if span.on == NIGHT and span.code == "S3"]
    owed = owing(place, basis, night, spans)
    rounds = [beat.rounds for beat in mix.beats]
    return recounted([owed], codes, rounds, columns(mix, draws, seed), start=night.start)
