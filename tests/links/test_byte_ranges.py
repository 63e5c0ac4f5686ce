"""HTTP byte ranges, by the examples of RFC 9110 section 14.1.2 for a file of 10,000 bytes."""

from pathlib import Path

import pytest

from anlan.links.byte_ranges import ByteRange, Unsatisfiable, byte_range, read_range


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [
        ("bytes=0-499", 0, 500),
        ("bytes=500-999", 500, 1000),
        ("bytes=-500", 9500, 10000),
        ("bytes=9500-", 9500, 10000),
        ("bytes=0-0", 0, 1),
        ("bytes=-1", 9999, 10000),
        ("bytes=9000-20000", 9000, 10000),
        ("bytes=-20000", 0, 10000),
    ],
)
def test_a_single_range_is_answered(header: str, start: int, stop: int) -> None:
    assert byte_range(header, 10_000) == ByteRange(start, stop, 10_000)


@pytest.mark.parametrize(
    "header", [None, "", "bytes=-", "bytes=5-2", "bytes=0-1,5-6", "lines=0-5", "bytes=a-b", "bytes=٣-٤"]
)
def test_anything_else_is_answered_with_the_whole_file(header: str | None) -> None:
    assert byte_range(header, 10_000) is None


@pytest.mark.parametrize("header", ["bytes=10000-", "bytes=10000-10001", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    answer = byte_range(header, 10_000)

    assert answer == Unsatisfiable(10_000)
    assert answer.content_range == "bytes */10000"


def test_the_bytes_and_their_header_agree(tmp_path: Path) -> None:
    file = tmp_path / "digits"
    file.write_bytes(b"0123456789")
    wanted = byte_range("bytes=2-4", 10)

    assert isinstance(wanted, ByteRange)
    assert read_range(file, wanted) == b"234"
    assert wanted.content_range == "bytes 2-4/10"
