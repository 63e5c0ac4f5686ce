"""Pushes to browsers, held against the published examples."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from anlan.links import notify_push as push
from links.notes import LOOPBACK, NOTE
from message_servers import WebServer, web_server


def test_a_push_is_encrypted_as_in_the_example_of_rfc_8291() -> None:
    private = int.from_bytes(push.unpadded("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), "big")
    made = push.encrypted(
        b"When I grow up, I want to be a watermelon",
        push.Subscription(
            "https://push.example.net/",
            push.unpadded(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
            ),
            push.unpadded("BTBZMqHH6r4Tts7J_aSIgg"),
        ),
        sender=ec.derive_private_key(private, ec.SECP256R1()),
        salt=push.unpadded("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert push.padless(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_a_push_is_signed_for_the_service_it_goes_to() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    header = push.authorization(
        key, "https://fcm.googleapis.com/fcm/send/x", "mailto:a@b.example", 1_800_000_000
    )
    token = header.removeprefix("vapid t=").partition(",")[0]
    head, claims, mark = token.split(".")
    assert json.loads(push.unpadded(claims)) == {
        "aud": "https://fcm.googleapis.com",
        "exp": 1_800_000_000,
        "sub": "mailto:a@b.example",
    }
    raw = push.unpadded(mark)
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.public_key().verify(signature, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))


def a_subscription(server: WebServer) -> str:
    from cryptography.hazmat.primitives.serialization import PublicFormat

    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    keys = {"p256dh": push.padless(raw), "auth": push.padless(b"s" * 16)}
    return json.dumps({"endpoint": server.url, "keys": keys})


@pytest.mark.parametrize(("status", "result"), [(201, "sent"), (410, "rejected"), (500, "refused")])
def test_a_browser_that_took_its_consent_back_is_not_tried_again(status: int, result: str) -> None:
    with web_server() as server:
        server.status = status
        channel = push.WebPush(ec.generate_private_key(ec.SECP256R1()), "mailto:a@b.example", LOOPBACK)
        assert channel.send(replace(NOTE, address=a_subscription(server))).result == result
    assert server.requests[0].headers["content-encoding"] == "aes128gcm"


@pytest.mark.parametrize(
    "text", ["", "{}", '{"endpoint":"https://x/","keys":{"p256dh":"AA","auth":"AA"}}', "[1]"]
)
def test_what_is_no_subscription_is_a_bad_address(text: str) -> None:
    assert push.read_subscription(text) is None
