"""The shapes of `anlan cap check`, `anlan cap take` and `anlan cap roundtrip`."""

from typing import Any, Literal

from anlan.management.shapes import BothLanguages, Shape


class CapProblemShape(Shape):
    """A reason to refuse a message, or a remark: what, where (by local names), how to mend it."""

    code: str
    xpath: str
    line: int | None
    message: BothLanguages
    mend: BothLanguages


class CheckedMessage(Shape):
    """`problems` are reasons to refuse, `remarks` are not; `trusted` is by the certificates given."""

    file: str
    valid: bool
    problems: list[CapProblemShape]
    remarks: list[CapProblemShape]
    signature: Literal["none", "valid", "invalid", "unsupported"]
    trusted: bool
    signers: list[str]


class TakenMessageShape(Shape):
    """What became of a message; not `is_new` if the same bytes had come before."""

    file: str
    outcome: Literal["accepted", "refused"]
    is_new: bool
    problems: list[CapProblemShape]
    remarks: list[CapProblemShape]
    signature: Literal["none", "valid", "invalid", "unsupported"]
    trusted: bool
    signal: str | None


class DifferenceShape(Shape):
    xpath: str
    before: str | None
    after: str | None


class RoundtripOutput(Shape):
    """What `anlan cap roundtrip` writes."""

    same: bool
    differences: list[DifferenceShape]


CAP_SHAPES: dict[str, tuple[Any, Any]] = {
    "cap check": (None, list[CheckedMessage]),
    "cap take": (None, list[TakenMessageShape]),
    "cap roundtrip": (None, RoundtripOutput),
}
