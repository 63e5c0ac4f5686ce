"""10,000 scans that phones kept while they were offline, drained through the server while people look at pages.

The server runs as it does for users (granian, one worker); clients are on the same machine and share its cores.
Every tenth batch is sent twice, as after a lost answer. Peer: plain_scans.py, one request for each scan, measured on
PEER scans and scaled; it keeps two rows a scan, we keep five and bring the states up to date.
"""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, own_database, peak_mb, tell

SCANS = 10_000
PHONES = 100
POINTS = 20
PLACES = 1300
PATROLLED = 50
PEER = 1500
CLIENTS = 8
PAGES = ("/", "/places/", "/work/", "/evidence/", "/journal/")
HOST = "127.0.0.1"


def run(scans: int = SCANS) -> list[dict[str, Any]]:
    """The job's figures; the server is a process of its own."""
    with own_database() as folder:
        tell(f"building {PLACES} places, {PATROLLED} of them patrolled")
        cookie, phones = _prepared(scans)
        batches = [batch for phone in phones for batch in phone]
        with _server(["anlan.project.wsgi:application"], {**os.environ}) as port:
            waits: list[float] = []
            done = threading.Event()
            reader = threading.Thread(target=_read_pages, args=(port, cookie, waits, done))
            reader.start()
            tell(f"draining {scans} scans in {len(batches)} batches by {CLIENTS} clients")
            started = time.perf_counter()
            with ThreadPoolExecutor(CLIENTS) as clients:
                list(clients.map(lambda phone: _send_all(port, phone), phones))
            ours_s = time.perf_counter() - started
            done.set()
            reader.join()
        kept = _counted()
        peer_s = _peer(folder) * scans / PEER
    waits.sort()
    p95 = waits[min(len(waits) - 1, int(len(waits) * 0.95))]
    expected = {"visits": scans, "evidence": scans, "walks": PHONES}
    tell(
        f"{kept} kept, {expected} sent; {len(waits)} pages meanwhile, p95 {p95:.3f} s, slowest {waits[-1]:.3f} s"
    )
    if kept != expected:
        raise SystemExit("not exactly once")
    return [
        {
            "job": "scans drained, exactly once",
            "size": f"{scans} scans, {PHONES} phones; pages meanwhile p95 {p95:.2f} s of {len(waits)}",
            "ours_s": round(ours_s, 2),
            "peers": [
                {
                    "name": f"plain Django, a request and transaction for each scan (measured on {PEER}, scaled)",
                    "version": version("django"),
                    "seconds": round(peer_s, 1),
                    "ratio": round(peer_s / ours_s, 1),
                }
            ],
            "memory_mb": round(peak_mb()),
        }
    ]


# ---- what is sent ------------------------------------------------------------------------------


