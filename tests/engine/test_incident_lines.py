"""Lines typed into the log: what is understood, and that nothing typed is ever lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engine.incident_lines import LONGEST_LINE, Line, Setting, read_line
from anlan.engine.incident_words import UNIT_STATES, may_move

AT = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)  # 14:30 in Shanghai
SETTING = Setting(AT, ZoneInfo("Asia/Shanghai"), ("救护1", "A1", "指挥"))


def test_a_plain_line_is_a_note_as_it_was_typed() -> None:
    assert read_line("东门已封闭", SETTING) == Line(text="东门已封闭")


@pytest.mark.parametrize("typed", ["a1>指挥: 两人受伤", "Ａ1 ＞ 指挥：两人受伤"])
def test_a_line_between_two_callsigns_says_who_spoke_to_whom(typed: str) -> None:
    assert read_line(typed, SETTING) == Line(text="两人受伤", said_by="A1", said_to="指挥")


def test_a_time_or_an_address_before_a_colon_is_no_callsign() -> None:
    assert read_line("14:05 爆炸声", SETTING) == Line(text="14:05 爆炸声")
    assert read_line("出口B：拥堵", SETTING) == Line(text="出口B：拥堵")


def test_what_happened_earlier_gets_its_own_time() -> None:
    line = read_line("/at 14:05 A1: 到达东门", SETTING)
    assert (line.happened_at, line.said_by, line.text) == (AT - timedelta(minutes=25), "A1", "到达东门")


def test_a_time_still_to_come_was_yesterday() -> None:
    assert read_line("/时间 23:50 报警", SETTING).happened_at == datetime(2026, 3, 1, 15, 50, tzinfo=UTC)


def test_contact_is_expected_within_the_minutes_typed() -> None:
    line = read_line("/contact 救护1 15", SETTING)
    assert (line.kind, line.said_by, line.due_at) == ("contact", "救护1", AT + timedelta(minutes=15))


def test_states_of_units_are_typed_in_both_languages() -> None:
    assert read_line("/力量 A1 到场", SETTING).unit_state == "on-scene"
    assert read_line("/unit a1 En-Route", SETTING).unit_state == "en-route"


def test_entries_are_settled_and_struck_by_their_number() -> None:
    assert (read_line("/done #12", SETTING).about, read_line("/划掉 12 记错", SETTING).text) == (12, "记错")


@pytest.mark.parametrize(
    "typed",
    ["/at 25:00 x", "/at", "/contact B9 15", "/contact A1 0", "/todo", "/done x", "/strike 12", "/unit A1 到",
     "/level 5 x", "/???"],
)  # fmt: skip
def test_a_command_that_is_not_understood_stays_as_typed_and_says_how_to_write_it(typed: str) -> None:
    line = read_line(typed, SETTING)
    assert (line.kind, line.text) == ("note", typed)
    assert line.problem is not None
    assert line.problem.zh
    assert line.problem.en


@given(st.text(max_size=300))
def test_no_line_is_lost(typed: str) -> None:
    line = read_line(typed, SETTING)
    assert line.kind != "note" or line.said_by or line.happened_at or line.text == " ".join(typed.split())


def test_a_line_is_cut_only_far_beyond_what_is_typed() -> None:
    assert len(read_line("长" * 5000, SETTING).text) == LONGEST_LINE


def test_a_released_unit_has_to_be_called_again_before_it_is_sent() -> None:
    assert {new for new in UNIT_STATES if may_move("released", new)} == {"available"}
    assert not any(may_move(state, state) for state in UNIT_STATES)
