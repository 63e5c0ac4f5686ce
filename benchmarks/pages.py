"""The board and the lists on 100,000 places: server time at the median, and how many reads.

Peer: the board's figures by Django's ORM and Python loops, on the first PEER places, scaled to the whole city.
"""

import json
import sys
from functools import partial
from importlib.metadata import version
from typing import Any

from benchmarks.city import NOW, built
from benchmarks.duties import PEER, PLACES, by_loops
from benchmarks.measuring import ROOT, own_database, peak_mb, tell, timed

RUNS = 15
PAGES = (
    "/",
    "/board/live/",
    "/places/",
    "/places/?q=changsuo0500",
    "/places/?state=gaps&sort=gaps",
    "/places/?tier=city-plan-2026:tier-2",
    "/work/",
    "/findings/",
    "/evidence/",
    "/journal/",
    "/api/v1/places",
    "/api/v1/gaps",
)


def run(places: int = PLACES) -> list[dict[str, Any]]:
    """The job's figures, a row for each page; runs in this process."""
    with own_database():
        tell(f"building {places} places")
        built(places, ROOT / "schemes" / "city-plan-2026")
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext, setup_test_environment

        from anlan.actions import accounts
        from anlan.actions.accounts import Scope
        from anlan.web import clock, sessions

        setup_test_environment()
        clock.now = lambda: NOW  # one instant for all runs
        user = accounts.create_person(
            username="bench", name="bench", password="plain words for it", by=None, at=NOW
        )
        accounts.give_role(user, "city-office", scope=Scope(), by=None, at=NOW)
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session[sessions.OPENED] = session[sessions.SEEN] = NOW.isoformat()
        session.save()
        peer_s, _answer = timed(lambda: by_loops(PEER))
        scaled = peer_s * places / PEER
        rows = []
        for address in PAGES:
            answer = client.get(address)
            if answer.status_code != 200:
                tell(f"{address}: {answer.status_code}, left out")
                continue
            with CaptureQueriesContext(connection) as captured:
                client.get(address)
            _forget_counts()
            ours_s, _last = timed(partial(_asked, client, address), runs=RUNS)
            rows.append(
                {
                    "job": f"page {address}",
                    "size": f"{places} places, {len(captured)} reads",
                    "ours_s": round(ours_s, 4),
                    "peers": [
                        {
                            "name": f"the states by ORM and loops (measured on {PEER} places, scaled)",
                            "version": version("django"),
                            "seconds": round(scaled, 1),
                            "ratio": round(scaled / ours_s, 1),
                        }
                    ],
                    "memory_mb": round(peak_mb()),
                }
            )
        return rows


def _asked(client: Any, address: str) -> None:
    """One request that no earlier answer helps."""
    _forget_counts()
    client.get(address)


def _forget_counts() -> None:
    from anlan.web.board_counted import COUNTED

    COUNTED.clear()  # the cost of counting is what is measured


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else PLACES), indent=2))
