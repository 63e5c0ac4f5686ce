"""`anlan why` of facts in a file: what cannot be read is told, and never a traceback."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from anlan.management.why import why


def said(path: Path, facts: str) -> str:
    path.write_text(facts, encoding="utf-8")
    outcome = CliRunner().invoke(why, ["--facts", str(path), "--scheme", "city-plan-2026", "--json"])
    assert outcome.exit_code != 0
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    return outcome.output


@pytest.mark.parametrize("number", ["1e400", "NaN", "-Infinity", "9" * 400])
def test_a_number_beyond_all_use_is_refused_by_the_name_of_its_fact(tmp_path: Path, number: str) -> None:
    output = said(tmp_path / "mall.json", f'{{"kind": "mall", "daily_visitors": {number}}}')
    assert "daily_visitors 不是可用的数" in output
    assert "daily_visitors is not a number that can be used" in output


def test_the_largest_mall_there_is_can_be_asked_about(tmp_path: Path) -> None:
    path = tmp_path / "mall.json"
    path.write_text('{"kind": "mall", "daily_visitors": 2000000}', encoding="utf-8")
    outcome = CliRunner().invoke(why, ["--facts", str(path), "--scheme", "city-plan-2026", "--json"])
    assert outcome.exit_code == 0, outcome.output
    assert json.loads(outcome.stdout)["tiers"] == {"city-plan-2026": "tier-1"}
