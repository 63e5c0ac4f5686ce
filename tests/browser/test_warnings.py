"""A night with a warning: drafted from a signal, raised by two people, acknowledged on phones, stood down."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
SEVERAL = 300
"""How many places change their duties at once."""

WARNING_PAGE = re.compile(r"/warnings/[0-9a-f-]{36}/$")

A_SIGNAL = """
import json
from django.db.models import Count, Q
from django.utils import timezone
from anlan.actions.signals import SignalDraft, receive_signal
from anlan.models import District, Place
counted = District.objects.annotate(n=Count("places", filter=Q(places__closed_at=None))).filter(n__gte={several})
district = counted.order_by("n").first()
places = Place.objects.filter(district=district, closed_at=None).exclude(receiver_phone="")
patrolled = places.filter(kind="mall").order_by("code")
signal = receive_signal(
    SignalDraft(
        kind="goods-discrepancy", observed="多处商户报告硝酸钾账实不符", reliability="B", urgency="now",
        channel="form", observed_at=timezone.now(), organisation="市场监管所", district=district,
    ), by=None, at=timezone.now(),
)
found = [place.code for place in patrolled[:4]]
print("answer:" + json.dumps({{"signal": str(signal.pk), "places": found, "n": district.n}}))
"""
ALL_BUT = """
import json
from datetime import timedelta
from django.utils import timezone
from anlan.actions.warnings import acknowledge
from anlan.models import Place, WarningNotice
from anlan.queries.warnings_shown import codes_of
from anlan.queries.warning_links import receipt_address
at = timezone.now()
notice = WarningNotice.objects.get(pk="{warning}")
for place in Place.objects.filter(code__in=codes_of(notice, at)).exclude(code__in={places}):
    acknowledge(notice, place, way="link", by=None, at=at)
links = [receipt_address(notice, Place.objects.get(code=code)) for code in {places}]
print("answer:" + json.dumps(links))
"""
LATER = """
import json
from datetime import timedelta
from django.db.models import F
from django.utils import timezone
from anlan.actions.warning_delivery import watch_warnings
from anlan.models import WarningNotice, WarningStep
late = timedelta(minutes=16)
WarningNotice.objects.filter(pk="{warning}").update(issued_at=F("issued_at") - late, start=F("start") - late)
watch_warnings(at=timezone.now())
step = WarningStep.objects.get(warning="{warning}", step=1)
print("answer:" + json.dumps(step.open))
"""
"""A quarter of an hour goes by: what was issued, was issued that much earlier. How many places are escalated."""


def run_at(site: Any, code: str, **values: object) -> Any:
    """What a few lines answer about the site's data."""
    command = [
        sys.executable,
        "-m",
        "anlan.management.cli",
        "--data",
        str(site.data),
        "manage",
        "shell",
        "-c",
    ]
    done = subprocess.run(
        [*command, code.format(**values)], capture_output=True, text=True, check=True, env={**os.environ}
    )
    return json.loads(re.search(r"^answer:(.*)$", done.stdout, re.MULTILINE)[1])  # type: ignore[index]


def sure(page: Page) -> None:
    """Answer the question whether one is sure."""
    page.locator("#confirm-dialog [data-confirm-yes]").click()


def warning_in(page: Page) -> str:
    return page.url.rstrip("/").rpartition("/")[2]


