"""What a guard's phone shows: the map, what is next, calls for help, what others walked; in both languages."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from patrol_phone import Phone
from patrol_towns import Ground, Town, a_server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(ground: Ground, chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A page of a server, for rules that need no phone."""
    data = tmp_path_factory.mktemp("rules") / "town"
    ground.copied(data)
    with a_server(ground, data) as town:
        page = chromium.new_page()
        page.goto(f"{town.address}/sign-in/")
        yield page
        page.close()


def test_the_map_under_the_checkpoints_is_kept_for_a_shift_without_network(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.cut()
    phone.begin()
    sketch = phone.page.locator("#sketch")
    expect(sketch.locator("path.ground-building")).to_have_count(1)
    expect(sketch.locator("path.ground-street")).to_have_count(1)
    expect(sketch.locator("path.ground-road")).to_have_count(0)
    expect(sketch.locator(".sign")).to_have_text(leg := phone.leg())
    expect(phone.page.locator("#map-credit")).to_have_text("制图者")
    assert sketch.locator(".dot-done").count() == 0
    phone.type_code(leg)
    expect(sketch.locator(".dot-done")).to_have_count(1)
    expect(sketch.locator(".sign")).to_have_text(phone.leg())
    phone.page.reload()
    expect(sketch.locator("path.ground-building")).to_have_count(1)


SHORT = """(answer) => {
  const moment = (text) => Date.parse(text);
  for (const place of answer.places) {
    const now = moment(answer.server_time);
    const later = { start: new Date(now + 3600e3), end: new Date(now + 7200e3) };
    for (const level of place.bundle.levels) {
      const [leg] = level.legs;
      if (!leg) {
        continue;
      }
      const holds = (one) => moment(one.start) <= now && now < moment(one.end);
      const planned = level.windows.find((one) => one.checkpoint === leg.checkpoint && holds(one));
      const left = level.windows.find((one) => one.checkpoint !== leg.checkpoint && holds(one));
      level.legs = [{ ...leg, at: new Date(now).toISOString() }];
      level.windows = [planned, left, { ...left, start: later.start.toISOString(), end: later.end.toISOString() }];
    }
  }
  return answer;
}"""


def test_after_the_legs_of_a_short_plan_the_page_says_what_is_open_then_until_when_and_what_comes(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()

    def shorten(route: Route) -> None:
        answer = route.fetch()
        page = phone.context.new_page()
        route.fulfill(response=answer, json=page.evaluate(SHORT, answer.json()))
        page.close()

    phone.sign_in("walker")
    phone.context.route("**/patrol/shift.json*", shorten)
    phone.load()
    phone.cut()
    phone.begin()
    kicker, head, go = (phone.page.locator(f"#leg-{name}") for name in ("kicker", "name", "go"))
    expect(kicker).to_have_text("下一站")
    phone.type_code(planned := phone.leg())
    expect(kicker).to_have_text("计划之外")
    expect(go).to_contain_text("仍未完成")
    expect(phone.page.locator("#sketch")).to_be_visible()
    left_out = phone.leg()
    assert left_out != planned
    phone.type_code(left_out)
    expect(head).to_have_text(re.compile(r"^\d\d:\d\d 之前各站均已完成$"))
    until = head.inner_text()[:5]
    expect(go).to_have_text("请在岗位待命。")
    expect(phone.page.locator("#leg-then")).to_contain_text(f"下一时间窗 {until} 开始")
    expect(phone.page.locator("#open-missed")).to_be_disabled()
    expect(kicker).to_be_hidden()


NEXT = """async ([legs, windows, visits]) => {
  const { next } = await import("/static/anlan/js/patrol/legs.js");
  const at = (hour) => new Date(Date.UTC(2026, 2, 9, hour)).toISOString();
  const bundle = {
    beats: [{ code: "B1", checkpoints: ["C1", "C2"] }, { code: "R1", checkpoints: ["C1", "C2"] }],
    levels: [{
      level: "normal",
      legs: legs.map(([beat, checkpoint, hour]) => ({ beat, checkpoint, at: at(hour) })),
      windows: windows.map(([checkpoint, start, end]) => ({ checkpoint, start: at(start), end: at(end), grace: 0 })),
    }],
  };
  const made = visits.map(([checkpoint, hour]) => ({ checkpoint, at: Date.parse(at(hour)), missed: false }));
  return ["B1", "R1"].map((beat) => {
    const { kind, checkpoint, then } = next(bundle, beat, "normal", made, Date.parse(at(10)));
    return [kind, checkpoint ?? null, then ? new Date(then).getUTCHours() : null];
  });
}"""


@pytest.mark.parametrize(
    ("legs", "windows", "visits", "first", "spare"),
    [
        ([("B1", "C1", 10)], [("C1", 9, 11)], [], ["leg", "C1", None], ["spare", None, None]),
        ([("B1", "C1", 10)], [("C1", 9, 11)], [("C1", 9)], ["done", None, None], ["spare", None, None]),
        (
            [("B1", "C1", 9)], [("C1", 8, 10), ("C2", 9, 11)], [("C1", 9)],
            ["extra", "C2", None], ["extra", "C2", None],
        ),
        ([("B1", "C1", 9)], [("C1", 8, 10), ("C2", 12, 14)], [], ["done", None, 12], ["spare", None, 12]),
        ([], [("C1", 9, 11), ("C2", 9, 12)], [("C1", 9)], ["free", "C2", None], ["free", "C2", None]),
        ([], [("C2", 12, 14)], [], ["later", "C2", None], ["later", "C2", None]),
        ([], [("C1", 9, 11)], [("C1", 10)], ["done", None, None], ["done", None, None]),
        ([], [], [], ["nothing", None, None], ["nothing", None, None]),
    ],
)  # fmt: skip
def test_the_next_leg_follows_from_plan_windows_and_visits(
    pages: Page, legs: object, windows: object, visits: object, first: object, spare: object
) -> None:
    assert pages.evaluate(NEXT, [legs, windows, visits]) == [first, spare]


TAG = """window.NDEFReader = class {
  async scan() { setTimeout(() => this.onreading({ message: { records: [
    { recordType: "url", data: new DataView(new TextEncoder().encode(window.onTag).buffer) } ] } }), 0); }
}; window.onTag = "%s";"""


def test_a_tag_is_read_where_the_phone_can_and_is_offered_nowhere_else(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    expect(phone.page.locator("#open-tag")).to_be_hidden()
    phone.context.add_init_script(TAG % f"{town.address}/c/{town.tokens['北门']}/")
    phone.open()
    phone.page.locator("#open-tag").tap()
    expect(phone.page.locator("#said")).to_contain_text("已记录：北门")
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert [(visit["checkpoint"], visit["way"]) for visit in town.visits()] == [("北门", "nfc")]


ASKED = """(() => {
  window.asked = 0;
  const ask = navigator.geolocation.getCurrentPosition.bind(navigator.geolocation);
  navigator.geolocation.getCurrentPosition = (...more) => { window.asked += 1; ask(...more); };
  navigator.geolocation.watchPosition = () => { window.asked += 100; };
})()"""


def test_the_position_is_asked_at_a_scan_and_only_where_the_place_wants_it(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 39.9075, "longitude": 116.3913, "accuracy": 20})
    phone.context.add_init_script(ASKED)
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    phone.type_code(phone.leg())
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert phone.page.evaluate("asked") == 0, "the place does not ask"
    town.ask("position")
    phone.open()
    assert phone.page.evaluate("asked") == 0, "nothing was scanned yet"
    phone.type_code(phone.leg())
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    assert phone.page.evaluate("asked") == 1
    assert [visit["lat"] for visit in town.visits()] == [None, 39.9075]


def test_the_other_checkpoints_are_named_on_the_map_where_no_name_hides_another(
    phone_with: Callable[..., Phone],
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    expect(phone.page.locator("#sketch .sign-other").first).to_be_visible()
    boxes = phone.page.evaluate(
        """() => [...document.querySelectorAll("#sketch text")].map((one) => one.getBoundingClientRect().toJSON())"""
    )
    hidden = [
        (one, other)
        for number, one in enumerate(boxes)
        for other in boxes[:number]
        if one["left"] < other["right"] - 2 and other["left"] < one["right"] - 2
        and one["top"] < other["bottom"] - 4 and other["top"] < one["bottom"] - 4
    ]  # fmt: skip
    assert hidden == []


def test_a_call_for_help_says_what_became_of_it_and_is_not_repeated_by_accident(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    phone.type_code(scanned := phone.leg())
    following = phone.leg()
    phone.page.locator("#open-help").tap()
    expect(phone.page.locator("#help-where")).to_contain_text(f"上次扫码：{scanned}")
    expect(phone.page.locator("#help-where")).to_contain_text(f"下一站：{following}")
    phone.page.locator("#help-now").tap()
    state = phone.page.locator("#help-state")
    expect(state).to_contain_text("尚无人接处")
    expect(phone.page.locator("#help-now")).to_be_hidden()
    expect(phone.page.locator("#help-yes")).to_be_hidden()
    phone.page.locator("#dialog-help [data-close]").tap()
    expect(phone.page.locator("#call-line")).to_be_visible()
    phone.page.reload()
    expect(phone.page.locator("#call-line")).to_contain_text("尚无人接处")
    phone.page.locator("#open-help").tap()
    expect(phone.page.locator("#help-now")).to_be_hidden()
    town.ask("answer")
    phone.page.evaluate("dispatchEvent(new Event('online'))")
    expect(state).to_contain_text("值班室已接处")
    assert town.ask("visits")["help"] == 1
    phone.page.locator("#help-again").tap()
    phone.page.locator("#help-no").tap()
    phone.page.locator("#help-again").tap()
    phone.page.locator("#help-yes").tap()
    expect(state).to_contain_text("尚无人接处")
    assert town.ask("visits")["help"] == 2


def test_what_another_round_has_covered_is_not_asked_again_once_there_is_network(
    phone_with: Callable[..., Phone], town: Town
) -> None:
    phone = phone_with()
    phone.sign_in("walker")
    phone.load()
    phone.begin()
    expect(phone.page.locator("#count-waiting")).to_have_text("0")
    covered = phone.leg()
    other = phone_with(name="two")
    other.sign_in("second")
    other.load()
    other.begin()
    other.type_code(covered)
    expect(other.page.locator("#count-waiting")).to_have_text("0")
    phone.cut()
    assert phone.leg() == covered, "without network the phone cannot know"
    phone.context.set_offline(False)
    expect(phone.page.locator("#others-walked")).to_contain_text(covered)
    assert phone.leg() != covered
    expect(phone.page.locator("#others-unknown")).to_be_hidden()
    phone.page.clock.install()
    phone.page.goto("/patrol/")
    phone.cut()
    phone.page.clock.fast_forward(200_000)
    expect(phone.page.locator("#others-unknown")).to_contain_text("可能已有人巡过")


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_sound_in_both_languages_by_day_and_night(
    phone_with: Callable[..., Phone], violations: Callable[[Page], list[str]], dark: bool
) -> None:
    phone = phone_with()
    phone.page.emulate_media(color_scheme="dark" if dark else "light")
    phone.sign_in("walker")
    phone.load()
    for language in ("zh-Hans", "en"):
        expect(phone.page.locator("html")).to_have_attribute("lang", language)
        assert violations(phone.page) == []
        if phone.page.locator("#start").is_visible():
            phone.begin()
            assert violations(phone.page) == []
        for opener in ("open-type", "open-missed", "open-help", "open-end", "level", "open-more"):
            phone.page.locator(f"#{opener}").tap()
            assert violations(phone.page) == [], opener
            phone.page.locator("dialog[open] [data-close]").tap()
        small = phone.page.evaluate(
            """() => [...document.querySelectorAll("button, a, select, label.act")]
              .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 48)
              .map((one) => one.id || one.textContent.trim())"""
        )
        assert small == []
        phone.page.locator("#open-more").tap()
        phone.page.locator("#switch-language").tap()
        phone.page.locator("body[data-ready]").wait_for()
