"""Reading schemes: the shape of the decisions page, and the variants that a stranger would write."""

import json
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from anlan.engine.policy import (
    All,
    AnyOf,
    Cadence,
    Citation,
    Condition,
    Each,
    Every,
    Not,
    Once,
    Quantity,
    Reference,
    Scheme,
    Standing,
    Test,
    Text,
    Within,
)
from anlan.engine.scheme_fields import FIELDS
from anlan.engine.schemes import hash_of, read_scheme, read_scheme_texts, run_cases

HEAD = """\
id: s
edition: 2026.10
title: {zh: 方案, en: Scheme}
valid: {from: 2026-01-15}
"""
TERMS = """\
places:
  - {id: mall, title: {zh: 商场, en: Shopping mall}}
  - {id: bank, title: {zh: 银行, en: Bank}}
roles: [{id: operator, title: {zh: 运营单位, en: Operator}}, {id: health, title: {zh: 卫健, en: Health}}]
evidence: [{id: scan, title: {zh: 扫码, en: Scan}}, {id: roster, title: {zh: 排班, en: Roster}}]
events: [{id: document-revised, title: {zh: 文件修订, en: Document revised}}]
facts:
  - {id: daily_visitors, type: number, title: {zh: 日均客流, en: daily visitors}}
  - {id: area_m2, type: number, title: {zh: 面积, en: area}}
  - {id: critical_facility, type: flag, title: {zh: 重要设施, en: critical facility}}
  - {id: grade, type: term, title: {zh: 等级, en: grade}, values: [low, {id: high, title: {zh: 高, en: high}}]}
"""
AS_DECIDED = """\
parameters:
  - id: tier-1-visitors
    values: [{from: 2026-01-15, value: 5000, cites: {label: plan, clause: "2.1"}}]
rules:
  - id: tier-1
    kind: tier
    where: {any: [{daily_visitors: {over: $tier-1-visitors}}, {critical_facility: {is: true}}]}
    title: {zh: 一类场所, en: Tier 1}
    cites: {label: plan, clause: "2.1"}
  - id: tier-2
    kind: tier
    where: {daily_visitors: {at_least: 2000}}
    title: {zh: 二类场所, en: Tier 2}
    cites: {label: plan, clause: "2.1"}
  - id: mobile-patrol
    kind: duty
    concerns: patrol            # only duties with the same concern are compared for strictness
    where: {tier: {is: tier-2}}
    who: operator
    cadence: [{between: ["06:00", "22:00"], every: PT2H}, {between: ["22:00", "06:00"], every: PT1H}]
    evidence: scan              # at every checkpoint
    grace: PT10M
    title: {zh: 流动巡查, en: Mobile patrol}
    cites: {label: plan, clause: "2.1"}
  - id: patrol-when-orange
    kind: measure
    posture: orange
    changes: mobile-patrol
    cadence: [{every: PT30M}]
    cites: {label: practice}
cases:
  - id: just-under-tier-1
    facts: {kind: mall, daily_visitors: 5000}
    expect: {tier: tier-2, duties: [mobile-patrol]}
"""


def read(body: str = AS_DECIDED, head: str = HEAD, terms: str = TERMS) -> Scheme:
    scheme, problems = read_scheme_texts({"scheme.yaml": head, "terms.yaml": terms, "body.yaml": body})
    assert problems == ()
    assert scheme is not None
    return scheme


def duty(**keys: str) -> str:
    """A rules file with one duty, some of its keys given."""
    lines = {
        "kind": "duty",
        "who": "operator",
        "cadence": "standing",
        "evidence": "roster",
        "title": "{zh: 职责, en: Duty}",
        "cites": "{label: practice}",
        **{key.rstrip("_"): value for key, value in keys.items()},
    }
    return "rules:\n  - id: d\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items() if value)


