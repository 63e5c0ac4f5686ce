"""The administrator brings in a sheet of places in which some rows are wrong."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
SHEET = """编号,场所名称,类型,所属区,经度,纬度,坐标系,日均客流量,统计方法
IMP-1,河畔书城,商店,990101,120.0012,30.0010,WGS-84,2600,人工清点
IMP-2,南门剧场,剧院,990102,120.0100,29.9700,WGS-84,900,售票统计
IMP-3,北桥市场,集贸市场,990104,119.9900,30.0600,WGS-84,6100,客流计数器
IMP-4,无此类型,飞船发射场,990101,120.0012,30.0010,WGS-84,100,估计
IMP-5,客流有误,商店,990101,120.0012,30.0010,WGS-84,很多,估计
"""


def upload(page: Page) -> None:
    """Upload the sheet, take the columns as they were recognised, and wait for the worker's answer."""
    page.goto("/imports/")
    page.locator("input[name=sheet]").set_input_files(
        {"name": "places.csv", "mimeType": "text/csv", "buffer": SHEET.encode("utf-8-sig")}
    )
    page.get_by_role("button", name="上传表格").click()
    page.get_by_role("button", name="检查表格").click(timeout=30_000)
    expect(page.locator(".tiles")).to_be_visible(timeout=30_000)


def tile(page: Page, label: str) -> int:
    """The number on a tile."""
    return int(
        page.locator(".stat", has_text=re.compile(f"^\\s*{label}")).locator(".stat-value").inner_text()
    )


def test_wrong_rows_are_told_with_reasons_and_the_good_ones_come_in_once(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page("/imports/", role="administrator")
    sound(page)
    upload(page)
    assert (tile(page, "将新增"), tile(page, "有误的行")) == (3, 2)
    mistakes = page.locator("#mistakes")
    expect(mistakes).to_contain_text("飞船发射场")
    expect(mistakes).to_contain_text("很多")
    sound(page)
    with page.expect_download() as marked:
        page.locator("a[href$='marked/'], a[href*='marked']").first.click()
    assert marked.value.suggested_filename.endswith(".xlsx")

    page.get_by_role("button", name=re.compile("导入正确的行（3）")).click()
    expect(page.get_by_role("link", name="查看场所")).to_be_visible(timeout=30_000)
    assert tile(page, "新增") == 3
    page.goto("/places/IMP-3/")
    expect(page.locator("main")).to_contain_text("一类场所")

    upload(page)
    assert (tile(page, "将新增"), tile(page, "将变更"), tile(page, "未变"), tile(page, "有误的行")) == (
        0,
        0,
        3,
        2,
    )
