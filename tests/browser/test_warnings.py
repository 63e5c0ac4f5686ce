"""A night with a warning: raised by one, then by two people, acknowledged on a phone, stood down."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
PLACE = "AL01-SC005"
LINK = """
from anlan.models import Place, WarningNotice
from anlan.queries.warning_links import receipt_address
notice = WarningNotice.objects.get(pk="{warning}")
print("link:" + receipt_address(notice, Place.objects.get(code="{place}")))
"""


def patrol_of(ask: Callable[..., Any]) -> dict[str, Any]:
    """The patrol that the place owes now, by the command line's answer about the same data."""
    duties = ask("why", PLACE)["duties"]
    return next(duty for duty in duties if duty["rule"] == "mobile-patrol")


def link_of(site: Any, address: str) -> str:
    """The link that the message to the place's receiver carries."""
    code = LINK.format(warning=address.rstrip("/").rpartition("/")[2], place=PLACE)
    command = [
        sys.executable,
        "-m",
        "anlan.management.cli",
        "--data",
        str(site.data),
        "manage",
        "shell",
        "-c",
        code,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ})
    return re.search(r"link:(\S+)", done.stdout)[1]


def sure(page: Page) -> None:
    """Answer the question whether one is sure."""
    page.locator("#confirm-dialog [data-confirm-yes]").click()


def fill(page: Page, level: str) -> None:
    """Level and place by hand, the rest from the template."""
    page.locator(f"input[name=level][value={level}]").check()
    page.locator("input[name=scope][value=chosen]").check()
    page.locator("summary", has_text="点名场所").click()
    page.locator("#id_places").fill(PLACE)


def test_two_people_raise_a_warning_a_receiver_acknowledges_and_the_officer_stands_down(
    site: Any,
    open_page: Any,
    sound: Callable[[Page], None],
    ask: Callable[..., Any],
) -> None:
    calm = patrol_of(ask)

    # One officer, by keyboard from the template on, issues yellow.
    officer = open_page("/warnings/new/", role="city-office")
    expect(officer.locator("#template")).to_be_focused()
    officer.locator("#template").select_option("yellow-facility")
    expect(officer.locator("#id_matters_zh")).not_to_have_value("")
    expect(officer.locator("#preview strong").first).to_contain_text("个场所", timeout=30_000)
    fill(officer, "yellow")
    expect(officer.locator("#preview strong").first).to_have_text("1 个场所", timeout=30_000)
    officer.locator("#id_matters_zh").press("Control+Enter")
    sure(officer)
    officer.wait_for_url(re.compile(r"/warnings/[0-9a-f-]{36}/$"))
    expect(officer.locator("#warning-live")).to_contain_text("生效中")
    assert ask("why", PLACE)["posture"] == "yellow"

    # It gets worse: the update to orange changes nothing until a second person has confirmed.
    officer.get_by_role("link", name="更新").click()
    officer.locator("input[name=level][value=orange]").check()
    officer.locator("#id_reason").fill("情况升级")
    expect(officer.locator("[data-issue]")).to_have_text("报请第二人")
    officer.locator("[data-issue]").click()
    officer.wait_for_url(re.compile(r"/warnings/[0-9a-f-]{36}/$"))
    expect(officer.get_by_role("button", name="紧急发布")).to_be_disabled()
    assert ask("why", PLACE)["posture"] == "yellow"

    second = open_page("/sign-in/", phone=True)
    account = next(each for each in site.accounts if each["username"] == "second")
    second.locator("#id_username").fill(account["username"])
    second.locator("#id_password").fill(account["password"])
    second.locator("#id_password").press("Enter")
    second.wait_for_url(lambda address: "/sign-in" not in address)
    second.goto(officer.url)
    expect(second.locator("#warning-live")).to_contain_text("流动巡查")
    second.get_by_role("button", name="确认并发布").click()
    sure(second)
    expect(second.locator("#warning-live")).to_contain_text("生效中")
    assert ask("why", PLACE)["posture"] == "orange"
    assert patrol_of(ask)["cadence"] != calm["cadence"], "the duty changed at once"
    sound(second)

    # The receiver opens the link on a phone, without signing in.
    receiver = open_page(link_of(site, second.url), phone=True)
    expect(receiver.locator(".receipt-title")).to_be_visible()
    expect(receiver.locator("body")).to_contain_text("流动巡查")
    sound(receiver)
    receiver.get_by_role("button", name="我已阅知").click()
    expect(receiver.locator(".plain-card [role=status]")).to_contain_text("已签收")

    # The officer's page, left open, turns by itself; then the officer stands down.
    expect(officer.locator("#receipts")).to_contain_text("链接签收", timeout=30_000)
    officer.locator("#stand-down summary").click()
    officer.locator("#end-reason").fill("已查清")
    officer.get_by_role("button", name="立即解除").click()
    expect(officer.locator("#warning-live")).to_contain_text("已解除")
    assert ask("why", PLACE)["posture"] == "normal"
    assert patrol_of(ask)["cadence"] == calm["cadence"]
    receiver.reload()
    expect(receiver.locator(".plain-card [role=status]")).to_contain_text("此预警已结束")

    officer.goto(f"/places/{PLACE}/coverage/")
    expect(officer.locator(".raised-days")).to_contain_text("橙色")
    open_page.expect("htmx:(afterRequest|sendAbort)")  # a preview still under way when the page was left
