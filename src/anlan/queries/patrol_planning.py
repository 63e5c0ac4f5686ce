"""How far the planning of places is: shifts of the coming weeks that have a plan, and the job that draws them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from anlan.engine.patrol_shifts import spans_between
from anlan.models import PatrolPlan, Place, Shift
from anlan.queries.patrol_plans import shift_times

DRAWING: Final = "anlan.actions.patrol_jobs.draw_plans"
LOOKED_AT = 2000
"""So many of the latest jobs are looked through; a finished one further back is of no interest."""

JobState = Literal["waiting", "running", "done", "failed"]
_STATES: Final[dict[str, JobState]] = {
    TaskResultStatus.READY: "waiting",
    TaskResultStatus.RUNNING: "running",
    TaskResultStatus.SUCCESSFUL: "done",
    TaskResultStatus.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class PlanningJob:
    """The latest job that plans a place."""

    id: UUID
    state: JobState
    asked_at: datetime
    finished_at: datetime | None
    first: date
    days: int

    @property
    def is_under_way(self) -> bool:
        return self.state in ("waiting", "running")


@dataclass(frozen=True, slots=True)
class Planned:
    """Shifts of a span of days that are not over yet, and how many of them have a plan."""

    shifts: int
    planned: int

    @property
    def is_whole(self) -> bool:
        return self.planned >= self.shifts


def latest_jobs(places: Collection[Place]) -> dict[UUID, PlanningJob]:
    """The latest planning job of each of these places that has any; one read."""
    wanted = {str(place.pk): place.pk for place in places}
    found: dict[UUID, PlanningJob] = {}
    for row in DBTaskResult.objects.filter(task_path=DRAWING).order_by("-enqueued_at")[:LOOKED_AT]:
        arguments = row.args_kwargs.get("args") or [""]
        place = wanted.get(str(arguments[0]))
        if place is not None and place not in found:
            first, days = date.fromisoformat(arguments[1]), int(arguments[2])
            found[place] = PlanningJob(
                row.pk, _STATES[row.status], row.enqueued_at, row.finished_at, first, days
            )
    return found


def planned_ahead(places: Iterable[Place], first: date, days: int, at: datetime) -> dict[UUID, Planned]:
    """For each place its shifts of `days` days from `first` that are not over, and those planned; two reads."""
    rows, last = {place.pk: place for place in places}, first + timedelta(days=days - 1)
    zone = timezone.get_default_timezone()
    drawn = {
        (place, code, on)
        for place, code, on in PatrolPlan.objects.filter(
            place__in=rows, on__range=(first, last), cancelled_at=None, ends__gt=at
        ).values_list("place", "shift__code", "on")
    }
    shifts: dict[UUID, list[Shift]] = {}
    for shift in Shift.objects.filter(place__in=rows):
        shifts.setdefault(shift.place_id, []).append(shift)
    found = {}
    for place in rows:
        spans = [
            span
            for span in spans_between([shift_times(row) for row in shifts.get(place, ())], first, last, zone)
            if span.end > at
        ]
        found[place] = Planned(len(spans), sum((place, span.code, span.on) in drawn for span in spans))
    return found
