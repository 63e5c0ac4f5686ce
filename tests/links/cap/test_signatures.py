"""Signatures: ours hold for others, theirs for us, and nothing can be put beside what was signed."""

import stat
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import signxml
from lxml import etree

from anlan.links.cap.message import Received, receive
from anlan.links.cap.signatures import signature_remark, signed, verdict
from anlan.links.cap.signing_keys import SigningKey, own_certificates, rotate, signing_key
from links.cap.messages import PLAIN, changed, in_two_languages

AT = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
DSIG = "http://www.w3.org/2000/09/xmldsig#"
CAP = "urn:oasis:names:tc:emergency:cap:1.2"


@pytest.fixture
def key(tmp_path: Path) -> SigningKey:
    return signing_key(tmp_path / "keys", name="Lanwan City", at=AT)


def moved(message: bytes) -> etree._Element:
    return etree.fromstring(message)


def test_what_we_sign_is_valid_trusted_and_still_the_same_message(key: SigningKey) -> None:
    message = signed(in_two_languages(), key)
    found = verdict(message, [key.certificate])
    assert (found.state, found.trusted) == ("valid", True)
    assert "Lanwan City" in found.signatures[0].signer
    before, after = receive(in_two_languages()), receive(message)
    assert isinstance(before, Received)
    assert isinstance(after, Received)
    assert after.alert == before.alert
    assert after.remarks == ()
    assert after.original == message


def test_an_independent_library_holds_our_signature_valid(key: SigningKey) -> None:
    message = signed(changed(), key)
    result = signxml.XMLVerifier().verify(message, x509_cert=key.certificate)
    assert isinstance(result, signxml.VerifyResult)
    assert result.signed_xml is not None
    assert result.signed_xml.findtext(f"{{{CAP}}}identifier") == "990100-2026-0001"
    with pytest.raises(signxml.exceptions.InvalidInput):
        signxml.XMLVerifier().verify(changed(), x509_cert=key.certificate)


def test_a_signature_of_an_independent_library_is_valid_for_us(key: SigningKey, tmp_path: Path) -> None:
    pem = (tmp_path / "keys" / "cap-signing.pem").read_bytes()
    signer = signxml.XMLSigner(signature_algorithm="ecdsa-sha256", digest_algorithm="sha256")
    message = etree.tostring(signer.sign(etree.fromstring(changed()), key=pem, cert=[key.certificate]))
    found = verdict(message, [key.certificate])
    assert (found.state, found.trusted) == ("valid", True)
    assert isinstance(receive(message), Received)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Actual", "Test"),
        ("橙色预警", "红色预警"),
        ("31.25,121.45", "31.26,121.45"),
        ("<ceiling>500", "<ceiling>5000"),
    ],
)
def test_a_message_that_was_changed_is_invalid(key: SigningKey, old: str, new: str) -> None:
    message = signed(changed(), key)
    assert old.encode() in message
    found = verdict(message.replace(old.encode(), new.encode()), [key.certificate])
    assert (found.state, found.trusted) == ("invalid", False)
    remark = signature_remark(found)
    assert remark is not None
    assert remark.code == "INVALID_SIGNATURE"


def test_a_stranger_s_signature_is_valid_and_not_trusted(key: SigningKey, tmp_path: Path) -> None:
    stranger = signing_key(tmp_path / "other", name="Lanwan City", at=AT)
    found = verdict(signed(changed(), stranger), [key.certificate])
    assert (found.state, found.trusted) == ("valid", False)


def test_another_s_certificate_put_inside_makes_it_invalid(key: SigningKey, tmp_path: Path) -> None:
    stranger = signing_key(tmp_path / "other", name="Stranger", at=AT)
    message = signed(changed(), stranger).replace(
        stranger.certificate_text.encode(), key.certificate_text.encode()
    )
    assert verdict(message, [key.certificate]).state == "invalid"


def test_an_unsigned_message_has_no_signature(key: SigningKey) -> None:
    found = verdict(changed(), [key.certificate])
    assert (found.state, found.trusted) == ("none", False)
    assert signature_remark(found) is None


# ---- wrapping: what was signed stays, something else is read ----------------------------------------


def test_a_signed_message_hidden_in_another_is_not_believed(key: SigningKey) -> None:
    original, fake = moved(signed(changed(), key)), etree.fromstring(changed(("橙色", "红色")))
    note = fake.find(f"{{{CAP}}}note")
    assert note is not None
    note.append(original)
    found = verdict(etree.tostring(fake), [key.certificate])
    assert (found.state, found.trusted) == ("unsupported", False)


def test_a_signed_message_hidden_in_its_own_signature_is_not_believed(key: SigningKey) -> None:
    original, fake = moved(signed(changed(), key)), etree.fromstring(changed(("橙色", "红色")))
    signature = original.find(f"{{{DSIG}}}Signature")
    assert signature is not None
    fake.append(signature)
    etree.SubElement(signature, f"{{{DSIG}}}Object").append(original)
    found = verdict(etree.tostring(fake), [key.certificate])
    assert (found.state, found.trusted) == ("invalid", False)


