"""Tests of addresses: on quiet days each receiver is sent a message marked as a test, with one button to press."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.messages import About, Letter, Words, address
from anlan.actions.turns import take_turn
from anlan.engine.policy import Text
from anlan.models import ContactAnswer, ContactTest, Place, User
from anlan.queries.contact_tests import ANSWERABLE, KIND, answer_token, every_days, last_test, raised_by, ways

KEPT = timedelta(days=30)
FIRST_HOUR, LAST_HOUR, LAST_WEEKDAY = 9, 16, 4
"""Tests begin by themselves on working days from 9 to 17 o'clock."""

_TEXT = Text(
    "【测试】这是例行通信测试，不表示任何警情。请打开链接，按一下确认收到。",
    "[Test] This is a routine test of communication; nothing has happened. Open the link and press once to confirm.",
)
_TITLE = Text("【测试】安澜通信测试", "[Test] Anlan: test of communication")
_BOTH = Text(f"{_TEXT.zh}\n\n{_TEXT.en}", f"{_TEXT.en}\n\n{_TEXT.zh}")


class HeldBackError(ValueError):
    """A red or orange warning is in force, or there is nobody to write to."""


def start_test(*, by: User | None, at: datetime) -> ContactTest:
    """Write to every address of receivers and deputies that this installation can reach."""
    if raised_by(at) is not None:
        raise HeldBackError
    found = ways()
    if not found:
        raise HeldBackError
    reached = {contact.code for _kind, contact, _channel, _to in found}
    without = Place.objects.filter(closed_at=None).count() - len(reached)
    with transaction.atomic():
        take_turn("contact-tests")
        last = last_test()
        if last is not None and last.started_at >= at - timedelta(minutes=1):
            return last
        test = ContactTest.objects.create(started_at=at, by=by, messages=len(found), without_address=without)
        texts = {"email": Words(_TITLE, _BOTH), "sms": Words(_TITLE, _TEXT)}
        before = settings.ADDRESS + reverse("contact-answer", args=["-"]).removesuffix("-/")
        letters = [
            Letter(kind, contact.code, channel, to, texts[channel], "zh",
                   f"{before}{answer_token(test, contact.id, kind, channel)}/")
            for kind, contact, channel, to in found
        ]  # fmt: skip
        label = f"{_TITLE.zh} {timezone.localdate(at)}"
        address(About(KIND, str(test.pk), label=label), letters, keep=KEPT, by=by, at=at)
        changes = {"messages": [None, len(found)], "without_address": [None, without]}
        journal.write(Change("test-addresses", "message", str(test.pk), label, changes=changes), by=by, at=at)
    return test


def watch_tests(*, at: datetime) -> ContactTest | None:
    """Begin a test if one is due and the day is quiet."""
    days, last = every_days(), last_test()
    local = timezone.localtime(at)
    is_hour = FIRST_HOUR <= local.hour <= LAST_HOUR and local.weekday() <= LAST_WEEKDAY
    if not days or not is_hour or (last is not None and last.started_at > at - timedelta(days=days)):
        return None
    try:
        return start_test(by=None, at=at)
    except HeldBackError:
        return None


def answer_test(test: ContactTest, place: Place, kind: str, channel: str, *, at: datetime) -> bool:
    """Somebody pressed the button: this way works. Pressed twice, the first holds; says whether it still counts."""
    if at > test.started_at + ANSWERABLE:
        return False
    try:
        with transaction.atomic():
            ContactAnswer.objects.create(test=test, place=place, kind=kind, channel=channel, at=at)
    except IntegrityError:
        pass
    return True
