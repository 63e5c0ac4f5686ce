"""Problems found in a scheme's files, gathered instead of raised, each with its place and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Protocol

from anlan.engine.policy import Problem, Text

_AT_MOST = 1000
_SHOWN = 12
_LONGEST = 200
"""No word is compared with others beyond this length."""


class Placed(Protocol):
    """Anything that stands at a line of a file."""

    @property
    def file(self) -> str: ...

    @property
    def line(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Spot:
    file: str
    line: int = 1


@dataclass(slots=True)
class Report:
    """Collects problems; `rule` is the id of the rule, figure or case that is being read.

    `broken` says that something could not be read at all, so that no scheme can be made of the rest.
    """

    rule: str = ""
    broken: bool = False
    _problems: dict[Problem, None] = field(default_factory=dict)

    def add(self, at: Placed, message: Text, mend: Text) -> None:
        """A problem that leaves something unread."""
        self.broken = True
        self.remark(at, message, mend)

    def remark(self, at: Placed, message: Text, mend: Text) -> None:
        """A problem that has to be mended, though what is meant is clear."""
        if len(self._problems) < _AT_MOST:
            problem = Problem(at.file, at.line, self.rule, message, mend)
            self._problems[problem] = None

    def extend(self, problems: Iterable[Problem]) -> None:
        """Takes over problems that were found elsewhere and leave something unread."""
        for problem in problems:
            self.broken = True
            self._problems.setdefault(problem)

    @property
    def count(self) -> int:
        return len(self._problems)

    def problems(self) -> tuple[Problem, ...]:
        """All problems once, ordered by file and line."""
        return tuple(sorted(self._problems, key=lambda p: (p.file, p.line, p.rule)))


def did_you_mean(word: str, known: Iterable[str]) -> Text:
    """The nearest known word as advice, or the list of what is known."""
    names = sorted({name for name in known if name})
    near = get_close_matches(word[:_LONGEST], names, n=2, cutoff=0.6)
    if not near:
        folded = {name.replace("_", "-").lower(): name for name in names}
        alike = folded.get(word.replace("_", "-").lower())
        near = [alike] if alike else []
    if near:
        return Text(
            zh=f"是否应为 {' 或 '.join(f'“{name}”' for name in near)}？",
            en=f"Did you mean {' or '.join(f'“{name}”' for name in near)}?",
        )
    if not names:
        return Text(zh="请先声明，再使用。", en="Declare it first, then use it.")
    listed, more = names[:_SHOWN], len(names) - _SHOWN
    zh_more, en_more = (f"等 {len(names)} 项", f" and {more} more") if more > 0 else ("", "")
    return Text(zh=f"可用：{'、'.join(listed)}{zh_more}。", en=f"Known: {', '.join(listed)}{en_more}.")