def _prepared(scans: int) -> tuple[str, list[list[tuple[str, bytes]]]]:
    """The session of somebody who looks at pages, and each phone's requests: token and body, some of them twice."""
    from benchmarks.city import built

    built(PLACES, ROOT / "schemes" / "city-plan-2026")
    from django.contrib.sessions.backends.db import SessionStore

    from anlan.actions import accounts
    from anlan.actions.accounts import Scope
    from anlan.actions.patrol_codes import issue_codes
    from anlan.actions.patrol_devices import enrol_device
    from anlan.models import Checkpoint, Place
    from anlan.models.ids import new_id
    from anlan.queries.board import board
    from anlan.web import sessions

    now = datetime.now(UTC)
    at = now - timedelta(days=60)
    city = board(now)
    scan_rules = [n for n, (_scheme, rule) in enumerate(city.compiled.rules) if rule == "mobile-patrol"]
    owing = sorted(
        {
            int(city.compiled.place[d])
            for d in range(len(city.compiled))
            if city.compiled.rule[d] in scan_rules
        }
    )
    codes = [city.loaded.register.codes[number] for number in owing[:PATROLLED]]
    phones: list[list[tuple[str, bytes]]] = []
    each = scans // PHONES
    for number in range(PHONES):
        place = Place.objects.get(code=codes[number % len(codes)])
        if not place.checkpoints.exists():
            Checkpoint.objects.bulk_create(
                [Checkpoint(place=place, code=f"C{n}", name_zh=f"点{n}", opened_at=at) for n in range(POINTS)]
            )
            issue_codes(place, by=None, at=at)
        tokens = [point.codes.get().token for point in place.checkpoints.prefetch_related("codes")]
        guard = accounts.create_person(
            username=f"guard-{number}", name=f"保安员{number}", password="plain words for it", by=None, at=at
        )
        accounts.give_role(guard, "guard", scope=Scope(place=place.code), by=None, at=at)
        _device, secret = enrol_device(guard, label="phone", at=at)
        walk = str(new_id())
        began = now - timedelta(days=1, minutes=number)
        records: list[dict[str, Any]] = [
            {"kind": "walk", "id": walk, "place": place.code, "device_at": began.isoformat(), "skew_s": 0}
        ]
        records += [
            {
                "kind": "visit", "id": str(new_id()), "walk": walk, "number": n + 1, "way": "qr", "skew_s": 0,
                "code": f"https://anlan.example/c/{tokens[n % len(tokens)]}/",
                "device_at": (began + timedelta(minutes=4 * n)).isoformat(),
            }
            for n in range(each)
        ]  # fmt: skip
        bodies = [
            json.dumps({"sent_at": now.isoformat(), "records": records[first : first + 100]}).encode()
            for first in range(0, len(records), 100)
        ]
        sent = [(secret, body) for body in bodies]
        phones.append(sent + sent if number % 10 == 0 else sent)
    office = accounts.create_person(
        username="office", name="office", password="plain words for it", by=None, at=at
    )
    accounts.give_role(office, "city-office", scope=Scope(), by=None, at=at)
    session = SessionStore()
    session["_auth_user_id"] = str(office.pk)
    session["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    session["_auth_user_hash"] = office.get_session_auth_hash()
    session[sessions.OPENED] = session[sessions.SEEN] = now.isoformat()
    session.create()
    return str(session.session_key), phones


def _send_all(port: int, requests: list[tuple[str, bytes]]) -> None:
    """One phone after its shift: its batches one after another."""
    line = http.client.HTTPConnection(HOST, port, timeout=60)
    for token, body in requests:
        headers = {"Authorization": f"Device {token}", "Content-Type": "application/json"}
        while True:
            line.request("POST", "/patrol/sync/", body, headers)
            answer = line.getresponse()
            said = json.loads(answer.read())
            if answer.status != 429:
                break
            time.sleep(random.uniform(0.5, 1.5))
        if answer.status != 200 or {one["status"] for one in said["results"]} - {"recorded", "known"}:
            raise SystemExit(f"{answer.status}: {said}")
    line.close()


def _read_pages(port: int, cookie: str, waits: list[float], done: threading.Event) -> None:
    """Somebody who opens one page after another, with a moment between them."""
    line = http.client.HTTPConnection(HOST, port, timeout=60)
    while not done.is_set():
        for page in PAGES:
            started = time.perf_counter()
            line.request("GET", page, headers={"Cookie": f"session={cookie}"})
            answer = line.getresponse()
            answer.read()
            waits.append(time.perf_counter() - started)
            if answer.status != 200:
                raise SystemExit(f"{page}: {answer.status}")
            done.wait(0.05)
    line.close()


def _counted() -> dict[str, int]:
    from django.db import connection

    from anlan.models import Evidence, Visit, Walk

    connection.close()
    evidence = Evidence.objects.filter(kind="scan", visits__isnull=False).count()
    return {"visits": Visit.objects.count(), "evidence": evidence, "walks": Walk.objects.count()}


# ---- servers -----------------------------------------------------------------------------------


@contextmanager
def _server(target: list[str], environment: dict[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "granian", *target, "--interface", "wsgi", "--port", str(port)]
    server = subprocess.Popen(
        [*command, "--workers", "1", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"],
        cwd=ROOT,
        env=environment,
        stdout=sys.stderr,
    )
    try:
        _until_open(port)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def _until_open(port: int) -> None:
    for _try in range(300):
        try:
            line = http.client.HTTPConnection(HOST, port, timeout=10)
            line.request("GET", "/healthz")
            line.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def _peer(folder: Path) -> float:
    """The seconds that the peer takes for PEER scans, sent by as many clients."""
    environment = {**os.environ, "PLAIN_SCANS": str(folder / "plain.sqlite3")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    made = "from benchmarks import plain_scans; plain_scans.make_tables()"
    subprocess.run([sys.executable, "-c", made], cwd=ROOT, env=environment, check=True)
    from anlan.models.ids import new_id

    at = datetime.now(UTC).isoformat()
    bodies = [
        json.dumps(
            {"id": str(new_id()), "code": "https://anlan.example/c/AAAAAAAAAAAAAAAAAAAA/", "device_at": at}
        )
        for _ in range(PEER)
    ]
    with _server(["benchmarks.plain_scans:application"], environment) as port:
        shares = [bodies[first::CLIENTS] for first in range(CLIENTS)]
        started = time.perf_counter()
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda share: _send_plain(port, share), shares))
        return time.perf_counter() - started


def _send_plain(port: int, bodies: list[str]) -> None:
    line = http.client.HTTPConnection(HOST, port, timeout=60)
    for body in bodies:
        line.request("POST", "/scans/", body, {"Content-Type": "application/json"})
        answer = line.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"plain: {answer.status}")
    line.close()


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]) if len(sys.argv) > 1 else SCANS), indent=2))
