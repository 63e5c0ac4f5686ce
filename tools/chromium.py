"""Find Chromium for the journeys and pictures, or install it where we may."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import setup

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_ON_MACOS = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def program() -> str | None:
    """The path of a Chromium, if there is one; ANLAN_CHROMIUM chooses another."""
    chosen = os.environ.get("ANLAN_CHROMIUM")
    if chosen:
        return chosen
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    return next((path for path in _ON_MACOS if Path(path).exists()), None)


def _has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return True
    outcome = subprocess.run(
        ["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False
    )
    return bool(outcome.stdout.strip())


def prepare() -> str:
    """Make sure there is a Chromium and a Chinese font; otherwise say why not."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    wanted = [] if program() else ["chromium"]
    if may_install and not _has_chinese_font():
        wanted.append("fonts-noto-cjk")
    if wanted and may_install:
        setup.say("安装 Chromium 与中文字体 …", "installing Chromium and Chinese fonts …")
        try:
            setup.apt_install(*wanted)
        except setup.SetupError as error:
            return f"Chromium could not be installed: {str(error).splitlines()[-1]}"
    return "" if program() else "Chromium is not installed"
