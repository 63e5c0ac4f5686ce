"""`anlan rebuild`: projections made anew from the facts, however wrong they were."""

from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from django.utils import timezone
from tests.builders import a_place, adopt_plan, some_evidence

from anlan.management.rebuild import rebuild
from anlan.models import GapDay, GapTally, Standing
from anlan.queries.tallies import past_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def long_ago() -> datetime:
    return timezone.now() - timedelta(days=60)


def test_the_tallies_of_all_past_days_are_counted(long_ago: datetime) -> None:
    adopt_plan(long_ago)
    a_place(daily_visitors=3000.0, at=long_ago)
    result = CliRunner().invoke(rebuild, ["tallies"])
    assert result.exit_code == 0, result.output
    assert sorted(GapDay.objects.values_list("on", flat=True)) == past_days(timezone.now())
    assert GapTally.objects.filter(not_evidenced__gt=0).exists()


def test_standing_that_was_lost_is_there_again(long_ago: datetime) -> None:
    adopt_plan(long_ago)
    visit = some_evidence(a_place(daily_visitors=3000.0, at=long_ago), at=timezone.now())
    Standing.objects.all().delete()
    assert CliRunner().invoke(rebuild, ["standing"]).exit_code == 0
    assert Standing.objects.get().evidence == visit