def test_the_example_of_the_decisions_page_is_read_and_its_case_holds() -> None:
    scheme = read()
    assert scheme.tiers == ("tier-1", "tier-2")
    assert run_cases(scheme) == ()
    patrol = scheme.rule("mobile-patrol")
    assert patrol.cadence == (
        Every(timedelta(hours=2), (time(6), time(22))),
        Every(timedelta(hours=1), (time(22), time(6))),
    )
    assert (patrol.concern, patrol.grace, patrol.evidence) == ("patrol", timedelta(minutes=10), "scan")
    assert patrol.cites == Citation("plan", "2.1")
    assert (patrol.file, patrol.line) == ("body.yaml", 15)


def test_a_measure_holds_from_its_level_up_and_takes_its_title_from_what_it_changes() -> None:
    measure = read().rule("patrol-when-orange")
    assert measure.posture == ("orange", "red")
    assert measure.title == Text("橙色：流动巡查", "Orange: Mobile patrol")


def test_a_list_of_levels_means_exactly_those() -> None:
    body = AS_DECIDED.replace("posture: orange", "posture: [yellow, red]")
    assert read(body).rule("patrol-when-orange").posture == ("yellow", "red")


def test_editions_and_clauses_are_kept_as_they_are_written() -> None:
    scheme = read(AS_DECIDED.replace('clause: "2.1"', "clause: 2.10"))
    assert scheme.edition == "2026.10"
    assert scheme.rule("tier-1").cites.clause == "2.10"


@pytest.mark.parametrize(
    ("written", "cadence"),
    [
        ("standing", Standing()),
        ("{standing: true}", Standing()),
        ("once", Once()),
        ("{once: true}", Once()),
        ("{once: {by: 2026-06-30}}", Once(date(2026, 6, 30))),
        ('{once: "2026-06-30"}', Once(date(2026, 6, 30))),
        ("month", Each("month")),
        ("{each: half-year}", Each("half-year")),
        ("[{each: quarter}]", Each("quarter")),
        ("{every: P1D}", Each("day")),
        ("P1W", Each("week")),
        ("{every: P1M}", Each("month")),
        ("{every: P14D}", (Every(timedelta(days=14)),)),
        ("PT30M", (Every(timedelta(minutes=30)),)),
        ("{every: PT8H}", (Every(timedelta(hours=8)),)),
        ("{every: $interval}", (Every(Reference("interval")),)),
        ("$interval", (Every(Reference("interval")),)),
        ('{every: PT2H, between: "07:00-17:00"}', (Every(timedelta(hours=2), (time(7), time(17))),)),
        ("{every: PT2H, between: [07:00, 17:00]}", (Every(timedelta(hours=2), (time(7), time(17))),)),
        ('{every: PT2H, between: ["00:00", "24:00"]}', (Every(timedelta(hours=2)),)),
        ("{within: P30D, of: document-revised}", Within(timedelta(days=30), "document-revised")),
        ("{within: $interval, after: document-revised}", Within(Reference("interval"), "document-revised")),
    ],
)
def test_cadences_are_read_in_every_form(written: str, cadence: Cadence) -> None:
    parameters = "parameters: [{id: interval, value: PT4H, cites: {label: practice}}]\n"
    assert read(parameters + duty(cadence=written)).rule("d").cadence == cadence


VISITORS_OVER = Test("daily_visitors", "over", (10,))


@pytest.mark.parametrize(
    ("written", "condition"),
    [
        ("{daily_visitors: {over: 10}}", VISITORS_OVER),
        ("{kind: mall}", Test("kind", "is", ("mall",))),
        ("{kind: [mall, bank]}", Test("kind", "in", ("mall", "bank"))),
        ("{critical_facility: true}", Test("critical_facility", "is", (True,))),
        (
            "{kind: {is: mall}, daily_visitors: {over: 10}}",
            All((Test("kind", "is", ("mall",)), VISITORS_OVER)),
        ),
        (
            "{daily_visitors: {at_least: 1, at_most: 9}}",
            All((Test("daily_visitors", "at_least", (1,)), Test("daily_visitors", "at_most", (9,)))),
        ),
        ("{not: {kind: bank}}", Not(Test("kind", "is", ("bank",)))),
        (
            "{any: [{kind: bank}, {daily_visitors: {over: 10}}]}",
            AnyOf((Test("kind", "is", ("bank",)), VISITORS_OVER)),
        ),
        ("{daily_visitors: {missing: true}}", Test("daily_visitors", "missing", (True,))),
        ("{daily_visitors: {at-least: 2.5}}", Test("daily_visitors", "at_least", (2.5,))),
        ("{grade: {at_least: high}}", Test("grade", "at_least", ("high",))),
        ("{posture: {at_least: blue}}", Test("posture", "at_least", ("blue",))),
        ("{tier: {missing: true}}", Test("tier", "missing", (True,))),
    ],
)
def test_conditions_are_read_in_every_form(written: str, condition: Condition) -> None:
    assert read(duty(where=written)).rule("d").where == condition


