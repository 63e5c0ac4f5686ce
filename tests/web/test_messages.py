"""The pages of messages: what did not arrive is found, read and decided about."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from anlan.actions.messages import About, Letter, Words, address
from anlan.actions.messages_sending import send_due
from anlan.engine.policy import Text
from anlan.models import CitySettings, Message
from anlan.queries.messages import counts_about, reached, unreachable
from anlan.web import clock
from builders import LONG_AGO, a_district, a_place, a_user, signed_in

pytestmark = pytest.mark.django_db
WORDS = Words(Text("橙色预警", "Orange warning"), Text("请加强巡查。", "Patrol more often."))


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path) -> Iterator[None]:
    with override_settings(DATA=tmp_path):
        yield


@pytest.fixture
def office(client: Client) -> Client:
    return signed_in(client, a_user("city-office"))


def told(receiver: str = "P-1", channel: str = "email", **fields: object) -> Message:
    letter = Letter("place", receiver, channel, "post@example.org", WORDS)
    address(About("warning", "w-1", label="No. 3"), [letter], keep=timedelta(days=30), by=None, at=LONG_AGO)
    rows = Message.objects.filter(receiver=receiver, channel=channel)
    rows.update(**fields)
    return rows.get()


def test_the_list_finds_what_somebody_has_to_decide_about(office: Client) -> None:
    told("P-SENT", state="sent", due_at=None)
    told("P-DEAD", state="dead", fault="rejected", due_at=None)
    told("P-ASK", state="uncertain", fault="worker-lost", due_at=None)
    page = office.get("/messages/", {"state": "asking"}).content.decode()
    assert "P-DEAD" in page
    assert "P-ASK" in page
    assert "P-SENT" not in page


def test_a_receiver_is_called_by_name_and_its_address_stays_off_the_list(office: Client) -> None:
    a_place("P-1", name_zh="河畔商场")
    told("P-1")
    page = office.get("/messages/", {"q": "P-1"}).content.decode()
    assert "河畔商场" in page
    assert "post@example.org" not in page


def test_a_full_stop_that_ends_a_label_does_not_stand_before_the_round(office: Client) -> None:
    letter = Letter("place", "P-1", "email", "post@example.org", WORDS)
    about = About("warning", "w-1", number=2, label="3号 账实不符。")
    address(about, [letter], keep=timedelta(days=30), by=None, at=LONG_AGO)
    page = office.get("/messages/").content.decode()
    assert "账实不符，第 2 次" in page


def test_the_list_costs_the_same_reads_for_one_message_and_for_fifty(office: Client) -> None:
    told("P-0")
    office.get("/messages/")
    with CaptureQueriesContext(connection) as one:
        office.get("/messages/")
    for number in range(1, 50):
        told(f"P-{number}")
    with CaptureQueriesContext(connection) as fifty:
        office.get("/messages/")
    assert len(fifty) == len(one)


def test_a_dead_message_is_sent_again_from_its_page(office: Client) -> None:
    row = told(state="dead", fault="refused", due_at=None, tries=8)
    assert "post@example.org" in office.get(f"/messages/{row.pk}/").content.decode()
    office.post(f"/messages/{row.pk}/settle/", {"act": "resend", "reason": "number corrected"})
    assert send_due(worker="w", now=clock.now) == 1
    row.refresh_from_db()
    assert (row.state, row.fault) == ("dead", "not-configured")


def test_an_uncertain_message_can_be_said_to_have_arrived(office: Client) -> None:
    row = told(state="uncertain", fault="no-answer", due_at=None)
    page = office.get(f"/messages/{row.pk}/").content.decode()
    assert 'value="confirm"' in page
    office.post(f"/messages/{row.pk}/settle/", {"act": "confirm"})
    row.refresh_from_db()
    assert row.state == "sent"


def test_a_sent_message_leaves_nothing_to_decide(office: Client) -> None:
    row = told(state="sent", due_at=None)
    assert 'value="resend"' not in office.get(f"/messages/{row.pk}/").content.decode()
    office.post(f"/messages/{row.pk}/settle/", {"act": "resend"})
    row.refresh_from_db()
    assert row.state == "sent"


def test_many_dead_messages_are_sent_again_at_once_after_a_question(office: Client) -> None:
    rows = [told(f"P-{n}", state="dead", fault="refused", due_at=None) for n in range(3)]
    sent = {"act": "resend", "row": [str(row.pk) for row in rows]}
    page = office.post("/messages/bulk/", sent)
    assert page.status_code == 200
    assert set(Message.objects.values_list("state", flat=True)) == {"dead"}
    office.post("/messages/bulk/", {**sent, "sure": "yes", "typed": "3", "reason": "gateway is back"})
    assert set(Message.objects.values_list("state", flat=True)) == {"waiting"}


def test_a_district_office_sees_no_messages_of_the_whole_city(client: Client) -> None:
    a_district("990101")
    told()
    signed_in(client, a_user("city-office", district="990101"))
    assert client.get("/messages/").status_code == 403


def test_the_channels_page_names_what_is_set_up_and_keeps_secrets(client: Client, tmp_path: Path) -> None:
    (tmp_path / "messages.toml").write_text(
        '[email]\nhost = "mail.city.example"\nsender = "a@city.example"\npassword = "very-secret"\nusername = "a"\n'
        '[wecom.duty]\ntoken = "robot-secret"\n[pigeon]\n'
    )
    signed_in(client, a_user("administrator"))
    page = client.get("/messages/channels/").content.decode()
    assert "mail.city.example" in page
    assert "pigeon" in page
    assert "secret" not in page.replace("密钥", "")


def test_an_administrator_sends_a_test_to_oneself(client: Client, tmp_path: Path) -> None:
    (tmp_path / "messages.toml").write_text('[sms]\ngateway = "mock"\n')
    signed_in(client, a_user("administrator"))
    assert (
        client.post("/messages/channels/test/", {"channel": "email", "to": "a@b.example"}).status_code == 422
    )
    client.post("/messages/channels/test/", {"channel": "sms", "to": "13800000000"})
    assert send_due(worker="w", now=clock.now) == 1
    row = Message.objects.get()
    assert (row.state, row.deliveries.get().through) == ("sent", "mock-sms")


def test_the_sink_shows_what_the_demo_city_would_have_sent(office: Client) -> None:
    CitySettings.objects.update_or_create(pk=1, defaults={"demo_accounts": [{"username": "x"}]})
    told()
    assert send_due(worker="w", now=clock.now) == 1
    page = office.get("/messages/sink/").content.decode()
    assert "橙色预警" in page
    assert "post@example.org" in page


def test_a_file_of_the_list_holds_no_addresses(office: Client) -> None:
    told()
    response = office.get("/messages/export.csv")
    content = b"".join(response.streaming_content).decode()
    assert "P-1" in content
    assert "post@example.org" not in content


def test_a_receiver_is_unreachable_when_no_channel_can_still_arrive() -> None:
    told("P-1", "email", state="dead", fault="rejected", due_at=None)
    told("P-1", "sms", state="sent", due_at=None)
    told("P-2", "email", state="dead", fault="rejected", due_at=None)
    told("P-2", "sms", state="uncertain", fault="no-answer", due_at=None)
    told("P-3", "email", state="failed", fault="refused")
    assert reached("warning", "w-1") == {
        ("place", "P-1"): "sent",
        ("place", "P-2"): "uncertain",
        ("place", "P-3"): "failed",
    }
    assert unreachable("warning", "w-1") == {("place", "P-2")}
    assert counts_about("warning", "w-1")["dead"] == 2


@pytest.mark.parametrize(
    ("address", "warned"), [("http://localhost:8000", True), ("https://anlan.example", False)]
)
def test_links_that_only_this_machine_can_open_are_told(client: Client, address: str, warned: bool) -> None:
    signed_in(client, a_user("administrator"))
    with override_settings(ADDRESS=address):
        page = client.get("/messages/channels/").content.decode()
    assert ("消息中的链接只能在本机打开" in page) is warned
