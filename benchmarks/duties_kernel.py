"""Duties and states of a whole city by the array engine, beside the explaining engine place by place.

    .venv/bin/python benchmarks/duties_kernel.py [--places 100000] [--sample 200]

Pure engine: what the database adds is measured by `anlan bench`. Everything is drawn from a fixed seed.
"""

import argparse
import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from anlan.engine.board import (
    BoardPosture,
    BoardRegister,
    Column,
    CompiledDuties,
    MarkRows,
    PointRows,
    WaiverRows,
    align,
    compile_duties,
    states_at,
)
from anlan.engine.facts import Adoption, Basis, FactVersion, SubjectFacts
from anlan.engine.schemes import read_scheme
from anlan.engine.standing import state_now

SCHEMES = Path(__file__).parent.parent / "schemes"
ADOPTED = datetime(2026, 1, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
NOW = datetime(2026, 8, 14, 9, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
KINDS = ("mall", "station", "scenic-area", "hospital", "school", "government-seat", "water-works", "hotel")


def basis() -> Basis:
    """Both schemes adopted side by side."""
    adopted = []
    for name in ("city-plan-2026", "uk-premises-2025"):
        scheme, problems = read_scheme(SCHEMES / name, SCHEMES / "vocabulary")
        if scheme is None:
            raise SystemExit(f"{name}: {problems[0].message.en}")
        adopted.append(Adoption(scheme, ADOPTED))
    return Basis(tuple(adopted), (), ZoneInfo("Asia/Shanghai"))


def register(places: int, seed: int) -> BoardRegister:
    """Places of all kinds; a tenth with a second version of their facts, one district at orange since 08:00."""
    random = np.random.default_rng(seed)
    second = np.sort(random.choice(places, places // 10, replace=False)).astype(np.int32)
    row_place = np.concatenate((np.arange(places, dtype=np.int32), second))
    row_start = np.concatenate(
        (
            np.full(places, ADOPTED.timestamp()),
            ADOPTED.timestamp() + random.uniform(0, 200 * 86400, len(second)).round(),
        )
    )
    order = np.lexsort((row_start, row_place))
    rows = len(order)
    visitors = np.round(10 ** random.uniform(1.5, 4.5, rows))
    visitors[random.random(rows) < 0.03] = np.nan
    district = random.integers(0, 12, places).astype(np.int32)
    raised = np.flatnonzero(district == 3).astype(np.int32)
    orange = NOW.replace(hour=8, minute=0).timestamp()
    return BoardRegister(
        codes=[f"P{number:06}" for number in range(places)],
        district=district,
        registered=np.full(places, ADOPTED.timestamp()),
        closed=np.full(places, np.inf),
        row_place=row_place[order],
        row_start=row_start[order],
        facts={
            "kind": Column(random.integers(0, len(KINDS), rows).astype(np.int32), KINDS),
            "daily_visitors": Column(visitors),
            "peak_present": Column(np.round(visitors / 6)),
            "area_m2": Column(np.round(visitors * random.uniform(0.5, 3, rows))),
            "critical_facility": Column((random.random(rows) < 0.05).astype(np.int32), (False, True)),
            "public_service": Column((random.random(rows) < 0.1).astype(np.int32), (False, True)),
        },
        checkpoints=walked(random.integers(0, 6, places)),
        postures=[
            BoardPosture("orange", orange, np.inf, raised),
            *(
                BoardPosture("yellow", orange - day * 86400, orange - day * 86400 + 36000)
                for day in range(5, 60, 5)
            ),
        ],
    )


def walked(counts: NDArray[np.int64]) -> PointRows:
    """So many checkpoints for each place, in use ever since."""
    place = np.repeat(np.arange(len(counts)), counts).astype(np.int32)
    return PointRows(place, np.full(len(place), -np.inf), np.full(len(place), np.inf))


def standing(compiled: CompiledDuties, seed: int) -> MarkRows:
    """A latest record for four in five duties, at every checkpoint of those that are walked."""
    random = np.random.default_rng(seed + 1)
    times = np.maximum(compiled.scan_points, 1)
    duty = np.repeat(np.arange(len(compiled)), times)
    point = np.arange(len(duty)) - np.repeat(np.cumsum(times) - times, times)
    kept = random.random(len(duty)) < 0.8
    duty, point = duty[kept], point[kept]
    scanned = compiled.scan_points[duty] > 0
    first = np.searchsorted(compiled.checkpoints.place, np.arange(len(compiled.district)))
    ago = np.where(scanned, random.uniform(0, 6 * 3600, len(duty)), random.uniform(0, 120 * 86400, len(duty)))
    return MarkRows(
        rule=compiled.rule[duty],
        place=compiled.place[duty],
        checkpoint=np.where(scanned, first[compiled.place[duty]] + point, -1).astype(np.int32),
        effective=NOW.timestamp() - ago,
        expires=np.full(len(duty), np.nan),
        quantity=random.uniform(0, 200, len(duty)).round(),
    )


def subject_of(register: BoardRegister, place: int) -> SubjectFacts:
    """One of the places as the explaining engine wants it."""
    rows = np.flatnonzero(register.row_place == place)
    starts = [datetime.fromtimestamp(register.row_start[row], UTC) for row in rows]
    versions = []
    for row, start, end in zip(rows, starts, [*starts[1:], None], strict=True):
        values: dict[str, Any] = {}
        for name, column in register.facts.items():
            value = column.values[row]
            values[name] = column.words[int(value)] if column.words else float(value)
        versions.append(FactVersion(start, end, values))
    return SubjectFacts(register.codes[place], "place", "", "", ADOPTED, None, tuple(versions))


def timed(label: str, run: Callable[[], Any], times: int = 3) -> Any:
    """The result of `run`, with the medians of its wall and processor times printed."""
    walls, works = [], []
    for _ in range(times):
        begun, worked = time.perf_counter(), time.process_time()
        result = run()
        walls.append(time.perf_counter() - begun)
        works.append(time.process_time() - worked)
    wall, work = (sorted(took)[times // 2] * 1000 for took in (walls, works))
    print(f"{label:<50}{wall:>10.1f} ms{work:>10.1f} ms of processor")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--places", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    city, places = basis(), register(given.places, given.seed)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    compiled = timed("compile: what every place owes", lambda: compile_duties(places, city, NOW))
    rows = standing(compiled, given.seed)
    marks = timed(f"align: {len(rows.place):,} rows of Standing", lambda: align(compiled, rows))
    states = timed("states now", lambda: states_at(compiled, marks, WaiverRows.none(), NOW), 9)
    timed(
        "states ten minutes later",
        lambda: states_at(compiled, marks, WaiverRows.none(), NOW + timedelta(minutes=10)),
        9,
    )
    timed("counts by district, tier, rule and state", lambda: states.counts(compiled, "city-plan-2026"), 9)
    timed("what falls due within 6 hours", lambda: states.falling_due(compiled, NOW + timedelta(hours=6)), 9)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(compiled):,} duties of {len(compiled.rules)} rules, {int(states.gaps().sum()):,} gaps, "
          f"{len(states.undecided):,} undecided; peak memory {after:.0f} MiB (of it {before:.0f} before)")  # fmt: skip
    sample = np.linspace(0, given.places - 1, given.sample).astype(int)
    subjects = [subject_of(places, int(place)) for place in sample]
    begun = time.process_time()
    for subject in subjects:
        state_now(subject, city, [], [], NOW)
    each = (time.process_time() - begun) / given.sample
    print(
        f"explaining engine, one place at a time: {each * 1000:.2f} ms a place, {each * given.places:.0f} s for all"
    )


if __name__ == "__main__":
    main()
