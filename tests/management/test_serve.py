"""`anlan serve` refuses with one clear line, and holds its processes together."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from anlan.management.processes import RESTARTS, Group


def serve(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "anlan.management.cli", "serve", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_taken_port_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        outcome = serve("--data", str(tmp_path), "--port", str(port))
    assert outcome.returncode == 2
    assert f"Port {port} is taken" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    outcome = serve("--data", str(tmp_path / "file" / "data"))
    assert outcome.returncode == 2
    assert "The data folder cannot be written" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_plain_http_is_refused_beyond_this_machine(tmp_path: Path) -> None:
    outcome = serve("--data", str(tmp_path), "--host", "192.0.2.7")
    assert outcome.returncode == 2
    assert "--tls" in outcome.stderr
    assert len(outcome.stderr.splitlines()) == 1


def test_a_child_that_keeps_dying_ends_the_watch(capfd: pytest.CaptureFixture[str]) -> None:
    group = Group({})
    group.start("web", [sys.executable, "-c", "raise SystemExit(3)"])
    assert group.watch() is False
    assert capfd.readouterr().err.count("web ended (3)") == RESTARTS
    group.stop()


def test_a_child_that_may_fail_is_left_out_and_the_others_go_on(capfd: pytest.CaptureFixture[str]) -> None:
    group = Group({})
    group.start("stream", [sys.executable, "-c", "raise SystemExit(3)"], may_fail=True)
    group.start("web", [sys.executable, "-c", "raise SystemExit(4)"])
    assert group.watch() is False
    said = capfd.readouterr().err
    group.stop()
    assert "stream keeps ending (3) and is left out" in said
    assert "web keeps ending (4); stopping" in said


def test_stopping_ends_every_child_and_what_it_started(tmp_path: Path) -> None:
    grandchild = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', {0!r}]).wait()"
    marker = tmp_path / "started"
    sleeper = f"import pathlib, time; pathlib.Path({str(marker)!r}).touch(); time.sleep(600)"
    group = Group({})
    group.start("web", [sys.executable, "-c", grandchild.format(sleeper)])
    assert group.wait_until(marker.exists, at_most_s=20)
    begun = time.monotonic()
    group.stop()
    assert time.monotonic() - begun < 9
    assert group.died() is not None


def test_waiting_for_a_child_that_died_ends_at_once() -> None:
    group = Group({})
    group.start("web", [sys.executable, "-c", "raise SystemExit(1)"])
    begun = time.monotonic()
    assert group.wait_until(lambda: False, at_most_s=60) is False
    assert time.monotonic() - begun < 20
    group.stop()
