"""Pictures drawn as SVG by the server: a year of days by state, and bars made of states."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from anlan.web.templatetags.looks import NO_STATE, STATES, Look

STEP = 15
SIDE = 12
LEFT = 26
TOP = 18


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the picture: its worst state ("" when nothing was owed) and what to say about it."""

    on: date
    state: str
    note: str = ""


def look_of(state: str) -> Look:
    return STATES.get(state, NO_STATE)


def _cell(day: Day, first_monday: date, picture: str) -> SafeString:
    since = (day.on - first_monday).days
    name = day.state if day.state in STATES else "nothing"
    words = f"{day.on.isoformat()} {look_of(day.state).words}" + (f" · {day.note}" if day.note else "")
    x, y = LEFT + since // 7 * STEP, TOP + since % 7 * STEP
    shape = format_html('x="{}" y="{}" width="{}" height="{}" rx="2.5"', x, y, SIDE, SIDE)
    pattern = (
        format_html('<rect {} fill="url(#{}-{})"></rect>', shape, picture, name)
        if name in PATTERNS
        else mark_safe("")
    )
    return format_html(
        '<g class="day"><title>{}</title><rect {} class="fill-{}"></rect>{}</g>', words, shape, name, pattern
    )


PATTERNS = {
    "not-evidenced": '<path d="M0 0L6 6M6 0L0 6" class="ink"></path>',
    "overdue": '<path d="M0 6L6 0M-1 1L1 -1M5 7L7 5" class="ink"></path>',
    "late": '<circle cx="3" cy="3" r="1.2" class="ink-dot"></circle>',
    "due": '<path d="M0 3H6" class="ink"></path>',
    "waived": '<path d="M3 0V6" class="ink"></path>',
    "cut": '<path d="M0 0L6 6M-1 5L1 7M5 -1L7 1" class="ink"></path>',
}
"""A pattern for each state that a printer without colour, or an eye, might mistake for another."""


def patterns(picture: str) -> SafeString:
    """The `defs` that `url(#picture-state)` refers to."""
    return format_html(
        "<defs>{}</defs>",
        format_html_join(
            "",
            '<pattern id="{}-{}" width="6" height="6" patternUnits="userSpaceOnUse">{}</pattern>',
            ((picture, name, mark_safe(inside)) for name, inside in PATTERNS.items()),
        ),
    )


def swatch(state: str) -> SafeString:
    """A small square of a state's colour and pattern, for legends."""
    name = state if state in STATES else "nothing"
    inside = PATTERNS.get(name, "")
    return format_html(
        '<svg class="swatch" width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">'
        '<rect width="12" height="12" rx="2.5" class="fill-{}"></rect>{}</svg>',
        name,
        format_html('<g transform="scale(2)">{}</g>', mark_safe(inside)) if inside else "",
    )


_SHAPES = {
    "not-evidenced": '<rect x="3" y="3" width="16" height="16" rx="2" {0}></rect>'
    '<path d="M7.5 7.5L14.5 14.5M14.5 7.5L7.500 14.5" {1}></path>',
    "overdue": '<path d="M11 2.5L20 18.500H2Z" {0}></path><path d="M11 8.500V13M11 15.9V16" {1}></path>',
    "due": '<path d="M11 2L20 11L11 20L2 11Z" {0}></path>',
    "recorded": '<circle cx="11" cy="11" r="8.5" {0}></circle><path d="M7.5 11.200L10 13.700L14.500 8.500" {1}></path>',
}


def map_mark(state: str) -> SafeString:
    """The mark of a place on the map: its shape says the state as well as its colour."""
    shape = _SHAPES.get(state, _SHAPES["recorded"])
    fill = f'class="fill-{state if state in STATES else "nothing"}"'
    line = 'fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"'
    return format_html(
        '<svg class="swatch" width="16" height="16" viewBox="0 0 22 22" aria-hidden="true">{}</svg>',
        mark_safe(shape.format(fill, line)),
    )


