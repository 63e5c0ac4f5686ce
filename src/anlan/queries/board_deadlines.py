"""The duties whose deadline comes soon, soonest first, page by page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from anlan.engine.access import Reach
from anlan.engine.policy import Text
from anlan.engine.states import STATES, State
from anlan.models import Place
from anlan.queries.board import Board, board
from anlan.queries.board_scope import places_within

PAGE = 50


@dataclass(frozen=True, slots=True)
class Falling:
    """A duty whose deadline comes soon; `state` is recorded where a standing proof runs out."""

    place: str
    name_zh: str
    name_en: str
    scheme: str
    rule: str
    title: Text
    due: datetime
    state: State


@dataclass(frozen=True, slots=True)
class FallingPage:
    """One page of them, the cursor of the next, and how many there are in all."""

    rows: tuple[Falling, ...]
    next: str
    total: int


def falling_page(
    at: datetime, reach: Reach, *, hours: int, district: str = "", scheme: str = "", after: str = ""
) -> FallingPage:
    """A page of 50 deadlines within the next hours; a fixed number of reads."""
    city = board(at)
    mine = places_within(city.loaded, at, reach, district)
    soon = falling_among(city, mine[city.compiled.place] & city.of(scheme), at, hours)
    start = _position(city, soon, after)
    shown = soon[start : start + PAGE]
    following = _cursor(city, int(shown[-1])) if start + PAGE < len(soon) else ""
    return FallingPage(named(city, shown), following, len(soon))


def falling_among(city: Board, chosen: NDArray[np.bool_], at: datetime, hours: int) -> NDArray[np.int32]:
    """The numbers of those of the chosen duties whose deadline comes within the hours, soonest first."""
    soon = city.states.falling_due(city.compiled, at + timedelta(hours=hours))
    return soon[chosen[soon]]


def named(city: Board, duties: NDArray[np.int32]) -> tuple[Falling, ...]:
    """Duties in words and times; one read."""
    codes = [city.loaded.register.codes[int(city.compiled.place[duty])] for duty in duties]
    names = {
        code: (zh, en)
        for code, zh, en in Place.objects.filter(code__in=set(codes)).values_list(
            "code", "name_zh", "name_en"
        )
    }
    found = []
    for code, duty in zip(codes, duties, strict=True):
        rule = int(city.compiled.rule[duty])
        due = city.end_of(int(duty))
        if due is not None:
            scheme, rule_id = city.compiled.rules[rule]
            title = city.compiled.scheme_rules[rule].title
            state = STATES[int(city.states.state[duty])]
            found.append(Falling(code, *names.get(code, (code, "")), scheme, rule_id, title, due, state))
    return tuple(found)


def _cursor(city: Board, duty: int) -> str:
    """What names a duty in an address: its deadline, then what tells it from others with the same."""
    rule = "/".join(city.compiled.rules[int(city.compiled.rule[duty])])
    return f"{int(city.states.end[duty])} {rule} {city.loaded.register.codes[int(city.compiled.place[duty])]}"


def _position(city: Board, soon: NDArray[np.int32], after: str) -> int:
    """Where the page after this duty begins; where the duty is done by now, at the first with its deadline."""
    end, _space, _rest = after.partition(" ")
    if not (end.isascii() and end.isdigit() and len(end) < 18):
        return 0
    first = int(np.searchsorted(city.states.end[soon], int(end), side="left"))
    last = int(np.searchsorted(city.states.end[soon], int(end), side="right"))
    same = (number for number in range(first, last) if _cursor(city, int(soon[number])) == after)
    return next(same, first - 1) + 1
