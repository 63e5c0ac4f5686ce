"""Channels to the outside: what each is given, what it answers, and which of them an installation has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from anlan.engine.messages import Channel as ChannelName
from anlan.engine.messages import Outcome
from anlan.engine.policy import Text


@dataclass(frozen=True, slots=True)
class Note:
    """A message as a channel gets it. `id` is the same at every attempt, so that a receiver can drop a second copy."""

    id: str
    title: Text
    body: Text
    address: str
    at: datetime
    language: str = "zh"
    link: str = ""
    receiver_kind: str = ""
    receiver: str = ""
    about_kind: str = ""
    about_id: str = ""
    number: int = 1

    @property
    def heading(self) -> str:
        """The title in the receiver's language; Chinese where there is no other."""
        return self.title.in_language(self.language) or self.title.zh

    @property
    def words(self) -> str:
        """The text in the receiver's language with the link below it."""
        body = self.body.in_language(self.language) or self.body.zh
        return f"{body}\n\n{self.link}" if self.link else body


class Channel(Protocol):
    """A way out. `repeatable`: the receiver drops a second copy, so an attempt without an answer may be made again."""

    through: str
    repeatable: bool

    def send(self, note: Note) -> Outcome:
        """Try once; what goes wrong is an outcome, never an exception."""

    def close(self) -> None:
        """Let go of connections."""


@dataclass(slots=True)
class Sink:
    """For development and the demo: sends nothing, says it did; pages show what would have gone out."""

    through: str = "sink"
    repeatable: bool = True

    def send(self, note: Note) -> Outcome:
        return Outcome("sent") if note.address else Outcome("rejected", "bad-address")

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(slots=True)
class NotConfigured:
    """A channel this installation does not have: a person must see it, so the message is not tried for hours."""

    through: str = "none"
    repeatable: bool = True

    def send(self, note: Note) -> Outcome:  # noqa: ARG002  (the shape of a channel)
        return Outcome("rejected", "not-configured")

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(slots=True)
class Post:
    """The channels of one sender; each is opened when it is first used and closed with the rest."""

    makers: dict[ChannelName, Callable[[], Channel]]
    _open: dict[str, Channel] = field(default_factory=dict)

    def channel(self, name: str) -> Channel:
        """The channel of a name; one that is not set up refuses."""
        if name not in self._open:
            maker = next((made for known, made in self.makers.items() if known == name), NotConfigured)
            self._open[name] = maker()
        return self._open[name]

    def close(self) -> None:
        """Close what was opened."""
        for channel in self._open.values():
            channel.close()
        self._open.clear()
