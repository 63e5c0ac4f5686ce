"""Find WebKitGTK, the nearest to a phone's Safari that runs here, for one smoke test; or install it where we may."""

from __future__ import annotations

import os
import shutil

import setup

_PROGRAMS = {"WebKitWebDriver": "webkit2gtk-driver", "Xvfb": "xvfb"}


def missing() -> list[str]:
    """The Debian packages whose programs are not here."""
    return [package for program, package in _PROGRAMS.items() if shutil.which(program) is None]


def prepare() -> str:
    """Make sure that there is WebKitGTK and a screen for it; otherwise say why not, and the test is skipped."""
    if missing() and os.geteuid() == 0 and shutil.which("apt-get") is not None:
        setup.say("安装 WebKitGTK …", "installing WebKitGTK …")
        try:
            setup.apt_install(*missing())
        except setup.SetupError as error:
            return f"WebKitGTK could not be installed: {str(error).splitlines()[-1]}"
    return "WebKitGTK is not installed" if missing() else ""
