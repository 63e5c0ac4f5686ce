"""Lock the packages anew: hashes for every file, no address of any index.

python tools/lock.py               add what requirements/*.in newly ask for, keep the rest as it is
python tools/lock.py --upgrade     take the newest of everything
python tools/lock.py NAME…         take the newest of these
"""

from __future__ import annotations

import sys
from pathlib import Path

import setup

# The first holds everything that is ever installed together, so the others are held to its choices.
LOCKS = ("check", "run", "oracle", "bench", "uv", "node")
HELD_TO_CHECK = ("run", "oracle", "bench")


def main(arguments: list[str]) -> int:
    """Write every lock file."""
    newest = arguments if arguments == ["--upgrade"] else [f"--upgrade-package={name}" for name in arguments]
    try:
        uv = setup.install_beside("uv") / "bin" / "uv"
        for name in LOCKS:
            if (setup.LOCKS / f"{name}.in").exists():
                lock(uv, name, newest)
        npm_lock()
    except setup.SetupError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def lock(uv: Path, name: str, newest: list[str]) -> None:
    """Resolve one list of wishes for every system at once, wheels only."""
    command: list[str | Path] = [uv, "pip", "compile", "-q", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--only-binary", ":all:"]
    command += ["--no-emit-index-url", "--no-header", "--no-annotate"]
    if name in HELD_TO_CHECK:
        command += ["-c", setup.LOCKS / "check.txt"]
    command += [*newest, setup.LOCKS / f"{name}.in", "-o", setup.LOCKS / f"{name}.txt"]
    setup.run(command, variables=setup.index_variables())
    print(f"requirements/{name}.txt")


def npm_lock() -> None:
    """Bring package-lock.json in line with package.json, without addresses."""
    import assets

    npm, variables = assets.node()
    flags = ["--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved", "--no-audit"]
    setup.run([*npm, "install", *flags, "--no-fund"], variables=variables)
    print("package-lock.json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
