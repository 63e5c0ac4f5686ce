"""A server of its own with one patrolled place, for journeys with a guard's phone."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPT = ROOT / "tests" / "browser" / "patrol_town.py"
MORNING = 10


@dataclass(frozen=True, slots=True)
class Town:
    """A server with one patrolled place, and what hangs at its checkpoints."""

    address: str
    data: Path
    tokens: dict[str, str]
    typed: dict[str, str]
    password: str

    def ask(self, command: str) -> Any:
        return _run(self.data, command)

    def visits(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.ask("visits")["visits"]
        return found


def _a_zone_where_it_is_morning() -> str:
    """So that the night, with its shorter windows, is hours away whenever the journeys are run."""
    ahead = (MORNING - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


def _environment(data: Path) -> dict[str, str]:
    environment = {
        **os.environ,
        "ANLAN_DATA": str(data),
        "PYTHONPATH": str(ROOT / "src"),
        "ANLAN_TIME_ZONE": ZONE,
    }
    environment.pop("ANLAN_DATABASE_URL", None)
    return environment


def _run(data: Path, command: str) -> Any:
    done = subprocess.run(
        [sys.executable, str(SCRIPT), command],
        cwd=ROOT, env=_environment(data), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


ZONE = _a_zone_where_it_is_morning()


@dataclass(frozen=True, slots=True)
class Ground:
    """A data folder with the place, that no server has used, and the facts of it."""

    data: Path
    facts: dict[str, Any]

    def copied(self, data: Path) -> None:
        shutil.copytree(self.data, data, dirs_exist_ok=True)


def a_ground(data: Path) -> Ground:
    """The place made once; each journey walks a copy."""
    return Ground(data, _run(data, "make"))


@contextlib.contextmanager
def a_server(ground: Ground, data: Path, port: int = 0) -> Iterator[Town]:
    """A server in front of a copy of the place."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = port or probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "anlan.project.wsgi:application"]
    with (data / "serve.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--port", str(port), "--workers", "1", "--blocking-threads", "2"],
            cwd=ROOT, env=_environment(data), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    address = f"http://localhost:{port}"
    try:
        _wait(lambda: urllib.request.urlopen(f"{address}/healthz", timeout=5).status == 200)
        yield Town(address, data, ground.facts["tokens"], ground.facts["typed"], ground.facts["password"])
    finally:
        server.terminate()
        server.wait(20)


def _wait(done: Callable[[], bool], within_s: float = 120) -> None:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            if done():
                return
        time.sleep(0.2)
    pytest.fail("waited in vain")
