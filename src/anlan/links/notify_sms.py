"""Text messages by the operator's own gateway: any that takes one HTTP request, described in the settings."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from anlan.engine.messages import Outcome
from anlan.links.notify import Note
from anlan.links.notify_http import Answer, Outbound, settled

NUMBER = re.compile(r"\+?[0-9]{3,15}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway: marks {number}, {text}, {id} in address and body are filled in, escaped for what they stand in.

    `accepted` is a pattern that the body of a good answer holds. `repeatable`: the gateway drops a second request with
    the same {id}.
    """

    url: str
    method: str = "POST"
    headers: Mapping[str, str] | None = None
    body: str = ""
    content_type: str = "application/json"
    accepted: str = ""
    repeatable: bool = False


@dataclass(slots=True)
class SmsGateway:
    """Sends by a gateway."""

    gateway: Gateway
    outbound: Outbound
    repeatable: bool
    through: str = "sms"

    def send(self, note: Note) -> Outcome:
        number = re.sub(r"[\s()-]", "", note.address)
        if not NUMBER.fullmatch(number):
            return Outcome("rejected", "bad-address")
        url, body = request(self.gateway, note, number)
        headers = {"Content-Type": self.gateway.content_type, **(self.gateway.headers or {})}
        answer = self.outbound.post(url, body, headers, method=self.gateway.method)
        outcome = settled(answer)
        if outcome.result == "sent" and isinstance(answer, Answer) and not self._accepts(answer):
            return Outcome("rejected", "rejected", outcome.answer)
        return outcome

    def _accepts(self, answer: Answer) -> bool:
        return not self.gateway.accepted or re.search(self.gateway.accepted, answer.text) is not None

    def close(self) -> None:
        """Each request has a connection of its own."""


@dataclass(slots=True)
class MockSmsGateway:
    """Takes every number and tells nobody: for trying out what is not yet bought. Deliveries say `mock-sms`."""

    through: str = "mock-sms"
    repeatable: bool = True

    def send(self, note: Note) -> Outcome:
        number = re.sub(r"[\s()-]", "", note.address)
        return Outcome("sent") if NUMBER.fullmatch(number) else Outcome("rejected", "bad-address")

    def close(self) -> None:
        """There is nothing to close."""


def request(gateway: Gateway, note: Note, number: str) -> tuple[str, bytes]:
    """Address and body for one text message."""
    values = {"number": number, "text": f"{note.heading} {note.words}", "id": note.id}
    is_json = "json" in gateway.content_type
    body = _filled(gateway.body, values, (lambda text: json.dumps(text)[1:-1]) if is_json else _quoted)
    return _filled(gateway.url, values, _quoted), body.encode()


def _filled(template: str, values: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    return re.sub(r"\{(number|text|id)\}", lambda mark: escaped(values[mark[1]]), template)


def _quoted(text: str) -> str:
    return quote(text, safe="")
