"""Findings of failed inspection items: some open, some overdue, most closed by a re-inspection."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from anlan.engine.owed import Duty
from anlan.management.demo_city.records import Record, Records
from anlan.management.demo_city.values import DemoDepartment, DemoFinding, DemoPlace

_DEFAULT_MEND = timedelta(days=15)


def findings(
    failed: Sequence[tuple[int, Duty]],
    records: Records,
    places: Mapping[str, DemoPlace],
    departments: Mapping[str, DemoDepartment],
    rng: np.random.Generator,
) -> list[DemoFinding]:
    """One finding for each failed item; re-inspections are added to the records."""
    found: list[DemoFinding] = []
    for number, duty in sorted(failed, key=lambda each: (records.rows[each[0]].recorded, each[0])):
        row = records.rows[number]
        if row.source.subject not in places:
            continue
        place = places[row.source.subject]
        item = next(item for item in duty.rule.items if item.id == row.failed[0])
        opened = datetime.fromtimestamp(int(row.recorded), UTC)
        deadline = opened + (item.mend_within or _DEFAULT_MEND)
        closed, closing = _closing(row, deadline, records, rng)
        found.append(
            DemoFinding(
                code=f"F-{len(found) + 1:04d}",
                evidence=number,
                scheme=duty.scheme,
                rule=duty.rule.id,
                place=place.code,
                item=item.id,
                description_zh=item.title.zh,
                description_en=item.title.en,
                responsible_operator=place.operator,
                responsible_department=place.department if place.department in departments else "",
                found=opened,
                deadline=deadline,
                closed=closed,
                closed_by=closing,
            )
        )
    return found


def _closing(
    row: Record, deadline: datetime, records: Records, rng: np.random.Generator
) -> tuple[datetime | None, int | None]:
    """The re-inspection that closes a finding, if there has been one."""
    age_days = (records.until - row.recorded) / 86_400
    if rng.random() > (0.94 if age_days > 45 else 0.62):
        return None, None
    span = max(deadline.timestamp() - row.recorded, 86_400)
    when = row.recorded + span * rng.uniform(0.25, 1.15)
    again = replace(
        row, effective=when, recorded=when + rng.uniform(60, 1800), note="整改完成，复查合格", failed=()
    )
    number = records.add(again)
    return (None, None) if number is None else (datetime.fromtimestamp(int(again.recorded), UTC), number)


def renumbered(found: Sequence[DemoFinding], numbers: Sequence[int]) -> tuple[DemoFinding, ...]:
    """The findings with their evidence by its final number."""
    return tuple(
        replace(
            finding,
            evidence=numbers[finding.evidence],
            closed_by=None if finding.closed_by is None else numbers[finding.closed_by],
        )
        for finding in found
    )
