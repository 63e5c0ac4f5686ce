"""The plan of patrols: drawn by one click, said in words where it cannot be kept, and nothing told before its time."""

import hashlib
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django_tasks_db.models import DBTaskResult
from tests.patrol_builders import CITY, MONDAY, a_patrolled_place, clock, raised

from anlan.actions.patrol_now import plan_now
from anlan.actions.patrol_plans import plan_place
from anlan.actions.patrol_register import change_beat, set_roster
from anlan.actions.patrol_seals import open_seed
from anlan.engine.patrol_mix import packed, unpacked
from anlan.models import PatrolMix, PatrolPlan, Place
from anlan.web import clock as web_clock
from anlan.web.patrol_pictures import LegMark, ShiftRow, shift_picture
from builders import a_place, a_user, signed_in

pytestmark = pytest.mark.django_db
BEFORE = clock("05:00")
DURING = clock("09:30")
AFTER = clock("15:00")


@pytest.fixture
def place() -> Place:
    return a_patrolled_place(points=5)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the clock of the pages."""

    def stands(moment: Any) -> None:
        monkeypatch.setattr(web_clock, "now", lambda: moment)

    stands(BEFORE)
    return stands


@pytest.fixture
def manager(place: Place, at: Any) -> Client:
    return signed_in(Client(), a_user("venue-manager", place=place.code))


def drawn(place: Place, draws: int = 0) -> PatrolPlan:
    """The plan of Monday's morning shift; with `draws` it is proved as the worker does it."""
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("normal",), seconds=0.5, draws=draws)
    return PatrolPlan.objects.get(place=place, shift__code="S1", on=MONDAY)


def shown(client: Client, name: str, *args: Any, **query: Any) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_one_click_queues_the_coming_four_weeks_and_a_second_one_nothing_more(
    manager: Client, place: Place
) -> None:
    for _click in range(2):
        assert manager.post(reverse("place-patrol-plan-draw", args=[place.code])).status_code == 302
    [job] = DBTaskResult.objects.all()
    assert job.args_kwargs["args"][:3] == [str(place.pk), "2026-03-09", 28]
    page = shown(manager, "place-patrol-plan", place.code)
    assert "place-patrol-plan-draw" not in page
    assert reverse("place-patrol-plan-progress", args=[place.code]) in page


def test_the_progress_turns_the_page_once_the_job_is_over(manager: Client, place: Place) -> None:
    manager.post(reverse("place-patrol-plan-draw", args=[place.code]))
    progress = reverse("place-patrol-plan-progress", args=[place.code])
    assert "/ 84" in manager.get(progress).content.decode(), "three shifts a day for four weeks"
    DBTaskResult.objects.update(status="SUCCESSFUL", finished_at=BEFORE)
    assert manager.get(progress).headers["HX-Refresh"] == "true"


def test_one_click_plans_every_place_in_reach_and_no_other(at: Any) -> None:
    for code in ("M-1", "M-2"):
        a_patrolled_place(code, points=2)
    a_place("M-3")
    office = signed_in(Client(), a_user("city-office"))
    office.post(reverse("patrol-plans-draw"))
    planned = {job.args_kwargs["args"][0] for job in DBTaskResult.objects.all()}
    assert planned == {str(Place.objects.get(code=code).pk) for code in ("M-1", "M-2")}
    DBTaskResult.objects.all().delete()
    own = signed_in(Client(), a_user("venue-manager", place="M-2"))
    own.post(reverse("patrol-plans-draw"))
    [job] = DBTaskResult.objects.all()
    assert job.args_kwargs["args"][0] == str(Place.objects.get(code="M-2").pk)


def test_the_week_shows_which_shifts_are_drawn_and_which_are_still_to_be_planned(
    manager: Client, place: Place
) -> None:
    drawn(place)
    rows = manager.get(reverse("place-patrol-plan", args=[place.code])).context["rows"]
    states = {(row.look.shift.shift.code, row.look.shift.on): row.levels[0].look.state for row in rows}
    assert states["S1", MONDAY] == states["S3", MONDAY] == "drawn"
    assert states["S1", MONDAY + timedelta(days=1)] == "open"


