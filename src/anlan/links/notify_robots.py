"""Robots of group chats: WeCom, DingTalk and Feishu.

All three answer 200 also when they refuse; what counts is the code in the body. That is why they are spoken to here and
not through a library that looks at the status alone (docs/decisions/0016-messages.md).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlencode

from anlan.engine.messages import Outcome
from anlan.links.notify import Note
from anlan.links.notify_http import Answer, Outbound, settled

Kind = Literal["wecom", "dingtalk", "feishu"]

PLACES: dict[Kind, str] = {
    "wecom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={token}",
    "dingtalk": "https://oapi.dingtalk.com/robot/send?access_token={token}",
    "feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/{token}",
}
NOT_NOW: frozenset[int] = frozenset({-1, 45009, 130101, 410100, 9499, 11232})
"""Codes that mean "too many just now" or "our fault"; any other refusal stays one."""


@dataclass(frozen=True, slots=True)
class Robot:
    """A robot of one group: its key, and the secret it signs with where it has one."""

    kind: Kind
    token: str
    secret: str = ""
    place: str = ""


@dataclass(slots=True)
class Robots:
    """The robots of one kind; the address of a message is the name of one."""

    robots: Mapping[str, Robot]
    outbound: Outbound
    through: str
    repeatable: bool = False

    def send(self, note: Note) -> Outcome:
        robot = self.robots.get(note.address)
        if robot is None:
            return Outcome("rejected", "not-configured", note.address)
        url, body = request(robot, note)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return judged(self.outbound.post(url, body, headers))

    def close(self) -> None:
        """Each request has a connection of its own."""


def request(robot: Robot, note: Note) -> tuple[str, bytes]:
    """Address and body of one message: plain text, title first."""
    url = (robot.place or PLACES[robot.kind]).format(token=quote(robot.token, safe=""))
    words = f"{note.heading}\n{note.words}"
    seconds = int(note.at.timestamp())
    body: dict[str, object]
    if robot.kind == "feishu":
        body = {"msg_type": "text", "content": {"text": words}}
        if robot.secret:
            key = f"{seconds}\n{robot.secret}".encode()
            sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
            body = {"timestamp": str(seconds), "sign": sign, **body}
    else:
        body = {"msgtype": "text", "text": {"content": words}}
        if robot.kind == "dingtalk" and robot.secret:
            stamp = str(seconds * 1000)
            mark = hmac.new(robot.secret.encode(), f"{stamp}\n{robot.secret}".encode(), hashlib.sha256)
            url += "&" + urlencode({"timestamp": stamp, "sign": base64.b64encode(mark.digest()).decode()})
    return url, json.dumps(body, ensure_ascii=False).encode()


def judged(answer: Answer | Outcome) -> Outcome:
    """The outcome by the code in the body; a 200 without one is no proof that anybody was told."""
    outcome = settled(answer)
    if outcome.result != "sent" or isinstance(answer, Outcome):
        return outcome
    try:
        said = json.loads(answer.text)
        code = next(int(said[name]) for name in ("errcode", "code", "StatusCode") if name in said)
    except (ValueError, TypeError, StopIteration):
        return Outcome("unknown", "no-answer", outcome.answer)
    if code == 0:
        return outcome
    if code in NOT_NOW:
        return Outcome("refused", "refused", outcome.answer)
    return Outcome("rejected", "rejected", outcome.answer)
