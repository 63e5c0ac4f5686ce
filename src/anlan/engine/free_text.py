"""Numbers in free text that lead to a person: found, so that a page warns of them, and masked before text is stored.

The patterns are read by JavaScript too (static/anlan/js/freetext.js), so that a page warns while somebody types: they
keep to what both languages understand, and are matched without regard to case. A test holds both against each other.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

MASK: Final = "████"

Kind = Literal["identity-number", "bank-number", "telephone", "plate", "e-mail"]

_START = r"(?<![0-9a-z_])(?<![a-z][-_])(?<!\d\.)"
"""Not inside a word, a code such as P-138…, or behind a decimal point."""

_END = r"(?![0-9a-z_])(?!\.\d)"
_AMOUNT = r"(?! ?(?:元|万|亿|人民币|美元|米|公里|千克|公斤|吨|人次|yuan|rmb|cny|usd|kg|km|m\b))"
_CALLED = r"(?:(?:tel|telephone|phone|mobile|mob|call|ph|fax|whatsapp|wechat)[.:：]?[ -]?)?"
_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_NO_DECIMAL = r"(?!\d{1,3}\.\d+(?![\d.]))"
_CITY = r"(?:10|2\d|[3-9]\d{2})"
_AREA = rf"0{_CITY}"
_REGION = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"
_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"

PATTERNS: Final[tuple[tuple[Kind, str, str], ...]] = (
    (
        "identity-number",
        rf"{_START}{_REGION}[ -]?(?:18|19|20)\d{{2}}{_DAY}[ -]?\d{{3}}[\dx]{_END}",
        "gb11643",
    ),
    ("identity-number", rf"{_START}{_REGION}\d{{2}}{_DAY}\d{{3}}{_END}{_AMOUNT}", ""),
    ("bank-number", rf"{_START}[3-6]\d{{3}}(?:[ -]?\d{{4}}){{3}}(?:[ -]?\d{{1,3}})?{_END}{_AMOUNT}", "luhn"),
    (
        "telephone",
        (
            r"(?:电话|手机|座机|联系方式|致电|拨打|\btel|\btelephone|\bphone|\bmobile|\bfax)"
            rf"(?:号码|号)?[是为：:. ]{{0,3}}\d(?:[ -]?\d){{6,12}}{_END}{_AMOUNT}"
        ),
        "",
    ),
    (
        "telephone",
        rf"{_START}{_CALLED}(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}{_END}{_AMOUNT}",
        "",
    ),
    (
        "telephone",
        (
            rf"{_START}{_CALLED}(?:[(（]{_AREA}[)）]|{_AREA})[ -]?[2-9]\d{{2,3}}[ -]?\d{{4}}"
            rf"(?:(?:-|转| ?ext\.? ?)\d{{1,5}})?{_END}{_AMOUNT}"
        ),
        "",
    ),
    (
        "telephone",
        rf"{_START}{_CALLED}(?:\+|00)86[ -]?(?:[(（]{_AREA}[)）]|0?{_CITY})[ -]?\d{{3,4}}[ -]?\d{{4}}{_END}",
        "",
    ),
    (
        "telephone",
        rf"(?<![0-9a-z+])\+{_NO_DECIMAL}[1-9]\d{{0,2}}(?:[ .-]?\(?\d\)?){{6,12}}(?!\d)(?!\.\d){_AMOUNT}",
        "",
    ),
    ("telephone", rf"{_START}00[1-9]\d{{0,2}}[ -](?:\d[ -]?){{6,11}}\d{_END}", ""),
    (
        "plate",
        (
            rf"(?:[{_PROVINCES}][a-hj-np-z][ ·•.-]?(?:[a-hj-np-z0-9]{{4}}[a-hj-np-z0-9挂学警港澳]"
            r"|[a-hj-np-z]{1,2}\d{4,5}|\d{5}[a-hj-np-z])|[使领]\d{3}[ ·•.-]?\d{3})(?![a-z0-9])"
        ),
        "plate",
    ),
    ("e-mail", r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+", ""),
)
"""Kind, pattern, and the check that the digits must pass ("" for none). Identity numbers come first: they win."""

_WIDE_LETTERS = "＋－＠" + "".join(
    chr(code) for first, last in ("０９", "ＡＺ", "ａｚ") for code in range(ord(first), ord(last) + 1)
)
_WIDE = {ord(letter): ord(letter) - 0xFEE0 for letter in _WIDE_LETTERS} | {0x3000: 0x20}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that leads to a person, from `start` (in) to `end` (out)."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Masked:
    """A text as it may be stored, and how many passages of each kind were masked."""

    text: str
    counts: Mapping[Kind, int]


def passages(text: str) -> tuple[Passage, ...]:
    """The parts of a text that lead to a person, in order, none over another.

    Digits and letters of full width count as what they are.
    """
    plain = text.translate(_WIDE).translate(_DASHES)
    found: list[Passage] = []
    for kind, pattern, check in _COMPILED:
        for match in pattern.finditer(plain):
            start, end = match.span()
            free = all(end <= one.start or start >= one.end for one in found)
            if free and _CHECKS[check](match[0]):
                found.append(Passage(kind, start, end))
    return tuple(sorted(found, key=lambda passage: passage.start))


def masked(text: str) -> Masked:
    """A text with every such part masked; masking a masked text changes nothing."""
    parts: list[str] = []
    counts: dict[Kind, int] = {}
    last = 0
    for passage in passages(text):
        parts += [text[last : passage.start], MASK]
        counts[passage.kind] = counts.get(passage.kind, 0) + 1
        last = passage.end
    return Masked("".join(parts) + text[last:], counts)


def passes_gb11643(text: str) -> bool:
    """Whether the last place is the check of the 17 before it (GB 11643-1999, ISO 7064 MOD 11-2)."""
    kept = re.sub(r"[ -]", "", text).upper()
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, kept[:17], strict=True))
    return kept[17] == "10X98765432"[total % 11]


def passes_luhn(text: str) -> bool:
    """Whether the digits pass the check of Luhn (ISO/IEC 7812-1, annex B)."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    total = sum(
        digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(digits[::-1])
    )
    return total % 10 == 0


def _is_plate(text: str) -> bool:
    """A number plate has three digits at least; without them it is a word."""
    return sum(letter.isdigit() for letter in text) >= 3


_CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "": lambda _text: True,
    "gb11643": passes_gb11643,
    "luhn": passes_luhn,
    "plate": _is_plate,
}
_COMPILED: Final = tuple(
    (kind, re.compile(pattern, re.IGNORECASE | re.ASCII), check) for kind, pattern, check in PATTERNS
)
