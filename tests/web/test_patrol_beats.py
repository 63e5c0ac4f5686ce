"""What patrols are planned from, as a manager sets it up: beats, shifts, roster, worth, walking times."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from tests.patrol_builders import A_MINUTE_APART, MONDAY, START, a_checkpoint, a_patrolled_place, clock

from anlan.actions.patrol_plans import plan_place
from anlan.actions.patrol_register import set_roster
from anlan.engine.walking_network import WalkingNetwork
from anlan.links.roads import write_network
from anlan.models import Entry, PatrolPlan, Place, RosterLine, User, WalkTime
from anlan.queries.patrol_plans import settings_of
from anlan.web import clock as web_clock
from anlan.web.patrol_walk_table import read_walks, written_walks
from builders import a_place, a_user, signed_in

pytestmark = pytest.mark.django_db
NOW = clock("09:30")


@pytest.fixture(autouse=True)
def _the_clock_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_clock, "now", lambda: NOW)


@pytest.fixture
def place() -> Place:
    return a_patrolled_place(points=4, beats=2)


@pytest.fixture
def manager(place: Place) -> Client:
    return signed_in(Client(), a_user("venue-manager", place=place.code))


@pytest.fixture
def guard(place: Place) -> User:
    return a_user("guard", name="张守夜", place=place.code)


def shown(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def cell(code: str, day: Any, beat: str) -> str:
    return f"{code}|{day}|{beat}"


def test_a_place_without_anything_gets_one_button_that_sets_up_shifts_and_a_beat_of_all_checkpoints() -> None:
    place = a_place("M-5", at=START)
    for number in range(3):
        a_checkpoint(place, number)
    client = signed_in(Client(), a_user("venue-manager", place="M-5"))
    button = reverse("place-patrols-set-up", args=["M-5"])
    assert button in shown(client, "place-beats", "M-5")
    client.post(button)
    assert sorted(place.shifts.values_list("code", flat=True)) == ["S1", "S2", "S3"]
    assert place.beats.get().checkpoints.count() == 3
    assert button not in shown(client, "place-beats", "M-5")


def test_a_beat_is_set_up_with_the_checkpoints_that_were_ticked(manager: Client, place: Place) -> None:
    points = list(place.checkpoints.order_by("code")[:2])
    data = {
        "code": "B9",
        "name_zh": "夜巡线",
        "name_en": "",
        "checkpoints": [str(point.pk) for point in points],
    }
    manager.post(reverse("place-beat-new", args=[place.code]), data)
    beat = place.beats.get(code="B9")
    assert list(beat.checkpoints.order_by("code")) == points
    assert not beat.spare
    again = manager.post(reverse("place-beat-new", args=[place.code]), data)
    assert again.status_code == 422
    assert "code" in again.context["form"].errors


def test_a_checkpoint_on_no_beat_is_named_before_a_plan_fails_over_it(manager: Client, place: Place) -> None:
    point = a_checkpoint(place, 9)
    answer = manager.get(reverse("place-beats", args=[place.code]))
    assert answer.context["unwalked"] == [point]


def test_a_closed_beat_is_not_walked_any_more_and_needs_a_reason(manager: Client, place: Place) -> None:
    address = reverse("place-beat-close", args=[place.code, "B2"])
    assert manager.post(address, {"reason": ""}).status_code == 422
    manager.post(address, {"reason": "合并到一号线"})
    assert place.beats.get(code="B2").closed_at == NOW
    assert manager.get(address).status_code == 404


def test_a_shift_begins_on_the_days_that_were_ticked(manager: Client, place: Place) -> None:
    manager.post(
        reverse("place-shift-new", args=[place.code]),
        {"code": "W", "name_zh": "周末班", "starts": "08:00", "ends": "20:00", "days": ["7", "6"]},
    )
    assert place.shifts.get(code="W").days == "67"


def test_settings_hold_for_the_place_from_now_on(manager: Client, place: Place) -> None:
    address = reverse("place-patrol-settings", args=[place.code])
    values = {
        "attack_minutes": 5,
        "metres_a_minute": 80,
        "detour": 1.2,
        "walks_by": "line",
        "dwell_seconds": 30,
        "asks_photo": "on",
    }
    shortcut = manager.post(address, values | {"detour": 0.5})
    assert shortcut.status_code == 422, "no way is shorter than the straight line"
    manager.post(address, values)
    kept = settings_of(place)
    assert (kept.attack_minutes, kept.detour, kept.asks_photo, kept.asks_position) == (5, 1.2, True, False)


def test_a_place_that_asks_for_it_walks_by_road_where_there_is_one_and_the_page_says_which(
    manager: Client, place: Place, tmp_path: Path, settings: Any
) -> None:
    settings.BASEMAP = tmp_path / "basemap.pmtiles"
    address = reverse("place-patrol-settings", args=[place.code])
    page = reverse("place-beats", args=[place.code])

    def times() -> dict[tuple[str, str], tuple[int, str]]:
        return {(one, other): (seconds, str(how)) for one, other, seconds, how in shown_walks()}

    def shown_walks() -> Any:
        return manager.get(page).context["walks"]

    values = {"attack_minutes": 10, "metres_a_minute": 70, "detour": 1.4, "dwell_seconds": 60}
    manager.post(address, values | {"walks_by": "road"})
    assert manager.get(page).context["lacks_roads"]
    assert times()["点0", "点1"] == (60, "按直线距离"), "just under 50 m times 1.4 at 70 m a minute"
    street = np.array([[116.3913, 39.9075], [116.3913, 39.9075 + A_MINUTE_APART]])
    edge = np.array([0], np.int32), np.array([1], np.int32)
    write_network(
        tmp_path / "walkways.npz", WalkingNetwork(street[:, 0], street[:, 1], *edge, np.zeros(2, np.int32))
    )
    assert not manager.get(page).context["lacks_roads"]
    assert times()["点0", "点1"] == (43, "按路网"), "49.5 m of street at 70 m a minute"
    assert times()["点0", "点3"] == (179, "按直线距离"), (
        "点3 is 99 m from the end of the street: 148.5 m times 1.4"
    )
    assert "点0 ↔ 点1" in shown(manager, "place-beats", place.code)
    manager.post(address, values | {"walks_by": "line"})
    assert times()["点0", "点1"] == (60, "按直线距离")


def test_a_worth_set_by_hand_needs_its_reason_and_shows_it(manager: Client, place: Place) -> None:
    point = place.checkpoints.get(code="C01")
    address = reverse("place-worth", args=[place.code, point.pk])
    assert manager.post(address, {"present": 40, "consequence": 5, "reason": ""}).status_code == 422
    manager.post(address, {"present": 40, "consequence": 5, "reason": "紧邻油品库"})
    page = shown(manager, "place-beats", place.code)
    assert "紧邻油品库" in page
    rows = manager.get(reverse("place-beats", args=[place.code])).context["worths"]
    assert [row["worth"].value for row in rows if row["point"] == point] == [200]


def test_a_measured_walking_time_replaces_the_guess_and_can_be_taken_back(
    manager: Client, place: Place
) -> None:
    address = reverse("place-walk-time", args=[place.code])
    grid = manager.get(address).context
    guesses = {cell["name"]: cell["guess"] for row in grid["rows"] for cell in row["cells"] if cell}
    assert len(guesses) == 6, "four checkpoints: each pair once, for both directions"
    manager.post(address, {"walk|C00|C01": "1:35", "walk|C00|C02": ""})
    assert [row.seconds for row in WalkTime.objects.all()] == [95]
    known = manager.get(reverse("place-beats", args=[place.code])).context["known"]
    assert known["measured"] == 1
    manager.post(address, {"walk|C00|C01": ""})
    assert not WalkTime.objects.exists()
    assert Entry.objects.filter(action="set-walk-time").count() == 2, "what stays as it is has no line"


def test_a_table_out_of_a_spreadsheet_is_read_whole_or_not_at_all(manager: Client, place: Place) -> None:
    address = reverse("place-walk-time", args=[place.code])
    names = [point.name_zh for point in place.checkpoints.order_by("code")]
    table = "\t".join(["", *names]) + f"\n{names[0]}\t\t60\t2:00\t\n{names[1]}\t70\t\t\t"
    refused = manager.post(address, {"table": table + f"\n{names[2]}\tsoon\nelsewhere\t60"})
    assert refused.status_code == 422
    assert len(refused.context["problems"]) == 2
    assert not WalkTime.objects.exists()
    manager.post(address, {"table": table})
    times = {(row.one.code, row.other.code): row.seconds for row in WalkTime.objects.all()}
    assert times == {("C00", "C01"): 70, ("C00", "C02"): 120}, "of two directions that differ the longer"


def test_pairs_line_by_line_are_read_with_their_heading_and_a_dash_takes_a_time_back() -> None:
    names = {"North gate": "A", "A": "A", "Vault": "B", "B": "B"}
    read = read_walks("from,to,seconds\nNorth gate,Vault,45", names)
    assert (read.times, read.problems) == ({("A", "B"): 45}, [])
    assert read_walks("B;A;-", names).times == {("A", "B"): None}
    assert read_walks("A\tB\t4", names).problems, "nobody walks anywhere in four seconds"
    written = written_walks([("A", "North gate"), ("B", "Vault")], {("A", "B"): 45})
    assert read_walks(written, names).times == {("A", "B"): 45}, "what is copied can be pasted"


def test_the_worth_of_a_checkpoint_is_told_with_its_parts(manager: Client, place: Place) -> None:
    [row, *_others] = manager.get(reverse("place-beats", args=[place.code])).context["worths"]
    made = row["worth"]
    assert made.value == pytest.approx(3000 * 0.15 / 4 * 3), (
        "visitors a day of the register, four checkpoints"
    )
    assert (made.present_from, made.critical, made.consequence_by_hand) == ("daily", False, False)
    assert "3,000" in row["made"][0]
    assert row["made"][2].endswith("337.5")


def test_saving_the_roster_takes_down_only_the_cells_that_changed(
    manager: Client, place: Place, guard: User
) -> None:
    address = reverse("place-roster-save", args=[place.code])
    day = MONDAY + timedelta(days=1)
    manager.post(address, {cell("S1", day, "B1"): str(guard.pk), cell("S1", day, "B2"): ""})
    line = RosterLine.objects.get()
    assert (line.shift.code, line.on, line.beat.code, line.guard) == ("S1", day, "B1", guard)
    manager.post(address, {cell("S1", day, "B1"): ""})
    assert RosterLine.objects.get().guard is None


def test_only_guards_of_the_place_can_be_put_on_its_roster(
    manager: Client, place: Place, guard: User
) -> None:
    a_place("M-2")
    stranger = a_user("guard", place="M-2")
    day = MONDAY + timedelta(days=1)
    manager.post(reverse("place-roster-save", args=[place.code]), {cell("S1", day, "B1"): str(stranger.pk)})
    assert not RosterLine.objects.exists()


def test_copying_last_week_fills_what_is_empty_through_both_weeks_and_leaves_the_rest(
    manager: Client, place: Place, guard: User
) -> None:
    other = a_user("guard", place=place.code)
    shift, beat = place.shifts.get(code="S2"), place.beats.get(code="B1")
    set_roster(shift, MONDAY - timedelta(days=6), guard=guard, beat=beat, by=None, at=START)
    set_roster(shift, MONDAY + timedelta(days=8), guard=other, beat=beat, by=None, at=START)
    set_roster(shift, MONDAY - timedelta(days=5), guard=guard, beat=beat, by=None, at=START)
    manager.post(reverse("place-roster-copy", args=[place.code]))
    lines = {line.on: line.guard for line in RosterLine.objects.filter(on__gt=MONDAY)}
    assert lines == {
        MONDAY + timedelta(days=1): guard,
        MONDAY + timedelta(days=8): other,
        MONDAY + timedelta(days=2): guard,
        MONDAY + timedelta(days=9): guard,
    }


def test_the_city_sees_that_a_beat_is_manned_but_not_by_whom_and_cannot_fill_it(
    place: Place, guard: User
) -> None:
    shift, beat = place.shifts.get(code="S2"), place.beats.get(code="B1")
    set_roster(shift, MONDAY, guard=guard, beat=beat, by=None, at=START)
    office = signed_in(Client(), a_user("city-office"))
    page = shown(office, "place-roster", place.code)
    assert "张守夜" not in page
    assert str(guard.pk) not in page
    day = MONDAY + timedelta(days=1)
    answer = office.post(
        reverse("place-roster-save", args=[place.code]), {cell("S1", day, "B1"): str(guard.pk)}
    )
    assert answer.status_code == 302
    office.post(reverse("place-roster-copy", args=[place.code]))
    assert RosterLine.objects.count() == 1, "as it was"


def test_a_guard_who_falls_out_has_the_rest_of_the_shift_drawn_for_those_who_are_left(
    manager: Client, place: Place, guard: User
) -> None:
    shift = place.shifts.get(code="S1")
    for code in ("B1", "B2"):
        set_roster(shift, MONDAY, guard=guard, beat=place.beats.get(code=code), by=None, at=START)
    plan_place(place, MONDAY, 1, by=None, at=clock("05:00"), levels=("normal",), seconds=0.5, draws=0)
    address = reverse("place-guard-out", args=[place.code, "B2"])
    assert address in shown(manager, "place-roster", place.code)
    manager.post(address, {"stand_in": ""})
    plan = PatrolPlan.objects.get(cause="guard-out")
    assert plan.replaces is not None
    assert plan.starts == NOW
    assert {leg["beat"] for leg in plan.legs} == {"B1"}
    assert {leg["checkpoint"] for leg in plan.legs} == {"C00", "C01", "C02", "C03"}
    assert RosterLine.objects.get(beat__code="B2").guard is None


def test_with_a_stand_in_the_plan_stays(manager: Client, place: Place, guard: User) -> None:
    other = a_user("guard", place=place.code)
    shift = place.shifts.get(code="S1")
    set_roster(shift, MONDAY, guard=guard, beat=place.beats.get(code="B1"), by=None, at=START)
    manager.post(reverse("place-guard-out", args=[place.code, "B1"]), {"stand_in": str(other.pk)})
    assert RosterLine.objects.get().guard == other
    assert not PatrolPlan.objects.exists()


def test_no_guard_falls_out_of_a_shift_that_is_not_on(
    manager: Client, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.shifts.exclude(code="S3").update(closed_at=START)
    assert manager.get(reverse("place-guard-out", args=[place.code, "B1"])).status_code == 404
