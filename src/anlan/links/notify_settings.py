"""The operator's file of channels (messages.toml in the data folder): read whole, every mistake named at once."""

import ipaddress
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from anlan.engine.messages import CHANNELS
from anlan.engine.messages import Channel as ChannelName
from anlan.links.notify import Channel, Post, Sink
from anlan.links.notify_email import Email, Mailbox
from anlan.links.notify_http import Network, Outbound
from anlan.links.notify_push import SERVICES, WebPush, public_key
from anlan.links.notify_robots import Kind, Robot, Robots
from anlan.links.notify_sms import Gateway, MockSmsGateway, SmsGateway
from anlan.links.notify_webhook import Endpoint, Webhooks, read_secret

FILE = "messages.toml"
SECTIONS = {"sink", "outbound", "tests", *CHANNELS}


@dataclass(frozen=True, slots=True)
class ChannelFile:
    """What the file says: the channels that can be used, the names messages may be addressed to, and mistakes.

    `test_days` says how often addresses are tested (0: never), `push_key` is the one browsers are given.
    """

    makers: Mapping[ChannelName, Callable[[], Channel]] = field(default_factory=dict)
    names: Mapping[ChannelName, tuple[str, ...]] = field(default_factory=dict)
    where: Mapping[ChannelName, str] = field(default_factory=dict)
    sink: bool | None = None
    push_key: str = ""
    test_days: int = 7
    problems: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    def post(self, *, sink: bool) -> Post:
        """The channels for one sender; with `sink` nothing leaves the house unless the file says so."""
        if self.sink if self.sink is not None else sink:
            return Post(dict.fromkeys(CHANNELS, Sink))
        return Post(dict(self.makers))


def read_channels(path: Path) -> ChannelFile:
    """The file's channels; no file is no channel. A part with a mistake is left out, the others work."""
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ChannelFile()
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        return ChannelFile(problems=(f"{path.name}: {error}",))
    return _Reader(given, path).read()


class _Reader:
    """Reads one part after another and keeps what is wrong with each."""

    def __init__(self, given: dict[str, Any], path: Path) -> None:
        self.given, self.path = given, path
        self.problems: list[str] = []
        self.makers: dict[ChannelName, Callable[[], Channel]] = {}
        self.names: dict[ChannelName, tuple[str, ...]] = {}
        self.where: dict[ChannelName, str] = {}
        self.push_key = ""

    def read(self) -> ChannelFile:
        for unknown in sorted(set(self.given) - SECTIONS):
            self.problems.append(
                f"[{unknown}]: there is no such part; there is {', '.join(sorted(SECTIONS))}"
            )
        sink = self.part("sink").get("everything")
        self.networks = self.read_networks()
        readers: dict[ChannelName, Callable[[dict[str, Any]], None]] = {
            "email": self.email,
            "sms": self.sms,
            "webhook": self.webhooks,
            "webpush": self.webpush,
            "wecom": partial(self.robots, "wecom"),
            "dingtalk": partial(self.robots, "dingtalk"),
            "feishu": partial(self.robots, "feishu"),
        }
        for name, reader in readers.items():
            if name in self.given:
                try:
                    reader(self.part(name))
                except (KeyError, TypeError, ValueError, OSError) as error:
                    words = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                    self.problems.append(f"[{name}]: {words}")
        return ChannelFile(
            self.makers,
            self.names,
            self.where,
            sink if isinstance(sink, bool) else None,
            self.push_key,
            self.read_test_days(),
            tuple(self.problems),
            self.networks,
        )

    def part(self, name: str) -> dict[str, Any]:
        value = self.given.get(name, {})
        if not isinstance(value, dict):
            self.problems.append(f"{name}: this is a part of its own, [{name}]")
            return {}
        return value

    def read_test_days(self) -> int:
        days = self.part("tests").get("days", 7)
        if not isinstance(days, int) or not 0 <= days <= 90:
            self.problems.append("[tests] days: a number from 0 (never) to 90")
            return 7
        return days

    def read_networks(self) -> tuple[Network, ...]:
        found: list[Network] = []
        for text in self.part("outbound").get("networks", []):
            try:
                found.append(ipaddress.ip_network(str(text)))
            except ValueError as error:
                self.problems.append(f"[outbound] networks: {error}")
        return tuple(found)

    def email(self, part: dict[str, Any]) -> None:
        box = Mailbox(**part)
        if box.security not in ("tls", "starttls", "none"):
            raise ValueError("security is tls, starttls or none")
        if "@" not in box.sender:
            raise ValueError("sender is an e-mail address")
        self.makers["email"] = partial(Email, box)
        self.where["email"] = f"{box.host}:{box.port}"

    def sms(self, part: dict[str, Any]) -> None:
        if part == {"gateway": "mock"}:
            self.makers["sms"], self.where["sms"] = MockSmsGateway, "mock"
            return
        gateway = Gateway(**part)
        self.makers["sms"] = partial(SmsGateway, gateway, Outbound(self.networks), gateway.repeatable)
        self.where["sms"] = _host(gateway.url)

    def webhooks(self, part: dict[str, Any]) -> None:
        endpoints: dict[str, Endpoint] = {}
        for name, given in part.items():
            secrets = [read_secret(str(text)) for text in given["secrets"]]
            keys = tuple(key for key in secrets if key is not None)
            if not keys or len(keys) != len(secrets):
                raise ValueError(f"{name}: secrets are whsec_ and 24 to 64 bytes in base64")
            endpoints[name] = Endpoint(str(given["url"]), keys)
        self.makers["webhook"] = partial(Webhooks, endpoints, Outbound(self.networks))
        self.names["webhook"] = tuple(endpoints)
        self.where["webhook"] = ", ".join(_host(each.url) for each in endpoints.values())

    def webpush(self, part: dict[str, Any]) -> None:
        key = load_pem_private_key((self.path.parent / part["key_file"]).read_bytes(), None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ValueError("key_file holds no key of the curve P-256")
        outbound = Outbound(self.networks, tuple(part.get("hosts", SERVICES)))
        self.makers["webpush"] = partial(WebPush, key, str(part["contact"]), outbound)
        self.push_key = public_key(key)
        self.where["webpush"] = ", ".join(outbound.hosts)

    def robots(self, kind: Kind, part: dict[str, Any]) -> None:
        robots: dict[str, Robot] = {}
        for name, given in part.items():
            if not isinstance(given, dict) or not str(given["token"]):
                raise ValueError(f"{name}: token is missing")
            robots[name] = Robot(kind, **given)
        self.makers[kind] = partial(Robots, robots, Outbound(self.networks), kind)
        self.names[kind] = tuple(robots)
        self.where[kind] = ", ".join(robots)


def _host(url: str) -> str:
    return urlsplit(url).hostname or url[:60]
