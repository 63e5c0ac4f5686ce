"""Set-up from the locks: what is done is not done again, and a broken lock is named."""

import subprocess
import sys
from pathlib import Path

import pytest

import setup

ROOT = Path(__file__).resolve().parents[2]


def test_a_second_set_up_has_nothing_to_say() -> None:
    for _ in range(2):
        command = [sys.executable, str(ROOT / "tools" / "setup.py"), "check"]
        outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")


def test_an_old_python_is_told_in_one_line_in_both_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "OLDEST", (9, 0))
    with pytest.raises(setup.SetupError) as refused:
        setup.prepare("run")
    assert "需要 Python" in str(refused.value)
    assert "Python 3.11 or newer is needed" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_stamp_that_cannot_be_read_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "STAMP", tmp_path / "stamp.json")
    assert setup.read_stamp() == {}
    (tmp_path / "stamp.json").write_text("{half")
    assert setup.read_stamp() == {}
    setup.write_stamp(packages="run 1")
    setup.write_stamp(python="CPython 3 11")
    assert setup.read_stamp() == {"packages": "run 1", "python": "CPython 3 11"}


def test_a_failed_installer_shows_the_end_of_what_it_said() -> None:
    program = "print('\\n'.join(map(str, range(100)))); raise SystemExit(3)"
    with pytest.raises(setup.SetupError) as failed:
        setup.run([sys.executable, "-c", program])
    assert str(failed.value).splitlines()[-1] == "99"
    assert "\n1\n" not in str(failed.value)
