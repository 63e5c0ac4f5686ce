"""`anlan worker`: takes jobs from the database and does them, until it is told to stop."""

import logging
import threading
import time

import click
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from anlan.actions.installation import worker_lives

BEAT_S = 30


@click.command()
@click.option("--batch", is_flag=True, help="做完现有任务即退出  stop when nothing is left to do")
def worker(batch: bool) -> None:
    """Run the background worker.  运行后台任务。"""
    logging.getLogger("django_tasks_db").addFilter(_is_worth_a_line)
    if not batch:
        threading.Thread(target=_beat, name="heartbeat", daemon=True).start()
    call_command("db_worker", queue_name="*", batch=batch, interval=1, startup_delay=False, verbosity=0)


def _is_worth_a_line(record: logging.LogRecord) -> bool:
    """Being asked to stop is how every day ends, not a warning."""
    return not record.getMessage().startswith("Received ")


def _beat() -> None:
    """Tell the settings page twice a minute that the worker lives."""
    while True:
        try:
            worker_lives(at=timezone.now())
        except DatabaseError:
            logging.getLogger(__name__).warning("the sign of life could not be written; trying again")
        connection.close()
        time.sleep(BEAT_S)
