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


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "mall", "daily_visitors": "many"}, "daily_visitors must be a number"),
        ({"kind": "mall", "daily_visitors": -1}, "daily_visitors cannot be negative"),
        ({"kind": "mall", "critical_facility": 1}, "critical_facility must be true or false"),
        ({"kind": 7}, "kind must be a word"),
        ({"kind": "mall", "posture": "orang"}, "Did you mean “orange”"),
        ({"kind": "mall", "tier": "tier-1"}, "tier follows from the scheme"),
    ],
)
def test_a_value_of_the_wrong_sort_is_refused_by_the_name_of_its_fact(
    tmp_path: Path, facts: dict[str, object], words: str
) -> None:
    assert words in said(tmp_path / "mall.json", json.dumps(facts))


def test_json_nested_beyond_all_use_is_refused(tmp_path: Path) -> None:
    assert "mall.json" in said(tmp_path / "mall.json", "[" * 100_000)


def test_facts_and_terms_that_no_scheme_knows_are_told_and_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "mall.json"
    path.write_text('{"kind": "mal", "daily_visitor": 9000, "area_m2": 100}', encoding="utf-8")
    outcome = CliRunner().invoke(why, ["--facts", str(path), "--scheme", "city-plan-2026", "--json"])
    assert outcome.exit_code == 0
    assert "Did you mean “daily_visitors”" in outcome.stderr
    assert "Did you mean “mall”" in outcome.stderr
    assert json.loads(outcome.stdout)["tiers"] == {"city-plan-2026": "undetermined"}


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31", "2026-02-30", "2026-03-01T25:00", "soon"])
def test_a_time_that_cannot_be_is_wrong_use(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "mall.json"
    path.write_text('{"kind": "mall"}', encoding="utf-8")
    outcome = CliRunner().invoke(why, ["--facts", str(path), "--on", moment])
    assert outcome.exit_code == 2
    assert "2026-11-23T19:30+08:00" in outcome.output
