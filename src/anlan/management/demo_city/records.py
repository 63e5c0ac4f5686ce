"""Records of evidence as columns, drawn for a whole run of windows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from anlan.management.demo_city.values import DemoEvidence

Seconds = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Source:
    """What the records of one duty at one subject have in common."""

    scheme: str
    rule: str
    subject: str
    kind: str
    by: str


@dataclass(frozen=True, slots=True)
class Record:
    """One record before it gets its number; times are seconds since 1970, UTC."""

    source: Source
    effective: float
    recorded: float
    checkpoint: str = ""
    quantity: float | None = None
    note: str = ""
    failed: tuple[str, ...] = ()


class Records:
    """All records drawn so far; none is effective or recorded after `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until.timestamp()
        self.rows: list[Record] = []

    def add(self, record: Record) -> int | None:
        """Keep a record and return its number, unless it lies in the future."""
        if record.effective > self.until or record.recorded > self.until:
            return None
        self.rows.append(record)
        return len(self.rows) - 1

    def add_rounds(
        self,
        source: Source,
        checkpoints: Sequence[str],
        effective: Seconds,
        recorded: Seconds,
        kept: NDArray[np.bool_],
    ) -> None:
        """Keep those scans of a grid of rounds by checkpoints that were made and have arrived."""
        kept = kept & (effective <= self.until) & (recorded <= self.until)
        rounds, points = np.nonzero(kept)
        for point, done, known in zip(
            points.tolist(),
            effective[rounds, points].tolist(),
            recorded[rounds, points].tolist(),
            strict=True,
        ):
            self.rows.append(Record(source, done, known, checkpoints[point]))

    def numbered(self) -> tuple[tuple[DemoEvidence, ...], list[int]]:
        """The records in the order in which they became known, and the new number of each old one."""
        order = sorted(range(len(self.rows)), key=lambda number: self.rows[number].recorded)
        numbers = [0] * len(order)
        for new, old in enumerate(order):
            numbers[old] = new
        return tuple(_evidence(key, self.rows[old]) for key, old in enumerate(order)), numbers


def _evidence(key: int, row: Record) -> DemoEvidence:
    source = row.source
    return DemoEvidence(
        key,
        source.scheme,
        source.rule,
        source.subject,
        datetime.fromtimestamp(int(row.effective), UTC),
        datetime.fromtimestamp(int(row.recorded), UTC),
        source.by,
        source.kind,
        row.checkpoint,
        row.quantity,
        row.note,
        row.failed,
    )
