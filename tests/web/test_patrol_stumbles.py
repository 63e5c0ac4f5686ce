"""What a manager meets on the patrol pages: set-up step by step, windows by the clock, dead rounds, bursts, reasons."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.patrol_builders import MONDAY, a_checkpoint, a_patrolled_place, a_scan, clock, raised

from anlan.actions.patrol_codes import issue_codes
from anlan.actions.patrol_jobs import plan_later
from anlan.actions.patrol_now import plan_now
from anlan.actions.patrol_plans import plan_place
from anlan.actions.patrol_records import Batch, Clock, EndRecord, VisitRecord, WalkRecord
from anlan.actions.patrol_register import set_roster, set_worth
from anlan.actions.patrol_replans import replan_place
from anlan.actions.patrol_scans import Sender, take_batch
from anlan.models import Entry, PatrolPlan, Place, Visit, Walk
from anlan.models.ids import new_id
from anlan.web import clock as web_clock
from builders import a_place, a_user, signed_in

pytestmark = pytest.mark.django_db
NOW = clock("09:30")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock of the pages."""

    def stands(moment: Any) -> None:
        monkeypatch.setattr(web_clock, "now", lambda: moment)

    stands(NOW)
    return stands


@pytest.fixture
def place() -> Place:
    return a_patrolled_place(points=5)


@pytest.fixture
def manager(place: Place, at: Any) -> Client:
    return signed_in(Client(), a_user("venue-manager", place=place.code))


def context_of(client: Client, name: str, *args: Any, **query: Any) -> Any:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.context


def test_a_tile_says_by_which_window_a_duty_stands_and_the_open_one_stands_beside_a_missed_one(
    manager: Client, place: Place, at: Any
) -> None:
    at(clock("10:30"))
    a_scan(place, "C00", clock("10:10"))
    tiles = context_of(manager, "place-patrols", place.code)["duties"]
    told = [(tile.window, tile.state.done) for tile in tiles]
    assert told == [("时间窗 08:00–10:00，已结束", 0), ("时间窗 10:00–12:00，进行中", 1)]


def test_a_plan_drawn_within_this_minute_is_not_to_be_drawn_anew(
    manager: Client, place: Place, at: Any
) -> None:
    moment = NOW + timedelta(seconds=20)
    at(moment)
    plan_now(place, by=None, at=moment)
    assert PatrolPlan.objects.get().starts > moment, "it begins with the next whole minute"
    rows = context_of(manager, "place-patrol-plan", place.code)["rows"]
    [now] = [row for row in rows if row.is_on]
    assert now.levels[0].look.state == "drawn"


def test_a_plan_to_be_drawn_anew_says_what_changed_since(manager: Client, place: Place, at: Any) -> None:
    at(clock("05:00"))
    plan_place(place, MONDAY, 1, by=None, at=clock("05:00"), levels=("normal",), seconds=0.5, draws=0)
    point = place.checkpoints.get(code="C03")
    set_worth(point, present=900, consequence=5, reason="集市", by=None, at=clock("05:00"))
    rows = context_of(manager, "place-patrol-plan", place.code)["rows"]
    [morning] = [row for row in rows if row.look.shift.shift.code == "S1" and row.look.shift.on == MONDAY]
    look = morning.levels[0].look
    assert (look.state, [change.zh for change in look.changed]) == ("stale", ["点位权重变化：点3"])


def test_while_weeks_are_drawn_the_page_counts_shifts_and_games_still_to_be_solved(
    manager: Client, place: Place, at: Any
) -> None:
    at(clock("05:00"))
    plan_later(place, MONDAY, 7, by=None)
    before = context_of(manager, "place-patrol-plan", place.code)["drawing"]
    assert (before.shifts, before.ready) == (21, 0)
    assert before.games == 4, "every two hours, hour, half hour and 20 minutes; equal games are solved once"
    plan_place(place, MONDAY, 1, by=None, at=clock("05:00"), seconds=0.3, draws=0)
    after = context_of(manager, "place-patrol-plan", place.code)["drawing"]
    assert (after.shifts, after.ready, after.games) == (21, 3, 0)


