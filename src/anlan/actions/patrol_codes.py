"""Issuing the codes that hang at checkpoints, voiding them when they are lost or copied."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.turns import take_turn
from anlan.engine.patrol_codes import typed_code
from anlan.models import Checkpoint, CheckpointCode, Place, User

TOKEN_BYTES = 15
"""120 random bits: nobody guesses an address, and the QR stays small enough for a bad camera."""


@transaction.atomic
def issue_codes(place: Place, *, by: User | None, at: datetime) -> list[CheckpointCode]:
    """Give each open checkpoint of a place that has no code its first; the others keep theirs."""
    take_turn(f"patrol-codes/{place.pk}")
    bare = place.checkpoints.filter(closed_at=None).exclude(codes__void_at=None, codes__isnull=False)
    return _issued(list(bare.order_by("order", "code")), by=by, at=at, reason="")


@transaction.atomic
def replace_code(
    checkpoint: Checkpoint, *, reason: str, by: User | None, at: datetime, turning: bool | None = None
) -> CheckpointCode:
    """Issue a new code for a checkpoint and void the old: a lost, damaged or copied one, or one that is to turn.

    Scans made before this moment still count, also when they come in later.
    """
    take_turn(f"patrol-codes/{checkpoint.place_id}")
    current = checkpoint.codes.filter(void_at=None)
    turns = turning if turning is not None else current.filter(turning=True).exists()
    current.update(void_at=at, void_reason=reason[:200])
    return _issued([checkpoint], by=by, at=at, reason=reason, turning=turns)[0]


def _issued(
    checkpoints: Sequence[Checkpoint],
    *,
    by: User | None,
    at: datetime,
    reason: str,
    turning: bool = False,
) -> list[CheckpointCode]:
    numbers = dict(
        CheckpointCode.objects.filter(checkpoint__in=checkpoints)
        .values_list("checkpoint")
        .annotate(Max("number"))
    )
    made = CheckpointCode.objects.bulk_create(
        [
            CheckpointCode(
                checkpoint=checkpoint,
                number=numbers.get(checkpoint.pk, 0) + 1,
                token=secrets.token_urlsafe(TOKEN_BYTES),
                typed=typed_code(secrets.token_bytes(5)),
                turning=turning,
                issued_at=at,
                by=by,
            )
            for checkpoint in checkpoints
        ]
    )
    journal.write_all(
        [
            Change(
                action="issue-checkpoint-code",
                subject_kind="checkpoint",
                subject_id=str(code.checkpoint_id),
                subject_label=code.checkpoint.name_zh,
                place_code=code.checkpoint.place.code,
                changes={"number": [code.number - 1 or None, code.number]},
                reason=reason,
            )
            for code in made
        ],
        by=by,
        at=at,
    )
    return made