def cluster_mark() -> SafeString:
    """The mark of several places close together: a ring in the colour of their worst state, with its sign."""
    return mark_safe(
        '<svg class="swatch swatch-cluster" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">'
        '<circle cx="12" cy="12" r="10.5" class="fill-not-evidenced"></circle>'
        '<circle cx="12" cy="12" r="8.5" class="fill-surface"></circle>'
        '<path d="M8 8.500H16" class="line-text" stroke-width="2.200" stroke-linecap="round"></path>'
        '<rect x="8.500" y="12" width="7" height="6" rx="1" class="fill-not-evidenced"></rect></svg>'
    )


def year(days: Sequence[Day], picture: str) -> SafeString:
    """The days as a grid of weeks, Monday on top."""
    if not days:
        return mark_safe("")
    first, last = days[0].on, days[-1].on
    monday = first - timedelta(days=first.weekday())
    columns = (last - monday).days // 7 + 1
    width, height = LEFT + columns * STEP, TOP + 7 * STEP
    months = [
        (LEFT + (start - monday).days // 7 * STEP, month_name(start.month)) for start in _months(first, last)
    ]
    names = [(TOP + row * STEP + 10, weekday_name(row)) for row in (0, 2, 4, 6)]
    return format_html(
        '<svg class="year" width="{0}" height="{1}" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        "{3}<g>{4}{5}</g>{6}</svg>",
        width,
        height,
        summary(days),
        patterns(picture),
        format_html_join("", '<text x="{}" y="11">{}</text>', months),
        format_html_join("", '<text x="0" y="{}">{}</text>', names),
        format_html_join("", "{}", ((_cell(day, monday, picture),) for day in days)),
    )


def _months(first: date, last: date) -> Iterable[date]:
    """The first of each month that has room for its name."""
    start = date(first.year, first.month, 1)
    while start <= last:
        if start >= first or first.day < 15:
            yield max(start, first)
        start = date(start.year + start.month // 12, start.month % 12 + 1, 1)


def month_name(month: int) -> str:
    names = gettext("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec").split("|")
    return names[month - 1]


def weekday_name(weekday: int) -> str:
    return gettext("Mon|Tue|Wed|Thu|Fri|Sat|Sun").split("|")[weekday]


def summary(days: Sequence[Day]) -> str:
    """The picture in one sentence."""
    counts = Counter(day.state for day in days if day.state in STATES)
    parts = [f"{STATES[state].words} {counts[state]}" for state in STATES if counts[state]]
    period = f"{days[0].on.isoformat()} – {days[-1].on.isoformat()}"
    return f"{period}: " + (", ".join(parts) if parts else gettext("nothing was owed"))


def by_month(days: Sequence[Day]) -> tuple[tuple[str, ...], list[tuple[str, list[int]]]]:
    """The same picture as a table: the states that occur, and for each month the days in each."""
    states = tuple(state for state in STATES if any(day.state == state for day in days))
    rows: dict[str, Counter[str]] = {}
    for day in days:
        rows.setdefault(f"{day.on:%Y-%m}", Counter())[day.state] += 1
    return states, [(month, [counts[state] for state in states]) for month, counts in rows.items()]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a stacked bar."""

    state: str
    count: int
    start: float
    width: float

    @property
    def words(self) -> str:
        return str(look_of(self.state).words)


def parts_of(counts: Iterable[tuple[str, int]]) -> tuple[Part, ...]:
    """Counts by state as parts of a whole, worst first, in percent of the bar."""
    order = {state: place for place, state in enumerate(STATES)}
    present = sorted(
        (pair for pair in counts if pair[1] > 0), key=lambda pair: order.get(pair[0], len(order))
    )
    total = sum(count for _state, count in present)
    parts = []
    start = 0.0
    for state, count in present:
        width = 100 * count / total
        parts.append(Part(state, count, round(start, 3), round(width, 3)))
        start += width
    return tuple(parts)
