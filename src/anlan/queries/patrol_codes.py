"""The codes of checkpoints: those of a place, and the one that a camera or a thumb gave."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from anlan.engine.patrol_codes import read_scanned, read_typed
from anlan.models import Checkpoint, CheckpointCode, Place


@dataclass(frozen=True, slots=True)
class CodedCheckpoint:
    """An open checkpoint with its present code, if it has one, and those that were voided, latest first."""

    checkpoint: Checkpoint
    code: CheckpointCode | None
    voided: tuple[CheckpointCode, ...]


def codes_of(place: Place) -> list[CodedCheckpoint]:
    """Every open checkpoint of a place in the order of its round, with its codes."""
    ordered = CheckpointCode.objects.select_related("by").order_by("-number")
    checkpoints = (
        place.checkpoints.filter(closed_at=None)
        .select_related("zone")
        .prefetch_related(Prefetch("codes", queryset=ordered))
        .order_by("order", "code")
    )
    return [
        CodedCheckpoint(
            checkpoint,
            next((code for code in checkpoint.codes.all() if code.void_at is None), None),
            tuple(code for code in checkpoint.codes.all() if code.void_at is not None),
        )
        for checkpoint in checkpoints
    ]


def code_of(token: str) -> CheckpointCode | None:
    """The code with this token, void or not."""
    return CheckpointCode.objects.select_related("checkpoint__place").filter(token=token).first()


def code_read(content: str) -> CheckpointCode | None:
    """The code in what a camera read (an address) or a guard typed (letters); None when it is neither."""
    scanned = read_scanned(content)
    if scanned is not None:
        return code_of(scanned.token)
    typed = read_typed(content)
    if typed is None:
        return None
    return CheckpointCode.objects.select_related("checkpoint__place").filter(typed=typed).first()


def codes_changed_since(place: Place, since: datetime) -> bool:
    """Whether a code of the place was issued or voided after a moment, so that phones must load them again."""
    codes = CheckpointCode.objects.filter(checkpoint__place=place)
    return codes.filter(issued_at__gt=since).exists() or codes.filter(void_at__gt=since).exists()