def test_a_duty_with_a_posture_is_owed_at_those_levels_only() -> None:
    where = read(duty(where="{kind: mall}", posture="orange")).rule("d").where
    assert where == All((Test("kind", "is", ("mall",)), Test("posture", "in", ("orange", "red"))))


def test_durations_may_be_figures_and_years() -> None:
    parameters = "parameters: [{id: validity, value: P1Y, cites: {label: practice}}]\n"
    rule = read(parameters + duty(grace="P2W", valid_for="$validity")).rule("d")
    assert (rule.grace, rule.valid_for) == (timedelta(days=14), Reference("validity"))


@pytest.mark.parametrize(
    ("written", "quantity"),
    [
        ("{unit: guards, amount: 2}", Quantity("guards", amount=2)),
        (
            "{unit: guards, of: area_m2, one_per: 100, at_least: 1}",
            Quantity("guards", of="area_m2", one_per=100, at_least=1),
        ),
        (
            "{unit: guards, of: area_m2, one-per: 500, beyond: 1000, plus: 3}",
            Quantity("guards", of="area_m2", one_per=500, beyond=1000, plus=3),
        ),
        (
            "{unit: guards, greatest_of: [{of: area_m2, percent: 3}, {amount: 1}]}",
            Quantity("guards", greatest_of=(Quantity("", of="area_m2", percent=3), Quantity("", amount=1))),
        ),
    ],
)
def test_quantities_are_read_in_every_form(written: str, quantity: Quantity) -> None:
    rule = read(duty(kind="standard", quantity=written, cadence="", evidence="")).rule("d")
    assert rule.quantity == quantity
    assert (rule.cadence, rule.evidence) == (Standing(), "count")


def test_a_value_left_open_ends_where_the_next_begins() -> None:
    body = """\
parameters:
  - id: limit
    cites: {label: plan}
    values: [{from: 2027-01-01, value: 6000}, {from: "2026-01-15", value: 5000}]
"""
    first, second = read(body).parameters["limit"].values
    assert (first.value, first.start, first.end) == (5000, date(2026, 1, 15), date(2027, 1, 1))
    assert (second.value, second.start, second.end) == (6000, date(2027, 1, 1), None)


def test_terms_may_be_declared_under_terms_in_any_file_and_as_blocks() -> None:
    body = """\
terms:
  kinds: {pier: {zh: 码头, en: Pier}}
  facts: {berths: {type: number, title: {zh: 泊位, en: berths}}}
rules: []
"""
    scheme = read(body)
    assert scheme.places["pier"].title == Text("码头", "Pier")
    assert scheme.places["mall"].title.en == "Shopping mall"
    assert scheme.facts["berths"].type == "number"
    assert scheme.facts["grade"].values == ("low", "high")
    assert scheme.terms["grade"]["high"].title.en == "high"


def test_a_schemes_own_word_replaces_the_shared_one() -> None:
    shared = {"vocabulary/terms.yaml": TERMS}
    own = "places: [{id: mall, title: {zh: 购物中心, en: Mall}}]\n"
    scheme, problems = read_scheme_texts({"scheme.yaml": HEAD, "terms.yaml": own, **shared})
    assert problems == ()
    assert scheme is not None
    assert scheme.places["mall"].title.en == "Mall"
    assert scheme.places["bank"].title.en == "Bank"


