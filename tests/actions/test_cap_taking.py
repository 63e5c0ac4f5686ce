"""Messages from anywhere through the room: kept, judged, and made signals of where something is really happening."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from tests.builders import a_district, a_place, a_user, adopt_plan
from tests.links.cap.messages import PLAIN, changed

from anlan.actions.cap_erasure import erase_cap
from anlan.actions.cap_taking import TakenMessage, take_cap
from anlan.actions.cap_writing import write_cap
from anlan.actions.signals import dismiss_signal, raise_signal
from anlan.links.cap.comparison import round_trip
from anlan.links.cap.message import Received, receive
from anlan.models import CapMessage, PostureChange, Signal, User

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
TestData = Callable[[str], Path]


@pytest.fixture
def officer() -> User:
    return a_user("city-office", username="officer")


def taken(data: bytes, *, at: datetime = NOW, by: User | None = None) -> TakenMessage:
    return take_cap(data, source="file", by=by, at=at)


def later(kind: str, identifier: str = "990100-2026-0002", *more: tuple[str, str]) -> bytes:
    """A message about the plain one, an hour on."""
    reference = "office@lanwan.example,990100-2026-0001,2026-11-23T19:30:00+08:00"
    return changed(
        ("990100-2026-0001", identifier),
        ("19:30:00+08:00", "20:30:00+08:00"),
        ("<msgType>Alert", f"<msgType>{kind}"),
        ("<note>first message</note>", f"<references>{reference}</references>"),
        *more,
    )


def test_an_actual_alert_becomes_a_signal_with_its_words_area_and_kind() -> None:
    row = taken(changed()).message
    signal = row.signal
    assert signal is not None
    assert (signal.channel, signal.kind, signal.urgency, signal.outcome) == (
        "cap",
        "threat-to-place",
        "now",
        "",
    )
    assert signal.organisation == "lanwan.example"
    assert "滨江广场人流超过上限" in signal.observed
    assert "范围：滨江广场" in signal.observed
    assert signal.observed_at == datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
    # The triangle of 0.1 by 0.1 degrees and a circle of 2.5 km around its longest side's middle: some 7.3 km around.
    assert signal.longitude == pytest.approx(121.45, abs=0.01)
    assert signal.latitude == pytest.approx(31.25, abs=0.01)
    assert 7200 < (signal.radius_m or 0) < 7600
    assert (row.outcome, row.signature, row.headline_zh) == ("accepted", "none", "橙色预警")
    assert bytes(row.content) == PLAIN.encode()


def test_the_same_bytes_are_one_message_and_the_same_message_is_one_signal() -> None:
    first = taken(changed())
    again = taken(changed())
    assert (first.is_new, again.is_new) == (True, False)
    assert again.message.pk == first.message.pk
    other = taken(changed(("<note>first message</note>", "<note>first message </note>")))
    assert other.is_new
    assert other.message.signal == first.message.signal
    assert Signal.objects.count() == 1


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft"])
def test_what_is_not_actual_touches_neither_signals_nor_posture(status: str) -> None:
    row = taken(changed(("<status>Actual", f"<status>{status}"))).message
    assert (row.outcome, row.status, row.signal) == ("accepted", status, None)
    assert not Signal.objects.exists()
    assert not PostureChange.objects.exists()


def test_an_actual_alert_raises_no_posture_by_itself() -> None:
    taken(changed())
    assert not PostureChange.objects.exists()


def test_acknowledgements_and_errors_are_kept_and_become_no_signal() -> None:
    for kind in ("Ack", "Error"):
        assert taken(later(kind, f"x-{kind}")).message.signal is None
    assert CapMessage.objects.filter(outcome="accepted").count() == 2


def test_an_update_of_what_waits_for_triage_is_linked_to_it() -> None:
    first = taken(changed()).message.signal
    update = taken(later("Update")).message.signal
    assert first is not None
    assert update is not None
    assert (update.outcome, update.linked_to) == ("linked", first)
    assert "【更新】" in update.observed
    cancel = taken(later("Cancel", "990100-2026-0003")).message.signal
    assert cancel is not None
    assert cancel.linked_to == first


def test_after_a_triage_an_update_asks_a_person_again(officer: User) -> None:
    first = taken(changed()).message.signal
    assert first is not None
    raise_signal(first, reason="可信", by=officer, at=NOW)
    cancel = taken(later("Cancel")).message.signal
    assert cancel is not None
    assert cancel.outcome == ""
    assert f"SG-{first.year}-{first.number:04d}" in cancel.observed


def test_a_cancellation_of_what_was_dismissed_asks_nobody(officer: User) -> None:
    first = taken(changed()).message.signal
    assert first is not None
    dismiss_signal(first, reason="非本市", by=officer, at=NOW)
    cancel = taken(later("Cancel")).message.signal
    assert cancel is not None
    assert cancel.outcome == "linked"


def test_numbers_that_lead_to_a_person_are_masked_in_signal_and_list_and_kept_in_the_bytes() -> None:
    words = ("滨江广场人流超过上限。", "请联系13800138000。")
    row = taken(changed(words, ("<headline>橙色预警", "<headline>橙色预警13800138000"))).message
    assert row.signal is not None
    assert "13800138000" not in row.signal.observed
    assert "13800138000" not in row.headline_zh
    assert b"13800138000" in bytes(row.content)


def test_a_code_names_the_district_where_nothing_is_drawn() -> None:
    a_district("990101")
    bare = changed(
        ("<polygon>31.20,121.40 31.20,121.50 31.30,121.50 31.20,121.40</polygon>", ""),
        ("<circle>31.25,121.45 2.5</circle>", ""),
    )
    signal = taken(bare).message.signal
    assert signal is not None
    assert (signal.district_id, signal.longitude) == ("990101", None)


def test_a_refused_message_is_kept_with_reason_element_and_line_and_its_bytes_go_in_time() -> None:
    row = taken(changed(("31.30,121.50 31.20,121.40</polygon>", "31.30,121.50</polygon>"))).message
    assert (row.outcome, row.signal, row.identifier) == ("refused", None, "990100-2026-0001")
    (problem,) = row.problems
    assert (problem["code"], problem["path"]) == ("INVALID_POLYGON", "/alert[1]/info[1]/area[1]/polygon[1]")
    assert problem["line"] == 29
    assert problem["mend"]["zh"]
    days = timedelta(days=settings.CAP_REFUSED_DAYS)
    assert erase_cap(at=NOW + days) == 0
    assert erase_cap(at=NOW + days + timedelta(seconds=1)) == 1
    row.refresh_from_db()
    assert (bytes(row.content), row.problems[0]["code"], len(row.sha256)) == (b"", "INVALID_POLYGON", 64)


def test_accepted_messages_lose_their_bytes_when_signals_lose_their_words() -> None:
    row = taken(changed()).message
    erase_cap(at=NOW + timedelta(days=settings.SIGNAL_TEXT_DAYS, seconds=1))
    row.refresh_from_db()
    assert (bytes(row.content), row.headline_zh, row.identifier) == (b"", "", "990100-2026-0001")


def test_nonsense_of_any_size_is_kept_as_refused() -> None:
    for data in (b"", b"not xml", b"\x00" * 10, b"<a/>", b"<" * 9_000_000):
        row = taken(data).message
        assert row.outcome == "refused"
        assert row.problems
    assert bytes(CapMessage.objects.get(size=9_000_000).content) == b""


def test_our_own_message_that_comes_back_becomes_no_signal(officer: User) -> None:
    from tests.actions.test_cap_writing import issued

    adopt_plan()
    a_place("M-1", daily_visitors=3000)
    notice = issued(officer, at=NOW, expected_end=NOW + timedelta(hours=2))
    write_cap(notice, at=NOW)
    own = CapMessage.objects.get(direction="out")
    back = taken(bytes(own.content)).message
    assert (back.outcome, back.signature, back.trusted, back.signal) == ("accepted", "valid", True, None)


# ---- real messages ---------------------------------------------------------------------------------


def test_every_valid_message_of_the_collection_comes_in(test_data: TestData) -> None:
    catalogue = json.loads(test_data("cap/catalogue.json").read_text("utf-8"))
    known = {entry["file"]: entry for entry in catalogue}
    files = [path for path in sorted(test_data("cap/valid-1.2").rglob("*")) if path.is_file()]
    remarked = 0
    for path in files:
        data = path.read_bytes()
        row = taken(data, at=datetime(2026, 11, 24, 4, tzinfo=UTC)).message
        assert row.outcome == "accepted", path.name
        row.refresh_from_db()
        assert bytes(row.content) == data
        again = receive(bytes(row.content))
        assert isinstance(again, Received)
        assert round_trip(again) == ()
        assert row.remark_count == len(row.problems)
        remarked += bool(row.remark_count)
        telling = row.status == "Actual" and row.message_type in ("Alert", "Update", "Cancel")
        assert (row.signal is not None) == telling, path.name
        entry = known.get(str(path.relative_to(test_data("cap"))), {})
        if entry.get("signatures"):
            assert row.signature != "none", path.name
            if entry["xmlsec1"].startswith("OK"):
                assert row.signature == "valid", path.name
    assert len(files) >= 80
    assert remarked >= 10
    held = CapMessage.objects.exclude(signature="none").values_list("signature", flat=True)
    assert sorted(held) == sorted([*["valid"] * 4, *["invalid"] * 3, "unsupported"])


def test_every_wrong_message_of_the_collection_is_refused_with_its_reason(test_data: TestData) -> None:
    expected = json.loads(test_data("cap/expected-invalid.json").read_text("utf-8"))
    for entry in expected:
        row = taken(test_data(f"cap/invalid-with-reason/{entry['name']}.xml").read_bytes()).message
        reasons = [(one["code"], one["path"]) for one in row.problems if not one["is_remark"]]
        assert row.outcome == "refused"
        assert reasons == [(one["reason"].split()[0], one["xpath"]) for one in entry["expected"]]
        assert all(one["line"] for one in row.problems if not one["is_remark"])
    assert len(expected) == 20
    for folder in ("invalid-found", "other-version"):
        for path in test_data(f"cap/{folder}").rglob("*"):
            if path.is_file():
                assert taken(path.read_bytes()).message.outcome == "refused", path.name
    assert not Signal.objects.exists()


def test_an_alert_that_was_over_when_it_came_says_so_and_presses_nobody() -> None:
    message = taken(changed(), at=datetime(2030, 1, 1, tzinfo=UTC)).message
    assert message.signal is not None
    assert message.signal.observed.startswith("【到达时已过有效期】")
    assert message.signal.urgency == "days"


def test_an_alert_of_another_country_says_how_far_away_it_is() -> None:
    a_place(longitude=13.0, latitude=47.8)
    far = taken(changed()).message
    assert far.signal is not None
    assert re.match(r"【距本市约 \d{4} 公里】", far.signal.observed)
    assert far.signal.urgency == "days"
