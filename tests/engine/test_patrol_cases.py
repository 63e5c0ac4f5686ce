"""Marked scans as cases for a person: a burst once, anything else by itself."""

from datetime import timedelta

from tests.patrol_builders import clock

from anlan.engine.patrol_cases import Marked, cases

BEGAN = clock("14:00")


def marked(name: str, seconds: float, *, walk: str = "w", burst: bool = True) -> Marked:
    return Marked(name, walk, BEGAN + timedelta(seconds=seconds), burst)


def test_the_scans_of_a_burst_are_one_case_however_they_are_given() -> None:
    rows = [marked("c", 50), marked("a", 0), marked("d", 75), marked("b", 20)]
    assert cases(rows) == [("a", "b", "c", "d")]


def test_a_second_burst_and_one_of_another_walk_are_cases_of_their_own() -> None:
    rows = [marked("a", 0), marked("b", 60), marked("c", 121), marked("x", 30, walk="v")]
    assert cases(rows) == [("c",), ("a", "b"), ("x",)], "the latest first; 61 s apart is no burst"


def test_other_marks_are_looked_at_one_by_one() -> None:
    rows = [marked("a", 0), marked("b", 10, burst=False), marked("c", 20)]
    assert sorted(cases(rows)) == [("a", "c"), ("b",)]
