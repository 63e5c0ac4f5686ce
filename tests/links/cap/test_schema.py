"""Our judgement of structure against the published schema, on real messages and on drawn changes of one of ours."""

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from anlan.links.cap.document import Document, opened
from anlan.links.cap.problems import Element
from anlan.links.cap.schema import MOST_TOLD, schema_problems, walked
from links.cap.messages import PLAIN, changed, in_two_languages

TestData = Callable[[str], Path]
IN_ALERT = "{urn:oasis:names:tc:emergency:cap:1.2}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
URI = "<uri>https://lanwan.example/map.png</uri>"
NAMES = sorted({str(node.tag) for node in etree.fromstring(PLAIN.encode()).iter()})
STRANGERS = [f"{IN_ALERT}eventcode", "note", "{urn:example}note", SIGNATURE]
TEXTS = [
    "", " ", "\u00a0", "Actual", " Actual", "Update", "Private", "Unknown", "Met", "zh-CN", " en ", "i-x-12345678",
    "中文", "123", "2026-11-23T19:30:00+08:00", " 2026-02-28T19:30:00-00:00\n", "2026-02-29T19:30:00+08:00",
    "2026-11-23T19:30:60+08:00", "0000-11-23T19:30:00+08:00", "2026-11-23T19:30:00+14:00", "2026-11-23T19:30:00+14:01",
    "2026-11-23T19:30:00,08:00", "２026-11-23T19:30:00+08:00", "5", "+5", "-5.", ".5", ".", "٣", "1e3", "INF", "9" * 18,
]  # fmt: skip


@pytest.fixture(scope="session")
def published(test_data: TestData) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(test_data("cap/CAP-v1.2.xsd")))


def root_of(data: bytes) -> Element:
    document = opened(data)
    assert isinstance(document, Document)
    return document.root


def agree(root: Element, published: etree.XMLSchema) -> None:
    """Judge the tree, written and parsed anew, by grammar and walk, by the walk alone, and as published."""
    data = etree.tostring(root)
    anew = root_of(data)
    problems = schema_problems(anew)
    assert problems == walked(anew), data.decode()
    # libxml2 lets anything follow a signature; the standard does not.
    signature = anew.find("{http://www.w3.org/2000/09/xmldsig#}*")
    is_last = signature is None or all("xmldsig" in after.tag for after in signature.itersiblings("*"))
    assert (not problems) == (published.validate(anew) and is_last), data.decode()


def test_real_messages_are_judged_as_by_the_published_schema(
    test_data: TestData, published: etree.XMLSchema
) -> None:
    judged = {True: 0, False: 0}
    for path in sorted(test_data("cap").rglob("*")):
        if path.suffix not in {".xml", ".cap"} or not isinstance(
            document := opened(path.read_bytes()), Document
        ):
            continue
        problems = schema_problems(document.root)
        assert problems == walked(document.root), path
        assert (not problems) == published.validate(document.root), (path, problems)
        judged[not problems] += 1
    assert judged[True] >= 83
    assert judged[False] >= 5


@given(st.data())
@settings(max_examples=300)
def test_a_message_changed_at_random_is_judged_as_by_the_published_schema(
    published: etree.XMLSchema, data: st.DataObject
) -> None:
    root = root_of(in_two_languages())
    for _ in range(data.draw(st.integers(1, 3))):
        _change(root, data)
    agree(root, published)


def _change(root: Element, data: st.DataObject) -> None:
    nodes = list(root.iterdescendants())
    if not nodes:
        return
    node = data.draw(st.sampled_from(nodes))
    parent = node.getparent()
    assert parent is not None
    how = data.draw(st.sampled_from(["drop", "copy", "move", "rename", "text", "word", "attribute", "inner"]))
    if how == "drop":
        parent.remove(node)
    elif how == "copy":
        other = data.draw(st.sampled_from([parent, root]))
        other.insert(data.draw(st.integers(0, len(other))), deepcopy(node))
    elif how == "move":
        parent.insert(data.draw(st.integers(0, len(parent) - 1)), node)
    elif how == "rename":
        node.tag = data.draw(st.sampled_from([*NAMES, *STRANGERS]))
    elif how == "text":
        node.text = data.draw(st.sampled_from(TEXTS))
    elif how == "word":
        node.tail = data.draw(st.sampled_from(["\n", "\u00a0", "word"]))
    elif how == "attribute":
        name = data.draw(
            st.sampled_from(["id", "{http://www.w3.org/XML/1998/namespace}lang", "{urn:example}id"])
        )
        node.set(name, "1")
    else:
        parts = data.draw(st.sampled_from([SIGNATURE, *NAMES]))
        etree.SubElement(data.draw(st.sampled_from([node, root])), parts)


