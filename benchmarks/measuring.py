"""Measuring: medians, peak memory, and a database of its own for a job."""

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")
ROOT = Path(__file__).parent.parent


def timed(call: Callable[[], Answer], *, runs: int = 1) -> tuple[float, Answer]:
    """The median of the seconds a call takes, and its last answer."""
    spent = []
    for _run in range(runs):
        started = time.perf_counter()
        answer = call()
        spent.append(time.perf_counter() - started)
    return statistics.median(spent), answer


def peak_mb() -> float:
    """The greatest resident memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def tell(words: str) -> None:
    """Say what is happening, beside the results."""
    print(f"· {words}", file=sys.stderr, flush=True)


@contextmanager
def own_database() -> Iterator[Path]:
    """A fresh SQLite database in a temporary folder, for this process; call before Django is set up."""
    with tempfile.TemporaryDirectory(prefix="anlan-bench-") as folder:
        os.environ["ANLAN_DATA"] = folder
        os.environ.pop("ANLAN_DATABASE_URL", None)
        os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.project.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(folder)
