"""The city office without a mouse."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_everything_on_the_way_to_a_place_is_reached_by_keys(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page("/", role="city-office")
    page.keyboard.press("?")
    expect(page.locator("#help-dialog")).to_be_visible()
    expect(page.locator("#help-dialog")).to_contain_text("快捷键")
    page.keyboard.press("Escape")
    expect(page.locator("#help-dialog")).to_be_hidden()

    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_attribute("href", re.compile("#"))

    page.keyboard.press("/")
    page.keyboard.type("HDGC")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/places/\?.*q=HDGC", re.IGNORECASE))
    expect(page.locator("#results tbody tr", has_text="和渡广场")).to_be_visible()

    page.goto("/places/")
    rows = page.locator("#results tbody tr")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_class(re.compile("is-chosen"))
    page.keyboard.press("k")
    expect(rows.nth(0)).to_have_class(re.compile("is-chosen"))
    expect(rows.nth(0).get_by_role("link").first).to_be_focused()
    code = rows.nth(0).get_attribute("data-place")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/places/{code}/$"))
    sound(page)
