"""What can be wrong with a CAP message, in both languages, and how to mend it.

Two grades: what is refused, and remarks on what is accepted. Codes are promised; names that other validators of CAP
use for the same thing are kept.
"""

from dataclasses import dataclass, replace

from lxml import etree

from anlan.engine.policy import Text
from anlan.links.cap.problem_words import WORDS

Element = etree._Element  # noqa: SLF001 - lxml has no other name for the type of its elements


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (an XPath of local names, and a line), what, and how to mend it."""

    code: str
    path: str
    message: Text
    mend: Text
    line: int | None = None
    is_remark: bool = False


def refusal(code: str, path: str, line: int | None = None, **details: object) -> Problem:
    """A reason to refuse the message."""
    message, mend = (
        Text(zh.format(**details), en.format(**details)) for zh, en in (WORDS[code][:2], WORDS[code][2:])
    )
    return Problem(code, path, message, mend, line)


def remark(code: str, path: str, **details: object) -> Problem:
    """Something to know about a message that is accepted."""
    return replace(refusal(code, path, None, **details), is_remark=True)


def located(problems: list[Problem], root: Element) -> tuple[Problem, ...]:
    """The problems with their lines, as they follow one another in the document."""
    with_lines = [
        problem if problem.line else replace(problem, line=_line(problem.path, root)) for problem in problems
    ]
    return tuple(sorted(with_lines, key=lambda problem: problem.line or 0))


def path_of(node: Element) -> str:
    """Where an element stands, by local names counted among their like: `/alert[1]/info[2]/area[1]`."""
    steps = []
    here: Element | None = node
    while here is not None:
        tag = here.tag
        before = sum(1 for _ in here.itersiblings(tag, preceding=True))
        steps.append(f"{etree.QName(tag).localname}[{before + 1}]")
        here = here.getparent()
    return "/" + "/".join(reversed(steps))


def line_of(node: Element) -> int | None:
    """The line on which an element begins."""
    line: object = node.sourceline
    return line if isinstance(line, int) else None


def _line(path: str, root: Element) -> int | None:
    """The line of the element, or of the nearest one around it that exists."""
    node = root
    for step in path.split("/")[2:]:
        name, _, number = step.rstrip("]").partition("[")
        like = list(node.iterchildren("{*}" + name))
        if len(like) < int(number):
            break
        node = like[int(number) - 1]
    return line_of(node)
