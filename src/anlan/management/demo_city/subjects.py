"""Places and departments of the demo city as the engine is told of them."""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from anlan.engine.facts import CheckpointSpan, FactVersion, PostureSpan, SubjectFacts
from anlan.engine.policy import FactValue
from anlan.management.demo_city.values import DemoDepartment, DemoPlace, DemoPosture


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a day of the city begins."""
    return datetime.combine(day, time(), zone)


def place_subject(place: DemoPlace, postures: Sequence[DemoPosture], zone: ZoneInfo) -> SubjectFacts:
    """A place with a version of its facts from each day on which a figure changed."""
    days = sorted({place.registered, *(figure.start for figure in place.figures)})
    versions = []
    for day, following in zip(days, [*days[1:], None], strict=True):
        values: dict[str, FactValue] = {
            "kind": place.kind,
            "critical_facility": place.critical_facility,
            **place.flags,
        }
        values |= {
            figure.fact: place.figure(figure.fact, day) for figure in place.figures if figure.start <= day
        }
        end = midnight(following, zone) if following else None
        versions.append(FactVersion(midnight(day, zone), end, values))
    return SubjectFacts(
        code=place.code,
        subject="place",
        name=place.name_zh,
        district=place.district,
        registered=midnight(place.registered, zone),
        closed=None,
        versions=tuple(versions),
        postures=_spans(postures, place.code),
        checkpoints=tuple(CheckpointSpan(point.code) for point in place.checkpoints),
    )


def department_subject(
    department: DemoDepartment, registered: datetime, postures: Sequence[DemoPosture]
) -> SubjectFacts:
    """A department with its role; only what is raised for the whole city concerns it."""
    values: dict[str, FactValue] = {"role": department.role, "trade_department": department.trade}
    return SubjectFacts(
        code=department.code,
        subject="department",
        name=department.name_zh,
        district=department.district,
        registered=registered,
        closed=None,
        versions=(FactVersion(registered, None, values),),
        postures=_spans(postures, ""),
    )


def _spans(postures: Sequence[DemoPosture], code: str) -> tuple[PostureSpan, ...]:
    return tuple(
        PostureSpan(posture.start, posture.end, posture.level, posture.reason_zh)
        for posture in postures
        if not posture.places or code in posture.places
    )
