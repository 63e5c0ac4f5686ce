"""Forms that are not sent yet survive a reload, a lost line and a change of device; what is taken is forgotten."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

pytestmark = pytest.mark.browser
INSPECTION = "/evidence/new/?place=AL01-SC005&scheme=city-plan-2026&rule=security-equipment-inspection"
SEEN = "东门两台防冲撞桩升降不到位，已通知维保。"
NOTE = "textarea[name=note]"
STATE = ".draft-state"
PUT_BACK = ".draft-note"


def typed(page: Page, words: str = SEEN, where: str = NOTE) -> None:
    """Words typed as a person types them."""
    page.locator(where).fill(words)


def on_this_device(page: Page) -> list[str]:
    """The names of the drafts that the browser holds."""
    found: list[str] = page.evaluate(
        "() => Object.keys(localStorage).filter((key) => key.startsWith('draft:'))"
    )
    return found


def test_what_was_typed_is_there_after_a_reload_and_on_another_device(open_page: Callable[..., Page]) -> None:
    page = open_page(INSPECTION, role="venue-manager", phone=True)
    failed = page.locator("[data-item]", has=page.locator("input[name=item-video]"))
    failed.get_by_text("不符合要求").click()
    typed(page)
    expect(page.locator(STATE)).to_contain_text("已保存草稿")
    page.reload()
    expect(page.locator(NOTE)).to_have_value(SEEN)
    expect(page.locator(PUT_BACK)).to_contain_text("草稿")

    other = open_page(INSPECTION, role="venue-manager")
    expect(other.locator(NOTE)).to_have_value(SEEN)
    expect(other.locator("input[name=item-video][value=failed]")).to_be_checked()
    expect(
        other.locator("[data-item]", has=other.locator("input[name=item-video]")).locator("textarea")
    ).to_be_visible()
    other.get_by_role("button", name="放弃草稿").click()
    expect(other.locator(NOTE)).to_have_value("")
    expect(other.locator(PUT_BACK)).to_have_count(0)
    other.reload()
    expect(other.locator(NOTE)).to_have_value("")


def test_a_line_lost_between_typing_and_sending_loses_nothing_and_records_once(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(INSPECTION, role="venue-manager", phone=True)
    page.get_by_role("button", name="全部符合要求").click()
    page.context.set_offline(True)
    typed(page)
    expect(page.locator(STATE)).to_contain_text("暂存于本机")
    with page.expect_event("requestfailed"):
        page.locator("[data-send]").click()
    page.context.set_offline(False)
    page.goto(INSPECTION)
    expect(page.locator(NOTE)).to_have_value(SEEN)
    expect(page.locator(STATE)).to_contain_text("已保存草稿")

    page.locator("[data-send]").click()
    expect(page.locator(".toast-note", has_text="已记录")).to_be_visible()
    page.wait_for_load_state()
    assert on_this_device(page) == []
    page.goto(INSPECTION)
    expect(page.locator(NOTE)).to_have_value("")
    expect(page.locator(PUT_BACK)).to_have_count(0)


def test_a_form_with_mistakes_keeps_its_draft_and_never_the_password(open_page: Callable[..., Page]) -> None:
    page = open_page("/people/new/", role="administrator")
    typed(page, "王丽", "#id_name")
    typed(page, "li", "#id_username")
    typed(page, "kurz", "#id_password")
    expect(page.locator(STATE)).to_contain_text("已保存草稿")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".error-summary")).to_be_focused()
    typed(page, "li.wang", "#id_username")
    typed(page, "kurz", "#id_password")
    with page.expect_response("**/drafts/") as kept:
        pass
    assert kept.value.ok
    page.goto("/people/new/")
    expect(page.locator("#id_name")).to_have_value("王丽")
    expect(page.locator("#id_username")).to_have_value("li.wang")
    expect(page.locator("#id_password")).to_have_value("")
    assert "kurz" not in json.dumps(page.evaluate("() => ({...localStorage})"))
    page.get_by_role("button", name="放弃草稿").click()
    expect(page.locator("#id_name")).to_have_value("")


def test_leaving_is_warned_of_only_while_something_would_be_lost(open_page: Callable[..., Page]) -> None:
    page = open_page("/people/new/", role="administrator")
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    typed(page, "王丽", "#id_name")
    page.goto("/people/")
    assert asked == []
    page.goto("/people/new/")
    page.locator("#id_password").press_sequentially("not kept anywhere")
    page.goto("/people/")
    assert asked == ["beforeunload"]
    page.goto("/people/new/")
    page.get_by_role("button", name="放弃草稿").click()
    expect(page.locator(PUT_BACK)).to_have_count(0)


def test_signing_out_clears_the_device_and_leaves_the_draft_with_the_person(
    open_page: Callable[..., Page],
) -> None:
    page = open_page("/places/new/", role="city-office")
    typed(page, "河畔书城", "#id_name_zh")
    page.locator(".user-button").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/sign-in/")
    page.wait_for_load_state()
    assert on_this_device(page) == []
    other = open_page("/places/new/", role="city-office")
    expect(other.locator("#id_name_zh")).to_have_value("河畔书城")
    other.get_by_role("button", name="放弃草稿").click()
    expect(other.locator("#id_name_zh")).to_have_value("")
