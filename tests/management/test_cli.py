"""The command table: bilingual, complete, and quick to open."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from anlan.management.cli import COMMANDS, main


def test_help_is_given_in_both_languages_without_loading_django() -> None:
    program = (
        "import sys\nfrom anlan.management.cli import main\n"
        "try:\n    main(['--help'])\nfinally:\n    assert 'django' not in sys.modules"
    )
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stderr
    for entry in COMMANDS.values():
        assert entry.chinese in outcome.stdout
        assert entry.english.split()[0] in outcome.stdout


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_in_the_table_exists(name: str) -> None:
    assert isinstance(main.get_command(click.Context(main), name), click.Command)


def test_an_unknown_command_is_wrong_use() -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "anlan.management.cli", "no-such-thing"], capture_output=True, check=False
    )
    assert outcome.returncode == 2


def test_a_command_works_on_the_data_folder_it_is_given(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "anlan.management.cli", "--data", str(tmp_path), "demo", "accounts", "--json"],
        env={**os.environ, "ANLAN_DATA": str(tmp_path / "another"), "ANLAN_DATABASE_URL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (outcome.returncode, outcome.stdout.strip()) == (0, "[]"), outcome.stderr
    assert (tmp_path / "anlan.sqlite3").exists()
    assert not (tmp_path / "another").exists()
