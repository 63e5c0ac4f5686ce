"""How windows stand: the table of states by hand, changes in the middle, and a year's coverage."""

from datetime import date, datetime, time, timedelta

import pytest

from anlan.engine.coverage import coverage
from anlan.engine.facts import CheckpointSpan, EvidenceMark, SubjectFacts, WaiverSpan
from anlan.engine.policy import Cadence, Each, Every, Once, Quantity, Standing, Within
from anlan.engine.standing import WindowState, falls_due_next, missed, state_now, states
from engine.duty_builders import (
    DAY,
    DAY_AND_NIGHT,
    HOUR,
    START,
    at,
    basis,
    compared,
    mark,
    place,
    rule,
    scheme,
    waiver,
)

TEN_MINUTES = timedelta(minutes=10)
DAY_BAND = (Every(2 * HOUR, (time(6), time(22))),)


def city_of(cadence: Cadence, **parts: object):
    kind = "standard" if "quantity" in parts else "duty"
    return basis(scheme("plan", rule("walk", cadence, kind=kind, **parts)))


PATROLS = city_of(DAY_AND_NIGHT, grace=TEN_MINUTES)
MALL = place()


def now(
    clock: str,
    marks: list[EvidenceMark] | None = None,
    waivers: list[WaiverSpan] | None = None,
    subject: SubjectFacts = MALL,
    city=PATROLS,
) -> WindowState:
    (state,) = state_now(subject, city, marks or [], waivers or [], at(clock))
    return state


def walk(clock: str, **parts: object) -> EvidenceMark:
    return mark("walk", at(clock), **parts)


def judged(marks: list[EvidenceMark], day: str, asked: str, subject: SubjectFacts = MALL) -> dict[str, str]:
    found = states(subject, PATROLS, marks, [], at(day), at(day) + DAY, at(asked))
    return {f"{state.window.start.astimezone(START_ZONE):%H:%M}": state.state for state in found}


START_ZONE = at("2026-01-01").tzinfo


def test_every_state_of_a_patrol_in_its_time() -> None:
    marks = [walk("2026-03-05T06:30"), walk("2026-03-05T10:05"), walk("2026-03-05T14:20")]
    found = judged(marks, "2026-03-05", "2026-03-05T18:05")
    assert {
        clock: found[clock] for clock in ("06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00")
    } == {
        "06:00": "recorded",
        "08:00": "late",
        "10:00": "recorded",
        "12:00": "not-evidenced",
        "14:00": "recorded",
        "16:00": "overdue",
        "18:00": "due",
    }
    assert found["20:00"] == "upcoming"


def test_a_window_takes_its_start_and_not_its_end() -> None:
    found = judged([walk("2026-03-05T08:00")], "2026-03-05", "2026-03-05T09:00")
    assert (found["06:00"], found["08:00"]) == ("late", "recorded")


def test_what_is_recorded_after_the_instant_asked_about_does_not_count() -> None:
    found = judged([walk("2026-03-05T07:00")], "2026-03-05", "2026-03-05T06:59")
    assert found["06:00"] == "due"


def test_the_state_now_is_the_gap_before_until_something_is_recorded() -> None:
    assert now("2026-03-05T08:05").state == "overdue"
    missed_window = now("2026-03-05T08:20")
    assert missed_window.state == "not-evidenced"
    assert missed_window.key == "plan/walk/P1/2026-03-05T06:00:00+08:00"
    assert missed_window.is_gap
    assert now("2026-03-05T08:20", [walk("2026-03-05T08:15")]).state == "recorded"
    assert now("2026-03-05T08:20", [walk("2026-03-05T07:15")]).state == "due"
    assert now("2026-03-05T08:05", [walk("2026-03-05T08:04")]).state == "recorded"


def test_a_change_of_posture_cuts_the_running_window() -> None:
    orange = rule("more", (Every(HOUR / 2),), kind="measure", posture=("orange",), changes="walk")
    city = basis(scheme("plan", rule("walk", DAY_AND_NIGHT), orange))
    raised = place(postures=[(at("2026-03-05T12:45"), None, "orange")])
    found = states(
        raised, city, [], [], at("2026-03-05T12:00"), at("2026-03-05T14:00"), at("2026-03-05T13:10")
    )
    assert [(state.state, state.window.owed) for state in found] == [
        ("cut", True),
        ("not-evidenced", True),
        ("due", True),
        ("upcoming", True),
    ]
    kept = [walk("2026-03-05T12:10")]
    found = states(
        raised, city, kept, [], at("2026-03-05T12:00"), at("2026-03-05T13:00"), at("2026-03-05T13:10")
    )
    assert [state.state for state in found] == ["recorded", "not-evidenced"]
    assert now("2026-03-05T12:50", [], [], raised, city).state == "due"


