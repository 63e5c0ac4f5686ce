"""What a shift owes: every window once, to the shift that holds most of it, at the posture planned for."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from anlan.engine.facts import CheckpointSpan
from anlan.engine.patrol_shifts import ShiftSpan, ShiftTimes, holder, span_on, spans_between
from anlan.engine.patrol_windows import apart, base_levels, rounds_at, still_owed, unmanned
from anlan.engine.policy import Every, Level
from engine.duty_builders import DAY_AND_NIGHT, HOUR, SHANGHAI, at, basis, place, rule, scheme

RED = (Every(HOUR, (time(6), time(22))), Every(HOUR / 2, (time(22), time(6))))
PATROL = rule("patrol", DAY_AND_NIGHT, evidence="scan", grace=timedelta(minutes=10))
CLOSER = rule("closer", RED, kind="measure", posture=("red",), changes="patrol")
BASIS = basis(scheme("plan", PATROL, CLOSER))
DAY, AFTERNOON, NIGHT = (
    ShiftTimes("S1", time(6), time(14)),
    ShiftTimes("S2", time(14), time(22)),
    ShiftTimes("S3", time(22), time(6)),
)
ON = date(2026, 3, 2)


def spans(*shifts: ShiftTimes) -> list[ShiftSpan]:
    return spans_between(shifts, ON - timedelta(days=1), ON + timedelta(days=1), SHANGHAI)


def on(shift: ShiftTimes) -> ShiftSpan:
    found = span_on(shift, ON, SHANGHAI)
    assert found is not None
    return found


def owed(shift: ShiftTimes, *others: ShiftTimes, level: Level = "normal") -> list[tuple[datetime, datetime]]:
    rounds = rounds_at(place(checkpoints=["C1"]), BASIS, level, on(shift).end)
    return [(visit.start, visit.end) for visit in rounds.visits(on(shift), spans(shift, *others))]


def test_a_day_shift_owes_a_visit_every_two_hours_and_a_night_shift_every_hour() -> None:
    by_day, by_night = owed(DAY, AFTERNOON, NIGHT), owed(NIGHT, DAY, AFTERNOON)
    assert [(start, end - start) for start, end in by_day] == [
        (at(f"2026-03-02T{hour:02}:00"), 2 * HOUR) for hour in (6, 8, 10, 12)
    ]
    assert len(by_night) == 8
    assert {end - start for start, end in by_night} == {HOUR}


def test_a_posture_planned_for_halves_the_windows_of_the_shift() -> None:
    assert len(owed(DAY, AFTERNOON, NIGHT, level="red")) == 2 * len(owed(DAY, AFTERNOON, NIGHT))
    assert len(owed(DAY, AFTERNOON, NIGHT, level="orange")) == len(owed(DAY, AFTERNOON, NIGHT))


def test_a_window_over_two_shifts_belongs_to_the_one_that_holds_most_of_it_and_the_earlier_of_two_equal() -> (
    None
):
    early, late = ShiftTimes("A", time(6), time(13)), ShiftTimes("B", time(13), time(22))
    assert owed(early, late)[-1] == (at("2026-03-02T12:00"), at("2026-03-02T13:00"))
    assert owed(late, early)[0] == (at("2026-03-02T14:00"), at("2026-03-02T16:00"))
    most, rest = ShiftTimes("A", time(6), time(12, 30)), ShiftTimes("B", time(12, 30), time(22))
    assert owed(rest, most)[0] == (at("2026-03-02T12:30"), at("2026-03-02T14:00"))
    assert owed(most, rest)[-1] == (at("2026-03-02T10:00"), at("2026-03-02T12:00"))


@given(some.lists(some.integers(0, 47), min_size=1, max_size=4, unique=True))
def test_shifts_around_the_clock_owe_each_window_of_a_day_exactly_once(cuts: list[int]) -> None:
    edges = [time(cut // 2, 30 * (cut % 2)) for cut in sorted(cuts)]
    shifts = [
        ShiftTimes(str(number), start, end)
        for number, (start, end) in enumerate(pairwise([*edges, edges[0]]))
    ]
    rounds = rounds_at(place(checkpoints=["C1"]), BASIS, "normal", at("2026-03-09T00:00"))
    every = spans_between(shifts, ON, ON + timedelta(days=4), SHANGHAI)
    found = sorted(
        visit.opens
        for span in every
        for visit in rounds.visits(span, every)
        if at("2026-03-03T06:00") <= visit.opens < at("2026-03-04T06:00")
    )
    hours = [*range(6, 22, 2), *range(22, 30)]
    assert found == [at("2026-03-03T00:00") + hour * HOUR for hour in hours]


def test_a_posture_that_rose_in_the_shift_is_owed_from_then_on_and_a_stump_of_a_window_is_not() -> None:
    rising = at("2026-03-02T10:40")
    rounds = rounds_at(place(checkpoints=["C1"]), BASIS, "red", on(DAY).end, since=rising)
    visits = rounds.visits(on(DAY), spans(DAY, AFTERNOON, NIGHT))
    assert [(visit.start.hour, visit.start.minute) for visit in visits if visit.start >= rising] == [
        (3, 0),
        (4, 0),
        (5, 0),
    ], "11, 12 and 13 o'clock in the city; the 20 minutes left of the hour are less than half of it"
    assert [visit.opens for visit in visits][:2] == [at("2026-03-02T06:00"), at("2026-03-02T08:00")]


def test_a_checkpoint_is_asked_only_for_windows_it_is_open_for_the_whole_of() -> None:
    points = ["C1", CheckpointSpan("C2", at("2026-03-02T09:00"), at("2026-03-02T13:00"))]
    rounds = rounds_at(place(checkpoints=points), BASIS, "normal", on(DAY).end)
    visits = rounds.visits(on(DAY), spans(DAY))
    assert [visit.opens for visit in visits if visit.checkpoint == "C2"] == [at("2026-03-02T10:00")]


def test_a_scan_meets_the_window_it_falls_in_and_no_other() -> None:
    rounds = rounds_at(place(checkpoints=["C1", "C2"]), BASIS, "normal", on(DAY).end)
    visits = rounds.visits(on(DAY), spans(DAY))
    left = still_owed(visits, [("C1", at("2026-03-02T08:30"))])
    assert len(left) == len(visits) - 1
    assert not [visit for visit in left if visit.checkpoint == "C1" and visit.opens == at("2026-03-02T08:00")]


def test_levels_that_owe_the_same_scans_share_the_lowest_of_them() -> None:
    levels = base_levels(place(checkpoints=["C1"]), BASIS, at("2026-03-02T10:00"))
    assert levels == {
        "normal": "normal", "blue": "normal", "yellow": "normal", "orange": "normal", "red": "red",
    }  # fmt: skip


def test_hours_in_no_shift_are_told() -> None:
    rounds = rounds_at(place(checkpoints=["C1"]), BASIS, "normal", at("2026-03-04T00:00"))
    day = (at("2026-03-02T06:00"), at("2026-03-03T06:00"))
    assert unmanned(rounds, spans(DAY, AFTERNOON), *day) == 8 * HOUR
    assert unmanned(rounds, spans(DAY, AFTERNOON, NIGHT), *day) == timedelta(0)


def test_a_shift_that_ends_no_later_than_it_starts_runs_into_the_next_day() -> None:
    assert on(NIGHT).end - on(NIGHT).start == 8 * HOUR
    assert span_on(ShiftTimes("W", time(8), time(8), days="67"), ON, SHANGHAI) is None, "a Monday"
    assert holder(on(NIGHT).start, on(NIGHT).end, spans(DAY)) is None


@given(some.lists(some.tuples(some.integers(0, 40), some.integers(1, 20)), min_size=1, max_size=8))
def test_a_visit_in_each_span_kept_apart_is_one_in_each_span_asked(drawn: list[tuple[int, int]]) -> None:
    asked = [(start, start + length) for start, length in drawn]
    kept = apart(asked)
    assert all(one[1] <= other[0] for one, other in pairwise(kept))
    for visits in ([start for start, _ in kept], [end - 1 for _, end in kept]):
        assert all(any(start <= visit < end for visit in visits) for start, end in asked)
