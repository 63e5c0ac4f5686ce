"""Patrols as a supervisor sees them: now, over a month, a round again, calls for help and records to review."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from anlan.actions.patrol_codes import issue_codes
from anlan.actions.patrol_register import add_beat, add_shift
from anlan.actions.patrol_visits import evidence_of
from anlan.actions.place_parts import add_checkpoint
from anlan.actions.posture import raise_posture
from anlan.models import Entry, Evidence, HelpCall, PatrolMix, PatrolPlan, Place, Visit, Walk
from anlan.models.ids import new_id
from anlan.web import clock
from builders import LONG_AGO, a_place, a_user, adopt_plan, signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
"""Half past noon in the city: the window from 12:00 to 14:00 is open."""


@pytest.fixture(autouse=True)
def _the_clock_stands(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


@pytest.fixture
def place() -> Place:
    adopt_plan()
    place = a_place("S1", name_zh="海晏站", kind="mall", daily_visitors=3000)
    points = [
        add_checkpoint(
            place, code=f"C{number}", name_zh=f"{number} 号口", name_en=f"Gate {number}", by=None, at=LONG_AGO
        )
        for number in (1, 2, 3)
    ]
    add_beat(
        place, code="B1", name_zh="站房线", name_en="Hall beat", checkpoints=points, by=None, at=LONG_AGO
    )
    add_shift(
        place,
        code="DAY",
        name_zh="白班",
        name_en="Day shift",
        starts=time(8),
        ends=time(20),
        by=None,
        at=LONG_AGO,
    )
    issue_codes(place, by=None, at=LONG_AGO)
    return place


@pytest.fixture
def guard(place: Place):
    return a_user("guard", name="张守夜", place=place.code)


@pytest.fixture
def walk(place: Place, guard) -> Walk:
    return Walk.objects.create(
        place=place,
        beat=place.beats.get(),
        guard=guard,
        alias="G-7Q2M",
        started_at=NOW - timedelta(hours=1),
        received_at=NOW,
    )


def scan(walk: Walk, checkpoint: str, minutes_ago: float, **fields) -> Visit:
    at = NOW - timedelta(minutes=minutes_ago)
    point = walk.place.checkpoints.get(code=checkpoint)
    visit = Visit.objects.create(
        id=new_id(),
        walk=walk,
        checkpoint=point,
        code=fields.pop("code", point.codes.first()),
        way="qr",
        device_at=at,
        effective_at=at,
        received_at=NOW,
        **fields,
    )
    evidence_of([visit], at=NOW)
    return visit


@pytest.fixture
def manager(client: Client, place: Place) -> Client:
    return signed_in(client, a_user("venue-manager", place=place.code))


def shown(client: Client, name: str, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_counts_the_checkpoints_scanned_in_the_open_window(manager, place, walk):
    scan(walk, "C1", 20)
    scan(walk, "C2", 45)
    answer = manager.get(reverse("place-patrols", args=["S1"]))
    points = {point.checkpoint.code: state for point, state in answer.context["points"]}
    assert points == {"C1": "recorded", "C2": "due", "C3": "due"}
    [duty] = answer.context["patrol"].duties
    assert (duty.done, duty.of) == (1, 3)


def test_the_guards_name_is_shown_to_the_place_and_an_alias_to_the_city(client, place, walk):
    own = signed_in(Client(), a_user("venue-manager", place="S1"))
    city = signed_in(Client(), a_user("city-office"))
    assert "张守夜" in shown(own, "place-patrols", "S1")
    page = shown(city, "place-patrols", "S1")
    assert "张守夜" not in page
    assert "G-7Q2M" in page


def test_two_rounds_on_one_beat_are_both_shown_each_with_its_last_scan(manager, place, walk):
    second = Walk.objects.create(
        place=place,
        beat=place.beats.get(),
        guard=a_user("guard", name="李接班", place=place.code),
        alias="G-2222",
        started_at=NOW - timedelta(minutes=10),
        received_at=NOW,
    )
    scan(walk, "C1", 20)
    scan(second, "C2", 5)
    [row] = manager.get(reverse("place-patrols", args=["S1"])).context["beats"]
    assert [(one.guard, one.last.checkpoint.code) for one in row.rounds] == [
        ("李接班", "C2"),
        ("张守夜", "C1"),
    ]
    second.ended_at = NOW
    second.save()
    [row] = manager.get(reverse("place-patrols", args=["S1"])).context["beats"]
    assert [one.guard for one in row.rounds] == ["张守夜", "李接班"], "who is under way comes first"


def test_a_round_without_a_beat_is_shown_too(manager, place, guard):
    Walk.objects.create(place=place, guard=guard, alias="G-3333", started_at=NOW, received_at=NOW)
    rows = manager.get(reverse("place-patrols", args=["S1"])).context["beats"]
    assert [(row.now.beat and row.now.beat.code, len(row.rounds)) for row in rows] == [("B1", 0), (None, 1)]


def test_a_call_for_help_says_where_the_guard_was_last_and_where_the_round_leads_next(manager, place, walk):
    following = place.checkpoints.get(code="C3")
    HelpCall.objects.create(
        id=new_id(), place=place, walk=walk, made_at=NOW, received_at=NOW, checkpoint=following
    )
    assert "本次巡查尚未扫码" in shown(manager, "place-patrols", "S1")
    scan(walk, "C1", 20)
    scan(walk, "C2", 5)
    [call] = manager.get(reverse("place-patrols", args=["S1"])).context["calls"]
    assert (call.last.checkpoint.code, call.call.checkpoint.code) == ("C2", "C3")


def test_a_replay_has_a_step_for_what_was_passed_over_and_for_what_was_not_walked(manager, place, walk):
    shift = place.shifts.get()
    mix = PatrolMix.objects.create(place=place, game_sha256="0" * 64, game={}, made_at=LONG_AGO)
    planned = {"C1": 50, "C2": 40, "C3": 30}
    walk.plan = PatrolPlan.objects.create(
        place=place, shift=shift, on=timezone.localdate(NOW), level="normal", mix=mix, drawn_at=LONG_AGO,
        starts=NOW - timedelta(hours=4), ends=NOW + timedelta(hours=6), sealed_seed="", commitment="",
        legs=[
            {"beat": "B1", "checkpoint": code, "at": (NOW - timedelta(minutes=ago)).isoformat()}
            for code, ago in planned.items()
        ],
    )  # fmt: skip
    walk.save()
    place.checkpoints.filter(code__in=("C1", "C2")).update(longitude=121.4, latitude=31.2)
    place.checkpoints.filter(code="C2").update(latitude=31.201)
    scan(walk, "C1", 49)
    Visit.objects.create(
        id=new_id(), walk=walk, kind="missed", checkpoint=place.checkpoints.get(code="C2"), reason="locked",
        device_at=NOW, effective_at=NOW - timedelta(minutes=38), received_at=NOW, number=2,
    )  # fmt: skip
    answer = manager.get(reverse("place-walk", args=["S1", walk.pk]))
    kinds = [(row["step"].kind, row["step"].checkpoint.code) for row in answer.context["steps"]]
    assert kinds == [("scanned", "C1"), ("passed-over", "C2"), ("not-walked", "C3")]
    drawn = answer.context["sketch"]["steps"]
    assert [step["kind"] for step in drawn] == ["scanned", "passed-over", "not-walked"]
    assert "已上锁" in drawn[1]["words"]
    assert drawn[2]["spot"] is None, "nobody knows where it lies; it is a step all the same"
    scan(walk, "C3", 5)
    answer = manager.get(reverse("place-walk", args=["S1", walk.pk]))
    assert [row["step"].kind for row in answer.context["steps"]] == ["scanned", "passed-over", "scanned"]


def test_a_replay_names_nobody_even_to_the_place(manager, walk):
    scan(walk, "C1", 20)
    page = shown(manager, "place-walk", "S1", walk.pk)
    assert "张守夜" not in page
    assert "1 号口" in page


def test_the_live_part_is_sent_once_while_nothing_changes(manager, place, walk):
    address = reverse("place-patrols-live", args=["S1"])
    first = manager.get(address)
    again = manager.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert again.status_code == 304
    scan(walk, "C1", 5)
    changed = manager.get(address, headers={"if-none-match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_a_call_for_help_is_taken_once_and_closed_with_an_outcome(manager, place, walk):
    call = HelpCall.objects.create(id=new_id(), place=place, walk=walk, made_at=NOW, received_at=NOW)
    assert "求助" in shown(manager, "place-patrols", "S1")
    other = signed_in(Client(), a_user("city-office"))
    manager.post(reverse("help-call-take", args=[call.pk]))
    other.post(reverse("help-call-take", args=[call.pk]))
    call.refresh_from_db()
    taken_by = call.taken_by
    assert taken_by is not None
    assert str(taken_by.pk) == manager.session["_auth_user_id"]
    manager.post(reverse("help-call-close", args=[call.pk]), {"outcome": ""})
    call.refresh_from_db()
    assert call.closed_at is None
    manager.post(reverse("help-call-close", args=[call.pk]), {"outcome": "误触，已核实"})
    call.refresh_from_db()
    assert (call.closed_at, call.outcome) == (NOW, "误触，已核实")
    assert list(
        Entry.objects.filter(subject_kind="help-call").values_list("action", flat=True).order_by("at")
    ) == [
        "take-help-call",
        "close-help-call",
    ]


def test_a_manager_of_another_place_can_neither_see_nor_take_a_call(place, walk):
    a_place("S2")
    call = HelpCall.objects.create(id=new_id(), place=place, walk=walk, made_at=NOW, received_at=NOW)
    stranger = signed_in(Client(), a_user("venue-manager", place="S2"))
    assert stranger.get(reverse("place-patrols", args=["S1"])).status_code == 404
    assert stranger.post(reverse("help-call-take", args=[call.pk])).status_code == 404


def test_a_marked_scan_of_an_unknown_code_counts_once_a_person_says_where_it_was(manager, place, walk):
    visit = scan(walk, "C1", 20, code=None, flags=["unknown-code"])
    visit.checkpoint = None
    visit.save()
    address = reverse("place-visit-review", args=["S1", visit.pk])
    refused = manager.post(address, {"verdict": "accept", "words": "问过本人"}, follow=True)
    assert "哪个巡查点" in refused.content.decode()
    assert not Evidence.objects.exists()
    point = place.checkpoints.get(code="C2")
    manager.post(address, {"verdict": "accept", "words": "问过本人", "checkpoint": point.pk})
    assert list(Evidence.objects.values_list("checkpoint__code", "effective_at")) == [
        ("C2", visit.effective_at)
    ]
    assert "没有待核记录" in shown(manager, "place-patrol-review", "S1")


def test_a_record_that_does_not_count_is_struck_and_the_window_is_open_again(manager, walk):
    visit = scan(walk, "C1", 20, flags=["burst"])
    manager.post(
        reverse("place-visit-review", args=["S1", visit.pk]), {"verdict": "refuse", "words": "翻拍，本人承认"}
    )
    points = {
        point.checkpoint.code: state
        for point, state in manager.get(reverse("place-patrols", args=["S1"])).context["points"]
    }
    assert points["C1"] == "due"
    assert Evidence.objects.get().strike.reason == "翻拍，本人承认"


def test_looking_at_a_record_leaves_what_it_counts_for(manager, walk):
    visit = scan(walk, "C1", 20, flags=["typed-run"])
    manager.post(
        reverse("place-visit-review", args=["S1", visit.pk]), {"verdict": "note", "words": "镜头坏了"}
    )
    visit.refresh_from_db()
    assert (visit.review, visit.evidence.filter(strike=None).count()) == ("镜头坏了", 1)


def test_several_marked_records_are_settled_with_one_verdict_and_one_reason(manager, place, walk):
    first, second = scan(walk, "C1", 20, flags=["burst"]), scan(walk, "C2", 15, flags=["burst"])
    untouched = scan(walk, "C3", 10, flags=["burst"])
    unknown = Visit.objects.create(
        id=new_id(),
        walk=walk,
        way="qr",
        flags=["unknown-code"],
        device_at=NOW,
        effective_at=NOW,
        received_at=NOW,
    )
    address = reverse("place-visits-review", args=["S1"])
    chosen = {"act": "accept", "row": [str(first.pk), str(second.pk), str(unknown.pk)]}
    asked = manager.post(address, chosen).content.decode()
    assert "其代码不能说明巡查点" in asked, "a scan of an unknown code cannot be counted in a heap"
    assert Visit.objects.filter(reviewed_at=None).count() == 4, "nothing is done before it was said"
    done = manager.post(address, {**chosen, "sure": "yes", "words": "一起走的电梯", "typed": "2"})
    assert done.status_code == 200, "the rows that stayed are named"
    settled = Visit.objects.filter(reviewed_at=NOW, review="一起走的电梯")
    assert {visit.pk for visit in settled} == {first.pk, second.pk}
    assert {visit.pk for visit in Visit.objects.filter(reviewed_at=None)} == {untouched.pk, unknown.pk}
    assert Entry.objects.filter(action="accept-visit").count() == 2, "each has its own line"


def test_records_of_another_place_are_not_settled_from_here(manager, place, walk):
    visit = scan(walk, "C1", 20, flags=["burst"])
    a_place("S2")
    stranger = signed_in(Client(), a_user("venue-manager", place="S2"))
    words = {"act": "note", "row": str(visit.pk), "sure": "yes", "words": "x", "typed": "1"}
    assert stranger.post(reverse("place-visits-review", args=["S1"]), words).status_code == 404
    stranger.post(reverse("place-visits-review", args=["S2"]), words)
    visit.refresh_from_db()
    assert visit.reviewed_at is None


def test_the_month_counts_windows_by_the_cadence_in_force_at_each_moment(manager, place, walk):
    start = datetime(2026, 11, 22, 16, tzinfo=UTC)
    raise_posture("red", start=start, end=None, reason="演习", by=None, at=start, place=place)
    month = manager.get(reverse("place-patrol-month", args=["S1"])).context["month"]
    by_day = {day.on.day: day for day in month.days}
    assert by_day[21].owed == 8 + 8, "every two hours from 06 to 22, every hour at night"
    assert by_day[21].level == "normal"
    closed = [state for state in month.windows if start <= state.window.start and state.window.end <= NOW]
    assert {state.window.end - state.window.start for state in closed} <= {
        timedelta(hours=1),
        timedelta(minutes=20),
    }


@pytest.mark.parametrize("asked", ["2026-13", "nonsense", "1999-01", "2027-01", "2026-11-01"])
def test_a_month_that_cannot_be_shown_is_said_so(manager, asked):
    answer = manager.get(reverse("place-patrol-month", args=["S1"]), {"month": asked})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.content.decode()


def test_a_past_month_is_shown_with_a_way_back(manager):
    page = shown(manager, "place-patrol-month", "S1", month="2026-10")
    assert "?month=2026-11" in page
    assert "?month=2026-09" in page


def test_the_list_puts_places_that_wait_for_a_person_first(place, walk):
    quiet = a_place("S0", name_zh="安静站")
    point = add_checkpoint(quiet, code="C1", name_zh="口", name_en="", by=None, at=LONG_AGO)
    add_beat(quiet, code="B1", name_zh="线", name_en="", checkpoints=[point], by=None, at=LONG_AGO)
    HelpCall.objects.create(id=new_id(), place=place, walk=walk, made_at=NOW, received_at=NOW)
    office = signed_in(Client(), a_user("city-office"))
    rows = office.get(reverse("patrols")).context["rows"]
    assert [(row.place.code, row.calls, row.walking) for row in rows] == [("S1", 1, 1), ("S0", 0, 0)]


def test_pages_without_any_patrol_say_what_to_do(client):
    a_place("S9")
    office = signed_in(client, a_user("city-office"))
    for name in ("place-patrols", "place-patrol-month", "place-patrol-review", "place-codes"):
        assert office.get(reverse(name, args=["S9"])).status_code == 200
    assert timezone.localtime(NOW).hour == 12


def test_the_navigation_marks_patrols_on_the_patrol_pages_of_a_place_and_places_on_its_others(
    place: Place,
) -> None:
    office = signed_in(Client(), a_user("city-office"))

    def marked(name: str) -> set[str]:
        page = office.get(reverse(name, args=[place.code])).content.decode()
        links = [tag for tag in re.findall(r"<a [^>]*>", page) if 'aria-current="page"' in tag]
        known = {reverse("patrols"), reverse("places")}
        return {link for tag in links for link in re.findall(r'href="([^"]+)"', tag)} & known

    assert marked("place-patrols") == marked("place-patrol-plan") == {reverse("patrols")}
    assert marked("place") == {reverse("places")}


def test_the_tab_of_patrols_is_there_only_where_rounds_are_owed_or_can_be_walked() -> None:
    adopt_plan()
    small = {"kind": "mall", "daily_visitors": 10, "area_m2": 50}
    walked = [
        a_place("Q-1", **small),
        a_place("Q-2", **small),
        a_place("Q-3", kind="mall", daily_visitors=3000),
    ][1]
    add_checkpoint(walked, code="C1", name_zh="一号口", name_en="", by=None, at=LONG_AGO)
    office = signed_in(Client(), a_user("city-office"))

    def has_tab(code: str) -> bool:
        tabs = office.get(reverse("place", args=[code])).context["tabs"]
        return reverse("place-patrols", args=[code]) in {tab["url"].split("?")[0] for tab in tabs}

    assert [has_tab(code) for code in ("Q-1", "Q-2", "Q-3")] == [False, True, True]
