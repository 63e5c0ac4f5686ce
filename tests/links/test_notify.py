"""What leaves the house, held against published vectors and against what other libraries send."""

import base64
import email
import ipaddress
import json
import socket
from dataclasses import replace
from email.policy import default
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from anlan.engine.messages import Outcome
from anlan.engine.policy import Text
from anlan.links import notify_push as push
from anlan.links.notify_email import Email, Mailbox
from anlan.links.notify_http import Answer, Outbound, is_public
from anlan.links.notify_robots import Robot, Robots, judged
from anlan.links.notify_robots import request as robot_request
from anlan.links.notify_sms import Gateway, MockSmsGateway, SmsGateway
from anlan.links.notify_webhook import Endpoint, Webhooks, read_secret, signatures
from links.notes import LOOPBACK, NOTE
from message_servers import MailServer, mail_server, web_server

# ---- webhooks ----------------------------------------------------------------------------------


def test_the_signature_of_a_webhook_is_that_of_the_published_example() -> None:
    secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert secret is not None
    made = signatures([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_webhook_carries_the_messages_id_and_signs_with_both_secrets() -> None:
    with web_server() as server:
        hooks = Webhooks({"district": Endpoint(server.url, (b"a" * 24, b"b" * 24))}, LOOPBACK)
        assert hooks.send(replace(NOTE, address="district")).result == "sent"
    (request,) = server.requests
    assert request.headers["webhook-id"] == NOTE.id
    stamp = int(request.headers["webhook-timestamp"])
    assert stamp == NOTE.at.timestamp()
    signed = request.headers["webhook-signature"].split(" ")
    assert signed == [signatures([key * 24], NOTE.id, stamp, request.body) for key in (b"a", b"b")]
    assert json.loads(request.body)["data"]["about"] == {"kind": "warning", "id": "w-1", "number": 1}


@pytest.mark.parametrize(
    ("status", "result"),
    [(200, "sent"), (204, "sent"), (302, "rejected"), (400, "rejected"), (429, "refused"), (503, "refused")],
)
def test_the_status_says_whether_to_try_again(status: int, result: str) -> None:
    with web_server() as server:
        server.status = status
        server.answer = b"" if status == 204 else b"{}"
        server.headers = {"Location": server.url} if status == 302 else {}
        hooks = Webhooks({"d": Endpoint(server.url, (b"a" * 24,))}, LOOPBACK)
        assert hooks.send(replace(NOTE, address="d")).result == result
    assert len(server.requests) == 1


def test_a_receiver_that_hangs_up_leaves_it_open_whether_it_heard() -> None:
    with web_server() as server:
        server.at_request = lambda _request: False
        hooks = Webhooks({"d": Endpoint(server.url, (b"a" * 24,))}, LOOPBACK)
        assert hooks.send(replace(NOTE, address="d")).result == "unknown"


def test_a_closed_port_is_no_connection_and_can_be_tried_again() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        hooks = Webhooks(
            {"d": Endpoint(f"http://127.0.0.1:{probe.getsockname()[1]}/", (b"a" * 24,))}, LOOPBACK
        )
        outcome = hooks.send(replace(NOTE, address="d"))
    assert (outcome.result, outcome.fault) == ("refused", "no-connection")


# ---- nothing is turned against the inside ------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://192.168.1.1/",
        "https://172.16.0.9/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[fd00::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://localhost/",
        "http://8.8.8.8/",
        "https://somebody@8.8.8.8/",
        "file:///etc/passwd",
        "gopher://8.8.8.8/",
        "https:///nothing",
        "https://8.8.8.8:99999/",
    ],
)
def test_no_address_of_the_inside_is_ever_connected_to(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_where: object, **_how: object) -> None:
        raise AssertionError("connected")

    monkeypatch.setattr(socket, "create_connection", never)
    answer = Outbound().post(url, b"", {})
    assert isinstance(answer, Outcome)
    assert answer.result == "rejected"


def test_a_name_with_one_good_and_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both: list[Any] = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_what, **_how: both)
    answer = Outbound().post("https://two.example.org/", b"", {})
    assert answer == Outcome("rejected", "address-not-allowed", "10.0.0.1")


