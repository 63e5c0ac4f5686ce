"""Codes at checkpoints: read from any camera, typed with gloves, and turning."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.engine import patrol_codes as codes

TOKEN = "b7Qm2xV9-kLp0_sTzA4e"
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SECRET = b"a secret of this installation"


@pytest.mark.parametrize(
    "content",
    [
        f"https://anlan.example/c/{TOKEN}/",
        f"http://127.0.0.1:8000/c/{TOKEN}",
        f"  https://anlan.example/c/{TOKEN}/\n",
    ],
)
def test_the_address_in_a_code_gives_its_token(content):
    assert codes.read_scanned(content) == codes.Scanned(TOKEN)


@pytest.mark.parametrize(
    "content",
    ["", "hello", "https://anlan.example/places/A1/", "https://anlan.example/c/short/", "WIFI:S:x;;"],
)
def test_what_is_no_code_of_a_checkpoint_is_not_taken_for_one(content):
    assert codes.read_scanned(content) is None


@given(st.binary(min_size=5, max_size=5))
def test_a_typed_code_is_read_however_it_is_written(random):
    code = codes.typed_code(random)
    shown = codes.shown_typed(code)
    full_width = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    assert [codes.read_typed(text) for text in (code, shown.lower(), f" {shown} ", full_width)] == [code] * 4
    assert codes.read_typed(code.replace("0", "o").replace("1", "l")) == code


@given(st.binary(min_size=5, max_size=5), st.integers(0, 7), st.sampled_from(codes.LETTERS))
def test_one_wrong_letter_is_always_found(random, position, letter):
    code = codes.typed_code(random)
    wrong = code[:position] + letter + code[position + 1 :]
    assert codes.read_typed(wrong) == (code if wrong == code else None)


@given(st.binary(min_size=5, max_size=5), st.integers(0, 6))
def test_two_neighbours_swapped_are_found_but_for_the_first_and_last_letter_of_the_alphabet(random, position):
    code = codes.typed_code(random)
    one, other = code[position], code[position + 1]
    swapped = code[:position] + other + one + code[position + 2 :]
    if one != other and {one, other} != {"0", "Z"}:
        assert codes.read_typed(swapped) is None


def test_a_turning_code_holds_for_its_own_turn_and_its_neighbours_only():
    step = codes.turn_of(AT)
    seen = codes.Scanned(TOKEN, step, codes.turn_mark(SECRET, TOKEN, step))
    turn = timedelta(seconds=codes.TURN_SECONDS)
    assert [codes.turn_holds(SECRET, seen, AT + turn * late) for late in (-2, -1, 0, 1, 2)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_turning_code_of_another_checkpoint_or_another_installation_does_not_hold():
    step = codes.turn_of(AT)
    mark = codes.turn_mark(SECRET, TOKEN, step)
    assert not codes.turn_holds(SECRET, codes.Scanned("another-checkpoints-1", step, mark), AT)
    assert not codes.turn_holds(b"another secret", codes.Scanned(TOKEN, step, mark), AT)
    assert not codes.turn_holds(SECRET, codes.Scanned(TOKEN), AT)


def test_the_turn_and_mark_are_read_from_the_address():
    step = codes.turn_of(AT)
    mark = codes.turn_mark(SECRET, TOKEN, step)
    address = f"https://anlan.example/c/{TOKEN}/?t={step}.{mark}"
    assert codes.read_scanned(address) == codes.Scanned(TOKEN, step, mark)
