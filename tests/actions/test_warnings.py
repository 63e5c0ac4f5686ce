"""A warning from draft to stand-down: who must agree, what is raised meanwhile, what can no longer be changed."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import a_place, a_user, adopt_plan

from anlan.actions.warnings import (
    WarningDraft,
    WarningRefusedError,
    acknowledge,
    change_draft,
    confirm_warning,
    draft_warning,
    end_warning,
    issue_as_emergency,
    propose_warning,
    ratify_warning,
)
from anlan.engine.areas import Area
from anlan.engine.derivation import posture_of
from anlan.engine.policy import Level
from anlan.engine.warnings import state_at
from anlan.models import Entry, Place, User, WarningNotice
from anlan.queries.standing_down import falling_back
from anlan.queries.subjects import place_subject
from anlan.queries.warning_receipts import receipts_of
from anlan.queries.warnings import preview

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 10, 4, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def town() -> None:
    adopt_plan(START)
    a_place("M-1", daily_visitors=3000, area_m2=900, at=START)
    a_place("M-2", daily_visitors=9000, area_m2=4000, at=START)
    a_place("S-1", kind="school", pupils=1600, daily_visitors=1700, at=START)


@pytest.fixture
def officer() -> User:
    return a_user("city-office", username="officer")


@pytest.fixture
def second() -> User:
    return a_user("city-office", username="second")


def a_draft(level: Level = "orange", area: Area | None = None, **more: object) -> WarningDraft:
    return WarningDraft(
        category="security",
        level=level,
        area=area or Area(kinds=("mall",)),
        expected_end=NOW + timedelta(hours=6),
        matters=("针对商场的可信情况", "A credible concern about malls"),
        measures=("增加岗位和巡查", "More posts and patrols"),
        issuer=("市领导小组办公室", "Office of the leading group"),
        **more,
    )


def level_of(code: str, at: datetime) -> Level:
    return posture_of(place_subject(Place.objects.get(code=code)), at)


def drafted(by: User, level: Level = "orange", **more: object) -> WarningNotice:
    return draft_warning(a_draft(level, **more), by=by, at=NOW)


def test_yellow_is_issued_by_one_person_and_holds_until_its_expected_end(officer: User) -> None:
    notice = propose_warning(drafted(officer, "yellow"), by=officer, at=NOW)
    assert str(notice) == "2026-001"
    assert notice.place_count == 2
    assert [level_of(code, NOW) for code in ("M-1", "M-2", "S-1")] == ["yellow", "yellow", "normal"]
    assert level_of("M-1", NOW + timedelta(hours=6)) == "normal"
    assert state_at(notice, NOW + timedelta(hours=6)) == "expired"


def test_orange_raises_nothing_until_somebody_else_has_confirmed(officer: User, second: User) -> None:
    notice = propose_warning(drafted(officer), by=officer, at=NOW)
    assert level_of("M-1", NOW) == "normal"
    with pytest.raises(WarningRefusedError, match="same-person"):
        confirm_warning(notice, by=officer, at=NOW + MINUTE)
    notice = confirm_warning(notice, by=second, at=NOW + MINUTE)
    assert level_of("M-1", NOW + MINUTE) == "orange"
    assert state_at(notice, NOW + MINUTE) == "in-force"


def test_an_emergency_issue_waits_five_minutes_and_ends_after_an_hour_unless_it_is_ratified(
    officer: User, second: User
) -> None:
    notice = propose_warning(drafted(officer, "red"), by=officer, at=NOW)
    with pytest.raises(WarningRefusedError, match="too-early"):
        issue_as_emergency(notice, reason="无人应答", by=officer, at=NOW + 4 * MINUTE)
    with pytest.raises(WarningRefusedError, match="no-reason"):
        issue_as_emergency(notice, reason=" ", by=officer, at=NOW + 5 * MINUTE)
    notice = issue_as_emergency(notice, reason="无人应答", by=officer, at=NOW + 5 * MINUTE)
    assert level_of("M-1", NOW + 64 * MINUTE) == "red"
    assert level_of("M-1", NOW + 65 * MINUTE) == "normal"
    assert state_at(notice, NOW + 65 * MINUTE) == "lapsed"
    with pytest.raises(WarningRefusedError, match="not-waiting"):
        ratify_warning(notice, by=second, at=NOW + 65 * MINUTE)
    with pytest.raises(WarningRefusedError, match="same-person"):
        ratify_warning(notice, by=officer, at=NOW + 30 * MINUTE)
    notice = ratify_warning(notice, by=second, at=NOW + 30 * MINUTE)
    assert level_of("M-1", NOW + timedelta(hours=5)) == "red"
    assert state_at(notice, NOW + timedelta(hours=5)) == "in-force"


def test_standing_down_needs_a_reason_and_the_level_falls_back_at_once(officer: User) -> None:
    notice = propose_warning(drafted(officer, "blue"), by=officer, at=NOW)
    with pytest.raises(WarningRefusedError, match="no-reason"):
        end_warning(notice, reason="", by=officer, at=NOW + MINUTE)
    notice = end_warning(notice, reason="已查清", by=officer, at=NOW + MINUTE)
    assert level_of("M-1", NOW + MINUTE) == "normal"
    assert state_at(notice, NOW + MINUTE) == "ended"
    entry = Entry.objects.get(action="end-warning")
    assert (entry.reason, entry.by) == ("已查清", officer)


def test_what_is_issued_is_not_edited_an_update_takes_its_place(officer: User) -> None:
    first = propose_warning(drafted(officer, "blue"), by=officer, at=NOW)
    with pytest.raises(WarningRefusedError, match="not-open"):
        change_draft(first, a_draft("yellow"), by=officer, at=NOW + MINUTE)
    update = draft_warning(a_draft("yellow", Area(city=True)), by=officer, at=NOW + MINUTE, replaces=first)
    assert level_of("M-1", NOW + MINUTE) == "blue"
    update = propose_warning(update, by=officer, at=NOW + 2 * MINUTE)
    first.refresh_from_db()
    assert state_at(first, NOW + 2 * MINUTE, replaced=True) == "replaced"
    assert [level_of(code, NOW + 2 * MINUTE) for code in ("M-1", "S-1")] == ["yellow", "yellow"]
    end_warning(update, reason="结束", by=officer, at=NOW + 3 * MINUTE)
    assert level_of("M-1", NOW + 3 * MINUTE) == "normal"


def test_of_several_warnings_on_one_place_the_stricter_holds(officer: User, second: User) -> None:
    propose_warning(drafted(officer, "yellow", area=Area(city=True)), by=officer, at=NOW)
    orange = confirm_warning(
        propose_warning(drafted(officer), by=officer, at=NOW), by=second, at=NOW + MINUTE
    )
    assert [level_of(code, NOW + MINUTE) for code in ("M-1", "S-1")] == ["orange", "yellow"]
    end_warning(orange, reason="已解除", by=officer, at=NOW + 2 * MINUTE)
    assert level_of("M-1", NOW + 2 * MINUTE) == "yellow"


def test_tiers_are_settled_at_the_moment_of_issue(officer: User) -> None:
    notice = drafted(officer, "blue", area=Area(city=True), tiers=("city-plan-2026:tier-1",))
    notice = propose_warning(notice, by=officer, at=NOW)
    assert notice.place_count == 1
    assert [level_of(code, NOW) for code in ("M-1", "M-2")] == ["normal", "blue"]


def test_an_area_without_places_is_refused(officer: User) -> None:
    notice = drafted(officer, "blue", area=Area(kinds=("airport",)))
    with pytest.raises(WarningRefusedError, match="no-places"):
        propose_warning(notice, by=officer, at=NOW)


def test_the_preview_says_what_changes_at_how_many_places() -> None:
    shown = preview(Area(city=True), (), "orange", NOW)
    assert shown.places == 3
    patrols = [shift for shift in shown.shifts if shift.duty.rule.id == "mobile-patrol"]
    assert patrols
    assert all(shift.before is not None and shift.after is not None for shift in patrols)
    assert {shift.duty.rule.id for shift in shown.shifts if shift.before is None} >= {"stay-alert"}
    assert shown.guards == 3, "a guard more at the large mall and the school, a post more at the other mall"


def test_the_preview_of_a_milder_warning_lowers_nothing_where_a_stricter_one_holds(
    officer: User, second: User
) -> None:
    confirm_warning(propose_warning(drafted(officer), by=officer, at=NOW), by=second, at=NOW)
    shown = preview(Area(places=frozenset({"M-1"})), (), "blue", NOW + MINUTE)
    assert (shown.stricter, shown.shifts, shown.guards) == ((("orange", 1),), (), 0)
    everywhere = preview(Area(city=True), (), "blue", NOW + MINUTE)
    assert sum(count for _level, count in everywhere.stricter) == 2
    assert everywhere.guards >= 0


def test_standing_a_milder_warning_down_changes_nothing_where_a_stricter_one_holds(
    officer: User, second: User
) -> None:
    confirm_warning(propose_warning(drafted(officer), by=officer, at=NOW), by=second, at=NOW)
    blue = propose_warning(drafted(officer, "blue"), by=officer, at=NOW)
    falling = falling_back(blue, NOW + MINUTE)
    assert falling.levels == (("orange", 2),)
    assert falling.preview.shifts == ()


def test_the_preview_of_days_to_come_starts_from_what_is_in_force_then(officer: User, second: User) -> None:
    today = preview(Area(city=True), (), "orange", NOW)
    confirm_warning(
        propose_warning(drafted(officer, "red", area=Area(city=True)), by=officer, at=NOW), by=second, at=NOW
    )
    later = preview(Area(city=True), (), "orange", NOW + MINUTE, when=NOW + timedelta(days=9))
    assert (later.guards, later.stricter) == (today.guards, ())


def test_receivers_are_late_after_the_schemes_minutes(officer: User, second: User) -> None:
    notice = confirm_warning(propose_warning(drafted(officer), by=officer, at=NOW), by=second, at=NOW)
    acknowledge(notice, Place.objects.get(code="M-1"), way="link", by=None, at=NOW + MINUTE)
    acknowledge(notice, Place.objects.get(code="M-1"), way="page", by=officer, at=NOW + 2 * MINUTE)
    early = receipts_of(notice, NOW + 14 * MINUTE)
    assert (early.acknowledged, early.late, early.waiting) == (1, 0, 1)
    late = receipts_of(notice, NOW + 15 * MINUTE)
    assert (late.acknowledged, late.late) == (1, 1)
    assert late.rows[-1].acknowledged is not None
    assert late.rows[-1].acknowledged.way == "link", "said twice, the first holds"
