"""A bad day at the station: reported on a phone, run from two desks and a phone without network, handed over."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_warnings import run_at

pytestmark = pytest.mark.browser
INCIDENT = re.compile(r"/incidents/[0-9a-f-]{36}/$")
CUT = r"Failed to fetch|net::ERR_|EventSource|status of 0"


def write(page: Page, text: str) -> None:
    page.locator("#log-text").fill(text)
    page.keyboard.press("Enter")


def texts(page: Page) -> list[str]:
    """The notes of the log, the oldest first."""
    return page.locator(".entry-note .entry-text").all_inner_texts()[::-1]


def no_longer(page: Page) -> None:
    """Nothing waits on the device any more."""
    expect(page.locator(".entry.is-waiting")).to_have_count(0, timeout=30_000)


A_STATION = """
import json
from anlan.models import Place
print("answer:" + json.dumps(Place.objects.filter(kind="metro-station", closed_at=None).order_by("code")[0].code))
"""


def the_report(page: Page, place: str = "") -> None:
    """A vehicle attack at the station, by METHANE."""
    page.get_by_label("车辆冲撞", exact=True).check()
    page.locator("#id_place").fill(place)
    page.locator("#id_location").fill("火车站东广场 3 号门")
    page.locator("#id_major").check()
    page.locator("#id_hazards").fill("车辆可能有易燃物")
    page.locator("#id_casualties").fill("4")
    page.get_by_role("button", name="启动事件").click()
    expect(page).to_have_url(INCIDENT)


def test_an_incident_from_the_first_report_to_the_hand_over(open_page: Any, sound: Any, site: Any) -> None:
    phone = open_page("/incidents/report/", role="city-office", phone=True)
    sound(phone)
    the_report(phone, run_at(site, A_STATION))
    address = phone.url.removeprefix(site.address)

    desk = open_page(address, role="city-office")
    other = open_page(address, role="auditor", language="en")
    expect(other.locator("h1")).to_contain_text("Vehicle attack")
    expect(other.locator("#log-text")).to_have_count(0)  # an auditor reads

    write(desk, "第一辆巡逻车到场")
    expect(phone.locator(".entry-note")).to_contain_text("第一辆巡逻车到场")
    write(phone, "东门已封闭")
    expect(desk.locator(".entry-note").first).to_contain_text("东门已封闭")

    # The network is cut at the phone: it writes on, and the desk does too.
    phone.context.set_offline(True)
    for text in ("断网第一行", "断网第二行"):
        write(phone, text)
    expect(phone.locator("[data-log-banner]")).to_be_visible(timeout=20_000)
    expect(phone.locator(".entry.is-waiting")).to_have_count(2)
    write(desk, "指挥部设在售票厅")
    expect(desk.locator(".entry-note").first).to_contain_text("指挥部设在售票厅")
    expect(phone.locator(".entry-note").first).not_to_contain_text("指挥部设在售票厅")
    phone.context.set_offline(False)
    no_longer(phone)
    expected = ["第一辆巡逻车到场", "东门已封闭", "指挥部设在售票厅", "断网第一行", "断网第二行"]
    for page in (desk, phone):
        expect(page.locator(".entry-note")).to_have_count(len(expected), timeout=20_000)
        assert texts(page) == expected
    expect(phone.locator("[data-log-banner]")).to_be_hidden(timeout=20_000)

    # A mistake is struck, a command that makes no sense stays and says so.
    write(desk, "/strike 2 记错了车辆")
    expect(phone.locator(".entry.is-struck")).to_contain_text("第一辆巡逻车到场")
    write(desk, "/unit 特警9 到场")
    expect(desk.locator(".entry-unread")).to_contain_text("现有呼号")
    sound(desk)

    # The plan for it is proposed; a step of its cards is ticked on the phone and stands in everybody's log.
    desk.goto(f"{address}plans/")
    sound(desk)
    desk.locator(".plan-proposed li", has_text="车辆冲撞").first.get_by_role("button", name="启动").click()
    expect(desk.locator(".plan-steps").first).to_be_visible()
    phone.goto(f"{address}plans/")
    phone.locator(".plan-steps li").first.get_by_role("button", name="完成").click()
    expect(phone.locator(".plan-steps li.is-done")).to_have_count(1)
    sound(phone)
    phone.goto(address)
    expect(phone.locator(".entry-step")).to_have_count(1)
    expect(other.locator(".entry-plan")).to_have_count(1)

    # Forces and command.
    desk.goto(f"{address}forces/")
    for callsign, rank, state in (("特警1", "3", "on-scene"), ("市指", "9", "assigned")):
        desk.locator("#id_callsign").fill(callsign)
        desk.locator("#id_people").fill("6")
        desk.locator("#id_rank").fill(rank)
        desk.locator("#id_state").select_option(state)
        desk.get_by_role("button", name="调派", exact=True).click()
        expect(desk.locator(".force-list")).to_contain_text(
            [callsign] if callsign == "特警1" else [callsign, "特警1"]
        )
    expect(desk.locator(".incident-commander")).to_contain_text("特警1")
    desk.locator("#command_unit").select_option(label="市指")
    desk.locator("#command_post").fill("市级指挥长")
    desk.get_by_role("button", name="提出移交指挥权").click()
    desk.get_by_role("button", name="接管指挥权").click()
    expect(desk.locator(".incident-commander")).to_contain_text("市级指挥长")
    expect(phone.locator("#incident-live .incident-commander")).to_contain_text("市指", timeout=15_000)
    sound(desk)

    # A cordon, and a closure with its area, end and authority.
    desk.goto(f"{address}ground/")
    desk.get_by_text("用键盘输入").click()
    desk.locator("#id_near").fill("31.2000, 121.4000")
    desk.locator("#id_radius_m").fill("150")
    desk.get_by_role("button", name="标到图上").click()
    expect(desk.locator(".force-list").first).to_contain_text("内层警戒区")
    desk.locator("#id_text").fill("站前路禁止通行")
    desk.locator("#id_where").fill("站前路（东广场至北街）")
    desk.get_by_role("button", name="下达", exact=True).click()
    expect(desk.locator("main")).to_contain_text("站前路（东广场至北街）")

    # The end: what is still open is named before the log closes.
    desk.goto(f"{address}situation/")
    sound(desk)
    for page in (desk, other):
        for form in ("situation", "201", "204", "209", "214"):
            printed = page.request.get(f"{address}forms/{form}.pdf")
            assert (printed.status, printed.body()[:5]) == (200, b"%PDF-")
    desk.locator("#down_reason").fill("现场已控制")
    desk.get_by_role("button", name="解除", exact=True).click()
    expect(desk.locator(".checklist")).to_contain_text("2 支力量仍在外")
    write(phone, "/unit 特警1 撤回")
    write(phone, "/unit 市指 撤回")
    expect(phone.locator(".entry-unit")).to_have_count(4, timeout=15_000)
    desk.goto(f"{address}ground/")
    desk.get_by_role("button", name="解除", exact=True).click()
    desk.goto(f"{address}situation/")
    desk.locator("#close_reason").fill("善后组")
    desk.get_by_role("button", name="移交善后并关闭日志").click()
    expect(desk.locator("main")).to_contain_text("已关闭")
    desk.goto(address)
    expect(desk.locator("#log-text")).to_have_count(0)
    open_page.expect(CUT)


def test_lines_typed_without_network_outlive_a_reload(open_page: Any, site: Any) -> None:
    phone = open_page("/incidents/report/", role="city-office", phone=True)
    the_report(phone)
    lines = f"{phone.url.removeprefix(site.address)}lines/"
    phone.route(f"**{lines}", lambda route: route.abort())
    write(phone, "只在本机的一行")
    expect(phone.locator(".entry.is-waiting")).to_have_count(1)
    phone.reload()
    expect(phone.locator(".entry.is-waiting")).to_contain_text("只在本机的一行")
    phone.unroute(f"**{lines}")
    no_longer(phone)
    expect(phone.locator(".entry-note")).to_have_count(1)
    open_page.expect(CUT)
