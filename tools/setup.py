"""Make the environment that ./run and ./check need; skip whatever is already as the locks say.

Only the standard library is used, because nothing else is there yet. Everything made here lies in
.venv, node_modules and the git-ignored folders of browser libraries.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "anlan-setup.json"
LOCKS = ROOT / "requirements"
WHEELS = ROOT / "wheels"
CATALOGUES = ROOT / "src" / "anlan" / "locale"
OLDEST = (3, 11)


class SetupError(Exception):
    """Something a person has to mend; its text is the one line to show."""


def say(chinese: str, english: str) -> None:
    """Tell what happens, in both languages, beside (not in) the standard output."""
    print(f"· {chinese}  {english}", file=sys.stderr, flush=True)


def environment() -> dict[str, str]:
    """Environment for every installer: no questions, and the package index that pip is set up with."""
    variables = dict(os.environ)
    variables.update(
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_INPUT="1",
        UV_NO_PROGRESS="1",
        UV_PYTHON_DOWNLOADS="never",
        UV_NO_CONFIG="1",
        UV_LINK_MODE="copy",
    )
    variables.setdefault("UV_HTTP_TIMEOUT", "180")
    variables.pop("PYTHONHOME", None)
    variables.pop("VIRTUAL_ENV", None)
    return variables


def run(command: list[str | Path], *, variables: Mapping[str, str] | None = None) -> None:
    """Run a command quietly; when it fails show the end of what it said."""
    outcome = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        env=dict(variables) if variables is not None else environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if outcome.returncode != 0:
        tail = "\n".join(outcome.stdout.strip().splitlines()[-15:])
        raise SetupError(f"{Path(str(command[0])).name} {command[1]}: {outcome.returncode}\n{tail}")


def digest(*paths: Path) -> str:
    """One hash over the bytes of some files."""
    sums = hashlib.sha256()
    for path in paths:
        sums.update(path.read_bytes() if path.exists() else b"-")
        sums.update(b"\0")
    return sums.hexdigest()[:24]


def read_stamp() -> dict[str, str]:
    """What the last set-up left behind; empty when it is missing or unreadable."""
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(**entries: str) -> None:
    """Add entries to the stamp in one step."""
    stamp = {**read_stamp(), **entries}
    fresh = STAMP.with_suffix(".new")
    fresh.write_text(json.dumps(stamp, indent=1, sort_keys=True) + "\n", "utf-8")
    fresh.replace(STAMP)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Let one set-up at a time work in this folder."""
    try:
        handle = (ROOT / "tools" / "setup.py").open("rb")
    except OSError as error:
        raise SetupError(f"{error}") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("另一个安装正在进行，等待其完成…", "another set-up is at work here; waiting for it…")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# ---- the virtual environment -------------------------------------------------------------------


def _is_root_on_debian() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str) -> None:
    """Install Debian packages; only to be called as root."""
    variables = {**environment(), "DEBIAN_FRONTEND": "noninteractive"}
    command: list[str | Path] = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    try:
        run(command, variables=variables)
    except SetupError:
        run(["apt-get", "update", "-q"], variables=variables)
        run(command, variables=variables)


def _can_import(module: str) -> bool:
    return (
        subprocess.run(
            [sys.executable, "-c", f"import {module}"], capture_output=True, check=False
        ).returncode
        == 0
    )


def _kind_of_python() -> str:
    """What the environment's own Python is, as far as packages depend on it; empty when it is broken."""
    program = (
        "import platform as p, sys; print(p.python_implementation(), *sys.version_info[:2], p.machine())"
    )
    try:
        outcome = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return outcome.stdout.strip() if outcome.returncode == 0 else ""


def _make_venv() -> None:
    """Make .venv afresh with the Python that runs this script."""
    say("创建 Python 环境 .venv …", "making the Python environment .venv …")
    # A virtual environment made from a virtual environment would break with its parent.
    base = getattr(sys, "_base_executable", None) or sys.executable
    if VENV.exists():
        shutil.rmtree(VENV)
    if not _can_import("ensurepip"):
        if _can_import("pip"):
            run([base, "-m", "venv", "--without-pip", VENV])
            return
        if not _is_root_on_debian():
            raise SetupError(
                "此 Python 缺少 ensurepip：请安装 python3-venv 后重试。  "
                "This Python lacks ensurepip: install python3-venv and try again."
            )
        say("安装系统软件包 python3-venv …", "installing the system package python3-venv …")
        apt_install("python3-venv")
    run([base, "-m", "venv", VENV])


def pip() -> list[str | Path]:
    """The pip that works on .venv."""
    if (VENV / "bin" / "pip").exists():
        return [PYTHON, "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", PYTHON]