def test_a_window_too_short_to_be_owed_is_never_missed() -> None:
    late_opening = place(registered=at("2026-03-05T07:01"))
    assert now("2026-03-05T07:30", subject=late_opening).state == "upcoming"
    assert now("2026-03-05T08:30", subject=late_opening).state == "due"
    found = judged([], "2026-03-05", "2026-03-05T08:30", late_opening)
    assert (found["07:01"], found["08:00"]) == ("cut", "due")


def test_a_window_missed_before_a_change_on_its_very_boundary_is_still_missed() -> None:
    orange = rule("more", (Every(HOUR / 2),), kind="measure", posture=("orange",), changes="walk")
    city = basis(scheme("plan", rule("walk", DAY_AND_NIGHT), orange))
    raised = place(postures=[(at("2026-03-05T14:00"), None, "orange")])
    state = now("2026-03-05T14:10", [], [], raised, city)
    assert (state.state, state.window.start) == ("not-evidenced", at("2026-03-05T12:00"))


def test_between_two_bands_the_last_window_of_the_day_speaks() -> None:
    city = city_of(DAY_BAND, grace=TEN_MINUTES)
    assert now("2026-03-05T23:00", city=city).state == "not-evidenced"
    rested = now("2026-03-05T23:00", [walk("2026-03-05T21:00")], city=city)
    assert (rested.state, rested.window.start) == ("upcoming", at("2026-03-06T06:00"))


def test_a_waiver_covers_only_its_own_period() -> None:
    rests = [waiver("walk", at("2026-03-05T08:00"), at("2026-03-05T12:00"))]
    found = {
        state.window.start: state.state
        for state in states(MALL, PATROLS, [], rests, at("2026-03-05T06:00"), at("2026-03-05T14:00"),
                            at("2026-03-05T20:00"))
    }  # fmt: skip
    assert [found[at(f"2026-03-05T{hour}:00")] for hour in ("06", "08", "10", "12")] == [
        "not-evidenced",
        "waived",
        "waived",
        "not-evidenced",
    ]
    assert now("2026-03-05T11:00", [], rests).state == "waived"
    assert now("2026-03-05T12:30", [], rests).state == "due"


def test_every_checkpoint_has_to_be_scanned_in_the_window() -> None:
    city = city_of(DAY_AND_NIGHT, evidence="scan", grace=TEN_MINUTES)
    walked = place(checkpoints=("A", "B", "C"))
    two = [walk("2026-03-05T08:10", checkpoint="A"), walk("2026-03-05T08:20", checkpoint="B")]
    before = [walk("2026-03-05T07:00", checkpoint=point) for point in "ABC"]
    state = now("2026-03-05T08:30", [*before, *two], [], walked, city)
    assert (state.state, state.done, state.of) == ("due", 2, 3)
    assert now("2026-03-05T08:30", two, [], walked, city).state == "not-evidenced"
    three = [*two, walk("2026-03-05T08:25", checkpoint="C")]
    assert now("2026-03-05T08:30", three, [], walked, city).state == "recorded"
    closed_point = [*two, walk("2026-03-05T08:25", checkpoint="X")]
    assert now("2026-03-05T08:30", [*before, *closed_point], [], walked, city).state == "due"
    assert now("2026-03-05T08:30", [walk("2026-03-05T08:25")], [], place(), city).state == "recorded"


def test_a_window_asks_for_the_checkpoints_in_use_for_the_whole_of_it() -> None:
    city = city_of(DAY_AND_NIGHT, evidence="scan")
    visits = [walk("2026-03-05T06:30", checkpoint="A"), walk("2026-03-05T08:30", checkpoint="A")]

    def found(*points: CheckpointSpan) -> list[tuple[str, int, int]]:
        walked = place(checkpoints=points)
        judged = states(
            walked, city, visits, [], at("2026-03-05T06:00"), at("2026-03-05T10:00"), at("2026-03-06")
        )
        return [(state.state, state.done, state.of) for state in judged]

    opened_at_nine = CheckpointSpan("B", opened=at("2026-03-05T09:00"))
    closed_at_eight = CheckpointSpan("B", closed=at("2026-03-05T08:00"))
    closed_at_seven = CheckpointSpan("B", closed=at("2026-03-05T07:00"))
    only_from_nine = CheckpointSpan("A", opened=at("2026-03-05T09:00"))
    one = ("recorded", 1, 1)
    assert found(CheckpointSpan("A"), opened_at_nine) == [one, one]
    assert found(CheckpointSpan("A"), closed_at_eight) == [("not-evidenced", 1, 2), one]
    assert found(CheckpointSpan("A"), closed_at_seven) == [one, one]
    assert found(only_from_nine) == [("recorded", 0, 0), ("recorded", 0, 0)]


