"""`anlan serve`: prepares the data, then runs the web server and the background worker together."""

from __future__ import annotations

import datetime
import errno
import fcntl
import http.client
import ipaddress
import os
import socket
import ssl
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import click

from anlan.management.processes import Group
from anlan.management.terminal import refuse, tell

WEB_THREADS = 4
PAGES = (
    *("anlan.project.wsgi:application", "--interface", "wsgi"),
    *("--workers", "1", "--blocking-threads", str(WEB_THREADS)),
)
STREAM = ("anlan.project.streaming:application", "--interface", "asginl", "--workers", "1")
READY_WITHIN_S = 60.0
REFUSALS = 5
LOOPBACK_NAMES = {"localhost", "127.0.0.1"}
REPOSITORY = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Address:
    """Where the web server listens and how a person reaches it."""

    host: str
    port: int
    tls: bool

    @property
    def shown(self) -> str:
        name = "localhost" if self.host in {"0.0.0.0", "::", "127.0.0.1", "::1"} else self.host
        return f"{'https' if self.tls else 'http'}://{name}:{self.port}/"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口  port")
@click.option("--host", help="监听地址（默认仅本机）  address to listen on (this machine only)")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="数据文件夹（默认 ./data）  folder of database, files and keys",
)
@click.option("--no-demo", is_flag=True, help="不载入演示城市  leave an empty database empty")
@click.option(
    "--scheme",
    "schemes",
    multiple=True,
    metavar="ID",
    help="采用的方案，可重复  scheme to adopt; may be repeated",
)
@click.option("--setup-only", is_flag=True, help="只准备，不启动  prepare and start nothing")
@click.option(
    "--tls", is_flag=True, help="以自建证书提供 HTTPS，供手机使用  HTTPS with an own authority, for phones"
)
def serve(
    port: int,
    host: str | None,
    data: Path | None,
    no_demo: bool,
    schemes: tuple[str, ...],
    setup_only: bool,
    tls: bool,
) -> None:
    """Start Anlan: web server and background worker.  启动安澜：网站与后台任务。"""
    folder = _writable_folder(data)
    address = Address(host or ("0.0.0.0" if tls else "127.0.0.1"), port, tls)
    if not setup_only:
        _refuse_open_http(address)
        _refuse_taken(address)
    with _only_server_of(folder):
        _prepare(demo=not no_demo, schemes=schemes)
        if setup_only:
            tell("准备完毕。", "prepared.")
            return
        raise SystemExit(_serve(folder, address))


# ---- before anything is started ----------------------------------------------------------------


def _writable_folder(data: Path | None) -> Path:
    """Make the data folder and show settings where it is."""
    folder = (data or Path(os.environ.get("ANLAN_DATA") or REPOSITORY / "data")).expanduser().resolve()
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".anlan-write-test-"):
            pass
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        refuse(
            f"数据文件夹不可写：{folder}（{reason}）。请用 --data 指定其他文件夹。",
            f"The data folder cannot be written: {folder} ({reason}). Choose another with --data.",
        )
    (folder / "static").mkdir(exist_ok=True)
    os.environ["ANLAN_DATA"] = str(folder)
    return folder


def _refuse_open_http(address: Address) -> None:
    """Without TLS nobody but this machine may connect: sessions would cross the network in the open."""
    if address.tls or address.host == "localhost":
        return
    try:
        if ipaddress.ip_address(address.host).is_loopback:
            return
    except ValueError:
        pass
    refuse(
        f"不加密的 HTTP 只在本机使用；要从 {address.host} 访问请加 --tls，或在本机放置反向代理。",
        f"Plain HTTP is for this machine only; to listen on {address.host} add --tls, or use a proxy.",
    )


