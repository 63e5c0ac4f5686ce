"""Whether a message written anew says the same as the one that came in: element by element, value by value.

Times and numbers are compared as values, so +41.0 is 41 and -00:00 is +00:00; words exactly. Signatures, comments and
the attributes of foreign schemas are not part of an alert; they stay with the original bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from anlan.engine.policy import Text
from anlan.links.cap.alert import NAMESPACE
from anlan.links.cap.document import opened
from anlan.links.cap.message import Received, receive
from anlan.links.cap.problems import Element, Problem
from anlan.links.cap.reading import circle_of, points_of, references_of
from anlan.links.cap.writing import written

_TIMES = {"sent", "effective", "onset", "expires"}
_NUMBERS = {"altitude", "ceiling", "size"}


@dataclass(frozen=True, slots=True)
class Difference:
    """An element that is not the same before and after; none where there is no such element."""

    path: str
    before: str | None
    after: str | None

    @property
    def words(self) -> Text:
        """The difference in a sentence."""
        if self.before is None:
            return Text(f"{self.path} 多出“{self.after}”", f"{self.path} was added: '{self.after}'")
        if self.after is None:
            return Text(f"{self.path} 丢失“{self.before}”", f"{self.path} was lost: '{self.before}'")
        return Text(
            f"{self.path} 由“{self.before}”变为“{self.after}”",
            f"{self.path} was '{self.before}' and became '{self.after}'",
        )


def round_trip(received: Received) -> tuple[Difference, ...]:
    """Write what was read, read it again, and compare with the original and with the values."""
    rewritten = written(received.alert)
    again = receive(rewritten)
    if not isinstance(again, Received):
        return (Difference("/alert[1]", "accepted", "; ".join(reason.code for reason in again.reasons)),)
    found = tuple(differences(received.original, rewritten))
    # References and circles are kept as values; the tree alone would not show that one was dropped.
    if again.alert != received.alert and not found:
        return (Difference("/alert[1]", repr(received.alert), repr(again.alert)),)
    return found


def differences(first: bytes, second: bytes) -> Iterator[Difference]:
    """What two messages say differently."""
    before, after = _leaves(first), _leaves(second)
    for path in sorted(before.keys() | after.keys()):
        one, other = before.get(path), after.get(path)
        if one is None or other is None or _value(path, one) != _value(path, other):
            yield Difference(path, one, other)


def _leaves(data: bytes) -> dict[str, str]:
    """Every element of the alert that holds no others, by its place among all its siblings."""
    document = opened(data)
    if isinstance(document, Problem):
        raise ValueError(document.message.en)
    found: dict[str, str] = {}
    _collect(document.root, "/alert[1]", found)
    return found


def _collect(node: Element, path: str, found: dict[str, str]) -> None:
    counts: dict[str, int] = {}
    for child in node:
        tag = etree.QName(child.tag)
        if tag.namespace != NAMESPACE:
            continue
        counts[tag.localname] = counts.get(tag.localname, 0) + 1
        where = f"{path}/{tag.localname}[{counts[tag.localname]}]"
        if len(child):
            _collect(child, where, found)
        else:
            found[where] = child.text or ""


def _value(path: str, text: str) -> object:
    name = path.rpartition("/")[2].partition("[")[0]
    if name in _TIMES:
        return datetime.fromisoformat(text.strip())
    if name in _NUMBERS:
        return float(text)
    if name == "polygon":
        return points_of(text)
    if name == "circle":
        circle = circle_of(text)
        return text if circle.as_written else circle
    if name == "references":
        return references_of(text)
    return text
