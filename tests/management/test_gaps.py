"""`anlan gaps`: what is missing, and what is wrong with the question."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result
from tests.builders import a_department, a_district, a_place, adopt_plan

from anlan.management.gaps import gaps

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)


def asked(*options: str) -> Result:
    return CliRunner().invoke(gaps, [*options, "--json"])


def test_a_district_holds_the_gaps_of_its_parts() -> None:
    adopt_plan(START)
    a_district("990100")
    a_district("990101", parent="990100")
    a_place("M-1", district="990101", daily_visitors=3000, at=START)
    a_place("M-2", district="990200", daily_visitors=3000, at=START)
    outcome = asked("--at", "2026-03-10T12:30", "--district", "990100")
    assert outcome.exit_code == 1
    assert {gap["place"] for gap in json.loads(outcome.stdout)["gaps"]} == {"M-1"}


def test_a_district_that_does_not_exist_is_not_one_without_gaps() -> None:
    a_district("990101")
    outcome = asked("--district", "99010")
    assert outcome.exit_code == 2
    assert "990101" in outcome.stderr


def test_a_period_that_ends_before_it_begins_is_wrong_use() -> None:
    outcome = asked("--since", "2026-03-10", "--at", "2026-03-09")
    assert outcome.exit_code == 2
    assert "--since" in outcome.stderr


def test_windows_missed_since_then_are_listed_of_places_and_departments() -> None:
    adopt_plan(START)
    a_place("M-1", daily_visitors=3000, at=START)
    a_department("D-1", at=START)
    found = json.loads(asked("--since", "2026-03-08", "--at", "2026-08-01").stdout)["gaps"]
    assert {gap["place"] for gap in found} == {"M-1", "D-1"}
    patrols = [gap["duty"] for gap in found if gap["rule"] == "mobile-patrol"]
    assert len(set(patrols)) == len(patrols) > 100