def test_what_cannot_be_reached_is_told_by_name_and_leaves_the_words_once_it_was_scanned(at: Any) -> None:
    place = a_patrolled_place("M-9", points=12)
    plan_place(place, MONDAY, 1, by=None, at=clock("05:00"), levels=("normal",), seconds=0.5, draws=0)
    late = clock("11:50")
    replan_place(place, "guard-out", by=None, at=late)
    plan = PatrolPlan.objects.get(replaces__isnull=False)
    missed = sorted(code for code, _missed, _owed in plan.mix.infeasible["checkpoints"])
    client = signed_in(Client(), a_user("venue-manager", place="M-9"))

    def told(moment: Any) -> str:
        at(moment)
        return "".join(says.zh for _plan, says in context_of(client, "place-patrols", "M-9")["lost"])

    assert [f"点{int(code[1:])}" in told(late + timedelta(minutes=1)) for code in missed] == [True] * len(
        missed
    )
    assert missed[0] not in told(late + timedelta(minutes=1))
    a_scan(place, missed[0], late + timedelta(minutes=2))
    after = told(late + timedelta(minutes=3))
    assert f"点{int(missed[0][1:])}、" not in after
    assert f"点{int(missed[-1][1:])}" in after
    assert told(clock("12:01")) == "", "the windows it was about are over"


def test_the_windows_that_a_plan_gives_up_are_told_by_the_clock(at: Any) -> None:
    place = a_patrolled_place("M-9", points=14, shifts=("S1",))
    raised("red", clock("05:00"))
    plan_place(place, MONDAY, 1, by=None, at=clock("05:00"), levels=("red",), seconds=0.5, draws=0)
    plan = PatrolPlan.objects.get()
    client = signed_in(Client(), a_user("venue-manager", place="M-9"))
    rows = context_of(client, "patrol-plan", plan.pk)["lost"]["rows"]
    assert sum(row["missed"] for row in rows) == plan.mix.infeasible["windows"] > 0
    assert all(len(row["windows"]) == row["missed"] for row in rows)
    spans = [span for row in rows for span in row["windows"]]
    assert all(plan.starts <= opens < closes <= plan.ends for opens, closes in spans)
    assert all(closes - opens <= timedelta(minutes=60) for opens, closes in spans)


def test_a_round_whose_phone_is_lost_is_ended_with_a_reason_and_what_it_still_sends_is_kept(
    manager: Client, place: Place, at: Any
) -> None:
    issue_codes(place, by=None, at=clock("05:00"))
    guard = a_user("guard", place=place.code)
    token = place.checkpoints.get(code="C01").codes.get().token
    record = WalkRecord(new_id(), Clock(clock("08:00")), place.code, "B1")
    take_batch(Batch((record,), clock("08:00")), sender=Sender(guard), at=clock("08:00"))
    address = reverse("place-walk-end", args=[place.code, record.id])
    assert manager.post(address, {"reason": ""}).status_code == 422
    manager.post(address, {"reason": "手机掉进水里"})
    walk = Walk.objects.get()
    assert (walk.ended_at, walk.early_reason) == (NOW, "手机掉进水里")
    entry = Entry.objects.get(action="end-walk")
    assert (entry.by.username, entry.reason) == (
        manager.get(reverse("board")).wsgi_request.user.username,
        "手机掉进水里",
    )
    scan = VisitRecord(new_id(), Clock(clock("08:40")), record.id, 1, code=f"https://x/c/{token}/")
    end = EndRecord(new_id(), Clock(clock("10:00")), record.id, "relieved")
    later = clock("10:30")
    statuses = [one.status for one in take_batch(Batch((scan, end), later), sender=Sender(guard), at=later)]
    assert statuses == ["recorded", "known"]
    assert Visit.objects.get().evidence.exists()
    walk.refresh_from_db()
    assert walk.ended_at == NOW, "how it was ended stays"
    assert manager.post(address, {"reason": "again"}).status_code == 302
    assert Entry.objects.filter(action="end-walk").count() == 1


def test_a_round_of_days_ago_that_never_ended_is_not_under_way(place: Place, at: Any) -> None:
    a_patrolled_place("M-2", points=2)
    Walk.objects.create(
        place=place, alias="G-1", started_at=NOW - timedelta(days=3), received_at=NOW, beat=place.beats.get()
    )
    office = signed_in(Client(), a_user("city-office"))
    rows = {row.place.code: row.walking for row in context_of(office, "patrols")["rows"]}
    assert rows == {"M-1": 0, "M-2": 0}


