"""The rectification notice as a PDF that can be read, and codes that lead back to a record."""

import io
from dataclasses import replace
from datetime import date, datetime

import pytest
from PIL import Image
from pypdf import PdfReader

from anlan.links.codes import qr_png, qr_svg
from anlan.links.documents import NoticeData, NoticeFinding, rectification_notice

FINDING = NoticeFinding(
    number="1",
    item="消防通道",
    observed="二层东侧安全出口被货物堵塞",
    basis="总体方案 2.2",
    asked="立即清除，每日检查",
    deadline=date(2026, 11, 30),
)
NOTICE = NoticeData(
    number="澜安整〔2026〕12号",
    city="安澜市",
    issuer="安澜市领导小组办公室",
    place_name="滨江中心商场",
    place_code="MALL-0012",
    place_address="滨江路 12 号",
    operator="滨江商业有限公司",
    receiver_name="李工",
    receiver_phone="021-5555 0100",
    inspected_at=datetime(2026, 11, 23, 9, 30),  # noqa: DTZ001  (already in the city's own time)
    inspectors=("王检", "赵查"),
    findings=(FINDING,),
    deadline=date(2026, 11, 30),
    issued_on=date(2026, 11, 23),
    record_url="https://anlan.example/findings/0193",
)


def pages(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_the_notice_says_who_what_and_until_when() -> None:
    (page,) = pages(rectification_notice(NOTICE, "zh"))

    for words in (
        "整改通知书",
        "澜安整〔2026〕12号",
        "滨江中心商场",
        "安全出口被货物堵塞",
        "2026年11月30日前",
        "李工",
        "第1页共1页",
    ):
        assert words in page


def test_the_english_notice_is_in_english() -> None:
    (page,) = pages(rectification_notice(NOTICE, "en"))

    assert "Rectificationnotice" in page
    assert "30November2026" in page
    assert "整改通知书" not in page


def test_a_long_table_runs_over_pages_that_are_counted() -> None:
    many = replace(NOTICE, findings=tuple(replace(FINDING, number=str(number)) for number in range(1, 41)))
    found = pages(rectification_notice(many, "zh"))

    assert len(found) >= 2
    assert all(f"第{number}页共{len(found)}页" in page for number, page in enumerate(found, start=1))
    assert all("检查项目" in page for page in found[:-1])
    assert sum(page.count("货物堵塞") for page in found) == 40


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_people_typed_is_never_run(language: str) -> None:
    nasty = '#panic("x") #read("/etc/passwd") $x$ *b* `c` \\ "quoted" <label> @ref //c'
    notice = replace(NOTICE, place_name=nasty, findings=(replace(FINDING, observed=nasty, asked="]#["),))
    text = "".join(pages(rectification_notice(notice, language)))

    assert '#panic("x")#read("/etc/passwd")' in text
    assert "root:" not in text


def test_letters_that_no_font_has_do_not_stop_the_notice() -> None:
    text = "".join(pages(rectification_notice(replace(NOTICE, place_name="𠮷祥商场🙂"), "zh")))

    assert "祥商场" in text


def test_the_same_notice_gives_the_same_bytes_fit_for_an_archive() -> None:
    first, second = rectification_notice(NOTICE, "zh"), rectification_notice(NOTICE, "zh")

    assert first == second
    metadata = PdfReader(io.BytesIO(first)).xmp_metadata
    assert metadata is not None
    assert b"pdfaid" in metadata.stream.get_data()


def test_fonts_are_our_own_and_embedded() -> None:
    page = PdfReader(io.BytesIO(rectification_notice(NOTICE, "zh"))).pages[0]
    names = {str(font.get_object()["/BaseFont"]) for font in page["/Resources"]["/Font"].values()}

    assert all("Noto" in name or "Libertinus" in name for name in names)
    assert len(rectification_notice(NOTICE, "zh")) < 300_000


def test_a_code_is_black_on_white_with_a_quiet_zone() -> None:
    with Image.open(io.BytesIO(qr_png("https://anlan.example/s/1", 4))) as code:
        plain = code.convert("L")
        assert plain.width == plain.height
        assert {plain.getpixel((x, 8)) for x in range(plain.width)} == {255}  # four modules of quiet zone
        assert plain.getpixel((17, 17)) == 0  # the corner of the finder pattern
    assert qr_svg("https://anlan.example/s/1").startswith("<svg")
