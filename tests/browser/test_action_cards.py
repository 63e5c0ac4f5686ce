"""An action card on a guard's phone: opened once with network, worked by without any."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PLAN = re.compile(r"/cards/city-plan-2026/vehicle-attack/guard/$")


def the_place(page: Page) -> str:
    """The guard's own place, the only one in their list."""
    return str(page.locator("tr[data-place]").first.get_attribute("data-place"))


def test_a_card_opened_once_opens_ticks_and_rings_without_network(open_page: Any) -> None:
    phone = open_page("/places/", role="guard", phone=True)
    phone.goto(f"/places/{the_place(phone)}/cards/")
    phone.locator("a[href$='/vehicle-attack/guard/']").click()
    expect(phone).to_have_url(PLAN)
    expect(phone.locator("[data-kept]")).to_be_visible(timeout=20_000)

    phone.context.set_offline(True)
    phone.reload()
    expect(phone.locator(".never")).to_contain_text("严禁驾车或徒步追赶")
    expect(phone.locator("a[href='tel:120']")).to_be_visible()
    first = phone.locator("[data-step=warn]")
    first.check()
    phone.reload()
    expect(first).to_be_checked()
    expect(phone.locator(".card-steps li").first.locator("[data-done]")).to_contain_text("✓")
    assert phone.evaluate("getComputedStyle(document.querySelector('.never')).borderTopStyle") == "solid"
    phone.get_by_role("button", name="重新开始").click()
    expect(first).not_to_be_checked()
    phone.context.set_offline(False)


def test_a_card_read_back_is_held_and_says_what_was_wrong(open_page: Any) -> None:
    page = open_page("/places/", role="guard", phone=True)
    page.goto(f"/places/{the_place(page)}/cards/city-plan-2026/vehicle-attack/guard/")
    for number, answer in enumerate((2, 3, 2, 2, 1), 1):  # the first is wrong: along the road
        page.locator(f"[name=q{number}][value='{answer}']").check()
    page.get_by_role("button", name="我已掌握本卡").click()
    expect(page.locator("#result")).to_contain_text("5 题答对 4 题")
    expect(page.locator("#result")).to_contain_text("坚固物后或室内")
