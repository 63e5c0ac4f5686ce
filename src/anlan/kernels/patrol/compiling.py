"""The one door to numba, typed: compiled functions that are kept on disk where a folder can be written."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import numba

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


def compiled_alone(function: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """Compile at the first call for each kind of arguments; floating point stays exact (no fast-math).

    The function runs on one core without the interpreter's lock: threads run it side by side. (numba's own threads may
    not be entered by two requests at once, nor after a fork.) The code is kept in NUMBA_CACHE_DIR, else beside the
    source, else in the user's cache folder; where none of them can be written, each process compiles anew.
    """
    try:
        found: Callable[Given, Answer] = numba.njit(nogil=True, cache=True)(function)
    except RuntimeError:
        found = numba.njit(nogil=True)(function)
    return found
