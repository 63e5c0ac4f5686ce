"""Messages are made durable once, whoever asks twice, and lose their addresses when their time is over."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.actions.messages import About, Letter, Words, address, withdraw
from anlan.actions.messages_bulk import CHUNK, new_ids
from anlan.actions.messages_decisions import confirm_sent, give_up, resend, send_test
from anlan.actions.messages_erasure import erase_addresses
from anlan.engine.policy import Text
from anlan.models import Delivery, Entry, Mailing, Message, MessageText
from builders import LONG_AGO, a_user

pytestmark = pytest.mark.django_db
AT = LONG_AGO
KEEP = timedelta(days=30)
WORDS = Words(Text("橙色预警", "Orange warning"), Text("请加强巡查。", "Patrol more often."))


def a_letter(receiver: str = "P-0001", channel: str = "email", to: str = "post@example.org") -> Letter:
    return Letter("place", receiver, channel, to, WORDS)


def told(*letters: Letter, number: int = 1, identifier: str = "w-1") -> tuple[int, int]:
    done = address(About("warning", identifier, number), letters, keep=KEEP, by=None, at=AT)
    return done.made, done.known


def test_a_message_is_due_as_soon_as_it_is_addressed() -> None:
    assert told(a_letter()) == (1, 0)
    message = Message.objects.get()
    assert (message.state, message.due_at, message.tries) == ("waiting", AT, 0)
    assert (message.text.title_zh, message.text.body_en) == ("橙色预警", "Patrol more often.")


def test_the_same_letter_twice_in_one_call_is_one_message() -> None:
    assert told(a_letter(), a_letter(to="other@example.org"), a_letter(channel="sms", to="+1")) == (2, 1)


def test_the_same_letters_in_a_second_call_are_not_addressed_again() -> None:
    told(a_letter("P-1"), a_letter("P-2"))
    assert told(a_letter("P-2"), a_letter("P-3")) == (1, 1)
    assert sorted(Message.objects.values_list("receiver", flat=True)) == ["P-1", "P-2", "P-3"]
    assert Mailing.objects.count() == 1


def test_a_reminder_is_a_round_of_its_own() -> None:
    told(a_letter())
    assert told(a_letter(), number=2) == (1, 0)


def test_a_place_and_a_person_of_the_same_code_are_two_receivers() -> None:
    other = a_letter()._replace(receiver_kind="department")
    assert told(a_letter(), other) == (2, 0)


def test_what_many_read_alike_is_kept_once() -> None:
    again = Words(Text("橙色预警", "Orange warning"), Text("请加强巡查。", "Patrol more often."))
    told(*(a_letter(f"P-{n}")._replace(words=again if n % 2 else WORDS) for n in range(50)))
    assert MessageText.objects.count() == 1
    assert set(Message.objects.values_list("text", flat=True)) == {MessageText.objects.get().pk}


def test_a_receiver_without_an_address_is_known_not_to_be_reached() -> None:
    told(a_letter(to=""))
    message = Message.objects.get()
    assert (message.state, message.fault, message.due_at) == ("dead", "bad-address", None)


def test_an_address_too_long_for_any_channel_stops_nobody_elses_message() -> None:
    assert told(a_letter("P-1", to="x" * 5000), a_letter("P-2")) == (2, 0)
    assert Message.objects.get(receiver="P-1").state == "dead"


def test_any_text_comes_back_as_it_was_given() -> None:
    odd = "a\\b\tc\nd\re\\N 𠮷"
    words = Words(Text(odd, odd), Text(odd * 3, ""))
    told(Letter("role", odd, "sms", odd, words, link=odd), a_letter(to=""), a_letter("plain"))
    message = Message.objects.get(receiver_kind="role")
    assert (message.receiver, message.address, message.link) == (odd, odd, odd)
    assert (message.text.title_zh, message.text.body_zh) == (odd, odd * 3)
    assert Message.objects.get(receiver="plain").address == "post@example.org"


def test_a_channel_that_does_not_exist_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="telegraph"):
        told(a_letter(channel="telegraph"))
    assert not Mailing.objects.exists()


def test_ten_thousand_messages_cost_a_handful_of_statements() -> None:
    letters = [a_letter(f"P-{n}") for n in range(10_000)]
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert told(*letters) == (10_000, 0)
    assert len(seen) <= 10


def test_ids_made_in_bulk_are_uuids_of_version_7_that_ascend() -> None:
    made = [uuid.UUID(text) for text in new_ids(5000, first=CHUNK, at=AT)]
    assert made == sorted(made)
    assert len(set(made)) == 5000
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    assert made[0].int >> 80 == int(AT.timestamp() * 1000)
    assert uuid.UUID(new_ids(1, first=CHUNK - 1, at=AT)[0]) < made[0]


def test_what_has_not_gone_out_can_be_withdrawn() -> None:
    told(a_letter("P-1"), a_letter("P-2"))
    Message.objects.filter(receiver="P-2").update(state="sent", due_at=None)
    assert withdraw("warning", "w-1", at=AT) == 1
    assert Message.objects.get(receiver="P-1").fault == "withdrawn"
    assert Message.objects.get(receiver="P-2").state == "sent"


def test_a_person_sends_a_dead_message_again_and_the_journal_says_who() -> None:
    told(a_letter(), a_letter("P-2"))
    Message.objects.filter(receiver="P-0001").update(state="dead", tries=8, fault="refused", due_at=None)
    person = a_user()
    everything = list(Message.objects.values_list("pk", flat=True))
    assert resend(everything, by=person, at=AT) == 1
    message = Message.objects.get(receiver="P-0001")
    assert (message.state, message.tries, message.due_at, message.fault) == ("waiting", 0, AT, "")
    entry = Entry.objects.get(action="resend-message")
    assert (entry.by, entry.subject_id) == (person, str(message.pk))


def test_only_an_uncertain_message_can_be_said_to_have_arrived() -> None:
    told(a_letter("P-1"), a_letter("P-2"))
    Message.objects.filter(receiver="P-1").update(state="uncertain", due_at=None)
    Message.objects.filter(receiver="P-2").update(state="dead", due_at=None)
    everything = list(Message.objects.values_list("pk", flat=True))
    assert confirm_sent(everything, by=a_user(), at=AT) == 1
    assert Message.objects.get(receiver="P-1").state == "sent"


def test_a_message_given_up_is_not_due_any_more() -> None:
    told(a_letter())
    Message.objects.update(state="failed", due_at=AT)
    assert give_up([Message.objects.get().pk], by=a_user(), at=AT) == 1
    message = Message.objects.get()
    assert (message.state, message.fault, message.due_at) == ("dead", "given-up", None)


def test_a_test_message_goes_to_whoever_asked() -> None:
    person = a_user()
    message = send_test("email", "me@example.org", by=person, at=AT)
    assert (message.receiver_kind, message.receiver, message.address) == (
        "person",
        str(person.pk),
        "me@example.org",
    )


def test_addresses_are_erased_after_the_schemes_time_and_the_count_stays() -> None:
    person = a_user()
    told(
        a_letter("P-1"), a_letter(str(person.pk))._replace(receiver_kind="person", link="https://a.example/x")
    )
    Message.objects.update(state="sent", due_at=None)
    message = Message.objects.get(receiver_kind="person")
    Delivery.objects.create(
        message=message, began_at=AT, through="smtp", answer="550 <post@example.org> unknown"
    )
    assert erase_addresses(at=AT + KEEP - timedelta(seconds=1)).messages == 0
    assert erase_addresses(at=AT + KEEP).messages == 2
    rows = Message.objects.all()
    assert {(row.address, row.link, row.state) for row in rows} == {("", "", "sent")}
    assert not rows.filter(receiver=str(person.pk)).exists()
    assert Message.objects.filter(receiver="P-1").count() == 1
    assert set(Delivery.objects.values_list("answer", flat=True)) == {""}
    assert erase_addresses(at=AT + KEEP * 2).messages == 0


def test_an_erased_message_can_no_longer_be_sent() -> None:
    told(a_letter())
    erase_addresses(at=AT + KEEP)
    message = Message.objects.get()
    assert message.state == "dead"
    assert resend([message.pk], by=a_user(), at=AT + KEEP) == 0
