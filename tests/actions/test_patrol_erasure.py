"""Names of guards are gone after the set days; what was done stays."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from tests.builders import a_user
from tests.patrol_builders import MONDAY, a_patrolled_place, clock

from anlan.actions.patrol_erasure import erase_names
from anlan.actions.patrol_register import set_roster
from anlan.models import Device, Entry, RosterLine, Visit, Walk

pytestmark = pytest.mark.django_db
KEPT = timedelta(days=settings.PATROL_NAMES_DAYS)


def a_walk(ended: datetime | None, started: datetime) -> Walk:
    place = a_patrolled_place(points=1)
    guard = a_user("guard", place=place.code, name="李四")
    device = Device.objects.create(user=guard, label="手机", enrolled_at=started)
    walk = Walk.objects.create(
        place=place, guard=guard, alias="甲-7", device=device, started_at=started, ended_at=ended,
        received_at=started,
    )  # fmt: skip
    Visit.objects.create(
        walk=walk,
        checkpoint=place.checkpoints.first(),
        device_at=started,
        effective_at=started,
        received_at=started,
    )
    set_roster(place.shifts.get(code="S1"), MONDAY, beat=place.beats.get(), guard=guard, by=None, at=started)
    return walk


def test_who_walked_is_erased_after_the_set_days_and_not_a_day_before() -> None:
    walk = a_walk(clock("13:00"), clock("06:00"))
    assert erase_names(at=clock("13:00") + KEPT).walks == 0
    assert erase_names(at=clock("13:01") + KEPT).walks == 1
    walk.refresh_from_db()
    assert (walk.guard, walk.device, walk.alias) == (None, None, "甲-7")
    assert walk.guard_erased_at == clock("13:01") + KEPT
    assert walk.visits.count() == 1, "the visit stays"


def test_a_walk_that_was_never_ended_loses_its_name_a_day_later() -> None:
    a_walk(None, clock("06:00"))
    assert erase_names(at=clock("06:01") + KEPT).walks == 0
    assert erase_names(at=clock("06:01") + KEPT + timedelta(days=1)).walks == 1


def test_the_roster_of_those_days_loses_its_names_too() -> None:
    a_walk(clock("13:00"), clock("06:00"))
    assert erase_names(at=clock("23:00") + KEPT).lines == 0
    assert erase_names(at=clock("00:30") + KEPT + timedelta(days=1)).lines == 1
    assert not RosterLine.objects.filter(guard__isnull=False).exists()


def test_erasing_twice_erases_once_and_the_journal_says_how_many_and_never_whom() -> None:
    walk = a_walk(clock("13:00"), clock("06:00"))
    name = str(walk.guard_id)
    late = clock("12:00") + KEPT + timedelta(days=3)
    erase_names(at=late)
    again = erase_names(at=late)
    assert (again.walks, again.lines) == (0, 0)
    entry = Entry.objects.get(action="erase-guards")
    assert entry.changes["walks"] == [None, 1]
    told = [
        str(entry.changes) + entry.subject_label for entry in Entry.objects.exclude(action__endswith="-role")
    ]
    own = [text for text in told if name in text or "李四" in text]
    assert all("username" in text for text in own), "only the making of the account itself names the person"
