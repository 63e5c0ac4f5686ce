"""A guard's shift on a phone: without network, through kills and dropped answers, on one phone after another."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from patrol_phone import Phone
from patrol_towns import Town

pytestmark = pytest.mark.browser


def test_a_shift_of_twelve_walked_without_network_through_a_kill_is_recorded_once(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with(sees="南门")
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    walked: list[str] = []
    expected = phone.leg()
    phone.page.locator("#open-scan").tap()
    expect(phone.page.locator("#said")).to_contain_text("已记录：南门")
    walked.append("南门")
    if expected != "南门":
        assert phone.leg() == expected, "a scan elsewhere counts and leaves the next leg as it is"
    while len(walked) < 6:
        walked.append(phone.leg())
        phone.type_code(walked[-1])
    assert phone.waiting() == 7
    assert town.visits() == []

    phone.kill()
    phone.switch_on()
    phone.cut()
    phone.page.goto("/patrol/")
    expect(phone.page.locator("#screen-walk")).to_be_visible()
    expect(phone.page.locator("#count-waiting")).to_have_text("7")
    while len(walked) < 12:
        leg = phone.leg()
        assert leg not in walked, "what was walked before the kill is not asked again"
        walked.append(leg)
        phone.type_code(leg)
    phone.page.reload()
    expect(phone.page.locator("#count-waiting")).to_have_text("13")
    assert town.visits() == []

    phone.context.set_offline(False)
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    expect(phone.page.locator("#count-sent")).to_have_text("13")
    visits = town.visits()
    assert sorted(visit["checkpoint"] for visit in visits) == sorted(town.typed)
    assert [visit["checkpoint"] for visit in visits] == walked
    assert [visit["way"] for visit in visits] == ["qr", *["typed"] * 11]
    assert {visit["guard"] for visit in visits} == {"walker"}
    assert town.ask("visits")["evidence"] == 12


def test_an_answer_that_is_lost_on_the_way_leaves_one_record(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    lost: list[int] = []
    bad_line = [True]

    def lose(route: Route) -> None:
        if not bad_line[0]:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    phone.context.route("**/patrol/sync/", lose)
    phone.begin()
    phone.type_code(leg := phone.leg())
    expect(phone.page.locator("#network")).to_be_visible()
    assert set(lost) == {200}, "the server took them and said so, and nobody heard it"
    assert phone.waiting() == 2
    assert [visit["checkpoint"] for visit in town.visits()] == [leg]
    bad_line[0] = False
    phone.page.locator("#send-now").tap()
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert [visit["checkpoint"] for visit in town.visits()] == [leg]
    assert town.ask("visits")["walks"] == 1


WINDOW = """async () => {
  const { next } = await import("/static/anlan/js/patrol/legs.js");
  const work = await import("/static/anlan/js/patrol/work.js");
  const { walk } = await work.context();
  const leg = next(walk.bundle, walk.beat, work.levelOf(walk), await work.visitsOf(walk), Date.now());
  return { level: work.levelOf(walk), kind: leg.kind, minutes: (leg.end - leg.start) / 60000 };
}"""


def test_red_in_the_middle_of_a_shift_shortens_the_interval_and_the_plan_follows(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    phone.type_code(phone.leg())
    before = phone.page.evaluate(WINDOW)
    assert before["level"] == "normal"
    assert before["kind"] == "leg", "a plan was drawn"
    town.ask("red")
    phone.type_code(phone.leg())
    expect(phone.page.locator("#level")).to_have_text("红色")
    after = phone.page.evaluate(WINDOW)
    assert after["level"] == "red"
    assert after["kind"] == "leg", "the plan for red was on the phone"
    assert after["minutes"] <= before["minutes"] / 2
    phone.type_code(phone.leg())
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert len(town.visits()) == 3


def test_told_by_radio_the_phone_walks_the_plan_of_that_level_without_network(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    calm = phone.page.evaluate(WINDOW)
    phone.page.locator("#level").tap()
    phone.page.locator("[data-level=red]").tap()
    expect(phone.page.locator("#level")).to_have_text("红色")
    raised = phone.page.evaluate(WINDOW)
    assert raised["level"] == "red"
    assert raised["minutes"] <= calm["minutes"] / 2


def test_records_of_one_guard_are_sent_as_theirs_when_another_signs_in_on_the_phone(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    bad_line = [True]
    phone.context.route("**/patrol/sync/", lambda route: route.abort() if bad_line[0] else route.continue_())
    phone.begin()
    phone.type_code(phone.leg())
    assert phone.waiting() == 2
    phone.sign_out()
    phone.sign_in("second")
    phone.open()
    expect(phone.page.locator("#start")).to_be_visible()
    expect(phone.page.locator("#count-waiting")).to_have_text("2")
    phone.page.locator("#open-more").tap()
    expect(phone.page.locator("#others")).to_contain_text("2")
    phone.page.locator("#dialog-more [data-close]").tap()
    bad_line[0] = False
    phone.page.locator("#send-now").tap()
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert {visit["guard"] for visit in town.visits()} == {"walker"}


def test_two_tabs_keep_one_round_and_number_its_visits_once(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    second = phone.context.new_page()
    second.goto("/patrol/")
    expect(second.locator("#start")).to_be_visible()
    phone.begin()
    expect(second.locator("#screen-walk")).to_be_visible()
    first_page, phone.page = phone.page, second
    phone.type_code(phone.leg())
    phone.page = first_page
    expect(phone.page.locator("#count-sent")).to_have_text("2")
    phone.type_code(phone.leg())
    expect(phone.page.locator("#count-sent")).to_have_text("3")
    assert town.ask("visits")["walks"] == 1
    assert len({visit["checkpoint"] for visit in town.visits()}) == 2


def test_a_shift_ends_early_with_a_reason_and_not_silently_while_records_wait(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    missed = phone.leg()
    phone.page.locator("#open-missed").tap()
    phone.page.locator("#missed-form [value=locked]").tap()
    phone.page.locator("#missed-form [type=submit]").tap()
    expect(phone.page.locator("#said")).to_contain_text(missed)
    assert phone.leg() != missed
    phone.page.locator("#open-help").tap()
    phone.page.locator("#help-now").tap()
    expect(phone.page.locator("#help-state")).to_contain_text("请立即打电话")
    expect(phone.page.locator("#help-phone")).to_have_attribute("href", "tel:000-5550-0000")
    expect(phone.page.locator("#help-now")).to_be_hidden()
    phone.page.locator("#dialog-help [data-close]").tap()
    phone.page.locator("#open-end").tap()
    expect(phone.page.locator("#end-unsent")).to_contain_text("3 条记录尚未送达")
    phone.page.locator("#end-form [type=submit]").tap()
    expect(phone.page.locator("#end-wrong")).to_have_text("请选择原因。")
    with phone.page.expect_download() as saved:
        phone.page.locator("#end-save").tap()
    kept = json.loads(Path(saved.value.path()).read_text("utf-8"))
    assert [record["kind"] for record in kept["records"]] == ["walk", "visit", "help"]
    phone.page.locator("#end-form [value=unwell]").tap()
    phone.page.locator("#end-form [type=submit]").tap()
    expect(phone.page.locator("#screen-start")).to_be_visible()
    phone.context.set_offline(False)
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    found = town.ask("visits")
    assert [visit["kind"] for visit in found["visits"]] == ["missed"]
    assert (found["ended"], found["help"]) == (1, 1)


def test_the_rescue_file_brings_the_records_of_a_broken_phone_in_on_another(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    old = phone_with(name="old")
    old.sign_in("walker")
    old.load()
    old.cut()
    old.begin()
    old.type_code(leg := old.leg())
    old.page.locator("#open-more").tap()
    with old.page.expect_download() as saved:
        old.page.locator("#save").tap()
    new = phone_with(name="new")
    new.sign_in("walker")
    new.load()
    new.page.locator("#open-more").tap()
    new.page.locator("#take").set_input_files(str(saved.value.path()))
    expect(new.page.locator("#count-sent")).to_have_text("2")
    assert [visit["checkpoint"] for visit in town.visits()] == [leg]


def test_photo_and_note_follow_the_scan_they_belong_to(phone_with: Callable[..., Phone], town: Town) -> None:
    from PIL import Image

    written = io.BytesIO()
    Image.new("RGB", (2400, 1800), "teal").save(written, "JPEG")
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    phone.type_code(phone.leg())
    photo = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}
    phone.page.locator("#photo").set_input_files(photo)
    phone.page.locator("#open-note").tap()
    phone.page.locator("#note").fill("疏散门闭门器松动")
    phone.page.locator("#note-form [type=submit]").tap()
    expect(phone.page.locator("#count-sent")).to_have_text("3")
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    [kept] = [file for file in (town.data / "files").rglob("*") if file.is_file()]
    assert Image.open(kept).size == (1600, 1200)