def test_a_bare_list_belongs_to_the_folder_or_file_it_stands_in() -> None:
    rules = duty().removeprefix("rules:\n")
    for name in ("rules/security.yaml", "rules.yaml"):
        scheme, problems = read_scheme_texts({"scheme.yaml": HEAD, "terms.yaml": TERMS, name: rules})
        assert problems == ()
        assert scheme is not None
        assert scheme.rule("d").kind == "duty"


def test_rules_may_be_a_block_keyed_by_id() -> None:
    body = duty().replace("rules:\n  - id: d\n    ", "rules:\n  d:\n    ")
    assert read(body).rule("d").title.en == "Duty"


def test_a_department_is_asked_by_its_role() -> None:
    body = duty(subject="department", where="{role: health}") + (
        "cases:\n"
        "  - {id: health, facts: {role: health}, expect: {duties: [d]}}\n"
        "  - {id: place, facts: {kind: mall}, expect: {duties: []}}\n"
    )
    scheme = read(body)
    assert [case.subject for case in scheme.cases] == ["department", "place"]
    assert run_cases(scheme) == ()


def test_a_law_that_has_not_commenced_says_so() -> None:
    scheme = read(
        head=HEAD + "status: not-commenced\nnotice: {zh: 尚未施行, en: Not commenced}\noutside_tiers: free\n"
    )
    assert scheme.in_force is False
    assert scheme.notice == Text("尚未施行", "Not commenced")
    assert scheme.outside_tiers == "free"


def test_an_edition_can_be_read_again_from_its_stored_texts(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    (folder / "rules").mkdir(parents=True)
    (folder / "scheme.yaml").write_text(HEAD, encoding="utf-8")
    (folder / "rules" / "all.yaml").write_text("\ufeff" + AS_DECIDED, encoding="utf-8")
    shared = tmp_path / "words"
    shared.mkdir()
    (shared / "terms.yaml").write_text(TERMS, encoding="utf-8")
    scheme, problems = read_scheme(folder, shared)
    assert problems == ()
    assert scheme is not None
    assert sorted(scheme.sources) == ["rules/all.yaml", "scheme.yaml", "vocabulary/terms.yaml"]
    again, _ = read_scheme_texts(scheme.sources)
    assert again is not None
    assert (again.rules, again.sha256) == (scheme.rules, scheme.sha256)


def test_the_hash_changes_with_any_byte_or_file_name() -> None:
    texts = {"scheme.yaml": HEAD, "a.yaml": "x"}
    changed = [{**texts, "a.yaml": "x "}, {"scheme.yaml": HEAD, "b.yaml": "x"}, {**texts, "c.yaml": ""}]
    assert len({hash_of(texts), *map(hash_of, changed)}) == 4
    assert hash_of(dict(reversed(texts.items()))) == hash_of(texts)


def test_the_vocabulary_beside_the_folder_is_used_without_asking(tmp_path: Path) -> None:
    for name, file, text in (("s", "scheme.yaml", HEAD), ("vocabulary", "terms.yaml", TERMS)):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text(text, encoding="utf-8")
    scheme, problems = read_scheme(tmp_path / "s")
    assert problems == ()
    assert scheme is not None
    assert set(scheme.places) == {"mall", "bank"}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    read_scheme_texts({"scheme.yaml": HEAD, "terms.yaml": TERMS, "rules.yaml": text})
    read_scheme_texts({"scheme.yaml": text})


YAML_PARTS = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
RULE_KEYS = [spelling for field in FIELDS["rule"] for spelling in field.spellings]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(RULE_KEYS),
    YAML_PARTS,
    st.sampled_from(["tier", "duty", "standard", "measure", "clock", "criterion"]),
)
@example("title", {}, "tier")
def test_no_value_of_a_rules_key_raises(key: str, value: object, kind: str) -> None:
    rule: dict[str, object] = {
        "id": "d",
        "kind": kind,
        "title": {"zh": "职责", "en": "Duty"},
        "cites": {"label": "plan"},
        key: value,
    }
    scheme, problems = read_scheme_texts(
        {"scheme.yaml": HEAD, "terms.yaml": TERMS, "rules.yaml": dumped([rule])}
    )
    assert scheme is not None or problems


def dumped(value: object) -> str:
    return json.dumps(value, default=str)
