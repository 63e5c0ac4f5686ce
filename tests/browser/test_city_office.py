"""The city office: from the board to the reason of a gap, a missing proof recorded, a figure of its own."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfWriter

pytestmark = pytest.mark.browser
PLAN = "city-plan-2026"
LAW = "uk-premises-2025"


def a_document() -> dict[str, Any]:
    """A PDF of one empty page, as a form sends it."""
    written = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(width=210, height=297)
    writer.write(written)
    return {"name": "程序.pdf", "mimeType": "application/pdf", "buffer": written.getvalue()}


def missing_on_the_board(page: Page) -> int:
    """The number on the tile of what is not evidenced."""
    value = page.locator(".board-tiles .stat.state-not-evidenced .stat-value").inner_text()
    return int(value.replace(",", ""))


def test_from_the_board_to_the_reason_of_a_gap_changing_the_language_on_the_way(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page("/", role="city-office")
    expect(page.get_by_role("heading", level=1)).to_have_text("总览")
    sound(page)

    page.locator(".board-tiles .stat.state-not-evidenced").click()
    expect(page).to_have_url(re.compile(r"/places/\?state=not-evidenced"))
    page.locator("#results tbody tr").first.get_by_role("link").first.click()
    duty = page.locator(
        ".duty-table tbody tr", has=page.locator(".duty-state", has_text=re.compile("无证据|逾期"))
    ).first
    asked = duty.locator(".cell-title").inner_text()
    sound(page)
    duty.get_by_role("link", name=re.compile("缘由")).click()

    expect(page.get_by_role("heading", level=1)).to_have_text(asked)
    expect(page.locator(".why-answer")).to_contain_text(re.compile("无证据|逾期"))
    expect(page.get_by_text("依据出处").or_(page.locator("a[href*='/rules/']")).first).to_be_visible()
    address = page.url
    page.locator(".language-switch button").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(address)
    expect(page.locator(".why-answer")).to_contain_text(re.compile("Not evidenced|Overdue"))
    sound(page)


def test_what_is_recorded_leaves_the_board(
    open_page: Callable[..., Page], sound: Callable[[Page], None], ask: Callable[..., Any]
) -> None:
    # The law's duties have no hours of the day, so nothing but the record moves their count.
    gap = next(
        gap
        for gap in ask("gaps")["gaps"]
        if gap["scheme"] == LAW and gap["rule"] in {"lockdown", "invacuation", "communication"}
    )
    page = open_page(f"/?scheme={LAW}", role="city-office")
    before = missing_on_the_board(page)

    page.goto(f"/places/{gap['place']}/")
    row = page.locator(f"#{LAW}-{gap['rule']}")
    expect(row.locator(".duty-state")).to_have_text("无证据")
    row.get_by_role("link", name="记录", exact=True).click()
    page.locator("input[name=document]").set_input_files(a_document())
    page.locator("textarea[name=note]").fill("程序已张贴于值班室。")
    sound(page)
    page.locator("input[name=document]").set_input_files(a_document())
    page.locator("[data-send]").click()

    expect(page.locator(".toast-note")).to_contain_text(gap["title"]["zh"])
    page.goto(f"/places/{gap['place']}/")
    expect(row.locator(".duty-state")).to_have_text("已记录")
    page.goto(f"/?scheme={LAW}")
    assert missing_on_the_board(page) == before - 1


def test_the_citys_own_figure_stands_in_the_reason_of_the_duty(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page(f"/schemes/{PLAN}/figures/patrol-grace/", role="city-office")
    page.locator("input[name=value]").fill("一刻钟")
    page.locator("textarea[name=reason]").fill("老城区巡查点分散，步行往返需要更长时间。")
    page.get_by_role("button", name="记录").click()
    expect(page.locator(".error-summary")).to_be_visible()
    sound(page)

    page.goto(f"/schemes/{PLAN}/figures/patrol-grace/")
    page.locator("input[name=value]").fill("PT15M")
    page.locator("textarea[name=reason]").fill("老城区巡查点分散，步行往返需要更长时间。")
    page.get_by_role("button", name="记录").click()
    expect(page).to_have_url(re.compile(rf"/schemes/{PLAN}/figures/$"))
    sound(page)

    page.goto(f"/places/AL01-SC005/why/{PLAN}/mobile-patrol/")
    figure = page.locator("li", has_text="巡查补录宽限")
    expect(figure).to_contain_text("15 分钟")
    expect(figure).to_contain_text("本地数值")
    expect(figure).to_contain_text("老城区巡查点分散")