def test_a_signal_becomes_a_warning_of_two_people_with_receipts_and_an_end(
    site: Any, open_page: Any, sound: Callable[[Page], None], ask: Callable[..., Any]
) -> None:
    told = run_at(site, A_SIGNAL, several=SEVERAL)
    first, second_place, *_late = told["places"]

    def cadences() -> dict[str, str]:
        return {duty["rule"]: str(duty["cadence"]) for duty in ask("why", first)["duties"]}

    calm = cadences()

    # A yellow warning out of the signal: kind, district and words are there already.
    officer = open_page(f"/signals/{told['signal']}/", role="city-office")
    officer.get_by_role("link", name="据此起草预警").click()
    expect(officer.locator("#id_matters_zh")).to_have_value(re.compile("硝酸钾账实不符"))
    expect(officer.locator("#id_category")).to_have_value("goods")
    officer.locator("input[name=level][value=yellow]").check()
    expect(officer.locator("#preview strong").first).to_have_text(f"{told['n']} 个场所", timeout=30_000)
    officer.locator("#id_matters_zh").press("Control+Enter")
    sure(officer)
    officer.wait_for_url(WARNING_PAGE)
    assert ask("why", first)["posture"] == "yellow"

    # It gets worse: orange changes nothing until a second person has confirmed, on a phone.
    officer.get_by_role("link", name="更新").click()
    officer.locator("input[name=level][value=orange]").check()
    officer.locator("#id_reason").fill("情况升级")
    expect(officer.locator("[data-issue]")).to_have_text("报请第二人")
    officer.locator("[data-issue]").click()
    officer.wait_for_url(WARNING_PAGE)
    assert ask("why", first)["posture"] == "yellow"
    second = open_page("/sign-in/", phone=True)
    account = next(each for each in site.accounts if each["username"] == "second")
    second.locator("#id_username").fill(account["username"])
    second.locator("#id_password").fill(account["password"])
    second.locator("#id_password").press("Enter")
    second.wait_for_url(lambda address: "/sign-in" not in address)
    second.goto(officer.url)
    second.get_by_role("button", name="确认并发布").click()
    sure(second)
    expect(second.locator("#warning-live")).to_contain_text("生效中")
    expect(second.locator("#warning-live .tiles")).to_contain_text(str(told["n"]))
    assert ask("why", first)["posture"] == "orange"
    assert cadences() != calm, "duties changed at once"

    # Two receivers acknowledge on their phones; after a quarter of an hour two others are late.
    links = run_at(site, ALL_BUT, warning=warning_in(officer), places=told["places"])
    for link in links[:2]:
        receiver = open_page(link, phone=True)
        receiver.get_by_role("button", name="我已阅知").click()
        expect(receiver.locator(".plain-card [role=status]")).to_contain_text("已签收")
    sound(receiver)
    assert run_at(site, LATER, warning=warning_in(officer)) == 2, "two escalate"
    officer.goto(f"{officer.url}?show=late")
    expect(officer.locator("#receipts tbody tr")).to_have_count(2, timeout=30_000)
    expect(officer.locator("#receipts tbody")).to_contain_text("超时")

    # The officer stands down, after reading what falls back.
    officer.locator("#stand-down").click()
    expect(officer.locator(".falling")).to_contain_text("回落到常态")
    officer.locator("#end-reason").fill("已查清")
    officer.get_by_role("button", name="立即解除").click()
    expect(officer.locator("#warning-live")).to_contain_text("已解除")
    assert ask("why", first)["posture"] == "normal"
    assert cadences() == calm
    receiver.reload()
    expect(receiver.locator(".plain-card [role=status]")).to_contain_text("此预警已结束")

    # The year of one place shows the raised day, in both languages.
    officer.goto(f"/places/{second_place}/coverage/")
    expect(officer.locator(".raised-days")).to_contain_text("橙色")
    english = open_page(f"/places/{second_place}/coverage/", role="city-office", language="en")
    expect(english.locator(".raised-days")).to_contain_text("Orange")
    english.goto(f"/signals/{told['signal']}/")
    expect(english.get_by_role("link", name=re.compile("^Warning 20"))).to_be_visible()
    open_page.expect("htmx:(afterRequest|sendAbort)")  # a preview still under way when the page was left


def test_by_keyboard_alone_a_template_makes_a_complete_draft_in_under_a_minute(open_page: Any) -> None:
    page = open_page("/warnings/new/", role="city-office")
    began = time.monotonic()
    expect(page.locator("#template")).to_be_focused()
    for _press in range(4):
        page.keyboard.press("ArrowDown")
    expect(page.locator("#id_matters_zh")).not_to_have_value("")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(WARNING_PAGE)
    assert time.monotonic() - began < 60
    expect(page.locator("#warning-live")).to_contain_text("待第二人确认")
    open_page.expect("htmx:(afterRequest|sendAbort)")


def test_a_draft_survives_a_lost_connection(open_page: Any) -> None:
    page = open_page("/warnings/new/", role="city-office")
    page.locator("#template").select_option("orange-weather")
    page.context.set_offline(True)
    page.locator("#id_matters_zh").fill("台风外围影响，断网时写下")
    expect(page.locator(".draft-state")).to_contain_text("暂存于本机")
    page.context.set_offline(False)
    page.goto("/warnings/new/")
    expect(page.locator("#id_matters_zh")).to_have_value("台风外围影响，断网时写下")
    expect(page.locator("input[name=level][value=orange]")).to_be_checked()
    open_page.expect("htmx:(afterRequest|sendAbort|sendError)")