def _refuse_taken(address: Address) -> None:
    """Try the port before anything slow happens."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
            return
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            reason = error.strerror or str(error)
    if taken:
        refuse(
            f"端口 {address.port} 已被占用，请用 --port 选择其他端口。",
            f"Port {address.port} is taken: choose another with --port.",
        )
    refuse(
        f"无法监听 {address.host}:{address.port}（{reason}）。",
        f"Cannot listen on {address.host}:{address.port} ({reason}).",
    )


def _only_server_of(folder: Path) -> IO[str]:
    """Hold the data folder for this server; a second one is refused."""
    handle = (folder / ".serving").open("w", encoding="utf-8")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        refuse(
            f"已有一个安澜在使用 {folder}，请先停止它。",
            f"Another Anlan already serves {folder}: stop it first.",
        )
    return handle


def _prepare(*, demo: bool, schemes: tuple[str, ...]) -> None:
    """Migrate the database and give an empty one its demo city."""
    from anlan.management.cli import start_django

    start_django()
    from anlan.management import preparation

    preparation.migrate()
    if preparation.is_empty():
        if demo:
            preparation.load_demo(schemes)
        else:
            preparation.adopt(schemes)
            preparation.explain_first_administrator()
    elif schemes:
        preparation.adopt(schemes)
    preparation.ready_signing_key()
    preparation.let_go()


# ---- running -----------------------------------------------------------------------------------


def _serve(folder: Path, address: Address) -> int:
    """Run both processes until somebody asks for the end."""
    environment = {**os.environ, "ANLAN_TLS": "1" if address.tls else ""}
    tls_options: list[str] = []
    if address.tls:
        from anlan.management import certificates

        names = certificates.local_names()
        certificate = certificates.ready_certificate(
            folder / "tls", names=names, at=datetime.datetime.now(datetime.UTC)
        )
        environment.setdefault("ANLAN_ALLOWED_HOSTS", ",".join(names))
        tls_options = [
            "--ssl-certificate",
            str(certificate.certificate),
            "--ssl-keyfile",
            str(certificate.key),
        ]
        tell(
            f"手机须先安装并信任根证书：{certificate.authority}",
            f"phones must first install and trust this authority; SHA-256 {certificate.fingerprint}",
        )
        outside = next((name for name in names if name not in LOOPBACK_NAMES), "localhost")
        environment.setdefault("ANLAN_ADDRESS", f"https://{outside}:{address.port}")
        shown = "  ".join(f"https://{name}:{address.port}/" for name in names if name not in LOOPBACK_NAMES)
        tell(f"楼内访问地址：{shown}", "is how phones in the building reach it.")
    environment.setdefault("ANLAN_ADDRESS", address.shown.rstrip("/"))
    if _is_free(_beside(address)):
        environment.setdefault("ANLAN_STREAM", str(address.port + 1))
    environment.setdefault("ANLAN_STREAM", "")
    group = Group(environment)
    group.heed_signals()
    try:
        # The worker starts after the pages answer, so that the two do not contend for the first seconds.
        group.start("web", [sys.executable, *_granian(address, PAGES), *tls_options])
        health = Health(address)
        if not group.wait_until(health.answered, at_most_s=READY_WITHIN_S) or not health.good:
            if group.stopping:
                return 0
            tell("网站未能启动，原因见上。", "the web server did not start; the reason is above.")
            return 1
        if environment["ANLAN_STREAM"] == str(address.port + 1):
            group.start(
                "stream", [sys.executable, *_granian(_beside(address), STREAM), *tls_options], may_fail=True
            )
        group.start("worker", [sys.executable, "-m", "anlan.management.cli", "worker"])
        _show(address)
        return 0 if group.watch() else 1
    finally:
        group.stop()
        tell("已停止。", "stopped.")


def _beside(address: Address) -> Address:
    """Where the process that streams listens: the next port."""
    return replace(address, port=address.port + 1)


def _is_free(address: Address) -> bool:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except (OSError, OverflowError):
            return False
    return True


def _granian(address: Address, application: Sequence[str]) -> list[str]:
    return [
        *("-m", "granian", *application),
        *("--host", address.host, "--port", str(address.port)),
        *("--no-ws", "--log-level", "warning", "--respawn-failed-workers", "--workers-kill-timeout", "5"),
    ]


@dataclass(slots=True)
class Health:
    """Asks /healthz until it is good, or has said often enough that it is not."""

    address: Address
    good: bool = False
    refusals: int = 0

    def answered(self) -> bool:
        """Whether asking any further is pointless."""
        status = _status_of_health(self.address)
        self.good = status == 200
        self.refusals += status not in {None, 200}
        return self.good or self.refusals >= REFUSALS


def _status_of_health(address: Address) -> int | None:
    """What /healthz answers; None while nobody answers."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    connection: http.client.HTTPConnection
    if address.tls:
        # Only whether our own child answers is asked here, not who it is.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, address.port, timeout=5, context=context)
    else:
        connection = http.client.HTTPConnection(host, address.port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": f"localhost:{address.port}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _show(address: Address) -> None:
    """Print the address and, in a demo city, its accounts."""
    from anlan.management import preparation

    print(f"\n安澜已启动  Anlan is running:  {address.shown}\n", flush=True)
    preparation.show_demo_accounts()
    print("按 Ctrl-C 停止。  Press Ctrl-C to stop.", flush=True)
