"""What every test shares: data of its own, real data where it is present, and an honest count of skips."""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent
ALLOWED_SKIPS = ROOT / "tests" / "allowed-skips.txt"
REAL_DATA = Path(os.environ.get("ANLAN_TEST_DATA") or ROOT.parent / "shared" / "data")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tests' files out of the installation's data, and their passwords cheap."""
    folder = tempfile.TemporaryDirectory(prefix="anlan-tests-")
    config.add_cleanup(folder.cleanup)
    data = Path(folder.name)
    settings.DATA = data
    settings.MEDIA_ROOT = data / "files"
    settings.BASEMAP = data / "basemap.pmtiles"
    settings.STATIC_ROOT = data / "static"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def test_data() -> Callable[[str], Path]:
    """Real files outside the repository: `test_data("osm/malta.osm.pbf")`; skips where they are absent."""

    def path_of(name: str) -> Path:
        path = REAL_DATA / name
        if not path.exists():
            pytest.skip("ANLAN_TEST_DATA not present")
        return path

    return path_of


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix(request: pytest.FixtureRequest) -> None:
    """Give each process a PostgreSQL database of its own; SQLite's are in memory and private anyway."""
    worker = getattr(request.config, "workerinput", {}).get("workerid")
    default = connections.settings["default"]
    if worker and default["ENGINE"] == "django.db.backends.postgresql":
        default["TEST"]["NAME"] = f"test_anlan_{worker}"


# ---- only what reads or writes the database, for the run on PostgreSQL -------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With ANLAN_TEST_ONLY_DATABASE leave out the tests that never touch the database."""
    if not os.environ.get("ANLAN_TEST_ONLY_DATABASE"):
        return
    chosen = [item for item in items if _touches_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def _touches_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("django_db") is not None:
        return True
    return bool(DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())))


# ---- counting ----------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the counts for ./check; in CI a skip that nobody allowed is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    skipped = Counter(_reason(report) for report in reporter.stats.get("skipped", []))
    counts = {
        "passed": len(reporter.stats.get("passed", [])),
        "failed": len(reporter.stats.get("failed", [])) + len(reporter.stats.get("error", [])),
        "skipped": skipped,
    }
    if path := os.environ.get("ANLAN_TEST_REPORT"):
        Path(path).write_text(json.dumps(counts, ensure_ascii=False), "utf-8")
    unlisted = sorted(set(skipped) - _allowed_skips())
    if unlisted and os.environ.get("CI", "").lower() in {"1", "true"}:
        for reason in unlisted:
            reporter.write_line(f"skipped for a reason not in tests/allowed-skips.txt: {reason}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _reason(report: pytest.TestReport) -> str:
    """The reason alone, without the place and pytest's own word."""
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ").strip()


def _allowed_skips() -> set[str]:
    lines = ALLOWED_SKIPS.read_text("utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


@pytest.fixture(autouse=True)
def _a_fresh_board() -> Iterator[None]:
    """The process keeps the city between requests; no test sees what another kept."""
    from anlan.queries import board

    yield
    board.forget()
