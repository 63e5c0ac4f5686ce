"""Public information: who releases what by the schemes, and what a text must not hold."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from anlan.engine.facts import Adoption, Basis
from anlan.engine.public_information import (
    CHECKLIST,
    LONGEST_BODY,
    chain_at,
    filled,
    operation_words,
    state_at,
    text_faults,
)
from anlan.engine.schemes import read_scheme, read_scheme_texts

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHIPPED = Path(__file__).parents[2] / "schemes"
HEAD = 'id: {id}\nedition: "1"\ntitle: {{zh: 方案, en: Scheme}}\nvalid: {{from: 2026-01-15}}\n'
ROLES = (
    "roles:\n  - {id: office, title: {zh: 办, en: Office}}\n  - {id: public-safety, title: {zh: 公安, en: Police}}\n"
    "  - {id: internet-information, title: {zh: 网信, en: Internet}}\n"
)
CHAIN = """\
public:
  - id: chain
    says: {says}
    title: {{zh: 程序, en: Chain}}
    release: {release}
    cites: {{label: practice}}
"""


def _basis(*bodies: str) -> Basis:
    adoptions = []
    for number, body in enumerate(bodies):
        scheme, problems = read_scheme_texts({"scheme.yaml": HEAD.format(id=f"s{number}") + ROLES + body})
        assert problems == (), problems
        assert scheme is not None
        adoptions.append(Adoption(scheme, AT - (9 - number) * HOUR))
    return Basis(tuple(adoptions), zone=ZoneInfo("Asia/Shanghai"))


def _problems(body: str) -> list[str]:
    _scheme, problems = read_scheme_texts({"scheme.yaml": HEAD.format(id="s") + ROLES + body})
    return [problem.message.en for problem in problems]


@dataclass
class Made:
    valid_until: datetime = AT + HOUR
    submitted_at: datetime | None = None
    discarded_at: datetime | None = None
    released_at: datetime | None = None
    withdrawn_at: datetime | None = None


def test_without_a_scheme_facts_need_public_safety_and_instructions_may_go_out_alone() -> None:
    facts, avoid = chain_at(_basis(), "facts", AT), chain_at(_basis(), "avoid", AT)
    assert (facts.approval, facts.reach, facts.emergency) == (("public-safety",), "city", False)
    assert (avoid.approval, avoid.reach, avoid.emergency) == ((), "area", True)


def test_the_shipped_plan_releases_facts_for_the_whole_city_only_and_adds_a_line_to_the_checklist() -> None:
    scheme, problems = read_scheme(SHIPPED / "city-plan-2026")
    assert problems == ()
    assert scheme is not None
    basis = Basis((Adoption(scheme, AT - HOUR),), zone=ZoneInfo("Asia/Shanghai"))
    facts, leave = chain_at(basis, "facts", AT), chain_at(basis, "leave", AT)
    assert (facts.approval, facts.release, facts.reach) == (("public-safety",), "office", "city")
    assert [item.id for item in facts.checklist] == [*(item.id for item in CHECKLIST), "release-is-ours"]
    assert (leave.emergency, leave.ratification) == (True, HOUR)


def test_of_several_schemes_every_approval_is_needed_and_the_narrower_holds() -> None:
    loose = CHAIN.format(says="instruction", release="office") + (
        "    reach: area\n    emergency: true\n    ratify_within: PT4H\n    approval: [public-safety]\n"
    )
    strict = CHAIN.format(says="instruction", release="public-safety") + (
        "    reach: city\n    approval: [internet-information, public-safety]\n"
    )
    chain = chain_at(_basis(loose, strict), "stay-in", AT)
    assert chain.approval == ("public-safety", "internet-information")
    assert (chain.release, chain.reach, chain.emergency) == ("office", "city", False)
    assert chain_at(_basis(loose), "stay-in", AT).ratification == 4 * HOUR


def test_the_turn_passes_from_role_to_role_and_then_to_the_release() -> None:
    body = CHAIN.format(says="facts", release="office") + (
        "    approval: [public-safety, internet-information]\n"
    )
    chain = chain_at(_basis(body), "facts", AT)
    assert chain.next_role(()) == "public-safety"
    assert chain.next_role({"public-safety"}) == "internet-information"
    assert chain.next_role({"public-safety", "internet-information"}) == "office"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    approval: [police]\n", "there is no role “police”"),
        ("    reach: country\n", "there is no reach “country”"),
        ("    emergency: true\n", "emergency and ratify_within are given together or not at all"),
        ("    approvals: [office]\n", "unknown key “approvals”"),
    ],
)
def test_a_chain_that_is_wrong_is_told(more: str, said: str) -> None:
    assert said in _problems(CHAIN.format(says="facts", release="office") + more)


def test_two_chains_for_one_sort_of_statement_are_told() -> None:
    one = CHAIN.format(says="facts", release="office")
    other = one.replace("public:\n", "").replace("id: chain", "id: other")
    assert "there is a chain for facts already" in _problems(one + other)


def test_states_follow_from_the_times() -> None:
    assert state_at(Made(), AT) == "draft"
    assert state_at(Made(submitted_at=AT), AT) == "waiting"
    assert state_at(Made(discarded_at=AT), AT) == "discarded"
    out = Made(submitted_at=AT, released_at=AT)
    assert state_at(out, AT) == "released"
    assert state_at(out, AT + HOUR) == "ended"
    assert state_at(out, AT + HOUR / 2, replaced_at=AT + HOUR / 4) == "replaced"
    assert state_at(out, AT + 2 * HOUR, replaced_at=AT + 1.5 * HOUR) == "ended"
    out.withdrawn_at = AT + HOUR / 3
    assert state_at(out, AT + 2 * HOUR) == "withdrawn"


def test_a_sound_text_has_no_fault() -> None:
    assert (
        text_faults("请勿前往中山路，请听从现场人员指引。", "Keep away from Zhongshan Road.", LONGEST_BODY)
        == ()
    )


@pytest.mark.parametrize(
    ("zh", "en", "fault"),
    [
        ("", "Keep away.", "empty"),
        ("请绕行。" * 200, "Keep away.", "too-long"),
        ("请勿前往【地点】。", "Keep away.", "blank"),
        ("请勿前往。", "Keep away until [until].", "blank"),
        ("联系人电话13812345678。", "Keep away.", "personal"),
        ("请勿前往。", "Ask wang@example.com.", "personal"),
        ("请致电████。", "Keep away.", "personal"),
        ("<b>请勿前往</b>", "Keep away.", "markup"),
        ("请勿前往。", "Keep &lt;away&gt;.", "markup"),
        ("Keep away.", "Stay away.", "no-chinese"),
        ("请勿前往。", "请勿前往。", "untranslated"),
        ("请勿前往。", "Keep away 请勿前往", "untranslated"),
    ],
)
def test_a_text_that_may_not_go_out_says_why(zh: str, en: str, fault: str) -> None:
    assert fault in text_faults(zh, en, LONGEST_BODY)


def test_words_about_operations_are_hinted_at_in_both_languages() -> None:
    assert operation_words(("现场有二十名民警，已布控。", "SWAT teams are deployed; 40 officers")) == (
        "二十名民警", "布控", "SWAT", "deployed", "40 officers"
    )  # fmt: skip
    assert operation_words(("请从最近出口离开，不要乘电梯。", "Leave by the nearest exit.")) == ()


def test_a_template_takes_place_and_end_where_it_leaves_room() -> None:
    assert (
        filled("请勿前往【地点】，至【截止时间】。", "zh", "中山路", "20:00") == "请勿前往中山路，至20:00。"
    )
    assert filled("Keep away from [place].", "en", "", "8 pm") == "Keep away from [place]."
