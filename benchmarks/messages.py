"""A million messages addressed and durable: COPY into PostgreSQL, executemany into SQLite, beside bulk_create.

Both ways write the same rows into the same tables with the same indexes, in one transaction that waits for the disk,
on the same server in the same run. The peer is measured on PEER rows and scaled; its rows are made before its clock
starts, ours are read from the letters while it runs.
"""

import gc
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from typing import Any

from benchmarks.measuring import ROOT, own_database, peak_mb, tell, timed

MESSAGES = 1_000_000
PEER = 100_000
RUNS = 3
AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
KEEP = timedelta(days=30)


def run(count: int = MESSAGES) -> list[dict[str, Any]]:
    """The figures of both databases, each in a process of its own."""
    results = []
    for database in ("postgresql", "sqlite"):
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.messages", str(count), database],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            check=True,
        )
        results += json.loads(done.stdout)
    return results


def measured(count: int) -> list[dict[str, Any]]:
    """One database: ours the median of RUNS, the peer once on PEER rows."""
    from django.db import connection

    from anlan.actions.messages import About, address
    from anlan.models import Mailing, Message

    rounds = iter(range(1, 1000))

    def addressed() -> int:
        return address(
            About("warning", "bench", next(rounds)), _letters(count), keep=KEEP, by=None, at=AT
        ).made

    seconds = []
    for _run in range(RUNS):
        gc.collect()
        spent, made = timed(addressed)
        seconds.append(spent)
        tell(f"{connection.vendor}: {made} messages in {spent:.2f} s, load {os.getloadavg()[0]:.1f}")
        if made != count or Message.objects.count() != count:
            raise SystemExit("not every message is there")
        _emptied()
    rows = _plain(PEER)
    peer, _made = timed(lambda: _bulk_created(rows))
    tell(f"{connection.vendor}: bulk_create of {PEER} in {peer:.2f} s")
    ours = sorted(seconds)[len(seconds) // 2]
    mailings = Mailing.objects.count()
    assert mailings == 1
    peer_s = peer * count / PEER
    return [
        {
            "job": f"messages addressed, durable ({connection.vendor})",
            "size": f"{count} messages, median of {RUNS}: {', '.join(f'{one:.2f}' for one in seconds)} s",
            "ours_s": round(ours, 2),
            "peers": [
                {
                    "name": f"Django bulk_create, batches of 1000 (measured on {PEER}, scaled)",
                    "version": version("django"),
                    "seconds": round(peer_s, 1),
                    "ratio": round(peer_s / ours, 1),
                }
            ],
            "memory_mb": round(peak_mb()),
        }
    ]


def _letters(count: int) -> Iterator[Any]:
    """A warning to half a million receivers by two channels each; every receiver has a page of its own."""
    from anlan.actions.messages import Letter, Words
    from anlan.engine.policy import Text

    words = Words(Text("橙色预警", "Orange warning"), Text("请加强巡查。", "Patrol more often."))
    for number in range(count):
        code = f"P-{number // 2:07}"
        if number % 2:
            to, channel = f"1380{number:07}", "sms"
        else:
            to, channel = f"duty.{number}@place.example", "email"
        yield Letter(
            "place", code, channel, to, words, "zh", f"https://anlan.example/w/{code}-0123456789abcdef/"
        )


def _plain(count: int) -> list[Any]:
    from anlan.models import Mailing, Message, MessageText

    mailing = Mailing.objects.create(
        about_kind="warning", about_id="peer", addressed_at=AT, erase_at=AT + KEEP
    )
    text = MessageText.objects.create(mailing=mailing, title_zh="橙色预警", body_zh="请加强巡查。")
    return [
        Message(
            mailing=mailing, text=text, receiver_kind=one.receiver_kind, receiver=one.receiver,
            channel=one.channel, address=one.address, link=one.link, due_at=AT,
        )
        for one in _letters(count)
    ]  # fmt: skip


def _bulk_created(rows: list[Any]) -> None:
    from django.db import transaction

    from anlan.models import Message

    with transaction.atomic():
        Message.objects.bulk_create(rows, batch_size=1000)


def _emptied() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("TRUNCATE anlan_delivery, anlan_message, anlan_messagetext, anlan_mailing")
            cursor.execute("CHECKPOINT")
        else:
            for table in ("anlan_message", "anlan_messagetext", "anlan_mailing"):
                cursor.execute(f"DELETE FROM {table}")


def _on_postgresql(count: int) -> list[dict[str, Any]]:
    """A server of its own that waits for the disk as one in use does."""
    sys.path.insert(0, str(ROOT / "tools"))
    import postgres

    postgres.OPTIONS.update(
        fsync="on", synchronous_commit="on", full_page_writes="on", shared_buffers="512MB", max_wal_size="4GB"
    )
    if shutil.which("psql") is None and postgres.programs() is None:
        raise SystemExit("there is no PostgreSQL")
    with postgres.running() as address:
        os.environ["ANLAN_DATABASE_URL"] = address
        os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.project.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        try:
            return measured(count)
        finally:
            from django.db import connection

            connection.close()


def main(words: list[str]) -> list[dict[str, Any]]:
    count = int(words[0]) if words else MESSAGES
    if words[1:] == ["postgresql"]:
        return _on_postgresql(count)
    if words[1:] == ["sqlite"]:
        with own_database():
            return measured(count)
    return run(count)


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:]), indent=2))
