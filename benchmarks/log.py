"""200 operators on one incident, 50 entries a second: how soon everybody sees each, with the servers killed half-way.

Servers and load share the machine's cores. Ours: `anlan serve` as it is for users, pages and stream each a process of
its own; both are killed (SIGKILL) half-way and started again by it. The percentile leaves out the outage: what was
typed from the kill until everything was there again. Peer: plain_log.py, the same load, each operator asking once a
second; it is not killed.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.log_load import HOST, Load, Seen, run
from benchmarks.measuring import ROOT, own_database, peak_mb, tell

OPERATORS = 200
A_SECOND = 50
SECONDS = int(os.environ.get("ANLAN_BENCH_SECONDS", "600"))
PEER_SECONDS = int(os.environ.get("ANLAN_BENCH_PEER_SECONDS", "60"))
BACK_WITHIN_S = 5.0


def figures() -> list[dict[str, Any]]:
    """The job's figures."""
    with own_database() as folder:
        incident, cookies = _prepared()
        with _served(folder) as (port, kill):
            load = Load(
                OPERATORS,
                A_SECOND,
                SECONDS,
                port=port,
                stream_port=port + 1,
                write=lambda operator, body: _request(
                    "POST", f"/incidents/{incident}/lines/", port, cookies[operator], body
                ),
                stream=lambda operator, last: _request(
                    "GET", f"/incidents/{incident}/stream/?after={last}", port + 1, cookies[operator]
                ),
            )
            killed: list[float] = []

            def middle() -> None:
                killed.append(time.perf_counter())
                killed.append(kill())

            tell(f"{OPERATORS} operators, {A_SECOND} entries a second, {SECONDS} s; killed half-way")
            seen = asyncio.run(run(load, middle=middle))
        stored = _stored(incident)
    outage_s, back_s, late = _outage(seen, *killed)
    p50, p99 = _percentiles(seen, late)
    tell(
        f"ours: p50 {p50:.3f} s, p99 {p99:.3f} s; away {outage_s:.1f} s, all there {back_s:.1f} s after its return"
    )
    entries = A_SECOND * SECONDS
    tell(f"{entries} typed, {stored} stored, {seen.lost} not seen by somebody, {seen.twice} seen twice")
    if stored != entries + 1 or seen.lost or seen.twice:
        raise SystemExit("not exactly once")
    peer50, peer99, peer_lost = _peer()
    tell(f"plain Django, asked every second: p50 {peer50:.3f} s, p99 {peer99:.3f} s, {peer_lost} not seen")
    return [
        {
            "job": "log of an incident, seen by all (p99)",
            "size": f"{OPERATORS} operators, {A_SECOND} a second, {SECONDS} s, killed in the middle",
            "ours_s": round(p99, 3),
            "median_s": round(p50, 3),
            "outage_s": round(outage_s, 1),
            "back_s": round(back_s, 1),
            "lost": seen.lost,
            "twice": seen.twice,
            "peers": [
                {
                    "name": f"plain Django, asked every second, {PEER_SECONDS} s, not killed",
                    "version": version("django"),
                    "seconds": round(peer99, 3),
                    "ratio": round(peer99 / p99, 1),
                }
            ],
            "memory_mb": round(peak_mb()),
        }
    ]


def _percentiles(seen: Seen, late: np.ndarray[Any, np.dtype[np.bool_]]) -> tuple[float, float]:
    lags = seen.lag[~late]
    return float(np.percentile(lags, 50)), float(np.percentile(lags, 99))


def _outage(
    seen: Seen, killed: float, back: float
) -> tuple[float, float, np.ndarray[Any, np.dtype[np.bool_]]]:
    """How long the servers were away, how long after their return all was seen, and the entries that it touched."""
    arrived = (seen.typed[:, None] + seen.lag).max(axis=1)
    meanwhile = (seen.typed >= killed - 1) & (seen.typed <= back)
    all_there = float(arrived[meanwhile].max())
    late = (seen.typed >= killed - 1) & (seen.typed <= max(all_there, back))
    return back - killed, all_there - back, late


