"""Keeping GapTally, the gaps at the end of each of the last days, in step with what is recorded; and rebuilding it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from anlan.actions.turns import take_turn
from anlan.models import GapDay, GapTally
from anlan.queries.board import board_as_of
from anlan.queries.board_register import LoadedRegister, load_register
from anlan.queries.tallies import PATIENCE, changed_from, end_of, past_days, tallies_of, waiting_days


@task()
def count_days() -> None:
    """What the worker does when days wait to be counted; doing it twice counts nothing twice."""
    count_gaps(at=timezone.now())


def watch_days(*, at: datetime) -> None:
    """Have the worker count the days that wait for it, if it is not told so already."""
    note_changes(at=at)
    if waiting_days(at) and not _is_queued():
        count_days.enqueue()


def count_gaps(*, at: datetime) -> int:
    """Count the days that wait for it; how many did."""
    note_changes(at=at)
    waiting = waiting_days(at)
    _count_all(waiting, at)
    return len(waiting)


def rebuild_tallies(*, at: datetime) -> int:
    """Count all days anew; the number of rows."""
    _count_all(past_days(at)[::-1], at)
    return GapTally.objects.count()


@transaction.atomic
def note_changes(*, at: datetime) -> None:
    """Mark the counted days that what was recorded since the last look may have changed; at most three reads."""
    days = GapDay.objects.filter(on__in=past_days(at))
    looked = dict(days.values_list("on", "looked_at"))
    if not looked:
        return
    since = min(looked.values())
    first = changed_from(since)
    touched = [] if first is None else [on for on in looked if end_of(on) > first]
    if touched:
        days.filter(on__in=touched).update(changed=True)
    if touched or at - since >= PATIENCE:
        days.update(looked_at=at)


def forget_tallies() -> None:
    """Drop what is counted, where history was written that the journal does not tell of."""
    GapDay.objects.all().delete()


def _count_all(days: list[date], at: datetime) -> None:
    if not days:
        return
    loaded = load_register()
    for on in days:
        _count(on, loaded, at)
    GapDay.objects.filter(on__lt=past_days(at)[0]).delete()


def _count(on: date, loaded: LoadedRegister, at: datetime) -> None:
    """Put what a day comes to in the place of what it came to before."""
    found = tallies_of(board_as_of(end_of(on), loaded=loaded))
    with transaction.atomic():
        take_turn("tallies")
        GapTally.objects.filter(day=on).delete()
        GapDay.objects.update_or_create(on=on, defaults={"counted_at": at, "looked_at": at, "changed": False})
        GapTally.objects.bulk_create(
            [
                GapTally(
                    day_id=on,
                    district=one.district,
                    scheme=one.scheme,
                    rule=one.rule,
                    not_evidenced=one.not_evidenced,
                    overdue=one.overdue,
                )
                for one in found
            ],
            batch_size=2000,
        )


def _is_queued() -> bool:
    open_ = (TaskResultStatus.READY, TaskResultStatus.RUNNING)
    return DBTaskResult.objects.filter(task_path=count_days.module_path, status__in=open_).exists()