def test_only_push_services_of_browsers_are_reached_from_what_a_browser_names() -> None:
    outbound = Outbound(hosts=push.SERVICES)
    for host in ("evil.example.org", "fcm.googleapis.com.evil.example.org", "evilpush.apple.com"):
        assert outbound.post(f"https://{host}/x", b"", {}) == Outcome("rejected", "address-not-allowed", host)


def test_open_addresses_are_open() -> None:
    assert is_public(ipaddress.ip_address("8.8.8.8"))
    assert is_public(ipaddress.ip_address("2001:4860:4860::8888"))


# ---- e-mail ------------------------------------------------------------------------------------


def a_mailbox(server: MailServer) -> Email:
    return Email(Mailbox("127.0.0.1", "安澜 <anlan@city.example>", server.port, "none"))


def test_an_email_says_what_it_should_to_whom_it_should() -> None:
    with mail_server() as server:
        channel = a_mailbox(server)
        assert channel.send(NOTE).result == "sent"
        channel.close()
    ((receiver, text),) = server.mails
    mail = email.message_from_string(text, policy=default)
    assert receiver == "post@example.org"
    assert mail["Subject"] == "橙色预警"
    assert mail["Message-ID"] == f"<{NOTE.id}@city.example>"
    assert mail.get_content().split() == ["请加强巡查。", "https://anlan.example/w/abc/"]


def test_many_emails_go_over_one_connection_and_one_refusal_stops_nobody_else() -> None:
    with mail_server() as server:
        server.refuses = {"gone@example.org": "550 no such user", "full@example.org": "452 mailbox full"}
        channel = a_mailbox(server)
        results = [
            channel.send(replace(NOTE, address=address)).result
            for address in ("a@example.org", "gone@example.org", "full@example.org", "b@example.org")
        ]
        channel.close()
    assert results == ["sent", "rejected", "refused", "sent"]
    assert server.receivers == ["a@example.org", "b@example.org"]
    assert server.connections == 1


def test_a_mail_server_that_vanishes_over_the_text_leaves_it_open_whether_it_was_sent() -> None:
    with mail_server() as server:
        server.at_text = lambda receiver: receiver != "post@example.org"
        channel = a_mailbox(server)
        assert channel.send(NOTE).result == "unknown"
        assert channel.send(replace(NOTE, address="next@example.org")).result == "sent"
        channel.close()


def test_without_a_mail_server_nothing_went_out() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        channel = Email(Mailbox("127.0.0.1", "a@city.example", probe.getsockname()[1], "none"))
        assert channel.send(NOTE) == Outcome("refused", "no-connection", channel.send(NOTE).answer)


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "<a@b.example>"]
)
def test_no_address_smuggles_in_a_second_one(address: str) -> None:
    with mail_server() as server:
        outcome = a_mailbox(server).send(replace(NOTE, address=address))
    assert (outcome.result, outcome.fault) == ("rejected", "bad-address")
    assert server.connections == 0


# ---- robots ------------------------------------------------------------------------------------

WECOM = "693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa"


