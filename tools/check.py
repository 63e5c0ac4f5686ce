"""Set up what the tests need and run every check."""

from __future__ import annotations

import sys

import setup

if __name__ == "__main__":
    try:
        setup.prepare("check")
    except setup.SetupError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
