"""Problems of terms, of the head, and of files as a whole."""

from pathlib import Path

import pytest

from anlan.engine.schemes import read_scheme, read_scheme_texts
from engine.spoiled_schemes import DUTY, HEAD, TERMS, only, problems


@pytest.mark.parametrize(
    ("terms", "line", "message"),
    [
        (
            "places: [{id: mall, title: {zh: 商场, en: Mall}}]\nkinds: [{id: mall, title: {zh: 商场, en: Mall}}]\n",
            2,
            "“mall” is declared twice",
        ),
        ("facts: [{id: x, type: numbr, title: {zh: 数, en: x}}]\n", 1, "there is no type of fact “numbr”"),
        (
            "facts: [{id: x, type: number, default: 3, title: {zh: 数, en: x}}]\n",
            1,
            "the default of “x” is out of place",
        ),
        ("facts: [{id: x, type: number, titel: {zh: 数, en: x}}]\n", 1, "unknown key “titel”"),
        ("places: [mall]\n", 1, "“mall” stands where keys and values belong"),
        ("places: [{id: two words, title: {zh: 商场, en: Mall}}]\n", 1, "“two words” is no name"),
        ("plases: []\n", 1, "unknown key “plases”"),
        ("terms: {plases: []}\n", 1, "unknown key “plases”"),
    ],
)
def test_what_is_wrong_in_terms_is_told(terms: str, line: int, message: str) -> None:
    found = [p for p in problems(terms=terms) if message in p.message.en]
    assert [(p.file, p.line) for p in found] == [("terms.yaml", line)]


@pytest.mark.parametrize(
    ("head", "line", "message"),
    [
        (HEAD.replace("id: s\n", ""), 1, "the key “id” is missing"),
        (
            HEAD.replace("2026-01-15, until: 2027-01-01", "2027-01-15, until: 2027-01-01"),
            4,
            "the dates are reversed",
        ),
        (
            HEAD.replace("{from: 2026-01-15, until: 2027-01-01}", "{until: 2027-01-01}"),
            4,
            "the key “from” is missing",
        ),
        (HEAD.replace("edition", "editon"), 2, "unknown key “editon”"),
        (HEAD + "status: in-farce\n", 5, "there is no status “in-farce”"),
        (HEAD + "languages: [zh, fr]\n", 5, "there is no language “fr”"),
        (HEAD + "notice: Soon\n", 5, "words in both languages are expected"),
        ("- a\n", 1, "“[…]” stands where keys and values belong"),
        ("", 0, "there is no scheme.yaml, or it is empty"),
    ],
)
def test_what_is_wrong_in_the_head_is_told(head: str, line: int, message: str) -> None:
    found = [p for p in problems(head=head) if message in p.message.en]
    assert [(p.file, p.line) for p in found] == [("scheme.yaml", line)]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("rules:\n  - id: a\n   kind: b\n", 3, "this is not valid YAML"),
        ("rules: [\n", 2, "this is not valid YAML"),
        ("rules: []\n---\nrules: []\n", 2, "this is not valid YAML"),
        ("\x00\x01\x02", 1, "this is not valid YAML"),
        (
            "rules: !!python/object:os.system {}\n",
            1,
            "the tag tag:yaml.org,2002:python/object:os.system is not allowed",
        ),
        ("rules: [!secret x]\n", 1, "the tag !secret is not allowed"),
        ("a: &a [x, x]\nb: {<<: {c: 1}}\n", 2, "a key is not a plain word"),
        ("? [a, b]\n: c\n", 1, "a key is not a plain word"),
        ("rulez: []\n", 1, "unknown key “rulez”"),
        ("just words\n", 1, "“just words” belongs to no section"),
        ("a: &a [*a]\n", 1, "nested too deep"),
        ("[" * 5000, 1, "nested too deep"),
        ("x" * 1_000_001, 1, "larger than 1000000 bytes"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(text: str, line: int, message: str) -> None:
    found = [p for p in problems(text) if message in p.message.en]
    assert [(p.file, p.line) for p in found] == [("body.yaml", line)], problems(text)


def test_anchors_cannot_multiply_without_end() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
    )
    assert [p.message.en for p in problems(bomb)] == ["the file unfolds to too much, or is nested too deep"]


def test_all_problems_are_told_at_once_in_order_of_file_and_line() -> None:
    body = (
        DUTY.replace("who: operator", "who: nobody")
        .replace("PT10M", "soon")
        .replace("evidence: scan", "evidence: x")
    )
    found = problems(body, head=HEAD.replace("en: Scheme", "en: 方案"))
    assert [(p.file, p.line) for p in found] == [
        ("body.yaml", 6),
        ("body.yaml", 8),
        ("body.yaml", 9),
        ("scheme.yaml", 3),
    ]
    assert all(p.message.zh and p.message.en and p.mend.zh and p.mend.en for p in found)


def test_a_scheme_that_lacks_only_a_translation_is_still_shown() -> None:
    scheme, found = read_scheme_texts(
        {"scheme.yaml": HEAD, "terms.yaml": TERMS, "body.yaml": DUTY.replace(", en: Patrol", "")}
    )
    assert scheme is not None
    assert scheme.rule("patrol").title.en == "巡查"
    assert len(found) == 1


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    scheme, (problem,) = read_scheme(tmp_path / "nowhere")
    assert scheme is None
    assert problem.message.en.startswith("there is no scheme folder")


def test_a_binary_or_unreadable_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "scheme.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "rules.yaml").write_bytes(b"\xff\xfe\x00rules")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nothing")
    scheme, found = read_scheme(tmp_path)
    assert scheme is None
    assert [(p.file, p.message.en) for p in found] == [("rules.yaml", "this is not a text file in UTF-8")]


def test_a_huge_file_is_not_even_read(tmp_path: Path) -> None:
    (tmp_path / "scheme.yaml").write_text(HEAD, encoding="utf-8")
    (tmp_path / "rules.yaml").write_text("#" * 1_000_001, encoding="utf-8")
    assert [p.message.en for p in read_scheme(tmp_path)[1]] == ["the file is larger than 1000000 bytes"]


def test_a_fact_that_is_always_there_cannot_be_declared_again() -> None:
    problem = only(terms=TERMS + "  - {id: tier, type: text, title: {zh: 级, en: level}}\n")
    assert "“tier” is always there" in problem.message.en


def test_a_term_fact_names_its_values() -> None:
    problem = only(terms=TERMS + "  - {id: risk, type: term, title: {zh: 风险, en: risk}}\n")
    assert "“risk” names no values" in problem.message.en


def test_a_case_that_expects_a_quantity_of_a_duty_is_told_what_the_rule_is() -> None:
    case = "cases: [{id: c, facts: {kind: mall}, expect: {quantities: {patrol: 3}}}]\n"
    problem = only(DUTY + case)
    assert "“patrol” is a duty" in problem.message.en
    assert "规则种类是 duty" in problem.message.zh


def test_a_negative_number_is_refused_in_the_same_words_in_both_languages() -> None:
    standard = """\
  - id: people
    kind: standard
    title: {zh: 人, en: People}
    who: operator
    quantity: {unit: guards, amount: -1}
    cites: {label: plan}
"""
    found = [p for p in problems(DUTY + standard) if "negative" in p.message.en]
    assert [(p.mend.zh, p.mend.en) for p in found] == [
        ("此处的数应为零或正数。", "The number here is zero or more.")
    ]