@given(
    st.one_of(
        st.text("ab1:/?#[]@%4f._~-+ <é|&", max_size=12),
        st.builds("http://{}".format, st.text("ab1:/?#[]@%4f._", max_size=10)),
    )
)
@settings(max_examples=400)
def test_addresses_are_judged_as_by_the_published_schema(published: etree.XMLSchema, address: str) -> None:
    root = root_of(changed())
    (uri,) = root.iter(f"{IN_ALERT}uri")
    uri.text = address
    agree(root, published)


@given(st.from_regex(r"[+-]?[0-9.]{0,6}[0-9]{0,3}", fullmatch=True), st.sampled_from(["size", "ceiling"]))
def test_numbers_are_judged_as_by_the_published_schema(
    published: etree.XMLSchema, number: str, name: str
) -> None:
    root = root_of(changed((URI, "<size>1</size>")))
    (node,) = root.iter(IN_ALERT + name)
    node.text = number
    agree(root, published)


@pytest.mark.parametrize("attribute", ["schemaLocation", "noNamespaceSchemaLocation", "nil", "other"])
def test_hints_where_a_schema_lies_are_let_pass_and_nothing_else_of_their_kind(
    attribute: str, published: etree.XMLSchema
) -> None:
    instance = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    root = root_of(changed(("<alert ", f'<alert {instance} xsi:{attribute}="urn:example" ')))
    assert (not schema_problems(root)) == attribute.endswith("Location")
    agree(root, published)


@pytest.mark.parametrize("attribute", ["nil='false'", "nil='true'", "type='xs:token'", "type='xs:anyType'"])
@pytest.mark.parametrize("name", [name.removeprefix(IN_ALERT) for name in NAMES])
def test_no_word_to_schema_readers_gets_a_fault_past_the_walk(name: str, attribute: str) -> None:
    spaces = (
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
    )
    plain = PLAIN.replace("<alert ", f"<alert {spaces} ", 1)
    root = root_of(re.sub(rf"<{name}(?=[ >])", f"<{name} xsi:{attribute}", plain).encode())
    assert schema_problems(root) == walked(root)
    assert bool(walked(root)) == attribute.startswith("nil")


@pytest.mark.parametrize(
    "put", ["<!--x-->", "<?x y?>", "<![CDATA[]]>", "&#13;", "&#133;", "\ufeff", "\u3000"]
)
@pytest.mark.parametrize("name", [name.removeprefix(IN_ALERT) for name in NAMES])
def test_nothing_put_about_an_element_gets_a_fault_past_the_walk(name: str, put: str) -> None:
    for text in (
        re.sub(rf"(<{name}(?: [^>]*)?>)", rf"\1{put}", PLAIN),
        PLAIN.replace(f"</{name}>", f"{put}</{name}>"),
        PLAIN.replace(f"</{name}>", f"</{name}>{put}"),
    ):
        if isinstance(document := opened(text.encode()), Document):
            assert schema_problems(document.root) == walked(document.root), text


def test_what_no_value_can_hold_is_refused_although_the_schema_allows_it() -> None:
    for change in [
        ("2026-11-23T19:30", "2026-11-23T24:00"),
        (URI, f"<size>{'9' * 5000}</size>"),
        ("<altitude>0", "<altitude>" + "9" * 400),
    ]:
        root = root_of(changed(change))
        assert len(schema_problems(root)) == len(walked(root)) == 1


def test_a_signature_belongs_to_the_end() -> None:
    signature = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>'
    (problem,) = schema_problems(root_of(changed(("<info>", signature + "<info>"))))
    assert (problem.code, problem.path) == ("INVALID_SEQUENCE", "/alert[1]/info[1]")
    assert "'Signature'" in problem.message.en
    assert schema_problems(root_of(changed(("</alert>", signature + "</alert>")))) == []


def test_a_flood_of_faults_is_cut_short() -> None:
    flood = "<foo/>" * 20_000
    assert len(schema_problems(root_of(changed(("<info>", flood + "<info>"))))) == MOST_TOLD
    assert len(schema_problems(root_of(changed(("first message", flood))))) == MOST_TOLD
