"""What follows when a warning was issued or has ended: done by the worker at once, beside all other queued work."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone
from django_tasks import task

from anlan.actions.cap_writing import write_cap
from anlan.actions.warning_delivery import tell_issued, tell_second_person
from anlan.models import WarningNotice

URGENT = "urgent"
"""The queue that the worker empties by itself, so that hours of planning never hold a warning up."""

TRIES = 8
WAIT = timedelta(seconds=5)
"""How long until a follower that failed is asked again; each time longer by as much."""

Follower = Callable[..., None]
"""Takes the notice and `at=`; does what is to be done as the notice stands now, and nothing twice."""

FOLLOWERS: tuple[Follower, ...] = (tell_issued, write_cap)
"""Messages first, then what goes out to other systems."""


@task(queue_name=URGENT)
def warning_follow_up(notice: str, tries: int = 1) -> None:
    """What the worker does about a warning that was issued or ended; a follower that fails does not stop the others."""
    row = WarningNotice.objects.select_related("replaces").get(pk=UUID(notice))
    if not follow(row, at=timezone.now()) and tries < TRIES:
        later = timezone.now() + tries * WAIT
        warning_follow_up.using(run_after=later).enqueue(notice, tries + 1)


@task(queue_name=URGENT)
def ask_second_person(notice: str) -> None:
    """What the worker does about a warning that waits for somebody to confirm it."""
    tell_second_person(WarningNotice.objects.get(pk=UUID(notice)), at=timezone.now())


def ask_later(notice: WarningNotice) -> None:
    """Have the worker tell those who can confirm, in the transaction that proposes it."""
    ask_second_person.enqueue(str(notice.pk))


def follow_later(notice: WarningNotice) -> None:
    """Have the worker follow a warning, in the transaction that issues or ends it."""
    warning_follow_up.enqueue(str(notice.pk))


def follow(notice: WarningNotice, *, at: datetime) -> bool:
    """Run the followers in order; whether all of them did their work."""
    done = True
    for follower in FOLLOWERS:
        try:
            follower(notice, at=at)
        except Exception:  # whatever it was, the next follower must still have its turn
            logging.getLogger(__name__).exception("a follower of warning %s failed; trying again", notice)
            done = False
    return done
