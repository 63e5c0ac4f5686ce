"""Documents are known by extension and content; photos are drawn anew without hidden data."""

import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone

import pytest
from PIL import Image, PngImagePlugin

from anlan.links.files import DocumentFile, FileProblem, check_document
from anlan.links.photos import CleanPhoto, clean_photo

EXIF, GPS = 0x8769, 0x8825


def package(main_part: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr(main_part, "<document/>")
    return buffer.getvalue()


def jpeg(width: int = 3000, height: int = 2000, *, offset: str | None = None, orientation: int = 1) -> bytes:
    """A photo with a camera, an owner, a position and a time hidden in it; its left half is red."""
    photo = Image.new("RGB", (width, height), "blue")
    photo.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x013B] = "SecretMaker", "SecretPhone 9", "Zhang San"
    exif[0x0112] = orientation
    exif.get_ifd(EXIF)[0x9003] = "2026:11:23 09:30:15"
    if offset:
        exif.get_ifd(EXIF)[0x9011] = offset
    exif.get_ifd(GPS)[1], exif.get_ifd(GPS)[2] = "N", (31.0, 13.0, 49.0)
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", exif=exif, comment=b"SecretComment")
    return buffer.getvalue()


@pytest.mark.parametrize("photo_format", ["JPEG", "WEBP"])
def test_a_photo_loses_its_camera_and_position_and_keeps_its_time(photo_format: str) -> None:
    given = jpeg()
    photo = clean_photo(given, "IMG_1.JPG", photo_format)

    assert b"SecretPhone" in given
    assert isinstance(photo, CleanPhoto)
    assert not any(secret in photo.content for secret in (b"Secret", b"Zhang", b"Exif", b"GPS"))
    assert photo.captured_at == datetime(2026, 11, 23, 9, 30, 15)  # noqa: DTZ001  (the camera gave no zone)
    with Image.open(io.BytesIO(photo.content)) as drawn:
        assert drawn.format == photo_format
        assert drawn.size == (photo.width, photo.height) == (1600, 1067)
        assert not drawn.getexif()
        assert not set(drawn.info) & {"exif", "xmp", "icc_profile", "comment"}


def test_the_camera_s_own_offset_makes_the_time_certain() -> None:
    photo = clean_photo(jpeg(300, 200, offset="+08:00"), "a.jpg")

    assert isinstance(photo, CleanPhoto)
    assert photo.captured_at == datetime(2026, 11, 23, 1, 30, 15, tzinfo=UTC)
    assert photo.captured_at.utcoffset() == timedelta(hours=8)
    assert photo.captured_at.tzinfo == timezone(timedelta(hours=8))


def test_a_photo_taken_sideways_is_turned_upright() -> None:
    photo = clean_photo(jpeg(300, 200, orientation=6), "a.jpg")

    assert isinstance(photo, CleanPhoto)
    assert (photo.width, photo.height) == (200, 300)
    with Image.open(io.BytesIO(photo.content)) as drawn:
        top = drawn.convert("RGB").getpixel((100, 20))
    assert isinstance(top, tuple)
    assert top[0] > 200  # red, which was on the left, is on top


def test_a_transparent_picture_is_laid_on_white_and_its_words_dropped() -> None:
    buffer = io.BytesIO()
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "Zhang San")
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(buffer, "PNG", pnginfo=words)
    photo = clean_photo(buffer.getvalue(), "a.png")

    assert isinstance(photo, CleanPhoto)
    assert photo.captured_at is None
    assert b"Zhang" not in photo.content
    with Image.open(io.BytesIO(photo.content)) as drawn:
        assert drawn.convert("L").getextrema()[0] > 250


def huge_png() -> bytes:
    """A few hundred bytes that claim 40,000 x 40,000 pixels."""
    buffer = io.BytesIO()
    Image.new("1", (8, 8)).save(buffer, "PNG")
    content = bytearray(buffer.getvalue())
    content[16:24] = (40_000).to_bytes(4, "big") * 2
    import zlib

    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.jpg", "空"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "IMG_2.HEIC", "HEIC"),
        (b"\x00\x00\x00\x18ftypmif1" + bytes(40), "renamed.jpg", "HEIC"),
        (b"%PDF-1.7", "a.pdf", "不是照片"),
        (b"%PDF-1.7" + bytes(100), "a.jpg", "损坏"),
        (jpeg()[:3000], "a.jpg", "损坏"),
        (b"GIF89a" + bytes(100), "a.png", "损坏"),
        (huge_png(), "a.png", "像素过多"),
    ],
)
def test_what_is_no_photo_gets_words_in_both_languages(content: bytes, name: str, words: str) -> None:
    problem = clean_photo(content, name)

    assert isinstance(problem, FileProblem)
    assert words in problem.message.zh
    assert problem.message.en


@pytest.mark.parametrize(
    ("content", "name", "extension"),
    [
        (b"%PDF-1.7 ...", "预案.PDF", "pdf"),
        (package("word/document.xml"), "a.docx", "docx"),
        (package("xl/workbook.xml"), "a.xlsx", "xlsx"),
        (jpeg(20, 20), "a.jpeg", "jpg"),
    ],
)
def test_a_document_is_taken_when_content_and_extension_agree(
    content: bytes, name: str, extension: str
) -> None:
    document = check_document(content, name)

    assert isinstance(document, DocumentFile)
    assert (document.extension, document.size, len(document.sha256)) == (extension, len(content), 64)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"MZ\x90", "tool.exe"),
        (b"MZ\x90", "tool.pdf"),
        (b"<html>", "page.html"),
        (b"<svg onload='x'/>", "picture.svg"),
        (package("word/document.xml"), "a.xlsx"),
        (package("xl/workbook.xml"), "a.docm"),
        (package("word/document.xml")[:60], "a.docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "old.docx"),
        (jpeg(20, 20), "a.png"),
        (b"%PDF-", "noextension"),
        (b"", "a.pdf"),
    ],
    ids=range(11),
)
def test_other_files_are_refused_with_words(content: bytes, name: str) -> None:
    problem = check_document(content, name)

    assert isinstance(problem, FileProblem)
    assert problem.message.zh
    assert problem.message.en


def test_a_document_over_the_limit_is_refused() -> None:
    assert isinstance(
        check_document(b"%PDF-" + bytes(2_000_000), "a.pdf", largest_bytes=1_000_000), FileProblem
    )


def test_a_package_damaged_anywhere_is_a_problem_and_never_an_error() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "word/document.xml", "<document>" + "".join(f"<p>{n * n}</p>" for n in range(60)) + "</document>"
        )
    whole = buffer.getvalue()
    answers = [
        check_document(whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :], "a.docx")
        for place in range(4, len(whole))
        for change in (0x01, 0x80, 0xFF)
    ]

    assert sum(isinstance(answer, FileProblem) for answer in answers) > len(answers) / 2
