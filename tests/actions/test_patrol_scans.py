"""Taking in what guards' phones recorded: once, late, offset, by another phone, at another place."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from anlan.actions.accounts import deactivate
from anlan.actions.patrol_codes import issue_codes, replace_code
from anlan.actions.patrol_devices import enrol_device
from anlan.actions.patrol_records import Batch, Clock, EndRecord, HelpRecord, VisitRecord, WalkRecord
from anlan.actions.patrol_scans import Sender, open_walk, take_batch, take_scan
from anlan.engine.patrol_codes import digest, turn_mark, turn_of
from anlan.models import Entry, Evidence, HelpCall, Place, Standing, User, Visit, Walk
from anlan.models.ids import new_id
from anlan.queries.duties import place_account
from anlan.queries.patrol_cases import to_review
from anlan.queries.patrol_live import calls_now, open_calls
from anlan.queries.patrol_news import running_rounds
from anlan.queries.patrol_phone import holder_of, turning_secret
from builders import a_place, a_user
from patrol_builders import a_checkpoint, a_patrolled_place, clock

pytestmark = pytest.mark.django_db
BEGAN = clock("14:00")


@pytest.fixture
def place() -> Place:
    """A mall with six checkpoints, each with its code."""
    place = a_patrolled_place(points=6)
    issue_codes(place, by=None, at=clock("08:00"))
    return place


@pytest.fixture
def guard(place: Place) -> User:
    return a_user("guard", place=place.code)


@pytest.fixture
def sender(guard: User) -> Sender:
    device, _secret = enrol_device(guard, label="phone", at=clock("08:00"))
    return Sender(guard, device)


def address(place: Place, checkpoint: str) -> str:
    """What a camera reads at a checkpoint."""
    code = place.checkpoints.get(code=checkpoint).codes.get(void_at=None)
    return f"https://anlan.example/c/{code.token}/"


def a_walk(place: Place, at: datetime = BEGAN) -> WalkRecord:
    return WalkRecord(new_id(), Clock(at), place.code, "B1")


def a_visit(walk: UUID, content: str, at: datetime, number: int = 1, **more: object) -> VisitRecord:
    return VisitRecord(new_id(), Clock(at), walk, number, code=content, **more)


def a_round(place: Place, at: datetime = BEGAN) -> tuple[WalkRecord, list[VisitRecord]]:
    """A walk past all six checkpoints, one in two minutes."""
    walk = a_walk(place, at)
    visits = [
        a_visit(walk.id, address(place, f"C{n:02}"), at + timedelta(minutes=2 * (n + 1)), n + 1)
        for n in range(6)
    ]
    return walk, visits


def sent(*records: object, sender: Sender, at: datetime) -> list[str]:
    """The status of each record of one batch sent at a moment by a phone whose clock is right."""
    return [outcome.status for outcome in take_batch(Batch(tuple(records), at), sender=sender, at=at)]


def test_a_round_walked_offline_is_recorded_once_however_often_it_is_sent(place, sender):
    walk, visits = a_round(place)
    later = BEGAN + timedelta(days=14)
    assert sent(walk, *visits, sender=sender, at=later) == ["recorded"] * 7
    assert sent(walk, *visits, sender=sender, at=later) == ["known"] * 7
    assert sent(*visits[3:], walk, sender=sender, at=later + timedelta(hours=1)) == ["known"] * 4
    assert Walk.objects.count() == 1
    assert Visit.objects.count() == 6
    assert Evidence.objects.count() == 6
    assert all(visit.flags == [] for visit in Visit.objects.all())


def test_the_window_a_late_batch_fills_is_recorded_and_what_was_known_before_stays(place, sender):
    walk, visits = a_round(place)
    arrived = clock("20:00")
    sent(walk, *visits, sender=sender, at=arrived)
    now = place_account(place, clock("15:30"))
    then = place_account(place, clock("15:30"), known_at=clock("15:30"))
    assert now.state_of("city-plan-2026/mobile-patrol").state == "recorded"
    assert then.state_of("city-plan-2026/mobile-patrol").state != "recorded"


def test_evidence_names_the_post_and_the_checkpoint_and_nobody(place, guard, sender):
    beat = place.beats.get(code="B1")
    walk, visits = a_round(place)
    sent(walk, *visits, sender=sender, at=clock("15:00"))
    record = Evidence.objects.select_related("checkpoint").order_by("effective_at").first()
    assert (record.by, record.device, record.post, record.kind) == (None, None, beat.post, "scan")
    assert record.checkpoint.code == "C00"
    assert Walk.objects.get().guard == guard
    walked = Walk.objects.get()
    entries = Entry.objects.filter(place_code=place.code, action__in=("begin-walk", "record-evidence"))
    assert entries.filter(at=clock("15:00")).count() == 7
    assert not entries.filter(by=guard).exists()
    said = " ".join(str(entry.changes) + entry.subject_label for entry in entries)
    assert guard.username not in said
    assert guard.name not in said
    assert walked.alias in said


def test_standing_holds_the_latest_scan_of_each_checkpoint(place, sender):
    walk, visits = a_round(place)
    sent(walk, *visits, sender=sender, at=clock("15:00"))
    rows = Standing.objects.filter(place=place, rule="mobile-patrol")
    assert rows.count() == 6
    assert rows.get(checkpoint__code="C05").effective_s == visits[-1].clock.device_at.timestamp()


def test_the_phones_clock_is_put_right_by_what_it_knew_of_ours(place, sender):
    walk = a_walk(place)
    fast = VisitRecord(
        new_id(), Clock(clock("15:00"), skew=-timedelta(minutes=10)), walk.id, 1, code=address(place, "C00")
    )
    at = clock("16:00")
    batch = Batch((walk, fast), at + timedelta(minutes=10))
    take_batch(batch, sender=sender, at=at)
    visit = Visit.objects.get()
    assert visit.effective_at == clock("14:50")
    assert visit.flags == ["clock-offset"]


def test_a_phone_that_never_heard_our_time_is_put_right_by_the_sending(place, sender):
    walk = a_walk(place)
    visit = a_visit(walk.id, address(place, "C00"), clock("14:05"))
    take_batch(Batch((walk, visit), clock("15:01")), sender=sender, at=clock("15:00"))
    assert Visit.objects.get().effective_at == clock("14:04")


def test_a_time_that_has_not_come_counts_from_its_arrival_and_is_flagged(place, sender):
    walk = a_walk(place)
    visit = VisitRecord(
        new_id(), Clock(clock("18:00"), skew=timedelta()), walk.id, 1, code=address(place, "C00")
    )
    take_batch(Batch((walk, visit)), sender=sender, at=clock("15:00"))
    assert Visit.objects.get().effective_at == clock("15:00")
    assert Visit.objects.get().flags == ["future"]


def test_a_code_counts_until_the_moment_it_was_replaced_though_the_scan_comes_in_later(place, sender):
    point = place.checkpoints.get(code="C00")
    old = address(place, "C00")
    replace_code(point, reason="损坏", by=None, at=clock("15:00"))
    walk = a_walk(place)
    before = a_visit(walk.id, old, clock("14:59"), 1)
    after = a_visit(walk.id, old, clock("15:01"), 2)
    sent(walk, before, after, sender=sender, at=clock("17:00"))
    kept = {visit.number: visit for visit in Visit.objects.prefetch_related("evidence")}
    assert [kept[1].evidence.count(), kept[1].flags] == [1, []]
    assert [kept[2].evidence.count(), kept[2].flags] == [0, ["void-code"]]


def test_an_unknown_code_is_kept_and_flagged_and_is_no_evidence(place, sender):
    walk = a_walk(place)
    visit = a_visit(walk.id, "https://anlan.example/c/AAAAAAAAAAAAAAAAAAAA/", clock("14:05"))
    assert sent(walk, visit, sender=sender, at=clock("15:00")) == ["recorded", "recorded"]
    assert Visit.objects.get().flags == ["unknown-code"]
    assert Evidence.objects.count() == 0


def test_a_code_of_another_place_is_kept_and_is_no_evidence_of_either(place, sender):
    other = a_place("M-2", daily_visitors=3000, area_m2=900)
    a_checkpoint(other, 0)
    issue_codes(other, by=None, at=clock("08:00"))
    walk = a_walk(place)
    sent(walk, a_visit(walk.id, address(other, "C00"), clock("14:05")), sender=sender, at=clock("15:00"))
    assert Visit.objects.get().flags == ["foreign-place"]
    assert Evidence.objects.count() == 0


def test_the_third_code_typed_in_a_row_is_marked_however_late_and_however_apart_they_come_in(place, sender):
    walk = a_walk(place)
    sent(walk, sender=sender, at=BEGAN)
    letters = [place.checkpoints.get(code=f"C{n:02}").codes.get().typed for n in range(5)]
    for number, typed in enumerate(letters):
        at = BEGAN + timedelta(minutes=20 * (number + 1))
        sent(a_visit(walk.id, typed, at, number + 1, way="typed"), sender=sender, at=at)
    marked = list(Visit.objects.order_by("number").values_list("flags", flat=True))
    assert marked == [[], [], ["typed-run"], [], []]
    assert list(to_review(place).values_list("number", flat=True)) == [3]


def test_a_record_that_bears_only_the_former_mark_of_typing_waits_for_nobody(place, sender):
    walk, [visit, *_rest] = a_round(place)
    sent(walk, visit, sender=sender, at=clock("15:00"))
    Visit.objects.update(flags=["typed"])
    assert not to_review(place).exists()
    Visit.objects.update(flags=["burst", "typed"])
    assert to_review(place).count() == 1


def test_letters_typed_by_hand_count_and_bear_no_mark(place, sender):
    typed = place.checkpoints.get(code="C00").codes.get().typed
    walk = a_walk(place)
    visit = a_visit(walk.id, f"{typed[:4].lower()}-{typed[4:]}", clock("14:05"), way="typed")
    sent(walk, visit, sender=sender, at=clock("15:00"))
    assert (Visit.objects.get().flags, Visit.objects.get().way) == ([], "typed")
    assert Evidence.objects.count() == 1


def test_a_turning_code_counts_in_its_turn_and_not_afterwards(place, sender):
    code = replace_code(
        place.checkpoints.get(code="C00"), reason="动态码", by=None, at=clock("13:00"), turning=True
    )
    step = turn_of(clock("14:05"))
    shown = f"https://anlan.example/c/{code.token}/?t={step}.{turn_mark(turning_secret(), code.token, step)}"
    walk = a_walk(place)
    visits = [a_visit(walk.id, shown, clock("14:05"), 1), a_visit(walk.id, shown, clock("14:30"), 2)]
    sent(walk, *visits, sender=sender, at=clock("15:00"))
    assert list(Visit.objects.order_by("number").values_list("flags", flat=True)) == [[], ["stale-code"]]
    assert Evidence.objects.count() == 1


def test_a_checkpoint_that_could_not_be_reached_is_kept_with_its_reason_and_is_no_evidence(place, sender):
    walk = a_walk(place)
    missed = VisitRecord(new_id(), Clock(clock("14:05")), walk.id, 1, way="", missed="C03", reason="locked")
    assert sent(walk, missed, sender=sender, at=clock("15:00")) == ["recorded", "recorded"]
    visit = Visit.objects.select_related("checkpoint").get()
    assert (visit.kind, visit.checkpoint.code, visit.reason) == ("missed", "C03", "locked")
    assert Evidence.objects.count() == 0


def test_a_visit_without_its_walk_is_asked_for_again_and_then_recorded(place, sender):
    walk = a_walk(place)
    visit = a_visit(walk.id, address(place, "C00"), clock("14:05"))
    assert sent(visit, sender=sender, at=clock("15:00")) == ["unknown-walk"]
    assert sent(walk, visit, sender=sender, at=clock("15:00")) == ["recorded", "recorded"]


def test_nobody_adds_to_the_walk_of_another(place, sender):
    walk = a_walk(place)
    sent(walk, sender=sender, at=clock("15:00"))
    other = a_user("guard", place=place.code)
    visit = a_visit(walk.id, address(place, "C00"), clock("14:05"))
    assert sent(visit, sender=Sender(other), at=clock("15:00")) == ["unknown-walk"]
    assert Visit.objects.count() == 0


def test_a_walk_at_a_place_of_others_is_refused_with_the_reason(place):
    stranger = a_user("guard", place="M-9")
    [outcome] = take_batch(Batch((a_walk(place),)), sender=Sender(stranger), at=clock("15:00"))
    assert (outcome.status, outcome.why) == ("refused", "no-grant")


def test_a_walk_ends_once_and_keeps_why_it_ended_early(place, sender):
    walk = a_walk(place)
    end = EndRecord(new_id(), Clock(clock("14:40")), walk.id, "unwell")
    assert sent(walk, end, sender=sender, at=clock("15:00")) == ["recorded", "recorded"]
    again = EndRecord(new_id(), Clock(clock("14:50")), walk.id, "ordered")
    assert sent(again, sender=sender, at=clock("15:00")) == ["known"]
    kept = Walk.objects.get()
    assert (kept.ended_at, kept.early_reason) == (clock("14:40"), "unwell")


def test_a_call_for_help_comes_in_once(place, sender):
    walk = a_walk(place)
    call = HelpRecord(new_id(), Clock(clock("14:10")), place.code, walk.id, "C02")
    assert sent(walk, call, sender=sender, at=clock("14:11")) == ["recorded", "recorded"]
    assert sent(call, sender=sender, at=clock("14:12")) == ["known"]
    kept = HelpCall.objects.select_related("checkpoint", "last_checkpoint").get()
    assert (kept.made_at, kept.received_at, kept.checkpoint.code) == (clock("14:10"), clock("14:11"), "C02")


def test_a_call_for_help_says_by_itself_where_the_phone_scanned_last(place, sender):
    walk = a_walk(place)
    scanned = {"seen": "C03", "seen_at": clock("14:06")}
    call = HelpRecord(new_id(), Clock(clock("14:10")), place.code, walk.id, "C04", **scanned)
    assert sent(walk, call, sender=sender, at=clock("14:11")) == ["recorded", "recorded"]
    [told] = calls_now(open_calls(place))
    assert told.last is None, "no scan has come in"
    assert told.seen == (place.checkpoints.get(code="C03"), clock("14:06"))
    later = a_visit(walk.id, address(place, "C05"), clock("14:12"))
    sent(later, sender=sender, at=clock("14:13"))
    [told] = calls_now(open_calls(place))
    assert told.seen == (place.checkpoints.get(code="C05"), clock("14:12")), "a later scan came in meanwhile"


def test_what_a_call_says_of_a_checkpoint_elsewhere_or_of_a_time_to_come_is_not_believed(place, sender):
    walk = a_walk(place)
    unknown = HelpRecord(
        new_id(), Clock(clock("14:10")), place.code, walk.id, "C04", seen="X99", seen_at=clock("14:06")
    )
    ahead = HelpRecord(
        new_id(), Clock(clock("14:10")), place.code, walk.id, "C04", seen="C03", seen_at=clock("19:00")
    )
    sent(walk, unknown, ahead, sender=sender, at=clock("14:11"))
    assert HelpCall.objects.get(pk=unknown.id).last_checkpoint is None
    assert HelpCall.objects.get(pk=ahead.id).last_scan_at == clock("14:10")


def test_a_round_carried_on_on_another_phone_ends_and_still_takes_what_the_first_phone_held(place, guard):
    old, new = (Sender(guard, enrol_device(guard, label=name, at=BEGAN)[0]) for name in ("old", "new"))
    first, second = a_walk(place), a_walk(place, clock("14:30"))
    early = a_visit(first.id, address(place, "C00"), clock("14:05"))
    held = a_visit(first.id, address(place, "C01"), clock("14:20"), 2)
    sent(first, early, sender=old, at=clock("14:06"))
    [running] = running_rounds(guard, place, clock("14:29"))
    assert (running.walk.pk, running.by_page) == (first.id, True)
    assert running.last is not None
    assert running.last.checkpoint == place.checkpoints.get(code="C00")
    over = EndRecord(new_id(), Clock(clock("14:30")), first.id, "carried-on")
    assert sent(second, over, sender=new, at=clock("14:31")) == ["recorded", "recorded"]
    assert [one.walk.pk for one in running_rounds(guard, place, clock("14:31"))] == [second.id]
    assert sent(held, sender=old, at=clock("14:40")) == ["recorded"]
    assert Walk.objects.get(pk=first.id).ended_at == clock("14:30")
    assert [visit.flags for visit in Visit.objects.order_by("number")] == [[], []]
    assert Evidence.objects.filter(kind="scan").count() == 2


def test_a_round_whose_end_was_forgotten_yesterday_is_not_said_to_be_running(place, guard, sender):
    sent(a_walk(place), sender=sender, at=BEGAN)
    assert len(running_rounds(guard, place, BEGAN + timedelta(hours=15))) == 1
    assert running_rounds(guard, place, BEGAN + timedelta(hours=17)) == []


def test_a_note_written_after_the_scan_was_sent_is_added_and_never_written_over(place, sender):
    walk = a_walk(place)
    visit = a_visit(walk.id, address(place, "C00"), clock("14:05"))
    sent(walk, visit, sender=sender, at=clock("14:06"))
    for note in ("门灯不亮", "另一句"):
        noted = VisitRecord(visit.id, visit.clock, walk.id, 1, code=visit.code, note=note)
        sent(noted, sender=sender, at=clock("14:10"))
    assert Visit.objects.get().note == "门灯不亮"


def test_another_phone_of_the_same_guard_may_go_on_and_is_flagged(place, guard, sender):
    walk, visits = a_round(place)
    sent(walk, *visits[:3], sender=sender, at=clock("15:00"))
    second, _secret = enrol_device(guard, label="second", at=clock("14:30"))
    sent(*visits[3:], sender=Sender(guard, second), at=clock("15:00"))
    flags = list(Visit.objects.order_by("number").values_list("flags", flat=True))
    assert flags == [[], [], [], ["other-device"], ["other-device"], ["other-device"]]


def test_a_phone_of_somebody_who_left_still_sends_what_was_done_before(place, guard):
    device, secret = enrol_device(guard, label="phone", at=clock("08:00"))
    walk, visits = a_round(place)
    deactivate(guard, by=None, at=clock("14:07"))
    holder = holder_of(digest(secret), clock("14:07") + timedelta(days=29))
    assert holder is not None
    sender = Sender(holder.user, device, holder.ended_at)
    at = clock("14:07") + timedelta(days=29)
    assert sent(walk, *visits, sender=sender, at=at) == ["recorded"] * 4 + ["refused"] * 3
    assert holder_of(digest(secret), clock("14:07") + timedelta(days=30)) is None


def test_a_phone_that_lay_two_weeks_in_a_drawer_still_sends_its_round(place, guard):
    _device, secret = enrol_device(guard, label="phone", at=clock("08:00"))
    later = BEGAN + timedelta(days=14)
    holder = holder_of(digest(secret), later)
    assert holder is not None
    walk, visits = a_round(place)
    assert sent(walk, *visits, sender=Sender(holder.user, holder.device), at=later) == ["recorded"] * 7
    assert {visit.effective_at.date() for visit in Visit.objects.all()} == {BEGAN.date()}
    assert Evidence.objects.filter(kind="scan").count() == 6


def test_a_scan_without_the_page_begins_a_walk_and_the_next_goes_on_with_it(place, guard):
    first = take_scan(address(place, "C00"), place=place, user=guard, at=clock("14:00"))
    second = take_scan(address(place, "C01"), place=place, user=guard, at=clock("14:02"))
    assert first.walk_id == second.walk_id == open_walk(guard, place, clock("14:03")).pk
    assert [first.number, second.number] == [1, 2]
    assert first.evidence.count() == 1


def test_a_scan_without_the_page_by_somebody_who_may_not_walk_there_is_refused(place):
    with pytest.raises(PermissionError):
        take_scan(address(place, "C00"), place=place, user=a_user("guard", place="M-9"), at=clock("14:00"))
