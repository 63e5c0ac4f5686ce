"""Short lines for the person at the terminal, in Chinese and English, always beside the standard output."""

import sys
from typing import NoReturn


def both(chinese: str, english: str) -> str:
    """One line in both languages."""
    return f"{chinese}  {english}"


def tell(chinese: str, english: str) -> None:
    """Say what is happening."""
    print(f"· {both(chinese, english)}", file=sys.stderr, flush=True)


def refuse(chinese: str, english: str) -> NoReturn:
    """Say in one line why the command cannot be carried out, and end with status 2."""
    print(both(chinese, english), file=sys.stderr, flush=True)
    raise SystemExit(2)
