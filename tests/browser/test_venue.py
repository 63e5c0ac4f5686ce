"""A venue's security manager with a phone: the own place only, an inspection, what it found, and looking again."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
INSPECTION = "/evidence/new/?place=AL01-SC005&scheme=city-plan-2026&rule=security-equipment-inspection"
SEEN = "西门地下车库入口的摄像机画面发白，看不清车道。"


def a_photo(colour: str) -> dict[str, object]:
    """A photo as a phone's camera would give it."""
    written = io.BytesIO()
    Image.new("RGB", (1200, 900), colour).save(written, "JPEG")
    return {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


def open_findings(page: Page) -> int:
    """How many findings of the place are open, by the tab that counts them."""
    page.goto("/findings/")
    return int(
        re.sub(r"\D", "", page.locator("[aria-current=page], .active", has_text="未闭环").last.inner_text())
        or 0
    )


def test_a_venue_sees_its_own_place_only(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page("/", role="venue-manager", phone=True)
    expect(page).to_have_url(re.compile("/work/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("我的工作")
    sound(page)
    page.goto("/places/")
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page.locator("#results tbody tr")).to_contain_text("AL01-SC005")
    page.goto("/places/AL01-SC016/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("页面不存在")
    page.goto("/people/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("无权")


def test_an_inspection_opens_a_finding_that_only_looking_again_closes(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page(INSPECTION, role="venue-manager", phone=True)
    sound(page)
    page.get_by_role("button", name="全部符合要求").click()
    failed = page.locator("[data-item]", has=page.locator("input[name=item-video]"))
    failed.get_by_text("不符合要求").click()
    failed.locator("textarea").fill(SEEN)
    failed.locator("input[type=file]").set_input_files(a_photo("gray"))
    expect(failed.locator("[data-photo-previews] img")).to_be_visible()
    page.locator("[data-send]").click()
    expect(page.locator(".toast-note", has_text="1")).to_be_visible()

    open_before = open_findings(page)
    assert open_before >= 1
    finding = page.locator("#results tbody tr", has_text="摄像机画面发白")
    expect(finding).to_contain_text("视频监控完好")
    finding.get_by_role("link").first.click()
    expect(page.locator("main img").first).to_be_visible()
    sound(page)
    address = page.url

    page.get_by_text("已整改到位").click()
    page.locator("textarea[name=note]").fill("镜头已更换，车道和车牌清晰可见。")
    page.locator("input[name=photos]").set_input_files(a_photo("green"))
    page.locator("[data-send]").click()
    page.goto(address)
    expect(page.locator("main")).to_contain_text("已闭环")
    expect(page.locator("[data-send]")).to_have_count(0)
    assert open_findings(page) == open_before - 1
