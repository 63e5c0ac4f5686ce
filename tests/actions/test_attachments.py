"""Files of records: photos come out clean, documents by kind, whole or not at all, within a quota."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from PIL import Image, TiffImagePlugin

from anlan.actions import attachments
from anlan.actions.attachments import Upload, keep_document, keep_photo, path_of, plain_name
from anlan.links.files import FileProblem
from anlan.models import Attachment
from builders import a_user

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
DEGREES = tuple(TiffImagePlugin.IFDRational(value) for value in (39, 54, 27))
GPS, EXIF_DETAIL = 0x8825, 0x8769


def a_photo(*, size=(640, 480), taken="2026:05:04 07:30:00", with_position=True) -> bytes:
    """A JPEG as a phone makes it: where, when, by which camera."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "SecretMaker", "SecretModel"
    exif.get_ifd(EXIF_DETAIL)[0x9003] = taken
    if with_position:
        exif.get_ifd(GPS).update({1: "N", 2: DEGREES, 3: "E", 4: DEGREES})
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def person():
    return a_user("venue-manager", place="P-1")


def kept(upload, person, keep=keep_photo, at=NOW):
    found = keep(upload, by=person, at=at, place_code="P-1")
    assert isinstance(found, Attachment), found
    return found


def test_a_photo_with_position_comes_out_without_it_and_keeps_the_time(person):
    sent = a_photo()
    assert dict(Image.open(io.BytesIO(sent)).getexif().get_ifd(GPS))
    row = kept(Upload("现场.JPG", sent), person)
    content = path_of(row.sha256).read_bytes()
    picture = Image.open(io.BytesIO(content))
    assert dict(picture.getexif()) == {}
    assert dict(picture.getexif().get_ifd(GPS)) == {}
    assert b"SecretMaker" not in content
    assert row.captured_at == datetime(2026, 5, 3, 23, 30, tzinfo=UTC)
    assert (row.name, row.media_type, row.place_code) == ("现场.jpg", "image/jpeg", "P-1")


def test_a_large_photo_is_made_smaller(person):
    row = kept(Upload("big.jpg", a_photo(size=(4000, 3000))), person)
    assert max(Image.open(path_of(row.sha256)).size) <= 1600


@pytest.mark.parametrize(
    "taken", ["0001:01:01 00:00:00", "9999:12:31 23:59:59", "not a time", "2026:13:45 99:99:99"]
)
def test_an_impossible_camera_time_is_left_out(person, taken):
    assert kept(Upload("a.jpg", a_photo(taken=taken)), person).captured_at is None


def test_a_file_lies_under_the_hash_of_its_content_in_two_folders(person):
    row = kept(Upload("a.jpg", a_photo()), person)
    path = path_of(row.sha256)
    assert path.relative_to(settings.MEDIA_ROOT).parts == (row.sha256[:2], row.sha256[2:4], row.sha256)
    assert path.stat().st_size == row.bytes
    assert not list(path.parent.glob(".new-*"))


def test_the_same_document_twice_is_one_file_and_two_rows(person):
    pdf = b"%PDF-1.7\n" + b"x" * 500
    first, second = (kept(Upload("预案.pdf", pdf), person, keep_document) for _time in range(2))
    assert first.pk != second.pk
    assert first.sha256 == second.sha256


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jpg", b"<script>alert(1)</script>"),
        ("a.svg", b"<svg onload='alert(1)'/>"),
        ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 100),
        ("a.jpg", b""),
        ("a.jpg", b"\xff\xd8\xff" + b"\0" * 200),
    ],
)
def test_what_is_no_photo_is_refused_in_both_languages_and_leaves_nothing(person, name, content):
    problem = keep_photo(Upload(name, content), by=person, at=NOW)
    assert isinstance(problem, FileProblem)
    assert problem.message.zh != problem.message.en
    assert problem.message.zh
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.exe", b"MZ"),
        ("a.html", b"<html>"),
        ("a.pdf", b"PK\x03\x04"),
        ("a.docx", b"%PDF-1.7"),
        ("a", b"%PDF-1.7"),
    ],
)
def test_documents_of_other_kinds_are_refused(person, name, content):
    assert isinstance(keep_document(Upload(name, content), by=person, at=NOW), FileProblem)


def test_a_photo_sent_as_a_document_is_cleaned_too(person):
    row = kept(Upload("证书.jpg", a_photo()), person, keep_document)
    assert dict(Image.open(path_of(row.sha256)).getexif()) == {}


def test_uploads_of_a_day_are_limited_and_the_next_day_is_free_again(person, monkeypatch):
    pdf = b"%PDF-1.7\n" + b"x" * 991
    monkeypatch.setattr(attachments, "QUOTA_BYTES", 1500)
    kept(Upload("a.pdf", pdf), person, keep_document)
    refused = keep_document(Upload("b.pdf", pdf), by=person, at=NOW + timedelta(hours=1))
    assert isinstance(refused, FileProblem)
    assert "24" in refused.message.en
    kept(Upload("b.pdf", pdf), person, keep_document, at=NOW + timedelta(hours=25))
    kept(Upload("c.pdf", pdf), a_user("inspector"), keep_document)


def test_a_disk_that_cannot_be_written_gives_words_and_no_row(person, tmp_path, settings):
    blocked = tmp_path / "files"
    blocked.write_text("not a folder")
    settings.MEDIA_ROOT = blocked
    found = keep_document(Upload("a.pdf", b"%PDF-1.7\n1234"), by=person, at=NOW)
    assert isinstance(found, FileProblem)
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\预案.pdf", "预案.pdf"),
        ("a\0b\r\n.pdf", "ab.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("", "file"),
        ("...", "file"),
        ("x" * 400 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_names_of_files_are_made_plain(given, plain):
    assert plain_name(given) == plain
