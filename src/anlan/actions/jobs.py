"""Queued work that outlives its worker: a task whose worker was killed is done again, a few times at most.

A worker holds a lock on a file of its own in the data folder, which the system lets go of however the worker ends.
Workers on another machine cannot be asked that way; their tasks hold a lease, kept in `run_after`: a running task may
be run again after it. What tasks do must be safe to do twice.
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.crypto import get_random_string
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from anlan.models import IdempotencyKey

LEASE = timedelta(minutes=3)
"""After this long without a renewal a task of a worker elsewhere counts as abandoned."""

TRIES = 3
"""How often a task is begun before it is given up: one that kills its worker would do so for ever."""

KEYS_KEPT = timedelta(days=14)
"""How long the answer to a request with a key is kept; the API promises 7 days."""

GIVEN_UP = "anlan.actions.jobs.WorkerLost"


@dataclass(frozen=True, slots=True)
class Reaped:
    """What was found abandoned."""

    again: int
    given_up: int


@contextmanager
def working() -> Iterator[str]:
    """A worker's name, held for as long as it lives."""
    name = f"{socket.gethostname()[:32]}-{os.getpid()}-{get_random_string(8)}"
    path = _mark(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield name
        finally:
            path.unlink(missing_ok=True)


def renew(worker: str, *, at: datetime) -> int:
    """Lengthen the lease of what this worker is doing."""
    mine = [row.pk for row in DBTaskResult.objects.running() if row.worker_ids[-1:] == [worker]]
    return DBTaskResult.objects.running().filter(pk__in=mine).update(run_after=at + LEASE)


@transaction.atomic
def reap(*, at: datetime) -> Reaped:
    """Put abandoned tasks back into the queue, or give them up after TRIES."""
    again = given_up = 0
    for row in DBTaskResult.objects.running().select_for_update():
        if not _is_abandoned(row, at):
            continue
        if len(row.worker_ids) < TRIES:
            row.status, row.started_at, row.run_after = TaskResultStatus.READY, None, get_date_max()
            again += 1
        else:
            row.status, row.finished_at, row.exception_class_path = TaskResultStatus.FAILED, at, GIVEN_UP
            given_up += 1
        row.save(update_fields=["status", "started_at", "run_after", "finished_at", "exception_class_path"])
    return Reaped(again, given_up)


def forget_old_keys(*, at: datetime) -> int:
    """Delete what requests of the API were answered longer ago than their keys are kept."""
    return IdempotencyKey.objects.filter(at__lt=at - KEYS_KEPT).delete()[0]


def has_failed(job: str) -> bool:
    """Whether a queued task ended without doing its work."""
    try:
        return DBTaskResult.objects.failed().filter(pk=UUID(job)).exists()
    except ValueError:
        return False


def _is_abandoned(row: DBTaskResult[Any, Any], at: datetime) -> bool:
    alive = _is_alive(row.worker_ids[-1]) if row.worker_ids else None
    if alive is not None:
        return not alive
    leased_until = row.run_after if row.run_after < get_date_max() else None
    begun = row.started_at or row.enqueued_at
    return bool(max(leased_until or begun, begun + LEASE) < at)


def _is_alive(worker: str) -> bool | None:
    """Whether a worker on this data folder lives; None for one that left no mark here."""
    path = _mark(worker)
    try:
        with path.open("r+", encoding="ascii") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return True
    path.unlink(missing_ok=True)
    return False


def _mark(worker: str) -> Path:
    return Path(settings.DATA) / "workers" / f"{Path(worker).name}.lock"
