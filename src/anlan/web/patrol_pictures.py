"""Pictures of patrols drawn as SVG by the server: a shift with its legs, and a month of windows hour by hour."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from anlan.engine.patrol_matching import LegState
from anlan.engine.policy import LEVELS, Level
from anlan.web.templatetags.looks import STATES
from anlan.web.templatetags.yearpicture import PATTERNS, patterns

DENSE = 60
"""With more legs than this in one row their marks would hide each other: each hour gets a line of its own."""

HOUR = 20
ROW = 16
LEFT = 86
TOP = 18

_MARKS: Final[dict[LegState, str]] = {
    "walked": '<circle r="5" class="fill-recorded"></circle>'
    '<path d="M-2.500 0L-.8 1.800L2.600 -1.800" class="ink-on"></path>',
    "passed-over": '<rect x="-4.500" y="-4.500" width="9" height="9" rx="2" class="fill-waived"></rect>'
    '<path d="M-2 0H2" class="ink-on"></path>',
    "late": '<path d="M0 -6L6 5H-6Z" class="fill-overdue"></path>'
    '<path d="M0 -2V1.500M0 3.200V3.400" class="ink-on"></path>',
    "next": '<circle r="5" class="ring-due"></circle><circle r="2" class="fill-due"></circle>',
    "later": '<circle r="4" class="ring-nothing"></circle>',
}
"""A mark for each state of a leg: told apart by shape as well as by colour."""


@dataclass(frozen=True, slots=True)
class LegMark:
    """One leg in the picture of a shift."""

    at: datetime
    state: LegState
    words: str


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """One beat in the picture of a shift."""

    name: str
    legs: tuple[LegMark, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A window in the picture of a month, with its state and what to say about it."""

    start: datetime
    end: datetime
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class LevelSpan:
    """A level in force from `start` to `end`."""

    start: datetime
    end: datetime
    level: Level


def leg_mark(state: LegState) -> SafeString:
    """The mark of a leg's state, for legends."""
    return format_html(
        '<svg class="swatch" width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">{}</svg>',
        mark_safe(_MARKS[state]),
    )


def shift_picture(
    rows: Sequence[ShiftRow], start: datetime, end: datetime, now: datetime, *, label: str, zone: ZoneInfo
) -> SafeString:
    """The legs of each beat along the hours of a shift, with a line at this moment."""
    if max((len(row.legs) for row in rows), default=0) > DENSE:
        return _hour_by_hour(rows, start, end, now, label=label, zone=zone)
    span = max((end - start).total_seconds(), 1.0)
    width, step = 900, 34

    def across(at: datetime) -> float:
        return round(LEFT + (width - LEFT - 12) * (at - start).total_seconds() / span, 1)

    marks = (
        (across(leg.at), TOP + number * step + step / 2, leg.words, mark_safe(_MARKS[leg.state]))
        for number, row in enumerate(rows)
        for leg in row.legs
        if start <= leg.at <= end
    )
    height = TOP + len(rows) * step + 6
    line = (
        format_html('<path d="M{0} {1}V{2}" class="now-line"></path>', across(now), TOP - 4, height)
        if start <= now <= end
        else mark_safe("")
    )
    return format_html(
        '<svg class="shift-picture" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        "{3}{4}{5}{6}</svg>",
        width,
        height,
        label,
        _hours(start, end, across, height, zone),
        format_html_join(
            "",
            '<text x="0" y="{}" class="row-name">{}</text><path d="M{} {}H{}" class="grid-line"></path>',
            (
                (TOP + n * step + step / 2 + 4, _short(row.name), LEFT, TOP + n * step + step / 2, width - 8)
                for n, row in enumerate(rows)
            ),
        ),
        line,
        format_html_join("", '<g transform="translate({} {})"><title>{}</title>{}</g>', marks),
    )


