"""Fetching what is subscribed to: one worker at a time, only what changed, later and later while it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from anlan.actions.cap_taking import take_cap
from anlan.links.cap.document import MOST_BYTES
from anlan.links.cap.feeds import Feed, read_feed
from anlan.links.cap.problems import Problem
from anlan.links.fetching import Fetched, Unchanged, Unfetched, fetch
from anlan.links.notify_http import Limits, Outbound
from anlan.models import CapSubscription
from anlan.queries.message_channels import channel_file

LIMITS: Final = Limits(seconds=30.0, most_bytes=MOST_BYTES)
MOST_NEW: Final = 100
"""How many entries of a feed are fetched at a time; the rest follow at the next."""

LEASE: Final = timedelta(minutes=10)
"""How long a worker may be about one subscription before another takes it up."""

LONGEST_WAIT: Final = timedelta(hours=6)

REFUSED: Final = "refused-message"

Clock = Callable[[], datetime]


@dataclass(slots=True)
class _Round:
    """What one fetch brought; `again` if some of it has to be fetched once more."""

    found: int = 0
    taken: int = 0
    fault: str = ""
    detail: str = ""
    failed: bool = False
    again: bool = False


def fetch_due(*, now: Clock) -> int:
    """Fetch every subscription that is due; how many were."""
    due = CapSubscription.objects.filter(ended_at=None, due_at__lte=now()).order_by("due_at")
    count = 0
    for row in due:
        # Whoever puts the time off first has it; a worker that dies gives it back by itself.
        if CapSubscription.objects.filter(pk=row.pk, due_at=row.due_at, ended_at=None).update(
            due_at=now() + LEASE
        ):
            fetch_one(row, now=now)
            count += 1
    return count


def fetch_one(row: CapSubscription, *, now: Clock) -> None:
    """Fetch one subscription and take in what is new; what failed is said on its page and tried again later."""
    outbound = Outbound(channel_file().networks)
    began = now()
    answer = fetch(outbound, row.url, LIMITS, etag=row.etag, last_modified=row.last_modified)
    done = _Round()
    if isinstance(answer, Unfetched):
        done.fault, done.detail, done.failed = answer.fault, answer.detail, True
    elif isinstance(answer, Fetched):
        _take(row, answer, outbound, done, now)
        kept = ("", "") if done.again else (answer.etag[:300], answer.last_modified[:80])
        row.etag, row.last_modified = kept
    elif row.fault == REFUSED:
        done.fault = REFUSED
    row.failures = row.failures + 1 if done.failed else 0
    row.fault, row.fault_detail = done.fault, done.detail[:300]
    row.fetched_at = began
    if not isinstance(answer, Unfetched):
        row.answered_at = began
    if not isinstance(answer, Unchanged):
        row.found = done.found
    row.taken += done.taken
    wait = min(timedelta(minutes=row.minutes) * 2 ** min(row.failures, 10), LONGEST_WAIT)
    row.due_at = now() + max(wait, timedelta(minutes=row.minutes))
    fields = ("etag", "last_modified", "failures", "fault", "fault_detail", "fetched_at", "answered_at", "seen",
              "found", "taken", "due_at")  # fmt: skip
    values = {name: getattr(row, name) for name in fields}
    # A person may have changed its address meanwhile; what was fetched from the old one says nothing of the new.
    CapSubscription.objects.filter(pk=row.pk, url=row.url, ended_at=None).update(**values)


def _take(row: CapSubscription, answer: Fetched, outbound: Outbound, done: _Round, now: Clock) -> None:
    feed = read_feed(answer.body, answer.url)
    if not isinstance(feed, Feed):
        taken = take_cap(answer.body, source="feed", by=None, at=now(), subscription=row)
        done.found, done.taken = 1, int(taken.is_new)
        if isinstance(feed, Problem) or taken.message.outcome == "refused":
            done.fault = REFUSED
        return
    done.found = len(feed.entries)
    seen = {entry.link: row.seen[entry.link] for entry in feed.entries if entry.link in row.seen}
    fresh = [entry for entry in feed.entries if entry.link not in seen or seen[entry.link] != entry.changed]
    for entry in fresh[:MOST_NEW]:
        content = entry.content
        if content is None:
            got = fetch(outbound, entry.link, LIMITS)
            if not isinstance(got, Fetched):
                done.fault, done.again = "entries", True
                done.detail = (
                    f"{entry.link[:200]} {got.fault} {got.detail}" if isinstance(got, Unfetched) else ""
                )
                continue
            content = got.body
        done.taken += int(take_cap(content, source="feed", by=None, at=now(), subscription=row).is_new)
        seen[entry.link] = entry.changed
    done.again = done.again or len(fresh) > MOST_NEW
    row.seen = seen
