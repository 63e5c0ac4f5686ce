"""Messages go out once: whatever kills the worker, whatever the channel says."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import override_settings

from anlan.actions.messages import About, Letter, Words, address
from anlan.actions.messages_sending import begin, finish, release_lost, send_due, take_up
from anlan.engine.messages import LEASE, TRIES, Outcome
from anlan.engine.policy import Text
from anlan.links.notify import Note, Post
from anlan.models import CitySettings, Delivery, Message
from builders import LONG_AGO
from message_servers import mail_server, web_server

AT = LONG_AGO
WORDS = Words(Text("橙色预警", "Orange warning"), Text("请加强巡查。", "Patrol more often."))
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Told:
    """A channel that writes down whom it told and answers as the test says."""

    outcomes: list[Outcome] = field(default_factory=list)
    repeatable: bool = False
    through: str = "told"
    notes: list[Note] = field(default_factory=list)

    def send(self, note: Note) -> Outcome:
        self.notes.append(note)
        return self.outcomes.pop(0) if self.outcomes else Outcome("sent")

    def close(self) -> None:
        pass

    def post(self) -> Post:
        return Post({"email": lambda: self, "webhook": lambda: self})


def addressed(count: int = 1, channel: str = "email") -> None:
    letters = [Letter("place", f"P-{n}", channel, f"p{n}@example.org", WORDS) for n in range(count)]
    address(About("warning", "w-1"), letters, keep=timedelta(days=30), by=None, at=AT)


def sent_at(moment: datetime, channel: Told, *, worker: str = "a") -> int:
    return send_due(worker=worker, now=lambda: moment, opened=channel.post)


@pytest.mark.django_db
def test_what_is_due_is_sent_once_and_written_down() -> None:
    addressed(3)
    channel = Told()
    assert sent_at(AT, channel) == 3
    assert sent_at(AT, channel) == 0
    assert sorted(note.address for note in channel.notes) == [f"p{n}@example.org" for n in range(3)]
    assert set(Message.objects.values_list("state", "sent_at", "tries")) == {("sent", AT, 1)}
    assert set(Delivery.objects.values_list("through", "result", "ended_at")) == {("told", "sent", AT)}


@pytest.mark.django_db
def test_a_refusal_waits_longer_each_time_and_ends_before_a_person() -> None:
    addressed()
    channel = Told([Outcome("refused", "refused", "451 later")] * TRIES)
    moment, waits = AT, []
    for _try in range(TRIES):
        assert sent_at(moment, channel) == 1
        due = Message.objects.get().due_at
        if due is not None:
            assert sent_at(due - timedelta(milliseconds=1), channel) == 0
            waits.append(due - moment)
            moment = due
    assert waits == sorted(waits)
    message = Message.objects.get()
    assert (message.state, message.fault, message.tries) == ("dead", "refused", TRIES)
    assert len(channel.notes) == TRIES
    assert {note.id for note in channel.notes} == {message.pk.hex}


@pytest.mark.django_db
def test_an_email_without_an_answer_is_left_to_a_person_and_never_sent_again() -> None:
    addressed()
    channel = Told([Outcome("unknown", "no-answer")])
    sent_at(AT, channel)
    assert sent_at(AT + timedelta(days=2), channel) == 0
    assert Message.objects.get().state == "uncertain"


@pytest.mark.django_db
def test_two_workers_never_take_up_the_same_message() -> None:
    addressed(10)
    first = take_up("a", at=AT, most=6)
    second = take_up("b", at=AT, most=10)
    assert len(first) == 6
    assert len(second) == 4
    assert not set(first) & set(second)


@pytest.mark.django_db
def test_a_worker_whose_lease_is_over_sends_nothing_of_it() -> None:
    addressed()
    (identifier,) = take_up("slow", at=AT, most=1)
    assert take_up("quick", at=AT + LEASE, most=1) == [identifier]
    assert begin(identifier, "slow", "smtp", at=AT + LEASE) is None
    assert begin(identifier, "quick", "smtp", at=AT + LEASE) is not None


@pytest.mark.django_db
def test_what_was_taken_up_and_not_marked_is_free_again_after_the_lease() -> None:
    addressed(2)
    take_up("lost", at=AT, most=2)
    channel = Told()
    assert sent_at(AT + timedelta(seconds=1), channel) == 0
    assert sent_at(AT + LEASE, channel) == 2
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
@pytest.mark.parametrize(("repeatable", "state"), [(False, "uncertain"), (True, "failed")])
def test_what_a_lost_worker_had_marked_is_sent_again_only_where_copies_are_dropped(
    repeatable: bool, state: str
) -> None:
    addressed()
    (identifier,) = take_up("lost", at=AT, most=1)
    begin(identifier, "lost", "smtp", at=AT)
    assert release_lost(at=AT, repeatable=lambda _channel: repeatable) == 0
    assert release_lost(at=AT + LEASE, repeatable=lambda _channel: repeatable) == 1
    message = Message.objects.get()
    assert (message.state, message.fault) == (state, "worker-lost")
    assert Delivery.objects.get().fault == "worker-lost"


@pytest.mark.django_db
def test_an_answer_that_comes_after_the_lease_still_says_that_it_arrived() -> None:
    addressed()
    (identifier,) = take_up("slow", at=AT, most=1)
    begun = begin(identifier, "slow", "smtp", at=AT)
    assert begun is not None
    release_lost(at=AT + LEASE, repeatable=lambda _channel: False)
    finish(begun, Outcome("sent"), repeatable=False, at=AT + LEASE)
    assert Message.objects.get().state == "sent"


@pytest.mark.django_db
def test_the_demo_city_shows_messages_and_sends_none(tmp_path: Path) -> None:
    CitySettings.objects.update_or_create(pk=1, defaults={"demo_accounts": [{"username": "x"}]})
    addressed()
    with override_settings(DATA=tmp_path):
        assert send_due(worker="a", now=lambda: AT) == 1
    assert Delivery.objects.get().through == "sink"


# ---- killed in the middle ----------------------------------------------------------------------

SEND = """
import sys
from datetime import UTC, datetime, timedelta
from anlan.management.cli import start_django
start_django()
from anlan.actions.messages_sending import send_due
later = timedelta(minutes=int(sys.argv[1]))
while send_due(worker=sys.argv[2], now=lambda: datetime.now(UTC) + later):
    pass
