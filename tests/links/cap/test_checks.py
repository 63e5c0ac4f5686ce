"""Every reason for which a message is refused, and every remark, on a small message of our own."""

import base64
import hashlib

import pytest

from anlan.links.cap.message import Received, Refused, receive
from anlan.links.cap.problem_words import WORDS
from links.cap.messages import changed, in_two_languages

AREA, INFO = "/alert[1]/info[1]/area[1]", "/alert[1]/info[1]"
POLYGON = "31.20,121.40 31.20,121.50 31.30,121.50 31.20,121.40"
URI = "<uri>https://lanwan.example/map.png</uri>"
ITSELF = "office@lanwan.example,990100-2026-0001,2026-11-23T19:30:00+08:00"
PNG = base64.b64encode(b"a picture").decode()
ROUND = " ".join(f"31.{n:03d},121.{n * n:05d}" for n in range(1, 120)) + " 31.9,121 31.001,121.00001"

REFUSED: list[tuple[bytes, str, str]] = [
    # the schema
    (changed(("scope>", "scoep>"), ("scope>", "scoep>")), "UNSUPPORTED_ELEMENT", "/alert[1]/scoep[1]"),
    (changed(("first message", "<b>first</b>")), "UNSUPPORTED_ELEMENT", "/alert[1]/note[1]/b[1]"),
    (changed(("<note>", '<note lang="en">')), "UNSUPPORTED_ATTRIBUTE", "/alert[1]/note[1]"),
    (changed(("<info>", "hello <info>")), "UNEXPECTED_TEXT", "/alert[1]"),
    (changed(("<scope>Public</scope>", "")), "MISSING_REQUIRED_ELEMENT", "/alert[1]"),
    (changed(("<areaDesc>滨江广场</areaDesc>", "")), "MISSING_REQUIRED_ELEMENT", AREA),
    (changed(("<urgency>Immediate</urgency>", ""), ("</certainty>", "</certainty><urgency>Past</urgency>")),
     "INVALID_SEQUENCE", f"{INFO}/severity[1]"),
    (changed(("<note>", "<note>two</note><note>")), "REPEATED_ELEMENT", "/alert[1]/note[2]"),
    (changed((">Severe<", ">Dreadful<")), "INVALID_ENUM_VALUE", f"{INFO}/severity[1]"),
    (changed(("19:30:00+08:00", "11:30:00Z")), "INVALID_DATE", "/alert[1]/sent[1]"),
    (changed(("2026-11-23T19", "2026-02-30T19")), "INVALID_DATE", "/alert[1]/sent[1]"),
    (changed(("2026-11-23T19:30", "2026-11-23T24:00")), "INVALID_DATE", "/alert[1]/sent[1]"),
    (changed((">zh-CN<", ">中文<")), "INVALID_LANGUAGE", f"{INFO}/language[1]"),
    (changed(("<ceiling>500", "<ceiling>high")), "INVALID_VALUE", f"{AREA}/ceiling[1]"),
    (changed((">zh-CN<", "> <")), "INVALID_LANGUAGE", f"{INFO}/language[1]"),
    (changed((URI, "<uri>http://[</uri>")), "INVALID_VALUE", f"{INFO}/resource[1]/uri[1]"),
    # parts that do not agree
    (changed(("office@lanwan.example", " ")), "MISSING_VALUE", "/alert[1]/sender[1]"),
    (changed(("人群拥挤", "")), "MISSING_VALUE", f"{INFO}/event[1]"),
    (changed(("<note>", "<restriction>staff</restriction><note>")), "RESTRICTION_SCOPE_MISMATCH",
     "/alert[1]/restriction[1]"),
    (changed((">Public<", ">Restricted<")), "RESTRICTION_SCOPE_MISMATCH", "/alert[1]/scope[1]"),
    (changed((">Alert<", ">Update<")), "MISSING_REFERENCES", "/alert[1]"),
    (changed((">Alert<", ">Cancel<"), ("</note>", "</note><references/>")), "MISSING_REFERENCES",
     "/alert[1]/references[1]"),
    (changed(("</note>", "</note><references>a,b</references>")), "INVALID_REFERENCES", "/alert[1]/references[1]"),
    (changed(("</note>", "</note><references>a,b,2026-11-23T19:30:00+07:00</references>")), "POSTDATED_REFERENCE",
     "/alert[1]/references[1]"),
    (changed(("</note>", f"</note><references>{ITSELF}</references>")), "SELF_REFERENCE", "/alert[1]/references[1]"),
    # words
    (changed(("first message", "&lt;b&gt;first&lt;/b&gt;")), "TEXT_CONTAINS_HTML_TAGS", "/alert[1]/note[1]"),
    (changed(("GB2260", "<![CDATA[GB<br/>2260]]>")), "TEXT_CONTAINS_HTML_TAGS", f"{AREA}/geocode[1]/valueName[1]"),
    (in_two_languages(("Stay away.", "请勿前往。")), "SAME_TEXT_DIFFERENT_LANGUAGE",
     "/alert[1]/info[2]/instruction[1]"),
    # files
    (changed((URI, "<derefUri>foo</derefUri>")), "INVALID_DEREF_URI", f"{INFO}/resource[1]/derefUri[1]"),
    (changed((URI, "<uri>map.png</uri>")), "RELATIVE_URI_MISSING_DEREF_URI", f"{INFO}/resource[1]/uri[1]"),
    (changed((URI, "<size>-1</size>" + URI)), "INVALID_VALUE", f"{INFO}/resource[1]/size[1]"),
    # places
    (changed((POLYGON, "31,121 31,122 31,121")), "INVALID_POLYGON", f"{AREA}/polygon[1]"),
    (changed((POLYGON, "31,121 31,122 32,122 32,121")), "INVALID_POLYGON", f"{AREA}/polygon[1]"),
    (changed((POLYGON, "121,31 121,32 122,32 121,31")), "INVALID_POLYGON", f"{AREA}/polygon[1]"),
    (changed((POLYGON, "nan,121 31,122 32,122 nan,121")), "INVALID_POLYGON", f"{AREA}/polygon[1]"),
    (changed((POLYGON, "")), "INVALID_POLYGON", f"{AREA}/polygon[1]"),
    (changed(("121.45 2.5", "121.45 -2.5")), "INVALID_CIRCLE", f"{AREA}/circle[1]"),
    (changed(("31.25,121.45", "131.25,121.45")), "INVALID_CIRCLE", f"{AREA}/circle[1]"),
    (changed(("31.25,121.45 2.5", "31.25 121.45 2.5")), "INVALID_CIRCLE", f"{AREA}/circle[1]"),
    (changed(("121.45 2.5", "121.45 20100")), "INVALID_CIRCLE", f"{AREA}/circle[1]"),
    (changed(("121.45 2.5", "121.45 wide")), "INVALID_CIRCLE", f"{AREA}/circle[1]"),
    (changed(("<altitude>0", "<altitude>-1")), "INVALID_VALUE", f"{AREA}/altitude[1]"),
    (changed(("<altitude>0", "<altitude>501")), "INVALID_ALTITUDE_CEILING_RANGE", f"{AREA}/ceiling[1]"),
    (changed(("<altitude>0</altitude>", "")), "CEILING_WITHOUT_ALTITUDE", f"{AREA}/ceiling[1]"),
]  # fmt: skip

