"""Planning in the background: weeks of plans, and what follows when a posture or a checkpoint changes."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from anlan.actions.patrol_now import plan_now
from anlan.actions.patrol_plans import SECONDS, plan_place
from anlan.actions.patrol_replans import Cause, follow_postures, replan_place
from anlan.models import PatrolPlan, Place, PostureChange, User


@task()
def draw_plans(place: str, start_day: str, days: int, by: str, seconds: float = SECONDS) -> None:
    """What the worker does about a place to be planned; doing it twice keeps what is there."""
    row = Place.objects.get(pk=UUID(place))
    user = User.objects.filter(pk=UUID(by)).first() if by else None
    plan_place(row, date.fromisoformat(start_day), days, by=user, at=timezone.now(), seconds=seconds)


@task()
def draw_now(place: str, by: str) -> None:
    """What the worker does about a shift that is on without a plan."""
    row = Place.objects.get(pk=UUID(place))
    plan_now(row, by=User.objects.filter(pk=UUID(by)).first() if by else None, at=timezone.now())


@task()
def draw_again(place: str, cause: Cause) -> None:
    """What the worker does when something changed at a place in the middle of a shift."""
    replan_place(Place.objects.get(pk=UUID(place)), cause, by=None, at=timezone.now())


@task()
def follow(since: str) -> None:
    """What the worker does when a posture rose or ended."""
    follow_postures(since=datetime.fromisoformat(since), at=timezone.now())


def plan_later(place: Place, start_day: date, days: int, *, by: User | None, seconds: float = SECONDS) -> str:
    """Have the worker plan a place, with so much time for each game; the job's number."""
    whose = str(by.pk) if by else ""
    return str(draw_plans.enqueue(str(place.pk), start_day.isoformat(), days, whose, seconds).id)


def plan_now_later(place: Place, *, by: User | None) -> None:
    """Have the worker draw the shift that is on before the weeks to come."""
    draw_now.enqueue(str(place.pk), str(by.pk) if by else "")


def posture_changed(*, since: datetime, at: datetime) -> None:
    """Have the worker follow a posture that rose or ended after `since`, if anybody is walking a plan now."""
    if PatrolPlan.objects.filter(starts__lte=at, ends__gt=at, cancelled_at=None).exists():
        follow.enqueue(since.isoformat())


def checkpoints_changed(place: Place, *, at: datetime) -> None:
    """Have the worker plan a place anew after a checkpoint was opened or closed, if it has plans at all."""
    if PatrolPlan.objects.filter(place=place, ends__gt=at, cancelled_at=None).exists():
        draw_again.enqueue(str(place.pk), "checkpoint")


def watch_postures(*, since: datetime, at: datetime) -> None:
    """Look whether a posture that was stated beforehand rose or ended since the last look."""
    edges = Q(start__gt=since, start__lte=at) | Q(end__gt=since, end__lte=at)
    if PostureChange.objects.filter(edges).exists():
        posture_changed(since=since, at=at)


def plans_wait() -> bool:
    """Whether plans wait to be drawn by the worker."""
    mine = (draw_plans.module_path, draw_now.module_path, draw_again.module_path)
    return DBTaskResult.objects.filter(task_path__in=mine, status=TaskResultStatus.READY).exists()
