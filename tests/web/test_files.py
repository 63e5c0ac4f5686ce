"""Files of records: who gets them, and as what they are sent."""

import io
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from anlan.actions.attachments import Upload, keep_document, keep_photo, path_of
from anlan.models import Attachment
from builders import a_place, a_user, adopt_plan, signed_in, some_evidence

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
GPS = 0x8825


def a_photo() -> bytes:
    exif = Image.Exif()
    exif.get_ifd(GPS).update({1: "N", 2: (39.0, 54.0, 27.0)})
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def files():
    """A photo and a document with a record of P-1, kept by its manager."""
    place = a_place("P-1", district="990101")
    manager = a_user("venue-manager", place="P-1")
    photo = keep_photo(Upload("现场.jpg", a_photo()), by=manager, at=NOW)
    document = keep_document(Upload("预案 2026.pdf", b"%PDF-1.7\n" + b"x" * 100), by=manager, at=NOW)
    assert isinstance(photo, Attachment)
    assert isinstance(document, Attachment)
    some_evidence(place, at=NOW, attachments=[photo, document])
    return manager, photo, document


def fetch(user, row):
    return signed_in(Client(), user).get(f"/files/{row.pk}/")


def test_a_photo_is_shown_and_a_document_downloaded_under_its_name(files):
    manager, photo, document = files
    shown, sent = fetch(manager, photo), fetch(manager, document)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert b"".join(shown.streaming_content) == path_of(photo.sha256).read_bytes()
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert "%E9%A2%84%E6%A1%88%202026.pdf" in sent.headers["Content-Disposition"]


def test_files_are_for_this_person_only_and_never_run(files):
    manager, photo, document = files
    for row in (photo, document):
        headers = fetch(manager, row).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"].startswith("private")
        assert "public" not in headers["Cache-Control"]
        assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_a_file_that_did_not_change_is_not_sent_again(files):
    manager, photo, _document = files
    client = signed_in(Client(), manager)
    tag = client.get(f"/files/{photo.pk}/").headers["ETag"]
    assert client.get(f"/files/{photo.pk}/", headers={"If-None-Match": tag}).status_code == 304


def test_a_file_of_a_foreign_place_is_not_there(files):
    _manager, photo, document = files
    foreign = [
        a_user("venue-manager", place="P-2"),
        a_user("inspector", district="990202"),
        a_user("guard", place="P-1"),
        a_user(None),
    ]
    for user in foreign:
        for row in (photo, document):
            assert fetch(user, row).status_code in (403, 404)
    for user in (a_user("inspector", district="990101"), a_user("auditor"), a_user("city-office")):
        assert fetch(user, photo).status_code == 200


def test_nobody_gets_a_file_without_signing_in(files):
    _manager, photo, _document = files
    response = Client().get(f"/files/{photo.pk}/")
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/")


def test_whoever_took_a_photo_sees_it_though_no_record_has_it_yet(files):
    guard = a_user("guard", place="P-1")
    row = keep_photo(Upload("a.jpg", a_photo()), by=guard, at=NOW)
    assert fetch(guard, row).status_code == 200
    assert fetch(a_user("guard", place="P-1"), row).status_code == 404


def test_a_file_missing_on_the_disk_is_not_there_and_no_server_error(files):
    manager, _photo, document = files
    path_of(document.sha256).unlink()
    assert fetch(manager, document).status_code == 404


def test_there_is_no_public_address_of_the_folder(files):
    _manager, photo, _document = files
    client = signed_in(Client(), a_user("city-office"))
    for address in (
        f"/media/{photo.sha256}",
        f"/files/{photo.sha256}/",
        f"/static/{photo.sha256}",
        "/files/",
    ):
        assert client.get(address).status_code == 404


def test_a_photo_with_position_sent_with_a_form_comes_back_clean():
    adopt_plan()
    a_place("P-1", district="990101", daily_visitors=3000)
    client = signed_in(Client(), a_user("venue-manager", place="P-1"))
    address = "/evidence/new/?place=P-1&scheme=city-plan-2026&rule=two-posts"
    client.post(address, {"quantity": "2", "photos": SimpleUploadedFile("a.jpg", a_photo(), "image/jpeg")})
    row = Attachment.objects.get()
    content = b"".join(client.get(f"/files/{row.pk}/").streaming_content)
    assert dict(Image.open(io.BytesIO(a_photo())).getexif().get_ifd(GPS))
    assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
