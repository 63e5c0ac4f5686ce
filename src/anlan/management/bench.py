"""`anlan bench`: run the benchmarks, each job in a process of its own, beside its named peer."""

import json
import subprocess
import sys
from typing import Any

import click
from django.conf import settings

from anlan.management.output import as_json, write_json, write_table
from anlan.management.terminal import refuse

LEFT_OUT = {"__init__", "city", "log_load", "measuring", "patrol_place", "plain_log", "plain_scans"}


@click.command()
@click.argument("jobs", nargs=-1)
@as_json
def bench(jobs: tuple[str, ...], as_json: bool) -> None:
    """Run the benchmarks (all, or those named).  运行性能基准。"""
    folder = settings.ROOT / "benchmarks"
    known = sorted(path.stem for path in folder.glob("*.py") if path.stem not in LEFT_OUT)
    unknown = [job for job in jobs if job not in known]
    if unknown or not known:
        refuse(
            f"没有基准 {unknown}；可用：{known}", f"There is no job {unknown}; there is: {', '.join(known)}"
        )
    results: list[dict[str, Any]] = []
    for job in jobs or known:
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{job}"],
            cwd=settings.ROOT,
            stdout=subprocess.PIPE,
            check=False,
        )
        if done.returncode:
            refuse(f"基准 {job} 未能完成。", f"The job {job} did not finish.")
        results += json.loads(done.stdout)
    if as_json:
        write_json(results)
        return
    rows = [
        (
            one["job"],
            one["size"],
            one["ours_s"],
            peer["name"],
            peer["seconds"],
            f"{peer['ratio']} ×",
            one["memory_mb"],
        )
        for one in results
        for peer in one["peers"]
    ]
    write_table("", ("job", "size", "ours s", "peer", "peer s", "ratio", "MB"), rows)