def _hour_by_hour(
    rows: Sequence[ShiftRow], start: datetime, end: datetime, now: datetime, *, label: str, zone: ZoneInfo
) -> SafeString:
    """The same with a line for each hour of each beat, along its minutes."""
    width, step, hour = 900, 22, timedelta(hours=1)
    hours = -int((start - end) // hour)
    named = int(len(rows) > 1)
    tall = step * (hours + named) + 6

    def across(minutes: float) -> float:
        return round(LEFT + (width - LEFT - 12) * minutes / 60, 1)

    def where(at: datetime, row: int) -> tuple[float, float]:
        line, rest = divmod(at - start, hour)
        return across(rest / timedelta(minutes=1)), TOP + row * tall + (line + named) * step + step / 2

    lines = [
        (where(start + line * hour, row)[1], f"{(start + line * hour).astimezone(zone):%H:%M}")
        for row in range(len(rows))
        for line in range(hours)
    ]
    names = ((TOP + row * tall + step / 2 + 4, beat.name) for row, beat in enumerate(rows) if named)
    marks = [
        (*where(leg.at, number), leg.words, mark_safe(_MARKS[leg.state]))
        for number, row in enumerate(rows)
        for leg in row.legs
        if start <= leg.at < end
    ]
    present = [where(now, row) for row in range(len(rows))] if start <= now < end else []
    height = TOP + len(rows) * tall
    return format_html(
        '<svg class="shift-picture" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        "{3}{4}{5}{6}{7}</svg>",
        width,
        height,
        label,
        format_html_join("", '<text x="0" y="{}" class="row-name">{}</text>', names),
        format_html_join(
            "",
            '<text x="{}" y="11" text-anchor="middle">:{}</text>',
            ((across(minute), f"{minute:02d}") for minute in range(0, 60, 10)),
        ),
        format_html_join(
            "",
            '<path d="M{2} {0}H{3}" class="grid-line"></path><text x="0" y="{4}" class="row-name">{1}</text>',
            ((y, words, LEFT - 8, width - 8, y + 4) for y, words in lines),
        ),
        format_html_join(
            "", '<path d="M{} {}v18" class="now-line"></path>', ((x, y - 9) for x, y in present)
        ),
        format_html_join("", '<g transform="translate({} {})"><title>{}</title>{}</g>', marks),
    )


def month_picture(
    spans: Iterable[Span],
    levels: Iterable[LevelSpan],
    first: date,
    last: date,
    *,
    label: str,
    zone: ZoneInfo,
) -> SafeString:
    """The windows of a month, a row for each day and a column for each hour; raised levels as a line above them."""
    days = (last - first).days + 1
    width, height = LEFT + 24 * HOUR + 8, TOP + days * ROW + 4
    name = "month"
    hours = ((LEFT + hour * HOUR, f"{hour:02d}") for hour in range(0, 24, 2))
    rows = ((TOP + number * ROW + 11, f"{first + timedelta(days=number):%m-%d}") for number in range(days))
    return format_html(
        '<svg class="month-picture" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        "{3}{4}{5}{6}{7}</svg>",
        width,
        height,
        label,
        patterns(name),
        format_html_join("", '<text x="{}" y="11">{}</text>', hours),
        format_html_join("", '<text x="0" y="{}">{}</text>', rows),
        format_html_join("", "{}", ((_window(span, first, last, zone, name),) for span in spans)),
        format_html_join("", "{}", ((_level(span, first, last, zone),) for span in levels)),
    )


def _window(span: Span, first: date, last: date, zone: ZoneInfo, picture: str) -> SafeString:
    state = span.state if span.state in STATES else "nothing"
    shapes = []
    for x, y, width in _bars(span.start, span.end, first, last, zone):
        shape = format_html(
            'x="{}" y="{}" width="{}" height="{}" rx="2"', x + 0.5, y + 3, max(width - 1, 1), ROW - 5
        )
        shapes.append(format_html('<rect {} class="fill-{}"></rect>', shape, state))
        if state in PATTERNS:
            shapes.append(format_html('<rect {} fill="url(#{}-{})"></rect>', shape, picture, state))
    return format_html("<g><title>{}</title>{}</g>", span.words, mark_safe("".join(shapes)))


def _level(span: LevelSpan, first: date, last: date, zone: ZoneInfo) -> SafeString:
    return format_html_join(
        "",
        '<rect x="{}" y="{}" width="{}" height="2" class="level-{}"></rect>',
        ((x, y, max(width, 1), span.level) for x, y, width in _bars(span.start, span.end, first, last, zone)),
    )


def _bars(
    start: datetime, end: datetime, first: date, last: date, zone: ZoneInfo
) -> Iterable[tuple[float, float, float]]:
    """A span cut at midnights: left, top and width of each part, by the clock on the wall."""
    opens, closes = start.astimezone(zone), end.astimezone(zone)
    on = max(opens.date(), first)
    while on <= min(closes.date(), last):
        left = _hour(opens) if opens.date() == on else 0.0
        right = _hour(closes) if closes.date() == on else 24.0
        if right > left:
            yield (
                round(LEFT + left * HOUR, 2),
                TOP + (on - first).days * ROW,
                round((right - left) * HOUR, 2),
            )
        on += timedelta(days=1)


def _hour(at: datetime) -> float:
    return at.hour + at.minute / 60 + at.second / 3600


def _hours(
    start: datetime, end: datetime, across: Callable[[datetime], float], height: float, zone: ZoneInfo
) -> SafeString:
    local = start.astimezone(zone)
    at = local.replace(minute=0, second=0, microsecond=0)
    found = []
    while at <= end:
        if at >= start:
            found.append((across(at), f"{at:%H:%M}"))
        at += timedelta(hours=1)
    every = 1 if len(found) <= 13 else 2
    return format_html_join(
        "",
        '<path d="M{0} {1}V{2}" class="grid-line"></path><text x="{0}" y="11" text-anchor="middle">{3}</text>',
        ((x, TOP - 2, height, words) for x, words in found[::every]),
    )


def _short(name: str) -> str:
    """As much of a name as fits before the marks; the whole name is in the table beside the picture."""
    room, used = 12, 0
    for number, letter in enumerate(name):
        used += 1 if letter.isascii() else 2
        if used > room:
            return name[:number] + "…"
    return name


def levels_of(spans: Iterable[tuple[datetime, datetime | None, Level]], end: datetime) -> list[LevelSpan]:
    """Raised levels as the picture takes them; one without an end runs to `end`."""
    return [
        LevelSpan(start, closes or end, level) for start, closes, level in spans if LEVELS.index(level) > 0
    ]
