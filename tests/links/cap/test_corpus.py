"""Real messages of weather services, alerting networks and other validators' tests."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from anlan.links.cap.comparison import round_trip
from anlan.links.cap.message import Received, Refused, receive
from anlan.links.cap.signatures import verdict

TestData = Callable[[str], Path]


def catalogue(test_data: TestData) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(test_data("cap/catalogue.json").read_text("utf-8"))
    return loaded


def valid_messages(test_data: TestData) -> list[Path]:
    folder = test_data("cap/valid-1.2")
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_every_valid_message_comes_in(test_data: TestData) -> None:
    refused = {}
    for path in valid_messages(test_data):
        outcome = receive(path.read_bytes())
        if isinstance(outcome, Refused):
            refused[path.name] = [(reason.code, reason.path) for reason in outcome.reasons]
    assert refused == {}
    assert len(valid_messages(test_data)) >= 80


def test_what_the_catalogue_says_of_a_message_is_what_is_read(test_data: TestData) -> None:
    for entry in catalogue(test_data):
        if not entry["file"].startswith("valid-1.2/"):
            continue
        outcome = receive((test_data("cap") / entry["file"]).read_bytes())
        assert isinstance(outcome, Received)
        alert = outcome.alert
        assert (alert.identifier, alert.sender) == (entry["identifier"], entry["sender"])
        assert (alert.status, alert.message_type, alert.scope) == (
            entry["status"],
            entry["msgType"],
            entry["scope"],
        )
        assert len(alert.infos) == entry["infos"]
        events = entry["events"]  # the first few
        assert [info.event for info in alert.infos][: len(events)] == events
        areas = [area for info in alert.infos for area in info.areas]
        assert sum(len(area.polygons) for area in areas) == entry["polygons"]
        assert sum(len(area.circles) for area in areas) == entry["circles"]
        assert sum(len(info.resources) for info in alert.infos) == entry["resources"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("at-backbone/2.49.0.20.0.AT.151002172344.91.82793d0.cap", "CIRCLE_WITHOUT_RADIUS"),
        ("taiwan/CWA-EQ113219-2024-0422-170914.6445b6a.cap", "CIRCLE_WITHOUT_RADIUS"),
        ("at-backbone/Z_CAP_C_EDZW_20150722094400_PVW_161.6b2ab64.xml", "POLYGON_TOO_DETAILED"),
        ("google-cap-library/australia.cap", "TEXT_CONTAINS_HTML_TAGS"),
        ("at-backbone/2.0.0.1.AT.1483086568.111AT005.cap.060be7f.xml", "SAME_TEXT_DIFFERENT_LANGUAGE"),
        ("google-cap-library/valid-no-info.xml", "NO_INFO"),
    ],
)
def test_remarks_stand_where_they_are_due(name: str, code: str, test_data: TestData) -> None:
    outcome = receive(test_data(f"cap/valid-1.2/{name}").read_bytes())
    assert code in {remark.code for remark in outcome.remarks}


def test_a_plain_message_brings_no_remark(test_data: TestData) -> None:
    outcome = receive(test_data("cap/valid-1.2/oasiscap/v1dot2_appendix_adot1.xml").read_bytes())
    assert outcome.remarks == ()


def test_every_message_that_is_wrong_is_refused_with_the_reason_expected(test_data: TestData) -> None:
    expected = json.loads(test_data("cap/expected-invalid.json").read_text("utf-8"))
    wanted, found = {}, {}
    for entry in expected:
        outcome = receive(test_data(f"cap/invalid-with-reason/{entry['name']}.xml").read_bytes())
        reasons = outcome.reasons if isinstance(outcome, Refused) else ()
        wanted[entry["name"]] = [(one["reason"].split()[0], one["xpath"]) for one in entry["expected"]]
        found[entry["name"]] = [(reason.code, reason.path) for reason in reasons]
    assert found == wanted
    assert len(found) == 20


@pytest.mark.parametrize("folder", ["invalid-found", "other-version"])
def test_broken_files_and_older_versions_are_refused_with_a_line(folder: str, test_data: TestData) -> None:
    paths = [path for path in test_data(f"cap/{folder}").rglob("*") if path.is_file()]
    assert paths
    for path in paths:
        outcome = receive(path.read_bytes())
        assert isinstance(outcome, Refused), path.name
        assert all(reason.line for reason in outcome.reasons)


def test_the_feed_with_an_external_entity_is_refused(test_data: TestData) -> None:
    outcome = receive(test_data("cap/feeds/google-cap-library/xee.atom").read_bytes())
    assert isinstance(outcome, Refused)
    assert [reason.code for reason in outcome.reasons] == ["DOCTYPE_REFUSED"]


def test_every_valid_message_is_the_same_after_a_round_trip(test_data: TestData) -> None:
    changed = {}
    for path in valid_messages(test_data):
        outcome = receive(path.read_bytes())
        assert isinstance(outcome, Received)
        if differences := round_trip(outcome):
            changed[path.name] = [difference.words.en for difference in differences]
    assert changed == {}


def test_signatures_are_judged_as_xmlsec1_judged_them(test_data: TestData) -> None:
    for entry in catalogue(test_data):
        if not entry["signatures"]:
            continue
        found = verdict((test_data("cap") / entry["file"]).read_bytes())
        if entry["xmlsec1"].startswith("OK"):
            assert found.state == "valid", entry["file"]
        assert found.state != "none"
    unsigned = test_data("cap/valid-1.2/google-cap-library/australia.cap").read_bytes()
    assert verdict(unsigned).state == "none"


def test_a_canadian_message_holds_by_either_certificate(test_data: TestData) -> None:
    message = test_data("cap/valid-1.2/google-cap-library/canada_signed.cap").read_bytes()
    for name in ("environment_canada", "naads"):
        pem = test_data(f"cap/certs/{name}_x509_cert.pem").read_bytes()
        found = verdict(message, [x509.load_pem_x509_certificate(pem)])
        assert found.trusted
        assert all(one.is_weak for one in found.signatures)
    assert b"<status>Actual<" in message
    assert verdict(message.replace(b"<status>Actual<", b"<status>Test<")).state == "invalid"
