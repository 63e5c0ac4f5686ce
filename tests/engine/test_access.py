"""Roles and their reach, against a table written by hand."""

import pytest

from anlan.engine.access import ACTIONS, CITY_WIDE, ROLES, GrantFacts, Target, may, reach

TABLE = """
                    office liaison inspector venue guard auditor administrator
see-board             x       x        x       -     -      x         x
see-work              x       x        x       x     x      -         -
see-places            x       x        x       x     x      x         x
see-receivers         x       x        x       x     -      -         -
register-places       x       -        -       -     -      -         -
edit-places           x       -        -       x     -      -         -
import-places         x       -        -       -     -      -         x
export-places         x       x        -       -     -      x         -
see-departments       x       x        x       -     -      x         x
see-evidence          x       x        x       x     -      x         x
record-evidence       x       x        x       x     x      -         -
record-inspection     x       -        x       x     -      -         -
strike-evidence       x       x        x       x     -      -         -
see-findings          x       x        x       x     -      x         x
close-findings        x       x        x       x     -      -         -
assign-findings       x       -        -       -     -      -         -
give-waivers          x       -        -       -     -      -         -
see-schemes           x       x        x       x     x      x         x
adopt-schemes         x       -        -       -     -      -         -
set-local-values      x       -        -       -     -      -         -
see-people            x       -        -       -     -      x         x
manage-people         -       -        -       -     -      -         x
see-journal           x       -        -       -     -      x         x
manage-settings       -       -        -       -     -      -         x
see-messages          x       -        -       -     -      -         x
settle-messages       x       -        -       -     -      -         x
use-api               x       x        x       x     -      x         x
see-signals           x       x        x       x     x      x         -
report-signals        x       x        x       x     x      -         -
triage-signals        x       -        -       -     -      -         -
see-patrols           x       x        x       x     -      x         x
plan-patrols          x       -        -       x     -      -         -
walk-patrols          -       -        -       x     x      -         -
review-patrols        x       -        -       x     -      -         -
answer-help           x       -        -       x     -      -         -
see-warnings          x       x        x       x     -      x         x
issue-warnings        x       -        -       -     -      -         -
write-public          x       x        -       -     -      -         -
release-public        x       x        -       -     -      -         -
see-incidents         x       x        x       x     x      x         x
report-incidents      x       x        x       x     x      -         -
run-incidents         x       x        -       -     -      -         -
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()[1:]]
EXPECTED = {(role, row[0]): mark == "x" for row in ROWS for role, mark in zip(ROLES, row[1:], strict=True)}
"""What each role may do when it is granted for the whole city (role, action): may."""


def test_the_table_is_about_every_action():
    assert {row[0] for row in ROWS} == set(ACTIONS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_a_role_may_do_what_the_table_says(role, action):
    assert may([GrantFacts(role)], action) is EXPECTED[role, action]


def test_nobody_may_do_anything_without_a_grant():
    assert not any(may([], action) for action in ACTIONS)
    assert reach([], "see-places").nowhere


@pytest.mark.parametrize("action", sorted(CITY_WIDE))
@pytest.mark.parametrize("scope", ["district", "department", "place"])
def test_what_touches_the_whole_city_needs_a_grant_for_the_whole_city(action, scope):
    assert not any(may([GrantFacts(role, **{scope: "X"})], action) for role in ROLES)


def test_a_grant_for_a_place_covers_that_place_alone():
    grants = [GrantFacts("venue-manager", place="P-1")]
    assert may(grants, "edit-places", Target(district="990101", department="D-1", place="P-1"))
    assert not may(grants, "edit-places", Target(district="990101", department="D-1", place="P-2"))
    assert not may(grants, "edit-places", Target(district="990101"))


def test_a_grant_for_a_district_covers_its_places_and_no_others():
    grants = [GrantFacts("inspector", district="990101")]
    assert may(grants, "record-inspection", Target(district="990101", place="P-1"))
    assert not may(grants, "record-inspection", Target(district="990102", place="P-2"))


def test_a_grant_for_a_department_covers_the_places_it_supervises():
    grants = [GrantFacts("department-liaison", department="D-1")]
    assert may(grants, "record-evidence", Target(district="990102", department="D-1", place="P-1"))
    assert not may(grants, "record-evidence", Target(district="990102", department="D-2", place="P-2"))


def test_a_place_without_a_district_is_in_nobodys_district():
    assert not may(
        [GrantFacts("inspector", district="990101")], "see-places", Target(district="", place="P-9")
    )


def test_an_action_is_not_lent_from_one_grant_to_the_reach_of_another():
    grants = [GrantFacts("auditor", district="990101"), GrantFacts("venue-manager", place="P-2")]
    assert not may(grants, "edit-places", Target(district="990101", place="P-1"))
    assert may(grants, "edit-places", Target(district="990102", place="P-2"))
    assert reach(grants, "edit-places").places == {"P-2"}
    assert reach(grants, "edit-places").districts == frozenset()


def test_reach_is_everywhere_as_soon_as_one_grant_is():
    grants = [GrantFacts("inspector", district="990101"), GrantFacts("inspector")]
    assert reach(grants, "see-places").everywhere
