"""Who answers for what: the department of a place and the department that mends a finding, for one row or many."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import Department, Finding, Operator, Place, User


@transaction.atomic
def set_departments(
    departments: Mapping[Place, Department | None], *, by: User | None, at: datetime, reason: str
) -> list[Place]:
    """Give each place its responsible department; those that change, each with its line in the journal."""
    changed: list[Place] = []
    entries: list[Change] = []
    rows = Place.objects.select_for_update().filter(pk__in=[place.pk for place in departments])
    wanted = {place.pk: department for place, department in departments.items()}
    for place in rows.order_by("code"):
        before, after = place.department_id, getattr(wanted[place.pk], "pk", None)
        if before == after:
            continue
        place.department = wanted[place.pk]
        place.revision += 1
        place.changed_at = at
        changed.append(place)
        pair = {"department": [before, after]}
        entries.append(
            Change("change-place", "place", str(place.pk), place.name_zh, place.code, pair, reason)
        )
    Place.objects.bulk_update(changed, ["department", "revision", "changed_at"], batch_size=200)
    journal.write_all(entries, by=by, at=at)
    return changed


@transaction.atomic
def assign_findings(
    findings: Sequence[Finding],
    *,
    department: Department | None,
    operator: Operator | None = None,
    by: User | None,
    at: datetime,
    reason: str,
) -> list[Finding]:
    """Say who is to mend open findings: a department, or the operator; those that change."""
    changed: list[Finding] = []
    entries: list[Change] = []
    keys = [finding.pk for finding in findings]
    rows = Finding.objects.select_for_update(of=("self",)).select_related("place")
    for finding in rows.filter(pk__in=keys, closed_at__isnull=True).order_by("year", "number"):
        pairs = {
            "department": [finding.department_id, department.pk if department else None],
            "operator": [finding.operator_id, operator.pk if operator else None],
        }
        pairs = {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}
        if not pairs:
            continue
        finding.department, finding.operator = department, operator
        changed.append(finding)
        entries.append(
            Change(
                "assign-finding",
                "finding",
                str(finding.pk),
                finding.title_zh,
                finding.place.code,
                pairs,
                reason,
            )
        )
    Finding.objects.bulk_update(changed, ["department", "operator"], batch_size=200)
    journal.write_all(entries, by=by, at=at)
    return changed
