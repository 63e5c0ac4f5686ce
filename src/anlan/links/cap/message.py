"""A message as it came in: read, checked in its structure and beyond, with everything it carried."""

from dataclasses import dataclass

from anlan.links.cap.alert import Alert
from anlan.links.cap.checks import alert_problems
from anlan.links.cap.document import MOST_BYTES, opened
from anlan.links.cap.problems import Problem, located
from anlan.links.cap.reading import read_alert
from anlan.links.cap.schema import schema_problems


@dataclass(frozen=True, slots=True)
class Received:
    """An alert that is accepted, its remarks, and the bytes it came in, signature and all."""

    alert: Alert
    remarks: tuple[Problem, ...]
    original: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a message is not accepted; remarks on it stand in a list of their own."""

    reasons: tuple[Problem, ...]
    remarks: tuple[Problem, ...]
    original: bytes


def receive(data: bytes, most_bytes: int = MOST_BYTES) -> Received | Refused:
    """Read a message from anywhere and check all of it. Its signature is a question of its own (`signatures`)."""
    document = opened(data, most_bytes)
    if isinstance(document, Problem):
        return Refused((document,), (), data)
    problems = schema_problems(document.root)
    if problems:
        return Refused(located(problems, document.root), (), data)
    alert, problems = read_alert(document.root)
    problems += alert_problems(alert)
    if not problems:
        return Received(alert, (), data)
    told = located(problems, document.root)
    reasons = tuple(problem for problem in told if not problem.is_remark)
    remarks = tuple(problem for problem in told if problem.is_remark)
    if reasons:
        return Refused(reasons, remarks, data)
    return Received(alert, remarks, data)