def test_a_plan_whose_beat_changed_is_to_be_drawn_anew(manager: Client, place: Place) -> None:
    drawn(place)
    beat = place.beats.get()
    other = list(place.checkpoints.all())
    place.checkpoints.filter(code="C04").update(closed_at=BEFORE)
    change_beat(beat, checkpoints=other[:4], by=None, at=BEFORE)
    rows = manager.get(reverse("place-patrol-plan", args=[place.code])).context["rows"]
    [morning] = [row for row in rows if row.look.shift.shift.code == "S1" and row.look.shift.on == MONDAY]
    assert morning.levels[0].look.state == "stale"


def test_what_cannot_be_kept_is_said_in_words_with_what_to_do_and_walked_as_well_as_can_be(at: Any) -> None:
    place = a_patrolled_place("M-9", points=14)
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("red",), seconds=0.5, draws=0)
    client = signed_in(Client(HTTP_ACCEPT_LANGUAGE="en"), a_user("venue-manager", place="M-9"))
    answer = client.get(reverse("place-patrol-plan", args=["M-9"]))
    [refusal] = answer.context["refusals"]
    assert "needs 2 guards and has 1" in refusal["says"].en, "14 points, 2 minutes each, in 20 minutes"
    assert str(refusal["to_do"]) in answer.content.decode()
    plan = PatrolPlan.objects.get(place=place, shift__code="S1", on=MONDAY)
    states = {level.look.plan: level.look.state for row in answer.context["rows"] for level in row.levels}
    assert states[plan] == "short"
    raised("red", BEFORE)
    at(DURING)
    live = shown(client, "place-patrols", "M-9")
    assert plan.mix.infeasible["zh"].removeprefix("线路 ") in live
    assert reverse("patrol-plan", args=[plan.pk]) in live


def test_the_proof_of_a_plan_that_gives_windows_up_never_says_that_it_keeps_the_cadence(at: Any) -> None:
    place = a_patrolled_place("M-9", points=14, shifts=("S1",))
    plan_place(place, MONDAY, 1, by=None, at=BEFORE, levels=("red",), seconds=0.5, draws=2000)
    client = signed_in(Client(HTTP_ACCEPT_LANGUAGE="en"), a_user("venue-manager", place="M-9"))
    plan = PatrolPlan.objects.get(place=place)
    answer = client.get(reverse("patrol-plan", args=[plan.pk]))
    rows = {row.key: row for row in answer.context["proof"].rows}
    assert "bound" not in rows, "what is proved for fewer windows says nothing of all"
    assert rows["mix"].kept == 0
    assert {row.kept for key, row in rows.items() if key != "mix"} == {None}
    assert plan.mix.infeasible["zh"].removeprefix("线路 ") in answer.content.decode()
    assert sum(row["missed"] for row in answer.context["lost"]["rows"]) == plan.mix.infeasible["windows"]


def test_a_shift_that_is_on_without_a_plan_is_planned_by_one_press(
    manager: Client, place: Place, at: Any
) -> None:
    at(DURING)
    now = reverse("place-patrol-plan-now", args=[place.code])
    assert now in shown(manager, "place-patrols", place.code)
    assert now in shown(manager, "place-patrol-plan", place.code)
    for _press in range(2):
        assert manager.post(now).headers["Location"] == reverse("place-patrols", args=[place.code])
    [plan] = PatrolPlan.objects.all()
    assert (plan.shift.code, plan.level, plan.cause) == ("S1", "normal", "planned")
    assert plan.starts == DURING
    assert {leg["checkpoint"] for leg in plan.legs} == {f"C{number:02}" for number in range(5)}
    assert now not in shown(manager, "place-patrols", place.code)
    [job] = DBTaskResult.objects.all()
    assert job.args_kwargs["args"][1:3] == ["2026-03-09", 1], "the other levels and shifts of the day"


def test_what_the_worker_plans_after_such_a_press_leaves_that_plan_alone(place: Place, at: Any) -> None:
    by_press = plan_now(place, by=None, at=DURING + timedelta(seconds=20)).outcomes[0]
    plan_place(place, MONDAY, 1, by=None, at=DURING + timedelta(seconds=21), seconds=0.5, draws=0)
    morning = PatrolPlan.objects.filter(shift__code="S1", on=MONDAY)
    assert str(morning.get(level="normal").pk) == by_press.plan
    assert {plan.level for plan in morning} == {"normal", "orange", "red"}