def test_a_round_finished_in_the_grace_is_late() -> None:
    city = city_of(DAY_AND_NIGHT, evidence="scan", grace=TEN_MINUTES)
    walked = place(checkpoints=("A", "B"))
    marks = [walk("2026-03-05T07:50", checkpoint="A"), walk("2026-03-05T08:04", checkpoint="B")]
    found = states(
        walked, city, marks, [], at("2026-03-05T06:00"), at("2026-03-05T08:00"), at("2026-03-05T09:00")
    )
    assert [state.state for state in found] == ["late"]
    assert now("2026-03-05T09:00", marks, [], walked, city).state == "due"


def test_a_standing_duty_stands_until_its_proof_expires() -> None:
    city = city_of(Standing(), grace=30 * DAY, valid_for=365 * DAY)
    assert now("2026-02-01", city=city).state == "due"
    assert now("2026-02-14", city=city).state == "not-evidenced"
    proof = walk("2025-06-01T00:00")
    assert now("2026-02-14", [proof], city=city).state == "recorded"
    assert now("2026-06-02", [proof], city=city).state == "not-evidenced"
    brief = walk("2026-02-01T00:00", expires=at("2026-02-10"))
    assert now("2026-02-09", [brief], city=city).deadline == at("2026-02-10")
    assert now("2026-02-14", [brief], city=city).state == "not-evidenced"


def test_a_standard_asks_its_quantity_of_the_latest_record() -> None:
    city = city_of(Standing(), quantity=Quantity("guards", of="area_m2", one_per=100), grace=DAY)
    mall = place({"area_m2": 950})
    enough, less = walk("2026-03-01", quantity=10), walk("2026-03-04", quantity=9)
    assert now("2026-03-05", [enough], [], mall, city).state == "recorded"
    short = now("2026-03-05", [enough, less], [], mall, city)
    assert (short.state, short.had, short.needed) == ("not-evidenced", 9, 10)


def test_a_standard_that_rises_gives_its_grace_again() -> None:
    city = city_of(Standing(), quantity=Quantity("guards", of="area_m2", one_per=100), grace=2 * DAY)
    mall = place({"area_m2": 900}, versions=[(at("2026-03-04"), {"area_m2": 1000})])
    marks = [walk("2026-03-01", quantity=9)]
    assert now("2026-03-03", marks, [], mall, city).state == "recorded"
    assert now("2026-03-05", marks, [], mall, city).state == "due"
    assert now("2026-03-06", marks, [], mall, city).state == "not-evidenced"


def test_something_owed_once_is_done_once() -> None:
    city = city_of(Once(date(2026, 6, 30)), grace=10 * DAY)
    assert now("2026-06-30T23:59", city=city).state == "due"
    assert now("2026-07-01", city=city).state == "overdue"
    assert now("2026-07-11", city=city).state == "not-evidenced"
    assert now("2027-01-01", [walk("2026-02-01")], city=city).state == "recorded"
    late = [walk("2026-09-01")]
    assert now("2026-10-01", late, city=city).state == "recorded"
    (window,) = states(MALL, city, late, [], at("2026-01-01"), at("2027-01-01"), at("2026-10-01"))
    assert window.state == "late"


def test_each_event_starts_its_own_clock() -> None:
    city = city_of(Within(30 * DAY, "rebuilt"), grace=5 * DAY)
    mall = place(
        happened=[("rebuilt", at("2026-03-01")), ("other", at("2026-03-02")), ("rebuilt", at("2026-05-01"))]
    )
    assert now("2026-02-20", [], [], mall, city).state == "upcoming"
    assert now("2026-03-20", [], [], mall, city).state == "due"
    assert now("2026-04-01", [], [], mall, city).state == "overdue"
    assert now("2026-04-10", [], [], mall, city).state == "not-evidenced"
    answered = [walk("2026-03-10")]
    assert now("2026-04-10", answered, [], mall, city).state == "recorded"
    assert now("2026-05-02", answered, [], mall, city).state == "due"
    both = states(mall, city, [walk("2026-05-03")], [], at("2026-01-01"), at("2027-01-01"), at("2026-06-01"))
    assert [state.state for state in both] == ["late", "recorded"]


