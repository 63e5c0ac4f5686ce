"""The channels as a file sets them up, with every mistake in it named."""

import base64
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from anlan.engine.messages import CHANNELS
from anlan.links.notify_settings import read_channels
from links.notes import NOTE


def test_without_a_file_no_channel_is_set_up_and_messages_say_so(tmp_path: Path) -> None:
    post = read_channels(tmp_path / "messages.toml").post(sink=False)
    assert {post.channel(name).send(NOTE).fault for name in CHANNELS} == {"not-configured"}


def test_in_the_demo_everything_is_shown_and_nothing_sent(tmp_path: Path) -> None:
    post = read_channels(tmp_path / "messages.toml").post(sink=True)
    assert {post.channel(name).through for name in CHANNELS} == {"sink"}


def test_all_channels_are_read_from_the_file(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "push.pem").write_bytes(pem)
    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    path = tmp_path / "messages.toml"
    path.write_text(
        f"""
        [email]
        host = "mail.city.example"
        sender = "anlan@city.example"
        [sms]
        url = "https://sms.city.example/send"
        [webhook.district]
        url = "https://district.city.example/hook"
        secrets = ["{secret}"]
        [webpush]
        contact = "mailto:anlan@city.example"
        key_file = "push.pem"
        [wecom.duty]
        token = "abc"
        [dingtalk.duty]
        token = "abc"
        secret = "SEC1"
        [feishu.duty]
        token = "abc"
        """,
        "utf-8",
    )
    found = read_channels(path)
    assert found.problems == ()
    assert set(found.makers) == set(CHANNELS)
    assert found.names["webhook"] == ("district",)
    assert found.where["email"] == "mail.city.example:465"
    post = found.post(sink=False)
    assert [post.channel(name).repeatable for name in ("email", "webhook", "wecom")] == [False, True, False]


def test_every_mistake_in_the_file_is_named_and_the_rest_works(tmp_path: Path) -> None:
    path = tmp_path / "messages.toml"
    path.write_text(
        """
        [email]
        host = "mail.city.example"
        [outbound]
        networks = ["10.0.0.1/8"]
        [sms]
        gateway = "mock"
        [webhook.a]
        url = "https://a.example/"
        secrets = ["short"]
        [pigeon]
        """,
        "utf-8",
    )
    found = read_channels(path)
    assert set(found.makers) == {"sms"}
    assert len(found.problems) == 4
    assert [problem.partition("]")[0] for problem in sorted(found.problems)] == [
        "[email",
        "[outbound",
        "[pigeon",
        "[webhook",
    ]


def test_a_file_that_is_no_toml_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "messages.toml").write_text("email = [", "utf-8")
    assert "messages.toml" in read_channels(tmp_path / "messages.toml").problems[0]
