"""`anlan worker`: takes jobs from the database and does them, until it is told to stop."""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import click
from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from anlan.actions import drafts, jobs
from anlan.actions.cap_erasure import erase_cap
from anlan.actions.cap_feeds import fetch_due
from anlan.actions.cap_writing import acknowledge_bases
from anlan.actions.contact_tests import watch_tests
from anlan.actions.installation import worker_lives
from anlan.actions.messages_erasure import erase_addresses
from anlan.actions.messages_sending import send_due
from anlan.actions.patrol_erasure import erase_names
from anlan.actions.patrol_jobs import plans_wait, watch_postures
from anlan.actions.signal_erasure import erase_signals
from anlan.actions.tallies import watch_days
from anlan.actions.warning_delivery import watch_warnings
from anlan.actions.warning_follow_up import URGENT
from anlan.management.processes import end_with_parent

BEAT_S = 30
FEEDS_S = 15
FINISH_WITHIN_S = 8
WATCH = timedelta(seconds=5)
"""How often warnings in force are looked at for receivers who are late."""

LOOK_BACK = timedelta(minutes=15)
"""How far back a worker that starts looks for postures that began or ended meanwhile."""


@click.command()
@click.option("--batch", is_flag=True, help="做完现有任务即退出  stop when nothing is left to do")
def worker(batch: bool) -> None:
    """Run the background worker.  运行后台任务。"""
    logging.getLogger("django_tasks_db").addFilter(_is_worth_a_line)
    with jobs.working() as name:
        jobs.reap(at=timezone.now())
        if not batch:
            threading.Thread(target=_beat, args=(name,), name="heartbeat", daemon=True).start()
            if not plans_wait():
                threading.Thread(target=_warm, name="warming", daemon=True).start()
            threading.Thread(target=_send, args=(name,), name="messages", daemon=True).start()
            threading.Thread(target=_fetch, name="feeds", daemon=True).start()
        with nullcontext() if batch else _following(name):
            call_command(
                "db_worker",
                queue_name="*",
                exclude_queues="" if batch else URGENT,
                batch=batch,
                interval=1,
                startup_delay=False,
                verbosity=0,
                worker_id=name,
            )
        while batch and send_due(worker=name, now=timezone.now):
            pass


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Being asked to stop is how every day ends, not a warning."""
    return not record.getMessage().startswith("Received ")


def _warm() -> None:
    """Have the kernel of patrols compiled on the side, for the first click of a new installation.

    Where plans wait to be drawn already, drawing them does the same.
    """
    subprocess.run(
        [sys.executable, "-m", "anlan.engine.patrol_warming"], check=False, preexec_fn=end_with_parent
    )


def _beat(name: str) -> None:
    """Tell twice a minute that the worker lives, keep hold of its task, and take up what other workers left.

    A posture stated beforehand is followed when it begins or ends, a day is counted when it
    has ended. Once a day what need not be kept is thrown out.
    """
    cleared, looked = None, timezone.now() - LOOK_BACK
    while True:
        try:
            at = timezone.now()
            worker_lives(at=at)
            jobs.renew(name, at=at)
            jobs.reap(at=at)
            watch_postures(since=looked, at=at)
            looked = at
            watch_days(at=at)
            watch_tests(at=at)
            if cleared != at.date():
                jobs.forget_old_keys(at=at)
                drafts.erase_old(at=at)
                erase_names(at=at)
                erase_signals(at=at)
                erase_addresses(at=at)
                erase_cap(at=at)
                cleared = at.date()
        except DatabaseError:
            logging.getLogger(__name__).warning("the sign of life could not be written; trying again")
        connection.close()
        time.sleep(BEAT_S)


def _send(name: str) -> None:
    """Send messages as soon as they are due, whatever long work the queue holds meanwhile."""
    while True:
        try:
            sent = send_due(worker=name, now=timezone.now)
        except Exception:  # whatever it was, the next message must still go out
            logging.getLogger(__name__).exception("messages could not be sent; trying again")
            connection.close()
            sent = 0
        if not sent:
            close_old_connections()
            time.sleep(1)


def _fetch() -> None:
    """Fetch what is subscribed to when it is due, and thank for alerts that warnings rest on."""
    while True:
        try:
            fetch_due(now=timezone.now)
            acknowledge_bases(at=timezone.now())
        except Exception:  # whatever one feed brought, the others must still be fetched
            logging.getLogger(__name__).exception("feeds could not be fetched; trying again")
            connection.close()
        close_old_connections()
        time.sleep(FEEDS_S)


@contextmanager
def _following(name: str) -> Iterator[None]:
    """Do beside the queue what follows when a warning is issued or ends; what is begun is finished at the end."""
    stopping = threading.Event()
    thread = threading.Thread(target=_follow, args=(name, stopping), name="warnings", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(FINISH_WITHIN_S)


def _follow(name: str, stopping: threading.Event) -> None:
    urgent = Worker(
        queue_names=[URGENT], interval=0, batch=True, backend_name="default", startup_delay=False,
        max_tasks=None, worker_id=name, excluded_queue_names=[],
    )  # fmt: skip
    looked = timezone.now() - WATCH
    while not stopping.wait(0.5):
        try:
            if DBTaskResult.objects.ready().filter(queue_name=URGENT).exists():
                urgent.run()
            if timezone.now() >= looked + WATCH:
                looked = timezone.now()
                watch_warnings(at=looked)
        except Exception:  # whatever it was, the next warning must still be followed
            logging.getLogger(__name__).exception("warnings could not be followed; trying again")
            connection.close()
        close_old_connections()
