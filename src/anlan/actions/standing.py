"""Keeping Standing, the projection of the latest evidence, in step with the evidence; and rebuilding it whole."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from anlan.actions.turns import take_turn
from anlan.models import Evidence, Standing
from anlan.queries.standing import latest_evidence

_FIELDS = ["effective_s", "expires_s", "quantity", "evidence", "changed_at"]


def note_evidence(records: Iterable[Evidence], *, at: datetime) -> None:
    """Put newly recorded evidence into the projection where it is the latest of its kind."""
    newest: dict[str, Evidence] = {}
    for record in records:
        key = standing_key(record)
        if key not in newest or _order(record) > _order(newest[key]):
            newest[key] = record
    for subject in sorted({_subject(record) for record in newest.values()}):
        take_turn(subject)
    known = Standing.objects.in_bulk(list(newest))
    rows = [
        _standing(key, record, at)
        for key, record in newest.items()
        if key not in known or (record.effective_at.timestamp(), record.pk.int) > _held(known[key])
    ]
    Standing.objects.bulk_create(
        rows, update_conflicts=True, update_fields=_FIELDS, unique_fields=["key"], batch_size=2000
    )


def note_strike(evidence: Evidence, *, at: datetime) -> None:
    """Take struck evidence out of the projection; what was the latest before it stands again."""
    take_turn(_subject(evidence))
    key = standing_key(evidence)
    held = Standing.objects.filter(key=key, evidence=evidence)
    if not held.exists():
        return
    before = (
        Evidence.objects.filter(
            scheme=evidence.scheme,
            rule=evidence.rule,
            place=evidence.place_id,
            department=evidence.department_id,
            checkpoint=evidence.checkpoint_id,
            strike__isnull=True,
        )
        .exclude(pk=evidence.pk)
        .order_by("-effective_at", "-id")
        .first()
    )
    if before is None:
        held.delete()
        return
    row = _standing(key, before, at)
    held.update(**{name: getattr(row, name) for name in _FIELDS})


@transaction.atomic
def rebuild_standing(*, at: datetime) -> int:
    """Make the projection anew from the evidence; the number of its rows. Who records meanwhile waits."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {Standing._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")  # noqa: SLF001  (Django documents _meta)
    Standing.objects.all().delete()
    count = 0
    batch: list[Standing] = []
    for record in latest_evidence():
        batch.append(_standing(standing_key(record), record, at))
        if len(batch) == 2000:
            count += len(Standing.objects.bulk_create(batch, batch_size=2000))
            batch = []
    return count + len(Standing.objects.bulk_create(batch, batch_size=2000))


def standing_key(record: Evidence) -> str:
    """The key of the projection: scheme, rule, subject, and the checkpoint if there is one."""
    subject = record.place.code if record.place else record.department.code if record.department else ""
    checkpoint = f"/{record.checkpoint.code}" if record.checkpoint else ""
    return f"{record.scheme}/{record.rule}/{subject}{checkpoint}"


def _subject(record: Evidence) -> str:
    """Records of one place or department are noted one after the other."""
    return f"standing/{record.place_id or record.department_id}"


def _standing(key: str, record: Evidence, at: datetime) -> Standing:
    return Standing(
        key=key,
        scheme=record.scheme,
        rule=record.rule,
        place_id=record.place_id,
        department_id=record.department_id,
        checkpoint_id=record.checkpoint_id,
        effective_s=record.effective_at.timestamp(),
        expires_s=record.expires_at.timestamp() if record.expires_at else None,
        quantity=record.quantity,
        evidence=record,
        changed_at=at,
    )


def _order(record: Evidence) -> tuple[float, int]:
    return record.effective_at.timestamp(), record.pk.int


def _held(row: Standing) -> tuple[float, int]:
    return row.effective_s, row.evidence_id.int
