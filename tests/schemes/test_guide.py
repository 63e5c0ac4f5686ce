"""The guide for writers of schemes is kept true: its example runs, and it names every key."""

import re
from pathlib import Path

from anlan.engine.policy import Scheme
from anlan.engine.scheme_cadence_shapes import PERIODS
from anlan.engine.scheme_condition_shapes import RELATIONS
from anlan.engine.scheme_fields import EXPECTATIONS, FIELDS
from anlan.engine.schemes import read_scheme_texts, run_cases

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "schemes.md").read_text(encoding="utf-8")
EXAMPLE = dict(re.findall(r"```yaml file=(\S+)\n(.*?)```", GUIDE, re.DOTALL))
VOCABULARY = (ROOT / "schemes" / "vocabulary" / "terms.yaml").read_text(encoding="utf-8")


def example(**replaced: str) -> Scheme:
    texts = {**EXAMPLE, "vocabulary/terms.yaml": VOCABULARY}
    for old, new in replaced.items():
        texts["rules/night.yaml"] = texts["rules/night.yaml"].replace(old, new)
    scheme, problems = read_scheme_texts(texts)
    assert problems == ()
    assert scheme is not None
    return scheme


def test_the_worked_example_is_read_and_its_cases_hold() -> None:
    assert sorted(EXAMPLE) == ["rules/night.yaml", "scheme.yaml", "terms.yaml"]
    scheme = example()
    assert scheme.tiers == ("large", "small")
    assert [problem.message.en for problem in run_cases(scheme)] == []


def test_the_worked_example_notices_a_changed_figure() -> None:
    failed = [problem.rule for problem in run_cases(example(**{"value: 100": "value: 101"}))]
    assert set(failed) == {"exactly-large", "at-orange"}


def test_the_guide_names_every_key_and_every_form() -> None:
    said = {word for code in re.findall(r"`([^`\n]+)`", GUIDE) for word in re.findall(r"[\w-]+", code)}
    keys = {field.key for fields in FIELDS.values() for field in fields}
    assert keys - said == set()
    assert {*EXPECTATIONS, *RELATIONS, *PERIODS} - said == set()