@pytest.mark.parametrize("name", ["info", "xxinfo", "note", "xxnote", "restriction"])
def test_what_stands_in_the_namespace_of_signatures_is_never_read_as_the_alert(name: str) -> None:
    text = PLAIN.replace("<note>first message</note>", "")
    stowaway = f'<x:{name} xmlns:x="{DSIG}">false alarm</x:{name}></alert>'
    outcome = receive(text.replace("</alert>", stowaway).encode())
    plain = receive(text.encode())
    assert isinstance(outcome, Received)
    assert isinstance(plain, Received)
    assert outcome.alert == plain.alert


@pytest.mark.parametrize("address", ["#real", "file:///etc/hostname", "http://127.0.0.1:9/x", "message.xml"])
def test_a_reference_to_anything_but_the_whole_is_not_followed(key: SigningKey, address: str) -> None:
    message = signed(changed(), key).replace(b'URI=""', f'URI="{address}"'.encode())
    found = verdict(message, [key.certificate])
    assert (found.state, found.trusted) == ("unsupported", False)
    assert "whole message" in found.why


@pytest.mark.parametrize(
    "transform",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
    ],
)
def test_transforms_that_choose_a_part_are_not_run(key: SigningKey, transform: str) -> None:
    one = b'<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
    message = signed(changed(), key)
    assert one in message
    found = verdict(message.replace(one, f'<Transform Algorithm="{transform}"/>'.encode()), [key.certificate])
    assert found.state == "unsupported"


def test_a_shared_secret_is_no_signature(key: SigningKey) -> None:
    old, new = (
        b"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        b"http://www.w3.org/2000/09/xmldsig#hmac-sha1",
    )
    found = verdict(signed(changed(), key).replace(old, new), [key.certificate])
    assert found.state == "unsupported"
    remark = signature_remark(found)
    assert remark is not None
    assert remark.code == "UNSUPPORTED_SIGNATURE"


def test_a_second_reference_does_not_widen_what_is_believed(key: SigningKey) -> None:
    root = moved(signed(changed(), key))
    info = root.find(f"{{{DSIG}}}Signature/{{{DSIG}}}SignedInfo")
    assert info is not None
    info.append(moved(etree.tostring(info.find(f"{{{DSIG}}}Reference"))))
    assert verdict(etree.tostring(root), [key.certificate]).state == "unsupported"


def test_an_empty_signature_and_a_broken_certificate_are_told(key: SigningKey) -> None:
    empty = PLAIN.replace("</alert>", f'<Signature xmlns="{DSIG}"/></alert>').encode()
    assert verdict(empty).state == "unsupported"
    message = signed(changed(), key).replace(key.certificate_text.encode(), b"AAAA")
    assert verdict(message).state == "unsupported"
    assert verdict(message, [key.certificate]).trusted


def test_a_message_is_signed_once(key: SigningKey) -> None:
    with pytest.raises(ValueError, match="without a signature"):
        signed(signed(changed(), key), key)
    with pytest.raises(ValueError, match="CAP message"):
        signed(b"<feed/>", key)


def test_a_message_with_a_doctype_is_not_even_looked_at(key: SigningKey) -> None:
    message = signed(changed(), key).replace(b"<alert ", b"<!DOCTYPE alert [<!ENTITY x 'y'>]><alert ")
    assert verdict(message, [key.certificate]).state == "unsupported"


# ---- the key ---------------------------------------------------------------------------------------


def test_the_key_is_made_once_and_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = signing_key(folder, name="Lanwan City", at=AT)
    assert signing_key(folder, name="Another", at=AT).sha256 == first.sha256
    assert [path.name for path in folder.iterdir()] == ["cap-signing.pem"]
    assert stat.S_IMODE((folder / "cap-signing.pem").stat().st_mode) == 0o600
    assert first.certificate.not_valid_before_utc < AT < first.certificate.not_valid_after_utc


def test_a_key_file_that_became_readable_for_others_is_closed_again(tmp_path: Path) -> None:
    signing_key(tmp_path, name="Lanwan City", at=AT)
    path = tmp_path / "cap-signing.pem"
    path.chmod(0o644)
    signing_key(tmp_path, name="Lanwan City", at=AT)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_many_that_ask_at_once_get_the_same_key(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(signing_key(tmp_path, name="Lanwan", at=AT).sha256))
        for _number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_after_a_rotation_new_messages_have_the_new_key_and_old_ones_still_hold(tmp_path: Path) -> None:
    old = signing_key(tmp_path, name="Lanwan City", at=AT)
    before = signed(changed(), old)
    new = rotate(tmp_path, name="Lanwan City", at=AT)
    assert signing_key(tmp_path, name="Lanwan City", at=AT).sha256 == new.sha256 != old.sha256
    certificates = own_certificates(tmp_path)
    assert certificates == (new.certificate, old.certificate)
    assert verdict(before, certificates).trusted
    assert not verdict(before, [new.certificate]).trusted
    private = [path for path in tmp_path.iterdir() if b"PRIVATE KEY" in path.read_bytes()]
    assert [path.name for path in private] == ["cap-signing.pem"]