def test_while_the_worker_plans_the_page_of_the_place_says_so_and_how_far(
    manager: Client, place: Place, at: Any
) -> None:
    at(DURING)
    manager.post(reverse("place-patrol-plan-draw", args=[place.code]))
    page = manager.get(reverse("place-patrols", args=[place.code]))
    assert page.context["is_under_way"]
    assert "/ 84" in page.content.decode(), "three shifts a day for four weeks"


@pytest.mark.parametrize("draws", [0, 20_000])
def test_the_proof_sets_the_plan_beside_the_usual_ways_to_walk(
    manager: Client, place: Place, draws: int
) -> None:
    plan = drawn(place, draws)
    proof = manager.get(reverse("patrol-plan", args=[plan.pk])).context["proof"]
    rows = {row.key: row for row in proof.rows}
    proved = ["bound"] if draws else []
    assert list(rows) == ["mix", *proved, "fixed-round", "jitter", "random-order"]
    assert rows["fixed-round"].gain == 100.0, "who knows a fixed round strikes right behind the guard"
    assert rows["fixed-round"].bits == 0.0
    assert all(rows[key].gain <= rows["mix"].gain for key in proved)
    assert rows["mix"].gain < rows["jitter"].gain
    assert rows["mix"].kept == 100.0
    assert rows["mix"].bits > rows["jitter"].bits


def test_the_duties_engine_recounts_the_drawn_shifts_and_the_page_says_what_it_found(
    manager: Client, place: Place
) -> None:
    plan = drawn(place, 20_000)
    page = manager.get(reverse("patrol-plan", args=[plan.pk]))
    recount = page.context["proof"].recount
    assert (recount.draws, recount.kept) == (20_000, 20_000)
    assert recount.visits == 4 * 5, "every two hours of the morning shift at five checkpoints"
    assert "抽取的 20,000 个班次中，20,000 个班次" in page.content.decode()
    kept = plan.mix.proof["recounted"]
    assert (kept["shift"], kept["on"], kept["level"]) == ("S1", "2026-03-09", "normal")


def test_a_mix_that_was_tampered_with_fails_the_recount(manager: Client, place: Place) -> None:
    plan = drawn(place)
    column = [list(walked) for walked in unpacked(plan.mix.rounds[0]["columns"])[0]]
    column[0][1::3] = [arrive % 120 for arrive in column[0][1::3]]
    PatrolMix.objects.filter(pk=plan.mix.pk).update(
        rounds=[{"helped": 1, "columns": packed([column])}], chances=[[1.0]]
    )
    drawn(place, 1000)
    recount = manager.get(reverse("patrol-plan", args=[plan.pk])).context["proof"].recount
    assert (recount.draws, recount.kept) == (1000, 0), "all visits within the first two hours"


def test_the_gain_that_an_attacker_sees_is_what_the_planner_says(manager: Client, place: Place) -> None:
    plan = drawn(place)
    proof = manager.get(reverse("patrol-plan", args=[plan.pk])).context["proof"]
    assert proof.seen == pytest.approx(proof.gain, rel=0.03), "of 20,000 drawn shifts"


def test_the_seed_is_nowhere_before_the_shift_is_over_and_can_be_opened_afterwards(
    manager: Client, place: Place, at: Any
) -> None:
    plan = drawn(place)
    seed = open_seed(plan, plan.ends)
    assert seed is not None
    told = (seed.hex(), plan.sealed_seed)
    for moment in (BEFORE, DURING, plan.ends - timedelta(seconds=1)):
        at(moment)
        pages = [
            shown(manager, "patrol-plan", plan.pk),
            shown(manager, "patrol-plan-game", plan.pk),
            shown(manager, "place-patrol-plan", place.code),
            manager.post(reverse("patrol-plan-audit", args=[plan.pk]), follow=True).content.decode(),
        ]
        assert not [one for one in told for page in pages if one in page]
        assert plan.commitment in pages[0]
    at(AFTER)
    answer = manager.post(reverse("patrol-plan-audit", args=[plan.pk]))
    assert answer.context["audit"].holds
    assert seed.hex() in answer.content.decode()
    assert plan.sealed_seed not in answer.content.decode()


