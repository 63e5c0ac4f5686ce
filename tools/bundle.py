"""Make an archive that installs without any network on a machine of the same kind.

It holds what is committed, the wheels of requirements/run.txt and the browser libraries; `./run` in the
unpacked folder finds the wheels and asks no index.
"""

from __future__ import annotations

import argparse
import io
import platform
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import assets
import setup

KEPT_FOLDERS = (assets.VENDOR, assets.ICONS)


def main() -> int:
    """Collect and pack."""
    parser = argparse.ArgumentParser(description="制作离线安装包  Make an archive that installs offline.")
    machine = f"{sys.platform}-{platform.machine()}-py{sys.version_info.major}{sys.version_info.minor}"
    default = setup.ROOT / "dist" / f"anlan-{machine}.tar.gz"
    parser.add_argument(
        "-o", "--output", type=Path, default=default, help=str(default.relative_to(setup.ROOT))
    )
    given = parser.parse_args()
    try:
        setup.prepare("run")
        with tempfile.TemporaryDirectory(prefix="anlan-bundle-") as folder:
            wheels = Path(folder) / "wheels"
            setup.say("下载软件包 …", "fetching the packages …")
            for name in ("uv", "run"):
                setup.run(
                    [
                        *setup.pip(),
                        "download",
                        "-q",
                        "--require-hashes",
                        "--no-deps",
                        "--only-binary",
                        ":all:",
                        "-d",
                        wheels,
                        "-r",
                        setup.LOCKS / f"{name}.txt",
                    ]
                )
            setup.say("打包 …", "packing …")
            pack(given.output, wheels)
    except setup.SetupError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{given.output}  {given.output.stat().st_size / 1e6:.0f} MB")
    return 0


def pack(output: Path, wheels: Path) -> None:
    """Committed files, wheels, browser libraries."""
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh = output.with_name(output.name + ".new")
    committed = subprocess.run(
        ["git", "archive", "--format=tar", "--prefix=anlan/", "HEAD"],
        cwd=setup.ROOT,
        capture_output=True,
        check=True,
    ).stdout
    with tarfile.open(fresh, "w:gz", compresslevel=6) as archive:
        with tarfile.open(fileobj=io.BytesIO(committed)) as sources:
            for member in sources:
                archive.addfile(member, sources.extractfile(member) if member.isfile() else None)
        archive.add(wheels, "anlan/wheels")
        for folder in KEPT_FOLDERS:
            archive.add(folder, f"anlan/{folder.relative_to(setup.ROOT)}")
    fresh.replace(output)


if __name__ == "__main__":
    sys.exit(main())
