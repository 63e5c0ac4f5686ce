"""The city office arranges a list, changes several places at once, and takes it back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_list_is_arranged_saved_changed_together_and_taken_back(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page("/places/?q=hdgc", role="city-office")

    page.get_by_text("列", exact=True).click()
    page.get_by_label("主管部门").check()
    page.get_by_label("日均客流").uncheck()
    page.get_by_role("button", name="显示所选列").click()
    expect(page).to_have_url(re.compile(r"columns=.*department"))
    heads = page.locator("#results thead th")
    expect(heads.filter(has_text="主管部门")).to_have_count(1)
    expect(heads.filter(has_text="日均客流")).to_have_count(0)

    page.locator(".list-menu summary").first.click()
    page.locator("#view-name").fill("和渡广场一带")
    page.locator("#view-name").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("和渡广场一带")
    page.goto("/places/")
    page.locator(".list-menu summary").first.click()
    page.get_by_role("link", name="和渡广场一带").click()
    expect(page.locator("#results tbody tr", has_text="和渡广场")).to_be_visible()
    expect(heads.filter(has_text="主管部门")).to_have_count(1)

    row = page.locator("#results tbody tr", has_text="和渡广场").first
    department = row.locator("td[data-label=主管部门]")
    before = department.inner_text()
    expect(page.locator("[data-pick-all]")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(row.locator("[data-pick]")).to_be_checked()
    expect(page.locator("[data-bulk-count]")).to_have_text("已选 1 行")
    page.get_by_role("button", name="设置主管部门").click()
    expect(page.locator("main")).to_contain_text("将更改 1 个场所的主管部门")
    choice = page.get_by_label("主管部门")
    names = choice.locator("option").all_inner_texts()
    other = next(name for name in names if name not in {before, "---------"})
    choice.select_option(label=other)
    page.get_by_label("理由").fill("机构调整")
    page.get_by_role("button", name="设置主管部门 (1)").click()
    expect(department).to_have_text(other)

    notice = page.locator("#toasts [data-toast]", has_text="主管部门")
    expect(page.locator("[data-pick-all]")).to_be_visible()
    page.keyboard.press("u")
    expect(notice.get_by_role("button", name="撤销")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("已恢复 1 行")
    expect(department).to_have_text(before)
    sound(page)