"""
PREPARE = """
import sys
from datetime import UTC, datetime, timedelta
from anlan.management.cli import prepare_tables, start_django
start_django()
prepare_tables()
from anlan.actions.messages import About, Letter, Words, address
from anlan.engine.policy import Text
words = Words(Text("橙色预警", ""), Text("请加强巡查。", ""))
channel, count = sys.argv[1], int(sys.argv[2])
letters = [
    Letter("place", f"P-{n}", channel, "hook" if channel == "webhook" else f"p{n}@example.org", words)
    for n in range(count)
]
address(About("warning", "w-1"), letters, keep=timedelta(days=1), by=None, at=datetime.now(UTC))
"""
COUNT = """
from anlan.management.cli import start_django
start_django()
from anlan.models import Message
print(*[f"{receiver}:{state}" for receiver, state in Message.objects.values_list("receiver", "state")])
"""


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of an installation of its own, on the database that the tests are run on."""
    environment = {**os.environ, "ANLAN_DATA": str(tmp_path)}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    if connection.vendor != "postgresql":
        environment.pop("ANLAN_DATABASE_URL", None)
        yield environment
        return
    import psycopg

    server, _slash, _name = os.environ["ANLAN_DATABASE_URL"].rpartition("/")
    name = f"messages_{os.getpid()}_{threading.get_ident()}"
    with psycopg.connect(os.environ["ANLAN_DATABASE_URL"], autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name}".encode())
        try:
            yield {**environment, "ANLAN_DATABASE_URL": f"{server}/{name}"}
        finally:
            line.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def run(program: str, *words: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-c", program, *words]
    return subprocess.run(
        command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, timeout=120
    ).stdout.decode()


def killed_in_the_middle(environment: dict[str, str], reached: threading.Event) -> None:
    """A worker, gone by SIGKILL at the moment that the channel names."""
    worker = subprocess.Popen([sys.executable, "-c", SEND, "0", "first"], env=environment, cwd=ROOT)
    try:
        assert reached.wait(60)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait(20)


def states_in(environment: dict[str, str]) -> dict[str, str]:
    return dict(pair.split(":") for pair in run(COUNT, environment=environment).split())


@pytest.mark.django_db
def test_a_worker_killed_in_a_fan_out_writes_to_nobody_twice(
    installation: dict[str, str], tmp_path: Path
) -> None:
    reached, over = threading.Event(), threading.Event()
    with mail_server() as server:
        (tmp_path / "messages.toml").write_text(
            f'[email]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nsender = "a@city.example"\n'
        )
        run(PREPARE, "email", "200", environment=installation)

        def at_text(_receiver: str) -> bool:
            if len(server.mails) >= 80 and not over.is_set():
                reached.set()
                over.wait(60)  # the worker never hears that this one was taken
            return True

        server.at_text = at_text
        killed_in_the_middle(installation, reached)
        over.set()
        run(SEND, "5", "second", environment=installation)
        received = Counter(server.receivers)
    states = states_in(installation)
    assert max(received.values()) == 1
    assert Counter(states.values()).keys() <= {"sent", "uncertain"}
    uncertain = {name for name, state in states.items() if state == "uncertain"}
    assert 1 <= len(uncertain) <= 8
    assert {f"p{name[2:]}@example.org" for name in states.keys() - uncertain} <= set(received)


@pytest.mark.django_db
def test_a_killed_worker_repeats_webhooks_under_the_same_id_and_leaves_none_out(
    installation: dict[str, str], tmp_path: Path
) -> None:
    reached, over = threading.Event(), threading.Event()
    with web_server() as server:
        (tmp_path / "messages.toml").write_text(
            '[outbound]\nnetworks = ["127.0.0.0/8"]\n'
            f'[webhook.hook]\nurl = "{server.url}"\nsecrets = ["whsec_{"a" * 32}"]\n'
        )
        run(PREPARE, "webhook", "120", environment=installation)

        def at_request(_request: object) -> bool:
            if len(server.requests) >= 50 and not over.is_set():
                reached.set()
                over.wait(60)
            return True

        server.at_request = at_request
        killed_in_the_middle(installation, reached)
        over.set()
        run(SEND, "5", "second", environment=installation)
        asked = Counter(request.headers["webhook-id"] for request in server.requests)
    assert set(states_in(installation).values()) == {"sent"}
    assert len(asked) == 120
    again = [count for count in asked.values() if count > 1]
    assert 1 <= len(again) <= 8
    assert max(again) == 2


ISSUE = """
from datetime import UTC, datetime, timedelta
from anlan.management.cli import prepare_tables, start_django
start_django()
prepare_tables()
from anlan.actions.register import PlaceDraft, register_places
from anlan.actions.warnings import WarningDraft, draft_warning, propose_warning
from anlan.engine.areas import Area
at = datetime.now(UTC)
drafts = [PlaceDraft(f"P-{n}", f"P{n}", "mall", receiver_email=f"p{n}@example.org") for n in range(200)]
register_places(drafts, by=None, at=at)
draft = WarningDraft("security", "yellow", Area(city=True), at + timedelta(hours=6), ("a", ""), ("b", ""), ("c", ""))
propose_warning(draft_warning(draft, by=None, at=at), by=None, at=at)
"""


@pytest.mark.django_db
def test_a_warning_whose_worker_is_killed_in_the_fan_out_reaches_no_receiver_twice(
    installation: dict[str, str], tmp_path: Path
) -> None:
    """The whole worker is killed: it had followed the warning, addressed its messages and sent some of them.

    What it had taken up stays under its lease for a minute, which is not waited for here.
    """
    enough, all_there = threading.Event(), threading.Event()
    with mail_server() as server:
        (tmp_path / "messages.toml").write_text(
            f'[email]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\nsender = "a@city.example"\n'
        )
        run(ISSUE, environment=installation)

        def at_text(_receiver: str) -> bool:
            if len(server.mails) >= 60:
                enough.set()
            if len(server.receivers) >= 125:
                all_there.set()
            return True

        server.at_text = at_text
        for reached in (enough, all_there):
            worker = subprocess.Popen(
                [sys.executable, "-m", "anlan.management.cli", "worker"], env=installation, cwd=ROOT
            )
            try:
                assert reached.wait(120)
            finally:
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait(20)
        received = Counter(server.receivers)
    assert max(received.values()) == 1
    assert len(received) >= 125
