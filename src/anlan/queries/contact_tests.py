"""Tests of addresses: what became of each, and at which places people could not be reached in the last one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import QuerySet

from anlan.models import ContactAnswer, ContactTest, Message, Place, WarningNotice
from anlan.queries.message_channels import channel_file, usable_channels
from anlan.queries.warning_people import Contact, contacts, ways_at_place
from anlan.queries.warnings import notices

KIND = "contact-test"
ANSWERABLE = timedelta(days=7)
"""How long the button of a test message works."""

_SIGNER = Signer(salt="anlan.contact-test", sep=".")
Result = Literal["confirmed", "sent", "waiting", "dead"]
RESULTS: tuple[Result, ...] = ("dead", "sent", "waiting", "confirmed")


@dataclass(frozen=True, slots=True)
class Tested:
    """One address of a place in a test, without the address."""

    place: str
    kind: str
    channel: str
    result: Result


@dataclass(frozen=True, slots=True)
class Due:
    """What a test would do now, and why it may not."""

    messages: int
    places: int
    without_address: int
    held_by: WarningNotice | None


def last_test() -> ContactTest | None:
    """The latest test."""
    return ContactTest.objects.order_by("-started_at", "-id").first()


def every_days() -> int:
    """How often tests are begun by themselves; 0 for never."""
    return channel_file().test_days


def raised_by(at: datetime) -> WarningNotice | None:
    """A red or orange warning in force, during which nobody is bothered with tests."""
    return next((row for row in notices(at, state="now").filter(level__in=["orange", "red"])), None)


def ways() -> list[tuple[str, Contact, str, str]]:
    """All addresses of receivers and deputies that can be tested: kind, place, channel, address."""
    channels = usable_channels()
    found: list[tuple[str, Contact, str, str]] = []
    if not channels & {"email", "sms"}:
        return found
    for contact in contacts(Place.objects.filter(closed_at=None).values_list("code", flat=True)):
        for party, kind in (("receiver", "place"), ("deputy", "deputy")):
            for channel, to in ways_at_place(party, contact, {}, channels):  # type: ignore[arg-type]  # two of the parties
                found.append((kind, contact, channel, to))
    return found


def due(at: datetime) -> Due:
    """What a test now would be."""
    found = ways()
    reached = {contact.code for _kind, contact, _channel, _to in found}
    places = Place.objects.filter(closed_at=None).count()
    return Due(len(found), len(reached), places - len(reached), raised_by(at))


def results(test: ContactTest) -> list[Tested]:
    """What became of each address of a test."""
    answered = set(test.answers.values_list("place__code", "kind", "channel"))
    rows = messages_of(test).values_list("receiver", "receiver_kind", "channel", "state")
    return [
        Tested(place, kind, channel, _result((place, kind, channel) in answered, state))
        for place, kind, channel, state in rows.order_by("receiver", "receiver_kind", "channel")
    ]


def messages_of(test: ContactTest) -> QuerySet[Message]:
    """The messages of a test."""
    return Message.objects.filter(mailing__about_kind=KIND, mailing__about_id=str(test.pk))


def dead_places(codes: Iterable[str] | None = None) -> frozenset[str]:
    """The codes of places that one of the addresses of the last test did not reach and nobody has changed since."""
    test = last_test()
    if test is None:
        return frozenset()
    dead = messages_of(test).filter(fault__gt="", state="dead").exclude(fault="withdrawn")
    rows = list(dead.values_list("receiver", "receiver_kind", "channel", "address"))
    wanted = {row[0] for row in rows}
    if codes is not None:
        wanted &= set(codes)
    now = {contact.code: contact for contact in contacts(wanted)}
    return frozenset(
        code for code, kind, channel, to in rows if code in now and _is_same(now[code], kind, channel, to)
    )


def answer_token(test: ContactTest, place: UUID, kind: str, channel: str) -> str:
    """The token of the button in a test message."""
    return _SIGNER.sign(f"{test.pk.hex}-{place.hex}-{kind}-{channel}")


def answer_read(token: str) -> tuple[UUID, UUID, str, str] | None:
    """The test, place, kind and channel that a token names; None if it is not one of ours."""
    try:
        test, place, kind, channel = _SIGNER.unsign(token).split("-")
        return UUID(test), UUID(place), kind, channel
    except (BadSignature, ValueError):
        return None


def is_answered(test: ContactTest, place: UUID, kind: str, channel: str) -> bool:
    """Whether this way was confirmed."""
    return ContactAnswer.objects.filter(test=test, place=place, kind=kind, channel=channel).exists()


def _result(is_confirmed: bool, state: str) -> Result:
    if is_confirmed:
        return "confirmed"
    if state in ("dead", "uncertain"):
        return "dead"
    return "sent" if state == "sent" else "waiting"


def _is_same(contact: Contact, kind: str, channel: str, to: str) -> bool:
    stated: Collection[str] = (
        (contact.receiver_email, contact.receiver_phone)
        if kind == "place"
        else (contact.deputy_email, contact.deputy_phone)
    )
    now = dict(zip(("email", "sms"), stated, strict=True)).get(channel, "")
    return bool(now) and (not to or to == now)
