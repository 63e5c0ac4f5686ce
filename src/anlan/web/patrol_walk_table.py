"""Walking times as a spreadsheet gives them: a table of checkpoints by checkpoints, or one line for each pair."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.utils.translation import gettext as _

LEAST, MOST = 5, 7200
"""Seconds that a walking time may be."""

MOST_PROBLEMS: Final = 8
TAKEN_BACK: Final = ("-", "–", "—", "x", "X")
BETWEEN: Final = re.compile(r"[;；,，]")
CLOCK: Final = re.compile(r"^(\d{1,3})[:：](\d{2})$")

Pair = tuple[str, str]


@dataclass(slots=True)
class WalkTable:
    """What was read: seconds by pair of codes in order (None: taken back), and what could not be."""

    times: dict[Pair, int | None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def put(self, one: str, other: str, said: str, where: str) -> None:
        """Take a time down for a pair in either order; of two that differ the longer holds."""
        text = said.strip()
        if not text or one == other:
            return
        seconds = seconds_of(text)
        if seconds is None and text not in TAKEN_BACK:
            words = _("%(where)s: “%(said)s” is no time. Write seconds such as 95, or 1:35; from 5 s to 2 h.")
            self.problems.append(words % {"where": where, "said": text[:20]})
            return
        pair = (one, other) if one < other else (other, one)
        before = self.times.get(pair)
        self.times[pair] = seconds if before is None or seconds is None else max(before, seconds)


def seconds_of(text: str) -> int | None:
    """A time in seconds, written `95` or `1:35`; None for anything else."""
    found = CLOCK.match(text)
    if found and int(found[2]) < 60:
        seconds = int(found[1]) * 60 + int(found[2])
    elif text.isascii() and text.isdigit() and len(text) < 6:
        seconds = int(text)
    else:
        return None
    return seconds if LEAST <= seconds <= MOST else None


def read_walks(text: str, names: Mapping[str, str]) -> WalkTable:
    """Read what was pasted; `names` leads from each code and each name to the code."""
    found = WalkTable()
    rows = [line for line in text.splitlines() if line.strip()]
    lines = [[cell.strip() for cell in _cells(row, tabbed="\t" in text)] for row in rows]
    if not lines:
        found.problems.append(_("Nothing was pasted."))
        return found
    if _is_table(lines[0], names):
        _read_grid(lines, names, found)
    else:
        _read_pairs(lines, names, found)
    if not found.times and not found.problems:
        found.problems.append(_("No time was found in what was pasted."))
    del found.problems[MOST_PROBLEMS:]
    return found


def written_walks(points: Sequence[tuple[str, str]], times: Mapping[Pair, int]) -> str:
    """The table as a spreadsheet takes it: names along both sides, measured times, the rest empty."""
    lines = ["\t".join(["", *(name for _code, name in points)])]
    for row, name in points:
        cells = [times.get((min(row, column), max(row, column)), "") for column, _name in points]
        lines.append("\t".join([name, *map(str, cells)]))
    return "\n".join(lines)


def _cells(row: str, *, tabbed: bool) -> list[str]:
    """The cells of a line; where anything is set apart by tabs, commas belong to names."""
    return row.split("\t") if tabbed else BETWEEN.split(row)


def _is_table(first: Sequence[str], names: Mapping[str, str]) -> bool:
    """Whether the first line is a heading: names of checkpoints from its second cell on and no time."""
    return (len(first) > 2 and not first[0]) or (
        len(first) > 3 and all(cell in names for cell in first[1:] if cell)
    )


def _read_grid(lines: Sequence[Sequence[str]], names: Mapping[str, str], found: WalkTable) -> None:
    heading = [names.get(cell, "") for cell in lines[0]]
    for number, cell in enumerate(lines[0][1:], 1):
        if cell and not heading[number]:
            found.problems.append(_unknown(1, cell))
    for line, cells in enumerate(lines[1:], 2):
        one = names.get(cells[0], "")
        if not one:
            found.problems.append(_unknown(line, cells[0]))
            continue
        for other, said in zip(heading[1:], cells[1:], strict=False):
            if other:
                found.put(one, other, said, _("Line %(line)s") % {"line": line})


def _read_pairs(lines: Sequence[Sequence[str]], names: Mapping[str, str], found: WalkTable) -> None:
    for line, cells in enumerate(lines, 1):
        where = _("Line %(line)s") % {"line": line}
        if len(cells) < 3:
            found.problems.append(_("%(where)s: from, to and time are needed.") % {"where": where})
            continue
        unknown = [cell for cell in cells[:2] if cell not in names]
        if unknown and line == 1 and seconds_of(cells[2]) is None:
            continue
        found.problems += [_unknown(line, cell) for cell in unknown]
        if not unknown:
            found.put(names[cells[0]], names[cells[1]], cells[2], where)


def _unknown(line: int, said: str) -> str:
    return _("Line %(line)s: no checkpoint is called “%(said)s”.") % {"line": line, "said": said[:40]}
