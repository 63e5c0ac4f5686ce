"""The command table: bilingual, complete, and quick to open."""

import subprocess
import sys

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


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_in_the_table_exists(name: str) -> None:
    assert isinstance(main.get_command(click.Context(main), name), click.Command)


def test_an_unknown_command_is_wrong_use() -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "anlan.management.cli", "no-such-thing"], capture_output=True, check=False
    )
    assert outcome.returncode == 2
