"""Differences between two editions, field by field, and the schema for editors."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from anlan.engine.policy import Scheme
from anlan.engine.schemes import Difference, differences, json_schema, read_scheme_texts

HEAD = "id: s\nedition: 1\ntitle: {zh: 方案, en: Scheme}\nvalid: {from: 2026-01-15}\n"
BODY = """\
roles: [{id: operator, title: {zh: 运营单位, en: Operator}}]
evidence: [{id: scan, title: {zh: 扫码, en: Scan}}]
facts: [{id: visitors, type: number, title: {zh: 客流, en: visitors}}]
parameters:
  - {id: limit, values: [{from: 2026-01-15, value: 10, cites: {label: plan, clause: "2.1"}}]}
rules:
  - id: patrol
    kind: duty
    title: {zh: 巡查, en: Patrol}
    where: {visitors: {over: $limit}}
    who: operator
    cadence: {every: PT2H, between: ["06:00", "22:00"]}
    evidence: scan
    cites: {label: plan}
"""


def scheme(body: str = BODY, head: str = HEAD) -> Scheme:
    read, problems = read_scheme_texts({"scheme.yaml": head, "body.yaml": body})
    assert problems == ()
    assert read is not None
    return read


def told(old: Scheme, new: Scheme) -> list[tuple[str, str, str, str, str, str]]:
    return [(d.part, d.id, d.change, d.field, d.before, d.after) for d in differences(old, new)]


def test_an_edition_does_not_differ_from_itself_wherever_its_lines_stand() -> None:
    assert differences(scheme(), scheme("# a comment\n\n" + BODY)) == ()


def test_a_changed_figure_is_told_with_both_values_and_dates() -> None:
    ((part, name, change, field, before, after),) = told(
        scheme(), scheme(BODY.replace("value: 10", "value: 20"))
    )
    assert (part, name, change, field) == ("parameter", "limit", "changed", "values")
    assert (before, after) == ("10 from 2026-01-15 (plan 2.1)", "20 from 2026-01-15 (plan 2.1)")


@pytest.mark.parametrize(
    ("old", "new", "field", "before", "after"),
    [
        ("PT2H", "PT1H", "cadence", "every PT2H 06:00-22:00", "every PT1H 06:00-22:00"),
        ("{over: $limit}", "{at_least: 12.5}", "where", "visitors over $limit", "visitors at_least 12.5"),
        ("en: Patrol", "en: Round", "title", "巡查 / Patrol", "巡查 / Round"),
        ("label: plan}\n", "label: practice}\n    grace: PT5M\n", "grace", "P0D", "PT5M"),
    ],
)
def test_a_changed_rule_is_told_field_by_field(
    old: str, new: str, field: str, before: str, after: str
) -> None:
    found = told(scheme(), scheme(BODY.replace(old, new)))
    assert ("rule", "patrol", "changed", field, before, after) in found


def test_added_and_removed_rules_are_told() -> None:
    other = scheme(BODY.replace("id: patrol", "id: round"))
    found = differences(scheme(), other)
    assert [(d.id, d.change) for d in found] == [("patrol", "removed"), ("round", "added")]
    assert found[0].title is not None
    assert found[0].title.en == "Patrol"


def test_a_new_word_and_a_new_edition_are_told() -> None:
    head = HEAD.replace("edition: 1", "edition: 2")
    body = BODY.replace("roles: [", "roles: [{id: owner, title: {zh: 业主, en: Owner}}, ")
    assert told(scheme(), scheme(body, head)) == [
        ("scheme", "s", "changed", "edition", "1", "2"),
        ("term", "roles/owner", "added", "", "", "业主 / Owner"),
    ]


def test_a_difference_is_a_plain_value() -> None:
    assert Difference("rule", "a", "added", "", "", "duty") == Difference(
        "rule", "a", "added", "", "", "duty"
    )


VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def loaded(text: str) -> Any:
    return json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))


def test_the_schema_for_editors_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "schemes").rglob("*.yaml")), ids=lambda p: p.name
)
def test_the_schema_for_editors_allows_what_the_reader_reads(path: Path) -> None:
    assert [
        error.json_path for error in VALIDATOR.iter_errors(loaded(path.read_text(encoding="utf-8")))
    ] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: duty", "kind: dutty"),
        ("who: operator", "whom: operator"),
        ("    who: operator\n", ""),
        ("en: Patrol", "en: ''"),
        (", en: Patrol", ""),
        ("every: PT2H", "every: 2h"),
        ("label: plan}\n", "label: plan}\n    quantity: {unit: guards, amount: 1}\n"),
        ("from: 2026-01-15, value", "from: soon, value"),
        ("rules:", "rulez:"),
    ],
)
def test_the_schema_for_editors_marks_what_the_reader_refuses(old: str, new: str) -> None:
    spoiled = BODY.replace(old, new)
    assert spoiled != BODY
    assert not VALIDATOR.is_valid(loaded(spoiled))
    assert read_scheme_texts({"scheme.yaml": HEAD, "body.yaml": spoiled})[1]
