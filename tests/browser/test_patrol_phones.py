"""One guard and two phones: a round that goes on elsewhere is said, and carried on without losing anything."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from patrol_phone import Phone
from patrol_towns import Town

pytestmark = pytest.mark.browser


def test_a_round_on_another_phone_is_said_and_carried_on_here_and_nothing_of_it_is_lost(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    old = phone_with(name="old")
    old.sign_in("walker")
    old.load()
    old.begin()
    old.type_code(first := old.leg())
    expect(old.page.locator("#count-waiting")).to_have_text("0")
    old.cut()
    old.type_code(held := old.leg())

    new = phone_with(name="new")
    new.sign_in("walker")
    new.load(shows="carry-on")
    expect(new.page.locator("#elsewhere-words")).to_contain_text("另一部手机")
    expect(new.page.locator("#elsewhere-where")).to_contain_text(f"上次扫码：{first}")
    expect(new.page.locator("#start")).to_be_hidden()
    new.page.locator("#carry-on").tap()
    expect(new.page.locator("#screen-walk")).to_be_visible()
    expect(new.page.locator("#elsewhere")).to_be_hidden()
    assert new.leg() != first, "what was scanned on the other phone counts"
    expect(new.page.locator("#count-waiting")).to_have_text("0")
    found = town.ask("visits")
    assert (found["walks"], found["ended"]) == (2, 1)

    old.context.set_offline(False)
    expect(old.page.locator("#said")).to_contain_text("已于")
    expect(old.page.locator("#count-waiting")).to_have_text("0")
    expect(old.page.locator("#carry-on")).to_be_visible()
    assert [visit["checkpoint"] for visit in town.visits()] == [first, held]
    new.page.evaluate("dispatchEvent(new Event('online'))")
    expect(new.page.locator("#others-walked")).to_contain_text(held)


def test_a_round_elsewhere_may_be_left_running_and_is_not_asked_about_again(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    old = phone_with(name="old")
    old.sign_in("walker")
    old.load()
    old.begin()
    expect(old.page.locator("#count-waiting")).to_have_text("0")
    new = phone_with(name="new")
    new.sign_in("walker")
    new.load(shows="carry-on")
    new.page.locator("#leave-it").tap()
    new.begin()
    expect(new.page.locator("#count-waiting")).to_have_text("0")
    new.open()
    expect(new.page.locator("#screen-walk")).to_be_visible()
    expect(new.page.locator("#elsewhere")).to_be_hidden()
    found = town.ask("visits")
    assert (found["walks"], found["ended"]) == (2, 0)


def test_a_round_elsewhere_that_is_heard_of_only_on_the_way_can_be_ended_from_here(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    new = phone_with(name="new")
    new.sign_in("walker")
    new.load()
    old = phone_with(name="old")
    old.sign_in("walker")
    old.load()
    old.begin()
    expect(old.page.locator("#count-waiting")).to_have_text("0")
    new.cut()
    new.begin()
    expect(new.page.locator("#elsewhere")).to_be_hidden()
    new.context.set_offline(False)
    new.page.locator("#end-there").tap()
    expect(new.page.locator("#elsewhere")).to_be_hidden()
    expect(new.page.locator("#count-waiting")).to_have_text("0")
    expect(new.page.locator("#screen-walk")).to_be_visible()
    found = town.ask("visits")
    assert (found["walks"], found["ended"]) == (2, 1)
    old.page.evaluate("dispatchEvent(new Event('online'))")
    expect(old.page.locator("#carry-on")).to_be_visible()


def test_a_call_for_help_made_without_network_arrives_with_its_round_and_the_last_scan(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    phone.type_code(scanned := phone.leg())
    following = phone.leg()
    phone.page.locator("#open-help").tap()
    phone.page.locator("#help-now").tap()
    expect(phone.page.locator("#help-state")).to_contain_text("请立即打电话")
    phone.context.route("**/patrol/sync/", lambda route: route.abort())
    phone.context.set_offline(False)
    expect(phone.page.locator("#help-state")).to_contain_text("尚无人接处")
    found = town.ask("visits")
    assert found["visits"] == [], "nothing but the call came in"
    assert found["calls"] == [{"last": scanned, "next": following, "guard": "walker", "timed": True}]