def _prepared() -> tuple[str, list[str]]:
    """An incident and the cookies of its operators."""
    from django.conf import settings as django_settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from anlan.actions import accounts
    from anlan.actions.accounts import Scope
    from anlan.actions.incidents import IncidentDraft, Report, open_incident
    from anlan.models import Grant, User
    from anlan.web import sessions

    at = datetime.now(UTC)
    draft = IncidentDraft("vehicle-attack", ("演练", "Exercise"), at, Report(), exercise=True)
    incident = open_incident(draft, by=None, at=at)
    first = accounts.create_person(
        username="first", name="值班员", password="words for a bench", by=None, at=at
    )
    accounts.give_role(first, "administrator", scope=Scope(), by=None, at=at)
    cookies = []
    for number in range(OPERATORS):
        user = User.objects.create(username=f"operator-{number}", name=f"值班员{number}", created_at=at)
        Grant.objects.create(user=user, role="city-office", valid_from=at)
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session[sessions.OPENED] = session[sessions.SEEN] = at.isoformat()
        session.create()
        cookies.append(f"{django_settings.SESSION_COOKIE_NAME}={session.session_key}")
    return str(incident.pk), cookies


def _stored(incident: str) -> int:
    from anlan.models import LogEntry

    return LogEntry.objects.filter(incident__id=incident).count()


_CSRF = "x" * 32


def _request(method: str, path: str, port: int, cookie: str, body: str = "") -> bytes:
    content = body.encode()
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}:{port}",
        f"Cookie: {cookie}; csrf={_CSRF}",
        f"X-CSRFToken: {_CSRF}",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
        "",
        "",
    ]
    return "\r\n".join(lines).encode() + content


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, Any]]:
    """`anlan serve` on the folder; `kill` ends pages and stream at once and waits until both answer again."""
    port = _free_pair()
    command = [
        sys.executable,
        "-m",
        "anlan.management.cli",
        "serve",
        "--data",
        str(folder),
        "--port",
        str(port),
        "--no-demo",
    ]
    server = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )

    def kill() -> float:
        for name in ("wsgi", "streaming"):
            for group in _groups(server.pid, name):
                os.killpg(group, signal.SIGKILL)
        _wait(port)
        _wait(port + 1)
        return time.perf_counter()

    try:
        _wait(port)
        _wait(port + 1)
        yield port, kill
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _groups(parent: int, name: str) -> set[int]:
    """The process groups of the children whose command holds a name."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes().decode(errors="replace")
        except (OSError, IndexError):
            continue
        if int(stat[1]) == parent and name in command:
            found.add(int(stat[2]))
    return found


def _wait(port: int) -> None:
    end = time.monotonic() + 90
    while time.monotonic() < end:
        try:
            with socket.create_connection((HOST, port), timeout=1) as probe:
                probe.sendall(
                    f"GET /healthz HTTP/1.1\r\nHost: {HOST}:{port}\r\nConnection: close\r\n\r\n".encode()
                )
                if b" 200 " in probe.recv(64):
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"nothing answers on {port}")


def _free_pair() -> int:
    """A port that is free, as is the next."""
    while True:
        with socket.socket() as one, socket.socket() as other:
            one.bind((HOST, 0))
            port: int = one.getsockname()[1]
            try:
                other.bind((HOST, port + 1))
            except OSError:
                continue
            return port


def _peer() -> tuple[float, float, int]:
    """The same load on the plain log."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as folder:
        environment = {**os.environ, "PLAIN_LOG": f"{folder}/log.sqlite3"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        subprocess.run([sys.executable, "-m", "benchmarks.plain_log"], cwd=ROOT, env=environment, check=True)
        port = _free_pair()
        command = [
            *(sys.executable, "-m", "granian", "benchmarks.plain_log:application", "--interface", "wsgi"),
            *("--host", HOST, "--port", str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws"),
        ]
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(port)
            load = Load(
                OPERATORS,
                A_SECOND,
                PEER_SECONDS,
                port=port,
                write=lambda _operator, body: _request("POST", "/write", port, "", body),
                poll=lambda _operator, last: _request("GET", f"/read?after={last}", port, ""),
            )
            seen = asyncio.run(run(load))
        finally:
            server.terminate()
            server.wait(30)
    lags = seen.lag[~np.isnan(seen.lag)]
    return float(np.percentile(lags, 50)), float(np.percentile(lags, 99)), seen.lost


def _wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)


if __name__ == "__main__":
    print(json.dumps(figures()))