REMARKED: list[tuple[bytes, str, str]] = [
    (changed(("first message", "")), "EMPTY_ELEMENT", "/alert[1]/note[1]"),
    (changed(("office@", "the office@")), "RESTRICTED_CHARACTERS", "/alert[1]/sender[1]"),
    (changed((">Public<", ">Private<")), "ADDRESSES_MISSING", "/alert[1]/scope[1]"),
    (changed(("请勿前往。", "请&lt;b&gt;勿&lt;/b&gt;前往。")), "TEXT_CONTAINS_HTML_TAGS", f"{INFO}/instruction[1]"),
    (changed(("橙色预警", "橙色&amp;nbsp;预警")), "TEXT_CONTAINS_HTML_ENTITIES", f"{INFO}/headline[1]"),
    (changed(("橙色预警", "橙色\ufffd警")), "DAMAGED_TEXT", f"{INFO}/headline[1]"),
    (in_two_languages(("Orange warning", "橙色预警")), "SAME_TEXT_DIFFERENT_LANGUAGE", "/alert[1]/info[2]/headline[1]"),
    (changed((">zh-CN<", ">en<")), "LANGUAGE_MIX", f"{INFO}/language[1]"),
    (in_two_languages(("<language>en<", "<language>zh-TW<")), "LANGUAGE_MIX", "/alert[1]/info[2]/language[1]"),
    (changed(("OET-081", "081")), "INVALID_EVENT_TERM", f"{INFO}/eventCode[1]/value[1]"),
    (changed(("T23:30:00", "T19:30:00")), "TIMES_OUT_OF_ORDER", f"{INFO}/expires[1]"),
    (changed((URI, f"<size>8</size><derefUri>{PNG}</derefUri>")), "RESOURCE_MISMATCH", f"{INFO}/resource[1]/size[1]"),
    (changed((URI, f"<derefUri>{PNG}</derefUri><digest>00</digest>")), "RESOURCE_MISMATCH",
     f"{INFO}/resource[1]/digest[1]"),
    (changed((POLYGON, ROUND)), "POLYGON_TOO_DETAILED", f"{AREA}/polygon[1]"),
    (changed((POLYGON, "31,121 32,122 31,122 32,121 31,121")), "POLYGON_CROSSES_ITSELF", f"{AREA}/polygon[1]"),
    (changed(("31.25,121.45 2.5", "31.25,121.45")), "CIRCLE_WITHOUT_RADIUS", f"{AREA}/circle[1]"),
    (changed(("31.25,121.45 2.5", "31.25,121.45 31.25,121.45")), "CIRCLE_WITHOUT_RADIUS", f"{AREA}/circle[1]"),
    (changed(("121.45 2.5", "121.45 0")), "CIRCLE_WITHOUT_RADIUS", f"{AREA}/circle[1]"),
]  # fmt: skip

