"""One line typed into the log of an incident: who said it to whom, when it happened, or a command behind a slash.

What cannot be understood is never refused: the line stays in the log as it was typed, with the reason beside it.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from anlan.engine.incident_words import UNIT_STATES, EntryKind, UnitState
from anlan.engine.policy import Text

LONGEST_LINE = 2000
"""Characters of one line; a longer text is a file."""

LONGEST_WAIT = 600
"""Minutes within which contact may be expected."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was understood; `problem` says what was not, and then the line is a plain note."""

    text: str
    kind: EntryKind = "note"
    said_by: str = ""
    said_to: str = ""
    happened_at: datetime | None = None
    about: int | None = None
    due_at: datetime | None = None
    unit_state: UnitState | None = None
    level: int | None = None
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a line is read by: the moment, the city's clock, the callsigns in use."""

    at: datetime
    zone: tzinfo
    callsigns: Collection[str] = ()

    def callsign(self, typed: str) -> str | None:
        """A callsign as it is written in the incident, whatever its width and case here."""
        plain = _plain(typed)
        return next((one for one in self.callsigns if _plain(one) == plain), None)


def read_line(typed: str, setting: Setting) -> Line:
    """Read one line; never raises."""
    typed = " ".join(typed.split())[:LONGEST_LINE]
    plain = Line(text=typed)
    if not typed.startswith(("/", "／")):
        return _spoken(plain, setting)
    word, _, rest = typed[1:].partition(" ")
    reader = _COMMANDS.get(_plain(word))
    if reader is None:
        known = ", ".join(f"/{name}" for name in SHOWN)
        problem = Text(f"没有命令“/{word}”。可用：{known}。", f"There is no command /{word}. Known: {known}.")
        return replace(plain, problem=problem)
    read = reader(rest.strip(), setting)
    return replace(plain, problem=read) if isinstance(read, Text) else read


def _spoken(line: Line, setting: Setting) -> Line:
    """Take `A1>C2: words` or `A1: words` apart, where A1 and C2 are callsigns of the incident."""
    found = re.match(r"(\S{1,24}?)\s*(?:[>＞→]\s*(\S{1,24}?)\s*)?[:：]\s*(\S.*)", line.text)
    if found is None:
        return line
    one, other, words = found.groups()
    said_by = setting.callsign(one)
    said_to = setting.callsign(other) if other else ""
    if said_by is None or said_to is None:
        return line
    return replace(line, text=words, said_by=said_by, said_to=said_to)


def _at(rest: str, setting: Setting) -> Line | Text:
    found = re.fullmatch(r"(\d{1,2})[:：](\d{2})(?:[:：](\d{2}))?\s+(\S.*)", rest)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        return Text("写法：/at 14:05 发生了什么", "Write: /at 14:05 what happened")
    local = setting.at.astimezone(setting.zone)
    then = local.replace(hour=int(found[1]), minute=int(found[2]), second=int(found[3] or 0), microsecond=0)
    if then > local:
        then -= timedelta(days=1)
    return replace(_spoken(Line(text=found[4]), setting), happened_at=then)


def _contact(rest: str, setting: Setting) -> Line | Text:
    callsign, _, minutes = rest.rpartition(" ")
    known = setting.callsign(callsign.strip())
    if (
        known is None
        or not minutes.isascii()
        or not minutes.isdigit()
        or not 0 < int(minutes) <= LONGEST_WAIT
    ):
        return _asks_for(setting, "/contact {one} 15", "（分钟）", "(minutes)")
    return Line(text="", kind="contact", said_by=known, due_at=setting.at + timedelta(minutes=int(minutes)))


def _todo(rest: str, setting: Setting) -> Line | Text:
    if not rest:
        return Text("写法：/todo 要做的事", "Write: /todo what is to be done")
    return replace(_spoken(Line(text=rest), setting), kind="todo")


def _done(rest: str, _setting: Setting) -> Line | Text:
    number, words = _numbered(rest)
    if number is None:
        return Text("写法：/done 12（条目编号）", "Write: /done 12 (number of the entry)")
    return Line(text=words, kind="done", about=number)


def _strike(rest: str, _setting: Setting) -> Line | Text:
    number, words = _numbered(rest)
    if number is None or not words:
        return Text("写法：/strike 12 原因", "Write: /strike 12 why")
    return Line(text=words, kind="strike", about=number)


def _unit(rest: str, setting: Setting) -> Line | Text:
    callsign, _, typed = rest.rpartition(" ")
    known, state = setting.callsign(callsign.strip()), _STATES.get(_plain(typed))
    if known is None or state is None:
        return _asks_for(
            setting, "/unit {one} on-scene", "（在位/已派/途中/到场/撤回）", f"({', '.join(UNIT_STATES)})"
        )
    return Line(text="", kind="unit", said_by=known, unit_state=state)


def _level(rest: str, _setting: Setting) -> Line | Text:
    number, words = _numbered(rest)
    if number is None or number not in (1, 2, 3, 4) or not words:
        return Text("写法：/level 2 原因（1 为最高）", "Write: /level 2 why (1 is the highest)")
    return Line(text=words, kind="level", level=number)


def _numbered(rest: str) -> tuple[int | None, str]:
    found = re.fullmatch(r"[#＃]?(\d{1,6})(?:\s+(\S.*))?", rest, re.ASCII)
    return (int(found[1]), found[2] or "") if found else (None, "")


def _asks_for(setting: Setting, form: str, zh: str, en: str) -> Text:
    """How a command with a callsign is written, with the callsigns there are."""
    one = next(iter(sorted(setting.callsigns)), "A1")
    known = "、".join(sorted(setting.callsigns)) or "—"
    return Text(
        f"写法：{form.format(one=one)}{zh}。现有呼号：{known}。",
        f"Write: {form.format(one=one)} {en}. Callsigns: {known}.",
    )


def _plain(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


SHOWN = ("at", "contact", "todo", "done", "strike", "unit", "level")
"""The commands as help shows them."""

_COMMANDS: dict[str, Callable[[str, Setting], Line | Text]] = {
    **dict.fromkeys(("at", "时间"), _at),
    **dict.fromkeys(("contact", "联络"), _contact),
    **dict.fromkeys(("todo", "待办"), _todo),
    **dict.fromkeys(("done", "办结"), _done),
    **dict.fromkeys(("strike", "划掉"), _strike),
    **dict.fromkeys(("unit", "力量"), _unit),
    **dict.fromkeys(("level", "级别"), _level),
}
_STATES: dict[str, UnitState] = {
    **{state: state for state in UNIT_STATES},
    "在位": "available",
    "已派": "assigned",
    "途中": "en-route",
    "到场": "on-scene",
    "撤回": "released",
}
