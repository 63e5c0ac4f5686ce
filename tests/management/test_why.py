"""`anlan why` of facts in a file: what cannot be read is told, and never a traceback."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import override_settings

from anlan.actions.schemes import set_local_value
from anlan.management.why import why
from builders import a_place, adopt_plan

REPOSITORY = Path(__file__).parents[2]
NIGHT = """\
id: night
edition: "1"
title: {zh: 夜间, en: Night}
valid: {from: 2026-06-01}
kinds: [{id: night-market, title: {zh: 夜市, en: Night market}}]
facts: [{id: stalls, type: number, title: {zh: 摊位数, en: stalls there are}}]
units: [{id: wardens, title: {zh: 名秩序员, en: wardens}}]
rules:
  - id: wardens
    kind: standard
    title: {zh: 秩序员, en: Order}
    where: {kind: night-market, stalls: {over: 10}}
    who: operator
    quantity: {unit: wardens, of: stalls, one_per: 25}
    cites: {label: practice}
"""


def asked(*arguments: str) -> Result:
    outcome = CliRunner().invoke(why, arguments)
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit), outcome.exception
    return outcome


def a_file(folder: Path, facts: dict[str, object]) -> str:
    path = folder / "place.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    return str(path)


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


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"kind": "mall", "daily_visitor": 9000}, "Did you mean “daily_visitors”"),
        ({"kind": "mal"}, "Did you mean “mall”"),
        ({"kind": "mall", "berths": "two"}, "No scheme knows the fact “berths”"),
    ],
)
def test_facts_and_terms_that_no_scheme_knows_are_refused(
    tmp_path: Path, facts: dict[str, object], words: str
) -> None:
    path = tmp_path / "mall.json"
    path.write_text(json.dumps(facts), encoding="utf-8")
    outcome = asked("--facts", str(path), "--scheme", "city-plan-2026", "--json")
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert words in outcome.stderr
    assert "没有方案列有" in outcome.stderr


def test_a_fact_that_only_another_scheme_knows_is_told_and_left_out_of_account(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"kind": "night-market", "stalls": 30})
    scheme = tmp_path / "night"
    scheme.mkdir()
    (scheme / "scheme.yaml").write_text(NIGHT, encoding="utf-8")
    assert asked("--facts", path, "--scheme", "city-plan-2026").exit_code == 2
    with override_settings(SCHEMES=tmp_path):
        outcome = asked("--facts", path, "--scheme", str(REPOSITORY / "schemes" / "city-plan-2026"), "--json")
    assert outcome.exit_code == 0, outcome.output
    assert "No scheme knows the fact “stalls”" in outcome.stderr


@pytest.mark.django_db
def test_without_a_scheme_all_that_came_with_anlan_are_asked_until_one_is_adopted(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"kind": "mall", "daily_visitors": 9000})
    fresh = asked("--facts", path, "--json")
    assert set(json.loads(fresh.stdout)["tiers"]) == {"city-plan-2026", "uk-premises-2025"}
    adopt_plan(scheme="city-plan-2026")
    assert set(json.loads(asked("--facts", path, "--json").stdout)["tiers"]) == {"city-plan-2026"}


@pytest.mark.django_db
def test_an_adoption_that_has_ended_is_no_longer_asked(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"kind": "mall", "daily_visitors": 9000})
    ended = adopt_plan(scheme="uk-premises-2025")
    adopt_plan(scheme="city-plan-2026")
    ended.valid_until = datetime(2026, 2, 1, tzinfo=UTC)
    ended.save()
    outcome = asked("--facts", path, "--json", "--on", "2026-03-01")
    assert set(json.loads(outcome.stdout)["tiers"]) == {"city-plan-2026"}


def test_the_table_says_how_much_by_whom_and_joins_reasons_as_the_language_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path, {"kind": "night-market", "stalls": 101})
    (tmp_path / "scheme.yaml").write_text(NIGHT, encoding="utf-8")
    monkeypatch.setenv("ANLAN_LANGUAGE", "en")
    english = asked("--facts", path, "--scheme", str(tmp_path), "--on", "2026-07-01").stdout
    assert "5 wardens" in english
    assert "Operator" in english
    assert "; " in english
    assert "；" not in english
    monkeypatch.setenv("ANLAN_LANGUAGE", "zh")
    chinese = asked("--facts", path, "--scheme", str(tmp_path), "--on", "2026-07-01").stdout
    assert "5 名秩序员" in chinese
    assert "；" in chinese


def test_the_table_lists_rules_that_cannot_be_judged_with_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = a_file(tmp_path, {"kind": "night-market"})
    (tmp_path / "scheme.yaml").write_text(NIGHT, encoding="utf-8")
    monkeypatch.setenv("ANLAN_LANGUAGE", "en")
    shown = asked("--facts", path, "--scheme", str(tmp_path), "--on", "2026-07-01").stdout
    assert "rules that cannot be judged" in shown
    assert "stalls there are (stalls)" in " ".join(shown.split())


def test_where_the_tier_is_open_the_figures_that_it_lacks_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANLAN_LANGUAGE", "en")
    path = a_file(tmp_path, {"kind": "mall"})
    shown = asked("--facts", path, "--scheme", "city-plan-2026").stdout
    assert "(daily_visitors)" in shown
    assert "(tier)" not in shown


def test_a_whole_quantity_is_written_as_a_whole_number(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"kind": "night-market", "stalls": 101})
    (tmp_path / "scheme.yaml").write_text(NIGHT, encoding="utf-8")
    outcome = asked("--facts", path, "--scheme", str(tmp_path), "--on", "2026-07-01", "--json")
    assert '"quantity": 5,' in outcome.stdout


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31", "2026-02-30", "2026-03-01T25:00", "soon"])
def test_a_time_that_cannot_be_is_wrong_use(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "mall.json"
    path.write_text('{"kind": "mall"}', encoding="utf-8")
    outcome = CliRunner().invoke(why, ["--facts", str(path), "--on", moment])
    assert outcome.exit_code == 2
    assert "2026-11-23T19:30+08:00" in outcome.output


@pytest.mark.django_db
def test_adopted_editions_are_asked_with_the_citys_own_values(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"kind": "mall", "daily_visitors": 30000, "area_m2": 100000})
    adopt_plan(scheme="city-plan-2026")
    mall = a_place("M-1")
    at = datetime(2026, 2, 1, tzinfo=UTC)
    for value, place in ((800, None), (500, mall)):
        set_local_value(
            scheme="city-plan-2026", parameter="guard-area-m2", value=value, reason="现场核定",
            valid_from=at.date(), valid_until=None, by=None, at=at, place=place,
        )  # fmt: skip

    def guards(*more: str) -> float:
        found = json.loads(asked("--facts", path, "--json", "--on", "2026-06-01", *more).stdout)
        return next(duty["quantity"] for duty in found["duties"] if duty["rule"] == "guards")

    assert guards() == 100000 / 800
    assert guards("--scheme", "city-plan-2026") == 100000 / 100


def test_a_day_outside_every_edition_is_said_in_place_of_a_tier(tmp_path: Path) -> None:
    path = a_file(tmp_path, {"kind": "mall", "daily_visitors": 9000, "area_m2": 20000})
    shown = asked("--facts", path, "--scheme", "city-plan-2026", "--on", "2025-12-31").stdout
    assert "no edition in force on 2025-12-31" in shown
    assert "none" not in shown