@pytest.mark.parametrize(
    ("robot", "url"),
    [
        (Robot("wecom", WECOM), f"wecombot://{WECOM}/"),
        (Robot("dingtalk", "a" * 64), f"dingtalk://{'a' * 64}/"),
        (Robot("dingtalk", "a" * 64, "SEC0123456789"), f"dingtalk://SEC0123456789@{'a' * 64}/"),
        (Robot("feishu", "0123456789abcdef"), "feishu://0123456789abcdef/"),
    ],
)
def test_a_robot_is_sent_what_the_maintained_library_sends(
    robot: Robot, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    apprise = pytest.importorskip("apprise", reason="apprise is an oracle of the full check")
    import requests

    seen: list[tuple[str, Any]] = []

    def taken(target: str, **given: Any) -> requests.Response:
        whole = requests.Request("POST", target, params=given.get("params")).prepare().url
        seen.append((str(whole), json.loads(given["data"])))
        answer = requests.Response()
        answer.status_code = 200
        return answer

    monkeypatch.setattr(requests, "post", taken)
    words = f"{NOTE.heading}\n{NOTE.words}"
    assert apprise.Apprise.instantiate(url).send(body=words, title="")
    ((their_url, theirs),) = seen
    our_url, body = robot_request(robot, NOTE)
    ours = json.loads(body)
    assert {**theirs, "at": None} == {**ours, "at": None}
    their_parts, our_parts = urlsplit(their_url), urlsplit(our_url)
    assert (our_parts.netloc, our_parts.path.rstrip("/")) == (
        their_parts.netloc,
        their_parts.path.rstrip("/"),
    )
    theirs_asked, ours_asked = parse_qs(their_parts.query), parse_qs(our_parts.query)
    assert set(theirs_asked) == set(ours_asked)
    for name in set(ours_asked) - {"timestamp", "sign"}:
        assert theirs_asked[name] == ours_asked[name]


def test_dingtalk_is_signed_as_its_manual_says() -> None:
    import hashlib
    import hmac

    url, _body = robot_request(Robot("dingtalk", "t", "SECabc"), NOTE)
    asked = parse_qs(urlsplit(url).query)
    stamp = str(int(NOTE.at.timestamp() * 1000))
    wanted = hmac.new(b"SECabc", f"{stamp}\nSECabc".encode(), digestmod=hashlib.sha256).digest()
    assert asked == {
        "access_token": ["t"],
        "timestamp": [stamp],
        "sign": [base64.b64encode(wanted).decode()],
    }


@pytest.mark.parametrize(
    ("body", "result"),
    [
        (b'{"errcode":0,"errmsg":"ok"}', "sent"),
        (b'{"code":0,"msg":"success"}', "sent"),
        (b'{"errcode":310000,"errmsg":"sign not match"}', "rejected"),
        (b'{"errcode":93000,"errmsg":"invalid webhook url"}', "rejected"),
        (b'{"errcode":45009,"errmsg":"api freq out of limit"}', "refused"),
        (b'{"code":19021,"msg":"sign match fail"}', "rejected"),
        (b"<html>welcome</html>", "unknown"),
        (b"[]", "unknown"),
    ],
)
def test_a_robot_that_answers_200_and_refuses_has_refused(body: bytes, result: str) -> None:
    assert judged(Answer(200, body)).result == result


def test_a_robot_is_reached_by_the_name_the_operator_gave_it() -> None:
    with web_server() as server:
        server.answer = b'{"errcode":0}'
        robots = Robots({"duty": Robot("wecom", "k", place=server.url + "?key={token}")}, LOOPBACK, "wecom")
        assert robots.send(replace(NOTE, address="duty")).result == "sent"
        assert robots.send(replace(NOTE, address="other")).fault == "not-configured"
    assert json.loads(server.requests[0].body)["text"]["content"].startswith("橙色预警\n")


# ---- text messages -----------------------------------------------------------------------------


def test_a_gateway_gets_number_text_and_id_where_its_template_has_them() -> None:
    with web_server() as server:
        server.answer = b'{"status":"accepted"}'
        gateway = Gateway(
            server.url + "?n={number}",
            headers={"Authorization": "Bearer x"},
            body='{"to":"{number}","words":"{text}","key":"{id}"}',
            accepted='"accepted"',
        )
        channel = SmsGateway(gateway, LOOPBACK, repeatable=False)
        odd = replace(NOTE, address="+86 138-0000-0000", title=Text('a "b" {id}', ""))
        assert channel.send(odd).result == "sent"
    (request,) = server.requests
    sent = json.loads(request.body)
    assert (sent["to"], sent["key"]) == ("+8613800000000", NOTE.id)
    assert sent["words"].startswith('a "b" {id} 请加强巡查。')
    assert request.path == "/hook?n=%2B8613800000000"
    assert request.headers["authorization"] == "Bearer x"


def test_a_gateway_that_answers_200_without_its_good_word_has_refused() -> None:
    with web_server() as server:
        server.answer = b'{"status":"balance is empty"}'
        channel = SmsGateway(Gateway(server.url, accepted='"accepted"'), LOOPBACK, repeatable=False)
        assert channel.send(replace(NOTE, address="13800000000")).result == "rejected"


def test_what_is_no_number_is_not_sent_to_a_gateway() -> None:
    assert MockSmsGateway().send(replace(NOTE, address="post@example.org")).fault == "bad-address"
