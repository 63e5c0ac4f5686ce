"""A private PostgreSQL server for the tests: temporary folder, free port on the loopback, gone afterwards.

python tools/postgres.py COMMAND…     run a command with ANLAN_DATABASE_URL pointing at such a server
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import setup

READY_WITHIN_S = 60.0
# Nothing here outlives the tests, so the server need not wait for the disk.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/latest/bin",
)


def programs() -> Path | None:
    """The folder with initdb and postgres, if there is one; the newest of several."""
    beside = shutil.which("initdb")
    found = [Path(beside).resolve().parent] if beside else []
    for place in _PLACES:
        found += sorted(Path("/").glob(place.lstrip("/")), key=lambda folder: _numbers(folder), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def _numbers(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in "".join(c if c.isdigit() else " " for c in str(folder)).split())


def prepare() -> str:
    """Make sure there is a server to start; otherwise say why not."""
    if programs() is not None:
        return ""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        setup.say("安装 PostgreSQL …", "installing PostgreSQL …")
        try:
            setup.apt_install("postgresql")
        except setup.SetupError as error:
            return f"PostgreSQL could not be installed: {str(error).splitlines()[-1]}"
    return "" if programs() is not None else "PostgreSQL is not installed"


def _as_user() -> tuple[list[str], pwd.struct_passwd | None]:
    """PostgreSQL refuses to run as root, so root lends it another account."""
    if os.geteuid() != 0:
        return [], None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return ["runuser", "-u", name, "--"], pwd.getpwnam(name)
    raise setup.SetupError("PostgreSQL: there is no account but root to run it under")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A server that is ready; the value is the address of its database."""
    folder = programs()
    if folder is None:
        raise setup.SetupError("PostgreSQL is not installed")
    prefix, account = _as_user()
    home = Path(tempfile.mkdtemp(prefix="anlan-postgres-"))
    try:
        password = secrets.token_urlsafe(18)
        (home / "password").write_text(password + "\n", "utf-8")
        if account is not None:
            for path in (home, home / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
        (home / "password").chmod(0o600)
        with (home / "log").open("wb") as log:
            command = [*prefix, str(folder / "initdb"), "-D", str(home / "data"), "-U", "anlan"]
            command += ["--auth=scram-sha-256", f"--pwfile={home / 'password'}"]
            command += ["--encoding=UTF8", "--no-locale", "--no-sync"]
            if subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode:
                raise setup.SetupError(f"initdb:\n{(home / 'log').read_text('utf-8', 'replace')[-2000:]}")
            port = _free_port()
            settings = [part for name, value in OPTIONS.items() for part in ("-c", f"{name}={value}")]
            command = [
                *prefix,
                str(folder / "postgres"),
                "-D",
                str(home / "data"),
                "-p",
                str(port),
                *settings,
            ]
            server = subprocess.Popen(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
            try:
                _wait_for(server, home, port)
                yield f"postgresql://anlan:{password}@127.0.0.1:{port}/postgres"
            finally:
                _stop(server, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _wait_for(server: subprocess.Popen[bytes], home: Path, port: int) -> None:
    """The last line of postmaster.pid says `ready` once connections are taken."""
    pid_file = home / "data" / "postmaster.pid"
    end = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        if pid_file.exists() and pid_file.read_text("utf-8").rstrip().endswith("ready"):
            return
        time.sleep(0.1)
    tail = (home / "log").read_text("utf-8", "replace")[-2000:]
    raise setup.SetupError(f"PostgreSQL did not start on port {port}:\n{tail}")


def _stop(server: subprocess.Popen[bytes], home: Path) -> None:
    """Ask the server itself (runuser does not pass signals on in every version) and wait for it."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        leader = int((home / "data" / "postmaster.pid").read_text("utf-8").splitlines()[0])
        os.kill(leader, 2)  # SIGINT: the fast shutdown
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(20)
    if server.poll() is None:
        server.kill()
        server.wait()


def main(command: list[str]) -> int:
    """Run one command beside a server."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    if reason := prepare():
        print(reason, file=sys.stderr)
        return 2
    with running() as address:
        environment = {**os.environ, "ANLAN_DATABASE_URL": address}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
