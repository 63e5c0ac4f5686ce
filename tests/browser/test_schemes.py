"""Two schemes on one place, what if its figures were others, and a third scheme put beside them."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
MALL = "/places/AL01-SC005/"
THIRD = """\
id: ferry-landings
edition: "1"
title: {zh: 渡口安全方案, en: Safety of ferry landings}
valid: {from: 2026-01-01}
status: in-force
"""
RULES = """\
kinds:
  - {id: ferry-landing, title: {zh: 渡口, en: Ferry landing}}
facts:
  - {id: berths, type: number, title: {zh: 泊位数, en: berths}}
parameters:
  - {id: busy-berths, title: {zh: 繁忙渡口泊位数, en: Berths of a busy landing}, value: 6, cites: {label: plan}}
rules:
  - id: busy
    kind: tier
    title: {zh: 繁忙渡口, en: Busy landing}
    where: {kind: ferry-landing, berths: {at_least: $busy-berths}}
    cites: {label: plan, clause: "2"}
  - id: gangway-check
    kind: duty
    title: {zh: 跳板检查, en: Check of the gangway}
    where: {tier: busy}
    who: operator
    cadence: {every: PT90M, between: ["05:00", "23:00"]}
    evidence: attestation
    cites: {label: plan, clause: "3"}
cases:
  - id: just-busy
    facts: {kind: ferry-landing, berths: 6}
    expect: {tier: busy, duties: [gangway-check]}
"""


def test_both_schemes_stand_on_one_place_and_the_stricter_is_owed(
    open_page: Callable[..., Page], sound: Callable[[Page], None], ask: Callable[..., Any]
) -> None:
    page = open_page(MALL, role="city-office")
    expect(page.locator("#why-tier")).to_contain_text("二类场所")
    expect(page.locator("#why-tier")).to_contain_text("加强级")
    expect(page.locator(".place-banner").first).to_contain_text("尚未施行")

    law = "uk-premises-2025"
    both = [
        duty
        for duty in ask("why", "AL01-SC005")["duties"]
        if any(law in other for other in duty["also_asked_by"])
    ]
    assert both
    for duty in both:
        expect(page.locator(f"#{duty['scheme']}-{duty['rule']} .stricter").first).to_be_visible()
        for other in duty["also_asked_by"]:
            expect(page.locator(f"#{other.replace('/', '-')}")).to_have_count(0)

    page.goto(f"{MALL}why/{law}/evacuation/")
    expect(page.locator(".why-answer")).to_contain_text("更严")
    sound(page)


def test_more_visitors_would_change_the_tier_and_nothing_is_stored(
    open_page: Callable[..., Page], sound: Callable[[Page], None]
) -> None:
    page = open_page(f"{MALL}what-if/", role="city-office")
    page.locator("input[name=fact-daily_visitors]").fill("9000")
    page.get_by_role("button", name="查看差异").click()
    tiers = page.locator(".difference-tiers p", has_text="城市安全防范")
    expect(tiers).to_contain_text("二类场所")
    expect(tiers).to_contain_text("一类场所")
    expect(page.locator(".change-added", has_text="三个必查")).to_be_visible()
    expect(page.locator(".change-removed", has_text="流动巡查")).to_be_visible()
    sound(page)
    page.goto(MALL)
    expect(page.locator("#why-tier")).not_to_contain_text("一类场所")


def test_a_third_scheme_is_adopted_from_the_page_and_asks_at_once(
    open_page: Callable[..., Page], sound: Callable[[Page], None], site: Any
) -> None:
    folder = Path(site.schemes) / "ferry-landings"
    folder.mkdir()
    (folder / "scheme.yaml").write_text(THIRD, "utf-8")
    (folder / "rules.yaml").write_text(RULES.replace("who: operator", "who: operater"), "utf-8")

    page = open_page("/schemes/", role="city-office")
    waiting = page.locator("tr", has_text="ferry-landings")
    expect(waiting).to_contain_text("rules.yaml:")
    expect(waiting).to_contain_text("operator")
    expect(waiting.get_by_role("button")).to_have_count(0)
    sound(page)

    (folder / "rules.yaml").write_text(RULES, "utf-8")
    page.reload()
    waiting.get_by_role("button", name="采用").click()
    page.locator("#confirm-dialog [data-confirm-yes]").click()
    expect(page.locator(".card", has_text="渡口安全方案").first).to_contain_text("已采用")

    page.goto("/places/new/")
    page.locator("input[name=code]").fill("FERRY-1")
    page.locator("input[name=name_zh]").fill("柳湾渡口")
    with page.expect_response(re.compile("kind=ferry-landing")):
        page.locator("select[name=kind]").select_option("ferry-landing")
    expect(page.locator(".htmx-request")).to_have_count(0)
    page.get_by_text("其他事实").or_(page.locator("details.further summary")).first.click()
    page.locator("input[name=fact-berths]").fill("6")
    page.get_by_role("button", name="保存").click()
    expect(page).to_have_url(re.compile("/places/FERRY-1/$"))
    expect(page.locator("#why-tier")).to_contain_text("繁忙渡口")
    page.get_by_role("link", name="跳板检查", exact=True).click()
    expect(page.locator("main")).to_contain_text("泊位数")
    expect(page.locator("main")).to_contain_text("每 1 小时 30 分钟")