@pytest.mark.parametrize(
    ("asked", "state"),
    [("2026-03-31T23:59", "due"), ("2026-04-01T00:00", "overdue"), ("2026-04-06T00:00", "not-evidenced")],
)
def test_a_monthly_duty_is_due_until_local_midnight(asked: str, state: str) -> None:
    city = city_of(Each("month"), grace=5 * DAY)
    assert now(asked, [walk("2026-02-03")], city=city).state == state


def test_the_first_month_is_owed_only_if_at_least_half_of_it_is_left() -> None:
    city = city_of(Each("month"))
    for registered, state in (("2026-03-16T00:00", "not-evidenced"), ("2026-03-20T00:00", "due")):
        assert now("2026-04-02", subject=place(registered=at(registered)), city=city).state == state


def test_missed_lists_each_missed_window_of_a_period() -> None:
    marks = [walk(f"2026-03-05T{hour:02}:30") for hour in (6, 10, 14, 20)]
    gaps = missed(MALL, PATROLS, marks, [], at("2026-03-05T06:00"), at("2026-03-05T22:00"), at("2026-03-06"))
    assert [gap.window.start for gap in gaps] == [at(f"2026-03-05T{hour:02}:00") for hour in (8, 12, 16, 18)]


def test_what_falls_due_next_comes_in_order_of_its_deadline() -> None:
    both = scheme("plan", rule("walk", DAY_AND_NIGHT), rule("proof", Standing(), valid_for=10 * DAY))
    marks = [walk("2026-03-05T07:30"), mark("proof", at("2026-02-23T08:45"))]
    standing_now = state_now(MALL, basis(both), marks, [], at("2026-03-05T08:10"))
    upcoming = falls_due_next(standing_now, at("2026-03-05T12:00"))
    assert [state.duty.rule.id for state in upcoming] == ["proof", "walk"]
    assert falls_due_next(standing_now, at("2026-03-05T09:00"))[0].deadline == at("2026-03-05T08:45")


def test_a_year_is_counted_by_day_and_quarter_with_its_longest_gap() -> None:
    city = city_of(Each("day"))
    marks = [walk("2026-02-01T09:00"), walk("2026-02-02T09:00"), walk("2026-02-04T10:00")]
    opened = place(registered=at("2026-02-01"))
    year = coverage(opened, city, marks, [], 2026, at("2026-02-05T12:00"))
    assert {day.day: dict(counts) for day, counts in year.days.items()} == {
        1: {"recorded": 1},
        2: {"recorded": 1},
        3: {"not-evidenced": 1},
        4: {"recorded": 1},
        5: {"due": 1},
    }
    assert year.quarters["plan/walk", 1] == {"recorded": 3, "not-evidenced": 1, "due": 1}
    assert year.longest_gaps == {"plan/walk": timedelta(hours=49)}


def test_a_standing_duty_counts_on_every_day_with_its_worst_state() -> None:
    city = city_of(Standing(), valid_for=2 * DAY)
    opened = place(registered=at("2026-02-01"))
    year = coverage(opened, city, [walk("2026-02-01T12:00")], [], 2026, at("2026-02-04T12:00"))
    assert [next(iter(counts)) for _, counts in sorted(year.days.items())] == [
        "not-evidenced",
        "recorded",
        "not-evidenced",
        "not-evidenced",
    ]


def test_a_duty_that_no_longer_applies_has_no_state_now() -> None:
    city = basis(scheme("plan", rule("walk", Each("day"), where=compared("kind", "is", "mall"))))
    changed = place({"kind": "mall"}, versions=[(at("2026-03-05T12:00"), {"kind": "school"})])
    assert state_now(changed, city, [], [], at("2026-03-05T13:00")) == ()
    (window,) = states(changed, city, [], [], at("2026-03-05"), at("2026-03-06"), at("2026-03-07"))
    assert window.state == "cut"


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="names no time zone"):
        state_now(MALL, PATROLS, [], [], datetime(2026, 3, 5))  # noqa: DTZ001  (a time without zone)


def test_the_same_question_about_the_past_has_the_same_answer_after_a_posture_was_raised() -> None:
    calm = states(MALL, PATROLS, [], [], at("2026-03-04"), at("2026-03-05"), at("2026-03-05"))
    raised = place(postures=[(at("2026-03-05T12:45"), None, "red")])
    assert at("2026-03-04") > START
    assert states(raised, PATROLS, [], [], at("2026-03-04"), at("2026-03-05"), at("2026-03-05")) == calm
