"""Set up what the tests need and run every check; each runs even when one before it failed."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import chromium
import postgres
import setup
import webkit

BIN = setup.VENV / "bin"
IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
ALLOWED_SKIPS = setup.ROOT / "tests" / "allowed-skips.txt"
SHOWN_LINES = 100
_PRINTING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Step:
    """One check: a name for --only, what it is, and the command."""

    name: str
    chinese: str
    english: str
    command: tuple[str, ...]
    is_pytest: bool = False
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Outcome:
    """How a check ended, and for tests how many."""

    step: Step
    code: int
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    not_run: str = ""

    @property
    def good(self) -> bool:
        """Whether the check may stand."""
        return self.code == 0


def anlan(*arguments: str) -> tuple[str, ...]:
    """A command of our own."""
    return (str(BIN / "python"), "-m", "anlan.management.cli", *arguments)


def tool(name: str, *arguments: str) -> tuple[str, ...]:
    """A program of the environment."""
    return (str(BIN / name), *arguments)


def pytest(*arguments: str) -> tuple[str, ...]:
    """pytest, brief."""
    return (str(BIN / "python"), "-m", "pytest", "-q", *arguments)


def static_steps() -> list[Step]:
    """Checks that only read the sources."""
    schemes = sorted(str(path.parent) for path in (setup.ROOT / "schemes").glob("*/scheme.yaml"))
    sources = [name for name in ("src", "tools", "tests", "benchmarks") if (setup.ROOT / name).is_dir()]
    return [
        Step("format", "代码格式", "formatting", tool("ruff", "format", "--check", "--quiet", *sources)),
        Step(
            "lint", "代码检查", "lint", tool("ruff", "check", "--quiet", "--output-format=concise", *sources)
        ),
        Step("types", "类型检查", "types", tool("mypy", "--no-color-output", "src/anlan", "tools")),
        Step("imports", "层次与依赖", "import contracts", tool("lint-imports", "--no-cache")),
        Step(
            "settings",
            "部署设置",
            "settings for use",
            anlan("manage", "check", "--deploy", "--fail-level", "WARNING"),
            variables={"ANLAN_TLS": "1"},
        ),
        Step(
            "migrations",
            "迁移是否齐全",
            "missing migrations",
            anlan("manage", "makemigrations", "--check", "--dry-run"),
        ),
        Step(
            "messages",
            "译文是否齐全",
            "missing translations",
            (str(BIN / "python"), "tools/messages.py", "missing"),
        ),
        Step(
            "templates",
            "模板检查",
            "templates",
            tool("djlint", "--lint", "--quiet", "src/anlan/web/templates"),
        ),
        Step("schemes", "方案及其用例", "schemes and their cases", anlan("scheme", "check", *schemes)),
    ]


def test_steps() -> dict[str, Step]:
    """Checks that run tests."""
    not_browser = ("--ignore=tests/browser",)
    return {
        "sqlite": Step(
            "sqlite", "测试（SQLite）", "tests on SQLite", pytest("-n", "2", *not_browser, "tests"), True
        ),
        "postgres": Step(
            "postgres",
            "测试（PostgreSQL）",
            "tests on PostgreSQL",
            pytest("-n", "2", *not_browser, "tests"),
            True,
            {"ANLAN_TEST_ONLY_DATABASE": "1"},
        ),
        "browser": Step("browser", "浏览器流程", "journeys in Chromium", pytest("tests/browser"), True),
    }


# ---- running a step ----------------------------------------------------------------------------


def run_step(step: Step, base: dict[str, str], *, live: bool) -> Outcome:
    """Carry out one check; tests are shown as they run, others when they have ended."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="anlan-check-") as folder:
        report = Path(folder) / "report.json"
        # Each check gets data of its own, so that two at a time do not meet.
        variables = {
            **base,
            **step.variables,
            "ANLAN_TEST_REPORT": str(report),
            "ANLAN_DATA": f"{folder}/data",
        }
        if live:
            announce(f"── {step.chinese}  {step.english}")
        child = subprocess.Popen(
            step.command,
            cwd=setup.ROOT,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=None if live else subprocess.PIPE,
            stderr=None if live else subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        said, _ = child.communicate()
        outcome = Outcome(step, child.returncode, time.monotonic() - begun)
        if step.is_pytest:
            read_report(report, outcome)
    if said and not outcome.good:
        announce(f"── {step.chinese}  {step.english}\n{beginning_of(said)}")
    announce(line_of(outcome))
    return outcome


def beginning_of(said: str) -> str:
    """What a failed check said, cut where nobody would read on."""
    lines = said.rstrip().splitlines()
    left_out = len(lines) - SHOWN_LINES
    if left_out > 0:
        lines = [*lines[:SHOWN_LINES], f"… {left_out} more lines; run the step alone to see them"]
    return "\n".join(lines)


def read_report(report: Path, outcome: Outcome) -> None:
    """Take the counts that tests/conftest.py wrote."""
    try:
        counts = json.loads(report.read_text("utf-8"))
    except (OSError, ValueError):
        outcome.code = outcome.code or 1
        return
    outcome.passed, outcome.failed = int(counts["passed"]), int(counts["failed"])
    outcome.skipped = {str(reason): int(number) for reason, number in counts["skipped"].items()}


def not_run(step: Step, reason: str) -> Outcome:
    """A check that could not begin here; in CI only a listed reason is accepted."""
    allowed = ALLOWED_SKIPS.read_text("utf-8").splitlines() if ALLOWED_SKIPS.exists() else []
    outcome = Outcome(step, 1 if IN_CI and reason not in allowed else 0, 0.0, not_run=reason)
    outcome.skipped = {f"{step.name}: {reason}": 1}
    announce(line_of(outcome))
    return outcome


def announce(text: str) -> None:
    """Print whole pieces, also when two checks run at a time."""
    with _PRINTING:
        print(text, flush=True)


def line_of(outcome: Outcome) -> str:
    """One line about a check."""
    sign = "–" if outcome.not_run and outcome.good else "✓" if outcome.good else "✗"
    step = outcome.step
    counts = ""
    if outcome.not_run:
        counts = f"   {outcome.not_run}"
    elif step.is_pytest:
        counts = (
            f"   {outcome.passed} passed, {outcome.failed} failed, {sum(outcome.skipped.values())} skipped"
        )
    return f"{sign} {step.name:<11} {outcome.seconds:6.1f} s  {step.chinese}  {step.english}{counts}"


# ---- all of them -------------------------------------------------------------------------------


def run_all(chosen: Callable[[str], bool]) -> list[Outcome]:
    """Run the chosen checks: those that only read two at a time, then the tests one after another."""
    base = {**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.project.settings", "PYTHONUNBUFFERED": "1"}
    base.pop("ANLAN_DATABASE_URL", None)
    base["PATH"] = os.pathsep.join([str(BIN), base.get("PATH", "")])
    with ThreadPoolExecutor(2) as lanes:
        reading = [step for step in static_steps() if chosen(step.name)]
        outcomes = list(lanes.map(lambda step: run_step(step, base, live=False), reading))
    tests = test_steps()
    if chosen("sqlite"):
        outcomes.append(run_step(tests["sqlite"], base, live=True))
    if chosen("postgres"):
        outcomes.append(_on_postgres(tests["postgres"], base))
    if chosen("browser"):
        reason = chromium.prepare()
        if without := webkit.prepare():
            announce(f"– {without}")
        step = tests["browser"]
        outcomes.append(not_run(step, reason) if reason else run_step(step, base, live=True))
    return outcomes


def _on_postgres(step: Step, base: dict[str, str]) -> Outcome:
    if reason := postgres.prepare():
        return not_run(step, reason)
    try:
        with postgres.running() as address:
            return run_step(step, {**base, "ANLAN_DATABASE_URL": address}, live=True)
    except setup.SetupError as error:
        announce(str(error))
        return not_run(step, "PostgreSQL did not start")


def summarise(outcomes: Sequence[Outcome]) -> int:
    """Say how it all went; the last line is the plain count."""
    print("\n══ 汇总  Summary")
    for outcome in outcomes:
        print(line_of(outcome))
    skips = [(outcome.step.name, *skip) for outcome in outcomes for skip in outcome.skipped.items()]
    if skips:
        print("跳过  Skipped:")
        for name, reason, number in skips:
            print(f"  {number} × [{name}] {reason}")
    tests = [outcome for outcome in outcomes if outcome.step.is_pytest and not outcome.not_run]
    passed = sum(outcome.passed for outcome in tests)
    bad_steps = [outcome for outcome in outcomes if not outcome.good and not outcome.failed]
    failed = sum(outcome.failed for outcome in tests) + len(bad_steps)
    if bad_steps:
        print("未通过  Not passed:", ", ".join(outcome.step.name for outcome in bad_steps))
    passed += sum(1 for outcome in outcomes if outcome.good and not outcome.step.is_pytest)
    print(f"{passed} passed, {failed} failed, {sum(number for *_, number in skips)} skipped", flush=True)
    return 0 if all(outcome.good for outcome in outcomes) else 1


def main() -> int:
    """Read the options, set up, check."""
    names = [step.name for step in static_steps()] + list(test_steps())
    parser = argparse.ArgumentParser(
        prog="./check", description="安装并运行全部检查  Set up and run every check."
    )
    parser.add_argument("--setup-only", action="store_true", help="只安装  set up and check nothing")
    parser.add_argument(
        "--fast", action="store_true", help="不含 PostgreSQL 与浏览器  without PostgreSQL and browser"
    )
    parser.add_argument("--only", action="append", choices=names, metavar="STEP", help=", ".join(names))
    given = parser.parse_args()
    try:
        setup.prepare("check")
    except setup.SetupError as error:
        print(error, file=sys.stderr)
        return 2
    if given.setup_only:
        return 0
    left_out = {"postgres", "browser"} if given.fast else set()
    chosen = set(given.only or names) - left_out
    return summarise(run_all(chosen.__contains__))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
