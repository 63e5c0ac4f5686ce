"""What has ended stays as it ended, and is not ended a second time at a later moment."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import LONG_AGO, a_place, a_user, adopt_plan, some_evidence

from anlan.actions import accounts
from anlan.actions.accounts import LastAdministratorError
from anlan.actions.duties import Answer
from anlan.actions.place_parts import add_checkpoint, close_checkpoint
from anlan.actions.posture import end_posture, raise_posture
from anlan.actions.register import close_place
from anlan.actions.schemes import adopt, end_adoption
from anlan.models import Adoption, Checkpoint, Entry, Finding, Grant, Place, PostureChange
from anlan.queries.people import grants_in_force

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)


def test_a_place_or_checkpoint_that_is_closed_stays_closed_since_then() -> None:
    place = a_place()
    point = add_checkpoint(place, code="C1", name_zh="点", name_en="", by=None, at=LONG_AGO)
    for at in (NOW, LATER):
        close_checkpoint(point, by=None, at=at, reason="拆除")
        close_place(place, by=None, at=at, reason="歇业")
    assert (Checkpoint.objects.get().closed_at, Place.objects.get().closed_at) == (NOW, NOW)
    assert Entry.objects.filter(action__in=["close-place", "close-checkpoint"]).count() == 2


def test_a_posture_that_has_run_out_is_not_made_longer_by_standing_down() -> None:
    raised = raise_posture("orange", start=LONG_AGO, end=NOW, reason="节日", by=None, at=LONG_AGO)
    end_posture(raised, by=None, at=LATER, reason="解除")
    assert PostureChange.objects.get().end == NOW


def test_an_adoption_that_another_replaced_is_not_made_longer_by_ending_it() -> None:
    first = adopt_plan()
    adopt(first.edition, valid_from=NOW, by=None, at=NOW)
    end_adoption(first, by=None, at=LATER, reason="停用")
    assert Adoption.objects.get(pk=first.pk).valid_until == NOW


def test_a_grant_that_ran_out_long_ago_does_not_make_up_for_the_last_administrators() -> None:
    last = a_user("administrator")
    accounts.give_role(last, "administrator", by=None, at=LONG_AGO, valid_until=LONG_AGO + timedelta(days=1))
    running = Grant.objects.get(user=last, valid_until=None)
    with pytest.raises(LastAdministratorError):
        accounts.end_role(running, by=None, at=NOW)


def test_a_finding_belongs_to_the_year_that_the_city_writes() -> None:
    new_year = datetime(2026, 12, 31, 18, 0, tzinfo=UTC)
    some_evidence(a_place(), at=new_year, kind="inspection", answers={"alarm": Answer(passed=False)})
    assert Finding.objects.get().year == 2027


def test_a_persons_last_day_ends_at_midnight_in_the_city() -> None:
    guest = a_user("inspector", expires_on=NOW.date())
    midnight = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)
    assert grants_in_force(guest, midnight - timedelta(seconds=1))
    assert not grants_in_force(guest, midnight)