ELSEWHERE = {
    *(
        "TOO_LARGE",
        "TOO_COMPLEX",
        "INVALID_ENCODING",
        "DOCTYPE_REFUSED",
        "XML_SYNTAX_ERROR",
        "NOT_CAP",
    ),  # test_reading
    *("INVALID_SIGNATURE", "UNSUPPORTED_SIGNATURE"),  # test_signatures
    "NO_INFO",
    "NOT_SIGNED_BY_PINNED",  # where messages are taken in
}


@pytest.mark.parametrize(
    ("data", "code", "path"), REFUSED, ids=[f"{code}-{n}" for n, (_, code, _p) in enumerate(REFUSED)]
)
def test_what_is_wrong_is_refused_with_reason_and_place(data: bytes, code: str, path: str) -> None:
    outcome = receive(data)
    assert isinstance(outcome, Refused)
    assert [(reason.code, reason.path) for reason in outcome.reasons] == [(code, path)]
    (reason,) = outcome.reasons
    assert reason.line
    assert not reason.is_remark
    words = [reason.message.zh, reason.message.en, reason.mend.zh, reason.mend.en]
    assert all(words)
    assert "{" not in "".join(words)


@pytest.mark.parametrize(
    ("data", "code", "path"), REMARKED, ids=[f"{code}-{n}" for n, (_, code, _p) in enumerate(REMARKED)]
)
def test_what_is_odd_is_accepted_with_a_remark(data: bytes, code: str, path: str) -> None:
    outcome = receive(data)
    assert isinstance(outcome, Received)
    assert [(remark.code, remark.path) for remark in outcome.remarks] == [(code, path)]
    assert outcome.remarks[0].is_remark


def test_every_code_has_a_message_that_brings_it_about() -> None:
    tried = {code for _data, code, _path in [*REFUSED, *REMARKED]}
    assert set(WORDS) - tried == ELSEWHERE


def test_a_message_without_info_is_accepted_and_told() -> None:
    text = changed().decode()
    outcome = receive((text[: text.index("  <info>")] + "</alert>").encode())
    assert isinstance(outcome, Received)
    assert [remark.code for remark in outcome.remarks] == ["NO_INFO"]


def test_all_that_is_wrong_is_told_at_once_and_in_order() -> None:
    outcome = receive(
        changed(("first message", "&lt;i&gt;"), ("121.45 2.5", "121.45 -1"), ("<altitude>0", "<altitude>900"))
    )
    assert isinstance(outcome, Refused)
    assert [reason.code for reason in outcome.reasons] == [
        "TEXT_CONTAINS_HTML_TAGS",
        "INVALID_CIRCLE",
        "INVALID_ALTITUDE_CEILING_RANGE",
    ]
    assert [reason.line for reason in outcome.reasons] == [9, 30, 33]


def test_a_misspelt_element_is_told_with_the_right_one() -> None:
    outcome = receive(changed(("<note>", "<noot>"), ("</note>", "</noot>")))
    assert isinstance(outcome, Refused)
    assert "'note'" in outcome.reasons[0].message.en
    assert "“note”" in outcome.reasons[0].message.zh


def test_swapped_coordinates_are_guessed() -> None:
    outcome = receive(changed((POLYGON, "121,31 121,32 122,32 121,31")))
    assert isinstance(outcome, Refused)
    assert "swapped" in outcome.reasons[0].message.en


def test_a_file_that_agrees_with_its_description_brings_no_remark() -> None:
    digest = hashlib.sha1(b"a picture").hexdigest()
    inside = f"<size>9</size><derefUri>{PNG[:4]}\n  {PNG[4:]}</derefUri><digest>{digest}</digest>"
    outcome = receive(changed((URI, inside)))
    assert isinstance(outcome, Received)
    assert outcome.remarks == ()


@pytest.mark.parametrize(
    ("first", "second"), [("zh-CN", "zh-TW"), ("en-US", "en-GB")], ids=["Chinese", "English"]
)
def test_the_same_words_in_two_kinds_of_one_language_are_nothing_to_tell(first: str, second: str) -> None:
    words = "请勿前往。" if first == "zh-CN" else "Stay away."
    data = in_two_languages(
        (">zh-CN<", f">{first}<"), (">en<", f">{second}<"), ("请勿前往。", words), ("Stay away.", words)
    )
    outcome = receive(data)
    assert "SAME_TEXT_DIFFERENT_LANGUAGE" not in {one.code for one in outcome.remarks}
    assert isinstance(outcome, Received)


def test_figures_alone_need_no_translation() -> None:
    outcome = receive(in_two_languages(("请勿前往。", "110"), ("Stay away.", "110")))
    assert isinstance(outcome, Received)


@pytest.mark.parametrize(
    "text", ["wind &lt; 10 m/s &gt; 5", "a&amp;b", "&lt;3", "&lt;duty@lanwan.example&gt;"]
)
def test_brackets_that_are_no_markup_are_left_alone(text: str) -> None:
    outcome = receive(changed(("first message", text)))
    assert isinstance(outcome, Received)
    assert outcome.remarks == ()
