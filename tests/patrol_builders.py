"""A place that is patrolled: checkpoints in a row a minute apart, shifts around the clock, beats, drawn plans."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.builders import a_place, adopt_plan

from anlan.actions.duties import EvidenceDraft, record_evidence
from anlan.actions.patrol_register import add_beat, set_up_patrols
from anlan.actions.place_parts import add_checkpoint
from anlan.engine.policy import Level
from anlan.models import Beat, Checkpoint, Place, PostureChange

CITY = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 9)
A_MINUTE_APART = 49.5 / 111_195
"""Degrees of latitude that take just under a minute at 70 m a minute with a detour of 1.4."""


def clock(text: str, on: date = MONDAY) -> datetime:
    """A time of the city on a day."""
    hour, minute = text.split(":")
    return datetime(on.year, on.month, on.day, int(hour), int(minute), tzinfo=CITY)


def a_patrolled_place(
    code: str = "M-1",
    *,
    points: int = 6,
    beats: int = 1,
    spare: int = 0,
    shifts: Sequence[str] = ("S1", "S2", "S3"),
    at: datetime = START,
) -> Place:
    """A mall of the second tier with shifts of eight hours from 06:00 on, and beats that share out its checkpoints."""
    adopt_plan(at)
    place = a_place(code, daily_visitors=3000, area_m2=900, at=at)
    rows = [a_checkpoint(place, number, at) for number in range(points)]
    for number in range(beats):
        a_beat(place, f"B{number + 1}", rows[number::beats], at)
    for number in range(spare):
        a_beat(place, f"R{number + 1}", rows, at, spare=True)
    set_up_patrols(place, by=None, at=at)
    place.shifts.exclude(code__in=shifts).delete()
    return place


def a_checkpoint(place: Place, number: int, at: datetime = START) -> Checkpoint:
    """The next checkpoint of the row."""
    row = add_checkpoint(place, code=f"C{number:02}", name_zh=f"点{number}", name_en="", by=None, at=at)
    row.longitude, row.latitude = 116.3913, 39.9075 + number * A_MINUTE_APART
    row.save()
    return row


def a_beat(
    place: Place, code: str, checkpoints: list[Checkpoint], at: datetime = START, *, spare: bool = False
) -> Beat:
    """A beat of some checkpoints."""
    return add_beat(
        place, code=code, name_zh=code, name_en="", checkpoints=checkpoints, spare=spare, by=None, at=at
    )


def raised(level: Level, at: datetime, until: datetime | None = None) -> PostureChange:
    """A level in force for the whole city from a moment on."""
    return PostureChange.objects.create(
        level=level, start=at, end=until, reason="测试", recorded_at=at,
        end_recorded_at=at if until else None, planned_end=until,
    )  # fmt: skip


def a_scan(place: Place, code: str, at: datetime) -> None:
    """A scan of the patrol duty at a checkpoint."""
    point = place.checkpoints.get(code=code)
    draft = EvidenceDraft("city-plan-2026", "mobile-patrol", "scan", at, place=place, checkpoint=point)
    record_evidence(draft, rule=None, by=None, at=at + timedelta(seconds=5))