def test_a_burst_is_one_case_and_settled_with_one_verdict(manager: Client, place: Place) -> None:
    walk = Walk.objects.create(place=place, alias="G-1", started_at=NOW, received_at=NOW)
    for number, seconds in enumerate((0, 10, 25, 40)):
        made = NOW + timedelta(seconds=seconds)
        Visit.objects.create(
            id=new_id(), walk=walk, number=number, way="qr", flags=["burst"], device_at=made,
            checkpoint=place.checkpoints.get(code=f"C{number:02}"), effective_at=made, received_at=NOW,
        )  # fmt: skip
    context = context_of(manager, "place-patrol-review", place.code)
    assert (context["total"], len(context["rows"][0]["case"])) == (1, 4)
    assert context_of(manager, "place-patrols", place.code)["patrol"].to_review == 1
    first = context["rows"][0]["visit"]
    manager.post(
        reverse("place-visit-review", args=[place.code, first.pk]),
        {"verdict": "note", "words": "电梯口集中布点"},
    )
    assert Visit.objects.filter(review="电梯口集中布点").count() == 4


def test_only_what_nothing_leads_back_from_asks_for_the_number_of_rows(manager: Client, place: Place) -> None:
    walk = Walk.objects.create(place=place, alias="G-1", started_at=NOW, received_at=NOW)
    visit = Visit.objects.create(
        id=new_id(), walk=walk, way="qr", flags=["far-away"], device_at=NOW, effective_at=NOW, received_at=NOW,
        checkpoint=place.checkpoints.get(code="C01"),
    )  # fmt: skip
    address = reverse("place-visits-review", args=[place.code])
    asks = {
        act: "typed" in manager.post(address, {"act": act, "row": str(visit.pk)}).context["form"].fields
        for act in ("note", "accept", "refuse")
    }
    assert asks == {"note": False, "accept": False, "refuse": True}


def test_a_manager_whose_place_has_nothing_yet_is_led_step_by_step(at: Any) -> None:
    place = a_place("M-7", at=clock("05:00"))
    client = signed_in(Client(), a_user("venue-manager", place="M-7"))
    answer = client.get(reverse("patrols"))
    assert answer.headers["Location"] == reverse("place-patrols", args=["M-7"])
    steps = context_of(client, "place-patrols", "M-7")
    assert steps["next_step"] == steps["steps"][0]
    assert not any(step.done for step in steps["steps"])
    a_checkpoint(place, 0)
    assert context_of(client, "place-patrols", "M-7")["next_step"] == steps["steps"][1]


def test_with_everything_set_up_and_planned_no_step_is_left(manager: Client, place: Place) -> None:
    steps = context_of(manager, "place-patrols", place.code)
    assert [step.done for step in steps["steps"][:3]] == [True, True, True]
    assert not steps["is_set_up"], "no codes, no guards, no roster, no plan"
    issue_codes(place, by=None, at=NOW)
    assert context_of(manager, "place-patrols", place.code)["steps"][3].done


def test_forms_about_patrols_lead_back_to_the_patrols_of_the_place(manager: Client, place: Place) -> None:
    point = place.checkpoints.get(code="C01")
    beat, shift = place.beats.get(), place.shifts.get(code="S1")
    for name, args in {
        "place-worth": [point.pk], "place-beat": [beat.code], "place-shift-close": [shift.code],
        "place-patrol-settings": [], "place-walk-time": [], "place-guard-out": [beat.code],
    }.items():  # fmt: skip
        crumbs = context_of(manager, name, place.code, *args)["crumbs"]
        assert [url for _words, url in crumbs] == [
            reverse("patrols"),
            reverse("place-patrols", args=[place.code]),
        ], name


def test_a_new_code_is_asked_for_with_its_consequence_and_leads_to_the_printing(
    manager: Client, place: Place
) -> None:
    issue_codes(place, by=None, at=clock("05:00"))
    address = reverse("place-code-replace", args=[place.code, "C01"])
    assert "立即作废" in manager.get(address).content.decode()
    page = manager.post(address, {"reason": "撕毁"}, follow=True).content.decode()
    assert reverse("place-codes-sheet", args=[place.code]) + "?checkpoint=C01" in page
    assert "的旧标签已作废" in page


def test_a_guard_on_two_beats_of_one_shift_is_told(at: Any) -> None:
    place = a_patrolled_place("M-8", points=4, beats=2)
    guard = a_user("guard", place="M-8")
    client = signed_in(Client(), a_user("venue-manager", place="M-8"))
    tomorrow = MONDAY + timedelta(days=1)
    for beat in place.beats.all():
        set_roster(place.shifts.get(code="S1"), tomorrow, guard=guard, beat=beat, by=None, at=NOW)
    set_roster(
        place.shifts.get(code="S2"), tomorrow, guard=guard, beat=place.beats.get(code="B1"), by=None, at=NOW
    )
    [row] = context_of(client, "place-roster", "M-8")["doubled"]
    assert (row.shift.shift.code, row.shift.on) == ("S1", tomorrow)
