"""Bytes from anywhere: what is read, and what is refused before anything in it is believed."""

import codecs
import gzip
from pathlib import Path

import pytest

from anlan.links.cap.alert import Alert, Circle, NamedValue
from anlan.links.cap.document import DEEPEST, MOST_BYTES, MOST_ELEMENTS, opened
from anlan.links.cap.message import Received, Refused, receive
from anlan.links.cap.problems import Problem
from links.cap.messages import PLAIN, changed, in_two_languages


def accepted(data: bytes) -> Alert:
    outcome = receive(data)
    assert isinstance(outcome, Received), outcome
    return outcome.alert


def reasons(data: bytes) -> list[str]:
    outcome = receive(data)
    return [reason.code for reason in outcome.reasons] if isinstance(outcome, Refused) else []


def test_a_message_is_read_with_all_that_it_says() -> None:
    outcome = receive(in_two_languages())
    assert isinstance(outcome, Received)
    assert outcome.remarks == ()
    alert = outcome.alert
    assert (alert.identifier, alert.status, alert.note) == ("990100-2026-0001", "Actual", "first message")
    assert alert.sent.isoformat() == "2026-11-23T19:30:00+08:00"
    assert alert.references is None
    chinese, english = alert.infos
    assert (chinese.event, english.event) == ("人群拥挤", "Crowding")
    assert chinese.event_codes == (NamedValue("OET:v1.2", "OET-081"),)
    (area,) = chinese.areas
    assert area.polygons[0].points[1] == (31.2, 121.5)
    assert area.circles == (Circle((31.25, 121.45), 2.5),)
    assert (area.altitude_ft, area.ceiling_ft) == (0, 500)
    assert chinese.resources[0].uri == "https://lanwan.example/map.png"


def test_the_bytes_that_came_in_are_kept_to_the_last_blank() -> None:
    data = b"\xef\xbb\xbf" + PLAIN.encode() + b"\n<!-- sent by fax -->\n"
    outcome = receive(data)
    assert isinstance(outcome, Received)
    assert outcome.original == data


@pytest.mark.parametrize("encoding", ["GB2312", "GBK", "gb18030", "UTF-8", "UTF-16"])
def test_chinese_encodings_are_read(encoding: str) -> None:
    text = PLAIN.replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert accepted(text.encode(encoding)).infos[0].headline == "橙色预警"


def test_traditional_characters_in_big5_are_read() -> None:
    text = PLAIN.replace("UTF-8", "Big5")
    for old, new in {
        "人群拥挤": "人群擁擠",
        "橙色预警": "橙色預警",
        "滨江": "濱江",
        "广场": "廣場",
        "过": "過",
    }.items():
        text = text.replace(old, new)
    text = text.replace("请勿", "請勿")
    assert accepted(text.encode("big5")).infos[0].headline == "橙色預警"


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, b""])
def test_a_byte_order_mark_is_no_content(mark: bytes) -> None:
    assert accepted(mark + PLAIN.encode()).infos[0].event == "人群拥挤"


@pytest.mark.parametrize("name", ["UTF-7", "rot13", "zlib", "idna", "no-such-thing"])
def test_encodings_that_hide_markup_are_refused(name: str) -> None:
    assert reasons(PLAIN.replace('"UTF-8"', f'"{name}"').encode()) == ["INVALID_ENCODING"]


def test_bytes_that_are_not_what_they_say_are_refused_with_their_line() -> None:
    outcome = receive(PLAIN.encode("gbk"))
    assert isinstance(outcome, Refused)
    (reason,) = outcome.reasons
    assert (reason.code, reason.line) == ("INVALID_ENCODING", 13)


# ---- attacks -------------------------------------------------------------------------------------

ENTITY = '<!DOCTYPE alert [<!ENTITY x SYSTEM "file://{}">]>\n<alert '
LAUGHS = (
    '<!DOCTYPE alert [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + "]>\n<alert "
)


def test_an_external_entity_is_refused_and_its_file_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP SECRET")
    data = changed(("<alert ", ENTITY.format(secret)), ("first message", "&x;"))
    outcome = receive(data)
    assert isinstance(outcome, Refused)
    assert [reason.code for reason in outcome.reasons] == ["DOCTYPE_REFUSED"]
    assert "SECRET" not in repr(outcome.reasons)


@pytest.mark.parametrize(
    "before", ["", "<!-- a -->", "<?style x?>\n<!-- > -->", " \n\t", "<!-- <alert -->" * 50]
)
def test_no_comment_hides_a_doctype(before: str) -> None:
    data = changed(("<alert ", before + LAUGHS), ("first message", "&m;"))
    assert reasons(data) == ["DOCTYPE_REFUSED"]


def test_a_doctype_is_refused_in_every_encoding() -> None:
    text = changed(("<alert ", LAUGHS), ("UTF-8", "UTF-16")).decode()
    assert reasons(text.encode("utf-16")) == ["DOCTYPE_REFUSED"]
    assert reasons(text.encode("utf-16-le")) == ["DOCTYPE_REFUSED"]
    assert reasons(text.replace("UTF-16", "GBK").encode("gbk")) == ["DOCTYPE_REFUSED"]


def test_an_entity_that_nobody_declared_is_a_fault_of_syntax() -> None:
    assert reasons(changed(("first message", "&nbsp;"))) == ["XML_SYNTAX_ERROR"]


def test_a_comment_does_not_split_what_is_read() -> None:
    assert (
        accepted(changed(("office@lanwan", "office<!-- -->@<?x?>lanwan"))).sender == "office@lanwan.example"
    )


def test_a_file_that_is_too_large_is_not_parsed() -> None:
    assert reasons(b" " * (MOST_BYTES + 1)) == ["TOO_LARGE"]
    assert reasons(changed(("first", "first" * 100_000))) == []


def test_too_many_elements_are_refused() -> None:
    assert reasons(changed(("<note>", "<code/>" * (2 * MOST_ELEMENTS) + "<note>"))) == ["TOO_COMPLEX"]


def test_elements_that_are_nested_too_deeply_are_refused() -> None:
    deep = "<a>" * DEEPEST + "</a>" * DEEPEST
    outcome = receive(changed(("first message", deep)))
    assert isinstance(outcome, Refused)
    assert [reason.code for reason in outcome.reasons] == ["TOO_COMPLEX"]
    assert reasons(changed(("first message", "<a>" * 5000 + "</a>" * 5000))) in (
        ["TOO_COMPLEX"],
        ["XML_SYNTAX_ERROR"],
    )


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"\xff\xfe", b"<", b"{}", b"PK\x03\x04", gzip.compress(PLAIN.encode()), b"<alert/>"]
)
def test_what_is_no_message_is_refused_and_breaks_nothing(data: bytes) -> None:
    outcome = receive(data)
    assert isinstance(outcome, Refused)
    assert outcome.reasons[0].message.zh


def test_a_web_page_is_called_what_it_is() -> None:
    page = "<!DOCTYPE html><html><title>404 找不到</title></html>".encode("big5")
    problem = opened(page)
    assert isinstance(problem, Problem)
    assert (problem.code, "html" in problem.message.en) == ("NOT_CAP", True)


def test_an_older_version_is_refused_by_its_name() -> None:
    outcome = receive(changed(("cap:1.2", "cap:1.1")))
    assert isinstance(outcome, Refused)
    assert "cap:1.1" in outcome.reasons[0].message.en