def test_the_file_of_a_shift_that_is_over_holds_all_that_an_independent_check_needs(
    manager: Client, place: Place, at: Any
) -> None:
    plan = drawn(place)
    before = manager.get(reverse("patrol-plan-game", args=[plan.pk])).json()
    assert not {"seed", "legs", "rounds", "chances"} & set(before)
    at(AFTER)
    told = manager.get(reverse("patrol-plan-game", args=[plan.pk])).json()
    assert (
        hashlib.sha256(bytes.fromhex(told["seed"])).hexdigest() == before["commitment"] == told["commitment"]
    )
    assert told["legs"] == plan.legs


def test_a_plan_that_was_tampered_with_fails_the_check(manager: Client, place: Place, at: Any) -> None:
    plan = drawn(place)
    plan.legs = [plan.legs[0] | {"checkpoint": plan.legs[1]["checkpoint"]}, *plan.legs[1:]]
    plan.save()
    at(AFTER)
    audit = manager.post(reverse("patrol-plan-audit", args=[plan.pk])).context["audit"]
    assert audit.seed_is_the_committed
    assert not audit.legs_are_the_drawn
    assert not audit.holds


def test_legs_to_come_are_shown_to_who_plans_the_place_and_to_nobody_else(place: Place, at: Any) -> None:
    plan = drawn(place)
    at(DURING)
    ahead = sum(leg["at"] > DURING.astimezone(plan.starts.tzinfo).isoformat() for leg in plan.legs)
    assert 0 < ahead < len(plan.legs)
    for role, sees in (("venue-manager", True), ("auditor", False), ("inspector", False)):
        scope = {"place": place.code} if role == "venue-manager" else {}
        answer = signed_in(Client(), a_user(role, **scope)).get(reverse("patrol-plan", args=[plan.pk]))
        legs = sum(len(hour["legs"]) for hour in answer.context["hours"])
        assert answer.context["hidden"] == (0 if sees else ahead), role
        assert legs == len(plan.legs) - answer.context["hidden"], role


def test_paper_leaves_out_the_legs_to_come(manager: Client, place: Place, at: Any) -> None:
    plan = drawn(place)
    at(DURING)
    hours = manager.get(reverse("patrol-plan", args=[plan.pk])).context["hours"]
    legs = [leg for hour in hours for leg in hour["legs"]]
    page = shown(manager, "patrol-plan", plan.pk)
    assert page.count('<li class="is-ahead">') == sum(leg["is_ahead"] for leg in legs) > 0


def test_the_plan_of_another_place_is_not_there(place: Place, at: Any) -> None:
    plan = drawn(place)
    a_place("M-2")
    other = signed_in(Client(), a_user("venue-manager", place="M-2"))
    for name in ("patrol-plan", "patrol-plan-game"):
        assert other.get(reverse(name, args=[plan.pk])).status_code == 404
    assert other.post(reverse("patrol-plan-audit", args=[plan.pk])).status_code == 404


def test_the_roster_of_each_shift_stands_beside_its_plans(manager: Client, place: Place) -> None:
    guard = a_user("guard", place=place.code)
    shift = place.shifts.get(code="S1")
    set_roster(shift, MONDAY, guard=guard, beat=place.beats.get(), by=None, at=BEFORE)
    rows = manager.get(reverse("place-patrol-plan", args=[place.code])).context["rows"]
    manned = {(row.look.shift.shift.code, row.look.shift.on): (row.manned, row.beats) for row in rows}
    assert manned["S1", MONDAY] == (1, 1)
    assert manned["S2", MONDAY] == (0, 1)


def test_a_shift_with_many_legs_is_drawn_hour_by_hour_so_that_no_mark_hides_another() -> None:
    start = clock("06:00")
    rows = [
        ShiftRow(name, tuple(LegMark(start + timedelta(minutes=2 * n), "later", "") for n in range(120)))
        for name in ("B1", "B2")
    ]
    picture = shift_picture(rows, start, start + timedelta(hours=4), DURING, label="班次", zone=CITY)
    places = re.findall(r"translate\(([\d.]+) ([\d.]+)\)", picture)
    assert len(places) == 240
    lines: dict[str, list[float]] = {}
    for x, y in places:
        lines.setdefault(y, []).append(float(x))
    assert len(lines) == 8, "four hours of two beats"
    apart = [two - one for xs in lines.values() for one, two in pairwise(sorted(xs))]
    assert min(apart) > 12, "wider than a mark"