def _index_of_pip() -> dict[str, str]:
    """Let uv use the index that pip is configured with, unless uv has its own setting."""
    if any(name in os.environ for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL")):
        return {}
    configured = os.environ.get("PIP_INDEX_URL", "")
    if not configured:
        outcome = subprocess.run(
            [str(part) for part in (*pip(), "config", "get", "global.index-url")],
            capture_output=True,
            text=True,
            check=False,
        )
        configured = outcome.stdout.strip() if outcome.returncode == 0 else ""
    return {"UV_DEFAULT_INDEX": configured} if configured else {}


def certificates(variable: str) -> dict[str, str]:
    """Let another installer trust what pip was told to trust."""
    bundle = os.environ.get("PIP_CERT", "")
    if bundle and variable not in os.environ and Path(bundle).exists():
        return {variable: bundle}
    return {}


def index_variables() -> dict[str, str]:
    """Environment for uv."""
    return {**environment(), **_index_of_pip(), **certificates("SSL_CERT_FILE")}


def _offline() -> list[str]:
    """Where a bundle brought its wheels, no index is asked."""
    return ["--no-index", "--find-links", str(WHEELS)] if WHEELS.is_dir() else []


def install_beside(name: str) -> Path:
    """Install one locked tool into a folder of its own inside .venv and return that folder."""
    folder = VENV / f"anlan-{name}"
    lock = LOCKS / f"{name}.txt"
    if read_stamp().get(name) != digest(lock) or not folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)
        run(
            [
                *pip(),
                "install",
                "-q",
                "--require-hashes",
                "--no-deps",
                *_offline(),
                "--target",
                folder,
                "-r",
                lock,
            ]
        )
        write_stamp(**{name: digest(lock)})
    return folder


def _install_packages(locks: list[Path]) -> None:
    """Bring the environment to exactly what the locks say, with uv, or with pip where uv is not to be had."""
    variables = {**environment(), **_index_of_pip(), **certificates("SSL_CERT_FILE")}
    try:
        uv = install_beside("uv") / "bin" / "uv"
        command: list[str | Path] = [uv, "pip", "sync", "-q", "--require-hashes", "--python", PYTHON]
        run([*command, *_offline(), *locks], variables=variables)
    except SetupError as error:
        say("uv 不可用，改用 pip …", f"uv did not do it, trying pip … ({str(error).splitlines()[-1][:160]})")
        wanted = [part for lock in locks for part in ("-r", lock)]
        run([*pip(), "install", "-q", "--require-hashes", "--no-deps", *_offline(), *wanted])
    _install_ourselves()


def _install_ourselves() -> None:
    """Install the project as an editable package, without fetching anything."""
    run([*pip(), "install", "-q", "--no-deps", "--no-index", "--no-build-isolation", "--editable", ROOT])


def prepare_packages(purpose: str) -> None:
    """Make the environment for `run` or for `check`; one that can check can also run."""
    # Any Python that made the environment will do, whichever of several is first on the path today.
    if not (kind := _kind_of_python()) or read_stamp().get("python") != kind:
        _make_venv()
        write_stamp(python=_kind_of_python())
    locks = {"run": [LOCKS / "run.txt"], "check": [LOCKS / "check.txt", LOCKS / "oracle.txt"]}
    ourselves = digest(ROOT / "pyproject.toml")
    stamp = read_stamp()
    for known in (purpose, "check"):
        if stamp.get("packages") == f"{known} {digest(*locks[known])}":
            break
    else:
        say(
            "按锁定文件安装软件包（首次约需一两分钟）…",
            "installing the locked packages (a minute or two the first time) …",
        )
        _install_packages(locks[purpose])
        write_stamp(packages=f"{purpose} {digest(*locks[purpose])}", ourselves=ourselves)
    if read_stamp().get("ourselves") != ourselves or not (VENV / "bin" / "anlan").exists():
        _install_ourselves()
        write_stamp(ourselves=ourselves)


# ---- messages ----------------------------------------------------------------------------------


def prepare_messages() -> None:
    """Compile the message catalogues whose sources changed."""
    sources = sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po"))
    wanted = digest(*sources)
    if read_stamp().get("messages") == wanted and all(path.with_suffix(".mo").exists() for path in sources):
        return
    if sources:
        say("编译界面译文 …", "compiling the messages …")
        run([PYTHON, ROOT / "tools" / "messages.py", "compile"])
    write_stamp(messages=wanted)


def prepare(purpose: str) -> None:
    """Do everything that `run` or `check` needs before it can begin."""
    import assets

    if sys.version_info < OLDEST:
        raise SetupError(
            f"需要 Python 3.11 或更高版本，当前为 {platform.python_version()}。  "
            f"Python 3.11 or newer is needed; this is {platform.python_version()}."
        )
    with only_one():
        begun = time.monotonic()
        try:
            prepare_packages(purpose)
            # An environment made for the checks keeps what the checks need of the browser libraries too.
            assets.prepare("check" if read_stamp().get("packages", "").startswith("check") else purpose)
            prepare_messages()
        except PermissionError as error:
            raise SetupError(
                f"文件夹不可写：{error.filename}  Cannot be written: {error.filename}"
            ) from error
        if time.monotonic() - begun > 5:
            say("环境已就绪", f"the environment is ready ({time.monotonic() - begun:.0f} s)")


def main() -> int:
    """Set up from the command line: `python tools/setup.py [run|check]`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("purpose", nargs="?", choices=["run", "check"], default="run")
    try:
        prepare(parser.parse_args().purpose)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
